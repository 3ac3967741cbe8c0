"""Standing duties: what must be there, again and again, or without a gap while a state holds.

Sentence 11: the time while the condition holds is cut at each cure. The start, and each end of a
cure, opens one obligation; one finding per lapse, never one per day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lawkeep.judge.form import Form, Group, Leg, Part, legs_of, types_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.outcome import Judged, Outcome, make_finding
from lawkeep.judge.world import Interval, Values, World, intersect, intervals, union
from lawkeep.law.calendar import CalendarUnknownError
from lawkeep.model.time import LATEST, parse_instant


@dataclass(frozen=True)
class Condition:
    """A time in which the duty holds for some keys: [start, end), end None: still.

    `state_start`: when the state itself began, maybe before the law; `opening`: what opened it.
    """

    key: Known
    keys: dict[str, str]
    start: int
    end: int | None
    state_start: int
    opening: str
    begins: tuple[Known, ...]
    ends: tuple[Known, ...]


@dataclass(frozen=True)
class Lapse:
    """An opening within a condition."""

    at: int
    opening: str
    opened_by: tuple[Known, ...]


Rule = Callable[[World, Form, Condition, Leg | Group], Iterator[tuple[Lapse, Outcome]]]


def standing(world: World, form: Form, *, operator: str, drafts: bool) -> Iterator[Judged]:
    """Findings of an existence, recurrence, continuity or inventory."""
    rules: dict[str, Rule] = {
        "existence": existence,
        "recurrence": recurrence,
        "continuity": continuity,
        "inventory": inventory,
    }
    rule = rules[form.pattern]
    for condition in conditions(world, form, drafts):
        demands: tuple[Leg | Group, ...] = form.demands
        if form.pattern == "inventory":
            demands = (Group(form.demands, "all"),)
        for demand in demands:
            for_each = {}
            if len(demands) > 1:
                for_each["demand"] = " ".join(types_of(leg.pick for leg in legs_of(demand)))
            for lapse, outcome in _ruled(rule, world, form, condition, demand):
                yield _judged(world, form, condition, lapse, outcome, for_each, operator, drafts)


def _ruled(
    rule: Rule, world: World, form: Form, condition: Condition, demand: Leg | Group
) -> list[tuple[Lapse, Outcome]]:
    """The lapses of a condition, or one open finding where a year's working days are unknown."""
    try:
        return list(rule(world, form, condition, demand))
    except CalendarUnknownError:
        lapse = Lapse(condition.start, condition.opening, condition.begins)
        return [(lapse, Outcome("open", "calendar_unknown", condition.start, None))]


def _judged(
    world: World,
    form: Form,
    condition: Condition,
    lapse: Lapse,
    outcome: Outcome,
    for_each: dict[str, str],
    operator: str,
    drafts: bool,
) -> Judged:
    evidence = {e.id: e for e in (*lapse.opened_by, *outcome.evidence)}
    decided = outcome.decided
    if decided is not None:
        decided = max([decided, lapse.at, *(e.r for e in lapse.opened_by)])
    ended = outcome.ended
    if outcome.state == "breached" and ended is None:
        ended = condition.end
    demand_types = types_of(leg.pick for d in form.demands for leg in legs_of(d))
    pairs = [f"{k}={v}" for group in form.act for k, v in condition.keys.items() if k in group]
    finding = make_finding(
        operator=operator,
        form=form,
        cites=world.pack.cites_at(form.duty, lapse.at, drafts),
        caveats=(),
        opening=lapse.opening,
        keys=condition.keys,
        for_each=for_each,
        act=",".join(pairs) or f"duty={form.id}",
        trigger=lapse.at,
        policy=any(leg.deadline.kind == "policy" for d in form.demands for leg in legs_of(d)),
        outcome=Outcome(
            outcome.state,
            outcome.reason,
            decided,
            outcome.due,
            tuple(evidence.values()),
            outcome.cured,
            ended,
            outcome.missing,
            outcome.uncovered,
        ),
    )
    starts = lapse.at if outcome.due is None else outcome.due
    covered = all(world.knowledge.covers(t, starts, world.as_of) for t in demand_types)
    return Judged(finding, form, starts, covered, demand_types)


