"""A spooled log laid out for the judge: a folder of Parquet files by type of event.

| file | holds |
| --- | --- |
| `layout.json` | number of events, kinds of key, and per type its count and times |
| `names.parquet` | the texts of keys and their numbers |
| `special.parquet` | corrections, retractions, what they are about, and who the operator is |
| `type=NAME/*.parquet` | all other events of a type, those of one key side by side |

Columns of a type: `n`, the place of the event by (occurred_at, id), so that the first of several
events is the one with the least `n`; `id`, `t`, `r`, `data`; for each kind of key the log has,
`key_KIND` as text and `k_KIND` as a number, the same for the same text whatever the kind.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec

from lawkeep.judge import sql
from lawkeep.judge.knowledge import META

FILE = "layout.json"
SPECIAL = "special.parquet"
NAMES = "names.parquet"
_FORM = 1


class TypeFacts(msgspec.Struct, frozen=True):
    """What is known of the events of one type. `prompt`: each was recorded as it occurred."""

    count: int
    first: int
    last: int
    recorded: int
    prompt: bool


class Contents(msgspec.Struct, frozen=True):
    form: int
    events: int
    keys: tuple[str, ...]
    types: dict[str, TypeFacts]


@dataclass(frozen=True)
class Layout:
    """A laid out log. `keys`: kinds of key that it has."""

    folder: Path
    contents: Contents

    @property
    def special(self) -> Path:
        return self.folder / SPECIAL

    @property
    def names(self) -> Path:
        return self.folder / NAMES

    def files(self, type_name: str) -> str:
        """The files of a type as a pattern."""
        return str(self.folder / f"type={type_name}" / "*.parquet")


def open_layout(folder: Path) -> Layout | None:
    """The laid out log in a folder, or None."""
    path = folder / FILE
    if not path.is_file():
        return None
    contents = msgspec.json.decode(path.read_bytes(), type=Contents)
    return Layout(folder, contents) if contents.form == _FORM else None


def connect(memory: str, threads: int | None, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection that holds `memory` and puts what is larger into the folder `spill`."""
    db = duckdb.connect(config={"memory_limit": memory, "temp_directory": str(spill)})
    if threads is not None:
        db.execute(f"SET threads = {threads}")
    db.execute("SET preserve_insertion_order = false")
    return db


def lay_out(
    parquet: Path, folder: Path, *, memory: str = "4GB", threads: int | None = None
) -> Layout:
    """Lay out a spooled file in an empty folder. Larger than memory spills into it."""
    folder.mkdir(parents=True, exist_ok=True)
    spill = folder / "spill"
    db = connect(memory, threads, spill)
    try:
        return _lay_out(db, f"read_parquet({sql.text(str(parquet))})", folder)
    finally:
        db.close()
        shutil.rmtree(spill, ignore_errors=True)


def _lay_out(db: duckdb.DuckDBPyConnection, log: str, folder: Path) -> Layout:
    counted = ", ".join(f"count({column})" for column in sql.KEY_COLUMNS)
    (events, *present) = db.execute(f"SELECT count(*), {counted} FROM {log}").fetchall()[0]
    keys = tuple(
        column.removeprefix("key_")
        for column, count in zip(sql.KEY_COLUMNS, present, strict=True)
        if count
    )
    _special(db, log)
    number = "INTEGER" if events < 2**31 - 1 else "BIGINT"
    db.execute(
        f"CREATE TEMP TABLE places AS SELECT seq, "
        f"CAST(row_number() OVER (ORDER BY occurred_at, id) AS {number}) AS n FROM {log}"
    )
    union = " UNION ALL ".join(f"SELECT key_{k} AS value FROM {log}" for k in keys)
    db.execute(
        f"CREATE TEMP TABLE names AS SELECT CAST(row_number() OVER () AS {number}) AS k, value "
        f"FROM (SELECT DISTINCT value FROM ({union or 'SELECT NULL::VARCHAR AS value'}) "
        f"WHERE value IS NOT NULL)"
    )
    db.execute(f"COPY names TO {sql.text(str(folder / NAMES))} (FORMAT parquet)")
    columns = "".join(f", e.key_{k}, name_{k}.k AS k_{k}" for k in keys)
    joins = "".join(f" LEFT JOIN names name_{k} ON name_{k}.value = e.key_{k}" for k in keys)
    db.execute("SET partitioned_write_max_open_files = 1000")
    db.execute(
        f"COPY (SELECT n, e.id, e.type, e.occurred_at AS t, e.recorded_at AS r, e.data{columns} "
        f"FROM {log} e JOIN places USING (seq){joins} "
        f"WHERE e.id NOT IN (SELECT id FROM special) "
        f"ORDER BY type{''.join(f', k_{k}' for k in keys)}, n) TO {sql.text(str(folder))} "
        f"(FORMAT parquet, PARTITION_BY (type), OVERWRITE_OR_IGNORE, COMPRESSION zstd)"
    )
    db.execute(
        f"COPY (SELECT e.*, n FROM {log} e JOIN places USING (seq) "
        f"WHERE e.id IN (SELECT id FROM special) ORDER BY seq) "
        f"TO {sql.text(str(folder / SPECIAL))} (FORMAT parquet)"
    )
    rows = db.execute(
        f"SELECT type, count(*), min(occurred_at), max(occurred_at), max(recorded_at), "
        f"bool_and(occurred_at = recorded_at) FROM {log} "
        f"WHERE id NOT IN (SELECT id FROM special) GROUP BY type ORDER BY type"
    ).fetchall()
    contents = Contents(_FORM, events, keys, {name: TypeFacts(*facts) for name, *facts in rows})
    (folder / FILE).write_bytes(msgspec.json.encode(contents))
    return Layout(folder, contents)


def _special(db: duckdb.DuckDBPyConnection, log: str) -> None:
    """[4] [5] Ids of the events that bear on one another, or on who the operator is."""
    about = ", ".join(sql.text(t) for t in sorted(META))
    db.execute(
        f"CREATE TEMP TABLE special AS SELECT DISTINCT id FROM ("
        f"SELECT id FROM {log} WHERE type = 'event.retracted' OR corrects IS NOT NULL "
        f"OR type IN ({about}) "
        f"UNION ALL SELECT corrects FROM {log} WHERE corrects IS NOT NULL "
        f"UNION ALL SELECT json_extract_string(data, '$.of') FROM {log} "
        f"WHERE type = 'event.retracted') WHERE id IS NOT NULL"
    )
