"""The DuckDB engine over a temporary Parquet file. Needs the extra `analytics`."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from lawkeep.app.engines import Bench
from lawkeep.app.records import conflict
from lawkeep.ingest.spool import SCHEMA, spool, unspool
from lawkeep.judge.duckdb import DuckJudge
from lawkeep.model.event import Event

_CONTENT = [n for n in SCHEMA.names if n not in ("seq", "recorded_at", "source")]


@contextmanager
def bench(events: Iterable[Event], as_of: int) -> Iterator[Bench]:
    """Spool the events, judge them, delete the file. Error: `event_id_conflict`."""
    with tempfile.TemporaryDirectory(prefix="lawkeep-") as folder:
        whole = spool(events, folder)
        once, count = _once(whole)
        judge = DuckJudge(once, as_of)
        try:

            def chosen(ids: Iterable[str]) -> dict[str, Event]:
                wanted = set(ids)
                if not wanted:
                    return {}
                return {e.id: e for e in unspool(whole) if e.id in wanted}

            yield Bench(judge.judge_pack, "duckdb", count, chosen)
        finally:
            judge.close()


def _once(path: Path) -> tuple[Path, int]:
    """The file without repeated events, and how many there are."""
    db = duckdb.connect()
    try:
        log = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
        row = db.execute(f"SELECT count(*), count(DISTINCT id) FROM {log}").fetchone()  # noqa: S608 - a file of ours
        assert row is not None
        rows, ids = row
        if rows == ids:
            return path, ids
        content = ", ".join(f'"{name}"' for name in _CONTENT)
        other = db.execute(
            f"SELECT id, first(source ORDER BY seq), last(source ORDER BY seq) FROM {log} "  # noqa: S608 - a file of ours
            f"GROUP BY id HAVING count(DISTINCT ({content})) > 1 ORDER BY id LIMIT 1"
        ).fetchone()
        if other is not None:
            raise conflict(*other)
        target = path.with_name("once.parquet")
        db.execute(
            f"COPY (SELECT * FROM {log} QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq) "  # noqa: S608 - a file of ours
            f"= 1) TO '{str(target).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)"
        )
        return target, ids
    finally:
        db.close()
