"""The judge in plain Python: the meaning of `docs/explanation/judging.md`, sentence by sentence.

This engine is the arbiter: every other engine must give the same set of findings. Numbers in
brackets are the sentences of that page. Patterns opened by an event stand here, those opened by a
state in `judge.standing`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lawkeep.judge.form import (
    Condition,
    Deadline,
    Form,
    Group,
    Leg,
    Part,
    compile_duty,
    legs_of,
    types_of,
)
from lawkeep.judge.knowledge import Known, know
from lawkeep.judge.outcome import Judged, Outcome, make_finding, tree
from lawkeep.judge.standing import standing
from lawkeep.judge.world import World
from lawkeep.law.calendar import CalendarUnknownError
from lawkeep.law.grading import LEVELS
from lawkeep.law.pack import Pack
from lawkeep.model.event import Event
from lawkeep.model.finding import CoverageGap
from lawkeep.model.time import EARLIEST, parse_instant


@dataclass(frozen=True)
class Window:
    """`met_by`: until when a demand certainly meets; `due`: until when it may. None: no bound."""

    met_by: int | None
    due: int | None
    reason: str | None = None


@dataclass(frozen=True)
class Obligation:
    """One instance of a duty. `trigger`: its event, with the value of `for_each` bound into it.

    `start`: when its time began: at the trigger, or at knowledge of it.
    """

    trigger: Known
    start: int
    opened_by: tuple[Known, ...]
    for_each: dict[str, str]

    @property
    def recorded(self) -> int:
        return max(e.r for e in self.opened_by)


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
        cites = world.pack.cites_at(form.duty, obligation.start, drafts)
        roles = world.role_spans(form.duty.applies_to)
        if not cites or not any(s <= obligation.start <= e for s, e in roles):
            continue
        if form.pattern == "retention" and _before_law(world, form, obligation, drafts):
            continue
        yield from _judge(world, form, obligation, operator, drafts)


def obligations(world: World, form: Form) -> Iterator[Obligation]:
    """[7] Each counted trigger, per value of `for_each`."""
    for trigger in world.select(form.triggers):
        if not _counts(world, form, trigger):
            continue
        start = trigger.t
        opened_by: tuple[Known, ...] = (trigger,)
        if form.known_by is not None:
            known = _knowledge(world, form, trigger)
            if known is None:
                continue
            start, opened_by = known.t, (trigger, known)
        for bound, chosen in _bindings(world, form, trigger):
            yield Obligation(bound, start, opened_by, chosen)


def _counts(world: World, form: Form, trigger: Known) -> bool:
    """`given` and `occurrence` narrow which triggers count."""
    for given in form.given:
        others = [
            o for o in world.matching(given.pick, trigger, form.via) if o.origin != trigger.origin
        ]
        if given.kind == "ever":
            if not others:
                return False
            continue
        before = [o for o in others if o.t <= trigger.t]
        if given.ended_by:
            ends = world.matching_any(given.ended_by, trigger, form.via)
            last = max((e.t for e in ends if e.t <= trigger.t), default=EARLIEST)
            before = [o for o in before if o.t >= last]
        if bool(before) is (given.kind == "never"):
            return False
    occurrence = form.duty.occurrence
    if occurrence is None:
        return True
    value = trigger.data.get(occurrence.of)
    earlier = [
        o.data[occurrence.of]
        for o in world.matching_any(
            tuple(replace(p, where=()) for p in form.triggers), trigger, form.via
        )
        if o.t < trigger.t and o.data.get(occurrence.of) is not None
    ]
    if occurrence.only == "first":
        return not earlier
    return bool(earlier) and all(_rank(value) > _rank(o) for o in earlier)


def _rank(value: object) -> float:
    if isinstance(value, str):
        return LEVELS.index(value) if value in LEVELS else -1
    return float(value) if isinstance(value, int | float) else -1


def _knowledge(world: World, form: Form, trigger: Known) -> Known | None:
    """The first knowledge of the trigger, matched by the first key that the trigger has."""
    assert form.known_by is not None
    assert form.duty.known_by is not None
    for name in form.known_keys:
        if name in trigger.keys:
            part = (Part("key", (name,)),)
            pick = replace(
                form.known_by, match=replace(form.known_by.match, trigger=part, other=part)
            )
            known = world.matching(pick, trigger, {})
            if not form.duty.known_by.earlier:
                known = [k for k in known if k.t >= trigger.t]
            return known[0] if known else None
    return None


def _bindings(world: World, form: Form, trigger: Known) -> Iterator[tuple[Known, dict[str, str]]]:
    """The trigger once, or once per value of `for_each`, with the value bound into it."""
    each = form.for_each
    if each is None:
        yield trigger, {}
        return
    if each.values is not None:
        name, values = each.values
        for value in values:
            yield trigger, {name: value}
        return
    assert each.pick is not None
    assert each.take is not None
    name = each.take.names[0]
    own = trigger.keys.get(name) if each.take.space == "key" else None
    seen: list[str] = []
    for other in world.matching(each.pick, trigger, form.via):
        if other.t > trigger.t:
            continue
        for (value,) in world.values((each.take,), other, form.via):
            if value != own and value not in seen:
                seen.append(value)
                if each.take.space == "key":
                    bound = replace(trigger, keys={**trigger.keys, name: value})
                else:
                    bound = replace(trigger, data={**trigger.data, name: value})
                yield bound, {name: str(value)}


def _judge(
    world: World, form: Form, o: Obligation, operator: str, drafts: bool
) -> Iterator[Judged]:
    demands: tuple[Leg | Group | None, ...] = form.demands or (None,)
    for demand in demands:
        for_each = dict(o.for_each)
        if len(demands) > 1 and demand is not None:
            for_each["demand"] = " ".join(types_of(leg.pick for leg in legs_of(demand)))
        outcome = _outcome(world, form, o, demand)
        outcome = released(world, form, o, outcome) or outcome
        opened = {e.id: e for e in (*o.opened_by, *outcome.evidence)}
        decided = outcome.decided
        outcome = replace(
            outcome,
            evidence=tuple(opened.values()),
            decided=None if decided is None else max(decided, o.recorded, o.start),
        )
        types = types_of(leg.pick for leg in legs_of(demand)) if demand is not None else ()
        yield Judged(
            make_finding(
                operator=operator,
                form=form,
                cites=world.pack.cites_at(form.duty, o.start, drafts),
                caveats=_caveats(world, o),
                opening=o.opened_by[0].origin,
                keys={k: o.opened_by[0].keys[k] for k in form.id_keys if k in o.opened_by[0].keys},
                for_each=for_each,
                act=act_of(world, form, o.trigger),
                trigger=o.start,
                outcome=outcome,
            ),
            form,
            o.start
            if at_trigger(form, legs_of(demand) if demand else [])
            else outcome.due or o.start,
            all(world.knowledge.covers(t, o.start, world.as_of) for t in types),
            types,
        )


def at_trigger(form: Form, legs: list[Leg]) -> bool:
    """[23] Whether the act of a breach runs from the trigger rather than from the due time."""
    if form.pattern in ("precedence", "prohibition", "retention"):
        return True
    return any(leg.deadline.kind == "policy" for leg in legs)


def _caveats(world: World, o: Obligation) -> tuple[str, ...]:
    grading = world.pack.grading
    if grading and any(e.type == "incident.measured" for e in o.opened_by):
        return grading.caveats
    return ()


def act_of(world: World, form: Form, trigger: Known) -> str:
    """[24] The value of the act key, as `kind=value` pairs; what has none stands alone."""
    if not form.act:
        return f"duty={form.id}"
    pairs = []
    for group in form.act:
        for name in group:
            values = next(world.values((Part("key", (name,)),), trigger, form.via), None)
            if values is not None:
                pairs.append(f"{name}={values[0]}")
                break
    return ",".join(pairs) or f"event={trigger.origin}"


def _outcome(world: World, form: Form, o: Obligation, demand: Leg | Group | None) -> Outcome:
    if _key_missing(world, form, o):
        return Outcome("open", "key_missing", o.start, None)
    try:
        if form.pattern == "chain":
            return chain(world, form, o)
        if form.pattern == "prohibition":
            return prohibition(world, form, o)
        if form.pattern == "retention":
            return retention(world, form, o)
        assert demand is not None
        judge = backward if form.pattern == "precedence" else forward
        return tree(demand, lambda leg: judge(world, form, _for(leg, o), o))
    except CalendarUnknownError:
        return Outcome("open", "calendar_unknown", o.start, None)


def _for(leg: Leg, o: Obligation) -> Leg:
    """The leg with a fixed value of `for_each` as a condition."""
    name = next(iter(o.for_each), None)
    if name is None or name in o.trigger.keys or name in o.trigger.data:
        return leg
    condition = Condition("data", name, "in", (o.for_each[name],))
    return replace(leg, pick=replace(leg.pick, where=(*leg.pick.where, condition)))


def _key_missing(world: World, form: Form, o: Obligation) -> bool:
    """[9] A key that every demand is matched by, missing and not found through another event."""
    return bool(form.same) and next(world.values(form.same, o.trigger, form.via), None) is None


def window(world: World, deadline: Deadline, start: int, trigger: Known) -> Window:
    """[1] [14] The end of the time in which a demand meets, and of that in which it may."""
    calendar = world.calendar
    if deadline.kind == "period":
        assert deadline.due is not None
        end = calendar.end(start, deadline.due)
        return Window(end, end)
    if deadline.kind == "policy":
        met, due = deadline.met_within, deadline.due
        if deadline.by is not None:
            word = str(trigger.data.get(deadline.by))
            options = {name: (m, d) for name, m, d in deadline.bounds}
            met, due = options.get(word) or options["other"]
        assert met is not None
        assert due is not None
        return Window(calendar.end(start, met), calendar.end(start, due))
    if deadline.kind == "end_of_day":
        end = calendar.day_end(calendar.day(start))
        return Window(end, end)
    if deadline.kind == "data":
        text = trigger.data.get("due")
        end_or_none = None if text is None else parse_instant(text)
        return Window(end_or_none, end_or_none, None if text is not None else "no_due_time")
    if deadline.kind == "next":
        end_or_none = world.next_instant(start)
        return Window(end_or_none, end_or_none)
    if deadline.kind == "at_once":
        return Window(start, start)
    return Window(None, None)


def forward(world: World, form: Form, leg: Leg, o: Obligation) -> Outcome:
    """[10] [14] [15] response: the demand within [start, due], not undone by due."""
    done = world.matching(leg.pick, o.trigger, form.via)
    undone = world.matching_any(leg.undone_by, o.trigger, form.via)
    contrary = world.matching_any(form.contrary, o.trigger, form.via)
    time = window(world, leg.deadline, o.start, o.trigger)
    due, limit = time.due, world.as_of if time.due is None else time.due
    counted = [d for d in done if o.start <= d.t <= limit]
    before = [d for d in done if d.t < o.start]
    if leg.state:
        ended = max((u.t for u in (*undone, *contrary) if u.t <= o.start), default=EARLIEST)
        counted = [d for d in before if d.t >= ended] + counted
    taken_back = max((u.t for u in undone if u.t <= limit), default=EARLIEST)
    good = [d for d in counted if d.t >= taken_back]
    if good:
        at = max(good[0].t, o.start)
        seen = _contradiction(good[-1].t, o.start, undone, contrary, limit)
        decided = max(good[0].r, at)
        if leg.undone_by and due is not None:
            decided = max(decided, due)
        if seen is not None:
            return Outcome("open", "contradicted", max(decided, seen.r), due, (good[0], seen))
        if time.met_by is None or at <= time.met_by:
            return Outcome("met", None, decided, due, (good[0],), ended=at)
        return Outcome("open", "judgement_needed", decided, due, (good[0],))
    last_undo = [u for u in undone if u.t <= limit][-1:] if counted else []
    if time.reason is not None:
        return Outcome("open", time.reason, o.start, due, tuple(last_undo))
    if due is None or world.as_of <= due:
        return Outcome("pending", None, None, due, tuple(last_undo))
    late = next((d for d in done if d.t > due), None)
    seen = next((c for c in contrary if c.t > due), None)
    evidence = (*last_undo, *(e for e in (late, seen) if e is not None))
    early = before[-1:] if not leg.state and not [d for d in done if d.t >= o.start] else []
    if early and seen is None:
        return Outcome("open", "act_before_trigger", due + 1, due, (*evidence, *early))
    uncovered = _uncovered(world, form, leg, o.start, due)
    if uncovered and seen is None:
        return Outcome(
            "open", "not_recorded", due + 1, due, evidence, missing=uncovered, uncovered=uncovered
        )
    decided = due + 1 if not uncovered or seen is None else max(due + 1, seen.r)
    return Outcome(
        "breached", None, decided, due, evidence, late, late.t if late else None, (), uncovered
    )


def _contradiction(
    held: int, start: int, undone: list[Known], contrary: list[Known], limit: int
) -> Known | None:
    """[15] Seen otherwise while the demand should still hold."""
    for seen in contrary:
        if seen.t > held and seen.t >= start:
            over = any(limit < u.t <= seen.t for u in undone)
            return None if over else seen
    return None


def _uncovered(world: World, form: Form, leg: Leg, start: int, due: int) -> tuple[str, ...]:
    """[17] Demand and `unless` types whose records are not complete over the whole window."""
    types = types_of((leg.pick, *form.unless))
    return tuple(t for t in types if not world.knowledge.covers(t, start, due))


def backward(world: World, form: Form, leg: Leg, o: Obligation) -> Outcome:
    """[10] precedence: the demand at or before the trigger, not ended since, still valid."""
    at, calendar = o.start, world.calendar
    low = None if form.look_back is None else calendar.begin(at, form.look_back)
    high = at if form.before_by is None else calendar.latest_before(at, form.before_by)
    done = world.matching(leg.pick, o.trigger, form.via)
    undone = [u for u in world.matching_any(leg.undone_by, o.trigger, form.via) if u.t <= at]
    before = [d for d in done if d.t <= high and (low is None or d.t >= low)]
    ended = max((u.t for u in undone), default=EARLIEST)
    standing_now = [d for d in before if d.t >= ended and _valid(leg, d, at)]
    good = _covering(leg, standing_now, o.trigger)
    if good:
        decided = max(at, *(g.r for g in good))
        return Outcome("met", None, decided, at, tuple(good), ended=at)
    lost = [d for d in before if d.t >= ended][-1:] or (undone[-1:] if before else [])
    bound = low if not leg.state else None
    types = types_of((leg.pick, *form.unless))
    uncovered = tuple(t for t in types if not world.knowledge.covers_back(t, bound, at))
    cure = next((d for d in done if d.t > at), None)
    if uncovered:
        return Outcome(
            "open", "not_recorded", at, at, tuple(lost), missing=uncovered, uncovered=uncovered
        )
    decided = max(at, *(e.r for e in lost)) if lost else at
    return Outcome("breached", None, decided, at, tuple(lost), cure, cure.t if cure else None)


def _valid(leg: Leg, event: Known, at: int) -> bool:
    text = event.data.get(leg.valid_until) if leg.valid_until else None
    return text is None or parse_instant(text) >= at


def _covering(leg: Leg, standing_now: list[Known], trigger: Known) -> list[Known]:
    """[11] Events whose fields together cover the trigger's; one without fields covers all."""
    if leg.covers is None or not standing_now:
        return standing_now[:1]
    wanted = set(trigger.data.get(leg.covers) or ())
    chosen: list[Known] = []
    for event in standing_now:
        fields = event.data.get(leg.covers)
        if fields is None:
            return [event]
        if wanted & set(fields) or not wanted:
            chosen.append(event)
            wanted -= set(fields)
        if not wanted:
            return chosen
    return []


