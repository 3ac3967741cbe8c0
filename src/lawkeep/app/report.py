"""The words that a reader of an audit needs: duties, citations, events, rows, caveats."""

from collections.abc import Callable, Iterable, Sequence

from lawkeep.app.deadlines import deadline
from lawkeep.documents.exposures import LIMIT
from lawkeep.documents.inputs import DutyView, EventView, ReportInput, Role
from lawkeep.documents.views import STATES, finding_weights, ordered
from lawkeep.documents.words import cite
from lawkeep.judge.form import Form, compile_duty, legs_of
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from lawkeep.model.finding import Audit, Finding, Text
from lawkeep.model.time import parse_instant
from lawkeep.model.vocabulary import Vocabulary

Chosen = Callable[[Iterable[str]], dict[str, Event]]


def report_input(
    audit: Audit,
    used: Sequence[Pack],
    vocabulary: Vocabulary,
    chosen: Chosen,
    *,
    name: Text | None,
    zone: str,
) -> ReportInput:
    """The audit with its words. `chosen(ids)`: those events; only what a page shows is asked."""
    titles = {kind.name: Text(**kind.title) for kind in vocabulary.types.values()}
    wanted = {i for f in shown(audit) for i in (*f.events, f.opening, f.opening.partition(":")[2])}
    events = {i: event_view(e, titles) for i, e in chosen(wanted - {""}).items()}
    rows = {row.row: row.conduct for p in used for row in p.rows.values() if row.conduct}
    seen = {f.duty for f in audit.findings}
    return ReportInput(
        audit=audit,
        name=name,
        zone=zone,
        events=events,
        duties={
            duty.duty: duty_view(duty, pack)
            for pack in used
            for duty in pack.duties
            if duty.duty in seen
        },
        instruments=instruments(used),
        row_titles=rows,
        caveats={code: text for p in used for code, text in p.caveats.items()},
        event_titles=titles,
        notes=tuple(p.head.disclaimer for p in used),
        only_drafts=all(c.status == "draft" for p in used for d in p.duties for c in d.cites),
    )


def shown(audit: Audit) -> list[Finding]:
    """The findings that a page lists."""
    weights = finding_weights(audit.exposure)
    found: list[Finding] = []
    for state in STATES:
        found += ordered([f for f in audit.findings if f.state == state], weights)[:LIMIT]
    return found


def instruments(used: Iterable[Pack]) -> dict[str, Text]:
    """Short names of the instruments of packs."""
    return {i.id: i.short for p in used for i in p.instruments.values()}


def event_view(event: Event, titles: dict[str, Text]) -> EventView:
    """An event as a reader sees it."""
    return EventView(
        type=event.type,
        title=titles[event.type],
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        source=event.source,
        keys=event.keys,
        actor=event.actor,
        holds_from=_instant(event, "from"),
        holds_to=_instant(event, "to"),
    )


def _instant(event: Event, name: str) -> int | None:
    """An instant in the data of an event, if the field is there and is one."""
    value = event.data.get(name)
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except LawkeepError:
        return None


def duty_view(duty: Duty, pack: Pack) -> DutyView:
    """A duty in words."""
    form = compile_duty(duty, pack)
    names = instruments([pack])
    cited = [(*c.law.partition("@")[::2], c.article) for c in duty.cites]
    return DutyView(
        title=duty.title,
        summary=duty.summary,
        deadline=deadline(form, pack),
        pattern=duty.pattern,
        code=duty.code,
        citations=tuple(cite(law, day, article, names) for law, day, article in cited),
        roles=event_roles(form),
    )


def event_roles(form: Form) -> dict[str, Role]:
    """What an event of a type does for a duty; of several roles the one that decides most."""
    roles: dict[str, Role] = {}

    def put(role: Role, names: Iterable[str]) -> None:
        for name in names:
            roles[name] = role

    legs = [leg for d in form.demands for leg in legs_of(d)] + list(form.chain)
    for given in form.given:
        put("other", given.pick.types)
    if form.newest is not None:
        put("other", form.newest.types)
    if form.known_by is not None:
        put("trigger", form.known_by.types)
    for picks, role in ((form.triggers, "trigger"), (form.unless, "release")):
        for pick in picks:
            put("trigger" if role == "trigger" else "release", pick.types)
    for leg in legs:
        for pick in leg.undone_by:
            put("undo", pick.types)
    for pick in form.contrary:
        put("contrary", pick.types)
    for leg in legs:
        put("demand", leg.pick.types)
    return roles
