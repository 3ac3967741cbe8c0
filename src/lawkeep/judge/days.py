"""Ends of windows as SQL. What depends on the calendar is a table of days, made by the calendar."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb
import pyarrow as pa

from lawkeep.judge.form import Deadline
from lawkeep.law.calendar import Calendar, CalendarUnknownError, Period
from lawkeep.model.time import DAY, LATEST

Side = Literal["end", "begin", "latest_before", "end_of_day"]
_MANY = 4000
"""Days that are listed without asking which of them occur."""


@dataclass(frozen=True)
class Window:
    """Expressions of a leg's window over `e`, a trigger; None: no bound.

    `unknown`: true where the working days are not announced; `no_due`: the record names no time.
    """

    met_by: str | None
    due: str | None
    unknown: str = "false"
    no_due: str = "false"


class Days:
    """Windows that start at a column of instants. Ask for all of them, then `table`."""

    def __init__(self, calendar: Calendar, instant: str) -> None:
        self.calendar, self.instant = calendar, instant
        self._asked: dict[tuple[Side, Period | None], str] = {}

    def ask(self, side: Side, period: Period | None = None) -> str:
        """The end (or begin) of a period from the instant; null where it is not known."""
        if period is not None and period.unit == "us":
            if side == "end":
                return f"least({self.instant} + {period.n}, {LATEST})"
            return f"({self.instant} - {period.n})"
        return "days." + self._asked.setdefault((side, period), f"w{len(self._asked)}")

    def window(self, deadline: Deadline) -> Window:
        """The window of a deadline of any kind but `next`."""
        if deadline.kind == "policy":
            return self._policy(deadline)
        if deadline.kind == "data":
            # Times in data are canonical: UTC, six digits, Z.
            text = "json_extract_string(e.data, '$.due')"
            due = f"epoch_us(CAST(substr({text}, 1, 26) AS TIMESTAMP))"
            return Window(due, due, no_due=f"({text} IS NULL)")
        if deadline.kind == "never":
            return Window(None, None)
        if deadline.kind == "at_once":
            return Window(self.instant, self.instant)
        if deadline.kind == "end_of_day":
            end = self.ask("end_of_day")
            return Window(end, end)
        end = self.ask("end", deadline.due)
        return Window(end, end, _unknown(deadline.due, end))

    def _policy(self, deadline: Deadline) -> Window:
        if deadline.by is None:
            met, due = self.ask("end", deadline.met_within), self.ask("end", deadline.due)
            unknown = [_unknown(deadline.met_within, met), _unknown(deadline.due, due)]
            return Window(met, due, _any(unknown))
        word = f"coalesce(json_extract_string(e.data, '$.{deadline.by}'), 'None')"
        met = due = f"CASE {word}"
        unknown = []
        for name, within, after in deadline.bounds:
            arm = "ELSE" if name == "other" else f"WHEN '{name}' THEN"
            if name != "other":
                met += f" {arm} {self.ask('end', within)}"
                due += f" {arm} {self.ask('end', after)}"
        for name, within, after in deadline.bounds:
            if name == "other":
                met += f" ELSE {self.ask('end', within)}"
                due += f" ELSE {self.ask('end', after)}"
        for _, within, after in deadline.bounds:
            if {within.unit, after.unit} != {"us"}:
                unknown = [f"(({met} END) IS NULL OR ({due} END) IS NULL)"]
        return Window(f"({met} END)", f"({due} END)", _any(unknown))

    def join(
        self, db: duckdb.DuckDBPyConnection, name: str, source: str, span: tuple[int, int]
    ) -> str:
        """The join of the table of days, made as `name`; nothing where no window needs it."""
        if not self._asked:
            return ""
        first, last = (self.calendar.day(i).toordinal() for i in span)
        if last - first > _MANY:
            days = self._occurring(db, source)
        else:
            days = [date.fromordinal(d) for d in range(first, last + 1)]
        base = self.calendar.day_start(days[0]) if days else 0
        columns: dict[str, list[int | None]] = {"u": [], "a": [], "b": []}
        columns |= {name: [] for name in self._asked.values()}
        for day in days:
            start, end = self.calendar.day_start(day), self.calendar.day_end(day)
            found = {c: self._at(side, period, start) for (side, period), c in self._asked.items()}
            for u in range((start - base) // DAY, (end - base) // DAY + 1):
                for column, value in {"u": u, "a": start, "b": end, **found}.items():
                    columns[column].append(value)
        arrays = {c: pa.array(v, pa.int64()) for c, v in columns.items()}
        db.register("listed", pa.table(arrays))
        db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM listed")
        db.unregister("listed")
        return (
            f" JOIN {name} days ON days.u = ({self.instant} - {base}) // {DAY} "
            f"AND {self.instant} BETWEEN days.a AND days.b"
        )

    def _occurring(self, db: duckdb.DuckDBPyConnection, source: str) -> list[date]:
        rows = db.execute(
            f"SELECT DISTINCT {self.instant} // {DAY} FROM {source} WHERE {self.instant} IS NOT NULL"
        ).fetchall()
        found = set()
        for (number,) in rows:
            # An instant of a day of UTC lies in one of at most three days of law time.
            low, high = (self.calendar.day((number + i) * DAY).toordinal() for i in (-1, 1))
            found |= set(range(low, high + 1))
        return [date.fromordinal(d) for d in sorted(found)]

    def _at(self, side: Side, period: Period | None, start: int) -> int | None:
        calendar = self.calendar
        if period is None:
            return calendar.day_end(calendar.day(start))
        try:
            return {
                "end": calendar.end,
                "begin": calendar.begin,
                "latest_before": calendar.latest_before,
            }[side](start, period)
        except CalendarUnknownError:
            return None


def _unknown(period: Period | None, end: str) -> str:
    return f"({end} IS NULL)" if period is not None and period.unit == "BD" else "false"


def _any(terms: list[str]) -> str:
    told = [t for t in dict.fromkeys(terms) if t != "false"]
    return f"({' OR '.join(told)})" if told else "false"
