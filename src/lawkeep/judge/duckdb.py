"""The judge over Parquet by DuckDB: the same findings as `judge.reference`, more events.

Duties with plain matches (`sql.simple`) are judged in SQL (`judge.asked`): their verdicts are rows
of a table, and become values of Python only where somebody looks at them. The others read only
the event types they need, in buckets by key where their matches allow it, and are judged by the
reference rules bucket by bucket.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lawkeep.judge import sql, verdict
from lawkeep.judge.asked import Asked
from lawkeep.judge.export import write_values, write_verdicts
from lawkeep.judge.form import Form, Part, compile_duty, compile_states, legs_of, types_of
from lawkeep.judge.layout import connect, lay_out, open_layout
from lawkeep.judge.log import Log
from lawkeep.judge.opener import AUTHORITY, SUGGESTS
from lawkeep.judge.outcome import Judged
from lawkeep.judge.reference import coverage_gap, judge_form
from lawkeep.judge.rows import known
from lawkeep.judge.stood import Rest, Stood, statable
from lawkeep.judge.table import Sheet, judged
from lawkeep.judge.world import World
from lawkeep.law.pack import Pack
from lawkeep.model.finding import CoverageGap, State

BUCKET = 250_000
SHARED = (
    *AUTHORITY,
    *("order.met", "order.accepted", "fine.paid", "circumstance.found"),
    *(suggestion.type for suggestion in SUGGESTS),
)
"""What exposure reads besides findings."""
ALL: frozenset[State] = frozenset(verdict.STATES)


class DuckJudge:
    """One log under one date, for any number of packs. Close it to free memory and disk.

    `log`: a spooled file, which is laid out first, or the folder of a layout (`judge.layout`).
    What needs more than `memory` spills into a temporary folder.
    """

    def __init__(
        self, log: Path, as_of: int, *, memory: str = "4GB", threads: int | None = None
    ) -> None:
        self.as_of = as_of
        self._folder = tempfile.TemporaryDirectory(prefix="lawkeep-judge-")
        here = Path(self._folder.name)
        layout = open_layout(log) if log.is_dir() else None
        if layout is None:
            layout = lay_out(log, here / "log", memory=memory, threads=threads)
        self.db = connect(memory, threads, here / "spill")
        self.log = Log(self.db, layout, as_of)
        self.knowledge = self.log.knowledge
        self.counts: dict[str, Counter[State]] = {}
        """Findings of the last pack by duty and state, those that were not asked for included."""

    def close(self) -> None:
        self.db.close()
        self._folder.cleanup()

    def judge_pack(
        self,
        pack: Pack,
        /,
        *,
        operator: str,
        as_of: int,
        drafts: bool = False,
        only: frozenset[str] = frozenset(),
        states: frozenset[State] = ALL,
        table: Path | None = None,
    ) -> tuple[list[Judged], list[CoverageGap], World]:
        """As `judge.reference.judge_pack`. `as_of` is the date that the log was read for.

        `states`: the findings of these states are returned, the others only counted (`counts`).
        `table`: a folder in which every finding, of whatever state, is written as Parquet
        (`judge.export`), a file for each way in which a duty was judged.
        """
        if as_of != self.as_of:
            raise ValueError("this log was read for another date")
        shared = self._world(pack, SHARED)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE verdict ({verdict.table(self.log.number)})")
        self.counts = {}
        found: list[Judged] = []
        gaps: list[CoverageGap] = []
        for number, duty in enumerate(pack.duties):
            if only and not only & {duty.duty, duty.code}:
                continue
            form = compile_duty(duty, pack)
            spans = [s for s in shared.duty_spans(form, drafts) if s[0] <= as_of]
            if not spans:
                continue
            counts: Counter[State] = Counter()
            sheet, rest = self._in_sql(shared, form, number, operator, drafts)
            if sheet is not None:
                counts.update(self._counted(number))
                if table is not None:
                    path = table / f"{duty.duty}.parquet"
                    write_verdicts(self.db, self.log, shared, sheet, path)
                if any(counts[state] for state in states):
                    found += judged(self.db, self.log, shared, sheet, _of(states))
            if sheet is None or rest is not None:
                ruled = list(self._by_bucket(pack, form, operator, drafts, rest))
                counts.update(one.finding.state for one in ruled)
                if table is not None:
                    path = table / f"{duty.duty}.rules.parquet"
                    write_values((one.finding for one in ruled), path)
                found += [one for one in ruled if one.finding.state in states]
            self.counts[duty.duty] = counts
            gap = coverage_gap(shared, form, spans)
            if gap is not None and not counts:
                gaps.append(gap)
        return found, gaps, shared

    def _in_sql(
        self, world: World, form: Form, number: int, operator: str, drafts: bool
    ) -> tuple[Sheet | None, Rest | None]:
        """Judge a duty in SQL; None where its form does not allow it. And the keys that are left."""
        name = form.duty.while_
        state = world.state_form(name) if name not in (None, "role") else None
        types = list(sql.form_types(form))
        if sql.simple(form):
            Asked(self.db, self.log, world, form, number=number, drafts=drafts).judge()
            return Sheet(form, number, operator, drafts, tuple(types)), None
        if not statable(form, state):
            return None, None
        rest = Stood(self.db, self.log, world, form, number=number, drafts=drafts).judge()
        keys = None
        if state is not None:
            types += types_of((*state.begins, *state.ends))
            if form.pattern != "prohibition":
                keys = tuple(p.names[0] for p in state.parts)
        return Sheet(form, number, operator, drafts, tuple(types), keys), rest

    def _counted(self, number: int) -> dict[State, int]:
        rows = self.db.execute(
            f"SELECT state, count(*) FROM verdict WHERE duty = {number} GROUP BY state"
        ).fetchall()
        return {verdict.STATES[state]: count for state, count in rows}

    def _world(
        self, pack: Pack, types: tuple[str, ...], where: str = "true", keys: tuple[str, ...] = ()
    ) -> World:
        rows = known(self.db, f"SELECT * FROM {self.log.of(types, keys)} WHERE {where}")
        knowledge = replace(self.knowledge, events=sorted(rows, key=lambda k: k.order))
        return World(knowledge, pack, self.as_of)

    def _by_bucket(
        self, pack: Pack, form: Form, operator: str, drafts: bool, rest: Rest | None = None
    ) -> Iterator[Judged]:
        """The reference rules over the events that the duty reads, a bucket of keys at a time.

        `rest`: only the events of these keys.
        """
        left = "true" if rest is None else rest.where()
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
            rows = self.db.execute(f"SELECT DISTINCT t FROM {self.log.all()} ORDER BY t").fetchall()
            world.instants = [t for (t,) in rows]
            yield from judge_form(world, form, operator=operator, drafts=drafts)
            return
        if "service.started" in types:
            types.append("service.confirmed")
        name = _bucket_key(form, parts)
        ((count,),) = self.db.execute(
            f"SELECT count(*) FROM {self.log.of(types, rest.names if rest else ())} WHERE {left}"
        ).fetchall()
        buckets = 1 if name is None else 1 + count // BUCKET
        for bucket in range(buckets):
            where = left
            if buckets > 1:
                where += f" AND hash(key_{name}) % {buckets} = {bucket}"
            keys = (*((name,) if name else ()), *(rest.names if rest else ()))
            world = self._world(pack, tuple(types), where, keys)
            yield from judge_form(world, form, operator=operator, drafts=drafts)


def _of(states: frozenset[State]) -> str:
    """Verdicts of some states, as a condition on `v`."""
    if states >= ALL:
        return "true"
    return f"v.state IN ({', '.join(str(verdict.STATES.index(s)) for s in sorted(states))})"


def _bucket_key(form: Form, states: list[tuple[Part, ...]]) -> str | None:
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
