"""The same facts at another date: what would they have meant under another edition of the law?

`docs/explanation/judging.md`, Moving the facts: every time shifts by one whole number of days, so
that the earliest event falls on the date asked for in law time; clock readings stay.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lawkeep.judge.knowledge import META
from lawkeep.model.event import Event
from lawkeep.model.time import format_instant, parse_instant, to_instant, utc
from lawkeep.model.vocabulary import Vocabulary


def days_to(events: Iterable[Event], day: date, zone: ZoneInfo) -> int:
    """Days by which the earliest event must move to fall on `day`; 0 without events."""
    first = min((e.occurred_at for e in events if e.type not in META), default=None)
    return 0 if first is None else (day - utc(first).astimezone(zone).date()).days


def shift(instant: int, days: int, zone: ZoneInfo) -> int:
    """The same clock reading in law time, a number of days later."""
    local = utc(instant).astimezone(zone)
    moved = local.replace(tzinfo=None) + timedelta(days=days)
    there = datetime.combine(moved.date(), moved.time(), tzinfo=zone).replace(fold=local.fold)
    return to_instant(there)


def moved(
    events: Iterable[Event], days: int, zone: ZoneInfo, vocabulary: Vocabulary
) -> list[Event]:
    """All events with every time in them shifted: also due, until, from in data, and coverage."""
    return [_moved(event, days, zone, vocabulary) for event in events]


def _moved(event: Event, days: int, zone: ZoneInfo, vocabulary: Vocabulary) -> Event:
    data: dict[str, Any] = dict(event.data)
    for name in vocabulary[event.type].times & data.keys():
        if data[name] is not None:
            data[name] = format_instant(shift(parse_instant(data[name]), days, zone))
    return msgspec.structs.replace(
        event,
        occurred_at=shift(event.occurred_at, days, zone),
        recorded_at=shift(event.recorded_at, days, zone),
        data=data,
    )
