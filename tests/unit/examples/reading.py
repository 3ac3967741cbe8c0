"""Events of the example folders, read once."""

from functools import cache
from pathlib import Path

from lawkeep.app import vocabulary
from lawkeep.ingest.folder import read_folder
from lawkeep.model.event import Event

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
VOCABULARY = vocabulary()


@cache
def read(folder: str) -> tuple[Event, ...]:
    """All events of `guangdong-2017/audio-platform` and the like."""
    return tuple(read_folder(EXAMPLES / folder).events(VOCABULARY))


def ours(event: Event) -> bool:
    """Whether it comes from the operator's own records, not from the authority's file."""
    return not event.id.startswith("notice-2017-09-17-")
