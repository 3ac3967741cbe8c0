"""What every store of the ledger hands out: entries, answers to an append, and its head."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from lawkeep.ledger.merkle import leaf_hash
from lawkeep.model.event import Event
from lawkeep.model.time import to_instant


@dataclass(frozen=True)
class Entry:
    """One event as it is stored. `raw` is what was hashed; `id` and `type` stand in it too.

    `seq` counts from 0 without a gap. Times are microseconds of UTC.
    """

    seq: int
    id: str
    type: str
    raw: bytes

    @cached_property
    def event(self) -> Event:
        """The stored bytes as an event."""
        return decode(self.raw)

    @property
    def occurred_at(self) -> int:
        return self.event.occurred_at

    @property
    def recorded_at(self) -> int:
        return self.event.recorded_at

    @cached_property
    def leaf(self) -> bytes:
        """The RFC 6962 leaf hash of the stored bytes."""
        return leaf_hash(self.raw)


@dataclass(frozen=True)
class Appended:
    """The answer to an append: the places of the new entries, and how many were there already.

    `first` and `last` are None when nothing was added.
    """

    first: int | None
    last: int | None
    added: int
    same: int


@dataclass(frozen=True)
class Head:
    """How many entries the ledger has, the root of their Merkle tree (32 bytes), and the signed
    checkpoint over both, None if the ledger has no key."""

    size: int
    root: bytes
    checkpoint: bytes | None = None


@dataclass(frozen=True)
class Stats:
    """Figures of a ledger. `event_bytes`: of the stored events; `file_bytes`: of its storage."""

    origin: str
    created_at: int
    size: int
    root: bytes
    by_type: dict[str, int]
    first_recorded_at: int | None
    last_recorded_at: int | None
    event_bytes: int
    file_bytes: int


class _Envelope(msgspec.Struct, frozen=True):
    """The stored form of `lawkeep.model.event.Event`: times are text."""

    id: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    operator: str
    keys: dict[str, str]
    data: dict[str, Any]
    evidence: tuple[str, ...] = ()
    actor: str | None = None
    source: str | None = None
    corrects: str | None = None


class Names(msgspec.Struct, gc=False):
    """What searches use of a stored event, without reading the rest of it."""

    id: str
    type: str
    recorded_at: str


_DECODER = msgspec.json.Decoder(_Envelope)
names = msgspec.json.Decoder(Names).decode


def decode(raw: bytes) -> Event:
    """The event of stored bytes. Raises ValueError if they are not those of an event."""
    try:
        stored = _DECODER.decode(raw)
    except msgspec.MsgspecError as problem:
        raise ValueError(str(problem)) from None
    if stored.occurred_at.tzinfo is None or stored.recorded_at.tzinfo is None:
        raise ValueError("a time without an offset from UTC")
    return Event(
        id=stored.id,
        type=stored.type,
        occurred_at=to_instant(stored.occurred_at),
        recorded_at=to_instant(stored.recorded_at),
        operator=stored.operator,
        keys=stored.keys,
        data=stored.data,
        evidence=stored.evidence,
        actor=stored.actor,
        source=stored.source,
        corrects=stored.corrects,
    )
