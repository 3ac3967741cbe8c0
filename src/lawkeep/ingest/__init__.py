"""Records of an operator to events: native lines, or files of other systems by a mapping.

`read_events` reads one file, `read_folder` a folder with its operator.yaml; both stream. `sniff`
drafts a mapping. `lawkeep.ingest.spool` keeps events in the Parquet file that the batch judge
reads; it needs the extra `analytics`, Parquet records too, and workbooks need `excel`.
"""

from typing import Any

import msgspec

from lawkeep.ingest import errors as _errors  # noqa: F401  (registers the codes of this room)
from lawkeep.ingest.folder import OperatorFolder, Source, read_folder
from lawkeep.ingest.mapping import Mapping, MappingList, Placed, load_mappings
from lawkeep.ingest.operator import OperatorForm
from lawkeep.ingest.read import load_mapping, read_events
from lawkeep.ingest.sniff import sniff


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schemas (2020-12) of the YAML files of this room: `mapping` and `operator`."""
    return {
        "mapping": _schema("Mapping of record files", [Mapping, MappingList]),
        "operator": _schema("Operator (operator.yaml)", [OperatorForm]),
    }


def _schema(title: str, forms: list[type]) -> dict[str, Any]:
    tops, parts = msgspec.json.schema_components(forms, ref_template="#/$defs/{name}")
    tops = tuple(tops)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    top = tops[0] if len(tops) == 1 else {"anyOf": list(tops)}
    return {**head, **top, "$defs": dict(sorted(parts.items()))}


__all__ = [
    "Mapping",
    "OperatorFolder",
    "OperatorForm",
    "Placed",
    "Source",
    "load_mapping",
    "load_mappings",
    "read_events",
    "read_folder",
    "schemas",
    "sniff",
]
