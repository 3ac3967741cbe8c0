"""docs/reference/mapping.md: its examples are read, and no field is missing from it."""

import re
from pathlib import Path

import pytest

from lawkeep.app import vocabulary
from lawkeep.ingest import load_mappings, read_events, schemas
from lawkeep.ingest.operator import read_operator
from lawkeep.ingest.read import FORMATS
from lawkeep.ingest.times import FORMATS as TIMES
from lawkeep.model.errors import LawkeepError
from lawkeep.model.finding import Text


@pytest.fixture(scope="module")
def page() -> str:
    root = Path(__file__).resolve().parents[3]
    return (root / "docs" / "reference" / "mapping.md").read_text(encoding="utf-8")


def test_examples_are_read(page: str) -> None:
    blocks = re.findall(r"^```yaml (\w+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in blocks] == ["operator", "mapping"]
    assert read_operator(blocks[0][1]).form.place == "CN-GD"
    (placed,) = load_mappings(blocks[1][1], "mapping.md")
    assert len(placed.mapping.events) == 2


def test_the_example_makes_events(page: str, tmp_path: Path) -> None:
    text = re.findall(r"^```yaml mapping\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0]
    rows = (
        "no,audio,received,verdict,checked_day,checked,kind,screenshot_sha256\n"
        f"1,7,2017/08/20 10:05,unlawful,2017-08-21,09:30,诈骗,{'0' * 64}\n"
        "2,8,2017-08-20 10:06,lawful,,,,-\n"
    )
    (tmp_path / "complaints.csv").write_text(rows, encoding="utf-8")
    (placed,) = load_mappings(text, "mapping.md")
    events = list(
        read_events(tmp_path / "complaints.csv", vocabulary(), mapping=placed, operator="op")
    )
    assert [event.type for event in events] == [
        "complaint.received",
        "content.known_unlawful",
        "complaint.received",
    ]
    assert events[1].data == {"class": "fraud", "source": "complaint"}
    assert events[1].keys == {"content": "a-7"}


def test_every_field_is_described(page: str) -> None:
    names = {
        name
        for schema in schemas().values()
        for part in schema["$defs"].values()
        for name in part["properties"]
    }
    written = " ".join(re.findall(r"`[^`\n]+`|^\s*-? *\{?\w+:", page, re.MULTILINE))
    missing = {n for n in names if not re.search(rf"\b{n}\b", written)}
    assert missing == set()


def test_every_format_is_described(page: str) -> None:
    for name in [*{*FORMATS.values()} - {"json"}, *TIMES]:
        assert f"`{name}`" in page


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [("甲 A", "甲 A", "甲 A"), ("{zh: 甲, en: A}", "甲", "A")],
)
def test_a_name_is_a_text_or_one_for_each_language(written: str, zh: str, en: str) -> None:
    found = read_operator(f"operator: x\nroles: [publishing]\nname: {written}\n")
    assert found.name == Text(zh=zh, en=en)


@pytest.mark.parametrize("written", ["{zh: 甲}", "{zh: 甲, en: A, fr: A}", "[a]", "7"])
def test_a_name_of_another_form_is_refused(written: str) -> None:
    with pytest.raises(LawkeepError) as refused:
        read_operator(f"operator: x\nroles: [publishing]\nname: {written}\n")
    assert refused.value.code == "yaml_value_invalid"
    assert refused.value.location is not None
    assert refused.value.location.line == 3


@pytest.mark.parametrize(
    "line", ["since: 2017-06-01", 'records: [{types: ["*"], from: 2017-06-01}]']
)
def test_a_day_without_a_zone_is_told_where_to_put_one(line: str) -> None:
    with pytest.raises(LawkeepError) as refused:
        read_operator(f"operator: x\nroles: [publishing]\n{line}\n")
    assert refused.value.code == "time_without_zone"
    assert refused.value.advice().endswith(", or set `zone` in this file.")
    assert "mapping" not in refused.value.advice()
