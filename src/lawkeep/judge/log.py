"""A laid out log under one date: the events that count, as SQL to select from.

[4] [5] Corrections and retractions are few: they are read into Python, what counts of them is in
the table `kept`. All other events are read from their files.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import msgspec
import pyarrow as pa

from lawkeep.judge import sql
from lawkeep.judge.knowledge import Known, describe
from lawkeep.judge.layout import Layout
from lawkeep.judge.rows import events
from lawkeep.model.time import EARLIEST, LATEST

STARTED, CONFIRMED = "service.started", "service.confirmed"


@dataclass(frozen=True)
class Span:
    """First and last instant of some events; whether each was recorded as it occurred."""

    first: int
    last: int
    prompt: bool


class Log:
    """Events by type. `knowledge`: who the operator is and what its records cover."""

    def __init__(self, db: duckdb.DuckDBPyConnection, layout: Layout, as_of: int) -> None:
        self.db, self.layout, self.as_of = db, layout, as_of
        self.number = "INTEGER" if layout.contents.events < 2**31 - 1 else "BIGINT"
        self._tables: dict[str, str] = {}
        special = list(
            events(db, f"SELECT * FROM read_parquet({sql.text(str(layout.special))}) ORDER BY seq")
        )
        kept, self.knowledge = describe(special, as_of)
        self._kept = self._keep(kept)
        self._kinds()

    def _keep(self, kept: list[Known]) -> dict[str, Span]:
        """The events that count among those that bear on one another; their span by type."""
        keys = self.layout.contents.keys
        columns = {
            "id": pa.array([e.id for e in kept], pa.string()),
            "origin": pa.array([e.origin for e in kept], pa.string()),
            "type": pa.array([e.type for e in kept], pa.string()),
            "t": pa.array([e.t for e in kept], pa.int64()),
            "r": pa.array([e.r for e in kept], pa.int64()),
            "data": pa.array(
                [msgspec.json.encode(e.data, order="sorted").decode() for e in kept], pa.string()
            ),
        }
        for name in keys:
            columns[f"key_{name}"] = pa.array([e.keys.get(name) for e in kept], pa.string())
        self.db.register("rows", pa.table(columns))
        numbers = "".join(f", name_{k}.k AS k_{k}" for k in keys)
        names = f"read_parquet({sql.text(str(self.layout.names))})"
        joins = "".join(f" LEFT JOIN names name_{k} ON name_{k}.value = e.key_{k}" for k in keys)
        self.db.execute(
            f"CREATE TEMP TABLE kept AS WITH names AS MATERIALIZED (SELECT k, value FROM {names} "
            f"SEMI JOIN (SELECT unnest([{', '.join(f'key_{k}' for k in keys)}]::VARCHAR[]) AS w "
            f"FROM rows) ON w = value), places AS (SELECT id, n FROM "
            f"read_parquet({sql.text(str(self.layout.special))})) "
            f"SELECT n, e.*{numbers} FROM rows e JOIN places USING (id){joins}"
        )
        self.db.unregister("rows")
        spans: dict[str, Span] = {}
        for e in kept:
            old = spans.get(e.type, Span(LATEST, EARLIEST, prompt=True))
            spans[e.type] = Span(
                min(old.first, e.t), max(old.last, e.t), prompt=old.prompt and e.r == e.t
            )
        return spans

    def of(self, types: Iterable[str], keys: Iterable[str] = ()) -> str:
        """The counted events of some types, in parentheses: n, id, origin, type, t, r, data, keys.

        `key_KIND` is the text of a key, `k_KIND` its number. `keys`: kinds of key to have even
        where no event of the log has them.
        """
        branches = [branch for name in dict.fromkeys(types) for branch in self._branches(name)]
        if not branches:
            branches = [f"SELECT {self._columns('origin', 'type')} FROM kept WHERE false"]
        found = " UNION ALL ".join(branches)
        none = [n for n in dict.fromkeys(keys) if n not in self.layout.contents.keys]
        if none:
            more = "".join(
                f", NULL::VARCHAR AS key_{n}, NULL::{self.number} AS k_{n}" for n in none
            )
            found = f"SELECT *{more} FROM ({found})"
        return f"({found})"

    def all(self) -> str:
        """All counted events."""
        return self.of((*self.layout.contents.types, *self._kept))

    def _branches(self, name: str) -> list[str]:
        found = []
        facts = self.layout.contents.types.get(name)
        if name in self._tables:
            return [f"SELECT {self._columns('origin', 'type')} FROM {self._tables[name]}"]
        if facts is not None:
            known = [
                f"{column} <= {self.as_of}"
                for column, last in (("r", facts.recorded), ("t", facts.last))
                if last > self.as_of
            ]
            # The text of the type beside the files, not their folder's name: it costs nothing.
            found.append(
                f"SELECT {self._columns('id', sql.text(name))} FROM read_parquet("
                f"{sql.text(self.layout.files(name))}, hive_partitioning = false)"
                f"{' WHERE ' if known else ''}{' AND '.join(known)}"
            )
        if name in self._kept:
            columns = self._columns("origin", "type")
            found.append(f"SELECT {columns} FROM kept WHERE type = {sql.text(name)}")
        return found

    def _columns(self, origin: str, type_name: str) -> str:
        fixed = f"n, id, {origin} AS origin, {type_name} AS type, t, r, data"
        present = self.layout.contents.keys
        return fixed + "".join(f", key_{k}, k_{k}" for k in present)

    def span(self, types: Iterable[str]) -> Span | None:
        """When events of some types occurred, at most; None: there are none."""
        found = []
        for name in dict.fromkeys(types):
            facts = self.layout.contents.types.get(name)
            if facts is not None and facts.first <= self.as_of:
                found.append(Span(facts.first, min(facts.last, self.as_of), facts.prompt))
            if name in self._kept:
                found.append(self._kept[name])
        if not found:
            return None
        return Span(
            min(s.first for s in found),
            max(s.last for s in found),
            prompt=all(s.prompt for s in found),
        )

    def _kinds(self) -> None:
        """[11] A start of unknown kind takes the kind of its confirmation."""
        kind = "json_extract_string(data, '$.kind')"
        if self.span([STARTED]) is None or self.span([CONFIRMED]) is None:
            return
        pair = ("subject", "service")
        starts, confirmations = self.of([STARTED], pair), self.of([CONFIRMED], pair)
        same = " AND ".join(f"s.k_{k} IS NOT DISTINCT FROM c.k_{k}" for k in pair)
        self.db.execute(
            f"""CREATE TEMP TABLE kinds AS
            SELECT s.n AS at, coalesce(arg_max(c.kind, c.n) FILTER (c.t <= s.t),
                                       arg_min(c.kind, c.n)) AS kind
            FROM (SELECT * FROM {starts} WHERE {kind} IS NULL) s
            JOIN (SELECT *, {kind} AS kind FROM {confirmations} WHERE {kind} IS NOT NULL) c
            ON {same} GROUP BY s.n"""
        )
        ((found,),) = self.db.execute("SELECT count(*) FROM kinds").fetchall()
        if not found:
            return
        self.db.execute(
            f"CREATE TEMP TABLE started AS SELECT e.* REPLACE (CASE WHEN kind IS NULL THEN data "
            f"ELSE CAST(json_merge_patch(data, json_object('kind', kind)) AS VARCHAR) END AS data) "
            f"FROM {self.of([STARTED])} e LEFT JOIN kinds ON at = n"
        )
        self._tables[STARTED] = "started"
