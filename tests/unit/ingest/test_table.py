"""CSV and TSV: quotes, places of errors, rejects, encodings, caps."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawkeep.ingest import load_mappings, read_events
from lawkeep.ingest.lines import detect
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, imported_id
from lawkeep.model.vocabulary import Vocabulary

Read = Callable[..., list[Event]]
Refusal = Callable[[Callable[[], Any]], LawkeepError]
BASIC = """
zone: Asia/Shanghai
operator: op
events:
  - type: trial.seen
    occurred_at: time
    keys: {content: id}
"""
HEAD = b"id,time,note\n"
ROW = b"a1,2017-08-20 10:05:00,x\n"


def test_one_row(read: Read) -> None:
    (event,) = read("a.csv", HEAD + ROW, BASIC)
    assert event == Event(
        id=imported_id("a.csv", 1, ROW.strip()),
        type="trial.seen",
        occurred_at=1_503_194_700_000_000,
        recorded_at=1_503_194_700_000_000,
        operator="op",
        keys={"content": "a1"},
        source="a.csv:2",
    )


def test_quotes_and_line_breaks(read: Read) -> None:
    mapping = BASIC + "    data: {note: note}\n"
    text = b'id,time,note\r\n"a,1",2017-08-20 10:05:00,"say ""hi""\r\nthere"\r\n' + ROW
    first, second = read("a.csv", text, mapping)
    assert first.keys == {"content": "a,1"}
    assert first.data == {"note": 'say "hi"\nthere'}
    assert second.source == "a.csv:4"


def test_line_ends_do_not_change_ids(read: Read) -> None:
    unix = read("a.csv", HEAD + ROW, BASIC)
    assert read("a.csv", (HEAD + ROW).replace(b"\n", b"\r\n"), BASIC) == unix
    assert read("a.csv", (HEAD + ROW).rstrip(), BASIC) == unix
    assert read("a.csv", b"\xef\xbb\xbf" + HEAD + ROW, BASIC) == unix


def test_a_grown_file_adds_only_what_is_new(read: Read) -> None:
    before = read("a.csv", HEAD + ROW, BASIC)
    after = read("a.csv", HEAD + ROW + ROW.replace(b"a1", b"a2"), BASIC)
    assert after[0] == before[0]
    assert len({e.id for e in after}) == 2


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        (HEAD + b'a1,2017-08-20 10:05:00,"open\n', "csv_quote_open", 2, 24),
        (HEAD + b'a1,2017-08-20 10:05:00,"x"y\n', "csv_quote_stray", 2, 27),
        (HEAD + b'a1,2017-08-20 10:05:00,5" d"\n', "csv_quote_stray", 2, 25),
        (HEAD + b"a1,2017-08-20 10:05:00\n", "csv_field_count", 2, None),
        (HEAD + ROW + b"a1,2017-08-20 10:05:00,x,y\n", "csv_field_count", 3, None),
        (HEAD + b"a1\rb,2017-08-20 10:05:00,x\n", "csv_return_stray", 2, 3),
        (HEAD + b"a1,2017-08-20 10:05:00,\x00\n", "nul_byte", 2, 24),
        (HEAD + b"a1,20 August,x\n", "time_not_matching", 2, None),
        (HEAD + b"a1,,x\n", "row_value_missing", 2, None),
        (HEAD + b",2017-08-20 10:05:00,x\n", "event_keys_missing", 2, None),
        (b"id,time,time\n" + ROW, "header_repeated", 1, None),
        (b"", "input_empty", None, None),
        (b"\xef\xbb\xbf", "input_empty", None, None),
        (b"\n\n", "header_missing", None, None),
        ((HEAD + ROW).decode().encode("utf-16"), "encoding_utf16", None, None),
    ],
)
def test_refusals(
    read: Read, text: bytes, code: str, line: int | None, column: int | None, refusal: Refusal
) -> None:
    found = refusal(lambda: read("a.csv", text, BASIC))
    assert found.location is not None
    place = found.location
    assert (found.code, place.file, place.line, place.column) == (code, "a.csv", line, column)


def test_missing_column_names_the_nearest(read: Read, refusal: Refusal) -> None:
    found = refusal(lambda: read("a.csv", b"id,tine\n" + ROW, BASIC))
    assert found.code == "mapping_column_unknown"
    assert "“tine”" in found.text()
    assert str(found.location) == "m.yaml:6:18"


def test_rejects_go_on(read: Read) -> None:
    text = HEAD + ROW + b'b,2017-08-20 10:05:00,"open\n' + b"c,never,x\n" + b"d,x\n" + ROW
    writer = io.StringIO()
    events = read("a.csv", text, BASIC, rejects=writer)
    assert [e.source for e in events] == ["a.csv:2", "a.csv:6"]
    lines = [json.loads(line) for line in writer.getvalue().splitlines()]
    assert [(x["line"], x["code"]) for x in lines] == [
        (3, "csv_quote_open"),
        (4, "time_not_matching"),
        (5, "csv_field_count"),
    ]
    assert lines[1]["raw"] == "c,never,x"


def test_undecodable_bytes_say_where(read: Read, refusal: Refusal) -> None:
    text = HEAD + "a1,2017-08-20 10:05:00,好好好\n".encode() * 20
    bad = text + b"a1,2017-08-20 10:05:00,\xffx\n"
    for encoding in ("auto", "utf-8"):
        found = refusal(lambda: read("a.csv", bad, f"encoding: {encoding}" + BASIC))  # noqa: B023
        assert found.code == "encoding_broken"
        assert found.details["offset"] == bad.index(b"\xff")
        assert found.location is not None
        assert found.location.line == 22


CHINESE = "编号,时间,备注\n甲一,2017-08-20 10:05:00,发现违法信息后立即停止传输\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_are_found(read: Read, encoding: str) -> None:
    mapping = BASIC.replace("{content: id}", "{content: 编号}").replace(
        "occurred_at: time", "occurred_at: 时间"
    )
    (event,) = read("a.csv", CHINESE.encode(encoding), mapping + "    data: {note: 备注}\n")
    assert event.keys == {"content": "甲一"}
    assert event.data == {"note": "发现违法信息后立即停止传输"}


def test_latin_1_is_never_taken_for_chinese(tmp_path: Path, refusal: Refusal) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,Café au lait\n2,José Élan\n3,naïve Größe\n".encode("latin-1"))
    found = refusal(lambda: detect(path))
    assert found.code == "encoding_unclear"
    assert found.details["offset"] == 13


def test_short_chinese_that_is_valid_utf8_by_chance(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["模"] + ["停止传输违法信息并保存有关记录"] * 12
    path.write_bytes("\n".join(lines).encode("gb18030"))
    assert "模".encode("gb18030").decode("utf-8")
    assert detect(path) == "gb18030"


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("class\n诈骗\n", "gb18030", None),
        ("class\n诈骗\n", "utf-8", "utf-8"),
        ("nom\nCafé\nÉlan\nœuvre\n", "utf-8", "utf-8"),
        ("имя\nИван Петров\n", "utf-8", "utf-8"),
        ("名\n好\n", "utf-8", "utf-8"),
        ("price\n5 €\n", "utf-8", "utf-8"),
        ("note\n停止传输\n", "gb18030", "gb18030"),
    ],
)
def test_few_words(
    tmp_path: Path, refusal: Refusal, text: str, encoding: str, expected: str | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding=encoding)
    if expected is None:
        assert refusal(lambda: detect(path)).code == "encoding_ambiguous"
    else:
        assert detect(path) == expected


def test_delimiters_header_row_and_no_header(read: Read) -> None:
    tabs = (HEAD + ROW).replace(b",", b"\t")
    assert read("a.tsv", tabs, BASIC)[0].keys == {"content": "a1"}
    semicolons = (b"A report\n\n" + HEAD + ROW).replace(b",", b";")
    (event,) = read("a.csv", semicolons, "delimiter: ;\nheader_row: 2" + BASIC)
    assert event.source == "a.csv:4"
    bare = BASIC.replace("time", '"2"').replace("content: id", 'content: "1"')
    assert len(read("a.csv", ROW + ROW, "header_row: 0" + bare)) == 2


def test_gzip_and_truncated_gzip(read: Read, refusal: Refusal) -> None:
    packed = gzip.compress(HEAD + ROW * 2000)
    assert len(read("a.csv.gz", packed, BASIC)) == 2000
    found = refusal(lambda: read("a.csv.gz", packed[:-20], BASIC))
    assert (found.code, found.details["format"]) == ("input_broken", "gzip")


def _lines(path: Path, count: int) -> Path:
    with path.open("wb") as file:
        file.write(HEAD)
        for index in range(count):
            file.write(b'a%d,2017-08-20 10:05:00,"x"\n' % index)
    return path


def _peak(path: Path, vocabulary: Vocabulary) -> int:
    tracemalloc.start()
    for _ in read_events(path, vocabulary, mapping=load_mappings(BASIC, "m.yaml")[0]):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_is_flat(tmp_path: Path, vocabulary: Vocabulary) -> None:
    small = _peak(_lines(tmp_path / "a.csv", 1_000), vocabulary)
    large = _peak(_lines(tmp_path / "b.csv", 12_000), vocabulary)
    assert large < 3_000_000
    assert large < small + 300_000


@pytest.mark.nightly
def test_memory_is_flat_over_a_large_file(tmp_path: Path, vocabulary: Vocabulary) -> None:
    assert _peak(_lines(tmp_path / "a.csv", 200_000), vocabulary) < 3_000_000


def test_an_endless_line_is_not_held(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(HEAD)
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + ROW)
    writer = io.StringIO()
    tracemalloc.start()
    events = list(
        read_events(path, vocabulary, mapping=load_mappings(BASIC, "m.yaml")[0], rejects=writer)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [e.source for e in events] == ["a.csv:3"]
    assert json.loads(writer.getvalue())["code"] == "record_too_long"
    assert peak < 12_000_000


def test_progress_ends_at_the_whole(read: Read) -> None:
    seen: list[tuple[int, int]] = []
    text = HEAD + ROW * 9000
    read("a.csv", text, BASIC, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(text), len(text))
    assert seen == sorted(seen)
    assert len(seen) > 3
