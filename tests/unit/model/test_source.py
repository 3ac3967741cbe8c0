"""YAML with places: core scalars, refusals, and that any text gives values or our own error."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.model.errors import LawkeepError
from lawkeep.model.source import MAX_CHARACTERS, MAX_DEPTH, read_yaml

PACK = """\
# a duty, as people write one
duty: content.stop
title: {zh: 停止传输, en: Stop}
applies_to: [publishing, messaging]
cites:
  - {law: CN-CSL@2017-06-01, article: "47"}
within: PT24H
note: |
  two
  lines
last: no
"""


class Cite(msgspec.Struct, forbid_unknown_fields=True):
    law: str
    article: str


class Duty(msgspec.Struct):
    duty: str
    cites: list[Cite]


def refusal(text: str) -> LawkeepError:
    with pytest.raises(LawkeepError) as caught:
        read_yaml(text, "duty.yaml")
    return caught.value


def outcome(text: str) -> None:
    """Read it: anything but values or an error of ours, with its file, fails the test."""
    problem = None
    try:
        read_yaml(text, "f")
    except LawkeepError as refused:
        problem = refused
    if problem is not None:
        assert problem.location is not None
        assert problem.location.file == "f"
        assert problem.text("zh")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2017-06-01", "2017-06-01"),
        ("0x10", "0x10"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+7", 7),
        ("1.50", 1.5),
        ('"12"', "12"),
        ("'true'", "true"),
        ("24(1)", "24(1)"),
        ("9" * 19, "9" * 19),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    read = read_yaml(f"a: {text}\n", "f").value["a"]
    assert read == value
    assert type(read) is type(value)


def test_values_and_places() -> None:
    document = read_yaml(PACK, "duty.yaml")
    assert document.value["title"] == {"zh": "停止传输", "en": "Stop"}
    assert document.value["note"] == "two\nlines\n"
    assert document.value["last"] == "no"
    assert document.place(("cites", 0, "article")) == (6, 39)
    assert document.place(("cites", 0, "nothing")) == (6, 5)
    assert document.place(("nothing",)) == (2, 1)
    assert read_yaml("", "empty.yaml").value is None


def test_a_struct_or_the_place_of_what_does_not_fit() -> None:
    assert read_yaml(PACK, "f").into(Duty).cites == [Cite("CN-CSL@2017-06-01", "47")]
    assert read_yaml(PACK, "f").into(Cite, ("cites", 0)).article == "47"
    with pytest.raises(LawkeepError) as caught:
        read_yaml(PACK.replace('"47"', "47"), "duty.yaml").into(Duty)
    assert caught.value.code == "yaml_value_invalid"
    assert str(caught.value.location) == "duty.yaml:6:39"
    with pytest.raises(LawkeepError) as caught:
        read_yaml(PACK.replace('"47"', "47"), "duty.yaml").into(Cite, ("cites", 0))
    assert str(caught.value.location) == "duty.yaml:6:39"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: *b", "yaml_refused", "duty.yaml:1:4"),
        ("a: &b 1", "yaml_refused", "duty.yaml:1:4"),
        ("a: 1\nb: !!python/object:os.system x", "yaml_refused", "duty.yaml:2:4"),
        ("a: !!str 1", "yaml_refused", "duty.yaml:1:4"),
        ("a: 1\nb: 2\na: 3", "yaml_refused", "duty.yaml:3:1"),
        ("{a: {b: 1, b: 2}}", "yaml_refused", "duty.yaml:1:12"),
        ("? [a]\n: b", "yaml_refused", "duty.yaml:1:3"),
        ("[" * (MAX_DEPTH + 1), "yaml_refused", "duty.yaml:1:41"),
        ('a: "\\uD800"', "yaml_refused", "duty.yaml:1:4"),
        ("a: [1\nb: 2", "yaml_malformed", "duty.yaml:2:2"),
        ("a: 1\n\tb: 2", "yaml_malformed", "duty.yaml:2:1"),
        ("--- a\n--- b", "yaml_malformed", "duty.yaml:2:1"),
        ("a: b\nc: \x00", "yaml_malformed", "duty.yaml:2"),
        ('"\\UFFFFFFFF"', "yaml_malformed", "duty.yaml"),
        ("%YAML 1." + "9" * 5000 + "\n--- a", "yaml_malformed", "duty.yaml"),
        ("!<%FF> a", "yaml_malformed", "duty.yaml:1:3"),
    ],
)
def test_refused_with_a_place(text: str, code: str, place: str) -> None:
    problem = refusal(text)
    assert problem.code == code
    assert str(problem.location) == place


def test_depth_and_size_have_ends() -> None:
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert read_yaml(deepest, "f").value is not None
    assert refusal("[" * 200_000).code == "yaml_refused"
    assert refusal("#" * (MAX_CHARACTERS + 1)).code == "yaml_refused"


def test_a_merge_key_is_a_plain_key() -> None:
    assert read_yaml("<<: {a: 1}", "f").value == {"<<": {"a": 1}}


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    outcome(text)


@given(st.text("ab:-?,[]{}&*!|>'\"%@`#\\\n\t 01xuUN~<=\ufeff\u2028", max_size=40))
def test_text_of_indicators(text: str) -> None:
    outcome(text)


@given(
    st.integers(0, len(PACK)),
    st.integers(0, 12),
    st.text("ab:-?,[]{}&*!|>'\"%#\\\n\t 0x~\x00\ud800", max_size=6),
)
def test_a_good_document_with_a_wound(at: int, cut: int, put: str) -> None:
    outcome(PACK[:at] + put + PACK[at + cut :])


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**17), 10**17)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.text(st.characters(exclude_categories=["Cs"]), max_size=8), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_json_is_yaml(value: Any) -> None:
    # YAML 1.1, which PyYAML reads, lacks DEL and a few others as plain characters in quotes.
    text = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in msgspec.json.encode(value).decode()
    )
    assert read_yaml(text, "f").value == value
