"""The pass that makes both texts of an event makes the same ones as the two alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode, encode_both, sameness
from lawkeep.model.time import EARLIEST, LATEST, format_instant, parse_instant, utc

instants = st.integers(EARLIEST, LATEST)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
optional = st.none() | texts

events = st.builds(
    Event,
    id=texts,
    type=texts,
    occurred_at=instants,
    recorded_at=instants,
    operator=texts,
    keys=st.dictionaries(texts, texts, max_size=3),
    data=st.dictionaries(texts, texts | st.integers(-9, 9) | st.lists(texts), max_size=3),
    evidence=st.lists(texts, max_size=2).map(tuple),
    actor=optional,
    source=optional,
    corrects=optional,
)


@given(events)
def test_both_are_what_each_is(event: Event) -> None:
    assert encode_both(event) == (encode(event), sameness(event))


@given(instants)
def test_the_text_of_an_instant(instant: int) -> None:
    text = format_instant(instant)
    assert text == utc(instant).strftime("%Y").rjust(4, "0") + utc(instant).strftime(
        "-%m-%dT%H:%M:%S.%fZ"
    )
    assert parse_instant(text) == instant


def test_the_limit_holds_in_both() -> None:
    large = Event(
        id="e", type="t", occurred_at=0, recorded_at=0, operator="o", data={"n": "x" * 65_535}
    )
    for make in (encode, encode_both):
        with pytest.raises(LawkeepError) as raised:
            make(large)
        assert raised.value.code == "event_too_large"
