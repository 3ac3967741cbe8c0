"""Duties about states, and chains, in SQL where each key has a plain history.

A key is plain where its state begins once and ends at most once, or where each leg of a chain has
at most one event. The other keys (`crowded`) are left to the reference rules, which read only
their events. Duties whose form is not read here at all are not `statable`.
"""

from dataclasses import dataclass, replace

import duckdb

from lawkeep.judge import sql, verdict
from lawkeep.judge.asked import holding
from lawkeep.judge.days import Days
from lawkeep.judge.form import Form, Leg, Match, Part, Pick, Picks, StateForm, types_of
from lawkeep.judge.log import Log
from lawkeep.judge.lookup import Columns, Question, absent
from lawkeep.judge.verdict import Sql
from lawkeep.judge.world import World
from lawkeep.model.time import EARLIEST, LATEST


def statable(form: Form, state: StateForm | None) -> bool:
    """Whether a duty about a state, or a chain, is judged here. `state`: what it stands on."""
    if form.via or form.for_each or form.known_by or form.given or form.duty.occurrence:
        return False
    if form.pattern == "chain":
        match = form.chain[0].pick.match
        plain = all(
            leg.deadline.kind == "period"
            and leg.deadline.due is not None
            and leg.deadline.due.unit == "us"
            and leg.pick.match == match
            for leg in form.chain
        )
        return plain and not form.unless and match.trigger == match.other and _single(match.other)
    if state is None or state.within is not None or not _single(state.parts):
        return False
    if form.pattern == "prohibition":
        return not form.unless
    if form.pattern not in ("existence", "recurrence") or len(form.demands) != 1:
        return False
    (leg,) = form.demands
    if not isinstance(leg, Leg) or leg.covers or leg.deadline.kind in ("next", "data", "never"):
        return False
    periods = (form.every, leg.deadline.met_within, leg.deadline.due)
    if any(p is not None and p.unit == "BD" for p in periods):
        return False  # one unknown working day leaves the whole condition open
    return leg.deadline.by is None and leg.pick.match == Match(state.parts, state.parts)


def _single(parts: tuple[Part, ...]) -> bool:
    return bool(parts) and all(p.space == "key" and len(p.names) == 1 and not p.root for p in parts)


@dataclass(frozen=True)
class Rest:
    """Keys left to the reference rules: the columns of `crowded`, kinds of key as text."""

    names: tuple[str, ...]

    def where(self) -> str:
        """The events of those keys, as a condition."""
        listed = ", ".join(f"k_{n}" for n in self.names)
        own = ", ".join(f"c{i}" for i in range(len(self.names)))
        return f"({listed}) IN (SELECT ({own}) FROM crowded)"


