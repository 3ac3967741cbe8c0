"""Rows of DuckDB as events."""

from collections.abc import Iterator

import duckdb
import msgspec
import pyarrow as pa

from lawkeep.judge import sql
from lawkeep.judge.knowledge import Known
from lawkeep.model.event import Event


def batches(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.RecordBatch]:
    """The rows of a query, a batch at a time."""
    yield from db.sql(query).to_arrow_reader(50_000)


def known(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[Known]:
    """Rows of `known` as events."""
    for batch in batches(db, query):
        yield from batch_events(batch)


def batch_events(batch: pa.RecordBatch) -> Iterator[Known]:
    """Events of a batch of `known`; key columns without a value cost nothing."""
    named = {
        name: batch.column(name).to_pylist() for name in ("id", "origin", "type", "t", "r", "data")
    }
    keyed = [
        (name.removeprefix("key_"), batch.column(name).to_pylist())
        for name in sql.KEY_COLUMNS
        if name in batch.schema.names and batch.column(name).null_count < len(batch)
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


def events(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[Event]:
    """Rows of the log as events."""
    for batch in batches(db, query):
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
