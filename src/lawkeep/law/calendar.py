"""Law time: days, months and working days of a jurisdiction, in its zone, to the microsecond.

`judging.md` 1: `PTnH` is exact; `PnD` ends at the last microsecond of the n-th day after; `PnM`
and `PnY` keep the day number, else take the month's last day; `PnBD` counts working days. Ends do
not move for holidays. Windows into the past mirror this.
"""

import calendar as months
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from lawkeep.model.errors import declare, error
from lawkeep.model.time import LATEST, MICROSECONDS, to_instant, utc

declare(
    "period_malformed",
    "“{value}” is not a period.",
    "“{value}”不是期间。",
    "Write hours or minutes `PT24H`, days `P2D`, months `P6M`, years `P2Y` or working days `P20BD`.",
    "请写成小时或分钟 PT24H、日 P2D、月 P6M、年 P2Y 或工作日 P20BD。",
)

_PERIOD = re.compile(r"P(?:T(\d{1,7})([HMS])|(\d{1,5})(D|M|Y|BD))", re.ASCII)
_EXACT = {"H": 3600 * MICROSECONDS, "M": 60 * MICROSECONDS, "S": MICROSECONDS}


class CalendarUnknownError(Exception):
    """The working days of that year have not been announced: the finding is open."""


@dataclass(frozen=True)
class Period:
    """A length of time. `unit`: `us` (exact microseconds), `D`, `M`, `Y` or `BD`."""

    n: int
    unit: str
    text: str


def parse_period(text: str) -> Period:
    """`PT24H`, `P2D`, `P6M`, `P2Y`, `P20BD`. Error: `period_malformed`."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise error("period_malformed", value=text)
    exact, unit, count, calendar_unit = match.groups()
    if exact is not None:
        return Period(int(exact) * _EXACT[unit], "us", text)
    return Period(int(count), calendar_unit, text)


def _chinese_workday(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise CalendarUnknownError(day.year) from None


def _no_workdays(day: date) -> bool:
    raise CalendarUnknownError(day.year)


_WORKDAYS: dict[str, Callable[[date], bool]] = {"cn": _chinese_workday, "none": _no_workdays}


def parse_day(text: str) -> date | None:
    """A day `2017-06-01` between 1900 and 9998, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if len(text) == 10 and 1900 <= day.year <= 9998 else None


class Calendar:
    """Days of a zone and working days of a country (`cn`, from the yearly notices; or `none`)."""

    def __init__(self, zone: str, workdays: str = "none") -> None:
        self.zone = ZoneInfo(zone)
        self.is_workday = _WORKDAYS[workdays]

    def day(self, instant: int) -> date:
        """The day of an instant in law time."""
        return utc(instant).astimezone(self.zone).date()

    def day_start(self, day: date) -> int:
        """First microsecond of a day."""
        return to_instant(datetime(day.year, day.month, day.day, tzinfo=self.zone))

    def day_end(self, day: date) -> int:
        """Last microsecond of a day."""
        if day >= date.max:
            return LATEST
        return self.day_start(day + timedelta(days=1)) - 1

    def end(self, start: int, period: Period) -> int:
        """The last microsecond of a period that begins at an instant, at most year 9999.

        Error: `CalendarUnknownError` where the working days are not announced.
        """
        if period.unit == "us":
            return min(start + period.n, LATEST)
        try:
            return self.day_end(self._moved(self.day(start), period, 1))
        except (OverflowError, ValueError):
            return LATEST

    def begin(self, end: int, period: Period) -> int:
        """The first microsecond of a period that looks back from an instant."""
        if period.unit == "us":
            return end - period.n
        return self.day_start(self._moved(self.day(end), period, -1))

    def latest_before(self, instant: int, period: Period) -> int:
        """The last microsecond that still lies at least a period before an instant."""
        if period.unit == "us":
            return instant - period.n
        return self.day_end(self._moved(self.day(instant), period, -1))

    def _moved(self, day: date, period: Period, sign: int) -> date:
        if period.unit == "D":
            return day + timedelta(days=sign * period.n)
        if period.unit == "BD":
            left = period.n
            while left:
                day += timedelta(days=sign)
                left -= self.is_workday(day)
            return day
        count = sign * period.n * (12 if period.unit == "Y" else 1)
        index = day.year * 12 + day.month - 1 + count
        year, month = index // 12, index % 12 + 1
        return date(year, month, min(day.day, months.monthrange(year, month)[1]))