def conditions(world: World, form: Form, drafts: bool) -> Iterator[Condition]:
    """Times in which the state holds, the duty is in force and the operator has its role."""
    spans = world.duty_spans(form, drafts)
    name = form.duty.while_
    if name == "role":
        key = Known("", "", "", 0, 0, {}, {})
        for start, end in spans:
            if start <= world.as_of:
                stop = None if end >= LATEST else end + 1
                yield Condition(key, {}, start, stop, start, _in_force(world, start), (), ())
        return
    state_form = world.state_form(str(name))
    for values, found in sorted(world.state(str(name)).items(), key=lambda kv: repr(kv[0])):
        key, keys = _key(state_form.parts, values)
        for interval in found:
            for low, high in spans:
                start = max(interval.start, low)
                stop = interval.end if high >= LATEST else min(interval.end or LATEST, high + 1)
                if start > world.as_of or (stop is not None and start >= stop):
                    continue
                own = start == interval.start
                yield Condition(
                    key,
                    keys,
                    start,
                    stop,
                    interval.start,
                    max(interval.begins, key=lambda e: e.order).origin
                    if own
                    else _in_force(world, start),
                    interval.begins if own else (),
                    interval.ends if stop == interval.end else (),
                )


def _in_force(world: World, instant: int) -> str:
    return f"in_force:{world.calendar.day(instant).isoformat()}"


def _key(parts: tuple[Part, ...], values: Values) -> tuple[Known, dict[str, str]]:
    """A stand-in trigger that has just the keys of the state, for matching."""
    keys: dict[str, str] = {}
    data = {}
    for part, value in zip(parts, values, strict=True):
        if part.space == "data":
            data[part.names[0]] = value
        elif len(part.names) > 1:
            keys[value[0]] = value[1]
        else:
            keys[part.names[0]] = value
    return Known("", "", "", 0, 0, keys, data), keys


def cures(world: World, demand: Leg | Group, key: Known) -> list[Interval]:
    """Times in which the demand stands for a key."""
    if isinstance(demand, Group):
        sides = [cures(world, part, key) for part in demand.legs]
        return intersect(sides) if demand.mode == "all" else union(sides)
    return intervals(
        world.matching(demand.pick, key, {}),
        world.matching_any(demand.undone_by, key, {}),
        demand.valid_until,
    )


def lapses(condition: Condition, found: list[Interval], as_of: int) -> Iterator[Lapse]:
    """The start of the condition and each end of a cure in it."""
    yield Lapse(condition.start, condition.opening, condition.begins)
    for cure in found:
        end = cure.end
        if end is None or end > as_of or end < condition.start:
            continue
        if end == condition.start or (condition.end is not None and end >= condition.end):
            continue
        yield Lapse(end, f"ended:{cure.ended[0].origin}", (*cure.ended, *cure.ends))


def _uncovered(world: World, demand: Leg | Group, start: int, due: int) -> tuple[str, ...]:
    types = types_of(leg.pick for leg in legs_of(demand))
    return tuple(t for t in types if not world.knowledge.covers(t, start, due))


def existence(
    world: World, form: Form, condition: Condition, demand: Leg | Group
) -> Iterator[tuple[Lapse, Outcome]]:
    """Must be there; grace from each opening."""
    found = cures(world, demand, condition.key)
    for lapse in lapses(condition, found, world.as_of):
        met_by, due = _grace(world, form, condition, demand, lapse.at)
        yield lapse, _judge(world, condition, demand, found, lapse.at, met_by, due)


def _grace(
    world: World, form: Form, condition: Condition, demand: Leg | Group, at: int
) -> tuple[int, int]:
    """[1] [14] Until when a cure is in time, and until when a person must say."""
    calendar = world.calendar
    old = condition.state_start < condition.start and at == condition.start
    if old and form.start_grace is not None:
        end = calendar.end(at, form.start_grace)
        return end, end
    deadline = legs_of(demand)[0].deadline
    if deadline.kind == "policy":
        assert deadline.met_within is not None
        assert deadline.due is not None
        return calendar.end(at, deadline.met_within), calendar.end(at, deadline.due)
    if deadline.kind == "period":
        assert deadline.due is not None
        end = calendar.end(at, deadline.due)
        return end, end
    if deadline.kind == "end_of_day":
        end = calendar.day_end(calendar.day(at))
        return end, end
    return at, at


