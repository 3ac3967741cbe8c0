"""Readers whose packages are extras: loaded when a file of their format is read, never before.

So CSV, JSONL and native events are read with the base install alone.
"""

import importlib
from types import ModuleType

from lawkeep.model.errors import error

_EXTRAS = {"parquet": "analytics", "spool": "analytics", "workbook": "excel"}


def reader(name: str) -> ModuleType:
    """The module of this room that reads a format. Error: `extra_missing`, naming the extra."""
    try:
        return importlib.import_module(f"lawkeep.ingest.{name}")
    except ModuleNotFoundError as problem:
        package = problem.name or name
        raise error("extra_missing", package=package, extra=_EXTRAS[name]) from None
