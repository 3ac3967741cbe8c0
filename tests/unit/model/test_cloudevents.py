"""CloudEvents 1.0 in and out: nothing is lost, and what is not ours is refused clearly."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.model.cloudevents import from_cloudevent, is_cloudevent, to_cloudevent
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import encode
from lawkeep.model.vocabulary import Vocabulary

SENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "type": "lawkeep.content.stopped",
    "source": "audio",
    "time": "2017-08-20T10:05:00+08:00",
    "recordedtime": "2017-08-20T10:05:02+08:00",
    "datacontenttype": "application/json",
    "lkactor": "moderation",
    "lkorigin": "moderation.csv:12",
    "lkcorrects": "e0",
    "data": {"keys": {"content": "c1"}, "data": {"scope": "all edges"}, "evidence": []},
}


@given(data=st.data())
def test_out_and_in_is_the_identity(
    data: st.DataObject, vocabulary: Vocabulary, raw_events: st.SearchStrategy[dict[str, Any]]
) -> None:
    event = vocabulary.event(data.draw(raw_events))
    sent = json.loads(json.dumps(to_cloudevent(event)))
    again = vocabulary.event(from_cloudevent(sent))
    assert again == event
    assert encode(again) == encode(event)
    assert to_cloudevent(again) == sent
    assert is_cloudevent(sent)
    # CloudEvents 1.0, 3.1: names of attributes are lower-case letters and digits.
    assert all(name.isascii() and name.isalnum() and name.islower() for name in sent)


def test_each_attribute_has_its_place(vocabulary: Vocabulary) -> None:
    event = vocabulary.event(from_cloudevent(SENT))
    assert (event.id, event.type, event.operator) == ("e1", "content.stopped", "audio")
    assert event.recorded_at - event.occurred_at == 2_000_000
    assert (event.actor, event.source, event.corrects) == ("moderation", "moderation.csv:12", "e0")
    assert (event.keys, event.data) == ({"content": "c1"}, {"scope": "all edges"})
    assert to_cloudevent(event)["source"] == "audio"
    assert to_cloudevent(event)["time"] == "2017-08-20T02:05:00.000000Z"


@pytest.mark.parametrize(
    "extra",
    [
        {"subject": "c1", "dataschema": "https://example.org/schema", "traceparent": "00-ab-cd-01"},
        {"datacontenttype": None, "lkactor": None, "data_base64": None},
        {"datacontenttype": "application/json; charset=utf-8"},
        {"datacontenttype": "application/vnd.lawkeep+json"},
    ],
)
def test_what_says_how_it_travelled_changes_nothing(
    extra: dict[str, Any], vocabulary: Vocabulary
) -> None:
    bare = {name: value for name, value in SENT.items() if name not in extra}
    event = vocabulary.event(from_cloudevent(SENT | extra))
    assert event == vocabulary.event(from_cloudevent(bare))


def test_an_event_about_the_operator_needs_no_data(vocabulary: Vocabulary) -> None:
    sent = {n: SENT[n] for n in ("specversion", "id", "source", "time")}
    sent["type"] = "lawkeep.authority.inspected"
    event = vocabulary.event(from_cloudevent(sent))
    assert (event.keys, event.data) == ({}, {})
    assert event.recorded_at == event.occurred_at


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"specversion": None}, "specversion"),
        ({"type": "content.stopped"}, "lawkeep."),
        ({"type": 5}, "type"),
        ({"time": None}, "time"),
        ({"source": 7}, "source"),
        ({"id": None}, "id"),
        ({"datacontenttype": "text/xml"}, "datacontenttype"),
        ({"datacontenttype": 1}, "datacontenttype"),
        ({"data_base64": "e30="}, "data_base64"),
        ({"data": "text"}, "data"),
        ({"data": {"key": {}}}, "keys"),
        ({"lkactors": "x"}, "lkactor"),
    ],
)
def test_refused_with_the_reason(change: dict[str, Any], says: str) -> None:
    with pytest.raises(LawkeepError) as caught:
        from_cloudevent(SENT | change)
    assert caught.value.code == "cloudevent_invalid"
    assert says in caught.value.text("en")
    assert says in caught.value.text("zh")


def test_what_the_event_lacks_is_said_by_the_vocabulary(vocabulary: Vocabulary) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "event_type_unknown": {"type": "lawkeep.content.stoped"},
        "time_without_zone": {"time": "2017-08-20T10:05:00"},
        "event_keys_missing": {"data": {"keys": {}}},
        "event_value_invalid": {"data": {"keys": {"content": 5}}},
    }
    for code, change in wrong.items():
        with pytest.raises(LawkeepError) as caught:
            vocabulary.event(from_cloudevent(SENT | change))
        assert caught.value.code == code
