"""The event: a fact with its time, keys, data and evidence. Never edited, only corrected.

The stored bytes are `encode(event)`: sorted keys, UTF-8, no white space, times in UTC with six
digits. They are hashed as stored (RFC 6962 leaf), so no second canonical form is needed.
"""

from typing import Any
from uuid import UUID, uuid5

import msgspec

from lawkeep.model.errors import declare, error
from lawkeep.model.time import format_instant

MAX_BYTES = 65_535
MAX_ID = 128
MAX_KEY = 200
# Namespace of ids made for imported rows: UUIDv5 of the DNS name of the project.
IMPORT_NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")

declare(
    "event_too_large",
    "The event {id} takes {size} bytes; an event has at most 65,535.",
    "事件 {id} 占 {size} 字节，超过上限 65,535 字节。",
    "Store the large part as a file and name its SHA-256 in `evidence`.",
    "请将较大的内容另存为文件，并在 evidence 中写明其 SHA-256。",
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One fact.

    `occurred_at`, `recorded_at`: microseconds of UTC. `keys`: kind of key to opaque id. `data`:
    JSON values by field name, times inside as canonical UTC text. `evidence`: `sha256:` digests.
    Read one with `Vocabulary.event`, which checks it against its type.
    """

    id: str
    type: str
    occurred_at: int
    recorded_at: int
    operator: str
    keys: dict[str, str] = {}
    data: dict[str, Any] = {}
    evidence: tuple[str, ...] = ()
    actor: str | None = None
    source: str | None = None
    corrects: str | None = None


_ENCODER = msgspec.json.Encoder(order="sorted")


def as_json(event: Event) -> dict[str, Any]:
    """The envelope as JSON values; empty optional parts are left out."""
    fields: dict[str, Any] = {
        "id": event.id,
        "type": event.type,
        "occurred_at": format_instant(event.occurred_at),
        "recorded_at": format_instant(event.recorded_at),
        "operator": event.operator,
        "keys": event.keys,
        "data": event.data,
    }
    if event.evidence:
        fields["evidence"] = event.evidence
    for name in ("actor", "source", "corrects"):
        value = getattr(event, name)
        if value is not None:
            fields[name] = value
    return fields


def encode(event: Event) -> bytes:
    """The canonical bytes, at most 65,535. Error: `event_too_large`."""
    return _checked(event, _ENCODER.encode(as_json(event)))


def sameness(event: Event) -> bytes:
    """What two events with one id must share: all that the sender gave.

    `recorded_at` and `source` are left out, because Lawkeep fills them in when they are missing.
    """
    return _same_part(as_json(event))


def encode_both(event: Event) -> tuple[bytes, bytes]:
    """`encode` and `sameness` in one pass, for those who need both of many events."""
    fields = as_json(event)
    raw = _checked(event, _ENCODER.encode(fields))
    return raw, _same_part(fields)


def _checked(event: Event, raw: bytes) -> bytes:
    if len(raw) > MAX_BYTES:
        raise error("event_too_large", id=event.id, size=len(raw))
    return raw


def _same_part(fields: dict[str, Any]) -> bytes:
    del fields["recorded_at"]
    fields.pop("source", None)
    return _ENCODER.encode(fields)


def imported_id(source: str, row: int, raw: bytes) -> str:
    """UUIDv5 for a row without an id: importing a grown file again adds only what is new."""
    return str(uuid5(IMPORT_NAMESPACE, f"{source}\x00{row}\x00{raw.hex()}"))