class Stood:
    """The verdicts of one statable duty. `judge` says which keys it has left."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        log: Log,
        world: World,
        form: Form,
        *,
        number: int,
        drafts: bool,
    ) -> None:
        self.db, self.log, self.world, self.form = db, log, world, form
        self.number, self.drafts = number, drafts
        self.columns = Columns()

    def judge(self) -> Rest | None:
        """Insert the verdicts; the keys for the reference rules, or None."""
        if self.form.pattern == "chain":
            return self._chain()
        if self.form.pattern == "prohibition":
            self._prohibition()
            return None
        return self._standing()

    def _question(self, name: str, picks: Picks) -> Question:
        return Question(self.db, self.log, name, picks, self.columns)

    def _trigger_rows(self, names: tuple[Part, ...]) -> str | None:
        """[7] The triggers while the duty holds: n, start, r, values. None: there are none."""
        form = self.form
        span = self.log.span(types_of(form.triggers))
        if span is None:
            return None
        where = holding(self.world, form, drafts=self.drafts, span=(span.first, span.last))
        if where is None:
            return None
        for part in (*form.same, *names):
            self.columns.of(part)
        chosen = " OR ".join(
            f"(e.type IN ({', '.join(map(sql.text, p.types))}) AND {sql.picked(p)})"
            for p in form.triggers
        )
        keys = sql.key_names(form.triggers)
        keys += tuple(n for part in self.columns.names if part.space == "key" for n in part.names)
        return (
            f"(SELECT e.n, e.t AS start, e.r{self.columns.select()} "
            f"FROM {self.log.of(types_of(form.triggers), keys)} e WHERE ({chosen}) AND {where})"
        )

    def _prohibition(self) -> None:
        """[10] `judge.demand.prohibition`: breached if the state holds at the event."""
        state = self.world.state_form(str(self.form.duty.while_))
        rows = self._trigger_rows(state.parts)
        if rows is None:
            return
        begins = self._question("begins", _picks(state.begins, state.parts))
        begins.ends()
        none = Sql(str(verdict.MET), "NULL", "q.start", "q.start", "NULL", ended="q.start")
        missing = absent(self.form.same, self.columns)
        none = verdict.override(missing, "key_missing", "q.start", none)
        easy = f"(SELECT q.* FROM {rows} q{begins.among('ANTI')})"
        self.db.execute(verdict.insert(self.number, 0, none, easy))
        if begins.empty:
            return
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE hard AS SELECT q.* FROM {rows} q{begins.among('SEMI')}"
        )
        begins.instants("hard")
        ends = self._question("ends", _picks(state.ends, state.parts))
        ends.instants("hard")
        if not ends.empty:
            # At one instant the beginning wins: such an end ends nothing.
            on = " AND ".join(f"b.k{i} = x.k{i}" for i in range(len(state.parts)))
            self.db.execute(
                f"DELETE FROM ends_at_0 x WHERE EXISTS "
                f"(SELECT 1 FROM begins_at_0 b WHERE {on} AND b.t = x.t)"
            )
        steps = ["SELECT * FROM hard"]

        def seek(question: Question, name: str, instant: str, side: str) -> None:
            steps.append(question.seek(f"h{len(steps) - 1}", name, instant, side))

        seek(ends, "over", "q.start", "last")
        seek(begins, "b", f"coalesce(q.over_t, {EARLIEST})", "next")
        seek(begins, "last", "q.start", "last")
        seek(ends, "e", "q.last_t", "next")
        seek(ends, "until", "q.start + 1", "next")
        ctes = ", ".join(f"h{i} AS ({step})" for i, step in enumerate(steps))
        held = "q.b_t <= q.start"
        found = f"(WITH {ctes} SELECT q.*, CASE WHEN {held} THEN 1 ELSE 0 END AS held FROM h5 q)"
        uncovered = verdict.uncovered(
            self.world.knowledge, types_of(state.ends), None, "q.start", back=True
        )
        gone = verdict.any_missing(uncovered)
        over = "CASE WHEN q.e_t <= q.start THEN q.e_n END"
        outcome = Sql(
            f"CASE WHEN q.held = 0 THEN {verdict.MET} WHEN {gone} THEN {verdict.OPEN} "
            f"ELSE {verdict.BREACHED} END",
            f"CASE WHEN q.held = 1 AND {gone} THEN {verdict.reason('not_recorded')} END",
            f"CASE WHEN q.held = 0 THEN greatest(q.start, CASE WHEN q.e_t <= q.start THEN q.e_r "
            f"END) WHEN {gone} THEN q.start ELSE greatest(q.start, q.b_r) END",
            "q.start",
            f"CASE WHEN q.held = 1 THEN [q.b_n] ELSE {verdict.listed(over)} END",
            ended=f"CASE WHEN q.held = 0 THEN q.start WHEN NOT {gone} THEN q.until_t END",
            missing=f"CASE WHEN q.held = 1 THEN {verdict.missing_list(uncovered)} END"
            if uncovered
            else "NULL",
        )
        outcome = verdict.override(missing, "key_missing", "q.start", outcome)
        self.db.execute(verdict.insert(self.number, 0, outcome, found))

    def _chain(self) -> Rest | None:
        """[10] `judge.demand.chain`, where no leg has a choice."""
        form, as_of = self.form, self.world.as_of
        match = form.chain[0].pick.match
        rows = self._trigger_rows(match.trigger)
        if rows is None:
            return None
        legs = [self._question(f"leg{j}", (leg.pick,)) for j, leg in enumerate(form.chain)]
        for question in legs:
            question.ends()
        crowded = [q for q in legs if not q.empty and not q.single]
        where = self._crowd([f"SELECT * FROM {q.name}_0 WHERE c > 1" for q in crowded], match)
        joins = "".join(q.join() for q in legs)
        steps = [f"(SELECT q.*{{}} FROM {rows} q{joins}{where})"]
        columns, before = "", "q.start"
        tests: list[str] = []
        horizon: list[str] = []
        ends: list[str] = []
        uncovered: dict[str, list[tuple[int, str]]] = {}
        for j, (leg, question) in enumerate(zip(form.chain, legs, strict=True)):
            assert leg.deadline.due is not None
            found = question.first()
            columns += "".join(
                f", {v}::BIGINT AS g{j}_{c}"
                for c, v in zip("ntr", (found.n, found.t, found.r), strict=True)
            )
            end = f"least({before} + {leg.deadline.due.n}, {LATEST})"
            ends.append(end)
            horizon.append(f"greatest({', '.join(ends)})")
            tests.append(f"coalesce(q.g{j}_t BETWEEN {before} AND {end}, false)")
            for name, test in verdict.uncovered(
                self.world.knowledge, types_of((leg.pick, *form.unless)), before, end
            ).items():
                uncovered.setdefault(name, []).append((j, test))
            before = f"q.g{j}_t"
        reach = " ".join(f"WHEN NOT {t} THEN {j}" for j, t in enumerate(tests))
        source = steps[0].format(columns)
        source = f"(SELECT q.*, CASE {reach} ELSE {len(tests)} END AS reached FROM {source} q)"
        whole = len(tests)
        due = verdict.case("q.reached", dict(enumerate(horizon)), horizon[-1])
        missing = {
            name: "(" + " OR ".join(f"(q.reached >= {j} AND {t})" for j, t in by) + ")"
            for name, by in uncovered.items()
        }
        lost = verdict.any_missing(missing)
        paths = {
            j: f"[{', '.join(f'q.g{i}_n' for i in range(j))}]" if j else "NULL"
            for j in range(whole + 1)
        }
        recorded = ", ".join(f"q.g{j}_r" for j in range(whole))
        last = f"q.g{whole - 1}_t"
        outcome = Sql(
            f"CASE WHEN q.reached = {whole} THEN {verdict.MET} WHEN {as_of} <= {due} "
            f"THEN {verdict.PENDING} WHEN {lost} THEN {verdict.OPEN} ELSE {verdict.BREACHED} END",
            f"CASE WHEN q.reached < {whole} AND {as_of} > {due} AND {lost} "
            f"THEN {verdict.reason('not_recorded')} END",
            f"CASE WHEN q.reached = {whole} THEN greatest({recorded}, {last}) ELSE {due} + 1 END",
            due,
            verdict.case("q.reached", paths),
            ended=f"CASE WHEN q.reached = {whole} THEN {last} END",
            missing=f"CASE WHEN q.reached < {whole} AND {as_of} > {due} "
            f"THEN {verdict.missing_list(missing)} END"
            if missing
            else "NULL",
        )
        gap = absent(form.same, self.columns)
        outcome = verdict.override(gap, "key_missing", "q.start", outcome)
        self.db.execute(verdict.insert(self.number, 0, outcome, source))
        return Rest(tuple(p.names[0] for p in match.other)) if where else None

    def _crowd(self, queries: list[str], match: Match) -> str:
        """Make the table of crowded keys; the condition that leaves them out, or nothing."""
        if not queries:
            return ""
        keys = ", ".join(f"k{i} AS c{i}" for i in range(len(match.other)))
        union = " UNION ".join(f"SELECT {keys} FROM ({q})" for q in queries)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE crowded AS {union}")
        ((count,),) = self.db.execute("SELECT count(*) FROM crowded").fetchall()
        if not count:
            return ""
        on = " AND ".join(
            f"c{i} = q.{self.columns.of(part)}_0" for i, part in enumerate(match.trigger)
        )
        return f" WHERE NOT EXISTS (SELECT 1 FROM crowded WHERE {on})"

    def _standing(self) -> Rest | None:
        """[11] `judge.standing` for states that begin once: one opening each, or one per cure."""
        form, world = self.form, self.world
        state = world.state_form(str(form.duty.while_))
        (leg,) = form.demands
        assert isinstance(leg, Leg)
        match = Match(state.parts, state.parts)
        span = self.log.span(types_of(state.begins))
        spans = [s for s in world.duty_spans(form, self.drafts) if s[0] <= world.as_of]
        if span is None or not spans:
            return None
        for part in state.parts:
            self.columns.of(part)
        begins = self._question("begins", _picks(state.begins, state.parts))
        ends = self._question("ends", _picks(state.ends, state.parts))
        done = self._question("done", (replace(leg.pick, match=match),))
        undone = self._question("undone", _picks(leg.undone_by, state.parts))
        for question in (begins, ends, done, undone):
            question.ends(until=leg.valid_until if question is done else None)
        if begins.empty:
            return None
        recurring = form.pattern == "recurrence"
        queries = self._strange(begins, ends, done, undone, spans, leg, recurring=recurring)
        self._crowd(queries, match)
        values = "".join(f", k{i} AS {self.columns.of(p)}_0" for i, p in enumerate(state.parts))
        # Beginnings of the keys that are left, as rows `q`; their end, if they have one.
        recorded = "ft" if begins.prompt else "fr"
        keys = " AND ".join(f"c{i} = b.k{i}" for i in range(len(state.parts)))
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE stood AS SELECT b.f AS n, b.ft AS start, "
            f"b.{recorded} AS r{values} FROM begins_0 b "
            f"WHERE NOT EXISTS (SELECT 1 FROM crowded WHERE {keys})"
        )
        end = ends.first()
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE spans AS SELECT q.*, {end.n}::BIGINT AS e_n, "
            f"{end.t}::BIGINT AS e_t, {end.r}::BIGINT AS e_r FROM stood q{ends.join()}"
        )
        source = self._periods(done) if recurring else self._once(done)
        self._decide(source, leg, recurring=recurring)
        ((count,),) = self.db.execute("SELECT count(*) FROM crowded").fetchall()
        return Rest(tuple(p.names[0] for p in state.parts)) if count else None

    def _strange(
        self,
        begins: Question,
        ends: Question,
        done: Question,
        undone: Question,
        spans: list[tuple[int, int]],
        leg: Leg,
        *,
        recurring: bool,
    ) -> list[str]:
        """Keys whose history is not plain."""
        inside = " OR ".join(f"ft >= {s}" for s, e in spans if e >= LATEST) or "false"
        queries = [f"SELECT * FROM begins_0 WHERE c > 1 OR NOT ({inside})"]
        if not ends.empty:
            on = " AND ".join(f"b.k{i} = e.k{i}" for i in range(len(begins.parts)))
            queries.append("SELECT * FROM ends_0 WHERE c > 1")
            # An end at the very beginning ends nothing; one before it ends something else.
            queries.append(f"SELECT e.* FROM ends_0 e JOIN begins_0 b ON {on} WHERE e.ft <= b.ft")
        if not recurring:
            if not done.empty:
                limited = " OR limited > 0" if leg.valid_until else ""
                queries.append(f"SELECT * FROM done_0 WHERE c > 1{limited}")
            if not undone.empty:
                queries.append("SELECT * FROM undone_0")
        return [q.replace("SELECT *", f"SELECT {_keys(begins)}") for q in queries]

    def _once(self, done: Question) -> str:
        """Existence: one opening at the start; its cure, whenever it was."""
        cure = done.first()
        return (
            f"(SELECT q.*, q.start AS base, 0 AS opening, {cure.n}::BIGINT AS d_n, "
            f"{cure.t}::BIGINT AS d_t, {cure.r}::BIGINT AS d_r FROM spans q{done.join()})"
        )

    def _periods(self, done: Question) -> str:
        """Recurrence: an opening at the start and at each instant of a cure; the cure after it."""
        keys = ", ".join(f"q.{self.columns.of(p)}_0" for p in done.parts)
        names = ", ".join(f"{self.columns.of(p)}_0" for p in done.parts)
        branches = [f"SELECT n, start, r, {names}, e_n, e_t, e_r, 0 AS opening FROM spans"]
        if not done.empty:
            on = " AND ".join(
                f"e.o{i}_0 = q.{self.columns.of(p)}_0" for i, p in enumerate(done.parts)
            )
            stop = f"coalesce(q.e_t, {self.world.as_of + 1})"
            branches.append(
                f"SELECT min(e.n), e.t, arg_min(e.r, e.n), {keys}, any_value(q.e_n), "
                f"any_value(q.e_t), any_value(q.e_r), 1 "
                f"FROM ({sql.source(self.log, done.picks)}) e JOIN spans q ON {on} "
                f"WHERE e.t >= q.start AND e.t < {stop} GROUP BY e.t, {keys}"
            )
        cures = ", ".join(
            f"lead({v}) OVER w AS d_{c}" for c, v in zip("ntr", ("n", "start", "r"), strict=True)
        )
        return (
            f"(SELECT *, {cures} FROM ({' UNION ALL '.join(branches)}) "
            f"WINDOW w AS (PARTITION BY {names} ORDER BY start, opening))"
        )

    def _decide(self, source: str, leg: Leg, *, recurring: bool) -> None:
        """`judge.standing._judge` over the openings."""
        form, as_of = self.form, self.world.as_of
        days = Days(self.world.calendar, "e.start")
        if recurring:
            assert form.every is not None
            met = due = days.ask("end", form.every)
        elif leg.deadline.kind == "at_once":
            met = due = "e.start"
        else:
            window = days.window(leg.deadline)
            assert window.met_by is not None
            assert window.due is not None
            met, due = window.met_by, window.due
        span = self.log.span(
            types_of((leg.pick, *self.world.state_form(str(form.duty.while_)).begins))
        )
        assert span is not None
        joined = days.join(self.db, "listed_days", f"{source} e", (span.first, span.last))
        rows = f"(SELECT e.*, {met} AS met, {due} AS due FROM {source} e{joined})"
        uncovered = verdict.uncovered(
            self.world.knowledge, types_of((leg.pick,)), "q.start", "q.due"
        )
        lost = verdict.any_missing(uncovered)
        inside = "(q.d_n IS NOT NULL AND (q.e_t IS NULL OR greatest(q.d_t, q.start) < q.e_t))"
        tests = [
            (f"{inside} AND q.d_t <= q.due AND greatest(q.d_t, q.start) <= q.met", 1),
            (f"{inside} AND q.d_t <= q.due", 2),
            (f"q.e_t <= least(q.due, {as_of})", 3),
            (f"{as_of} <= q.due", 4),
            (lost, 5),
            (inside, 6),
        ]
        arms = " ".join(f"WHEN {t} THEN {c}" for t, c in tests if t != "false")
        rows = f"(SELECT q.*, CASE {arms} ELSE 7 END AS code FROM {rows} q)"
        outcome = Sql(
            verdict.case(
                "q.code",
                {1: str(verdict.MET), 3: str(verdict.MET), 4: str(verdict.PENDING)}
                | dict.fromkeys((2, 5), str(verdict.OPEN)),
                str(verdict.BREACHED),
            ),
            verdict.case(
                "q.code",
                {
                    2: verdict.reason("judgement_needed"),
                    3: verdict.reason("condition_ended"),
                    5: verdict.reason("not_recorded"),
                },
            ),
            verdict.case(
                "q.code",
                dict.fromkeys((1, 2), "greatest(q.d_r, q.d_t, q.start)")
                | {3: "greatest(q.e_t, q.e_r)"},
                "q.due + 1",
            ),
            "q.due",
            verdict.case(
                "q.code",
                {1: "[q.d_n]", 2: "[q.d_n]", 3: "[q.e_n]", 6: "[q.d_n]"}
                | {5: f"CASE WHEN {inside} THEN [q.d_n] END"}
                | {7: f"CASE WHEN q.e_t <= {as_of} THEN [q.e_n] END"},
            ),
            cured=verdict.case("q.code", {6: "q.d_t"}),
            ended=verdict.case(
                "q.code",
                {1: "greatest(q.d_t, q.start)", 3: "q.e_t", 6: "q.d_t", 7: "q.e_t"},
            ),
            missing=verdict.case("q.code", {5: verdict.missing_list(uncovered)}),
        )
        self.db.execute(verdict.insert(self.number, 0, outcome, rows, opening="q.opening"))


def _keys(question: Question) -> str:
    return ", ".join(f"k{i}" for i in range(len(question.parts)))


def _picks(picks: Picks, parts: tuple[Part, ...]) -> Picks:
    """Picks matched by the parts of a state."""
    return tuple(Pick(p.types, p.where, Match(parts, parts)) for p in picks)
