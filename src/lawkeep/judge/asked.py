"""One duty with plain matches, asked of DuckDB in SQL."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pyarrow as pa

from lawkeep.judge import sql
from lawkeep.judge.demand import (
    BackwardFacts,
    ForwardFacts,
    Window,
    decide_backward,
    decide_forward,
    look_back,
    window,
)
from lawkeep.judge.form import Form, GivenForm, Group, Leg, Part, Pick, Picks, legs_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.outcome import Judged, Outcome, tree
from lawkeep.judge.reference import emit, holds_at, key_missing, release
from lawkeep.judge.rows import numbered
from lawkeep.judge.trigger import Obligation
from lawkeep.judge.world import World
from lawkeep.law.calendar import CalendarUnknownError
from lawkeep.model.time import EARLIEST, format_instant

Answers = Callable[[int], tuple[Window | None, ForwardFacts | BackwardFacts]]


class Asked:
    """One simple duty, asked in SQL. `trig` holds its triggers with the values they match by."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, world: World, form: Form, operator: str, drafts: bool
    ) -> None:
        self.db, self.world, self.form = db, world, form
        self.operator, self.drafts = operator, drafts
        self.parts: dict[Part, str] = {}
        self.numbers: list[int] = []
        self.obligations: list[Obligation] = []

    def judge(self) -> Iterator[Judged]:
        """Findings of the duty."""
        form, world = self.form, self.world
        self._triggers()
        if not self.obligations:
            return
        releases = self._releases()
        for demand in form.demands:
            answers = {id(leg): self._leg(leg) for leg in legs_of(demand)}
            for number, o in zip(self.numbers, self.obligations, strict=True):
                outcome = release(
                    form, o, self._outcome(demand, answers, number, o), releases.get(number, ())
                )
                yield emit(
                    world, form, o, demand, outcome, operator=self.operator, drafts=self.drafts
                )

    def _outcome(
        self, demand: Leg | Group, answers: dict[int, Answers], number: int, o: Obligation
    ) -> Outcome:
        if key_missing(self.world, self.form, self.form.same, o.trigger):
            return Outcome("open", "key_missing", o.start, None)

        def decide(leg: Leg) -> Outcome:
            if key_missing(self.world, self.form, leg.pick.match.trigger, o.trigger):
                return Outcome("open", "key_missing", o.start, None)
            time, facts = answers[id(leg)](number)
            if time is None:
                raise CalendarUnknownError
            if isinstance(facts, ForwardFacts):
                return decide_forward(self.world, self.form, leg, o.start, time, facts)
            return decide_backward(self.world, self.form, leg, o.start, facts)

        try:
            return tree(demand, decide)
        except CalendarUnknownError:
            return Outcome("open", "calendar_unknown", o.start, None)

    def _column(self, part: Part) -> str:
        return self.parts.setdefault(part, f"p{len(self.parts)}")

    def _triggers(self) -> None:
        """[7] Triggers that count, while the duty holds."""
        form = self.form
        legs = [leg for demand in form.demands for leg in legs_of(demand)]
        questions = [*form.unless, *form.contrary]
        questions += [p for leg in legs for p in (leg.pick, *leg.undone_by)]
        questions += [p for g in form.given for p in (g.pick, *g.ended_by)]
        for pick in questions:
            for part in pick.match.trigger:
                self._column(part)
        values = "".join(
            f", {column} AS {name}_{j}"
            for part, name in self.parts.items()
            for j, column in enumerate(sql.values(part))
        )
        branches = " UNION ".join(
            f"SELECT e.*{values} FROM known e WHERE {sql.picked(pick)}" for pick in form.triggers
        )
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE trig AS "
            f"SELECT row_number() OVER () AS i, * FROM ({branches})"
        )
        for given in form.given:
            self.db.execute(f"DELETE FROM trig q WHERE NOT ({self._given(given)})")
        columns = ", ".join(("i", "id", "origin", "type", "t", "r", *sql.KEY_COLUMNS, "data"))
        triggers = f"SELECT {columns} FROM trig ORDER BY t, id"
        held: dict[int, bool] = {}
        for number, trigger in numbered(self.db, triggers):
            day = trigger.t
            if day not in held:
                held[day] = holds_at(self.world, form, trigger.t, self.drafts)
            if held[day]:
                self.numbers.append(number)
                self.obligations.append(Obligation(trigger, trigger.t, (trigger,), {}))

    def _given(self, given: GivenForm) -> str:
        found = f"SELECT 1 FROM ({sql.source((given.pick,))}) e WHERE e.origin <> q.origin"
        found += self._match(given.pick)
        if given.kind == "ever":
            return f"EXISTS ({found})"
        found += " AND e.t <= q.t"
        if given.ended_by:
            ends = f"SELECT max(e.t) FROM ({sql.source(given.ended_by)}) e WHERE e.t <= q.t"
            found += f" AND e.t >= coalesce(({ends}{self._match(given.ended_by[0])}), {EARLIEST})"
        return f"{'NOT ' if given.kind == 'never' else ''}EXISTS ({found})"

    def _match(self, pick: Pick) -> str:
        """Every value equal; of alternatives any one."""
        terms = []
        for i, part in enumerate(pick.match.trigger):
            name = self.parts[part]
            equal = [f"e.o{i}_{j} = q.{name}_{j}" for j in range(len(sql.values(part)))]
            terms.append(f" AND ({' OR '.join(equal)})" if len(equal) > 1 else f" AND {equal[0]}")
        return "".join(terms)

    def _joined(self, picks: Picks, kind: str = "JOIN") -> str:
        """The obligations with what matches them; `e` is the other event."""
        return f"q {kind} ({sql.source(picks)}) e ON true{self._match(picks[0])}"

    def _releases(self) -> dict[int, list[Known]]:
        if not self.form.unless:
            return {}
        rows = self.db.execute(
            f"SELECT q.i, list({sql.MARK} ORDER BY e.t, e.id) FROM "
            f"{self._joined(self.form.unless).replace('q ', 'trig q ', 1)} "
            f"WHERE e.t >= q.t GROUP BY q.i"
        ).fetchall()
        return {i: [k for m in marks if (k := _mark(m))] for i, marks in rows}

    def _leg(self, leg: Leg) -> Answers:
        """What the log says about a leg, by the number of the trigger."""
        if self.form.pattern == "precedence":
            return self._backward(leg)
        return self._forward(leg)

    def _register(self, columns: dict[str, list[int | None] | list[str]]) -> None:
        arrays = {
            name: pa.array(values, pa.string() if name == "at" else pa.int64())
            for name, values in columns.items()
        }
        self.db.register("win", pa.table(arrays))

    def _forward(self, leg: Leg) -> Answers:
        windows: dict[int, Window | None] = {}
        columns: dict[str, list[Any]] = {"i": [], "start": [], "lim": []}
        for number, o in zip(self.numbers, self.obligations, strict=True):
            try:
                time = window(self.world, leg.deadline, o.start, o.trigger)
            except CalendarUnknownError:
                windows[number] = None
                continue
            windows[number] = time
            columns["i"].append(number)
            columns["start"].append(o.start)
            columns["lim"].append(self.world.as_of if time.due is None else time.due)
        self._register(columns)
        none = "SELECT NULL::BIGINT AS i, NULL::BIGINT AS at, NULL AS mark WHERE false"
        undone = none
        if leg.undone_by:
            undone = (
                f"SELECT q.i, max(e.t) FILTER (e.t <= q.start) AS at, "
                f"max({sql.MARK}) FILTER (e.t <= q.lim) AS mark "
                f"FROM {self._joined(leg.undone_by)} GROUP BY q.i"
            )
        contrary, against, over = none, none, none
        if self.form.contrary:
            contrary = (
                f"SELECT q.i, max(e.t) FILTER (e.t <= q.start) AS at, "
                f"min({sql.MARK}) FILTER (e.t > q.lim) AS mark "
                f"FROM {self._joined(self.form.contrary)} GROUP BY q.i"
            )
            against = (
                f"SELECT q.i, NULL::BIGINT AS at, "
                f"min({sql.MARK}) FILTER (e.t > d.last AND e.t >= q.start) AS mark "
                f"FROM {self._joined(self.form.contrary)} JOIN d ON d.i = q.i GROUP BY q.i"
            )
            if leg.undone_by:
                over = (
                    f"SELECT q.i, NULL::BIGINT AS at, true AS mark "
                    f"FROM {self._joined(leg.undone_by)} JOIN a ON a.i = q.i "
                    f"WHERE e.t > q.lim AND e.t <= a.mark.t GROUP BY q.i"
                )
        counted = "e.t BETWEEN q.start AND q.lim"
        if leg.state:
            ended = f"greatest(coalesce(u.at, {EARLIEST}), coalesce(c.at, {EARLIEST}))"
            counted = f"({counted} OR (e.t < q.start AND e.t >= {ended}))"
        good = f"{counted} AND e.t >= coalesce(u.mark.t, {EARLIEST})"
        if not leg.undone_by:
            good = counted
        last_undo = "CASE WHEN d.counted THEN u.mark END" if leg.undone_by else "NULL"
        shown = "CASE WHEN o.mark IS NULL THEN a.mark END" if self.form.contrary else "NULL"
        early = "NULL" if leg.state else "CASE WHEN d.after THEN NULL ELSE d.early END"
        rows = self.db.execute(
            f"""WITH q AS MATERIALIZED (
                SELECT trig.*, win.start, win.lim FROM trig JOIN win ON trig.i = win.i),
            u AS ({undone}), c AS ({contrary}),
            d AS (SELECT q.i, min({sql.MARK}) FILTER ({good}) AS good,
                    max(e.t) FILTER ({good}) AS last, bool_or({counted}) AS counted,
                    min({sql.MARK}) FILTER (e.t > q.lim) AS late,
                    max({sql.MARK}) FILTER (e.t < q.start) AS early,
                    bool_or(e.t >= q.start) AS after
                FROM {self._joined((leg.pick,))}
                LEFT JOIN u ON u.i = q.i LEFT JOIN c ON c.i = q.i GROUP BY q.i),
            a AS ({against}), o AS ({over})
            SELECT q.i, d.good, {last_undo}, d.late,
                {"c.mark" if self.form.contrary else "NULL"}, {early}, {shown}
            FROM q LEFT JOIN d ON d.i = q.i LEFT JOIN u ON u.i = q.i LEFT JOIN c ON c.i = q.i
            LEFT JOIN a ON a.i = q.i LEFT JOIN o ON o.i = q.i"""
        ).fetchall()
        facts = {row[0]: ForwardFacts(*(_mark(m) for m in row[1:])) for row in rows}
        return lambda number: (windows[number], facts.get(number, ForwardFacts()))

    def _backward(self, leg: Leg) -> Answers:
        windows: dict[int, Window | None] = {}
        columns: dict[str, list[Any]] = {"i": [], "low": [], "high": [], "at": []}
        for number, o in zip(self.numbers, self.obligations, strict=True):
            try:
                low, high = look_back(self.world, self.form, o.start)
            except CalendarUnknownError:
                windows[number] = None
                continue
            windows[number] = Window(high, high)
            for name, value in zip(
                columns, (number, low, high, format_instant(o.start)), strict=True
            ):
                columns[name].append(value)
        self._register(columns)
        ending = "SELECT NULL::BIGINT AS i, NULL AS mark WHERE false"
        if leg.undone_by:
            ending = (
                f"SELECT q.i, max({sql.MARK}) FILTER (e.t <= q.t) AS mark "
                f"FROM {self._joined(leg.undone_by)} GROUP BY q.i"
            )
        before = "(e.t <= q.high AND (q.low IS NULL OR e.t >= q.low))"
        unended, lost = before, "d.lost"
        if leg.undone_by:
            unended = f"({before} AND e.t >= coalesce(u.mark.t, {EARLIEST}))"
            lost = "coalesce(d.lost, CASE WHEN d.before THEN u.mark END)"
        valid = "true"
        if leg.valid_until:
            until = f"json_extract_string(e.data, {sql.text(f'$.{leg.valid_until}')})"
            valid = f"({until} IS NULL OR {until} >= q.at)"
        rows = self.db.execute(
            f"""WITH q AS MATERIALIZED (
                SELECT trig.*, win.low, win.high, win.at FROM trig JOIN win ON trig.i = win.i),
            u AS ({ending}),
            d AS (SELECT q.i, min({sql.MARK}) FILTER ({unended} AND {valid}) AS good,
                    max({sql.MARK}) FILTER ({unended}) AS lost, bool_or({before}) AS before,
                    min({sql.MARK}) FILTER (e.t > q.t) AS cure
                FROM {self._joined((leg.pick,))} LEFT JOIN u ON u.i = q.i GROUP BY q.i)
            SELECT q.i, d.good, {lost}, d.cure
            FROM q LEFT JOIN d ON d.i = q.i LEFT JOIN u ON u.i = q.i"""
        ).fetchall()
        facts = {}
        for number, good, lost_mark, cure in rows:
            first = _mark(good)
            facts[number] = BackwardFacts(
                () if first is None else (first,), _mark(lost_mark), _mark(cure)
            )
        return lambda number: (windows[number], facts.get(number, BackwardFacts()))


def _mark(mark: dict[str, Any] | None) -> Known | None:
    """An event as far as a finding shows it."""
    if mark is None:
        return None
    return Known(mark["id"], mark["id"], "", mark["t"], mark["r"], {}, {})
