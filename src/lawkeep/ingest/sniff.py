"""A first draft of a mapping from a look at a file: what it has, what looks like times and keys.

It says what a person must fill in. It never guesses what an event means: the type stays a
question.
"""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lawkeep.ingest import objects, processes
from lawkeep.ingest.cells import text_of
from lawkeep.ingest.extras import reader
from lawkeep.ingest.lines import Lines, detect
from lawkeep.ingest.read import format_of
from lawkeep.ingest.rows import Bad, Row, open_input
from lawkeep.ingest.table import Table
from lawkeep.ingest.times import parser
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.time import utc

SAMPLE = 500
_ZONED = re.compile(r".*(Z|z|[+-]\d\d:?\d\d)$", re.DOTALL)
_FORMATS = (
    "iso",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y.%m.%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y-%m-%d",
    "%Y/%m/%d",
)
_ID_NAME = re.compile(r"(^|[^a-z])(id|no|number|code|key)$|[a-z]I[Dd]$|编号|号$|码$", re.IGNORECASE)
_YEARS = (1990, 2100)
_UTC = ZoneInfo("UTC")


class _Look(msgspec.Struct):
    """What was seen: lines for the head of the mapping, columns with the texts in them."""

    head: list[str]
    columns: dict[str, list[Any]]


def sniff(path: str | Path) -> str:
    """A proposed mapping as YAML with comments, from the first 500 records.

    Errors: those of reading the file; `input_format_unknown`.
    """
    path = Path(path)
    form = format_of(path)
    if form is None:
        raise error("input_format_unknown", name=path.name).at(path.name)
    open_input(path).close()
    try:
        look = _look(path, form)
    except LawkeepError as problem:
        raise problem.at(path.name) from None
    return _written(path, look)


def _look(path: Path, form: str) -> _Look:
    if form in ("csv", "tsv"):
        return _look_at_table(path, form)
    if form == "xlsx":
        book = reader("workbook").Workbook(path, None, 1)
        return _table_look(["format: xlsx", "header_row: 1"], book.columns, book.rows())
    if form == "parquet":
        file = reader("parquet").ParquetTable(path, None)
        return _table_look(["format: parquet"], file.columns, file.rows())
    if form == "jsonl":
        lines = Lines(path)
        try:
            return _object_look(["format: jsonl"], objects.jsonl_rows(lines))
        finally:
            lines.close()
    if form == "xes":
        return _object_look(["format: xes"], processes.xes_rows(path))
    with open_input(path) as file_:
        database = file_.read(16) == b"SQLite format 3\0"
    if database:
        return _object_look(["format: ocel"], processes.ocel_sqlite_rows(path))
    value = objects.read_json(path)
    if processes.is_ocel(value):
        return _object_look(["format: ocel"], processes.ocel_json_rows(value, path.name))
    return _object_look(["# A JSON array of objects"], objects.json_rows(value, path.name))


def _look_at_table(path: Path, form: str) -> _Look:
    encoding = detect(path)
    best: tuple[int, str, Table, list[Row | Bad]] | None = None
    for delimiter in "\t" if form == "tsv" else ",;\t|":
        lines = Lines(path)
        try:
            table = Table(lines, encoding, delimiter, 1)
            rows = list(itertools.islice(table.rows(), SAMPLE))
        except LawkeepError:
            if best is None and delimiter in "|\t":
                raise
            continue
        finally:
            lines.close()
        score = len(table.columns) * sum(isinstance(row, Row) for row in rows)
        if len(table.columns) > 1 and (best is None or score > best[0]):
            best = (score, delimiter, table, rows)
        elif best is None:
            best = (0, delimiter, table, rows)
    if best is None:
        raise error("header_missing", row=1).at(path.name)
    _, delimiter, table, rows = best
    bad = sum(isinstance(row, Bad) for row in rows)
    head = [f"format: {form}", f"encoding: {encoding}", f"delimiter: {_quoted(delimiter)}"]
    head.append("header_row: 1   # 0: the file has no header; columns are then named 1, 2, 3, ...")
    if bad:
        head.append(
            f"# {bad} of the first {len(rows)} records do not fit the header: see --rejects"
        )
    return _table_look(head, table.columns, iter(rows))


def _table_look(head: list[str], columns: tuple[str, ...], rows: Iterator[Row | Bad]) -> _Look:
    found: dict[str, list[Any]] = {name: [] for name in columns if name}
    for row in itertools.islice(rows, SAMPLE):
        if isinstance(row, Row):
            for name, value in zip(columns, row.values, strict=False):
                if name and value not in ("", None):
                    found[name].append(value)
    return _Look(head, found)


