"""One duty opened by an event, with plain matches, judged wholly in SQL.

Rows go through three queries: triggers with their windows, what the log says about each (`facts`:
the same marks as `judge.demand.ForwardFacts` and `BackwardFacts`), and the outcome.

long because the three queries share their aliases and are read side by side.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb

from lawkeep.judge import sql, verdict
from lawkeep.judge.days import Days, Window
from lawkeep.judge.form import Form, GivenForm, Group, Leg, Picks, legs_of, types_of
from lawkeep.judge.log import Log
from lawkeep.judge.lookup import Columns, Found, Question, absent, equal
from lawkeep.judge.verdict import Sql
from lawkeep.judge.world import World
from lawkeep.model.time import EARLIEST

Seek = Callable[[Question, str, str, str], None]

_RARE = 4
"""Demands so many times the triggers are narrowed to the keys of triggers first."""


@dataclass(frozen=True)
class _Asked:
    """A leg with its questions and the names of its columns."""

    leg: Leg
    j: int
    window: Window
    low: str | None
    high: str | None
    done: Question
    undone: Question
    contrary: Question
    turning: bool
    """A precedence without bounds, whose demand may end: what stands at the trigger decides."""


class Asked:
    """The verdicts of one simple duty. `number`: its place in the pack."""

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
        self.days = Days(world.calendar, "e.t")
        self.legs: list[_Asked] = []

    def judge(self) -> None:
        """Insert the verdicts of the duty."""
        form = self.form
        span = self.log.span(types_of(form.triggers))
        if span is None:
            return
        where = holding(self.world, form, drafts=self.drafts, span=(span.first, span.last))
        if where is None:
            return
        self._declare()
        rows = self._triggers(where, (span.first, span.last))
        released = self._question("rel", form.unless)
        for question in self._questions(released):
            until = next((a.leg.valid_until for a in self.legs if a.done is question), None)
            question.ends(self._among(question, rows), until)
        turns = "".join(a.done.turns(a.undone) for a in self.legs if _turns(a))
        hard = self._hard(released)
        held = 0
        if hard != "false":
            joins = self._joins(released) + turns
            self.db.execute(
                f"CREATE OR REPLACE TEMP TABLE hard AS SELECT q.* FROM {rows} q{joins} WHERE {hard}"
            )
            ((held,),) = self.db.execute("SELECT count(*) FROM hard").fetchall()
        easy = self._easy(rows, released, turns + (f" WHERE NOT {hard}" if held else ""))
        self._insert(easy, released)
        if held:
            self._insert(self._sought(released), released)

    def _declare(self) -> None:
        """Name every value of a trigger that something is matched by, and every window."""
        form = self.form
        parts = [*form.same]
        picks = [*form.unless, *form.contrary]
        picks += [p for g in form.given for p in (g.pick, *g.ended_by)]
        legs = [leg for demand in form.demands for leg in legs_of(demand)]
        picks += [p for leg in legs for p in (leg.pick, *leg.undone_by)]
        for part in [*parts, *(p for pick in picks for p in pick.match.trigger)]:
            self.columns.of(part)
        for j, leg in enumerate(legs):
            forward = form.pattern == "response"
            window = self.days.window(leg.deadline) if forward else Window("e.t", "e.t")
            low = high = None
            if not forward:
                if form.look_back is not None:
                    low = self.days.ask("begin", form.look_back)
                if form.before_by is not None:
                    high = self.days.ask("latest_before", form.before_by)
                bounds = ((form.look_back, low), (form.before_by, high))
                unknown = [f"{c} IS NULL" for p, c in bounds if p and p.unit == "BD"]
                if unknown:
                    window = Window("e.t", "e.t", f"({' OR '.join(unknown)})")
            self.legs.append(
                _Asked(
                    leg,
                    j,
                    window,
                    low,
                    high,
                    self._question(f"done{j}", (leg.pick,)),
                    self._question(f"undone{j}", leg.undone_by),
                    self._question(f"contrary{j}", form.contrary if forward else ()),
                    not (forward or leg.valid_until or form.look_back or form.before_by),
                )
            )

    def _question(self, name: str, picks: Picks) -> Question:
        return Question(self.db, self.log, name, picks, self.columns)

    def _questions(self, released: Question) -> Iterator[Question]:
        for asked in self.legs:
            yield from (asked.done, asked.undone, asked.contrary)
        yield released

    def _among(self, question: Question, rows: str) -> str | None:
        """The triggers, where they are so few that only their keys matter."""
        types = self.log.layout.contents.types

        def count(picks: Picks) -> int:
            return sum(types[t].count for t in types_of(picks) if t in types)

        rare = count(question.picks) > _RARE * count(self.form.triggers)
        return f"{rows} q" if rare else None

    def _triggers(self, where: str, span: tuple[int, int]) -> str:
        """[7] Triggers that count while the duty holds: n, start, r, values, windows."""
        form = self.form
        chosen = " OR ".join(
            f"(e.type IN ({', '.join(map(sql.text, p.types))}) AND {sql.picked(p)})"
            for p in form.triggers
        )
        names = sql.key_names(form.triggers)
        names += tuple(n for part in self.columns.names if part.space == "key" for n in part.names)
        source = f"{self.log.of(types_of(form.triggers), names)} e"
        windows = "".join(
            f", {expression or 'NULL::BIGINT'} AS {name}{a.j}"
            for a in self.legs
            for name, expression in (
                ("met", a.window.met_by),
                ("due", a.window.due),
                ("low", a.low),
                ("high", a.high or "e.t"),
                ("unknown", a.window.unknown),
                ("no_due", a.window.no_due),
            )
        )
        days = self.days.join(self.db, "listed_days", source, span)
        origin = ", e.origin" if form.given else ""
        query = (
            f"SELECT e.n, e.t AS start, e.r{origin}{self.columns.select()}{windows} "
            f"FROM {source}{days} WHERE ({chosen}) AND {where}"
        )
        if not form.given:
            return f"({query})"
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE trig AS {query}")
        for given in form.given:
            self.db.execute(f"DELETE FROM trig q WHERE NOT ({self._given(given)})")
        return "trig"

    def _given(self, given: GivenForm) -> str:
        found = f"SELECT 1 FROM ({sql.source(self.log, (given.pick,), ', e.origin')}) e "
        found += f"WHERE e.origin <> q.origin AND {equal(given.pick, self.columns)}"
        if given.kind == "ever":
            return f"EXISTS ({found})"
        found += " AND e.t <= q.start"
        if given.ended_by:
            ends = f"SELECT max(e.t) FROM ({sql.source(self.log, given.ended_by)}) e "
            ends += f"WHERE e.t <= q.start AND {equal(given.ended_by[0], self.columns)}"
            found += f" AND e.t >= coalesce(({ends}), {EARLIEST})"
        return f"{'NOT ' if given.kind == 'never' else ''}EXISTS ({found})"

    def _hard(self, released: Question) -> str:
        """Rows that the first and last event of a key do not answer."""
        terms = []
        for a in self.legs:
            first, last = a.done.first(), a.done.last()
            if _turns(a):
                terms.append(f"{a.done.standing.n} IS NULL")
                continue
            terms += [q.there for q in (a.undone, a.contrary) if not q.empty]
            if a.done.empty:
                continue
            if self.form.pattern == "precedence":
                low, high = f"q.low{a.j}", f"q.high{a.j}"
                if not a.done.single:
                    # No answer by the first: another may lie in the window, or be the cure.
                    inside = f"{first.t} <= {high}"
                    if a.low is not None:
                        inside += f" AND {first.t} >= {low}"
                    terms.append(f"(NOT ({inside}) AND {first.t} <= q.start AND {last.t} >= {low})")
                    terms.append(
                        f"(NOT ({inside}) AND {first.t} <= q.start AND {last.t} > q.start)"
                    )
                    if a.leg.valid_until:
                        terms.append(f"done{a.j}_0.limited > 0")
                        if len(a.done.arms) > 1:
                            terms.append("true")
            elif not a.leg.state and not a.done.single:
                after = f"{last.t} >= q.start"
                if a.leg.deadline.kind == "data":  # may be due before it begins
                    after = f"({after} OR {last.t} > q.due{a.j})"
                terms.append(f"({first.t} < q.start AND {after})")
        if not released.empty and not released.single:
            first, last = released.first(), released.last()
            terms.append(f"({first.t} < q.start AND {last.t} >= q.start)")
        return f"coalesce({' OR '.join(terms)}, false)" if terms else "false"

    def _joins(self, released: Question) -> str:
        turning = [q for a in self.legs if _turns(a) for q in (a.done, a.undone)]
        return "".join(q.join() for q in self._questions(released) if q not in turning)

    def _easy(self, rows: str, released: Question, where: str) -> str:
        """What the log says, from the first and last event of each key."""
        facts: dict[str, str] = {}
        for a in self.legs:
            first, last = a.done.first(), a.done.last()
            if a.done.empty:
                facts |= _none(a.j)
            elif _turns(a):
                facts |= _none(a.j) | _found("good", a.j, "true", a.done.standing)
            elif self.form.pattern == "precedence":
                facts |= self._easy_back(a, first)
            else:
                lim, reach = _limits(a, self.world.as_of)
                begins = "true" if a.leg.state else f"{first.t} >= q.start"
                good = f"({begins} AND {first.t} <= {reach})"
                facts |= _none(a.j) | _found("good", a.j, good, first)
                facts |= _found("late", a.j, f"({first.t} > {lim})", first)
                if not a.leg.state:
                    facts |= _found("early", a.j, f"({last.t} < q.start)", last)
        later = f"({released.first().t} >= q.start)" if not released.empty else "false"
        facts |= _found("rel", -1, later, released.first())
        told = ", ".join(f"{value} AS {name}" for name, value in facts.items())
        return f"(SELECT q.*, {told} FROM {rows} q{self._joins(released)}{where})"

    def _easy_back(self, a: _Asked, first: Found) -> dict[str, str]:
        inside = f"{first.t} <= q.high{a.j}"
        if a.low is not None:
            inside += f" AND {first.t} >= q.low{a.j}"
        good, lost = f"({inside})", "false"
        if a.leg.valid_until and len(a.done.arms) == 1:
            valid = f"(done{a.j}_0.v IS NULL OR {_instant(f'done{a.j}_0.v')} >= q.start)"
            good, lost = f"({inside} AND {valid})", f"({inside} AND NOT {valid})"
        return (
            _none(a.j)
            | _found("good", a.j, good, first)
            | _found("undo", a.j, lost, first)
            | _found("late", a.j, f"({first.t} > q.start)", first)
        )

    def _sought(self, released: Question) -> str:
        """What the log says of the hard rows, by ASOF joins."""
        for question in self._questions(released):
            question.instants("hard")
        steps: list[str] = ["SELECT * FROM hard"]

        def seek(question: Question, name: str, instant: str, side: str) -> None:
            steps.append(question.seek(f"h{len(steps) - 1}", name, instant, side))

        facts: dict[str, str] = {}
        for a in self.legs:
            if self.form.pattern != "precedence":
                facts |= _forward(a, self.world.as_of, seek)
            elif a.leg.valid_until is None:
                facts |= _backward(a, seek)
            else:
                facts |= self._limited(a, steps)
        seek(released, "x_rel", "q.start", "next")
        facts |= {f"rel_1_{c}": f"q.x_rel_{c}" for c in "ntr"}
        ctes = ", ".join(f"h{i} AS ({step})" for i, step in enumerate(steps))
        told = ", ".join(f"{value} AS {name}" for name, value in facts.items())
        return f"(WITH {ctes} SELECT q.*, {told} FROM h{len(steps) - 1} q)"

    def _limited(self, a: _Asked, steps: list[str]) -> dict[str, str]:
        """Demands with a last day of their own: which of them still count is asked of each."""
        j, until = a.j, sql.text(f"$.{a.leg.valid_until}")
        source = sql.source(self.log, (a.leg.pick,), f", json_extract_string(e.data, {until}) AS v")
        steps.append(a.undone.seek(f"h{len(steps) - 1}", f"x_ended{j}", "q.start", "last"))
        before = f"(e.t <= q.high{j} AND (q.low{j} IS NULL OR e.t >= q.low{j}))"
        unended = f"({before} AND e.t >= coalesce(q.x_ended{j}_t, {EARLIEST}))"
        good = f"({unended} AND (e.v IS NULL OR {_instant('e.v')} >= q.start))"
        arms = [
            f"{function}(e.n) FILTER ({test}) AS {name}_n, {function}(e.t) FILTER ({test}) AS "
            f"{name}_t, arg_{function}(e.r, e.n) FILTER ({test}) AS {name}_r"
            for name, function, test in (
                ("g", "min", good),
                ("l", "max", unended),
                ("c", "min", "e.t > q.start"),
            )
        ]
        steps.append(
            f"SELECT q.*, g.* EXCLUDE (i) FROM h{len(steps) - 1} q LEFT JOIN (SELECT q.n AS i, "
            f"bool_or({before}) AS some{j}, "
            f"{', '.join(arms)} FROM h{len(steps) - 1} q JOIN ({source}) e "
            f"ON {equal(a.leg.pick, self.columns)} GROUP BY q.n) g ON g.i = q.n"
        )
        # The columns of a leg carry its number, so that several legs do not meet.
        steps[-1] = steps[-1].replace("AS g_", f"AS g{j}_").replace("AS l_", f"AS l{j}_")
        steps[-1] = steps[-1].replace("AS c_", f"AS c{j}_")
        lost = {
            f"undo{j}_{c}": f"coalesce(q.l{j}_{c}, CASE WHEN q.some{j} THEN q.x_ended{j}_{c} END)"
            for c in "ntr"
        }
        return (
            _none(j)
            | {f"good{j}_{c}": f"q.g{j}_{c}" for c in "ntr"}
            | lost
            | {f"late{j}_{c}": f"q.c{j}_{c}" for c in "ntr"}
        )

    def _insert(self, rows: str, released: Question) -> None:
        """[16] The outcome of each demand."""
        codes = ", ".join(f"{self._code(a)} AS code{a.j}" for a in self.legs)
        rows = f"(SELECT q.*, {codes} FROM {rows} q)"
        legs = iter(self.legs)
        for number, demand in enumerate(self.form.demands):
            own: list[_Asked] = []

            def tree(part: Leg | Group) -> Sql:
                if isinstance(part, Group):
                    return verdict.combine(part.mode, [tree(p) for p in part.legs])
                asked = next(legs)
                own.append(asked)  # noqa: B023 - called in this turn of the loop
                return self._outcome(asked)

            outcome = tree(demand)
            unknown = " OR ".join(f"q.code{a.j} = 2" for a in own if a.window.unknown != "false")
            outcome = verdict.override(unknown or "false", "calendar_unknown", "q.start", outcome)
            missing = absent(self.form.same, self.columns)
            outcome = verdict.override(missing, "key_missing", "q.start", outcome)
            if not released.empty:
                found = ("q.rel_1_n", "q.rel_1_t", "q.rel_1_r")
                by_due = self.form.duty.unless_by == "due"
                outcome = verdict.release(outcome, found, by_due=by_due)
            self.db.execute(verdict.insert(self.number, number, outcome, rows))

    def _missing(self, a: _Asked) -> dict[str, str]:
        types = types_of((a.leg.pick, *self.form.unless))
        knowledge = self.world.knowledge
        if self.form.pattern == "precedence":
            low = None if a.leg.state or a.low is None else f"q.low{a.j}"
            return verdict.uncovered(knowledge, types, low, "q.start", back=True)
        return verdict.uncovered(knowledge, types, "q.start", f"q.due{a.j}")

    def _code(self, a: _Asked) -> str:
        """Which of the cases of `judge.demand` it is."""
        j, missing = a.j, verdict.any_missing(self._missing(a))
        in_time = f"(q.met{j} IS NULL OR greatest(q.good{j}_t, q.start) <= q.met{j})"
        arms = [
            (absent(a.leg.pick.match.trigger, self.columns), 1),
            (f"q.unknown{j}", 2 if a.window.unknown != "false" else 0),
        ]
        if self.form.pattern == "precedence":
            arms += [(f"q.good{j}_n IS NOT NULL", 4), (missing, 9)]
        else:
            unseen = f"q.seen{j}_n IS NULL"
            arms += [
                (f"q.contra{j}_n IS NOT NULL", 3),
                (
                    f"q.good{j}_n IS NOT NULL AND {in_time}",
                    4,
                ),
                (f"q.good{j}_n IS NOT NULL", 5),
                (f"q.no_due{j}", 6 if a.window.no_due != "false" else 0),
                (f"q.due{j} IS NULL OR {self.world.as_of} <= q.due{j}", 7),
                (f"q.early{j}_n IS NOT NULL AND {unseen}", 8),
                (f"{missing} AND {unseen}" if missing != "false" else missing, 9),
            ]
        told = [f"WHEN {test} THEN {code}" for test, code in arms if code and test != "false"]
        return f"CASE {' '.join(told)} ELSE 10 END"

    def _outcome(self, a: _Asked) -> Sql:
        if self.form.pattern == "precedence":
            return _back_outcome(a, self._missing(a))
        return _forward_outcome(a, self._missing(a))


_MARKS = ("good", "undo", "late", "seen", "early", "contra")


def _turns(a: _Asked) -> bool:
    return a.turning and not a.undone.empty and not a.done.empty and len(a.done.arms) == 1


def _none(j: int) -> dict[str, str]:
    return {f"{mark}{j}_{c}": "NULL::BIGINT" for mark in _MARKS for c in "ntr"}


def _found(mark: str, j: int, test: str, found: Found) -> dict[str, str]:
    name = f"{mark}_1" if j < 0 else f"{mark}{j}"
    parts = zip("ntr", (found.n, found.t, found.r), strict=True)
    if test == "false":
        return {f"{name}_{c}": "NULL::BIGINT" for c, _ in parts}
    return {f"{name}_{c}": f"CASE WHEN {test} THEN {value} END" for c, value in parts}


def _instant(text: str) -> str:
    return f"epoch_us(CAST(substr({text}, 1, 26) AS TIMESTAMP))"


def holding(world: World, form: Form, *, drafts: bool, span: tuple[int, int] | None) -> str | None:
    """[6] [7] The instants `e.t` at which the duty holds, as a test; None: at none."""
    if span is None:
        return None
    spans = [(s, e) for s, e in world.duty_spans(form, drafts) if s <= span[1] and span[0] <= e]
    if any(s <= span[0] and span[1] <= e for s, e in spans):
        return "true"
    if not spans:
        return None
    return "(" + " OR ".join(f"e.t BETWEEN {s} AND {e}" for s, e in spans) + ")"


def _limits(a: _Asked, as_of: int) -> tuple[str, str]:
    """The last instant of the window, and until when a demand counts: a state that held before
    the trigger does, even where the record names a due time before it."""
    lim = f"coalesce(q.due{a.j}, {as_of})"
    early = a.leg.state and a.leg.deadline.kind == "data"
    return lim, f"greatest({lim}, q.start - 1)" if early else lim


def _forward(a: _Asked, as_of: int, seek: Seek) -> dict[str, str]:
    """[10] [15] `judge.demand.forward` for one leg: each question by one ASOF join."""
    j, early = a.j, f"{EARLIEST}"
    lim, reach = _limits(a, as_of)
    lower = "q.start"
    if a.leg.state:
        seek(a.undone, f"x_u{j}", "q.start", "last")
        seek(a.contrary, f"x_c{j}", "q.start", "last")
        lower = f"greatest(coalesce(q.x_u{j}_t, {early}), coalesce(q.x_c{j}_t, {early}))"
    seek(a.undone, f"x_undo{j}", lim, "last")
    seek(a.done, f"x_any{j}", lower, "next")
    seek(a.done, f"x_good{j}", f"greatest({lower}, coalesce(q.x_undo{j}_t, {early}))", "next")
    seek(a.done, f"x_held{j}", reach, "last")
    seek(a.done, f"x_late{j}", f"{lim} + 1", "next")
    seek(a.contrary, f"x_seen{j}", f"{lim} + 1", "next")
    good = f"q.x_good{j}_t <= {reach}"
    held = f"CASE WHEN {good} THEN greatest(q.x_held{j}_t + 1, q.start) END"
    seek(a.contrary, f"x_con{j}", held, "next")
    seek(a.undone, f"x_over{j}", f"{lim} + 1", "next")
    facts = _none(j)
    tests = {
        "good": (good, f"x_good{j}"),
        "undo": (f"q.x_any{j}_t <= {reach}", f"x_undo{j}"),
        "late": ("true", f"x_late{j}"),
        "seen": ("true", f"x_seen{j}"),
        "contra": (f"coalesce(q.x_over{j}_t > q.x_con{j}_t, true)", f"x_con{j}"),
    }
    if not a.leg.state:
        seek(a.done, f"x_after{j}", "q.start", "next")
        seek(a.done, f"x_before{j}", "q.start - 1", "last")
        tests["early"] = (f"q.x_after{j}_n IS NULL", f"x_before{j}")
    for mark, (test, name) in tests.items():
        facts |= _found(mark, j, test, Found(*(f"q.{name}_{c}" for c in "ntr")))
    return facts


def _backward(a: _Asked, seek: Seek) -> dict[str, str]:
    """[10] `judge.demand.backward` for one leg whose demands have no last day."""
    j = a.j
    low = f"coalesce(q.low{j}, {EARLIEST})"
    seek(a.undone, f"x_ended{j}", "q.start", "last")
    seek(a.done, f"x_any{j}", low, "next")
    seek(a.done, f"x_good{j}", f"greatest({low}, coalesce(q.x_ended{j}_t, {EARLIEST}))", "next")
    seek(a.done, f"x_cure{j}", "q.start + 1", "next")
    found = {
        "good": (f"q.x_good{j}_t <= q.high{j}", f"x_good{j}"),
        "undo": (f"q.x_any{j}_t <= q.high{j}", f"x_ended{j}"),
        "late": ("true", f"x_cure{j}"),
    }
    facts = _none(j)
    for mark, (test, name) in found.items():
        facts |= _found(mark, j, test, Found(*(f"q.{name}_{c}" for c in "ntr")))
    return facts


def _forward_outcome(a: _Asked, missing: dict[str, str]) -> Sql:
    """[14] [15] [16] `judge.demand.decide_forward`, by its cases."""
    j = a.j
    code, due = f"q.code{j}", f"q.due{j}"
    decided = f"greatest(q.good{j}_r, q.good{j}_t, q.start)"
    if a.leg.undone_by:
        decided = f"greatest({decided}, {due})"
    over = f"{due} + 1"
    breached = over
    if missing:
        gone = verdict.any_missing(missing)
        breached = f"CASE WHEN {gone} THEN greatest({over}, q.seen{j}_r) ELSE {over} END"
    good, undo = f"[q.good{j}_n]", verdict.listed(f"q.undo{j}_n")
    shown = verdict.listed(f"q.undo{j}_n", f"q.late{j}_n", f"q.seen{j}_n")
    early = verdict.listed(f"q.undo{j}_n", f"q.late{j}_n", f"q.seen{j}_n", f"q.early{j}_n")
    state = {c: str(verdict.OPEN) for c in (1, 2, 3, 5, 6, 8, 9)}
    state |= {4: str(verdict.MET), 7: str(verdict.PENDING)}
    named = {1: "key_missing", 2: "calendar_unknown", 3: "contradicted", 5: "judgement_needed"}
    named |= {6: "no_due_time", 8: "act_before_trigger", 9: "not_recorded"}
    return Sql(
        verdict.case(code, state, str(verdict.BREACHED)),
        verdict.case(code, {c: verdict.reason(name) for c, name in named.items()}),
        verdict.case(
            code,
            {
                **dict.fromkeys((1, 2, 6), "q.start"),
                3: f"greatest({decided}, q.contra{j}_r)",
                **dict.fromkeys((4, 5), decided),
                7: "NULL",
                **dict.fromkeys((8, 9), over),
            },
            breached,
        ),
        verdict.case(code, {1: "NULL", 2: "NULL"}, due),
        verdict.case(
            code,
            {
                **dict.fromkeys((1, 2), "NULL"),
                3: f"[q.good{j}_n, q.contra{j}_n]",
                **dict.fromkeys((4, 5), good),
                **dict.fromkeys((6, 7), undo),
                8: early,
            },
            shown,
        ),
        verdict.case(code, {10: f"q.late{j}_n"}),
        verdict.case(code, {10: f"q.late{j}_t"}),
        verdict.case(code, {4: f"greatest(q.good{j}_t, q.start)", 10: f"q.late{j}_t"}),
        verdict.case(code, {9: verdict.missing_list(missing)}),
    )


def _back_outcome(a: _Asked, missing: dict[str, str]) -> Sql:
    """[10] [17] `judge.demand.decide_backward`, by its cases."""
    j = a.j
    code = f"q.code{j}"
    state = {c: str(verdict.OPEN) for c in (1, 2, 9)} | {4: str(verdict.MET)}
    named = {1: "key_missing", 2: "calendar_unknown", 9: "not_recorded"}
    lost = verdict.listed(f"q.undo{j}_n")
    shown = verdict.listed(f"q.undo{j}_n", f"q.late{j}_n")
    return Sql(
        verdict.case(code, state, str(verdict.BREACHED)),
        verdict.case(code, {c: verdict.reason(name) for c, name in named.items()}),
        verdict.case(
            code,
            {4: f"greatest(q.start, q.good{j}_r)", 10: f"greatest(q.start, q.undo{j}_r)"},
            "q.start",
        ),
        verdict.case(code, {1: "NULL", 2: "NULL"}, "q.start"),
        verdict.case(code, {1: "NULL", 2: "NULL", 4: f"[q.good{j}_n]", 9: lost}, shown),
        verdict.case(code, {10: f"q.late{j}_n"}),
        verdict.case(code, {10: f"q.late{j}_t"}),
        verdict.case(code, {4: "q.start", 10: f"q.late{j}_t"}),
        verdict.case(code, {9: verdict.missing_list(missing)}),
    )
