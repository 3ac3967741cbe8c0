"""Findings to a ledger: what is new or changed since the ledger was last told.

A finding is written when its state, reason, due time, decision or evidence differs from what the
ledger says for that date or an earlier one; one that no longer arises is written as withdrawn.
All is appended together or not at all.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

import lawkeep.app.errors  # noqa: F401  (registers the codes of this room)
from lawkeep.app.audits import Audited
from lawkeep.ledger import Ledger
from lawkeep.ledger.keys import read_key
from lawkeep.model.errors import error
from lawkeep.model.event import Event, imported_id
from lawkeep.model.finding import Finding
from lawkeep.model.time import format_instant

SOURCE = "lawkeep audit"
MOST_EVIDENCE = 200
"""Ids of evidence in an event; a finding with more names the first ones, by time."""


def record_findings(path: Path, audited: Audited, *, now: int, signer: Path | None = None) -> int:
    """Append to a ledger, which is made if it is not there; the number of events added.

    Errors: `append_hypothetical`, `append_as_proved`, `append_other_operator`, those of the ledger.
    """
    if audited.question.moved_to is not None:
        raise error("append_hypothetical")
    if audited.proved is not None:
        raise error("append_as_proved")
    fresh = not path.exists()
    key = None if signer is None else read_key(signer)
    if fresh:
        name = key.name if key else origin_of(audited.audit.operator)
        Ledger.create(path, name, now, signer=key).close()
    try:
        with Ledger.open(path, signer=key) as ledger:
            known = _Known(ledger, audited.audit.operator, audited.audit.judged_as_of, path)
            return ledger.append(_events(audited, known, now)).added
    except BaseException:
        if fresh:
            path.unlink(missing_ok=True)
        raise


def origin_of(operator: str) -> str:
    """The name of a ledger that nobody named: that of its operator."""
    plain = "".join(c if c.isprintable() and c not in " +" else "-" for c in operator)
    return f"lawkeep/{plain}"[:200]


class _Known:
    """What the ledger says as of an instant: per finding the last word, and the law loaded."""

    def __init__(self, ledger: Ledger, operator: str, as_of: int, path: Path) -> None:
        self.findings: dict[str, Event] = {}
        self.law: Event | None = None
        for entry in ledger.read(types=("finding.judged", "law.loaded")):
            event = entry.event
            if event.operator != operator:
                raise error("append_other_operator", path=str(path), found=event.operator)
            if event.occurred_at > as_of:
                continue
            if event.type == "law.loaded":
                self.law = _later(self.law, event)
            else:
                name = str(event.data.get("finding"))
                self.findings[name] = _later(self.findings.get(name), event)
        first = next(ledger.read(end=1), None)
        if first is not None and first.event.operator != operator:
            raise error("append_other_operator", path=str(path), found=first.event.operator)


def _later(old: Event | None, new: Event) -> Event:
    return new if old is None or new.occurred_at >= old.occurred_at else old


def _events(audited: Audited, known: _Known, now: int) -> Iterator[Event]:
    result = audited.audit
    law = {
        "packs": {name: dict(pack) for name, pack in result.law.packs.items()},
        "policy": dict(result.law.policy),
    }
    if known.law is None or known.law.data != law:
        yield _event("law.loaded", {}, law, known.law, audited, now)
    hashes = {name: pack["sha256"] for name, pack in result.law.packs.items()}
    hashes |= {f"{name}.policy": digest for name, digest in result.law.policy.items()}
    arisen = set()
    for finding in audited.all_findings:
        arisen.add(finding.id)
        said = _data(finding)
        before = known.findings.get(finding.id)
        if before is None or {n: before.data.get(n) for n in _SAID} != {
            n: said.get(n) for n in _SAID
        }:
            yield _event(
                "finding.judged", finding.keys, said | {"law": hashes}, before, audited, now
            )
    asked = frozenset(_asked(audited))
    for name, before in known.findings.items():
        gone = name not in arisen and before.data.get("duty") in asked
        if gone and before.data.get("state") != "withdrawn":
            data = {
                "finding": name,
                "duty": before.data["duty"],
                "state": "withdrawn",
                "law": hashes,
            }
            yield _event("finding.judged", before.keys, data, before, audited, now)


_SAID = ("state", "reason", "due_at", "decided_at", "evidence_ids")


def _data(finding: Finding) -> dict[str, Any]:
    due, decided = finding.due_at, finding.decided_at
    data = {
        "finding": finding.id,
        "duty": finding.duty,
        "state": finding.state,
        "reason": finding.reason,
        "due_at": None if due is None else format_instant(due),
        "decided_at": None if decided is None else format_instant(decided),
        "evidence_ids": list(finding.events[:MOST_EVIDENCE]),
    }
    return {name: value for name, value in data.items() if value is not None}


def _asked(audited: Audited) -> Iterable[str]:
    """The duties that this audit could have found something about."""
    question = audited.question
    for pack in audited.packs:
        for duty in pack.duties:
            named = not question.only or question.only & {duty.duty, duty.code}
            if named and pack.spans_of(duty, question.drafts):
                yield duty.duty


def _event(
    kind: str,
    keys: dict[str, str],
    data: dict[str, Any],
    before: Event | None,
    audited: Audited,
    now: int,
) -> Event:
    """The id follows from what is said, of when, and after what: saying it twice adds nothing."""
    operator, as_of = audited.audit.operator, audited.audit.judged_as_of
    after = None if before is None else before.id
    raw = msgspec.json.encode([operator, kind, keys, data, as_of, after], order="sorted")
    return Event(
        id=imported_id(SOURCE, 0, raw),
        type=kind,
        occurred_at=as_of,
        recorded_at=now,
        operator=operator,
        keys=keys,
        data=data,
        source=SOURCE,
    )
