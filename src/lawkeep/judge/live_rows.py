"""Findings as live judging keeps them, and back."""

from dataclasses import dataclass

import msgspec

from lawkeep.judge.live_store import Row
from lawkeep.model.event import Event
from lawkeep.model.finding import Finding

_JSON = msgspec.json.Encoder(order="sorted")


def encode_json(value: object) -> str:
    """Canonical JSON."""
    return _JSON.encode(value).decode()


@dataclass(frozen=True)
class LiveFinding:
    """A finding as live judging keeps it. `duty`: `pack/duty`. Instants in microseconds of UTC."""

    id: str
    duty: str
    state: str
    reason: str | None
    trigger: int
    due_at: int | None
    decided_at: int | None
    events: tuple[str, ...]
    keys: dict[str, str]
    for_each: dict[str, str]


def what_of(data: dict[str, object]) -> str:
    """What a `finding.judged` says of its finding, to be compared."""
    names = ("state", "reason", "due_at", "decided_at", "evidence_ids")
    return encode_json([data.get(name) for name in names])


def row_of(number: int, label: str, finding: Finding) -> Row:
    """A finding as it is kept."""
    return Row(
        number,
        label,
        finding.id,
        finding.state,
        finding.reason,
        finding.trigger,
        finding.due_at,
        finding.decided_at,
        encode_json(finding.events),
        encode_json(finding.keys),
        encode_json(finding.for_each),
        None,
    )


def live_finding(row: Row, names: dict[int, str]) -> LiveFinding:
    """A kept row as a finding."""
    return LiveFinding(
        row.id,
        names[row.plan],
        row.state,
        row.reason,
        row.trigger,
        row.due_at,
        row.decided_at,
        tuple(msgspec.json.decode(row.events)),
        msgspec.json.decode(row.keys),
        msgspec.json.decode(row.for_each),
    )


def withdrawn(number: int, name: str, told: Event, now: int) -> Row:
    """A finding that the ledger was told of (by `told`) and that does not arise."""
    keys = encode_json(told.keys)
    return Row(number, "?", name, "withdrawn", None, now, None, None, "[]", keys, "{}", now)
