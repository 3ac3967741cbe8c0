"""An operator's folder, drafts of mappings, and the spool."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from lawkeep.ingest import load_mappings, read_folder, sniff
from lawkeep.ingest.spool import GROUP, KEYS, spool, unspool
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode
from lawkeep.model.finding import Coverage
from lawkeep.model.time import format_instant, parse_instant
from lawkeep.model.vocabulary import Vocabulary

Refusal = Callable[[Callable[[], Any]], LawkeepError]
OPERATOR = """
operator: op
name: An audio platform
roles: [publishing, hosting]
since: 2016-01-01
jurisdictions: [cn]
place: CN-44
zone: Asia/Shanghai
services: [{id: fm, kind: publishing}]
records:
  - {types: [trial.*], from: 2017-01-01, until: 2017-09-30, by: moderation}
"""
MAPPING = """
events:
  - {type: trial.seen, occurred_at: time, keys: {content: id}}
covers:
  - {types: [trial.seen], from: "2017-01-01T00:00:00Z"}
"""
ROWS = "id,time\nc1,2017-08-20 10:05:00\n"
LINE = '{"type":"trial.gone","occurred_at":"2017-08-21T00:00:00Z","keys":{"content":"c1"}}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "audio"
    root.mkdir()
    (root / "operator.yaml").write_text(OPERATOR)
    (root / "seen.csv").write_text(ROWS)
    (root / "seen.mapping.yaml").write_text(MAPPING)
    (root / "gone.jsonl").write_text(LINE)
    (root / "README.md").write_text("no record")
    return root


def test_a_folder(folder: Path, vocabulary: Vocabulary) -> None:
    found = read_folder(folder)
    assert found.profile.roles == {"publishing", "hosting"}
    assert found.profile.since == parse_instant("2016-01-01T00:00:00+08:00")
    start = parse_instant("2017-01-01T00:00:00+08:00")
    end = parse_instant("2017-10-01T00:00:00+08:00") - 1
    assert found.coverage == (
        Coverage(types=("trial.*",), start=start, end=end, by="moderation"),
        Coverage(types=("trial.seen",), start=parse_instant("2017-01-01T00:00:00Z")),
    )
    assert [source.name for source in found.sources] == ["gone.jsonl", "seen.csv"]
    events = list(found.events(vocabulary))
    assert [event.type for event in events] == [
        "operator.profiled",
        "records.covered",
        "records.covered",
        "trial.gone",
        "trial.seen",
    ]
    assert events[0].data == {
        "roles": ["hosting", "publishing"],
        "since": format_instant(found.profile.since or 0),
        "jurisdictions": ["cn"],
    }
    assert {event.operator for event in events} == {"op"}
    assert "audio" not in str(events).lower()
    assert list(found.events(vocabulary)) == events


def test_statements_have_new_ids_when_they_change(folder: Path, vocabulary: Vocabulary) -> None:
    before = {event.id for event in read_folder(folder).statements(vocabulary)}
    (folder / "operator.yaml").write_text(OPERATOR.replace("hosting", "access"))
    after = {event.id for event in read_folder(folder).statements(vocabulary)}
    assert len(before - after) == 1
    assert len(after) == 3


@pytest.mark.parametrize("place", ["mapping.yaml", "mappings/all.yaml"])
def test_one_mapping_file_for_all(folder: Path, vocabulary: Vocabulary, place: str) -> None:
    (folder / "seen.mapping.yaml").unlink()
    (folder / "records").mkdir()
    (folder / "seen.csv").rename(folder / "records" / "seen-1.csv")
    (folder / "records" / "seen-2.csv").write_text(ROWS.replace("c1", "c2"))
    (folder / place).parent.mkdir(exist_ok=True)
    entry = MAPPING.strip().replace("\n", "\n    ")
    (folder / place).write_text(f'sources:\n  - files: "records/seen-*.csv"\n    {entry}\n')
    events = [e for e in read_folder(folder).events(vocabulary) if e.type == "trial.seen"]
    assert [(e.keys["content"], e.source) for e in events] == [
        ("c1", "records/seen-1.csv:2"),
        ("c2", "records/seen-2.csv:2"),
    ]
    assert len({e.id for e in events}) == 2


def test_progress_over_all_files(folder: Path, vocabulary: Vocabulary) -> None:
    seen: list[tuple[int, int]] = []
    list(read_folder(folder).events(vocabulary, progress=lambda *both: seen.append(both)))
    total = len(ROWS) + len(LINE)
    assert seen == sorted(seen)
    assert seen[-1] == (total, total)


def _write(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).write_text(text)

    return change


def _remove(name: str) -> Callable[[Path], None]:
    return lambda root: (root / name).unlink()


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (_remove("operator.yaml"), "folder_without_operator", "audio"),
        (_remove("seen.mapping.yaml"), "folder_file_unmapped", "seen.csv"),
        (_remove("seen.csv"), "folder_file_missing", "seen.mapping.yaml:2:1"),
        (_write("seen.xlsx", "x"), "yaml_value_invalid", "seen.mapping.yaml:2:1"),
        (_write("mapping.yaml", "file: seen.csv" + MAPPING), "folder_file_twice", "seen.mapping"),
        (_write("mapping.yaml", "file: ../x.csv" + MAPPING), "folder_file_outside", "mapping.yaml:1"),
        (_write("mapping.yaml", 'files: "no*"' + MAPPING), "folder_file_missing", "mapping.yaml:1"),
        (_write("mapping.yaml", MAPPING), "yaml_value_invalid", "mapping.yaml"),
        (_write("operator.yaml", OPERATOR + "rolls: x\n"), "yaml_value_invalid", "operator.yaml:12:8"),
        (_write("operator.yaml", OPERATOR.replace("2016-01-01", "2016-13-01")), "time_not_matching",
         "operator.yaml:5:8"),
        (_write("operator.yaml", OPERATOR.replace("until: 2017", "until: 2016")),
         "yaml_value_invalid", "operator.yaml:11"),
        (_write("operator.yaml", OPERATOR.replace("Shanghai", "Shanghia")), "zone_unknown",
         "operator.yaml"),
        (_write("operator.yaml", "roles: [access]"), "yaml_value_invalid", "operator.yaml:1:1"),
    ],
)  # fmt: skip
def test_refusals(
    folder: Path, refusal: Refusal, change: Callable[[Path], None], code: str, place: str
) -> None:
    change(folder)
    found = refusal(lambda: read_folder(folder))
    assert found.code == code
    assert str(found.location).startswith(place)


def test_files_that_are_no_records_are_named(folder: Path) -> None:
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    (folder / "operator.yaml").write_text(OPERATOR + 'ignore: ["notes*"]\n')
    assert len(read_folder(folder).sources) == 2


def test_unknown_types_of_coverage(folder: Path, vocabulary: Vocabulary, refusal: Refusal) -> None:
    (folder / "operator.yaml").write_text(OPERATOR.replace("trial.*", "trail.*"))
    found = refusal(lambda: read_folder(folder).statements(vocabulary))
    assert found.code == "event_type_unknown"
    assert str(found.location) == "operator.yaml:11:13"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "编号;时间;备注\nx1;2017/08/20 10:05;甲 乙\nx2;2017/08/21 10:05;甲 乙\n",
         ["encoding: gb18030", 'delimiter: ";"', '"时间", format: "%Y/%m/%d %H:%M"',
          'subject: "编号"']),
        ("a.tsv", "id\tt\nx1\t1503194700\n", ["format: tsv", "epoch_s"]),
        ("a.jsonl", '{"id":"x1","at":"2017-08-20T10:05:00Z"}\n', ["# zone: not needed", '"at"']),
        ("a.csv", "\x7fid,t\n1,2\n", ['subject: "\\u007fid"']),
        ("a.csv", "a,b\n1,2\n", ["no column looks like a time"]),
    ],
)  # fmt: skip
def test_sniff(tmp_path: Path, name: str, text: str, expected: list[str]) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("gb18030"))
    draft = sniff(path)
    for part in expected:
        assert part in draft
    (placed,) = load_mappings(draft, "draft.yaml")
    assert placed.mapping.file == name


def _events(count: int) -> Iterator[Event]:
    for index in range(count):
        yield Event(
            id=f"e{index}",
            type="trial.seen" if index < 5 else "trial.gone",
            occurred_at=index,
            recorded_at=-index,
            operator="op",
            keys={"content": f"c{index}"} | ({"subject": "u"} if index % 2 else {}),
            data={"b": [1, {"z": None}], "a": "好"} if index % 3 else {},
            evidence=("sha256:" + "0" * 64,) * (index % 3),
            actor="x" if index % 2 else None,
        )


def test_spool_round_trip(tmp_path: Path) -> None:
    path = spool(_events(20_000), tmp_path)
    assert list(unspool(path)) == list(_events(20_000))
    assert [e.id for e in unspool(path, types=["trial.seen"])] == [f"e{i}" for i in range(5)]
    assert list(unspool(path, types=["zzz"])) == []
    table = pq.read_table(path)
    assert table.column_names == [
        *("seq", "id", "type", "occurred_at", "recorded_at", "operator"),
        *(f"key_{name}" for name in KEYS),
        *("data", "evidence", "actor", "source", "corrects"),
    ]
    assert table["seq"].to_pylist() == list(range(20_000))
    assert table["data"][1].as_py() == '{"a":"好","b":[1,{"z":null}]}'
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_spool_row_groups(tmp_path: Path) -> None:
    plain = next(_events(1))
    path = spool((plain for _ in range(GROUP + 1)), tmp_path)
    rows = pq.ParquetFile(path).metadata
    assert [rows.row_group(i).num_rows for i in range(rows.num_row_groups)] == [GROUP, 1]
    assert sum(1 for _ in unspool(path)) == GROUP + 1


def test_spool_leaves_nothing_behind(tmp_path: Path, refusal: Refusal) -> None:
    def failing() -> Iterator[Event]:
        yield from _events(10)
        raise KeyError

    with pytest.raises(KeyError):
        spool(failing(), tmp_path)
    assert list(tmp_path.iterdir()) == []
    empty = spool([], tmp_path)
    assert list(unspool(empty)) == []
    empty.write_bytes(empty.read_bytes()[:-5])
    assert refusal(lambda: list(unspool(empty))).code == "spool_broken"
    assert encode(next(_events(1)))
