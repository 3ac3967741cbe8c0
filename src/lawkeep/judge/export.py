"""Every finding of a judged pack as Parquet, ids and evidence included, made in SQL.

Columns: `id`, `duty`, `code`, `state`, `reason`, `instrument`, `edition`, `article` (the citation
that is shown first), `keys` (JSON, names sorted), `opening`, `trigger`, `due_at`, `decided_at`,
`cured_at`, `ended_at` (microseconds of UTC), `events` (ids by time), `missing`.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from lawkeep.judge import sql
from lawkeep.judge.log import Log
from lawkeep.judge.table import Sheet
from lawkeep.judge.verdict import REASON_CODES, STATES
from lawkeep.judge.world import World
from lawkeep.model.finding import Finding
from lawkeep.model.time import EARLIEST, LATEST

SCHEMA = pa.schema(
    [(n, pa.string()) for n in ("id", "duty", "code", "state", "reason")]
    + [(n, pa.string()) for n in ("instrument", "edition", "article", "keys", "opening")]
    + [(n, pa.int64()) for n in ("trigger", "due_at", "decided_at", "cured_at", "ended_at")]
    + [(n, pa.list_(pa.string())) for n in ("events", "missing")]
)


def write_values(findings: Iterable[Finding], path: Path) -> None:
    """Findings that are values of Python, in the same columns."""
    encode = msgspec.json.Encoder(order="sorted").encode
    rows = [
        {
            "id": f.id,
            "duty": f.duty,
            "code": f.code,
            "state": f.state,
            "reason": f.reason,
            "instrument": f.citation.instrument,
            "edition": f.citation.edition,
            "article": f.citation.article,
            "keys": encode(f.keys).decode(),
            "opening": f.opening,
            "trigger": f.trigger,
            "due_at": f.due_at,
            "decided_at": f.decided_at,
            "cured_at": f.cured_at,
            "ended_at": f.ended_at,
            "events": list(f.events),
            "missing": list(f.missing),
        }
        for f in findings
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), path, compression="zstd")


def write_verdicts(
    db: duckdb.DuckDBPyConnection, log: Log, world: World, sheet: Sheet, path: Path
) -> None:
    """The verdicts of one duty, judged in SQL, as a file."""
    duty = sheet.form.duty
    pairs = ", ".join(
        f"CASE WHEN e.key_{n} IS NOT NULL THEN {sql.text(_json(n) + ':')} "
        f"|| CAST(to_json(e.key_{n}) AS VARCHAR) END"
        for n in sorted(sheet.shown)
    )
    keys = f"('{{' || concat_ws(',', {pairs}) || '}}')" if pairs else "'{}'"
    opening = "(CASE WHEN v.opening = 1 THEN 'ended:' ELSE '' END || e.origin)"
    each = " ".join(
        f"WHEN {i} THEN {sql.text(_json(sheet.for_each(i)))}" for i in range(len(sheet.demands))
    )
    head = sql.text(f"[{_json(sheet.operator)},{_json(duty.duty)},")
    identity = (
        f"substr(sha256({head} || CAST(to_json({opening}) AS VARCHAR) || ',' || {keys} || ',' || "
        f"CASE v.demand {each} END || ']'), 1, 32)"
    )
    db.execute(
        f"""COPY (WITH v AS MATERIALIZED (
            SELECT rowid AS row, * FROM verdict WHERE duty = {sheet.number}),
        shown AS (SELECT row, list(x.id ORDER BY n) AS ids FROM (
            SELECT DISTINCT row, unnest(list_append(coalesce(events, []), n)) AS n FROM v)
            JOIN {log.of((*sheet.types, *sheet.triggers))} x USING (n) GROUP BY row)
        SELECT {identity} AS id, {sql.text(duty.duty)} AS duty, {sql.text(duty.code)} AS code,
            {_named("v.state", STATES)} AS state, {_named("v.reason", REASON_CODES)} AS reason,
            {_cited(world, sheet)}, {keys} AS keys, {opening} AS opening, v.start AS trigger,
            v.due AS due_at, v.decided AS decided_at, v.cured AS cured_at, v.ended AS ended_at,
            shown.ids AS events, CASE WHEN v.state = 1 THEN list_filter(coalesce(v.missing, []),
                lambda x, i: list_position(v.missing, x) = i) ELSE [] END AS missing
        FROM v JOIN shown USING (row) JOIN {log.of(sheet.triggers, sheet.names)} e USING (n))
        TO {sql.text(str(path))} (FORMAT parquet, COMPRESSION zstd)"""
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _named(column: str, names: tuple[str, ...]) -> str:
    arms = " ".join(f"WHEN {i} THEN {sql.text(name)}" for i, name in enumerate(names))
    return f"CASE {column} {arms} END"


def _cited(world: World, sheet: Sheet) -> str:
    """[8] The citation by the instant of the trigger: one arm for each time it stays the same."""
    pack, duty = world.pack, sheet.form.duty
    changes = {EARLIEST}
    for cite in duty.cites:
        start, end = pack.span(cite.law)
        changes |= {start} if end is None else {start, min(end + 1, LATEST)}
    for start, end in pack.spans_of(duty, sheet.drafts):
        changes |= {start} if end is None else {start, min(end + 1, LATEST)}
    columns = []
    for field in ("instrument", "edition", "article"):
        arms = []
        for start in sorted(changes, reverse=True):
            cites = pack.cites_at(duty, start, sheet.drafts)
            if cites:
                value = getattr(sheet.cited(cites)[0], field)
                arms.append(f"WHEN v.start >= {start} THEN {sql.text(value)}")
        columns.append(f"CASE {' '.join(arms)} END AS {field}" if arms else f"NULL AS {field}")
    return ", ".join(columns)