def prohibition(world: World, form: Form, o: Obligation) -> Outcome:
    """[10] Breached if the state holds at the event, else met; without a state always breached."""
    at, name = o.start, form.duty.while_
    if name is None:
        return Outcome("breached", None, at, at)
    state = world.state_form(name)
    spans = [
        i
        for values in world.values(state.parts, o.trigger, form.via)
        for i in world.state(name).get(values, ())
    ]
    spans.sort(key=lambda i: (i.start, i.begins[0].id))
    holding = next((i for i in spans if i.at(at)), None)
    if holding is None:
        over = next((i for i in reversed(spans) if i.end is not None and i.end <= at), None)
        ends = over.ends if over else ()
        return Outcome("met", None, max([at, *(e.r for e in ends)]), at, ends, ended=at)
    uncovered = tuple(
        t for t in types_of(state.ends) if not world.knowledge.covers_back(t, None, at)
    )
    if uncovered:
        return Outcome(
            "open", "not_recorded", at, at, holding.begins, missing=uncovered, uncovered=uncovered
        )
    decided = max(at, *(e.r for e in holding.begins))
    return Outcome("breached", None, decided, at, holding.begins, ended=holding.end)


def retention(world: World, form: Form, o: Obligation) -> Outcome:
    """[10] Breached if the deletion lies before the newest record's end + the period."""
    keep = form.duty.keep
    assert keep is not None
    assert form.keep is not None
    at = o.trigger.r if keep.measured_at == "recorded_at" else o.trigger.t
    if keep.still is not None:
        parts = world.state_form(keep.still).parts
        for values in world.values(parts, o.trigger, form.via):
            for interval in world.state(keep.still).get(values, ()):
                if interval.at(at):
                    decided = max(at, *(e.r for e in interval.begins))
                    return Outcome("breached", None, decided, None, interval.begins)
    newest, shown = _newest(world, form, o)
    if newest is None:
        types = types_of((form.newest,)) if form.newest else ()
        return Outcome("open", "not_recorded", at, None, missing=types, uncovered=types)
    due = world.calendar.end(newest, form.keep)
    decided = max([at, *(e.r for e in shown)])
    if at <= due:
        return Outcome("breached", None, decided, due, shown)
    return Outcome("met", None, decided, due, shown, ended=at)


