"""The form of a duty that every engine reads: selections, matches, deadlines, legs.

`compile_duty` turns the written duty (`law.duty.Duty`) into these values. They are plain data,
so that an engine may interpret them (reference) or translate them (DuckDB).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lawkeep.law.calendar import Period, parse_period
from lawkeep.law.duty import Demand, Duty, Pattern, Same, SameTerm, Select, Selector
from lawkeep.law.pack import Pack
from lawkeep.law.tables import Bound


@dataclass(frozen=True)
class Condition:
    """One line of `where`. `space`: `key` or `data`; `op`: in, not_in, gte, lte, null, has."""

    space: Literal["key", "data"]
    name: str
    op: str
    value: Any


@dataclass(frozen=True)
class Part:
    """Where a matched value stands in an event. Several names: alternatives, kind included.

    `root`: the content's original, followed through re-uploads.
    """

    space: Literal["key", "data"]
    names: tuple[str, ...]
    root: bool = False


@dataclass(frozen=True)
class Match:
    """Equality of the trigger's parts with the other event's, term by term."""

    trigger: tuple[Part, ...]
    other: tuple[Part, ...]


@dataclass(frozen=True)
class Pick:
    """Events of some types that fit all conditions, matched to the trigger by `match`."""

    types: tuple[str, ...]
    where: tuple[Condition, ...]
    match: Match


Picks = tuple[Pick, ...]


@dataclass(frozen=True)
class Deadline:
    """When a demand is due.

    `kind`: `period` (`due`), `end_of_day`, `policy` (`met_within`, `due`; by a field of the
    trigger in `bounds`), `data` (the trigger's data.due), `next` (next instant of the log),
    `never` (no bound), `at_once` (decided at the trigger).
    """

    kind: Literal["period", "end_of_day", "policy", "data", "next", "never", "at_once"]
    due: Period | None = None
    met_within: Period | None = None
    by: str | None = None
    bounds: tuple[tuple[str, Period, Period], ...] = ()


@dataclass(frozen=True)
class Leg:
    """One demand with its own deadline."""

    pick: Pick
    deadline: Deadline
    state: bool = False
    undone_by: Picks = ()
    valid_until: str | None = None
    covers: str | None = None


@dataclass(frozen=True)
class Group:
    """Legs judged together as one finding: `all` of them, or `any` one of them."""

    legs: tuple["Leg | Group", ...]
    mode: Literal["all", "any"]


@dataclass(frozen=True)
class GivenForm:
    kind: Literal["once", "never", "ever"]
    pick: Pick
    ended_by: Picks = ()


@dataclass(frozen=True)
class StateForm:
    """A named state per value of `parts`."""

    name: str
    begins: Picks
    ends: Picks
    parts: tuple[Part, ...]
    within: str | None


@dataclass(frozen=True)
class ForEachForm:
    pick: Pick | None = None
    take: Part | None = None
    values: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Form:
    """A compiled duty. `demands`: one entry for each finding that a trigger opens."""

    duty: Duty
    pattern: Pattern
    triggers: Picks
    demands: tuple["Leg | Group", ...]
    same: tuple[Part, ...]
    act: tuple[tuple[str, ...], ...]
    given: tuple[GivenForm, ...] = ()
    unless: Picks = ()
    contrary: Picks = ()
    chain: tuple[Leg, ...] = ()
    known_by: Pick | None = None
    known_keys: tuple[str, ...] = ()
    for_each: ForEachForm | None = None
    newest: Pick | None = None
    keep: Period | None = None
    every: Period | None = None
    look_back: Period | None = None
    before_by: Period | None = None
    start_grace: Period | None = None
    via: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    id_keys: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.duty.duty


def as_list(value: Any) -> list[Any]:
    """A written value that may be one thing or a list of them, as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def parse_part(text: str) -> Part:
    """`content`, `product|system`, `data.purpose`, `root(content)`."""
    root = text.startswith("root(") and text.endswith(")")
    if root:
        text = text[5:-1]
    if text.startswith("data."):
        return Part("data", (text[5:],), root)
    return Part("key", tuple(text.split("|")), root)


def _term(term: SameTerm) -> list[tuple[Part, Part]]:
    if isinstance(term, str):
        part = parse_part(term)
        return [(part, part)]
    pairs = []
    for mine, other in term.items():
        left, right = parse_part(mine), parse_part(other)
        if "original" in (*left.names, *right.names):
            left = Part(left.space, left.names, True)
            right = Part(right.space, right.names, True)
        pairs.append((left, right))
    return pairs


def parse_match(same: Same | None) -> Match:
    pairs = [pair for term in as_list(same) for pair in _term(term)]
    return Match(tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))


def parse_where(where: dict[str, Any]) -> tuple[Condition, ...]:
    conditions = []
    for name, value in where.items():
        space: Literal["key", "data"] = "key" if name.startswith("key.") else "data"
        plain = name.removeprefix("key.").removeprefix("data.")
        if isinstance(value, dict):
            for op, operand in value.items():
                conditions.append(_operation(space, plain, op, operand))
        elif value is None:
            conditions.append(Condition(space, plain, "null", True))
        else:
            conditions.append(Condition(space, plain, "in", tuple(as_list(value))))
    return tuple(conditions)


def _operation(space: Literal["key", "data"], name: str, op: str, operand: Any) -> Condition:
    if op == "is":
        return Condition(space, name, "null", operand is None)
    if op == "not":
        if operand is None:
            return Condition(space, name, "null", False)
        return Condition(space, name, "not_in", tuple(as_list(operand)))
    return Condition(space, name, op, operand)


