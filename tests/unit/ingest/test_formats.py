"""JSON Lines, CloudEvents, workbooks, Parquet, XES and OCEL, made here."""

import gzip
import json
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lawkeep.model.cloudevents import to_cloudevent
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode
from lawkeep.model.time import format_instant

Read = Callable[..., list[Event]]
Refusal = Callable[[Callable[[], Any]], LawkeepError]
EVENT = Event(
    id="e1",
    type="trial.seen",
    occurred_at=1_503_194_700_000_000,
    recorded_at=1_503_194_701_000_000,
    operator="op",
    keys={"content": "c1"},
    data={"count": 3},
    evidence=("sha256:" + "0" * 64,),
    actor="moderation",
    source="x:1",
)
BASIC = """
zone: Asia/Shanghai
operator: op
events:
  - type: trial.seen
    occurred_at: time
    keys: {content: id}
    data: {count: n}
"""


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.ndjson"])
def test_native_lines(read: Read, name: str) -> None:
    text = b"\xef\xbb\xbf" + encode(EVENT) + b"\r\n\n" + encode(EVENT).replace(b"e1", b"e2")
    first, second = read(name, gzip.compress(text) if name.endswith("gz") else text)
    assert first == EVENT
    assert second.id == "e2"


def test_what_a_line_leaves_out_is_filled_in(read: Read) -> None:
    line = (
        b'{"type":"trial.seen","occurred_at":"2017-08-20T10:05:00+08:00","keys":{"content":"c1"}}'
    )
    (event,) = read("a.jsonl", line, operator="op", now=5)
    assert (event.operator, event.source, event.recorded_at) == ("op", "a.jsonl:1", 5)
    assert event.id == read("a.jsonl", line + b"\n", operator="op")[0].id


@pytest.mark.parametrize("shape", ["lines", "single", "batch"])
def test_cloudevents(read: Read, shape: str) -> None:
    cloud = json.dumps(to_cloudevent(EVENT)).encode()
    name = "a.jsonl" if shape == "lines" else "a.json"
    assert read(name, b"[" + cloud + b"]" if shape == "batch" else cloud) == [EVENT]


LINE = encode(EVENT).decode()
DEEP = LINE.replace('"count":3', '"note":' + "[" * 40 + "]" * 40)


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        (LINE[:-1], "json_malformed", len(LINE)),
        ("[1]", "json_refused", None),
        (LINE.replace('"count":3', '"count":3,"count":3'), "json_refused", None),
        (LINE.replace('"count":3', '"count":NaN'), "json_refused", None),
        (LINE.replace('"count":3', '"share":1e999'), "json_refused", None),
        (LINE.replace('"count":3', '"count":' + "9" * 30), "json_refused", None),
        (LINE.replace('"count":3', '"count":' + "9" * 5000), "json_refused", None),
        (LINE.replace('"count":3', r'"note":"\ud800"'), "json_refused", None),
        (DEEP, "json_refused", None),
        ("[" * 100_000, "json_refused", None),
        (LINE.replace("trial.seen", "trial.sen"), "event_type_unknown", None),
        (LINE.replace('"count"', '"cuont"'), "event_field_unknown", None),
        (LINE.replace('"op"', '"other"'), "operator_differs", None),
        (LINE.replace("Z", ""), "time_without_zone", None),
        (LINE.replace('"actor"', '"auctor"'), "event_field_unknown", None),
        (LINE.replace('"count":3', f'"note":"{"x" * 66_000}"'), "event_too_large", None),
        (LINE.replace('"count":3', f'"note":"{"x" * (1 << 20)}"'), "record_too_long", None),
        (LINE + "\0", "nul_byte", len(LINE) + 1),
    ],
)
def test_bad_lines(read: Read, refusal: Refusal, text: str, code: str, column: int | None) -> None:
    found = refusal(lambda: read("a.jsonl", f"\n{text}\n".encode(), operator="op"))
    assert found.location is not None
    place = found.location
    assert (found.code, place.file, place.line, place.column) == (code, "a.jsonl", 2, column)


def test_json_lines_of_another_system(read: Read) -> None:
    row = {"time": "2017-08-20 10:05:00", "item": {"id": 17}, "n": 2}
    (event,) = read(
        "a.jsonl", json.dumps(row).encode(), BASIC.replace("{content: id}", "{content: item.id}")
    )
    assert (event.keys, event.data) == ({"content": "17"}, {"count": 2})


