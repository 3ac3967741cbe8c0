"""JSON Schema (2020-12) of events: what `lawkeep events schema` prints and docs publish.

It says what `Vocabulary.event` takes, as far as JSON Schema can: not the size of the canonical
bytes, nor whether a well-formed time exists.
"""

from typing import Any

import msgspec

from lawkeep.model.event import MAX_ID, MAX_KEY
from lawkeep.model.time import TIME_PATTERN
from lawkeep.model.vocabulary import ALL_KEYS, MAX_NOTE, FactType, Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TIME = {"type": "string", "format": "date-time", "pattern": TIME_PATTERN}
_NO_NUL = "^[^\\u0000]*$"


def _text(limit: int, description: str, *, required: bool = False) -> dict[str, Any]:
    return {
        "type": "string" if required else ["string", "null"],
        "minLength": 1 if required else 0,
        "maxLength": limit,
        "pattern": _NO_NUL,
        "description": description,
    }


def _envelope(names: list[str]) -> dict[str, Any]:
    key = {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": _NO_NUL}
    return {
        "id": _text(MAX_ID, "Unique in the ledger.", required=True),
        "type": {"enum": names},
        "occurred_at": _TIME | {"description": "When it happened; the offset is required."},
        "recorded_at": {
            "anyOf": [_TIME, {"type": "null"}],
            "description": "When it was written down.",
        },
        "operator": _text(MAX_KEY, "Whose duties.", required=True),
        "keys": {
            "type": ["object", "null"],
            "properties": dict.fromkeys(sorted(ALL_KEYS), key),
            "additionalProperties": False,
            "description": "What the event is about: kind to opaque id, never personal data.",
        },
        "data": {"type": ["object", "null"]},
        "evidence": {
            "type": ["array", "null"],
            "items": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
            "description": "SHA-256 of blobs that show it.",
        },
        "actor": _text(MAX_NOTE, "Who or what did it, pseudonymous."),
        "source": _text(MAX_NOTE, "File and line, or system."),
        "corrects": _text(MAX_NOTE, "Id of the event that this one replaces."),
    }


def _keys(kind: FactType) -> dict[str, Any]:
    """At least one of the keys; of alternatives, not two."""
    rules: dict[str, Any] = {
        "type": "object",
        "anyOf": [{"required": [name]} for name in kind.key_names],
    }
    apart = [
        {"not": {"required": [first, second]}}
        for group, usual in kind.keys
        if usual
        for at, first in enumerate(group)
        for second in group[at + 1 :]
    ]
    return rules | ({"allOf": apart} if apart else {})


def _rule(kind: FactType, data: dict[str, Any]) -> dict[str, Any]:
    then: dict[str, Any] = {"properties": {"data": {"anyOf": [data, {"type": "null"}]}}}
    if kind.keys:
        then["properties"]["keys"] = _keys(kind)
        then["required"] = ["keys"]
    return {"if": {"properties": {"type": {"const": kind.name}}}, "then": then}


def event_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The schema of one event of any type, as JSON values.

    `$defs` holds the data of each type under the name of the type.
    """
    kinds = list(vocabulary.types.values())
    _, components = msgspec.json.schema_components([kind.data for kind in kinds])
    defs = {}
    for kind in kinds:
        defs[kind.name] = components[kind.data.__name__] | {
            "title": kind.title["en"],
            "description": kind.doc,
        }
    return {
        "$schema": DIALECT,
        "title": "Lawkeep event",
        "type": "object",
        "properties": _envelope([kind.name for kind in kinds]),
        "required": ["id", "type", "occurred_at", "operator"],
        "additionalProperties": False,
        "allOf": [_rule(kind, {"$ref": f"#/$defs/{kind.name}"}) for kind in kinds],
        "$defs": defs,
    }


def type_schema(kind: FactType) -> dict[str, Any]:
    """The schema of the events of one type: the same, without the others."""
    return event_schema(Vocabulary([kind]))
