"""Records of an operator to events: native lines, or files of other systems by a mapping.

`read_events` reads one file, `read_folder` a folder with its operator.yaml; both stream.
"""

from lawkeep.ingest import errors as _errors  # noqa: F401  (registers the codes of this room)
from lawkeep.ingest.mapping import Mapping, Placed, load_mappings
from lawkeep.ingest.read import load_mapping, read_events

__all__ = ["Mapping", "Placed", "load_mapping", "load_mappings", "read_events"]
