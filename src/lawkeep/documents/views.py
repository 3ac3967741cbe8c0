"""From an audit to what the templates show: order, words, pictures. No markup of its own."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from markupsafe import Markup

from lawkeep.documents import moments, words
from lawkeep.documents.charts import Scale
from lawkeep.documents.exposures import LIMIT, MET_LIMIT, ActView, acts_of, weight
from lawkeep.documents.imposed import ImposedView, imposed_of
from lawkeep.documents.inputs import DutyView, EventView, ReportInput
from lawkeep.documents.timeline import Language, timeline
from lawkeep.model.finding import Exposure, Finding, State, Text

STATES: tuple[State, ...] = ("breached", "open", "pending", "met")
EVENTS = 50
"""How many records of one finding a page lists."""


class Moment(msgspec.Struct, frozen=True):
    """An instant for the page: what people read and the `datetime` attribute."""

    shown: str
    machine: str


class EventRow(msgspec.Struct, frozen=True):
    """A record that a finding rests on. `later`: how much later it was written down."""

    title: Text
    type: str
    occurred: Moment
    recorded: Moment
    later: Text | None
    source: str
    actor: str


class Closer(msgspec.Struct, frozen=True):
    """A record that would close an open finding or a gap."""

    type: str
    title: Text | None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One finding as shown. `all_events`: how many records it rests on, shown or not."""

    anchor: str
    id: str
    state: State
    code: str
    title: Text
    summary: Text
    demand: Text | None
    deadline: Text | None
    keys: tuple[tuple[Text, str], ...]
    citation: Text
    status: str
    also: tuple[Text, ...]
    basis: str
    basis_words: Text
    caveats: tuple[Text, ...]
    reason: Text | None
    trigger: Moment
    due: Moment | None
    decided: Moment | None
    acts: tuple[ActView, ...]
    missing: tuple[Closer, ...]
    events: tuple[EventRow, ...]
    all_events: int
    picture_zh: Markup
    picture_en: Markup


class BoardRow(msgspec.Struct, frozen=True):
    """A duty: findings per state in the order of `STATES`, and what they cite first."""

    duty: str
    code: str
    title: Text
    citations: tuple[Text, ...]
    counts: tuple[int, int, int, int]
    bases: tuple[str, ...]


class Gap(msgspec.Struct, frozen=True):
    """A duty that could not be asked."""

    code: str
    title: Text
    closers: tuple[Closer, ...]


