"""What opens a sanction row: facts that somebody recorded, never an opinion of Lawkeep.

`docs/explanation/judging.md`, sentence 26, and whether an authority discovered the act, of 28.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from lawkeep.judge.act import PROCEDURAL, Act
from lawkeep.judge.knowledge import Known
from lawkeep.judge.world import World
from lawkeep.model.time import parse_instant

FOUND = ("consequence", "serious", "severe", "especially_severe")
"""Kinds of `circumstance.found` that open a row."""
HARM = frozenset({"consequence", "severe", "especially_severe"})
"""Of these, those that say that harm came of it (CN-APL@2021-07-15 36)."""
IMPLIES: Mapping[str, tuple[str, ...]] = {
    "severe": ("consequence", "serious"),
    "especially_severe": ("severe", "consequence", "serious"),
}
"""A graver finding suggests the lighter tiers of a text that does not know the graver word."""
AUTHORITY = (
    *("authority.inspected", "authority.interviewed", "order.issued", "case.opened"),
    *("penalty.announced", "penalty.decided"),
)
"""Events that show that an authority has turned to the operator."""


@dataclass(frozen=True)
class Suggestion:
    """Events of a type that suggest an opener, on shared keys of these kinds.

    `before`: also when it happened before the act began.
    """

    type: str
    opens: str
    shared: tuple[str, ...]
    before: bool = False


SUGGESTS = (
    Suggestion("vulnerability.exploited", "consequence", ("vulnerability",), before=True),
    Suggestion("data.accessed_by_outsider", "consequence", ("system", "incident")),
    Suggestion("data.exposed", "consequence", ("system", "incident")),
)


@dataclass(frozen=True)
class Opener:
    """A fact that opens (`yes`) or suggests (`arguable`) the rows that name `kind`.

    `duties`: ids or codes of the duties that it is about; None: the whole act.
    """

    kind: str
    opened: Literal["yes", "arguable"]
    because: str
    duties: frozenset[str] | None = None


@dataclass
class Facts:
    """Events by what they name, so that an act looks only at those that may be about it."""

    world: World
    _tables: dict[str, dict[tuple[str, str], list[Known]]] = field(default_factory=dict)
    _orders: dict[str, dict[str, list[Known]]] = field(default_factory=dict)

    def about(self, name: str, act: Act) -> list[Known]:
        """Events of a type that share a key with an act, name one of its duties, or name nothing
        but a proceeding; by time."""
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = defaultdict(list)
            for event in self.world.by_type.get(name, ()):
                for mark in _marks(event):
                    table[mark].append(event)
        wanted = {pair for about in act.about for pair in about.items()}
        wanted |= {("", duty) for duty in act.duties} | {("", "")}
        found = {e.id: e for mark in wanted for e in table.get(mark, ())}
        return sorted(found.values(), key=lambda e: e.order)

    def of_order(self, name: str, order: str | None) -> list[Known]:
        """Events of a type that name an order."""
        if order is None:
            return []
        table = self._orders.get(name)
        if table is None:
            table = self._orders[name] = defaultdict(list)
            for event in self.world.by_type.get(name, ()):
                table[event.keys.get("order", "")].append(event)
        return table.get(order, [])

    @cached_property
    def authorities(self) -> frozenset[str]:
        """How the records call authorities: a circumstance may be determined by one of them."""
        named = (e.data.get("by") for name in AUTHORITY for e in self.world.by_type.get(name, ()))
        return frozenset({"authority", *(by for by in named if by)})


def _marks(event: Known) -> Iterable[tuple[str, str]]:
    yield from event.keys.items()
    for duty in event.data.get("duties") or ():
        yield ("", duty)
    if event.keys.keys() <= PROCEDURAL:
        yield ("", "")


def openers(act: Act, facts: Facts) -> list[Opener]:
    """Facts about an act, sure ones first, by kind and time."""
    found = [
        Opener("breach", "yes", "breach"),
        *_refusals(act, facts),
        *_found(act, facts),
        *_suggested(act, facts),
    ]
    return [o for o in found if o.opened == "yes"] + [o for o in found if o.opened != "yes"]


def _refusals(act: Act, facts: Facts) -> Iterator[Opener]:
    """Orders to rectify whose due has passed without being met by then.

    One that names neither a thing nor a duty, one older than the act, and one whose carrying out
    is not recorded completely only suggest a refusal.
    """
    world = facts.world
    for order in facts.about("order.issued", act):
        due = order.data.get("due")
        if order.data.get("kind") != "rectify" or due is None or parse_instant(due) >= world.as_of:
            continue
        keys, duties = act.keys_of(order), frozenset(order.data.get("duties") or ())
        if not _concerns(act, keys, duties) or _met(act, order, parse_instant(due), facts):
            continue
        name = f"order {order.keys.get('order', order.id)}"
        about = duties or None
        if not keys and not duties:
            says = f"{name} not met by its due time, but it names neither a thing nor a duty"
        elif order.t < act.first:
            says = f"{name} not met by its due time, but older than the act"
        elif not world.knowledge.covers("order.met", order.t, parse_instant(due)):
            says = f"{name} not recorded as met by its due time"
        else:
            yield Opener("refusal", "yes", f"{name} not met by its due time", about)
            continue
        yield Opener("refusal", "arguable", says, about)


def _concerns(act: Act, keys: Mapping[str, str], duties: frozenset[str]) -> bool:
    """Whether keys and named duties fit an act; with neither, it may be about any."""
    if duties and not duties & act.duties:
        return False
    return act.agrees(keys) if duties or not keys else act.shares(keys)


def _met(act: Act, order: Known, due: int, facts: Facts) -> bool:
    """Carried out, or accepted by the authority, by the due time, wholly or as to this act."""
    for name in ("order.met", "order.accepted"):
        for done in facts.of_order(name, order.keys.get("order")):
            if done.t > due:
                continue
            rest = {k: v for k, v in done.keys.items() if k != "order" and order.keys.get(k) != v}
            if not rest or act.shares(rest):
                return True
    return False


def circumstances(act: Act, facts: Facts) -> Iterator[tuple[Known, bool]]:
    """What was determined about an act since its first trigger, and whether it surely is about it.

    A circumstance that names nothing is about the operator: sure for duties that are about the
    operator as a whole, else it only may be about this act.
    """
    for event in facts.about("circumstance.found", act):
        if event.t < act.first:
            continue
        keys = act.keys_of(event)
        if keys and act.shares(keys):
            yield event, True
        elif not keys:
            yield event, act.nameless


def _found(act: Act, facts: Facts) -> Iterator[Opener]:
    known = [(e, sure) for e, sure in circumstances(act, facts) if e.data.get("kind") in FOUND]
    known.sort(key=lambda pair: FOUND.index(pair[0].data["kind"]))
    for event, sure in known:
        kind = event.data["kind"]
        says = f"circumstance.found {kind} ({event.id})"
        if not sure:
            says += " names nothing that it is about"
        yield Opener(kind, "yes" if sure else "arguable", says)
        for lesser in IMPLIES.get(kind, ()):
            yield Opener(lesser, "arguable", f"{says} suggests {lesser}")


def _suggested(act: Act, facts: Facts) -> Iterator[Opener]:
    for rule in SUGGESTS:
        for event in facts.about(rule.type, act):
            if act.end is not None and event.t > act.end:
                continue
            if not rule.before and event.t < act.first:
                continue
            if act.shares({k: v for k, v in event.keys.items() if k in rule.shared}) and (
                act.agrees(event.keys)
            ):
                says = f"{rule.type} ({event.id}) suggests {rule.opens}"
                yield Opener(rule.opens, "arguable", says)


def gain(act: Act, facts: Facts) -> float | None:
    """The gain that was determined last on keys of the act; None: none was."""
    amounts = [
        float(event.data["amount"])
        for event, sure in circumstances(act, facts)
        if sure and event.data.get("kind") == "gain" and event.data.get("amount") is not None
    ]
    return amounts[-1] if amounts else None


def harm(act: Act, facts: Facts) -> bool:
    """Whether a harmful result was determined on keys of the act."""
    return any(sure and e.data.get("kind") in HARM for e, sure in circumstances(act, facts))


def discovered(act: Act, facts: Facts, by: int) -> bool:
    """Whether an authority event since the act began shows that it was discovered by an instant.

    One that names neither a thing nor a duty counts for every act of the operator: what an
    inspection saw is not in its record. A circumstance counts where an authority determined it.
    """
    for name in (*AUTHORITY, "circumstance.found"):
        for event in facts.about(name, act):
            if not act.start <= event.t <= by:
                continue
            if name == "circumstance.found" and (
                event.data.get("determined_by") not in facts.authorities
            ):
                continue
            duties = frozenset(event.data.get("duties") or ())
            if _concerns(act, act.keys_of(event), duties):
                return True
    return False