def _object_look(head: list[str], rows: Iterator[Row | Bad]) -> _Look:
    found: dict[str, list[Any]] = {}
    for row in itertools.islice(rows, SAMPLE):
        if isinstance(row, Row):
            for name, value in row.values.items():
                if value not in ("", None):
                    found.setdefault(str(name), []).append(value)
    return _Look(head, found)


def _written(path: Path, look: _Look) -> str:
    times = [(name, form) for name, values in look.columns.items() if (form := _time_form(values))]
    time_names = {name for name, _ in times}
    keys = [
        name
        for name, values in look.columns.items()
        if name not in time_names and _is_key(name, values)
    ]
    zoned = bool(times) and all(_is_zoned(v) for v in look.columns[times[0][0]])
    lines = [
        "# A draft: lawkeep looked at the first records. Check each line, fill in what says FILL.",
        f"file: {_quoted(path.name)}",
        *look.head,
    ]
    if zoned:
        lines.append("# zone: not needed, the times carry their offset")
    else:
        lines.append("zone: Asia/Shanghai   # FILL: the zone of the clock that wrote the times")
    lines += ["", "# Columns:"]
    lines += [f"#   {_comment(name)}: {_described(v)}" for name, v in look.columns.items()]
    lines += ["", "events:", "  # FILL: what a row says happened; see `lawkeep events list`."]
    lines.append("  - type: FILL")
    if times:
        name, form = times[0]
        shown = form if form in ("iso", "excel") or form.startswith("epoch") else _quoted(form)
        lines.append(f"    occurred_at: {{column: {_quoted(name)}, format: {shown}}}")
        others = ", ".join(_comment(other) for other, _ in times[1:])
        if others:
            lines.append(f"    # Other times: {others}")
    else:
        lines.append("    occurred_at: FILL   # no column looks like a time")
    lines.append(
        "    keys:   # FILL: kind of key: column; ids only, never names or numbers of people"
    )
    lines.append(f"      subject: {_quoted(keys[0]) if keys else 'FILL'}")
    if keys[1:]:
        lines.append(
            "      # Other columns that look like ids: " + ", ".join(map(_comment, keys[1:]))
        )
    lines += [
        "    # data: {field: column}   # fields of the type: `lawkeep events schema TYPE`",
        "# covers:   # FILL if the records are complete: without it nothing missing is a breach",
        "#   - {types: [FILL], from: 2017-01-01, until: 2017-12-31, by: name of the system}",
    ]
    return "\n".join(lines) + "\n"


def _time_form(values: list[Any]) -> str | None:
    if not values or isinstance(values[0], list | dict | bool):
        return None
    if all(hasattr(value, "isoformat") for value in values):
        return "iso"
    for form in _FORMATS:
        parse = _lenient(form)
        if all(parse(value) for value in values):
            return form
    texts = [text_of(value) for value in values]
    for form, digits in (("epoch_s", 10), ("epoch_ms", 13)):
        whole = all(t.isascii() and t.isdigit() and len(t) == digits for t in texts)
        if whole and all(_plausible(int(t) // 10 ** (digits - 10) * 1_000_000) for t in texts):
            return form
    return None


def _lenient(form: str) -> Any:
    parse = parser(form, _UTC, "earlier")

    def fits(value: Any) -> bool:
        try:
            return _plausible(parse(value if isinstance(value, str) else text_of(value)))
        except LawkeepError:
            return False

    return fits


def _plausible(instant: int) -> bool:
    return _YEARS[0] <= utc(instant).year <= _YEARS[1]


def _is_zoned(value: Any) -> bool:
    if hasattr(value, "tzinfo"):
        return value.tzinfo is not None
    return isinstance(value, str) and len(value) > 10 and _ZONED.match(value) is not None


def _is_key(name: str, values: list[Any]) -> bool:
    """Short texts without spaces, of many different values or so named: ids look like that."""
    texts = [text_of(value) for value in values if not isinstance(value, list | dict | float)]
    short = all(1 <= len(text) <= 64 and not re.search(r"\s", text) for text in texts)
    many = len(set(texts)) * 2 > len(texts)
    return bool(texts) and short and (many or _ID_NAME.search(name) is not None)


def _described(values: list[Any]) -> str:
    if not values:
        return "empty"
    different = sorted({text_of(value) for value in values})
    form = _time_form(values)
    if form:
        return f"times, {form}"
    # Values are not shown: they may be personal data, and a mapping is kept in plain sight.
    return f"{len(different)} different among {len(values)}"


def _quoted(text: str) -> str:
    """A double-quoted YAML text; what cannot be printed is escaped."""
    written = msgspec.json.encode(text).decode()
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 65_536 else f"\\U{ord(c):08x}"
        for c in written
    )


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:80]