def _judge(
    world: World,
    condition: Condition,
    demand: Leg | Group,
    found: list[Interval],
    at: int,
    met_by: int,
    due: int,
) -> Outcome:
    cure = next((c for c in found if c.end is None or c.end > at), None)
    begins = cure.begins if cure else ()
    recorded = max((e.r for e in begins), default=at)
    inside = condition.end is None or cure is None or max(cure.start, at) < condition.end
    if cure is not None and inside and cure.start <= due:
        done = max(cure.start, at)
        decided = max(recorded, done)
        if done <= met_by:
            return Outcome("met", None, decided, due, begins, ended=done)
        return Outcome("open", "judgement_needed", decided, due, begins)
    if condition.end is not None and condition.end <= min(due, world.as_of):
        decided = max([condition.end, *(e.r for e in condition.ends)])
        return Outcome("met", "condition_ended", decided, due, condition.ends, ended=condition.end)
    if world.as_of <= due:
        return Outcome("pending", None, None, due)
    late = cure if cure is not None and inside else None
    shown = late.begins if late else ()
    uncovered = _uncovered(world, demand, at, due)
    if uncovered:
        return Outcome(
            "open", "not_recorded", due + 1, due, shown, missing=uncovered, uncovered=uncovered
        )
    latest = max(shown, key=lambda k: k.order) if late and shown else None
    over = condition.end if condition.end is not None and condition.end <= world.as_of else None
    ended = late.start if late else over
    ends = condition.ends if late is None and over is not None else ()
    return Outcome("breached", None, due + 1, due, (*shown, *ends), latest, ended)


def recurrence(
    world: World, form: Form, condition: Condition, demand: Leg | Group
) -> Iterator[tuple[Lapse, Outcome]]:
    """At least every period. The law day gives no new period, only a day on which to be right."""
    assert form.every is not None
    calendar, start = world.calendar, condition.start
    stop = world.as_of + 1 if condition.end is None else condition.end
    done: list[Known] = []
    for leg in legs_of(demand):
        done += world.matching(leg.pick, condition.key, {})
    done = sorted((d for d in done if condition.state_start <= d.t < stop), key=lambda k: k.order)
    bases: list[tuple[int, tuple[Known, ...], str]] = [
        (condition.state_start, condition.begins, condition.opening)
    ]
    bases += [
        (d.t, (d,), f"ended:{d.origin}")
        for i, d in enumerate(done)
        if i == 0 or done[i - 1].t < d.t
    ]
    for index, (base, base_events, base_opening) in enumerate(bases):
        after = [d for d in done if d.t > base or (index == 0 and d.t == base)]
        following = after[0] if after else None
        at, opening, opened_by = base, base_opening, base_events
        if base < start:
            if following is not None and following.t < start:
                continue
            at, opening, opened_by = start, _in_force(world, start), ()
        due = max(calendar.end(base, form.every), start)
        lapse = Lapse(at, opening, opened_by)
        found = [Interval(following.t, None, (following,))] if following else []
        yield lapse, _judge(world, condition, demand, found, at, due, due)


def continuity(
    world: World, _form: Form, condition: Condition, demand: Leg | Group
) -> Iterator[tuple[Lapse, Outcome]]:
    """The union of the [from, to] of the records covers the condition, seams apart."""
    calendar = world.calendar
    (leg,) = legs_of(demand)
    assert leg.deadline.met_within is not None
    assert leg.deadline.due is not None
    blocks: list[tuple[int, int, Known, Known]] = []
    for event in sorted(
        (e for e in world.matching(leg.pick, condition.key, {}) if _span(e) is not None),
        key=lambda e: (_span(e) or (0, 0), e.id),
    ):
        low, high = _span(event) or (0, 0)
        if blocks and low <= calendar.end(blocks[-1][1], leg.deadline.met_within):
            first, last, begin, end = blocks[-1]
            blocks[-1] = (first, max(last, high), begin, event if high > last else end)
        else:
            blocks.append((low, high, event, event))
    found = [Interval(low, high, (begin,), (end,)) for low, high, begin, end in blocks]
    for lapse in lapses(condition, found, world.as_of):
        met_by = calendar.end(lapse.at, leg.deadline.met_within)
        due = calendar.end(lapse.at, leg.deadline.due)
        yield lapse, _judge(world, condition, demand, found, lapse.at, met_by, due)


def _span(event: Known) -> tuple[int, int] | None:
    low, high = event.data.get("from"), event.data.get("to")
    if low is None or high is None:
        return None
    start, end = parse_instant(low), parse_instant(high)
    return (start, end) if start <= end else None


def inventory(
    world: World, _form: Form, condition: Condition, demand: Leg | Group
) -> Iterator[tuple[Lapse, Outcome]]:
    """Always open: what is there is its evidence, what is not there is missing."""
    there: dict[str, Known] = {}
    missing: list[str] = []
    for leg in legs_of(demand):
        found = [
            i for i in cures(world, leg, condition.key) if i.end is None or i.end > world.as_of
        ]
        for interval in found[:1]:
            there |= {e.id: e for e in interval.begins}
        if not found:
            missing += types_of((leg.pick,))
    lapse = Lapse(condition.start, condition.opening, condition.begins)
    missing = list(dict.fromkeys(missing))
    yield (
        lapse,
        Outcome(
            "open",
            "inventory",
            condition.start,
            None,
            tuple(there.values()),
            missing=tuple(missing),
        ),
    )
