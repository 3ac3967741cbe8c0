"""What every reader yields: rows, or a bad row with its error, one at a time."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from lawkeep.model.errors import Both, LawkeepError, error

Progress = Callable[[int, int], None]

MAX_RECORD = 1 << 20
"""Bytes of one line or record of a text file; a longer one is refused without being held."""


class Row(NamedTuple):
    """One record. `number` counts records from 1; `line` is where it begins (or its row).

    `raw`: bytes that make the id; `values`: by position (tables) or by name (objects).
    """

    number: int
    line: int
    raw: bytes
    values: Any


class Bad(NamedTuple):
    """A record that cannot be read, its error (with line and column), and its first bytes."""

    error: LawkeepError
    raw: bytes


class Writer(Protocol):
    """What `rejects` must be able to do."""

    def write(self, text: str, /) -> Any:
        """Take one line of JSON with its line end."""


def open_input(path: Path) -> IO[bytes]:
    """The file, for reading bytes. Errors: `input_missing`, `input_empty`."""
    try:
        if not path.is_file():
            raise error(
                "input_missing", name=path.name, problem=Both("no such file", "没有该文件")
            ).at(path.name)
        if path.stat().st_size == 0:
            raise error("input_empty").at(path.name)
        return path.open("rb")
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or Both("the name is not valid", "名称无效")
        raise error("input_missing", name=path.name, problem=reason).at(path.name) from None


def canonical(values: Any) -> bytes:
    """Bytes of a record that has no line of its own: JSON, keys sorted, no white space."""
    return json.dumps(
        values, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=_plain
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | timedelta):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return repr(value)


def broken(path: Path, kind: str, problem: str) -> LawkeepError:
    """`input_broken`, with the first line of what a library said."""
    text = problem
    if not isinstance(problem, Both):
        first = problem.strip().splitlines()[:1]
        text = first[0].rstrip(".") if first else Both("it cannot be read", "无法读取")
    return error("input_broken", format=kind, problem=text).at(path.name)
