"""The judge in plain Python: the meaning of `docs/explanation/judging.md`, sentence by sentence.

This engine is the arbiter: every other engine must give the same set of findings. What opens an
obligation stands in `judge.trigger`, what a demand comes to in `judge.demand`, duties that a state
opens in `judge.standing`. Numbers in brackets are the sentences of that page.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from lawkeep.judge.demand import backward, before_law, chain, forward, prohibition, retention
from lawkeep.judge.form import Condition, Form, Group, Leg, Part, compile_duty, legs_of, types_of
from lawkeep.judge.knowledge import Known, know
from lawkeep.judge.outcome import Judged, Outcome, make_finding, tree
from lawkeep.judge.standing import standing
from lawkeep.judge.trigger import Obligation, act_of, at_trigger, obligations
from lawkeep.judge.world import World
from lawkeep.law.calendar import CalendarUnknownError
from lawkeep.law.pack import Pack
from lawkeep.model.event import Event
from lawkeep.model.finding import CoverageGap

Rule = Callable[[World, Form, Leg, Obligation], Outcome]


def judge_pack(
    events: Iterable[Event],
    pack: Pack,
    *,
    operator: str,
    as_of: int,
    drafts: bool = False,
    only: frozenset[str] = frozenset(),
) -> tuple[list[Judged], list[CoverageGap], World]:
    """Findings and coverage gaps of one pack, as of an instant.

    `only`: ids or codes of duties to judge; empty: all. The world is returned for exposure.
    """
    world = World(know(events, as_of), pack, as_of)
    judged: list[Judged] = []
    gaps: list[CoverageGap] = []
    for duty in pack.duties:
        if only and not only & {duty.duty, duty.code}:
            continue
        form = compile_duty(duty, pack)
        spans = [s for s in world.duty_spans(form, drafts) if s[0] <= as_of]
        if not spans:
            continue
        found = list(judge_form(world, form, operator=operator, drafts=drafts))
        judged += found
        gap = coverage_gap(world, form, spans)
        if gap is not None and not found:
            gaps.append(gap)
    return judged, gaps, world


def judge_form(world: World, form: Form, *, operator: str, drafts: bool) -> Iterator[Judged]:
    """Findings of one duty."""
    if form.duty.while_ is not None and form.pattern != "prohibition":
        yield from standing(world, form, operator=operator, drafts=drafts)
        return
    for obligation in obligations(world, form):
        if not holds_at(world, form, obligation.start, drafts):
            continue
        if form.pattern == "retention" and before_law(world, form, obligation, drafts):
            continue
        releases = world.matching_any(form.unless, obligation.trigger, form.via)
        demands: tuple[Leg | Group | None, ...] = form.demands or (None,)
        for demand in demands:
            outcome = release(form, obligation, _outcome(world, form, obligation, demand), releases)
            yield emit(world, form, obligation, demand, outcome, operator=operator, drafts=drafts)


def holds_at(world: World, form: Form, instant: int, drafts: bool) -> bool:
    """[6] [7] Whether the duty is in force and the operator has its role at an instant."""
    if not world.pack.cites_at(form.duty, instant, drafts):
        return False
    return any(s <= instant <= e for s, e in world.role_spans(form.duty.applies_to))


def emit(
    world: World,
    form: Form,
    o: Obligation,
    demand: Leg | Group | None,
    outcome: Outcome,
    *,
    operator: str,
    drafts: bool,
) -> Judged:
    """The finding of an obligation's outcome."""
    legs = legs_of(demand) if demand is not None else []
    types = types_of(leg.pick for leg in legs)
    for_each = dict(o.for_each)
    if len(form.demands) > 1:
        for_each["demand"] = " ".join(types)
    shown = {e.id: e for e in (*o.opened_by, *outcome.evidence)}
    decided = outcome.decided
    first = o.opened_by[0]
    finding = make_finding(
        operator=operator,
        form=form,
        cites=world.pack.cites_at(form.duty, o.start, drafts),
        caveats=_caveats(world, o),
        opening=first.origin,
        keys={k: first.keys[k] for k in form.id_keys if k in first.keys},
        for_each=for_each,
        act=act_of(world, form, o.trigger),
        trigger=o.start,
        policy=any(leg.deadline.kind == "policy" for leg in legs),
        outcome=replace(
            outcome,
            evidence=tuple(shown.values()),
            decided=None if decided is None else max(decided, o.recorded, o.start),
        ),
    )
    starts = o.start if at_trigger(form, legs) else outcome.due or o.start
    covered_on = all(world.knowledge.covers(t, o.start, world.as_of) for t in types)
    return Judged(finding, form, starts, covered_on, types)


