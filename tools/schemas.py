"""docs/reference/schemas/: JSON Schemas of everything that people write or send by hand.

`make reference` writes them (tools/reference.py), from the same structs that the readers use.
"""

import json
from typing import Any

import msgspec

from lawkeep.app import vocabulary
from lawkeep.ingest import schemas as of_ingest
from lawkeep.law.duty import Duty
from lawkeep.law.pack import NotFormalised
from lawkeep.law.tables import (
    Bound,
    Discretion,
    Grading,
    Instrument,
    PackHead,
    Renumbering,
    Retention,
    Row,
    StateRule,
)
from lawkeep.model.finding import Text
from lawkeep.model.schema import event_schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"
# File of a pack: what it is, its top key (None: the struct itself) and the type below it.
_PACK: dict[str, tuple[str, str | None, Any]] = {
    "pack": ("Head of a law pack (pack.yaml)", None, PackHead),
    "duty": ("A duty of a law pack (duties/NAME.yaml)", None, Duty),
    "instruments": ("Instruments and editions (instruments.yaml)", "instruments", list[Instrument]),
    "sanctions": ("Sanction rows (sanctions.yaml)", "rows", list[Row]),
    "states": ("States built from events (states.yaml)", "states", dict[str, StateRule]),
    "policy": ("Policy numbers (policy.yaml)", "policy", dict[str, Bound]),
    "caveats": ("Caveats in words (caveats.yaml)", "caveats", dict[str, Text]),
    "grading": ("Grading annex (grading.yaml)", None, Grading),
    "discretion": ("Discretion standards (discretion.yaml)", "discretion", list[Discretion]),
    "divisions": ("Administrative divisions (divisions.yaml)", "divisions", dict[str, Text]),
    "renumbering": ("Renumbering of articles (renumbering.yaml)", "renumbering", list[Renumbering]),
    "retention": ("How long data is kept (retention.yaml)", "retention", list[Retention]),
    "not_formalised": ("What is no rule (not_formalised.yaml)", "rows", list[NotFormalised]),
}


def pages() -> dict[str, str]:
    """File name to text of each schema."""
    made = {f"pack-{name}": _pack(*parts) for name, parts in _PACK.items()}
    made |= of_ingest()
    made["event"] = event_schema(vocabulary())
    return {
        f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in sorted(made.items())
    }


def _pack(title: str, key: str | None, kind: Any) -> dict[str, Any]:
    (top,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    head = {"$schema": DRAFT, "title": title}
    if key is not None:
        top = {
            "type": "object",
            "properties": {key: top},
            "required": [key],
            "additionalProperties": False,
        }
    return {**head, **top, "$defs": dict(sorted(parts.items()))}
