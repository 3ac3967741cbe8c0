"""Parquet files of records as rows, streamed. Needs the extra `analytics`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lawkeep.ingest.rows import Progress, Row, broken, canonical, open_input

_BATCH = 4096


class ParquetTable:
    """A Parquet file: its columns, then its rows, one batch at a time.

    Errors: `input_broken`.
    """

    def __init__(self, path: Path, progress: Progress | None) -> None:
        self._path = path
        self._progress = progress
        with open_input(path):
            pass
        try:
            self._file = pq.ParquetFile(path)
            self.columns = tuple(self._file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError) as problem:
            raise broken(path, "Parquet", str(problem)) from None

    def rows(self) -> Iterator[Row]:
        """Each row; `line` is its number."""
        number = 0
        size = self._path.stat().st_size
        total = max(self._file.metadata.num_rows, 1)
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH):
                columns = [_plain(column) for column in batch.columns]
                for values in zip(*columns, strict=True):
                    number += 1
                    yield Row(number, number, canonical(values), values)
                if self._progress is not None:
                    self._progress(size * number // total, size)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as problem:
            raise broken(self._path, "Parquet", str(problem)) from None
        finally:
            self._file.close()


def _plain(column: Any) -> list[Any]:
    """Python values; nanosecond times are cut to the microsecond only when nothing is lost."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz))
    values: list[Any] = column.to_pylist()
    return values
