"""What opens an obligation: each counted trigger, from when, and once per value of `for_each`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lawkeep.judge.form import Form, Leg, Part
from lawkeep.judge.knowledge import Known
from lawkeep.judge.world import World
from lawkeep.law.grading import LEVELS
from lawkeep.model.time import EARLIEST


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


def at_trigger(form: Form, legs: list[Leg]) -> bool:
    """[23] Whether the act of a breach runs from the trigger rather than from the due time."""
    if form.pattern in ("precedence", "prohibition", "retention"):
        return True
    return any(leg.deadline.kind == "policy" for leg in legs)


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
