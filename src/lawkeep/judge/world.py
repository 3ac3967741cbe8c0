"""The world as one pack sees it: known events by what they are about, and named states.

Every answer is exact and ordered by (occurred_at, id). Look-ups are hashed by the matched
values, so that a log of a million events is judged in one pass per selection.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, product
from typing import Any

from lawkeep.judge.form import Condition, Form, Part, Pick, Picks, StateForm, compile_states
from lawkeep.judge.knowledge import Knowledge, Known
from lawkeep.law.grading import grade
from lawkeep.law.pack import Pack
from lawkeep.model.time import EARLIEST, LATEST, parse_instant

Values = tuple[Any, ...]
Via = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Interval:
    """A time in which something holds: [start, end), end None while it still does.

    `begins`: what began it; `ended`: of those, what ended it by being over; `ends`: what did.
    """

    start: int
    end: int | None
    begins: tuple[Known, ...]
    ended: tuple[Known, ...] = ()
    ends: tuple[Known, ...] = ()

    def at(self, instant: int) -> bool:
        return self.start <= instant and (self.end is None or instant < self.end)


class World:
    """Known events of one operator under one pack, as of an instant."""

    def __init__(self, knowledge: Knowledge, pack: Pack, as_of: int) -> None:
        self.knowledge = knowledge
        self.pack = pack
        self.calendar = pack.calendar
        self.as_of = as_of
        self.events = list(derived(knowledge.events, pack))
        self.by_type: dict[str, list[Known]] = defaultdict(list)
        for event in self.events:
            self.by_type[event.type].append(event)
        self.instants = sorted({event.t for event in self.events})
        self.original = originals(self.by_type["content.republished"])
        self._index: dict[Any, dict[Values, list[Known]]] = {}
        self._vias: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] = {}
        self._roles: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        self._state_forms = compile_states(pack)
        self._states: dict[str, dict[Values, list[Interval]]] = {}

    def select(self, picks: Picks) -> list[Known]:
        """Events of any of the picks, each once."""
        found = {
            event.id: event
            for pick in picks
            for name in pick.types
            for event in self.by_type.get(name, ())
            if holds(pick.where, event)
        }
        return sorted(found.values(), key=lambda k: k.order)

    def matching(self, pick: Pick, trigger: Known, via: Via) -> list[Known]:
        """Events of a pick that share the matched values with a trigger."""
        index = self._indexed(pick, via)
        found: dict[str, Known] = {}
        for values in self.values(pick.match.trigger, trigger, via):
            for event in index.get(values, ()):
                found[event.id] = event
        if len(found) < 2:
            return list(found.values())
        return sorted(found.values(), key=lambda k: k.order)

    def matching_any(self, picks: Picks, trigger: Known, via: Via) -> list[Known]:
        """Events of any of the picks that match, each once."""
        if len(picks) == 1:
            return self.matching(picks[0], trigger, via)
        found = {e.id: e for pick in picks for e in self.matching(pick, trigger, via)}
        return sorted(found.values(), key=lambda k: k.order)

    def values(self, parts: tuple[Part, ...], event: Known, via: Via) -> Iterator[Values]:
        """Every tuple of values of the parts; none where a part has no value."""
        return product(*(self._part(part, event, via) for part in parts))

    def _part(self, part: Part, event: Known, via: Via) -> list[Any]:
        if part.space == "data":
            value = event.data.get(part.names[0])
            return [] if value is None else [_hashable(value)]
        found: list[Any] = []
        for name in part.names:
            values = (event.keys[name],) if name in event.keys else self._through(name, event, via)
            if part.root:
                values = tuple(self.root(v) for v in values)
            found += values if len(part.names) == 1 else [(name, v) for v in values]
        return found

    def _through(self, name: str, event: Known, via: Via) -> tuple[str, ...]:
        """A missing key, found through another event that shares one."""
        if name not in via:
            return ()
        type_name, shared = via[name]
        key = event.keys.get(shared)
        if key is None:
            return ()
        table = self._vias.get((name, type_name, shared))
        if table is None:
            table = {}
            for other in self.by_type.get(type_name, ()):
                if name in other.keys and shared in other.keys:
                    known = table.get(other.keys[shared], ())
                    if other.keys[name] not in known:
                        table[other.keys[shared]] = (*known, other.keys[name])
            self._vias[name, type_name, shared] = table
        return table.get(key, ())

    def root(self, content: str) -> str:
        """The original that a chain of re-uploads leads to."""
        seen = {content}
        while (earlier := self.original.get(content)) is not None and earlier not in seen:
            content = earlier
            seen.add(content)
        return content

    def _indexed(self, pick: Pick, via: Via) -> dict[Values, list[Known]]:
        key = (pick.types, pick.where, pick.match.other, tuple(sorted(via.items())))
        index = self._index.get(key)
        if index is None:
            index = defaultdict(list)
            for event in self.select((pick,)):
                for values in set(self.values(pick.match.other, event, via)):
                    index[values].append(event)
            self._index[key] = index
        return index

    def state(self, name: str) -> dict[Values, list[Interval]]:
        """Times in which a named state holds, per value of its keys."""
        found = self._states.get(name)
        if found is None:
            form = self._state_forms[name]
            found = self._state(form)
            if form.within is not None:
                outer = self.state(form.within)
                found = {k: intersect([i, outer.get(k, [])]) for k, i in found.items()}
                found = {k: i for k, i in found.items() if i}
            self._states[name] = found
        return found

    def state_form(self, name: str) -> StateForm:
        return self._state_forms[name]

    def _state(self, form: StateForm) -> dict[Values, list[Interval]]:
        begins: dict[Values, list[Known]] = defaultdict(list)
        ends: dict[Values, list[Known]] = defaultdict(list)
        for picks, side in ((form.begins, begins), (form.ends, ends)):
            for event in self.select(picks):
                for values in set(self.values(form.parts, event, {})):
                    side[values].append(event)
        return {k: intervals(events, ends.get(k, [])) for k, events in begins.items()}

    def next_instant(self, instant: int) -> int | None:
        """The next instant at which anything is recorded to have happened."""
        low, high = 0, len(self.instants)
        while low < high:
            middle = (low + high) // 2
            if self.instants[middle] <= instant:
                low = middle + 1
            else:
                high = middle
        return self.instants[low] if low < len(self.instants) else None

    def role_spans(self, roles: list[str]) -> list[tuple[int, int]]:
        """Closed times in which the operator has one of the roles."""
        key = tuple(roles)
        if key not in self._roles:
            self._roles[key] = self._role_spans(set(roles))
        return self._roles[key]

    def _role_spans(self, wanted: set[str]) -> list[tuple[int, int]]:
        if "network" in wanted:
            return [(EARLIEST, LATEST)]
        profiles = self.knowledge.profiles
        spans: list[tuple[int, int]] = []
        for index, profile in enumerate(profiles):
            start = EARLIEST if profile.since is None else profile.since
            after = profiles[index + 1].since if index + 1 < len(profiles) else None
            end = LATEST if after is None else after - 1
            if wanted & profile.roles:
                if spans and spans[-1][1] + 1 >= start:
                    spans[-1] = (spans[-1][0], end)
                else:
                    spans.append((start, end))
        return spans

    def duty_spans(self, form: Form, drafts: bool) -> list[tuple[int, int]]:
        """Closed times in which a duty is in force and the operator has its role."""
        law = [(s, LATEST if e is None else e) for s, e in self.pack.spans_of(form.duty, drafts)]
        return [
            (max(a, c), min(b, d))
            for a, b in law
            for c, d in self.role_spans(form.duty.applies_to)
            if max(a, c) <= min(b, d)
        ]


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def holds(conditions: tuple[Condition, ...], event: Known) -> bool:
    """Whether an event fits all conditions. A missing value fits only `null`."""
    for condition in conditions:
        source: dict[str, Any] = event.keys if condition.space == "key" else event.data
        value = source.get(condition.name)
        if not _fits(condition, value):
            return False
    return True


def _fits(condition: Condition, value: Any) -> bool:
    if condition.op == "null":
        return (value is None) is bool(condition.value)
    if condition.op == "not_in":
        return value not in condition.value
    if value is None:
        return False
    if condition.op == "in":
        return value in condition.value
    if condition.op == "has":
        return condition.value in value
    return bool(value >= condition.value if condition.op == "gte" else value <= condition.value)


def originals(republished: Iterable[Known]) -> dict[str, str]:
    """Content to the content it repeats; of several statements the first."""
    found: dict[str, str] = {}
    for event in republished:
        if "content" in event.keys and "original" in event.keys:
            found.setdefault(event.keys["content"], event.keys["original"])
    return found


def derived(events: list[Known], pack: Pack) -> Iterator[Known]:
    """Events with what follows from others: the kind of a start, the grade of a measurement.

    A `service.started` of unknown kind takes the kind of its confirmation (the last at or before
    it, else the first after). `incident.measured` takes the level of the pack's grading annex.
    """
    confirmed: dict[tuple[str | None, str | None], list[Known]] = defaultdict(list)
    for event in events:
        if event.type == "service.confirmed" and event.data.get("kind") is not None:
            confirmed[event.keys.get("subject"), event.keys.get("service")].append(event)
    for event in events:
        extra: dict[str, Any] = {}
        if event.type == "service.started" and event.data.get("kind") is None:
            options = confirmed.get((event.keys.get("subject"), event.keys.get("service")), [])
            before = [o for o in options if o.t <= event.t]
            if options:
                extra = {"kind": (before[-1] if before else options[0]).data["kind"]}
        elif event.type == "incident.measured" and pack.grading is not None:
            extra = {"level": grade(pack.grading, event.data)}
        yield (
            Known(
                event.id,
                event.origin,
                event.type,
                event.t,
                event.r,
                event.keys,
                {**event.data, **extra},
            )
            if extra
            else event
        )


def intervals(begins: list[Known], ends: list[Known], expiry: str | None = None) -> list[Interval]:
    """Times between beginnings and ends. At one instant the beginning wins.

    `expiry`: a data field of a beginning: it holds up to and with that instant.
    """
    found: list[Interval] = []
    start: Known | None = None
    last: Known | None = None
    lapse: int | None = None

    def close(at: int, by: tuple[Known, ...]) -> None:
        nonlocal start
        assert start is not None
        assert last is not None
        found.append(Interval(start.t, at, (start,), (last,), by))
        start = None

    marks = [(e.t, 0, e) for e in begins] + [(e.t, 1, e) for e in ends]
    marks.sort(key=lambda m: (m[0], m[1], m[2].id))
    for instant, group in groupby(marks, key=lambda m: m[0]):
        here = list(group)
        began = [e for _, side, e in here if side == 0]
        over = [e for _, side, e in here if side == 1]
        if start is not None and lapse is not None and lapse < instant:
            close(lapse + 1, ())
        if began:
            limits = [_until(e, expiry) for e in began]
            known = [limit for limit in limits if limit is not None]
            reach = None if len(known) < len(limits) else max(known)
            if start is None:
                start, lapse = began[0], reach
            elif lapse is not None:
                lapse = None if reach is None else max(reach, lapse)
            last = began[-1]
        elif over and start is not None:
            close(instant, tuple(over[:1]))
    if start is not None:
        found.append(
            Interval(
                start.t, None if lapse is None else lapse + 1, (start,), (last,) if last else ()
            )
        )
    return found


def _until(event: Known, expiry: str | None) -> int | None:
    text = event.data.get(expiry) if expiry else None
    return None if text is None else parse_instant(text)


def intersect(sides: list[list[Interval]]) -> list[Interval]:
    """Times in which all of several things hold."""
    result = sides[0]
    for side in sides[1:]:
        both = []
        for a in result:
            for b in side:
                start = max(a.start, b.start)
                ends = [i for i in (a, b) if i.end is not None]
                first = min(ends, key=lambda i: i.end or 0, default=None)
                end = None if first is None else first.end
                if end is None or start < end:
                    both.append(
                        Interval(
                            start,
                            end,
                            (*a.begins, *b.begins),
                            first.ended if first else (),
                            first.ends if first else (),
                        )
                    )
        result = sorted(both, key=lambda i: i.start)
    return result


def union(sides: list[list[Interval]]) -> list[Interval]:
    """Times in which any of several things holds."""
    result: list[Interval] = []
    for interval in sorted((i for side in sides for i in side), key=lambda i: i.start):
        last = result[-1] if result else None
        if last is not None and (last.end is None or interval.start <= last.end):
            if last.end is not None and (interval.end is None or interval.end > last.end):
                result[-1] = Interval(
                    last.start, interval.end, last.begins, interval.ended, interval.ends
                )
        else:
            result.append(interval)
    return result
