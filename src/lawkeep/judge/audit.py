"""One operator's records judged: findings, exposure and coverage gaps of every pack that applies."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from lawkeep.judge.exposure import exposure, imposed
from lawkeep.judge.outcome import Judged
from lawkeep.judge.world import World
from lawkeep.law.pack import Pack
from lawkeep.model.finding import (
    Audit,
    Citation,
    CoverageGap,
    Exposure,
    Finding,
    Fine,
    LawUsed,
    Step,
    Text,
)
from lawkeep.model.time import format_local


class Engine(Protocol):
    """One way to compute the judge: all give the same findings (`judge.reference.judge_pack`)."""

    def __call__(
        self, pack: Pack, /, *, operator: str, as_of: int, drafts: bool, only: frozenset[str]
    ) -> tuple[list[Judged], list[CoverageGap], World]: ...


def audit(
    engine: Engine,
    packs: Iterable[Pack],
    *,
    operator: str,
    as_of: int,
    jurisdictions: frozenset[str],
    engine_name: str,
    drafts: bool = False,
    only: frozenset[str] = frozenset(),
    place: str | None = None,
    keep: Callable[[Finding], bool] | None = None,
) -> Audit:
    """Judge under each pack of the operator's jurisdictions.

    `keep`: which findings are shown; exposure is computed from all, and shown where it rests on
    one that is kept. `place`: where the operator is, for discretion standards. Findings are ordered by state (breached, open, pending, met), then due time.
    """
    findings: list[Finding] = []
    exposures: list[Exposure] = []
    gaps: list[CoverageGap] = []
    measures: list[dict[str, Any]] = []
    used = [p for p in packs if p.head.jurisdiction in jurisdictions]
    for pack in used:
        judged, missing, world = engine(
            pack, operator=operator, as_of=as_of, drafts=drafts, only=only
        )
        exposures += exposure(judged, world, pack, as_of=as_of, drafts=drafts, place=place)
        findings += [j.finding for j in judged]
        gaps += missing
        measures = measures or imposed(world)  # the same events under every pack
    if keep is not None:
        findings = [f for f in findings if keep(f)]
        shown = {f.id for f in findings}
        exposures = [e for e in exposures if shown & set(e.findings)]
    findings.sort(key=order)
    return Audit(
        operator=operator,
        judged_as_of=as_of,
        law=LawUsed(
            packs={p.id: {"version": p.head.version, "sha256": p.sha256} for p in used},
            policy={p.id: p.policy_sha256 for p in used},
            drafts=drafts,
            engine=engine_name,
        ),
        findings=tuple(findings),
        exposure=tuple(exposures),
        coverage_gaps=tuple(gaps),
        notes={"imposed": measures} if measures else {},
    )


_ORDER = {"breached": 0, "open": 1, "pending": 2, "met": 3}


def order(finding: Finding) -> tuple[int, int, str, str]:
    """What matters first: breached, then open, pending, met; the earliest due first."""
    due = finding.due_at if finding.due_at is not None else finding.trigger
    return (_ORDER[finding.state], due, finding.code, finding.id)


def as_json(result: Audit, zone: ZoneInfo) -> dict[str, Any]:
    """The audit as JSON values; instants as RFC 3339 in law time (`docs/reference/audit-json.md`)."""

    def moment(instant: int | None) -> str | None:
        return None if instant is None else format_local(instant, zone)

    return {
        "operator": result.operator,
        "judged_as_of": moment(result.judged_as_of),
        "law": {
            "packs": result.law.packs,
            "policy": result.law.policy,
            "drafts": result.law.drafts,
            "engine": result.law.engine,
        },
        "findings": [_finding(f, moment) for f in result.findings],
        "exposure": [_exposure(e) for e in result.exposure],
        "coverage_gaps": [
            {"duty": g.duty, "code": g.code, "types": list(g.types), "title": _text(g.title)}
            for g in result.coverage_gaps
        ],
        "notes": result.notes,
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _citation(citation: Citation) -> dict[str, str]:
    return {
        "instrument": citation.instrument,
        "edition": citation.edition,
        "article": citation.article,
        "status": citation.status,
    }


def _finding(finding: Finding, moment: Callable[[int | None], str | None]) -> dict[str, Any]:
    return {
        "id": finding.id,
        "duty": finding.duty,
        "code": finding.code,
        "state": finding.state,
        "reason": finding.reason,
        "basis": finding.basis,
        "citation": _citation(finding.citation),
        "also_cited": [_citation(c) for c in finding.also_cited],
        "caveats": list(finding.caveats),
        "keys": finding.keys,
        "for_each": finding.for_each,
        "opening": finding.opening,
        "trigger": moment(finding.trigger),
        "due_at": moment(finding.due_at),
        "decided_at": moment(finding.decided_at),
        "cured_at": moment(finding.cured_at),
        "ended_at": moment(finding.ended_at),
        "events": list(finding.events),
        "missing": list(finding.missing),
        "act": finding.act,
        "summary": _text(finding.summary),
    }


def _fine(fine: Fine | None) -> dict[str, Any] | None:
    if fine is None:
        return None
    return {
        "min": fine.min,
        "max": fine.max,
        "of_gain": list(fine.of_gain) if fine.of_gain else None,
        "pct_turnover": fine.pct_turnover,
    }


def _exposure(row: Exposure) -> dict[str, Any]:
    persons = _fine(row.fine_persons)
    return {
        "act": row.act,
        "duties": list(row.duties),
        "instrument": row.instrument,
        "edition": row.edition,
        "article": row.article,
        "row": row.row,
        "tier": row.tier,
        "status": row.status,
        "opened": row.opened,
        "because": row.because,
        "must": list(row.must),
        "may": list(row.may),
        "fine_entity": _fine(row.fine_entity),
        "fine_persons": persons and {"min": persons["min"], "max": persons["max"]},
        "currency": row.currency,
        "absorbed_by": row.absorbed_by,
        "barred": row.barred,
        "needs_lawyer": row.needs_lawyer,
        "caveats": list(row.caveats),
        "findings": list(row.findings),
        "discretion": [_step(step) for step in row.discretion],
    }


def _step(step: Step) -> dict[str, Any]:
    persons = _fine(step.fine_persons)
    return {
        "id": step.id,
        "authority": step.authority,
        "place": step.place,
        "effective": step.effective,
        "expires": step.expires,
        "step": _text(step.step),
        "circumstances": [_text(c) for c in step.circumstances],
        "fine_entity": _fine(step.fine_entity),
        "fine_persons": persons and {"min": persons["min"], "max": persons["max"]},
        "status": step.status,
        "source": step.source,
        "fits": step.fits,
    }
