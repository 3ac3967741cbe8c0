"""Live findings to the ledger: each at the earliest moment at which it could be decided.

A finding is told once it is decided, and again when it is not what was told: a correction, never
an overwrite. The id of the event follows from what it says and after what, so that telling twice
adds nothing, whatever was interrupted.
"""

from typing import Any

import msgspec

from lawkeep.judge.live import Live
from lawkeep.judge.live_rows import encode_json, what_of
from lawkeep.judge.live_store import Row
from lawkeep.model.event import Event, imported_id
from lawkeep.model.time import format_instant

SOURCE = "lawkeep live"
MOST_EVIDENCE = 200
"""Ids of evidence in an event; a finding with more names the first ones, by time."""


def say(live: Live, now: int, *, batch: int = 1000) -> int:
    """Append `finding.judged` for all that may be told by now; how many events.

    `batch`: findings in one transaction. Errors: those of `Ledger.append`.
    """
    added = 0
    while rows := live.unsaid(now, batch):
        added += live.ledger.append(_events(live, rows, now)).added
        live.tell(rows)
    return added


def _events(live: Live, rows: list[Row], now: int) -> list[Event]:
    told = live.said(row.id for row in rows)
    events: list[Event] = []
    names = {number: name for name, number in live.numbers.items()}
    hashes = {p.id: p.sha256 for p in live.packs}
    hashes |= {f"{p.id}.policy": p.policy_sha256 for p in live.packs}
    for row in rows:
        duty = names.get(row.plan, "").partition("/")[2]
        earlier, what = told.get(row.id, (None, None))
        if earlier is None and row.state == "withdrawn":
            continue
        data = _data(row, duty)
        if not duty and earlier is not None:
            data["duty"] = earlier.data.get("duty")
        if what != what_of(data):
            events.append(_event(live, row, data | {"law": hashes}, earlier, now))
    return [*_law(live, now), *events] if events else []


def _data(row: Row, duty: str) -> dict[str, Any]:
    events: list[str] = msgspec.json.decode(row.events)
    if row.state == "withdrawn":
        return {"finding": row.id, "duty": duty, "state": row.state}
    data = {
        "finding": row.id,
        "duty": duty,
        "state": row.state,
        "reason": row.reason,
        "due_at": None if row.due_at is None else format_instant(row.due_at),
        "decided_at": None if row.decided_at is None else format_instant(row.decided_at),
        "evidence_ids": events[:MOST_EVIDENCE],
    }
    return {name: value for name, value in data.items() if value is not None}


def _event(live: Live, row: Row, data: dict[str, Any], earlier: Event | None, now: int) -> Event:
    after = None if earlier is None else earlier.id
    raw = encode_json([live.operator, data, after]).encode()
    assert row.unsaid is not None
    at = row.unsaid if earlier is None else max(row.unsaid, earlier.occurred_at)
    return Event(
        id=imported_id(SOURCE, 0, raw),
        type="finding.judged",
        occurred_at=at,
        recorded_at=now,
        operator=live.operator,
        keys=msgspec.json.decode(row.keys),
        data=data,
        source=SOURCE,
        corrects=after,
    )


def _law(live: Live, now: int) -> list[Event]:
    """Which law is in use, if the ledger was last told of another."""
    data = {
        "packs": {p.id: {"version": p.head.version, "sha256": p.sha256} for p in live.packs},
        "policy": {p.id: p.policy_sha256 for p in live.packs},
    }
    before = live.law_loaded()
    said = encode_json(data)
    if before == said:
        return []
    raw = encode_json([live.operator, data, before, now]).encode()
    return [
        Event(
            id=imported_id(SOURCE, 0, raw),
            type="law.loaded",
            occurred_at=now,
            recorded_at=now,
            operator=live.operator,
            data=data,
            source=SOURCE,
        )
    ]