def _caveats(world: World, o: Obligation) -> tuple[str, ...]:
    grading = world.pack.grading
    if grading and any(e.type == "incident.measured" for e in o.opened_by):
        return grading.caveats
    return ()


def _outcome(world: World, form: Form, o: Obligation, demand: Leg | Group | None) -> Outcome:
    if key_missing(world, form, form.same, o.trigger):
        return Outcome("open", "key_missing", o.start, None)
    try:
        if form.pattern == "chain":
            return chain(world, form, o)
        if form.pattern == "prohibition":
            return prohibition(world, form, o)
        if form.pattern == "retention":
            return retention(world, form, o)
        assert demand is not None
        rule = backward if form.pattern == "precedence" else forward
        return tree(demand, lambda leg: _leg(world, form, _for(leg, o), o, rule))
    except CalendarUnknownError:
        return Outcome("open", "calendar_unknown", o.start, None)


def _leg(world: World, form: Form, leg: Leg, o: Obligation, rule: Rule) -> Outcome:
    if key_missing(world, form, leg.pick.match.trigger, o.trigger):
        return Outcome("open", "key_missing", o.start, None)
    return rule(world, form, leg, o)


def _for(leg: Leg, o: Obligation) -> Leg:
    """The leg with a fixed value of `for_each` as a condition."""
    name = next(iter(o.for_each), None)
    if name is None or name in o.trigger.keys or name in o.trigger.data:
        return leg
    condition = Condition("data", name, "in", (o.for_each[name],))
    return replace(leg, pick=replace(leg.pick, where=(*leg.pick.where, condition)))


def key_missing(world: World, form: Form, parts: tuple[Part, ...], trigger: Known) -> bool:
    """[9] A value to match by is missing in the trigger and not found through another event."""
    return next(world.values(parts, trigger, form.via), None) is None


def release(form: Form, o: Obligation, outcome: Outcome, releases: Iterable[Known]) -> Outcome:
    """[13] What releases the obligation at or after the trigger, before or after due."""
    for event in releases:
        if event.t < o.start:
            continue
        if form.duty.unless_by == "due" and outcome.due is not None and event.t > outcome.due:
            continue
        return replace(
            outcome,
            state="met",
            reason="released",
            decided=max(event.r, event.t),
            evidence=(*outcome.evidence, event),
            ended=event.t,
            missing=(),
        )
    return outcome


def coverage_gap(world: World, form: Form, spans: list[tuple[int, int]]) -> CoverageGap | None:
    """[17] A duty none of whose trigger types is covered in any time in which it holds."""
    types = trigger_types(world, form)
    if not types:
        return None
    for name in types:
        for start, end in world.knowledge.covered_spans(name):
            if any(start <= e and s <= end and start <= world.as_of for s, e in spans):
                return None
    return CoverageGap(duty=form.id, code=form.duty.code, types=types, title=form.duty.title)


def trigger_types(world: World, form: Form) -> tuple[str, ...]:
    """The event types that a duty starts from."""
    if form.triggers:
        return types_of(form.triggers)
    name = form.duty.while_
    if name in (None, "role"):
        return ()
    return types_of(world.state_form(str(name)).begins)
