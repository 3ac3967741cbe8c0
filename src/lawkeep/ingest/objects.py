"""JSON Lines and JSON files: native events, CloudEvents, or objects for a mapping."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lawkeep.ingest.lines import BOM, Lines, decode_line
from lawkeep.ingest.rows import MAX_RECORD, Bad, Progress, Row, canonical, open_input
from lawkeep.ingest.strictjson import parse_json
from lawkeep.model.errors import Both, LawkeepError, error

MAX_JSON = 256 << 20
"""Bytes of a .json file, which is read whole."""
_SHOWN = 4096


def jsonl_rows(lines: Lines) -> Iterator[Row | Bad]:
    """One JSON object a line; blank lines are left out.

    Bad rows: `json_malformed`, `json_refused`, `encoding_broken`, `nul_byte`, `record_too_long`.
    """
    number = 0
    for line, (offset, raw, cut) in enumerate(lines, 1):
        if not raw.strip(b" \t\r"):
            continue
        number += 1
        try:
            if cut or len(raw) > MAX_RECORD:
                raise error("record_too_long", limit=MAX_RECORD)
            value = parse_json(decode_line(raw, "utf-8", offset, line))
            if not isinstance(value, dict):
                raise error("json_refused", problem=Both("it is not an object", "不是对象"))
        except LawkeepError as problem:
            column = problem.location.column if problem.location else None
            problem.location = None
            yield Bad(problem.at(None, line, column), raw[:_SHOWN])
            continue
        yield Row(number, line, raw, value)


def read_json(path: Path, progress: Progress | None = None) -> Any:
    """The value of a whole JSON file. Errors: `input_too_large`, `encoding_*`, `json_*`."""
    with open_input(path) as file:
        raw = file.read(MAX_JSON + 1)
    if len(raw) > MAX_JSON:
        raise error("input_too_large", limit=MAX_JSON, format="JSON").at(path.name)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise error("encoding_utf16").at(path.name)
    skipped = 3 if raw.startswith(BOM) else 0
    try:
        value = parse_json(decode_line(raw[skipped:], "utf-8", skipped, 1))
    except LawkeepError as problem:
        raise problem.at(path.name) from None
    if progress is not None:
        progress(len(raw), len(raw))
    return value


def json_rows(value: Any, name: str) -> Iterator[Row | Bad]:
    """The objects of a JSON file: one, or an array of them. `line` is the place in the array."""
    items = value if isinstance(value, list) else [value]
    for number, item in enumerate(items, 1):
        raw = canonical(item)
        if isinstance(item, dict):
            yield Row(number, number, raw, item)
        else:
            yield Bad(
                error("json_refused", problem=Both("it is not an object", "不是对象")).at(name),
                raw[:_SHOWN],
            )
