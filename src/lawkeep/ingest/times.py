"""Times of records: texts and numbers in the forms that a mapping names, to UTC microseconds.

A local time is read in a declared zone. A reading that the clock showed twice or never is an
error unless `fold` says which is meant: guessing would move a deadline by an hour.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lawkeep.model.errors import Both, error
from lawkeep.model.time import EARLIEST, LATEST, MICROSECONDS, to_instant

Parser = Callable[[Any], int]

_NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (clock readings have no zone yet)
_HOUR = timedelta(hours=1)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))? ?(Z|z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"(-?\d{1,18})(?:\.(\d{1,6})0*)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,7}(\.\d{1,17})?", re.ASCII)
_EPOCH_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
FORMATS = ("iso", *_EPOCH_UNITS, "excel")
# Days of Excel's 1900 system: day 60 is a 29 February 1900 that never was.
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (clock reading)
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,6})",
    "%": "%",
}


def zone_of(name: str) -> ZoneInfo:
    """A zone of the IANA database. Error: `zone_unknown`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise error("zone_unknown", zone=name) from None


ZONE_OF_MAPPING = Both(
    ", or set `zone` in the mapping or in operator.yaml", "，或者在映射或 operator.yaml 中设置 zone"
)
ZONE_OF_OPERATOR = Both(", or set `zone` in this file", "，或者在本文件中设置 zone")
"""What helps besides an offset: advice of `time_without_zone`."""


class Localiser:
    """Clock readings of one zone to instants. Remembers days whose offset does not change."""

    def __init__(self, zone: ZoneInfo | None, fold: str | None) -> None:
        self.zone = zone
        self.fold = fold
        self._days: dict[int, int | None] = {}

    def instant(self, reading: datetime) -> int:
        """Errors: `time_without_zone`, `time_ambiguous`, `time_skipped`, `time_malformed`."""
        if self.zone is None:
            raise error(
                "time_without_zone", value=reading.isoformat(" "), otherwise=ZONE_OF_MAPPING
            )
        day = reading.toordinal()
        if day not in self._days:
            if len(self._days) > 20_000:
                self._days.clear()
            self._days[day] = self._steady(reading)
        offset = self._days[day]
        delta = reading - _NAIVE_EPOCH
        clock = (delta.days * 86_400 + delta.seconds) * MICROSECONDS + delta.microseconds
        if offset is None:
            offset = self._offset(reading)
        return _ranged(clock - offset, reading)

    def _steady(self, reading: datetime) -> int | None:
        start = datetime(reading.year, reading.month, reading.day, tzinfo=self.zone)
        try:
            probes = [start + hour * _HOUR for hour in range(25)]
            offsets = {p.replace(fold=f).utcoffset() for p in probes for f in (0, 1)}
        except OverflowError:
            return None
        return _microseconds(offsets.pop()) if len(offsets) == 1 else None

    def _offset(self, reading: datetime) -> int:
        assert self.zone is not None
        first = _microseconds(reading.replace(tzinfo=self.zone, fold=0).utcoffset())
        second = _microseconds(reading.replace(tzinfo=self.zone, fold=1).utcoffset())
        if first == second:
            return first
        if self.fold is None:
            code = "time_ambiguous" if first > second else "time_skipped"
            raise error(code, value=reading.isoformat(" "), zone=self.zone.key)
        # A larger offset is an earlier instant.
        return max(first, second) if self.fold == "earlier" else min(first, second)


def parser(formats: str | list[str], zone: ZoneInfo | None, fold: str | None) -> Parser:
    """A function from a cell (text, number, date, datetime) to UTC microseconds.

    Errors of the function: `time_not_matching` and those of `Localiser.instant`.
    Raises `ValueError` with a message for a format that is not understood.
    """
    names = [formats] if isinstance(formats, str) else formats
    if not names:
        raise ValueError(Both("no format is given", "没有给出格式"))
    local = Localiser(zone, fold).instant
    steps = [_step(name, local) for name in names]
    shown = " or ".join(names)

    def parse(value: Any) -> int:
        if isinstance(value, datetime):
            return _ranged(to_instant(value), value) if value.tzinfo else local(value)
        if isinstance(value, date):
            return local(datetime.combine(value, time()))
        for step in steps:
            instant = step(value)
            if instant is not None:
                return instant
        raise error("time_not_matching", value=str(value), formats=shown)

    return parse


def _step(name: str, local: Callable[[datetime], int]) -> Callable[[Any], int | None]:
    if name == "iso":
        return lambda value: _iso(value, local)
    if name in _EPOCH_UNITS:
        unit = _EPOCH_UNITS[name]
        return lambda value: _epoch(value, unit)
    if name == "excel":
        return lambda value: _excel(value, local)
    if "%" not in name:
        known = ", ".join(FORMATS)
        raise ValueError(
            Both(
                f"“{name}” is neither a strptime pattern nor one of {known}",
                f"“{name}”既不是 strptime 格式，也不是 {known} 之一",
            )
        )
    return _pattern(name, local)


