"""The generated table of duties and the published JSON Schemas: current, whole, and true."""

import importlib.util
import json
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lawkeep.app import vocabulary
from lawkeep.app.packs import packs, shipped
from lawkeep.model.source import read_yaml

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
SCHEMAS = REFERENCE / "schemas"


@cache
def _reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _made() -> dict[Path, str]:
    made: dict[Path, str] = _reference().pages()
    return made


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_schemas_are_what_the_code_says() -> None:
    made = {path: text for path, text in _made().items() if path.parent == SCHEMAS}
    assert {path.name for path in made} == {path.name for path in SCHEMAS.iterdir()}
    old = [p.name for p, text in made.items() if p.read_text(encoding="utf-8") != text]
    assert not old, f"run `make reference` and commit {old}"


@pytest.mark.parametrize("language", ["", ".zh-CN"])
def test_the_table_of_duties_is_whole(language: str) -> None:
    page = (REFERENCE / f"duties{language}.md").read_text(encoding="utf-8")
    for pack in packs(vocabulary()):
        missing = [d.duty for d in pack.duties if f"{{ #{pack.id}-{d.duty} }}" not in page]
        missing += [r for r in pack.rows if f'id="{pack.id}-{r}"'.lower() not in page.lower()]
        missing += [n.code for n in pack.not_formalised if f"| {n.code} |" not in page]
        missing += [name for name in pack.policy if f"| `{name}` |" not in page]
        assert not missing
        for duty in pack.duties:
            for text in (duty.examples.met, duty.examples.breached):
                for example in [text] if isinstance(text, str) else text or []:
                    assert example.rstrip() in page, duty.duty


@pytest.mark.parametrize("language", ["", ".zh-CN"])
def test_links_of_the_table_lead_somewhere(language: str) -> None:
    page = (REFERENCE / f"duties{language}.md").read_text(encoding="utf-8")
    events = (REFERENCE / f"events{language}.md").read_text(encoding="utf-8")
    here = set(re.findall(r"{ #(\S+) }|id=\"([^\"]+)\"", page))
    anchors = {one or other for one, other in here}
    links = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert links
    assert links <= anchors, sorted(links - anchors)
    named = set(re.findall(r"\]\(events\.md#([^)]+)\)", page))
    assert named
    assert not [name for name in named if f"{{ #{name} }}" not in events]


def test_what_every_pack_says_fits_the_schemas() -> None:
    checked = 0
    for folder in shipped().values():
        files = [node for node in folder.iterdir() if node.name.endswith(".yaml")]
        files += [n for n in (folder / "duties").iterdir() if n.name.endswith(".yaml")]
        for node in files:
            name = node.name.removesuffix(".yaml")
            name = name if (folder / f"{name}.yaml").is_file() else "duty"
            value = read_yaml(node.read_text(encoding="utf-8"), node.name).value
            problems = [e.message for e in _validator(f"pack-{name}").iter_errors(value)]
            assert not problems, (node.name, problems)
            checked += 1
    assert checked > 150


DUTY: dict[str, Any] = {
    "duty": "a.b",
    "code": "A-1",
    "title": {"zh": "甲", "en": "a"},
    "summary": {"zh": "甲", "en": "a"},
    "pattern": "response",
    "applies_to": ["network"],
    "cites": [{"law": "L@2017-06-01", "article": "1", "status": "verified"}],
    "act": "duty",
    "sanctions": "none",
    "examples": {},
}


@pytest.mark.parametrize(
    "change",
    [
        {"pattern": "perhaps"},
        {"deadline": "P2D"},
        {"cites": [{"law": "L@2017-06-01", "article": 24, "status": "verified"}]},
        {"title": {"en": "only English"}},
    ],
)
def test_schemas_refuse_what_the_loader_refuses(change: dict[str, Any]) -> None:
    validator = _validator("pack-duty")
    assert validator.is_valid(DUTY)
    assert not validator.is_valid(DUTY | change)


def test_periods_are_put_into_words() -> None:
    words = _reference()._beside("duty_words")
    for text, en, zh in (
        ("PT24H", "24 hours", "24小时"),
        ("PT1H", "1 hour", "1小时"),
        ("PT30M", "30 minutes", "30分钟"),
        ("P6M", "6 months", "6个月"),
        ("P20BD", "20 working days", "20个工作日"),
        ("P2Y", "2 years", "2年"),
    ):
        assert (words.period(text).en, words.period(text).zh) == (en, zh)