def test_workbook(read: Read, refusal: Refusal, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "data"
    sheet.append(["Report"])
    sheet.append(["id", "time", "n", "day", "clock", "serial"])
    moment = datetime(2017, 8, 20, 10, 5)  # noqa: DTZ001  (workbooks have no zones)
    sheet.append([12345, moment, 3.0, moment.date(), moment.time(), 42967.4201388889])
    sheet.append([None] * 6)
    sheet.append(["b", "2017-08-20 10:05:00", None])
    book.create_sheet("empty")
    book.save(tmp_path / "a.xlsx")
    first, second = read("a.xlsx", None, "header_row: 2" + BASIC)
    assert (first.keys, first.data) == ({"content": "12345"}, {"count": 3})
    assert first.occurred_at == second.occurred_at == EVENT.occurred_at
    assert (first.source, second.source) == ("a.xlsx:3", "a.xlsx:5")
    for spec in ("{columns: [day, clock]}", "{column: serial, format: excel}"):
        rule = (
            BASIC.replace("at: time", f"at: {spec}") + "    when: {column: clock, empty: false}\n"
        )
        assert read("a.xlsx", None, "header_row: 2" + rule)[0].occurred_at == EVENT.occurred_at
    assert refusal(lambda: read("a.xlsx", None, "sheet: dato" + BASIC)).code == "sheet_missing"
    assert refusal(lambda: read("a.xlsx", None, "sheet: empty" + BASIC)).code == "header_missing"
    broken = (tmp_path / "a.xlsx").read_bytes()[:-200]
    assert refusal(lambda: read("b.xlsx", broken, BASIC)).code == "input_broken"


def test_parquet(read: Read, refusal: Refusal, tmp_path: Path) -> None:
    moment = datetime(2017, 8, 20, 2, 5, tzinfo=UTC)
    table = pa.table(
        {
            "id": [1, 2],
            "time": pa.array([moment, moment], pa.timestamp("ns", "UTC")),
            "n": pa.array([3, None], pa.int32()),
            "tags": [["a", "b"], None],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    first, second = read("a.parquet", None, BASIC + "    # tags\n".replace("# tags", "actor: n"))
    assert first.keys == {"content": "1"}
    assert first.occurred_at == EVENT.occurred_at
    assert (first.data, second.data) == ({"count": 3}, {})
    (tagged, _) = read("a.parquet", None, BASIC.replace("count: n", "tags: tags"))
    assert tagged.data == {"tags": ["a", "b"]}
    whole = (tmp_path / "a.parquet").read_bytes()
    middle = len(whole) // 3
    for bad in (whole[:-9], whole[4:], b"PAR1" + whole[middle:], whole[:middle] + whole[-300:]):
        assert refusal(lambda: read("b.parquet", bad, BASIC)).code == "input_broken"  # noqa: B023


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="2.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="x"/></global>
  <trace><string key="concept:name" value="case-7"/>
    <event><string key="concept:name" value="stop"/><date key="time" value="2017-08-20T10:05:00+08:00"/>
      <int key="n" value="3"><string key="n" value="nested"/></int></event>
    <event><string key="concept:name" value="other"/><date key="time" value="2017-08-20T10:06:00Z"/></event>
  </trace>
</log>"""
XES_MAPPING = BASIC.replace("content: id", "content: case:concept:name").replace(
    "trial.seen", "{column: concept:name, map: {stop: trial.seen}, default: null}"
)


@pytest.mark.parametrize("name", ["a.xes", "a.xes.gz"])
def test_xes(read: Read, name: str) -> None:
    raw = gzip.compress(XES.encode()) if name.endswith("gz") else XES.encode()
    (event,) = read(name, raw, XES_MAPPING)
    assert (event.keys, event.data) == ({"content": "case-7"}, {"count": 3})
    assert (event.occurred_at, event.source) == (EVENT.occurred_at, f"{name}:5")


ENTITIES = '<!DOCTYPE log [<!ENTITY a "aaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (XES.replace("<log", ENTITIES + "<log"), "xml_refused"),
        (XES.replace("<log", "<!DOCTYPE log SYSTEM 'http://127.0.0.1:1/x'><log"), "xml_refused"),
        (XES.replace("case-7", "&a;"), "input_broken"),
        (XES[:-30], "input_broken"),
        ("<html/>", "input_broken"),
        ("<log>" + "<list>" * 100_000, "xml_refused"),
        (XES.replace("UTF-8", "no-such"), "input_broken"),
    ],
)
def test_bad_xes(read: Read, refusal: Refusal, text: str, code: str) -> None:
    found = refusal(lambda: read("a.xes", text.encode(), XES_MAPPING))
    assert found.code == code
    assert found.location is not None
    assert found.location.file == "a.xes"


OCEL: dict[str, Any] = {
    "objectTypes": [{"name": "Post", "attributes": []}],
    "eventTypes": [{"name": "stop", "attributes": [{"name": "n", "type": "integer"}]}],
    "objects": [{"id": "c1", "type": "Post"}, {"id": "u1", "type": "User"}],
    "events": [
        {
            "id": "o1",
            "type": "stop",
            "time": "2017-08-20T10:05:00+08:00",
            "attributes": [{"name": "n", "value": 3}],
            "relationships": [
                {"objectId": "c1", "qualifier": "target"},
                {"objectId": "u1", "qualifier": "by"},
            ],
        }
    ],
}
OCEL_MAPPING = BASIC.replace("content: id", "content: object:Post, subject: qualifier:by")


def test_ocel_json(read: Read, refusal: Refusal) -> None:
    (event,) = read("a.json", json.dumps(OCEL).encode(), OCEL_MAPPING)
    assert (event.keys, event.data) == ({"content": "c1", "subject": "u1"}, {"count": 3})
    assert event.occurred_at == EVENT.occurred_at
    broken = json.dumps(OCEL | {"objects": []}).encode()
    assert refusal(lambda: read("a.json", broken, OCEL_MAPPING)).code == "input_broken"
    assert refusal(lambda: read("a.json", broken)).code == "input_mapping_needed"


def test_ocel_sqlite(read: Read, refusal: Refusal, tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "a.sqlite")
    base.executescript(
        """
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        INSERT INTO event_map_type VALUES ('stop it', 'Stop"It');
        CREATE TABLE "event_Stop""It" (ocel_id TEXT, ocel_time TEXT, n INTEGER);
        INSERT INTO "event_Stop""It" VALUES ('o1', '2017-08-20 10:05:00', 3);
        CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
        INSERT INTO object VALUES ('c1', 'Post'), ('u1', 'User');
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        INSERT INTO event_object VALUES ('o1', 'c1', 'target'), ('o1', 'u1', 'by');
        """
    )
    base.close()
    (event,) = read("a.sqlite", None, OCEL_MAPPING)
    assert (event.keys, event.data) == ({"content": "c1", "subject": "u1"}, {"count": 3})
    assert event.occurred_at == EVENT.occurred_at
    whole = (tmp_path / "a.sqlite").read_bytes()
    for bad in (b"SQLite format 3\0", whole[:5000], b"nothing of the kind"):
        found = refusal(lambda: read("b.sqlite", bad, OCEL_MAPPING))  # noqa: B023
        assert found.code in {"input_broken", "json_malformed"}


def test_formats_that_say_nothing(read: Read, refusal: Refusal) -> None:
    assert refusal(lambda: read("a.docx", b"x", BASIC)).code == "input_format_unknown"
    assert refusal(lambda: read("a.csv", b"x")).code == "input_mapping_needed"
    assert refusal(lambda: read("none.csv", None, BASIC)).code == "input_missing"
    assert format_instant(EVENT.occurred_at).endswith("Z")


def _workbook(path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "time", "n"])
    sheet.append(["c1", "2017-08-20 10:05:00", 3])
    book.save(path)
    with zipfile.ZipFile(path) as packed:
        parts = {part.filename: packed.read(part) for part in packed.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, changes.get(name, bytes)(content))


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "code"),
    [
        (SHEET, b'r="A2"', b'r="XFD1048576"', "input_broken"),
        (SHEET, b"<worksheet", b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet", "xml_refused"),
        (SHEET, b"</sheetData>", b"", "input_broken"),
    ],
)
def test_hostile_workbooks(
    read: Read, refusal: Refusal, tmp_path: Path, part: str, old: bytes, new: bytes, code: str
) -> None:
    _workbook(tmp_path / "a.xlsx", {})
    assert len(read("a.xlsx", None, BASIC)) == 1
    _workbook(tmp_path / "a.xlsx", {part: lambda content: content.replace(old, new, 1)})
    assert refusal(lambda: read("a.xlsx", None, BASIC)).code == code
