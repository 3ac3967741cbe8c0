"""Instants: integer microseconds of UTC since 1970-01-01 (`docs/explanation/judging.md`, Time).

Text form is RFC 3339. A time without an offset is refused, never guessed: the same clock
reading is a different instant in Guangzhou and in Paris, and a deadline hangs on it.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from lawkeep.model.errors import LawkeepError, error

MICROSECONDS = 1_000_000
DAY = 86_400 * MICROSECONDS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# datetime covers years 1 to 9999; every instant must stay printable.
EARLIEST = -62_135_596_800 * MICROSECONDS
LATEST = 253_402_300_799 * MICROSECONDS + 999_999

_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)

# The same for JSON Schema, whose `date-time` alone is an annotation that many readers ignore.
TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)


def to_instant(moment: datetime) -> int:
    """Microseconds of UTC of an aware `datetime`. Integer arithmetic only."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * MICROSECONDS + delta.microseconds


def parse_instant(text: str) -> int:
    """Microseconds of UTC of an RFC 3339 text with an offset.

    Errors: `time_without_zone` when the offset is missing, `time_malformed` otherwise.
    Digits beyond the microsecond must be zero, since rounding could move a deadline.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise error("time_malformed", value=text)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if offset is None:
        raise error("time_without_zone", value=text, otherwise="")
    digits = (fraction or "").ljust(6, "0")
    if digits[6:].strip("0"):
        raise error("time_malformed", value=text)
    if offset in "Zz":
        zone: timezone = UTC
    else:
        hours, minutes = int(offset[1:3]), int(offset[4:6])
        if hours > 23 or minutes > 59:
            raise error("time_malformed", value=text)
        sign = -1 if offset[0] == "-" else 1
        zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=zone
        )
        instant = to_instant(moment) + int(digits[:6])
    except (ValueError, OverflowError):
        raise error("time_malformed", value=text) from None
    if not EARLIEST <= instant <= LATEST:
        raise error("time_malformed", value=text)
    return instant


def utc(instant: int) -> datetime:
    """The instant as an aware UTC `datetime`."""
    return EPOCH + timedelta(microseconds=instant)


def format_instant(instant: int) -> str:
    """Canonical text: UTC, six digits, `Z`. Sorts like the number for years 1 to 9999."""
    second, microsecond = divmod(instant, MICROSECONDS)
    day, second = divmod(second, 86_400)
    minute, second = divmod(second, 60)
    return f"{_day_text(day)}{_CLOCK[minute]}{second:02d}.{microsecond:06d}Z"


# Encoding an event spent most of its time here; days repeat, and there are 1,440 minutes.
_CLOCK = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440)]


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()[:10]


def format_local(instant: int, zone: ZoneInfo) -> str:
    """RFC 3339 text in a zone, without trailing zero fraction: what people read."""
    text = utc(instant).astimezone(zone).isoformat(timespec="microseconds")
    return text.replace(".000000", "")


__all__ = [
    "DAY",
    "EARLIEST",
    "LATEST",
    "MICROSECONDS",
    "TIME_PATTERN",
    "LawkeepError",
    "format_instant",
    "format_local",
    "parse_instant",
    "to_instant",
    "utc",
]