class OperatorView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the page shows about one operator."""

    anchor: str
    name: Text
    id: str
    as_of: Moment
    zone: str
    counts: dict[State, int]
    cards: dict[State, tuple[Card, ...]]
    board: tuple[BoardRow, ...]
    acts: tuple[ActView, ...]
    all_acts: int
    highest: ActView | None
    imposed: tuple[ImposedView, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[Text, ...]
    packs: tuple[tuple[str, str, str], ...]
    policy: tuple[tuple[str, str], ...]
    engine: str
    drafts: bool


def moment(instant: int, zone: str) -> Moment:
    """The instant in law time."""
    return Moment(moments.minute(instant, zone), moments.machine(instant, zone))


def operator_view(given: ReportInput, place: int, scale: Scale) -> OperatorView:
    """The view of one operator; `place` (from 0) makes the anchors unique on the page."""
    audit = given.audit
    anchor = f"op{place + 1}"
    acts = acts_of(given, anchor, scale)
    by_finding: defaultdict[str, list[ActView]] = defaultdict(list)
    for act in acts:
        for finding_id in act.findings:
            by_finding[finding_id].append(act)
    weights = finding_weights(audit.exposure)
    grouped: defaultdict[State, list[Finding]] = defaultdict(list)
    for finding in audit.findings:
        grouped[finding.state].append(finding)
    cards = {
        state: tuple(
            _card(f, given, by_finding.get(f.id, []), f"{anchor}-{state}{n + 1}")
            for n, f in enumerate(
                ordered(grouped[state], weights)[: MET_LIMIT if state == "met" else LIMIT]
            )
        )
        for state in STATES
    }
    standing = [act for act in acts if act.look == "standing"]
    return OperatorView(
        anchor=anchor,
        name=given.name or words.plain(audit.operator),
        id=audit.operator,
        as_of=moment(audit.judged_as_of, given.zone),
        zone=given.zone,
        counts={state: len(grouped[state]) for state in STATES},
        cards=cards,
        board=_board(given),
        acts=tuple(act for act in acts if act.anchor),
        all_acts=len(acts),
        highest=standing[0] if standing else None,
        imposed=imposed_of(given),
        gaps=tuple(
            Gap(gap.code, gap.title, tuple(_closer(t, given) for t in gap.types))
            for gap in audit.coverage_gaps
        ),
        notes=given.notes,
        packs=tuple(
            (pack, facts.get("version", ""), facts.get("sha256", ""))
            for pack, facts in sorted(audit.law.packs.items())
        ),
        policy=tuple(sorted((str(k), str(v)) for k, v in audit.law.policy.items())),
        engine=audit.law.engine,
        drafts=audit.law.drafts,
    )


def finding_weights(exposure: Iterable[Exposure]) -> dict[str, tuple[float, float]]:
    """Per finding the heaviest exposure that names it; absorbed and barred rows weigh nothing."""
    out: dict[str, tuple[float, float]] = {}
    for row in exposure:
        for finding_id in row.findings:
            out[finding_id] = max(out.get(finding_id, (0.0, 0.0)), weight(row))
    return out


def ordered(
    findings: Sequence[Finding], weights: Mapping[str, tuple[float, float]]
) -> list[Finding]:
    """By exposure (heaviest first), then due time, then trigger, then id."""

    def key(f: Finding) -> tuple[float, float, int, int, str]:
        most, least = weights.get(f.id, (0.0, 0.0))
        return (-most, -least, f.due_at if f.due_at is not None else f.trigger, f.trigger, f.id)

    return sorted(findings, key=key)


def _card(f: Finding, given: ReportInput, acts: list[ActView], anchor: str) -> Card:
    duty = given.duties.get(f.duty)
    zone, as_of = given.zone, given.audit.judged_as_of
    shown = [e for e in dict.fromkeys(f.events) if e in given.events]
    return Card(
        anchor=anchor,
        id=f.id,
        state=f.state,
        code=f.code,
        title=duty.title if duty else words.plain(f.duty),
        summary=f.summary,
        demand=duty.summary if duty else None,
        deadline=duty.deadline if duty else None,
        keys=_keys({**f.keys, **f.for_each}),
        citation=words.citation(f.citation, given.instruments),
        status=f.citation.status,
        also=words.citations(f.also_cited, given.instruments),
        basis=f.basis,
        basis_words=words.BASES[f.basis],
        caveats=tuple(words.look_up(c, given.caveats, words.CAVEATS) for c in f.caveats),
        reason=words.look_up(f.reason, given.reasons, words.REASONS) if f.reason else None,
        trigger=moment(f.trigger, zone),
        due=moment(f.due_at, zone) if f.due_at is not None else None,
        decided=moment(f.decided_at, zone) if f.decided_at is not None else None,
        acts=tuple(acts),
        missing=tuple(_closer(t, given) for t in f.missing),
        events=tuple(_event(given.events[e], zone) for e in shown[:EVENTS]),
        all_events=len(shown),
        picture_zh=_picture(f, given, duty, as_of, "zh"),
        picture_en=_picture(f, given, duty, as_of, "en"),
    )


def _picture(
    f: Finding, given: ReportInput, duty: DutyView | None, as_of: int, language: Language
) -> Markup:
    drawn = timeline(f, given.events, duty, as_of, given.zone, language)
    return Markup(drawn)  # noqa: S704 - the picture escapes every piece of data itself


def _event(event: EventView, zone: str) -> EventRow:
    late = event.recorded_at - event.occurred_at
    return EventRow(
        title=event.title,
        type=event.type,
        occurred=moment(event.occurred_at, zone),
        recorded=moment(event.recorded_at, zone),
        later=moments.span(late) if late >= moments.HOUR else None,
        source=event.source or "",
        actor=event.actor or "",
    )


def _closer(type_: str, given: ReportInput) -> Closer:
    return Closer(type_, given.event_titles.get(type_))


def _keys(keys: Mapping[str, str]) -> tuple[tuple[Text, str], ...]:
    return tuple((words.look_up(kind, words.KEYS), value) for kind, value in keys.items())


def _board(given: ReportInput) -> tuple[BoardRow, ...]:
    counts: defaultdict[str, Counter[State]] = defaultdict(Counter)
    codes: dict[str, str] = {}
    cited: defaultdict[str, list[Text]] = defaultdict(list)
    bases: defaultdict[str, set[str]] = defaultdict(set)
    for f in given.audit.findings:
        counts[f.duty][f.state] += 1
        codes[f.duty] = f.code
        cited[f.duty].append(words.citation(f.citation, given.instruments))
        bases[f.duty].add(f.basis)
    rows = []
    for name, count in counts.items():
        duty = given.duties.get(name)
        rows.append(
            BoardRow(
                duty=name,
                code=codes[name],
                title=duty.title if duty else words.plain(name),
                citations=tuple(dict.fromkeys(cited[name])),
                counts=(count["breached"], count["open"], count["pending"], count["met"]),
                bases=tuple(sorted(bases[name] - {"text"})),
            )
        )
    return tuple(
        sorted(
            rows, key=lambda r: (*(-min(c, 1) for c in r.counts), *(-c for c in r.counts), r.code)
        )
    )


__all__ = [
    "EVENTS",
    "LIMIT",
    "STATES",
    "Card",
    "OperatorView",
    "finding_weights",
    "operator_view",
    "ordered",
]
