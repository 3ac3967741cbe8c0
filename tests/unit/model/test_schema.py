"""The JSON Schema of events agrees with what the vocabulary takes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import encode
from lawkeep.model.schema import event_schema, type_schema
from lawkeep.model.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def validator(vocabulary: Vocabulary) -> Draft202012Validator:
    schema = event_schema(vocabulary)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(json.loads(json.dumps(schema)))


def raw(name: str = "content.stopped", **changes: Any) -> dict[str, Any]:
    event = {
        "id": "e1",
        "type": name,
        "occurred_at": "2017-08-20T10:05:00+08:00",
        "operator": "audio",
        "keys": {"content": "c1"},
        "data": {},
    }
    return event | changes


@given(data=st.data())
def test_what_the_vocabulary_takes_is_valid(
    data: st.DataObject,
    validator: Draft202012Validator,
    vocabulary: Vocabulary,
    raw_events: st.SearchStrategy[dict[str, Any]],
) -> None:
    sent = data.draw(raw_events)
    validator.validate(sent)
    validator.validate(json.loads(encode(vocabulary.event(sent))))


@pytest.mark.parametrize(
    "wrong",
    [
        raw("content.stoped"),
        raw(occurred_at="2017-08-20T10:05:00"),
        raw(occurred_at=None),
        raw(occurred_at=5),
        raw(recorded_at="yesterday"),
        raw(id=""),
        raw(id="x" * 129),
        raw(id="a\x00"),
        raw(operator=None),
        raw(extra=1),
        raw(keys={"subject": "s1"}),
        raw(keys=None),
        raw(keys={}),
        raw(keys={"content": ""}),
        raw(keys={"content": "x" * 201}),
        raw(keys={"content": "c1", "contents": "c2"}),
        raw("vulnerability.fixed", keys={"product": "p", "system": "s"}),
        raw("data.disclosed", keys={"subject": "p", "item": "s"}),
        raw(data={"scoop": "all"}),
        raw(data={"scope": 5}),
        raw("content.records_kept", data={"until": "2017-10-20T00:00:00"}),
        raw("content.reported", data={"to": "press"}),
        raw("operator.profiled", data={"roles": ["publisher"]}),
        raw("data.exposed", keys={"system": "s"}, data={"persons": -1}),
        raw("grade.filed", keys={"system": "s"}, data={"level": 6}),
        raw(evidence=["sha256:" + "A" * 64]),
        raw(actor="x" * 1001),
        {"type": "content.stopped"},
    ],
)
def test_what_the_vocabulary_refuses_is_invalid(
    wrong: dict[str, Any], validator: Draft202012Validator, vocabulary: Vocabulary
) -> None:
    with pytest.raises(LawkeepError):
        vocabulary.event(wrong)
    assert not validator.is_valid(wrong)


def test_every_type_has_its_data_described(vocabulary: Vocabulary) -> None:
    schema = event_schema(vocabulary)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(schema["$defs"]) == schema["properties"]["type"]["enum"] == list(vocabulary.types)
    for name, kind in vocabulary.types.items():
        assert tuple(schema["$defs"][name]["properties"]) == kind.fields
        assert schema["$defs"][name]["additionalProperties"] is False
        assert schema["$defs"][name]["description"] == kind.doc
        for field in kind.times:
            [time] = [
                one
                for one in schema["$defs"][name]["properties"][field]["anyOf"]
                if one["type"] == "string"
            ]
            assert time["format"] == "date-time"


def test_the_schema_of_one_type(vocabulary: Vocabulary) -> None:
    validator = Draft202012Validator(type_schema(vocabulary["content.stopped"]))
    assert validator.is_valid(raw())
    assert not validator.is_valid(raw("content.removed"))
    assert not validator.is_valid(raw(data={"scoop": "all"}))
