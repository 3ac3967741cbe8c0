"""The catalogue of errors: every entry reads well in both languages, wherever it stands."""

import importlib
import pkgutil
import re
import string
from typing import Annotated, Any, Literal

import msgspec
import pytest

import lawkeep
from lawkeep.model.errors import CATALOGUE, Both, Location, declare, error
from lawkeep.model.refusals import refusal

# Rooms declare their errors where they raise them, so all must be loaded to see all.
for module in pkgutil.walk_packages(lawkeep.__path__, "lawkeep."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)

CODES = sorted(CATALOGUE)


def names(template: str) -> set[str]:
    """The details that a template needs, `{error.line}` as `error`."""
    fields = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    return {re.split(r"[.\[]", name)[0] for name in fields}


@pytest.mark.parametrize("code", CODES)
def test_an_entry_formats_in_both_languages(code: str) -> None:
    kind = CATALOGUE[code]
    assert kind.code == code
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code)
    templates = (kind.en, kind.zh, kind.do_en, kind.do_zh)
    needed = set().union(*(names(template) for template in templates))
    problem = error(code, **dict.fromkeys(needed, 7))
    for language in ("en", "zh"):
        assert problem.text(language).strip()
        assert problem.advice(language).strip()
    assert f"[{code}]" in str(problem)
    assert 0 < kind.exit_code <= 5


@pytest.mark.parametrize("code", CODES)
def test_both_languages_say_the_same_facts(code: str) -> None:
    kind = CATALOGUE[code]
    assert re.search("[\u4e00-\u9fff]", kind.zh)
    assert re.search("[\u4e00-\u9fff]", kind.do_zh)
    assert not re.search("[\u4e00-\u9fff]", kind.en + kind.do_en)

    def facts(template: str) -> set[str]:
        return {name.removesuffix("_en").removesuffix("_zh") for name in names(template)}

    assert facts(kind.en) == facts(kind.zh)
    assert facts(kind.do_en) == facts(kind.do_zh)


def test_a_code_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare("time_malformed", "a", "a", "a", "a")


def test_details_are_shortened_and_made_printable() -> None:
    problem = error("time_malformed", value="\x1b[31m" + "x" * 10_000)
    assert "\x1b" not in str(problem)
    assert r"\x1b[31m" in problem.text("zh")
    assert len(problem.text()) < 400


def test_braces_in_a_detail_are_only_text() -> None:
    assert "{value.__class__}" in error("time_malformed", value="{value.__class__}").text()


def test_a_sentence_among_the_details_is_said_in_the_language_asked_for() -> None:
    problem = error("event_value_invalid", type="t", problem=Both("too\x00 big", "太大" * 200))
    assert problem.text("en") == r"t: too\x00 big"
    assert "太大" in problem.text("zh")
    assert len(problem.text("zh")) < 300


class Sample(msgspec.Struct, forbid_unknown_fields=True):
    a: Annotated[str, msgspec.Meta(min_length=2, max_length=3)]
    b: Literal["x", "y"] = "x"
    c: Annotated[list[int], msgspec.Meta(max_length=1)] | None = None
    d: Annotated[int, msgspec.Meta(ge=0, lt=5)] = 0
    e: Annotated[str, msgspec.Meta(pattern="^a")] = "a"


@pytest.mark.parametrize(
    ("value", "zh"),
    [
        ({}, "缺少必需的字段 `a`"),
        (5, "应为对象，实际为整数"),
        ({"a": 5}, "应为文本，实际为整数（位置：`$.a`）"),
        ({"a": "a"}, "文本的长度应不小于 2（位置：`$.a`）"),
        ({"a": "aaaa"}, "文本的长度应不大于 3（位置：`$.a`）"),
        ({"a": "aa", "b": "z"}, "'z' 不在允许的取值之内（位置：`$.b`）"),
        ({"a": "aa", "c": "z"}, "应为列表或空值，实际为文本（位置：`$.c`）"),
        ({"a": "aa", "d": -1}, "整数应不小于 0（位置：`$.d`）"),
        ({"a": "aa", "d": 5}, "整数应不大于 4（位置：`$.d`）"),
        ({"a": "aa", "e": "b"}, "文本应符合正则表达式 '^a'（位置：`$.e`）"),
        ({"a": "aa", "z": 1}, "含有未知的字段 `z`"),
    ],
)
def test_what_msgspec_refuses_is_said_in_chinese(value: Any, zh: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, Sample)
    both = refusal(str(caught.value))
    assert both == str(caught.value)
    assert both.zh == zh


def test_the_place_is_filled_in_from_inside_to_outside() -> None:
    inner = error("time_malformed", value="x")
    assert str(inner).startswith("“x”")
    placed = inner.at(line=3).at("a.csv", 9, 2)
    assert placed.location == Location("a.csv", 3, 2)
    assert str(placed).startswith("a.csv:3:2: ")
    assert placed.code == inner.code
    assert str(Location()) == "-"
    assert str(Location("f", None, 4)) == "f"
