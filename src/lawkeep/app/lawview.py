"""Law packs as people ask about them: one duty as JSON, examples run, two dates compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

import lawkeep.app.errors  # noqa: F401  (registers the codes of this room)
from lawkeep.app.report import duty_view
from lawkeep.judge.form import as_list
from lawkeep.judge.reference import judge_pack
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack
from lawkeep.law.timeline import OPERATOR, read_timeline
from lawkeep.model.errors import error
from lawkeep.model.finding import Text
from lawkeep.model.vocabulary import Vocabulary, nearest


def duties_named(loaded: Sequence[Pack], name: str) -> list[tuple[Pack, Duty]]:
    """The duties of an id or code; one code may have several. Error: `duty_unknown`."""
    found = [(p, d) for p in loaded for d in p.duties if name in (d.duty, d.code)]
    if not found:
        known = [n for p in loaded for d in p.duties for n in (d.duty, d.code)]
        raise error("duty_unknown", name=name, **nearest(name, known))
    return found


def pack_json(pack: Pack) -> dict[str, Any]:
    """A pack in short."""
    return {
        "pack": pack.id,
        "version": pack.head.version,
        "title": msgspec.to_builtins(pack.head.title),
        "jurisdiction": pack.head.jurisdiction,
        "zone": pack.head.zone,
        "sha256": pack.sha256,
        "policy_sha256": pack.policy_sha256,
        "instruments": sorted(pack.instruments),
        "duties": [
            {
                "duty": d.duty,
                "code": d.code,
                "title": msgspec.to_builtins(d.title),
                "draft": all(c.status == "draft" for c in d.cites),
            }
            for d in pack.duties
        ],
    }


def duty_json(duty: Duty, pack: Pack) -> dict[str, Any]:
    """A duty as written, with its deadline and citations in words."""
    view = duty_view(duty, pack)
    written: dict[str, Any] = msgspec.to_builtins(duty)
    return {
        "pack": pack.id,
        **{k: v for k, v in written.items() if v not in (None, [], {})},
        "deadline": msgspec.to_builtins(view.deadline),
        "citations": msgspec.to_builtins(view.citations),
    }


@dataclass(frozen=True)
class ExampleResult:
    """How an example came out. `number` counts from 1 within its outcome."""

    duty: str
    expected: str
    number: int
    states: tuple[str, ...]
    passed: bool


def run_examples(pack: Pack, vocabulary: Vocabulary) -> list[ExampleResult]:
    """Every example of every duty, judged with drafts on. Errors: those of `read_timeline`."""
    results = []
    for duty in pack.duties:
        for expected in ("met", "breached", "open", "pending"):
            for number, text in enumerate(as_list(getattr(duty.examples, expected)), 1):
                timeline = read_timeline(
                    text, vocabulary, pack.head.zone, duty.applies_to, pack.head.jurisdiction
                )
                judged, _, _ = judge_pack(
                    timeline.events,
                    pack,
                    operator=OPERATOR,
                    as_of=timeline.as_of,
                    drafts=True,
                    only=frozenset({duty.duty}),
                )
                states = tuple(dict.fromkeys(str(j.finding.state) for j in judged))
                passed = _as_said(expected, set(states))
                results.append(ExampleResult(duty.duty, expected, number, states, passed))
    return results


def _as_said(expected: str, states: set[str]) -> bool:
    """At least one is; met: and none breached or open; open, pending: and none breached."""
    if expected not in states:
        return False
    if expected == "met":
        return not states & {"breached", "open"}
    return expected == "breached" or "breached" not in states


@dataclass(frozen=True)
class Change:
    """A duty that is not the same at two dates. `kind`: begins, ends, changes."""

    pack: str
    duty: str
    code: str
    title: Text
    kind: str
    cited_before: tuple[str, ...]
    cited_after: tuple[str, ...]
    rows_before: tuple[str, ...]
    rows_after: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "pack": self.pack,
            "duty": self.duty,
            "code": self.code,
            "title": msgspec.to_builtins(self.title),
            "kind": self.kind,
            "cited": {"before": list(self.cited_before), "after": list(self.cited_after)},
            "sanctions": {"before": list(self.rows_before), "after": list(self.rows_after)},
        }


def changes_between(pack: Pack, before: date, after: date, drafts: bool) -> Iterator[Change]:
    """The duties whose citations or sanction rows in force differ at the ends of two days."""
    for duty in pack.duties:
        old, new = (_in_force(pack, duty, d, drafts) for d in (before, after))
        if old == new:
            continue
        kind = "begins" if not old[0] else "ends" if not new[0] else "changes"
        yield Change(
            pack.id, duty.duty, duty.code, duty.title, kind, old[0], new[0], old[1], new[1]
        )


def _in_force(
    pack: Pack, duty: Duty, day: date, drafts: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    cites = pack.cites_at(duty, pack.calendar.day_end(day), drafts)
    rows: list[str] = []
    if isinstance(duty.sanctions, dict):
        cited = {c.law for c in cites}
        for law, names in duty.sanctions.items():
            if law in cited:
                rows += names
    return tuple(f"{c.law} {c.article}" for c in cites), tuple(rows)