def parse_pick(selector: Selector, same: Same | None) -> Pick:
    """A selector whose own `same` wins over the duty's."""
    if isinstance(selector, str):
        return Pick((selector,), (), parse_match(same))
    own = same if selector.same is None else selector.same
    return Pick(tuple(as_list(selector.event)), parse_where(selector.where), parse_match(own))


def parse_picks(selectors: Selector | list[Selector] | None, same: Same | None) -> Picks:
    return tuple(parse_pick(s, same) for s in as_list(selectors))


def parse_deadline(
    within: str | None, policy: str | dict[str, str] | None, bounds: Mapping[str, Bound]
) -> Deadline:
    if within == "immediately" or (within is None and policy is not None):
        if isinstance(policy, dict):
            keyed = tuple(
                (word, *_bound(bounds[key])) for word, key in policy.items() if word != "by"
            )
            return Deadline("policy", by=policy["by"], bounds=keyed)
        met, due = _bound(bounds[str(policy)])
        return Deadline("policy", due=due, met_within=met)
    if within is None:
        return Deadline("at_once")
    fixed: dict[str, Deadline] = {
        "end of day": Deadline("end_of_day"),
        "due": Deadline("data"),
        "next": Deadline("next"),
        "eventually": Deadline("never"),
    }
    return fixed.get(within) or Deadline("period", due=parse_period(within))


def _bound(bound: Bound) -> tuple[Period, Period]:
    return parse_period(bound.met_within), parse_period(bound.breached_after)


def compile_duty(duty: Duty, pack: Pack) -> Form:
    """The form of a duty that `law.pack` has checked."""
    same = duty.same

    def demand(written: str | Demand) -> Leg | Group:
        if isinstance(written, str):
            written = Demand(event=written)
        if written.all_of is not None:
            return Group(tuple(demand(d) for d in written.all_of), "all")
        if written.any_of is not None:
            return Group(tuple(demand(d) for d in written.any_of), "any")
        return leg(written)

    def leg(written: Demand) -> Leg:
        own = same if written.same is None else written.same
        within = duty.within if written.within is None else written.within
        policy = duty.policy if written.policy is None else written.policy
        return Leg(
            parse_pick(Select(event=written.event or [], where=written.where, same=own), own),
            parse_deadline(within, policy, pack.policy),
            written.state,
            parse_picks(written.undone_by, own),
            written.valid_until,
            written.covers,
        )

    def as_demand(written: str | Demand) -> Demand:
        return Demand(event=written) if isinstance(written, str) else written

    written_triggers = duty.after or duty.before or duty.never or duty.on
    act = () if duty.act == "duty" else tuple(tuple(k.split("|")) for k in duty.act)
    parts = parse_match(same).trigger
    names = [n for p in parts if p.space == "key" for n in p.names] + [n for g in act for n in g]
    newest = duty.keep.newest if duty.keep and isinstance(duty.keep.newest, Select) else None
    return Form(
        duty=duty,
        pattern=duty.pattern,
        triggers=parse_picks(written_triggers, same),
        demands=tuple(demand(d) for d in as_list(duty.must) + as_list(duty.look_for)),
        same=parts,
        act=act,
        given=tuple(_given(g, same) for g in duty.given),
        unless=parse_picks(duty.unless, same),
        contrary=parse_picks(duty.contrary, same),
        chain=tuple(leg(as_demand(d)) for d in as_list(duty.then)),
        known_by=parse_pick(duty.known_by.event, []) if duty.known_by else None,
        known_keys=tuple(duty.known_by.same) if duty.known_by else (),
        for_each=_for_each(duty, same),
        newest=parse_pick(newest, same) if newest else None,
        keep=parse_period(duty.keep.period) if duty.keep else None,
        every=parse_period(duty.every) if duty.every else None,
        look_back=parse_period(duty.look_back) if duty.look_back else None,
        before_by=parse_period(duty.before_by) if duty.before_by else None,
        start_grace=parse_period(duty.start_grace) if duty.start_grace else None,
        via={kind: (how[0], how[1]) for kind, how in duty.via.items()},
        id_keys=tuple(dict.fromkeys(names)),
    )


def _given(given: Any, same: Same | None) -> GivenForm:
    for kind in ("once", "never", "ever"):
        selector = getattr(given, kind)
        if selector is not None:
            return GivenForm(kind, parse_pick(selector, same), parse_picks(given.ended_by, same))
    raise ValueError("a given without once, never or ever")


def _for_each(duty: Duty, same: Same | None) -> ForEachForm | None:
    written = duty.for_each
    if written is None:
        return None
    if written.values is not None:
        (name, values), *_ = written.values.items()
        return ForEachForm(values=(name, tuple(values)))
    assert written.event is not None
    assert written.take is not None
    return ForEachForm(parse_pick(written.event, same), parse_part(written.take))


def compile_states(pack: Pack) -> dict[str, StateForm]:
    """The named states of a pack."""
    return {
        name: StateForm(
            name,
            parse_picks(rule.begins, rule.same),
            parse_picks(rule.ends, rule.same),
            parse_match(rule.same).trigger,
            rule.within,
        )
        for name, rule in pack.states.items()
    }


def types_of(picks: Iterable[Pick]) -> tuple[str, ...]:
    """Type names of picks, each once, in order."""
    return tuple(dict.fromkeys(name for pick in picks for name in pick.types))


def legs_of(demand: Leg | Group) -> list[Leg]:
    """The legs of a demand, in order."""
    if isinstance(demand, Leg):
        return [demand]
    return [leg for part in demand.legs for leg in legs_of(part)]
