"""What a demand comes to: one function for each pattern that is opened by an event.

Numbers in brackets are the sentences of `docs/explanation/judging.md`.
"""

from dataclasses import dataclass

from lawkeep.judge.form import Deadline, Form, Leg, types_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.outcome import Outcome
from lawkeep.judge.trigger import Obligation
from lawkeep.judge.world import World
from lawkeep.model.time import EARLIEST, parse_instant


@dataclass(frozen=True)
class Window:
    """`met_by`: until when a demand certainly meets; `due`: until when it may. None: no bound."""

    met_by: int | None
    due: int | None
    reason: str | None = None


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


@dataclass(frozen=True)
class ForwardFacts:
    """What [10] and [15] ask of the matching events around [start, due].

    `good`: the first demand that counts and was not undone by due. `undo`: the last undoing by
    due, where a demand had counted. `late`, `seen`: the first demand, the first contrary event
    after due. `early`: the last act before the trigger, where none came at or after it.
    `contradiction`: the first contrary event while the demand should still hold.
    """

    good: Known | None = None
    undo: Known | None = None
    late: Known | None = None
    seen: Known | None = None
    early: Known | None = None
    contradiction: Known | None = None


def forward(world: World, form: Form, leg: Leg, o: Obligation) -> Outcome:
    """[10] [14] [15] response: the demand within [start, due], not undone by due."""
    done = world.matching(leg.pick, o.trigger, form.via)
    undone = world.matching_any(leg.undone_by, o.trigger, form.via)
    contrary = world.matching_any(form.contrary, o.trigger, form.via)
    time = window(world, leg.deadline, o.start, o.trigger)
    limit = world.as_of if time.due is None else time.due
    counted = [d for d in done if o.start <= d.t <= limit]
    before = [d for d in done if d.t < o.start]
    if leg.state:
        ended = max((u.t for u in (*undone, *contrary) if u.t <= o.start), default=EARLIEST)
        counted = [d for d in before if d.t >= ended] + counted
    taken_back = max((u.t for u in undone if u.t <= limit), default=EARLIEST)
    good = [d for d in counted if d.t >= taken_back]
    none_after = not leg.state and not [d for d in done if d.t >= o.start]
    facts = ForwardFacts(
        good=good[0] if good else None,
        undo=next((u for u in reversed(undone) if u.t <= limit), None) if counted else None,
        late=next((d for d in done if d.t > limit), None),
        seen=next((c for c in contrary if c.t > limit), None),
        early=before[-1] if before and none_after else None,
        contradiction=_contradiction(good[-1].t, o.start, undone, contrary, limit)
        if good
        else None,
    )
    return decide_forward(world, form, leg, o.start, time, facts)


def decide_forward(
    world: World, form: Form, leg: Leg, start: int, time: Window, facts: ForwardFacts
) -> Outcome:
    """[16] The state of a response leg, tested in order."""
    due, good = time.due, facts.good
    if good is not None:
        at = max(good.t, start)
        decided = max(good.r, at)
        if leg.undone_by and due is not None:
            decided = max(decided, due)
        if facts.contradiction is not None:
            seen = facts.contradiction
            return Outcome("open", "contradicted", max(decided, seen.r), due, (good, seen))
        if time.met_by is None or at <= time.met_by:
            return Outcome("met", None, decided, due, (good,), ended=at)
        return Outcome("open", "judgement_needed", decided, due, (good,))
    undo = () if facts.undo is None else (facts.undo,)
    if time.reason is not None:
        return Outcome("open", time.reason, start, due, undo)
    if due is None or world.as_of <= due:
        return Outcome("pending", None, None, due, undo)
    evidence = (*undo, *(e for e in (facts.late, facts.seen) if e is not None))
    if facts.early is not None and facts.seen is None:
        return Outcome("open", "act_before_trigger", due + 1, due, (*evidence, facts.early))
    missing = _uncovered(world, form, leg, start, due)
    if missing and facts.seen is None:
        return Outcome(
            "open", "not_recorded", due + 1, due, evidence, missing=missing, uncovered=missing
        )
    decided = due + 1 if not missing or facts.seen is None else max(due + 1, facts.seen.r)
    late = facts.late
    return Outcome(
        "breached", None, decided, due, evidence, late, late.t if late else None, (), missing
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


@dataclass(frozen=True)
class BackwardFacts:
    """What a precedence asks of the matching events up to the trigger.

    `good`: the demand that stands (several where their fields together cover the trigger's).
    `lost`: what ended the demand, or the demand that had run out. `cure`: the first one after.
    """

    good: tuple[Known, ...] = ()
    lost: Known | None = None
    cure: Known | None = None


def look_back(world: World, form: Form, at: int) -> tuple[int | None, int]:
    """The time in which a precedence looks for its demand; no first instant: ever before."""
    low = None if form.look_back is None else world.calendar.begin(at, form.look_back)
    if form.before_by is None:
        return low, at
    return low, world.calendar.latest_before(at, form.before_by)


def backward(world: World, form: Form, leg: Leg, o: Obligation) -> Outcome:
    """[10] precedence: the demand at or before the trigger, not ended since, still valid."""
    at = o.start
    low, high = look_back(world, form, at)
    done = world.matching(leg.pick, o.trigger, form.via)
    undone = [u for u in world.matching_any(leg.undone_by, o.trigger, form.via) if u.t <= at]
    before = [d for d in done if d.t <= high and (low is None or d.t >= low)]
    ended = max((u.t for u in undone), default=EARLIEST)
    unended = [d for d in before if d.t >= ended]
    ending = undone[-1] if undone and before else None
    facts = BackwardFacts(
        tuple(_covering(leg, [d for d in unended if _valid(leg, d, at)], o.trigger)),
        unended[-1] if unended else ending,
        next((d for d in done if d.t > at), None),
    )
    return decide_backward(world, form, leg, at, facts)


def decide_backward(world: World, form: Form, leg: Leg, at: int, facts: BackwardFacts) -> Outcome:
    """[10] [17] The state of a precedence leg, decided at the trigger."""
    if facts.good:
        decided = max(at, *(g.r for g in facts.good))
        return Outcome("met", None, decided, at, facts.good, ended=at)
    lost = () if facts.lost is None else (facts.lost,)
    bound = None if leg.state else look_back(world, form, at)[0]
    types = types_of((leg.pick, *form.unless))
    missing = tuple(t for t in types if not world.knowledge.covers_back(t, bound, at))
    if missing:
        return Outcome("open", "not_recorded", at, at, lost, missing=missing, uncovered=missing)
    cure = facts.cure
    decided = max([at, *(e.r for e in lost)])
    shown = lost if cure is None else (*lost, cure)
    return Outcome("breached", None, decided, at, shown, cure, cure.t if cure else None)


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
    # A period of days runs to its last microsecond; an exact one is over at its end.
    if at < due or (at == due and form.keep.unit != "us"):
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


def before_law(world: World, form: Form, o: Obligation, drafts: bool) -> bool:
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
