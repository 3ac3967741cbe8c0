"""The catalogue of errors: every entry reads well in both languages, wherever it stands."""

import importlib
import pkgutil
import re
import string

import pytest

import lawkeep
from lawkeep.model.errors import CATALOGUE, Location, declare, error

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


def test_the_place_is_filled_in_from_inside_to_outside() -> None:
    inner = error("time_malformed", value="x")
    assert str(inner).startswith("“x”")
    placed = inner.at(line=3).at("a.csv", 9, 2)
    assert placed.location == Location("a.csv", 3, 2)
    assert str(placed).startswith("a.csv:3:2: ")
    assert placed.code == inner.code
    assert str(Location()) == "-"
    assert str(Location("f", None, 4)) == "f"
