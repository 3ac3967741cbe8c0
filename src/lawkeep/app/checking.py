"""The nightly oracle: live findings against the same log judged in batch, from nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lawkeep.app.engines import bench
from lawkeep.app.live import Opened
from lawkeep.app.question import EngineName
from lawkeep.judge.live import Live
from lawkeep.ledger.entry import Entry
from lawkeep.model.event import Event
from lawkeep.model.finding import Finding
from lawkeep.model.time import format_instant

Seen = tuple[str, str | None, int | None, int | None, tuple[str, ...]]


@dataclass(frozen=True)
class Difference:
    """The first finding that is not the same. `live`, `batch`: state, reason, due, decided,
    events; None where that side has no such finding. `part`: the events that it rests on."""

    id: str
    duty: str
    live: Seen | None
    batch: Seen | None
    part: tuple[Event, ...]


@dataclass(frozen=True)
class Checked:
    """`as_of`: the instant of both. `engine`: which batch. `count`: how many findings agree."""

    as_of: int
    engine: str
    count: int
    differing: int
    first: Difference | None


def check(opened: Opened, now: int, *, engine: EngineName = "auto") -> Checked:
    """Judge the ledger in batch as of now and compare every finding with the live one.

    Both sides see the entries up to one place of the ledger, whoever appends meanwhile.
    """
    live = opened.live
    live.advance(now)
    found, end, as_of = live.snapshot()
    keys = {f.id: f.keys for f in found}
    mine: dict[str, tuple[str, Seen]] = {
        f.id: (f.duty, (f.state, f.reason, f.due_at, f.decided_at, f.events)) for f in found
    }
    with bench((e.event for e in _entries(live, end)), as_of, engine) as judge:
        theirs: dict[str, tuple[str, Seen]] = {}
        for pack in opened.packs:
            judged, _, _ = judge.engine(
                pack,
                operator=live.operator,
                as_of=as_of,
                drafts=live.drafts,
                only=frozenset(),
            )
            theirs |= {
                j.finding.id: (f"{pack.id}/{j.finding.duty}", _seen(j.finding)) for j in judged
            }
            keys |= {j.finding.id: j.finding.keys for j in judged}
        name = judge.name
    differ = [k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k)]
    if not differ:
        return Checked(as_of, name, len(mine), 0, None)
    first = min(differ, key=lambda k: (_first_time(mine.get(k), theirs.get(k)), k))
    duty = (mine.get(first) or theirs[first])[0]
    a, b = (side[first][1] if first in side else None for side in (mine, theirs))
    ids = {name for one in (a, b) if one is not None for name in one[4]}
    part = tuple(live.part(duty, ids, keys[first], end))
    return Checked(
        as_of, name, len(mine) - len(differ), len(differ), Difference(first, duty, a, b, part)
    )


def _entries(live: Live, end: int) -> Iterable[Entry]:
    return (e for e in live.ledger.read(end=end) if e.event.operator == live.operator)


def _seen(finding: Finding) -> Seen:
    return (
        finding.state,
        finding.reason,
        finding.due_at,
        finding.decided_at,
        finding.events,
    )


def _first_time(*sides: tuple[str, Seen] | None) -> int:
    times = [t for side in sides if side is not None for t in side[1][2:4] if t is not None]
    return min(times, default=0)


def told(seen: Seen | None) -> dict[str, Any] | None:
    """One side of a difference, for people and for JSON."""
    if seen is None:
        return None
    state, reason, due, decided, events = seen
    return {
        "state": state,
        "reason": reason,
        "due_at": None if due is None else format_instant(due),
        "decided_at": None if decided is None else format_instant(decided),
        "events": list(events),
    }
