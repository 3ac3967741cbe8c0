"""How live judging finds the part of the log that an event bears on: one plan for each duty.

A duty is judged group by group. Two events are in one group if any of the duty's matches can lead
from one to the other, so that judging a group alone gives what judging the whole log would give.

- `key`: every match compares one kind of key with itself; a group is a value of that key.
- `linked`: groups are what hangs together through several kinds of key (alternatives, a key found
  through another event, the original of a re-upload).
- `whole`: something matches without a key (duties of the operator itself): one group.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from lawkeep.judge.form import (
    Form,
    Part,
    Pick,
    StateForm,
    compile_duty,
    compile_states,
    legs_of,
    types_of,
)
from lawkeep.law.pack import Pack

UNKEYED = ("", "")
"""Node of the starts and confirmations of a service that name neither subject nor service."""
STARTED = ("service.started", "service.confirmed")


@dataclass(frozen=True, eq=False)
class Plan:
    """One duty of a pack. `kinds`: per kind of key those whose values its own may equal.

    `digest`: of all that the findings of the duty depend on besides the events.
    """

    name: str
    pack: Pack
    form: Form
    states: Mapping[str, StateForm]
    types: frozenset[str]
    how: Literal["key", "linked", "whole"]
    key: str | None
    kinds: Mapping[str, frozenset[str]]
    every: bool
    digest: str

    @property
    def standing(self) -> bool:
        """Whether a state opens its obligations."""
        return self.form.duty.while_ is not None and self.form.pattern != "prohibition"

    @property
    def started(self) -> bool:
        """Whether it reads starts of services, whose kind another event may tell."""
        return STARTED[0] in self.types


def make_plans(packs: Iterable[Pack], *, drafts: bool, only: frozenset[str]) -> list[Plan]:
    """A plan for each duty that can hold. `only`: ids or codes; empty: all."""
    plans = []
    for pack in packs:
        states = compile_states(pack)
        for duty in pack.duties:
            if only and not only & {duty.duty, duty.code}:
                continue
            if pack.spans_of(duty, drafts):
                plans.append(_plan(pack, compile_duty(duty, pack), states, drafts))
    return plans


def _plan(pack: Pack, form: Form, states: Mapping[str, StateForm], drafts: bool) -> Plan:
    named = _states(form, states)
    asked = _questions(form)
    types = set(types_of((*form.triggers, *asked)))
    types |= {t for s in named for t in types_of((*s.begins, *s.ends))}
    types |= {type_name for type_name, _ in form.via.values()}
    if form.known_by is not None:
        types |= set(form.known_by.types)
    parts = [
        p for pick in (*asked, *form.triggers) for p in (*pick.match.trigger, *pick.match.other)
    ]
    rooted = any(p.root for p in parts)
    if rooted:
        types.add("content.republished")
    if STARTED[0] in types:
        types.add(STARTED[1])
    following = any(
        leg.deadline.kind == "next" for demand in form.demands for leg in legs_of(demand)
    )
    key = _common_key(form, asked, named)
    if STARTED[0] in types and key not in ("subject", "service"):
        key = None
    how: Literal["key", "linked", "whole"] = "linked" if key is None else "key"
    keyless = any(not _anchored(pick) for pick in asked)
    if form.duty.while_ == "role" or following or keyless or any(not _keyed(s) for s in named):
        how, key = "whole", None
    said = repr((form, named, pack.spans_of(form.duty, drafts), pack.grading, pack.head.zone))
    said += repr((pack.head.jurisdiction, [pack.span(c.law) for c in form.duty.cites]))
    return Plan(
        name=f"{pack.id}/{form.id}",
        pack=pack,
        form=form,
        states=states,
        types=frozenset(types),
        how=how,
        key=key,
        kinds=_kinds(form, asked, named, rooted, STARTED[0] in types),
        every=following,
        digest=sha256(said.encode()).hexdigest()[:32],
    )


def _states(form: Form, states: Mapping[str, StateForm]) -> list[StateForm]:
    found: list[StateForm] = []
    pending = [form.duty.while_, form.duty.keep.still if form.duty.keep else None]
    while pending:
        name = pending.pop()
        if name is not None and name != "role":
            found.append(states[name])
            pending.append(states[name].within)
    return found


def _questions(form: Form) -> list[Pick]:
    """Every pick that is matched with a trigger by its own `match`."""
    legs = [leg for demand in form.demands for leg in legs_of(demand)] + list(form.chain)
    picks = [*form.unless, *form.contrary]
    picks += [p for leg in legs for p in (leg.pick, *leg.undone_by)]
    picks += [p for g in form.given for p in (g.pick, *g.ended_by)]
    picks += [p for p in (form.newest, form.for_each.pick if form.for_each else None) if p]
    if form.duty.occurrence:
        picks += form.triggers
    return picks


def _anchored(pick: Pick) -> bool:
    """Whether two events that match share the value of some kinds of key."""
    pairs = zip(pick.match.trigger, pick.match.other, strict=True)
    return any(a.space == "key" and b.space == "key" for a, b in pairs)


def _keyed(state: StateForm) -> bool:
    return any(part.space == "key" for part in state.parts)


def _common_key(form: Form, asked: list[Pick], named: list[StateForm]) -> str | None:
    """A kind of key that every match compares with itself, and only so."""
    if form.via or form.known_by:
        return None
    common: set[str] | None = None
    for pick in (*asked, *form.triggers):
        pairs = zip(pick.match.trigger, pick.match.other, strict=True)
        names = {
            a.names[0]
            for a, b in pairs
            if a == b and a.space == "key" and not a.root and len(a.names) == 1
        }
        common = names if common is None else common & names
    for state in named:
        names = {p.names[0] for p in state.parts if p.space == "key" and len(p.names) == 1}
        common = names if common is None else common & names
    if common and form.for_each and form.for_each.take:
        common -= set(form.for_each.take.names)
    return min(common) if common else None


def _kinds(
    form: Form, asked: list[Pick], named: list[StateForm], rooted: bool, started: bool
) -> Mapping[str, frozenset[str]]:
    same: dict[str, set[str]] = defaultdict(set)

    def tie(names: Iterable[str]) -> None:
        listed = list(names)
        whole = set(listed).union(*(same[n] for n in listed))
        for name in whole:
            same[name] = whole

    def each(part: Part) -> None:
        for name in part.names if part.space == "key" else ():
            tie((name,))

    for pick in asked:
        for a, b in zip(pick.match.trigger, pick.match.other, strict=True):
            each(a)
            each(b)
            if a.space == b.space == "key":
                tie((*a.names, *b.names) if a != b else a.names[:1])
    for part in (p for state in named for p in state.parts):
        each(part)
    for name, (_, shared) in form.via.items():
        tie((name,))
        tie((shared,))
    for name in form.known_keys:
        tie((name,))
    if form.for_each and form.for_each.take:
        each(form.for_each.take)
    if rooted:
        roots = [
            n for p in asked for s in (*p.match.trigger, *p.match.other) if s.root for n in s.names
        ]
        tie(("content", "original", *roots))
    if started:
        tie(("subject",))
        tie(("service",))
    return {name: frozenset(names) for name, names in same.items()}
