"""Why a duty was charged, or why not: law in force, role, coverage, triggers, one by one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from lawkeep.app.deadlines import deadline
from lawkeep.app.question import Question
from lawkeep.app.reasons import (
    Check,
    Trigger,
    check_coverage,
    check_force,
    check_role,
    check_triggers,
)
from lawkeep.app.records import Distinct, Records
from lawkeep.documents.words import cite
from lawkeep.judge.exposure import exposure
from lawkeep.judge.form import compile_duty
from lawkeep.judge.outcome import Judged
from lawkeep.judge.reference import judge_pack
from lawkeep.judge.world import World
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack
from lawkeep.model.errors import error
from lawkeep.model.event import Event
from lawkeep.model.finding import Exposure, Finding, Text
from lawkeep.model.vocabulary import nearest

MOST_TRIGGERS = 20


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of one duty, in the order in which it was asked.

    `triggers`: records that could have opened it, each with whether it did. `findings`: those in
    question; `exposure`: rows that they open. `events`: what the findings rest on.
    """

    operator: str
    as_of: int
    zone: str
    duty: str
    code: str
    title: Text
    summary: Text
    deadline: Text
    citations: tuple[Text, ...]
    note: Text | None
    checks: tuple[Check, ...]
    triggers: tuple[Trigger, ...]
    more_triggers: int
    findings: tuple[Finding, ...]
    exposure: tuple[Exposure, ...]
    events: dict[str, Event]


def explain(
    name: str, records: Records, used: Sequence[Pack], question: Question
) -> Iterator[Explanation]:
    """One explanation for each duty that `name` means: a duty's id or code, or the beginning of a
    finding's id (at least four digits).

    Errors: `finding_unknown`, `finding_ambiguous`, and those of reading.
    """
    first = Distinct()
    log = [event for event in records.events() if first(event)]
    as_of = question.as_of(used[0].calendar)
    named = [(p, d) for p in used for d in p.duties if name in (d.duty, d.code)]
    if named:
        for pack, duty in named:
            yield _explained(pack, duty, log, records, as_of, question, None)
        return
    pack, finding = _finding(name, log, used, records.operator, as_of, question.drafts)
    found = pack.duty(finding.duty)
    assert found is not None
    yield _explained(pack, found, log, records, as_of, question, finding.id)


def _finding(
    name: str, log: list[Event], used: Sequence[Pack], operator: str, as_of: int, drafts: bool
) -> tuple[Pack, Finding]:
    hits: list[tuple[Pack, Finding]] = []
    if len(name) >= 4 and set(name) <= set("0123456789abcdef"):
        for pack in used:
            judged, _, _ = judge_pack(log, pack, operator=operator, as_of=as_of, drafts=drafts)
            hits += [(pack, j.finding) for j in judged if j.finding.id.startswith(name)]
    if len(hits) > 1:
        raise error("finding_ambiguous", name=name, count=len(hits))
    if not hits:
        duties = [n for p in used for d in p.duties for n in (d.duty, d.code)]
        raise error("finding_unknown", name=name, **nearest(name, duties))
    return hits[0]


def _explained(
    pack: Pack,
    duty: Duty,
    log: list[Event],
    records: Records,
    as_of: int,
    question: Question,
    finding: str | None,
) -> Explanation:
    drafts, operator = question.drafts, records.operator
    form = compile_duty(duty, pack)
    judged, _, world = judge_pack(
        log, pack, operator=operator, as_of=as_of, drafts=drafts, only=frozenset({duty.duty})
    )
    chosen = [j for j in judged if _chosen(j, question, pack, finding)]
    triggers = [t for t in check_triggers(world, form, drafts) if _about(t.keys, question.keys)]
    if finding is not None:
        opened = {i for j in chosen for i in (j.finding.opening, *j.finding.events)}
        triggers = [t for t in triggers if t.event in opened]
    triggers.sort(key=lambda t: (not t.counts, t.at, t.event))
    checks = (
        check_force(world, form, drafts),
        check_role(world, form),
        *check_coverage(world, form, [j.finding for j in chosen] if finding else []),
    )
    names = {i.id: i.short for i in pack.instruments.values()}
    wanted = {i for j in chosen for i in j.finding.events}
    return Explanation(
        operator=operator,
        as_of=as_of,
        zone=str(pack.calendar.zone),
        duty=duty.duty,
        code=duty.code,
        title=duty.title,
        summary=duty.summary,
        deadline=deadline(form, pack),
        citations=tuple(cite(*c.law.partition("@")[::2], c.article, names) for c in duty.cites),
        note=duty.note,
        checks=checks,
        triggers=tuple(triggers[:MOST_TRIGGERS]),
        more_triggers=max(0, len(triggers) - MOST_TRIGGERS),
        findings=tuple(j.finding for j in chosen),
        exposure=_opened(judged, world, pack, as_of, drafts, chosen, records.place),
        events={e.id: e for e in log if e.id in wanted},
    )


def _chosen(judged: Judged, question: Question, pack: Pack, finding: str | None) -> bool:
    if finding is not None:
        return judged.finding.id == finding
    return question.shows(judged.finding, pack.calendar)


def _about(keys: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(keys.get(kind) == value for kind, value in wanted.items())


def _opened(
    judged: list[Judged],
    world: World,
    pack: Pack,
    as_of: int,
    drafts: bool,
    chosen: Iterable[Judged],
    place: str | None,
) -> tuple[Exposure, ...]:
    ids = {j.finding.id for j in chosen}
    rows = exposure(judged, world, pack, as_of=as_of, drafts=drafts, place=place)
    return tuple(row for row in rows if ids & set(row.findings))
