"""The outcome of a demand, and how outcomes become a finding. Shared by all engines.

`decided` is None only for pending. `evidence` holds each event once.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from lawkeep.judge.form import Form, Group, Leg
from lawkeep.judge.knowledge import Known
from lawkeep.judge.words import summary
from lawkeep.law.duty import Cite
from lawkeep.model.finding import Basis, Citation, Finding, State


@dataclass(frozen=True)
class Outcome:
    """State of one leg, or of several put together. `cured`: the first late demand."""

    state: State
    reason: str | None
    decided: int | None
    due: int | None
    evidence: tuple[Known, ...] = ()
    cured: Known | None = None
    ended: int | None = None
    missing: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A finding with what exposure needs of it: its act runs from `starts`; `covered_on`:
    whether the records of its demand reach the date judged at, so that no cure means none."""

    finding: Finding
    form: Form
    starts: int
    covered_on: bool
    demand: tuple[str, ...] = field(default_factory=tuple)


_RANK: dict[str, tuple[State, ...]] = {
    "all": ("breached", "open", "pending", "met"),
    "any": ("met", "pending", "open", "breached"),
}


def combine(mode: str, parts: list[Outcome]) -> Outcome:
    """`all`: breached if a leg is, else open, else pending, else met. `any`: the other way."""
    state = next(s for s in _RANK[mode] if any(p.state == s for p in parts))
    same = [p for p in parts if p.state == state]
    decided = [p.decided for p in parts if p.decided is not None]
    hit = [p.decided for p in same if p.decided is not None]
    first_wins = state == ("breached" if mode == "all" else "met")
    dues = [p.due for p in parts if p.due is not None]
    evidence = {e.id: e for p in parts for e in p.evidence}
    cures = [p.cured for p in same if p.cured is not None]
    whole = len(cures) == len(same)
    cured = None
    if state == "breached" and cures and (whole or mode == "any"):
        cured = (
            max(cures, key=lambda k: k.order)
            if mode == "all"
            else min(cures, key=lambda k: k.order)
        )
    ends = [p.ended for p in same]
    return Outcome(
        state,
        same[0].reason,
        None if state == "pending" else (min(hit) if first_wins else max(decided)),
        (min(dues) if mode == "all" else max(dues)) if dues else None,
        tuple(evidence.values()),
        cured,
        max((e for e in ends if e is not None), default=None) if None not in ends else None,
        tuple(dict.fromkeys(m for p in same for m in p.missing)),
        tuple(dict.fromkeys(m for p in parts for m in p.uncovered)),
    )


def tree(demand: Leg | Group, judge: Any) -> Outcome:
    """The outcome of a demand whose legs `judge(leg)` judges."""
    if isinstance(demand, Leg):
        outcome: Outcome = judge(demand)
        return outcome
    return combine(demand.mode, [tree(part, judge) for part in demand.legs])


def finding_id(
    operator: str, duty: str, opening: str, keys: dict[str, str], for_each: dict[str, str]
) -> str:
    """First 128 bits, in hex, of SHA-256 over the canonical JSON of what opened the obligation."""
    raw = msgspec.json.encode([operator, duty, opening, keys, for_each], order="sorted")
    return hashlib.sha256(raw).hexdigest()[:32]


def make_finding(
    *,
    operator: str,
    form: Form,
    cites: tuple[Cite, ...],
    caveats: tuple[str, ...],
    opening: str,
    keys: dict[str, str],
    for_each: dict[str, str],
    act: str,
    trigger: int,
    outcome: Outcome,
    policy: bool = False,
) -> Finding:
    """The finding of an outcome. `cites`: in force at the trigger, the first is shown first.

    `policy`: the deadline is a policy number, so a breach of it, or doubt about it, rests on
    policy (sentence 14).
    """
    citation, also_cited, own = cited(cites)
    evidence = sorted({e.id: e for e in outcome.evidence}.values(), key=lambda k: k.order)
    return Finding(
        id=finding_id(operator, form.id, opening, keys, for_each),
        duty=form.id,
        code=form.duty.code,
        state=outcome.state,
        reason=outcome.reason,
        basis=_basis(form, outcome, policy=policy),
        citation=citation,
        also_cited=also_cited,
        caveats=tuple(dict.fromkeys((*own, *caveats))),
        keys=keys,
        for_each=for_each,
        opening=opening,
        trigger=trigger,
        due_at=outcome.due,
        decided_at=outcome.decided,
        cured_at=outcome.cured.t if outcome.cured else None,
        ended_at=outcome.ended,
        events=tuple(e.id for e in evidence),
        act=act,
        summary=summary(form.duty, outcome.state, outcome.reason, cured=outcome.cured is not None),
        missing=outcome.missing if outcome.state == "open" else (),
    )


def cited(
    cites: tuple[Cite, ...],
) -> tuple[Citation, tuple[Citation, ...], tuple[str, ...]]:
    """The citation that is shown first, the others, and the caveats of all."""
    first, *others = [_citation(c) for c in cites]
    return first, tuple(others), tuple(dict.fromkeys(c for cite in cites for c in cite.caveats))


def _basis(form: Form, outcome: Outcome, *, policy: bool) -> Basis:
    doubtful = outcome.state == "breached" or outcome.reason == "judgement_needed"
    return "policy" if policy and doubtful and form.duty.basis == "text" else form.duty.basis


def _citation(cite: Cite) -> Citation:
    name, _, day = cite.law.partition("@")
    return Citation(name, day, cite.article, cite.status)