def _iso(value: Any, local: Callable[[datetime], int]) -> int | None:
    if not isinstance(value, str):
        return None
    match = _ISO.fullmatch(value)
    if match is None:
        return None
    day, clock, fraction, offset = match.groups()
    try:
        reading = datetime.fromisoformat(f"{day} {clock}")
        if fraction:
            if fraction[6:].strip("0"):
                return None
            reading = reading.replace(microsecond=int(fraction[:6].ljust(6, "0")))
        if offset is None:
            return local(reading)
        if offset in "Zz":
            return to_instant(reading.replace(tzinfo=UTC))
        digits = offset[1:].replace(":", "").ljust(4, "0")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 23 or minutes > 59:
            return None
        shift = (hours * 60 + minutes) * 60 * MICROSECONDS
        clock_instant = to_instant(reading.replace(tzinfo=UTC))
        return _ranged(clock_instant + (shift if offset[0] == "-" else -shift), value)
    except ValueError:
        return None


def _epoch(value: Any, unit: int) -> int | None:
    match = None if isinstance(value, bool) else _EPOCH.fullmatch(str(value))
    if match is None:
        return None
    whole, fraction = match.groups()
    part = int((fraction or "").ljust(6, "0")) * unit
    if part % MICROSECONDS:
        return None
    part //= MICROSECONDS
    return _ranged(int(whole) * unit + (-part if whole.startswith("-") else part), value)


def _excel(value: Any, local: Callable[[datetime], int]) -> int | None:
    if isinstance(value, bool) or not _NUMBER.fullmatch(str(value)):
        return None
    serial = float(value)
    if not 1 <= serial < 2_958_466 or 60 <= serial < 61:
        return None
    # A binary fraction of a day is exact to about a millisecond: the rest is noise.
    days = int(serial) + (serial < 60)
    reading = _EXCEL_ZERO + timedelta(
        days=days, milliseconds=round((serial - int(serial)) * 86_400_000)
    )
    return local(reading)


def _pattern(name: str, local: Callable[[datetime], int]) -> Callable[[Any], int | None]:
    compiled = _compiled(name)
    if compiled is None:
        return lambda value: _strptime(value, name, local)

    def step(value: Any) -> int | None:
        match = compiled.fullmatch(value if isinstance(value, str) else str(value))
        if match is None:
            return None
        part = match.groupdict()
        try:
            numbers = [int(part.get(key) or default) for key, default in _PARTS]
            micro = int((part.get("f") or "0").ljust(6, "0"))
            year, month, day, hour, minute, second = numbers
            reading = datetime.combine(date(year, month, day), time(hour, minute, second, micro))
        except ValueError:
            return None
        return local(reading)

    return step


_PARTS = (("Y", "1900"), ("m", "1"), ("d", "1"), ("H", "0"), ("M", "0"), ("S", "0"))


def _compiled(name: str) -> re.Pattern[str] | None:
    """A regular expression for the common directives; several times faster than strptime."""
    pieces = re.split(r"%(.)", name, flags=re.DOTALL)
    used = pieces[1::2]
    if "%" in "".join(pieces[::2]):
        raise ValueError(Both(f"“{name}” ends in a lone %", f"“{name}”以单独的 % 结尾"))
    if not {"Y", "m", "d"} <= set(used) and not set(used) & set("yjxcGsbB"):
        raise ValueError(Both(f"“{name}” names no year, month and day", f"“{name}”没有年、月、日"))
    if any(letter not in _DIRECTIVES for letter in used) or len(set(used)) != len(used):
        _probe(name)
        return None
    text = "".join(_DIRECTIVES[p] if i % 2 else re.escape(p) for i, p in enumerate(pieces))
    return re.compile(text, re.ASCII)


def _probe(name: str) -> None:
    try:
        datetime.strptime("", name)  # noqa: DTZ007  (tries the pattern only)
    except (ValueError, re.error) as problem:
        if "does not match format" not in str(problem):
            raise ValueError(
                Both(f"“{name}” is not a strptime pattern", f"“{name}”不是 strptime 格式")
            ) from None


def _strptime(value: Any, name: str, local: Callable[[datetime], int]) -> int | None:
    try:
        moment = datetime.strptime(str(value), name)  # noqa: DTZ007  (zone is applied below)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is not None:
        return _ranged(to_instant(moment), value)
    return local(moment)


def _microseconds(offset: timedelta | None) -> int:
    assert offset is not None
    return (offset.days * 86_400 + offset.seconds) * MICROSECONDS + offset.microseconds


def _ranged(instant: int, value: Any) -> int:
    if not EARLIEST <= instant <= LATEST:
        raise error("time_malformed", value=str(value))
    return instant
