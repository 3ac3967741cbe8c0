"""Which events make up a group, and how they count at an instant."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from lawkeep.judge.knowledge import META, Knowledge, Known, describe, know
from lawkeep.judge.live_plan import STARTED, UNKEYED, Plan
from lawkeep.judge.live_store import Store
from lawkeep.judge.live_world import Wake
from lawkeep.model.event import Event

WHOLE = "*"
Located = tuple[int, Event]


class Groups:
    """Looks into the log in one transaction, as of an instant; what it has read it keeps."""

    def __init__(self, store: Store, operator: str, now: int) -> None:
        self.store, self.operator, self.now = store, operator, now
        self._events: dict[int, Event] = {}
        self._families: dict[str, list[Located]] = {}
        self._counted: dict[str, dict[str, Known]] = {}

    @cached_property
    def any_links(self) -> bool:
        """Whether anything in the log corrects or retracts something."""
        return self.store.db.execute("SELECT 1 FROM live_links LIMIT 1").fetchone() is not None

    def keep(self, seq: int, event: Event) -> None:
        """An event that need not be read again."""
        self._events[seq] = event

    def read(self, seqs: Iterable[int]) -> list[Located]:
        """Events by their places, those of this operator, in order."""
        listed = sorted(set(seqs))
        missing = [seq for seq in listed if seq not in self._events]
        self._events.update(self.store.events(missing) if missing else ())
        found = [(seq, self._events[seq]) for seq in listed]
        return [(seq, e) for seq, e in found if e.operator == self.operator]

    def members(self, plan: Plan, label: str) -> tuple[list[Located], tuple[str, ...]]:
        """The events of a group and the labels under which its findings may be kept.

        The first label is the one to keep them under from now on.
        """
        if plan.how == "whole":
            return self.read(self.store.typed(plan.types)), (WHOLE,)
        if plan.how == "linked":
            seqs = self._linked(plan, int(label[1:]))
            return self.read(seqs), tuple(f"#{seq}" for seq in sorted(seqs))
        if label.startswith("#"):
            return self.read((int(label[1:]),)), (label,)
        rows = self.store.found(str(plan.key), label[1:])
        return self.read(seq for type_name, seq in rows if type_name in plan.types), (label,)

    def _linked(self, plan: Plan, start: int) -> set[int]:
        """What hangs together with an event through the kinds of key of a plan."""
        seen: set[int] = set()
        nodes: set[tuple[str, str]] = set()
        pending = [start]
        while pending:
            fresh = [seq for seq in pending if seq not in seen]
            seen.update(fresh)
            pending = []
            for _, event in self.read(fresh):
                for node in linked_nodes(plan, event):
                    if node not in nodes:
                        nodes.add(node)
                        pending += self._at(plan, node)
        return seen

    def _at(self, plan: Plan, node: tuple[str, str]) -> Iterator[int]:
        if node == UNKEYED:
            for seq, event in self.read(self.store.typed(STARTED)):
                if UNKEYED in linked_nodes(plan, event):
                    yield seq
            return
        for type_name, seq in self.store.found(*node):
            if type_name in plan.types:
                yield seq

    def known(self, events: list[Located], wake: Wake) -> list[Known]:
        """Those of the events that count now, by (occurred_at, id)."""
        counted: list[Known] = []
        linked = self._linked_ids([e for _, e in events]) if self.any_links else frozenset()
        for _, event in events:
            wake.event(event.occurred_at, event.recorded_at, event.data)
            if event.id in linked:
                for _, other in self.family(event.id):
                    wake.event(other.occurred_at, other.recorded_at, {})
                found = self._family_counts(event.id).get(event.id)
                if found is not None:
                    counted.append(found)
            elif (
                max(event.occurred_at, event.recorded_at) <= self.now
                and event.type not in META
                and event.type != "event.retracted"
            ):
                counted.append(plain(event))
        counted.sort(key=lambda k: k.order)
        return counted

    def _linked_ids(self, events: list[Event]) -> frozenset[str]:
        """Of these, the events that correct, retract, or are corrected or retracted."""
        found = {e.id for e in events if targets(e)}
        if len(events) < 20:
            return frozenset(found | {e.id for e in events if self.store.linked(e.id)})
        rows = self.store.db.execute("SELECT DISTINCT target FROM live_links")
        heard = {name for (name,) in rows}
        return frozenset(found | {e.id for e in events if e.id in heard})

    def family(self, id_: str) -> list[Located]:
        """All events that hang together with one by correction and retraction, in order."""
        known = self._families.get(id_)
        if known is not None:
            return known
        found: dict[int, Event] = {}
        ids: set[str] = set()
        pending = [id_]
        while pending:
            name = pending.pop()
            if name in ids:
                continue
            ids.add(name)
            entry = self.store.named(name)
            if entry is not None and entry[1].operator == self.operator:
                found[entry[0]] = entry[1]
                pending += targets(entry[1])
            pending += [event.id for _, event in self.read(self.store.linked(name))]
        family = sorted(found.items())
        for name in ids:
            self._families[name] = family
        return family

    def _family_counts(self, id_: str) -> dict[str, Known]:
        counted = self._counted.get(id_)
        if counted is None:
            family = self.family(id_)
            events, _ = describe([e for _, e in family], self.now)
            counted = {k.id: k for k in events}
            for _, event in family:
                self._counted[event.id] = counted
        return counted

    def operator_knowledge(self, wake: Wake) -> Knowledge:
        """[5] [6] Who the operator is and what its records cover."""
        events: dict[int, Event] = {}
        for seq, event in self.read(self.store.typed(META)):
            events[seq] = event
            if self.any_links:
                events.update(self.family(event.id))
        for event in events.values():
            wake.event(event.recorded_at, event.recorded_at, {})
        return describe([e for _, e in sorted(events.items())], self.now)[1]

    def everything(self, wake: Wake) -> list[Known]:
        """Every event that counts, for duties that end with whatever happens next."""
        log: list[Event] = []
        at = 0
        while page := self.store.entries(at, 1000):
            log += [e for _, e in self.read(seq for seq, _ in page)]
            at = page[-1][0] + 1
        for event in log:
            wake.event(event.occurred_at, event.recorded_at, event.data)
        return know(log, self.now).events


def plain(event: Event) -> Known:
    """An event that nothing corrects or retracts."""
    return Known(
        event.id,
        event.id,
        event.type,
        event.occurred_at,
        event.recorded_at,
        event.keys,
        event.data,
    )


def targets(event: Event) -> list[str]:
    """Ids of what an event corrects or retracts."""
    found = [] if event.corrects is None else [event.corrects]
    if event.type == "event.retracted" and isinstance(event.data.get("of"), str):
        found.append(event.data["of"])
    return found


def linked_nodes(plan: Plan, event: Event) -> Iterator[tuple[str, str]]:
    """Values through which an event of a linked plan hangs together with others."""
    for name, value in event.keys.items():
        for kind in plan.kinds.get(name, ()):
            yield kind, value
    if event.type in STARTED and not {"subject", "service"} & event.keys.keys():
        yield UNKEYED


def label_of(plan: Plan, seq: int, event: Event) -> str:
    """The label of the group that an event belongs to."""
    if plan.how == "whole":
        return WHOLE
    if plan.how == "linked":
        return f"#{seq}"
    value = event.keys.get(str(plan.key))
    if value is not None:
        return f"={value}"
    # What has not the key can match nothing; only the kind of a start may come from another.
    return "=" if plan.started else f"#{seq}"
