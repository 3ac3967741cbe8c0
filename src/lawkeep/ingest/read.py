"""Files of records to checked events, one at a time."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from lawkeep.ingest import objects, processes
from lawkeep.ingest.extras import reader
from lawkeep.ingest.lines import Lines, detect, encoding_named
from lawkeep.ingest.mapping import Placed, load_mappings, separator_of
from lawkeep.ingest.plan import Plan
from lawkeep.ingest.rows import Bad, Progress, Row, Writer, open_input
from lawkeep.ingest.table import Table
from lawkeep.model.cloudevents import from_cloudevent, is_cloudevent
from lawkeep.model.errors import Both, LawkeepError, error
from lawkeep.model.event import Event, imported_id
from lawkeep.model.vocabulary import Vocabulary

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".jsonocel": "ocel",
    ".csv": "csv",
    ".tsv": "tsv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".xes": "xes",
    ".sqlite": "ocel",
    ".db": "ocel",
}
Rows = Iterable[Row | Bad]
ToEvents = Callable[[Row], list[Event]]


def format_of(path: Path) -> str | None:
    """The format that a file name says, or None. `.gz` after it is looked through."""
    name = path.name.lower()
    return FORMATS.get(Path(name.removesuffix(".gz")).suffix)


def read_events(
    path: str | Path,
    vocabulary: Vocabulary,
    *,
    mapping: Placed | str | Path | None = None,
    operator: str | None = None,
    zone: str | None = None,
    name: str | None = None,
    progress: Progress | None = None,
    rejects: Writer | None = None,
    now: int | None = None,
) -> Iterator[Event]:
    """The events of one file, checked, one at a time; memory does not grow with the file.

    `mapping`: a loaded one, or the path of a mapping file with one mapping; native JSONL and
    CloudEvents need none. `operator`: whose records these are; fills in events that do not say,
    and refuses events of another. `zone`: for mappings that name none. `name`: how events name the
    file (its own name). `progress`: called with bytes done and bytes in all. `rejects`: gets each
    bad record as a line of JSON, and reading goes on; without it the first one is raised. `now`:
    microseconds of UTC, `recorded_at` of events that do not say; without it, their `occurred_at`.

    Errors: `LawkeepError` with file and line; those of the file as a whole are always raised.
    """
    path = Path(path)
    shown = name or path.name
    placed = mapping if isinstance(mapping, Placed | None) else load_mapping(Path(mapping))
    form = (placed and placed.mapping.format) or format_of(path)
    if form is None:
        raise error("input_format_unknown", name=path.name).at(shown)
    settings = _Settings(vocabulary, operator, zone, shown, now)
    with _Opened() as opened:
        rows, make = _prepare(path, form, placed, settings, progress, opened)
        yield from _run(rows, make, shown, rejects)


def load_mapping(path: Path) -> Placed:
    """The one mapping of a file. Errors: `yaml_*`, `input_missing`."""
    found = load_mappings(read_text(path), path.name)
    if len(found) != 1:
        raise found[0].document.problem(
            Both(
                f"one mapping is needed here, and there are {len(found)}; read the folder instead",
                f"此处需要一个映射，而文件中有 {len(found)} 个；请改为读取整个文件夹",
            )
        )
    return found[0]


def read_text(path: Path) -> str:
    """A small UTF-8 file. Errors: `input_missing`, `input_empty`, `encoding_broken`."""
    with open_input(path) as file:
        raw = file.read(16_000_001)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise error("encoding_broken", encoding="UTF-8", offset=problem.start).at(
            path.name, line
        ) from None


class _Settings:
    def __init__(
        self,
        vocabulary: Vocabulary,
        operator: str | None,
        zone: str | None,
        name: str,
        now: int | None,
    ) -> None:
        self.vocabulary = vocabulary
        self.operator = operator
        self.zone = zone
        self.name = name
        self.now = now

    def plan(self, placed: Placed, columns: tuple[str, ...] | None) -> ToEvents:
        return Plan(
            placed,
            self.vocabulary,
            columns,
            name=self.name,
            operator=self.operator,
            zone=self.zone,
            now=self.now,
        ).events

    def native(self, row: Row) -> list[Event]:
        """The event of a native line or a CloudEvent; what it leaves out is filled in."""
        raw: dict[str, Any] = dict(row.values)
        if is_cloudevent(raw):
            raw = from_cloudevent(raw)
        if raw.get("operator") is None and self.operator is not None:
            raw["operator"] = self.operator
        elif raw.get("operator") is None:
            raise error("operator_unnamed")
        elif self.operator is not None and raw["operator"] != self.operator:
            raise error("operator_differs", found=str(raw["operator"]), expected=self.operator)
        if raw.get("id") is None:
            raw["id"] = imported_id(self.name, row.number, row.raw)
        if raw.get("source") is None:
            raw["source"] = f"{self.name}:{row.line}"
        return [self.vocabulary.event(raw, now=self.now)]


class _Opened:
    """Closes what was opened when reading ends, also early."""

    def __init__(self) -> None:
        self._closers: list[Callable[[], None]] = []

    def lines(self, path: Path, progress: Progress | None) -> Lines:
        lines = Lines(path, progress)
        self._closers.append(lines.close)
        return lines

    def __enter__(self) -> "_Opened":
        return self

    def __exit__(self, *_: object) -> None:
        for close in self._closers:
            close()


def _prepare(
    path: Path,
    form: str,
    placed: Placed | None,
    settings: _Settings,
    progress: Progress | None,
    opened: _Opened,
) -> tuple[Rows, ToEvents]:
    if form == "jsonl":
        rows: Rows = objects.jsonl_rows(opened.lines(path, progress))
        return rows, settings.plan(placed, None) if placed else settings.native
    if form == "json" or (form == "ocel" and not _is_sqlite(path)):
        value = objects.read_json(path, progress)
        ocel = form == "ocel" or processes.is_ocel(value)
        if placed is None:
            if ocel:
                raise error("input_mapping_needed", format="OCEL").at(settings.name)
            return objects.json_rows(value, settings.name), settings.native
        read = processes.ocel_json_rows if ocel else objects.json_rows
        return read(value, settings.name), settings.plan(placed, None)
    if placed is None:
        open_input(path).close()
        raise error("input_mapping_needed", format=form).at(settings.name)
    if form in ("csv", "tsv"):
        table = open_table(path, placed, opened.lines(path, progress), form)
        return table.rows(), settings.plan(placed, table.columns)
    if form == "xlsx":
        book = reader("workbook").Workbook(path, placed.mapping.sheet, placed.mapping.header_row)
        return book.rows(), settings.plan(placed, book.columns)
    if form == "parquet":
        file = reader("parquet").ParquetTable(path, progress)
        return file.rows(), settings.plan(placed, file.columns)
    if form == "xes":
        rows = processes.xes_rows(path, progress)
    else:
        rows = processes.ocel_sqlite_rows(path, progress)
    return rows, settings.plan(placed, None)


def open_table(path: Path, placed: Placed, lines: Lines, form: str) -> Table:
    """A CSV or TSV file with the encoding and delimiter that its mapping says, or that it has."""
    mapping = placed.mapping
    if mapping.encoding.lower() == "auto":
        encoding = detect(path)
    else:
        try:
            encoding = encoding_named(mapping.encoding)
        except LawkeepError as problem:
            document = placed.document
            place = document.place((*placed.path, "encoding"))
            raise problem.at(document.file, *place) from None
    delimiter = separator_of(mapping) or ("\t" if form == "tsv" else ",")
    return Table(lines, encoding, delimiter, mapping.header_row)


def _is_sqlite(path: Path) -> bool:
    with open_input(path) as file:
        return file.read(16) == b"SQLite format 3\0"


def _run(rows: Rows, make: ToEvents, name: str, rejects: Writer | None) -> Iterator[Event]:
    try:
        for row in rows:
            if isinstance(row, Bad):
                _reject(row.error.at(name), row.raw, rejects)
                continue
            try:
                events = make(row)
            except LawkeepError as problem:
                _reject(problem.at(name, row.line), row.raw, rejects)
                continue
            yield from events
    except LawkeepError as problem:
        raise problem.at(name) from None
    except OSError as problem:  # a disk or a share that fails while it is read
        reason = problem.strerror or str(problem)
        raise error("input_missing", name=name, problem=reason).at(name) from None


def _reject(problem: LawkeepError, raw: bytes, rejects: Writer | None) -> None:
    if rejects is None:
        raise problem
    place = problem.location
    line: dict[str, Any] = {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "code": problem.code,
        "error": problem.text(),
        "advice": problem.advice(),
    }
    try:
        line["raw"] = raw.decode()
    except UnicodeDecodeError:
        line["raw_base64"] = base64.b64encode(raw).decode()
    rejects.write(json.dumps(line, ensure_ascii=False) + "\n")
