"""Instants and spans as people read them, in law time. Pure; the zone is an argument."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from lawkeep.model.finding import Text
from lawkeep.model.time import MICROSECONDS, utc

MINUTE = 60 * MICROSECONDS
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEAR = 36_525 * DAY // 100


@lru_cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Error: `ZoneInfoNotFoundError` for a name that does not exist."""
    return ZoneInfo(name)


def local(instant: int, zone: str) -> datetime:
    """The instant as an aware `datetime` in law time."""
    return utc(instant).astimezone(zone_of(zone))


def day(instant: int, zone: str) -> str:
    """`2017-08-20`."""
    return local(instant, zone).date().isoformat()


def clock(instant: int, zone: str) -> str:
    """`10:05`, or `10:05:07` when the seconds matter. The last microsecond of a day is `24:00`."""
    moment = local(instant, zone)
    if (moment.hour, moment.minute, moment.second) == (23, 59, 59) and moment.microsecond:
        return "24:00"
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def minute(instant: int, zone: str) -> str:
    """`2017-08-20 10:05`."""
    return f"{day(instant, zone)} {clock(instant, zone)}"


def machine(instant: int, zone: str) -> str:
    """RFC 3339 with the offset, for the `datetime` attribute and for tables."""
    return local(instant, zone).isoformat(timespec="seconds")


_UNITS = (
    (YEAR, "年", "y"),
    (DAY, "天", "d"),
    (HOUR, "小时", "h"),
    (MINUTE, "分钟", "min"),
    (MICROSECONDS, "秒", "s"),
)


def span(length: int) -> Text:
    """A length in its two largest units: `2 d 3 h`. A microsecond short of a unit counts as it."""
    length = abs(length)
    if length % MICROSECONDS == MICROSECONDS - 1:
        length += 1
    if length < MICROSECONDS:
        return Text(zh="不足 1 秒", en="under 1 s")
    for place, (unit, zh, en) in enumerate(_UNITS):
        if length >= unit:
            whole, rest = divmod(length, unit)
            text_zh, text_en = f"{whole} {zh}", f"{whole} {en}"
            if place + 1 < len(_UNITS):
                small, small_zh, small_en = _UNITS[place + 1]
                if rest >= small:
                    text_zh += f" {rest // small} {small_zh}"
                    text_en += f" {rest // small} {small_en}"
            return Text(zh=text_zh, en=text_en)
    raise AssertionError("a length of at least a second has a unit")
