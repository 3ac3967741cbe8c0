"""The judge over Parquet by DuckDB: the same findings as `judge.reference`, more events.

Duties with plain matches (`sql.simple`) are asked in SQL: DuckDB joins each trigger with what
matches it and hands back the few marks that decide (first demand in time, last undoing, ...);
`judge.demand` says what they come to. The others read only the event types they need, in buckets
by key where their matches allow it, and are judged by the reference rules bucket by bucket.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import msgspec
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
from lawkeep.judge.exposure import EXPOSURE_TYPES
from lawkeep.judge.form import (
    Form,
    GivenForm,
    Group,
    Leg,
    Part,
    Pick,
    Picks,
    compile_duty,
    compile_states,
    legs_of,
    types_of,
)
from lawkeep.judge.knowledge import META, Knowledge, Known, describe
from lawkeep.judge.outcome import Judged, Outcome, tree
from lawkeep.judge.reference import coverage_gap, emit, holds_at, judge_form, key_missing, release
from lawkeep.judge.trigger import Obligation
from lawkeep.judge.world import World
from lawkeep.law.calendar import CalendarUnknownError
from lawkeep.law.pack import Pack
from lawkeep.model.event import Event
from lawkeep.model.finding import CoverageGap
from lawkeep.model.time import EARLIEST, format_instant

BUCKET = 250_000
Answers = Callable[[int], tuple[Window | None, ForwardFacts | BackwardFacts]]
_KEYS = ", ".join(sql.KEY_COLUMNS)


class DuckJudge:
    """One log under one date, for any number of packs. Close it to free the memory."""

    def __init__(
        self, parquet: Path, as_of: int, *, memory: str = "4GB", threads: int | None = None
    ) -> None:
        self.as_of = as_of
        self.db = duckdb.connect(config={"memory_limit": memory})
        if threads is not None:
            self.db.execute(f"SET threads = {threads}")
        self.db.execute("SET preserve_insertion_order = false")
        self.knowledge = self._know(parquet)

    def close(self) -> None:
        self.db.close()

    def _know(self, parquet: Path) -> Knowledge:
        """[4] [5] The table `known`: events as they count, in the order of type and time."""
        log = f"read_parquet({sql.text(str(parquet))})"
        where = "type = 'event.retracted' OR corrects IS NOT NULL"
        targets = f"SELECT corrects FROM {log} WHERE corrects IS NOT NULL"
        about = ", ".join(sql.text(t) for t in sorted(META))
        special = list(
            _events(
                self.db,
                f"SELECT * FROM {log} WHERE {where} OR type IN ({about}) OR id IN ({targets}) "
                f"OR id IN (SELECT json_extract_string(data, '$.of') FROM {log} "
                f"WHERE type = 'event.retracted') ORDER BY seq",
            )
        )
        kept, knowledge = describe(special, self.as_of)
        names = pa.table({"id": pa.array([e.id for e in special], pa.string())})
        self.db.register("special", names)
        self.db.execute(
            f"CREATE TABLE known AS SELECT id, id AS origin, type, occurred_at AS t, "
            f"recorded_at AS r, {_KEYS}, data FROM {log} WHERE recorded_at <= {self.as_of} "
            f"AND occurred_at <= {self.as_of} AND id NOT IN (SELECT id FROM special) "
            f"ORDER BY type"
        )
        self.db.unregister("special")
        if kept:
            self._insert(kept)
        self._kinds()
        return knowledge

    def _insert(self, events: list[Known]) -> None:
        columns: dict[str, Any] = {
            "id": [e.id for e in events],
            "origin": [e.origin for e in events],
            "type": [e.type for e in events],
            "t": pa.array([e.t for e in events], pa.int64()),
            "r": pa.array([e.r for e in events], pa.int64()),
        }
        for column in sql.KEY_COLUMNS:
            name = column.removeprefix("key_")
            columns[column] = pa.array([e.keys.get(name) for e in events], pa.string())
        columns["data"] = [msgspec.json.encode(e.data, order="sorted").decode() for e in events]
        self.db.register("rows", pa.table(columns))
        self.db.execute("INSERT INTO known SELECT * FROM rows")
        self.db.unregister("rows")

    def _kinds(self) -> None:
        """[11] A start of unknown kind takes the kind of its confirmation."""
        kind = "json_extract_string(data, '$.kind')"
        self.db.execute(
            f"""CREATE TEMP TABLE kinds AS
            SELECT s.id, coalesce(arg_max(c.kind, (c.t, c.id)) FILTER (c.t <= s.t),
                                  arg_min(c.kind, (c.t, c.id))) AS kind
            FROM (SELECT id, t, key_subject, key_service FROM known
                  WHERE type = 'service.started' AND {kind} IS NULL) s
            JOIN (SELECT id, t, key_subject, key_service, {kind} AS kind FROM known
                  WHERE type = 'service.confirmed' AND {kind} IS NOT NULL) c
            ON s.key_subject IS NOT DISTINCT FROM c.key_subject
            AND s.key_service IS NOT DISTINCT FROM c.key_service
            GROUP BY s.id"""
        )
        self.db.execute(
            "UPDATE known SET data = json_merge_patch(known.data, json_object('kind', kinds.kind)) "
            "FROM kinds WHERE known.id = kinds.id AND known.type = 'service.started'"
        )

    def judge_pack(
        self,
        pack: Pack,
        /,
        *,
        operator: str,
        as_of: int,
        drafts: bool = False,
        only: frozenset[str] = frozenset(),
    ) -> tuple[list[Judged], list[CoverageGap], World]:
        """As `judge.reference.judge_pack`. `as_of` is the date that the log was read for."""
        if as_of != self.as_of:
            raise ValueError("this log was read for another date")
        shared = self._world(pack, tuple(EXPOSURE_TYPES))
        judged: list[Judged] = []
        gaps: list[CoverageGap] = []
        for duty in pack.duties:
            if only and not only & {duty.duty, duty.code}:
                continue
            form = compile_duty(duty, pack)
            spans = [s for s in shared.duty_spans(form, drafts) if s[0] <= as_of]
            if not spans:
                continue
            if sql.simple(form):
                found = list(_Asked(self.db, shared, form, operator, drafts).judge())
            else:
                found = list(self._by_bucket(pack, form, operator, drafts))
            judged += found
            gap = coverage_gap(shared, form, spans)
            if gap is not None and not found:
                gaps.append(gap)
        return judged, gaps, shared

    def _world(self, pack: Pack, types: tuple[str, ...], where: str = "true") -> World:
        listed = ", ".join(sql.text(t) for t in dict.fromkeys(types)) or "NULL"
        rows = _known(self.db, f"SELECT * FROM known WHERE type IN ({listed}) AND {where}")
        knowledge = replace(self.knowledge, events=sorted(rows, key=lambda k: k.order))
        return World(knowledge, pack, self.as_of)

    def _by_bucket(self, pack: Pack, form: Form, operator: str, drafts: bool) -> Iterator[Judged]:
        """The reference rules over the events that the duty reads, a bucket of keys at a time."""
        states = compile_states(pack)
        types = list(sql.form_types(form))
        named = [form.duty.while_, form.duty.keep.still if form.duty.keep else None]
        pending = [n for n in named if n not in (None, "role")]
        parts = []
        while pending:
            state = states[str(pending.pop())]
            types += types_of((*state.begins, *state.ends))
            parts.append(state.parts)
            if state.within is not None:
                pending.append(state.within)
        if any(p.deadline.kind == "next" for d in form.demands for p in legs_of(d)):
            world = self._world(pack, tuple(types))
            rows = self.db.execute("SELECT DISTINCT t FROM known ORDER BY t").fetchall()
            world.instants = [t for (t,) in rows]
            yield from judge_form(world, form, operator=operator, drafts=drafts)
            return
        if "service.started" in types:
            types.append("service.confirmed")
        name = _bucket_key(form, [p for p in parts])
        listed = ", ".join(sql.text(t) for t in dict.fromkeys(types)) or "NULL"
        (count,) = self.db.execute(
            f"SELECT count(*) FROM known WHERE type IN ({listed})"
        ).fetchall()[0]
        buckets = 1 if name is None else 1 + count // BUCKET
        for bucket in range(buckets):
            where = "true" if buckets == 1 else f"hash(key_{name}) % {buckets} = {bucket}"
            world = self._world(pack, tuple(types), where)
            yield from judge_form(world, form, operator=operator, drafts=drafts)


def _bucket_key(form: Form, states: list[Any]) -> str | None:
    """A kind of key that every match of the duty compares with itself: no match leaves a bucket."""
    if form.via or form.known_by or form.duty.while_ == "role":
        return None
    legs = [leg for demand in form.demands for leg in legs_of(demand)] + list(form.chain)
    picks = [*form.triggers, *form.unless, *form.contrary]
    picks += [p for leg in legs for p in (leg.pick, *leg.undone_by)]
    picks += [p for g in form.given for p in (g.pick, *g.ended_by)]
    picks += [p for p in (form.newest, form.for_each.pick if form.for_each else None) if p]
    common: set[str] | None = None
    for pick in picks:
        pairs = zip(pick.match.trigger, pick.match.other, strict=True)
        names = {
            a.names[0]
            for a, b in pairs
            if a == b and a.space == "key" and not a.root and len(a.names) == 1
        }
        common = names if common is None else common & names
    for parts in states:
        names = {p.names[0] for p in parts if p.space == "key" and len(p.names) == 1}
        common = names if common is None else common & names
    if form.for_each and form.for_each.take:
        common = (common or set()) - set(form.for_each.take.names)
    return min(common) if common else None


def _known(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[Known]:
    """Rows of `known` as events."""
    reader = db.execute(query).to_arrow_reader(50_000)
    for batch in reader:
        yield from _batch(batch)


def _batch(batch: pa.RecordBatch) -> Iterator[Known]:
    """Events of a batch of `known`; key columns without a value cost nothing."""
    named = {
        name: batch.column(name).to_pylist() for name in ("id", "origin", "type", "t", "r", "data")
    }
    keyed = [
        (name.removeprefix("key_"), batch.column(name).to_pylist())
        for name in sql.KEY_COLUMNS
        if batch.column(name).null_count < len(batch)
    ]
    for i, identity in enumerate(named["id"]):
        yield Known(
            identity,
            named["origin"][i],
            named["type"][i],
            named["t"][i],
            named["r"][i],
            {name: values[i] for name, values in keyed if values[i] is not None},
            msgspec.json.decode(named["data"][i]),
        )


def _events(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[Event]:
    """Rows of the log as events."""
    for batch in db.execute(query).to_arrow_reader(50_000):
        for row in batch.to_pylist():
            yield Event(
                id=row["id"],
                type=row["type"],
                occurred_at=row["occurred_at"],
                recorded_at=row["recorded_at"],
                operator=row["operator"],
                keys={
                    c.removeprefix("key_"): row[c]
                    for c in sql.KEY_COLUMNS
                    if row.get(c) is not None
                },
                data=msgspec.json.decode(row["data"]),
                corrects=row["corrects"],
            )


class _Asked:
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
        values = "".join(f", {sql.value(part)} AS {name}" for part, name in self.parts.items())
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
        self.db.execute(f"SELECT {columns} FROM trig ORDER BY t, id")
        held: dict[int, bool] = {}
        for number, trigger in _numbered(self.db):
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
        return "".join(
            f" AND e.o{i} = q.{self.parts[part]}" for i, part in enumerate(pick.match.trigger)
        )

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
        return {i: [_mark(m) for m in marks] for i, marks in rows}

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


def _numbered(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, Known]]:
    for batch in db.to_arrow_reader(50_000):
        for number, event in zip(batch.column("i").to_pylist(), _batch(batch), strict=True):
            yield number, event
