"""The judge over Parquet by DuckDB: the same findings as `judge.reference`, more events.

Duties with plain matches (`sql.simple`) are asked in SQL: DuckDB joins each trigger with what
matches it and hands back the few marks that decide (first demand in time, last undoing, ...);
`judge.demand` says what they come to. The others read only the event types they need, in buckets
by key where their matches allow it, and are judged by the reference rules bucket by bucket.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from lawkeep.judge import sql
from lawkeep.judge.asked import Asked
from lawkeep.judge.form import Form, Part, compile_duty, compile_states, legs_of, types_of
from lawkeep.judge.knowledge import META, Knowledge, Known, describe
from lawkeep.judge.opener import AUTHORITY, SUGGESTS
from lawkeep.judge.outcome import Judged
from lawkeep.judge.reference import coverage_gap, judge_form
from lawkeep.judge.rows import events, known
from lawkeep.judge.world import World
from lawkeep.law.pack import Pack
from lawkeep.model.finding import CoverageGap

BUCKET = 250_000
SHARED = (
    *AUTHORITY,
    *("order.met", "order.accepted", "fine.paid", "circumstance.found"),
    *(suggestion.type for suggestion in SUGGESTS),
)
"""What exposure reads besides findings."""
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
            events(
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
        shared = self._world(pack, SHARED)
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
                found = list(Asked(self.db, shared, form, operator, drafts).judge())
            else:
                found = list(self._by_bucket(pack, form, operator, drafts))
            judged += found
            gap = coverage_gap(shared, form, spans)
            if gap is not None and not found:
                gaps.append(gap)
        return judged, gaps, shared

    def _world(self, pack: Pack, types: tuple[str, ...], where: str = "true") -> World:
        listed = ", ".join(sql.text(t) for t in dict.fromkeys(types)) or "NULL"
        rows = known(self.db, f"SELECT * FROM known WHERE type IN ({listed}) AND {where}")
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
        name = _bucket_key(form, parts)
        listed = ", ".join(sql.text(t) for t in dict.fromkeys(types)) or "NULL"
        (count,) = self.db.execute(
            f"SELECT count(*) FROM known WHERE type IN ({listed})"
        ).fetchall()[0]
        buckets = 1 if name is None else 1 + count // BUCKET
        for bucket in range(buckets):
            where = "true" if buckets == 1 else f"hash(key_{name}) % {buckets} = {bucket}"
            world = self._world(pack, tuple(types), where)
            yield from judge_form(world, form, operator=operator, drafts=drafts)


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
