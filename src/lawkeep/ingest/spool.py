"""Events in one Parquet file: what the batch judge reads, and the way back.

| column | type |
| --- | --- |
| `seq` | int64, from 0 in the order given |
| `id`, `type`, `operator` | string |
| `occurred_at`, `recorded_at` | int64, microseconds of UTC |
| `key_KIND` for every name of `ALL_KEYS`, sorted | string or null |
| `data` | string: JSON, keys sorted, no white space |
| `evidence` | list of string |
| `actor`, `source`, `corrects` | string or null |

zstd, dictionaries, row groups of 100,000 rows.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lawkeep.model.errors import Both, error
from lawkeep.model.event import Event
from lawkeep.model.vocabulary import ALL_KEYS

FILE = "events.parquet"
GROUP = 100_000
KEYS = tuple(sorted(ALL_KEYS))
_BATCH = 8192
_PLAIN = ("id", "type", "occurred_at", "recorded_at", "operator")
_TAIL = ("actor", "source", "corrects")
_INTEGERS = ("seq", "occurred_at", "recorded_at")

SCHEMA = pa.schema(
    [pa.field("seq", pa.int64(), nullable=False)]
    + [
        pa.field(name, pa.int64() if name in _INTEGERS else pa.string(), nullable=False)
        for name in _PLAIN
    ]
    + [pa.field(f"key_{name}", pa.string()) for name in KEYS]
    + [
        pa.field("data", pa.string(), nullable=False),
        pa.field("evidence", pa.list_(pa.string()), nullable=False),
    ]
    + [pa.field(name, pa.string()) for name in _TAIL]
)
_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(dict[str, Any])


def spool(events: Iterable[Event], folder: str | Path) -> Path:
    """Write events to `events.parquet` in a folder; its path.

    Memory holds one row group. The file has its name only when it is whole.
    """
    target = Path(folder) / FILE
    partial = target.with_suffix(".partial")
    try:
        with pq.ParquetWriter(partial, SCHEMA, compression="zstd", use_dictionary=True) as writer:
            seq = 0
            held: list[pa.RecordBatch] = []
            rows: list[Event] = []
            for event in events:
                rows.append(event)
                if len(rows) == _BATCH or len(rows) + sum(map(len, held)) == GROUP:
                    held.append(_batch(rows, seq))
                    seq += len(rows)
                    rows = []
                    if sum(map(len, held)) == GROUP:
                        writer.write_table(pa.Table.from_batches(held), row_group_size=GROUP)
                        held = []
            if rows:
                held.append(_batch(rows, seq))
            if held:
                writer.write_table(pa.Table.from_batches(held), row_group_size=GROUP)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _batch(events: list[Event], seq: int) -> pa.RecordBatch:
    columns: dict[str, list[Any]] = {"seq": list(range(seq, seq + len(events)))}
    for name in _PLAIN + _TAIL:
        columns[name] = [getattr(event, name) for event in events]
    for name in KEYS:
        columns[f"key_{name}"] = [event.keys.get(name) for event in events]
    columns["data"] = [_ENCODER.encode(event.data).decode() for event in events]
    columns["evidence"] = [list(event.evidence) for event in events]
    return pa.RecordBatch.from_pydict(columns, schema=SCHEMA)


def unspool(path: str | Path, *, types: Iterable[str] | None = None) -> Iterator[Event]:
    """The events of a spooled file, in order; only those of `types` if given.

    Row groups that hold none of the types are skipped. Error: `spool_broken`.
    """
    path = Path(path)
    wanted = None if types is None else frozenset(types)
    try:
        with pq.ParquetFile(path) as file:
            if not file.schema_arrow.equals(SCHEMA):
                raise error(
                    "spool_broken", name=path.name, problem=Both("its columns differ", "列不一致")
                )
            for group in range(file.num_row_groups):
                if wanted is not None and not _may_hold(file, group, wanted):
                    continue
                for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group]):
                    yield from _events(batch if wanted is None else _chosen(batch, wanted))
    except (pa.ArrowException, OSError, msgspec.DecodeError) as problem:
        text = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise error("spool_broken", name=path.name, problem=text) from None


def _chosen(batch: pa.RecordBatch, wanted: frozenset[str]) -> pa.RecordBatch:
    return batch.filter(pc.is_in(batch.column("type"), pa.array(sorted(wanted))))


def _may_hold(file: pq.ParquetFile, group: int, wanted: frozenset[str]) -> bool:
    column = SCHEMA.get_field_index("type")
    statistics = file.metadata.row_group(group).column(column).statistics
    if statistics is None or not statistics.has_min_max:
        return True
    return any(statistics.min <= name <= statistics.max for name in wanted)


def _events(batch: pa.RecordBatch) -> Iterator[Event]:
    values = {name: batch.column(name).to_pylist() for name in batch.schema.names}
    present = [
        (name, values[f"key_{name}"])
        for name in KEYS
        if batch.column(f"key_{name}").null_count < len(batch)
    ]
    for index in range(len(batch)):
        yield Event(
            **{name: values[name][index] for name in _PLAIN + _TAIL},
            keys={name: key for name, column in present if (key := column[index]) is not None},
            data=_DECODER.decode(values["data"][index]),
            evidence=tuple(values["evidence"][index]),
        )
