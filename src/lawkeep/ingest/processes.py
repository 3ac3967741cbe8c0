"""Process logs: XES (IEEE 1849) and OCEL 2.0 (JSON and SQLite), event by event.

XML with a document type is refused, so no entity can expand and nothing external is read.
Attributes of a trace are named `case:NAME`; related objects of an OCEL event `object:TYPE`.
"""

import gzip
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast
from xml.parsers import expat

from lawkeep.ingest.rows import Progress, Row, canonical, open_input
from lawkeep.model.errors import Both, error

_CHUNK = 1 << 16
_MAX_ATTRIBUTES = 1000
_MAX_DEPTH = 64
_MAX_TAG = 8 << 20
_VALUE_TAGS = {"string", "date", "int", "float", "boolean", "id"}


class _Xes:
    """State of the parser: where we are, and the events that are complete."""

    def __init__(self, name: str) -> None:
        self.ready: list[Row] = []
        self._name = name
        self._path: list[str] = []
        self._trace: dict[str, Any] = {}
        self._event: dict[str, Any] | None = None
        self._line = self._count = self._fed = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.buffer_text = True

    def feed(self, piece: bytes, last: bool) -> None:
        """Parse a piece. A tag that does not end is refused before it fills the memory."""
        self._fed += len(piece)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > _MAX_TAG:
            raise error(
                "xml_refused",
                problem=Both(f"a tag is longer than {_MAX_TAG} bytes", f"标签超过 {_MAX_TAG} 字节"),
            ).at(self._name, self._parser.CurrentLineNumber)
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as problem:
            text = expat.ErrorString(problem.code)
            raise error("input_broken", format="XES", problem=text).at(
                self._name, problem.lineno, problem.offset + 1
            ) from None
        except (LookupError, ValueError) as problem:  # the encoding that the XML declares
            raise error("input_broken", format="XES", problem=str(problem)).at(
                self._name, 1
            ) from None
        if last and not self._count and self._root != "log":
            raise error(
                "input_broken", format="XES", problem=Both("there is no `log`", "没有 log 元素")
            ).at(self._name)

    def _refuse(self, *_: Any) -> None:
        raise error(
            "xml_refused", problem=Both("it declares a document type", "声明了文档类型")
        ).at(self._name, self._parser.CurrentLineNumber)

    _root = ""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        self._path.append(tag)
        if len(self._path) > _MAX_DEPTH:
            raise error(
                "xml_refused",
                problem=Both(f"nested deeper than {_MAX_DEPTH}", f"嵌套超过 {_MAX_DEPTH} 层"),
            ).at(self._name, self._parser.CurrentLineNumber)
        depth = len(self._path)
        if depth == 1:
            self._root = tag
        elif tag == "trace" and depth == 2:
            self._trace = {}
        elif tag == "event" and self._path[1:-1] in (["trace"], []):
            self._event = {}
            self._line = self._parser.CurrentLineNumber
        elif tag in _VALUE_TAGS:
            self._value(tag, attributes, depth)

    def _value(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        # Attributes of attributes and of globals are not values of the event.
        key, value = attributes.get("key"), attributes.get("value")
        if key is None or value is None:
            return
        if self._event is not None and self._path[-2] == "event":
            target, name = self._event, key
        elif self._path[-2] == "trace" and depth == 3:
            target, name = self._trace, f"case:{key}"
        else:
            return
        if name in target or len(target) >= _MAX_ATTRIBUTES:
            raise error(
                "xml_refused",
                problem=Both(
                    f"the attribute “{key[:80]}” twice, or too many",
                    f"属性“{key[:80]}”重复或属性过多",
                ),
            ).at(self._name, self._parser.CurrentLineNumber)
        target[name] = value == "true" if tag == "boolean" else value

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(" ")[2]
        self._path.pop()
        if tag == "event" and self._event is not None and self._path[1:] in (["trace"], []):
            values = {**self._trace, **self._event}
            self._count += 1
            self.ready.append(Row(self._count, self._line, canonical(values), values))
            self._event = None


def xes_rows(path: Path, progress: Progress | None = None) -> Iterator[Row]:
    """The events of an XES log, plain or gzip. Errors: `input_broken`, `xml_refused`.

    Attributes of a trace count for its events only when they stand before them, as XES asks.
    """
    total = path.stat().st_size if path.is_file() else 0
    with open_input(path) as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = cast(IO[bytes], gzip.GzipFile(fileobj=raw) if packed else raw)
        state = _Xes(path.name)
        try:
            while True:
                piece = file.read(_CHUNK)
                state.feed(piece, not piece)
                yield from state.ready
                state.ready.clear()
                if progress is not None:
                    progress(raw.tell(), total)
                if not piece:
                    return
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise error("input_broken", format="gzip", problem=str(problem)).at(path.name) from None


def is_ocel(value: Any) -> bool:
    """Whether the value of a JSON file is an OCEL 2.0 log."""
    return isinstance(value, dict) and "objects" in value and "events" in value


def ocel_json_rows(log: Any, name: str) -> Iterator[Row]:
    """The events of an OCEL 2.0 JSON log that was read whole. Error: `input_broken`.

    Columns: `id`, `type`, `time`, each attribute by its name, `object:TYPE` (the id of the related
    object, or a list of ids), `qualifier:NAME` (ids of objects related in that role).
    """
    try:
        kinds = {item["id"]: item["type"] for item in log["objects"]}
        events = log["events"]
        for number, item in enumerate(events, 1):
            values: dict[str, Any] = {"id": item["id"], "type": item["type"], "time": item["time"]}
            for attribute in item.get("attributes") or ():
                values.setdefault(attribute["name"], attribute["value"])
            related = [
                (kinds[r["objectId"]], r["objectId"], r.get("qualifier"))
                for r in item.get("relationships") or ()
            ]
            _relate(values, related)
            yield Row(number, number, canonical(values), values)
    except (KeyError, TypeError, AttributeError) as problem:
        text = f"{type(problem).__name__}: {problem}"
        raise error("input_broken", format="OCEL 2.0", problem=text).at(name) from None


def _relate(values: dict[str, Any], related: list[tuple[str, str, str | None]]) -> None:
    found: dict[str, list[str]] = {}
    for kind, identifier, qualifier in related:
        names = [f"object:{kind}"] + ([f"qualifier:{qualifier}"] if qualifier else [])
        for name in names:
            if identifier not in found.setdefault(name, []):
                found[name].append(identifier)
    for name, ids in found.items():
        values[name] = ids[0] if len(ids) == 1 else ids


def ocel_sqlite_rows(path: Path, progress: Progress | None = None) -> Iterator[Row]:
    """The events of an OCEL 2.0 SQLite log, type by type; columns as in `ocel_json_rows`."""
    with open_input(path) as file:
        if file.read(16) != b"SQLite format 3\0":
            raise error(
                "input_broken", format="SQLite", problem=Both("it is not a database", "不是数据库")
            ).at(path.name)
    size = path.stat().st_size
    base = None
    try:
        base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        base.execute("PRAGMA trusted_schema = OFF")
        number = 0
        types = base.execute(
            "SELECT ocel_type, ocel_type_map FROM event_map_type ORDER BY ocel_type"
        ).fetchall()
        for kind, table in types:
            for row in _sqlite_events(base, str(kind), str(table)):
                number += 1
                yield Row(number, number, canonical(row), row)
            if progress is not None:
                progress(size, size)
    except sqlite3.Error as problem:
        raise error("input_broken", format="OCEL 2.0 SQLite", problem=str(problem)).at(
            path.name
        ) from None
    finally:
        if base is not None:
            base.close()


def _sqlite_events(base: sqlite3.Connection, kind: str, table: str) -> Iterator[dict[str, Any]]:
    quoted = '"event_' + table.replace('"', '""') + '"'
    cursor = base.execute(f"SELECT * FROM {quoted} ORDER BY ocel_time, ocel_id")  # noqa: S608  (quoted name)
    names = [column[0] for column in cursor.description]
    relations = (
        "SELECT o.ocel_type, r.ocel_object_id, r.ocel_qualifier FROM event_object r "
        "JOIN object o ON o.ocel_id = r.ocel_object_id WHERE r.ocel_event_id = ? "
        "ORDER BY r.ocel_object_id, r.ocel_qualifier"
    )
    for row in cursor:
        given = dict(zip(names, row, strict=True))
        values = {"id": given.pop("ocel_id"), "type": kind, "time": given.pop("ocel_time")}
        values |= {name: value for name, value in given.items() if name not in values}
        _relate(values, base.execute(relations, (values["id"],)).fetchall())
        yield values


__all__ = ["is_ocel", "ocel_json_rows", "ocel_sqlite_rows", "xes_rows"]