def _newest(world: World, form: Form, o: Obligation) -> tuple[int | None, tuple[Known, ...]]:
    """Where the newest record ends, and the event that shows it."""
    keep = form.duty.keep
    assert keep is not None
    if form.newest is None:
        text = o.trigger.data.get(str(keep.newest).removeprefix("data."))
        return (None if text is None else parse_instant(text)), ()
    ends = []
    for event in world.matching(form.newest, o.trigger, form.via):
        if event.t <= o.trigger.t:
            text = event.data.get(keep.field) if keep.field else None
            ends.append((event.t if text is None else parse_instant(text), event))
    if not ends:
        return None, ()
    newest = max(ends, key=lambda pair: (pair[0], pair[1].order))
    return newest[0], (newest[1],)


def _before_law(world: World, form: Form, o: Obligation, drafts: bool) -> bool:
    """Records that ended before the duty came into force do not count."""
    newest, _ = _newest(world, form, o)
    spans = world.pack.spans_of(form.duty, drafts)
    return newest is not None and bool(spans) and newest < spans[0][0]


def chain(world: World, form: Form, o: Obligation) -> Outcome:
    """[10] Some sequence of legs, each in its own window from the leg before.

    Breached when none can still be completed: after the last window of any leg that was reached.
    """
    reached: list[tuple[int, tuple[Known, ...]]] = [(o.start, ())]
    horizon = o.start
    uncovered: dict[str, None] = {}
    for leg in form.chain:
        done = world.matching(leg.pick, o.trigger, form.via)
        following: dict[str, tuple[int, tuple[Known, ...]]] = {}
        for instant, path in reached:
            end = window(world, leg.deadline, instant, o.trigger).due
            assert end is not None
            horizon = max(horizon, end)
            uncovered |= dict.fromkeys(_uncovered(world, form, leg, instant, end))
            for event in done:
                if instant <= event.t <= end:
                    following.setdefault(event.id, (event.t, (*path, event)))
        if not following:
            longest = reached[0][1]
            if world.as_of <= horizon:
                return Outcome("pending", None, None, horizon, longest)
            missing = tuple(uncovered)
            if missing:
                return Outcome(
                    "open",
                    "not_recorded",
                    horizon + 1,
                    horizon,
                    longest,
                    missing=missing,
                    uncovered=missing,
                )
            return Outcome("breached", None, horizon + 1, horizon, longest)
        reached = sorted(following.values(), key=lambda r: (r[0], r[1][-1].id))
    path = reached[0][1]
    decided = max(e.r for e in path)
    return Outcome("met", None, max(decided, reached[0][0]), horizon, path, ended=reached[0][0])


def released(world: World, form: Form, o: Obligation, outcome: Outcome) -> Outcome | None:
    """[13] What releases the obligation at or after the trigger, before or after due."""
    for event in world.matching_any(form.unless, o.trigger, form.via):
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
    return None


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
