"""What may be known at a date: corrections, retractions, who the operator is, what is complete.

`docs/explanation/judging.md`, sentences 4 to 6 and 17. Pure; the order of events does not matter
except that `position` (their order in the ledger) settles which of two corrections is the last.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lawkeep.model.event import Event
from lawkeep.model.finding import Coverage, Profile
from lawkeep.model.time import EARLIEST, LATEST, parse_instant

META = frozenset({"operator.profiled", "records.covered"})


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An event as it counts at the date: its own content, the id of the event it replaces."""

    id: str
    origin: str
    type: str
    t: int
    r: int
    keys: dict[str, str]
    data: dict[str, Any]

    @property
    def order(self) -> tuple[int, str]:
        return (self.t, self.id)


@dataclass(frozen=True)
class Knowledge:
    """`events` sorted by (occurred_at, id), without the two kinds that describe the operator."""

    events: list[Known]
    profiles: list[Profile]
    coverage: list[Coverage]
    _intervals: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def covered_spans(self, type_name: str) -> list[tuple[int, int]]:
        """Merged times in which the records of a type are complete, both ends included."""
        found = self._intervals.get(type_name)
        if found is None:
            found = merge(
                (
                    EARLIEST if c.start is None else c.start,
                    LATEST if c.end is None else c.end,
                )
                for c in self.coverage
                if any(fits(pattern, type_name) for pattern in c.types)
            )
            self._intervals[type_name] = found
        return found

    def covers(self, type_name: str, start: int, end: int) -> bool:
        """A forward window lies wholly inside."""
        return any(s <= start and end <= e for s, e in self.covered_spans(type_name))

    def covers_back(self, type_name: str, start: int | None, at: int) -> bool:
        """A look-back at an instant. `start` None: what stood at the beginning is in the records."""
        return any(
            s <= at <= e and (start is None or s <= start) for s, e in self.covered_spans(type_name)
        )


def fits(pattern: str, type_name: str) -> bool:
    """Whether a coverage pattern (`content.stopped`, `content.*`, `*`) names a type."""
    if pattern.endswith(".*"):
        return type_name.startswith(pattern[:-1])
    return pattern in ("*", type_name)


def merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Closed spans in order; those that meet or touch are one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(s for s in spans if s[0] <= s[1]):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def know(events: Iterable[Event], as_of: int) -> Knowledge:
    """What counts as of an instant. `operator.profiled` and `records.covered` count whatever it is."""
    counted, knowledge = describe(list(events), as_of)
    return Knowledge(counted, knowledge.profiles, knowledge.coverage)


def describe(events: list[Event], as_of: int) -> tuple[list[Known], Knowledge]:
    """The events that count, in order, and who the operator is.

    A log may be given in part: corrections, retractions, their targets and the two kinds about
    the operator are all that bears on one another.
    """
    plain: list[tuple[int, Event]] = []
    about: list[tuple[int, Event]] = []
    for position, event in enumerate(events):
        if event.type in META:
            about.append((position, event))
        elif event.recorded_at <= as_of:
            plain.append((position, event))
    counted = [
        Known(e.id, origin, e.type, e.occurred_at, e.recorded_at, e.keys, e.data)
        for e, origin in _current(plain)
        if e.occurred_at <= as_of and e.type != "event.retracted"
    ]
    counted.sort(key=lambda k: k.order)
    statements = [e for e, _ in _current(about + [p for p in plain if _changes(p[1])])]
    return counted, Knowledge([], _profiles(statements), _coverage(statements))


def _changes(event: Event) -> bool:
    return event.type == "event.retracted"


def _current(events: list[tuple[int, Event]]) -> list[tuple[Event, str]]:
    """Events without those retracted, corrections in the place of their targets."""
    retracted: set[str] = set()
    retractions = [(e.recorded_at, p, e) for p, e in events if e.type == "event.retracted"]
    for _, _, event in sorted(retractions, key=lambda r: r[:2], reverse=True):
        target = event.data.get("of")
        if event.id not in retracted and target is not None:
            retracted.add(target)
    targets = {e.id: e.corrects for _, e in events if e.corrects is not None}
    chosen: dict[str, tuple[int, int, Event]] = {}
    for position, event in events:
        root, seen = event.id, {event.id}
        while (target := targets.get(root)) is not None and target not in seen:
            root = target
            seen.add(root)
        if event.id in retracted or root in retracted:
            continue
        # The target itself yields to any correction, whenever it was recorded.
        rank = (event.recorded_at, position, event) if event.id != root else (EARLIEST, -1, event)
        if root not in chosen or rank[:2] >= chosen[root][:2]:
            chosen[root] = rank
    return [(event, root) for root, (_, _, event) in chosen.items()]


def _profiles(statements: list[Event]) -> list[Profile]:
    """Profiles by their beginning; of two for one beginning the one recorded last."""
    latest: dict[int, tuple[int, Profile]] = {}
    for event in sorted(statements, key=lambda e: (e.recorded_at, e.id)):
        if event.type == "operator.profiled":
            since = _instant(event.data.get("since"))
            profile = Profile(
                roles=frozenset(event.data.get("roles") or ()),
                since=since,
                jurisdictions=tuple(event.data.get("jurisdictions") or ("cn",)),
            )
            latest[EARLIEST if since is None else since] = (event.recorded_at, profile)
    return [profile for _, (_, profile) in sorted(latest.items())]


def _coverage(statements: list[Event]) -> list[Coverage]:
    return [
        Coverage(
            types=tuple(event.data.get("types") or ()),
            start=_instant(event.data.get("from")),
            end=_instant(event.data.get("until")),
            by=event.data.get("by"),
        )
        for event in statements
        if event.type == "records.covered"
    ]


def _instant(text: str | None) -> int | None:
    return None if text is None else parse_instant(text)
