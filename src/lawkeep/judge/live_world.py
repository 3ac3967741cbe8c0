"""A group of events judged by the reference rules, and when its findings may change by themselves.

Between two events, a finding changes only where time passes an instant that the rules compared
with: an end that the calendar computed, a time in an event or its data, a bound of the law or of
a role. All of them are noted, so the next is never missed; one that changes nothing costs a look.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from lawkeep.judge.form import StateForm
from lawkeep.judge.knowledge import Knowledge, Known
from lawkeep.judge.live_plan import Plan
from lawkeep.judge.outcome import Judged
from lawkeep.judge.reference import judge_form
from lawkeep.judge.world import World, derived, originals
from lawkeep.law.calendar import Calendar, Period
from lawkeep.law.pack import Pack
from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import LATEST, parse_instant


class Watched(Calendar):
    """A calendar that notes every instant it computes."""

    def __init__(self, calendar: Calendar, note: Callable[[int], None]) -> None:
        self._calendar, self._note = calendar, note
        self.zone: ZoneInfo = calendar.zone
        self.is_workday = calendar.is_workday

    def day(self, instant: int) -> date:
        return self._calendar.day(instant)

    def _noted(self, instant: int) -> int:
        self._note(instant)
        return instant

    def day_start(self, day: date) -> int:
        return self._noted(self._calendar.day_start(day))

    def day_end(self, day: date) -> int:
        return self._noted(self._calendar.day_end(day))

    def end(self, start: int, period: Period) -> int:
        return self._noted(self._calendar.end(start, period))

    def begin(self, end: int, period: Period) -> int:
        return self._noted(self._calendar.begin(end, period))

    def latest_before(self, instant: int, period: Period) -> int:
        return self._noted(self._calendar.latest_before(instant, period))


class Wake:
    """The first instant after `now` of those noted, or the one after it: both may matter."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.at: int | None = None

    def note(self, instant: int) -> None:
        """An instant that a rule compared the present with."""
        if instant < self.now or instant >= LATEST:
            return
        first = instant if instant > self.now else instant + 1
        if self.at is None or first < self.at:
            self.at = first

    def event(self, t: int, r: int, data: Mapping[str, Any]) -> None:
        """When an event begins to count, and the times in its data."""
        for instant in (t, r):
            if instant > self.now:
                self.note(instant)
        self._data(data.values())

    def _data(self, values: Iterable[Any]) -> None:
        for value in values:
            if isinstance(value, str):
                if value[4:5] == "-" and value.endswith("Z"):
                    try:
                        self.note(parse_instant(value))
                    except LawkeepError:
                        continue
            elif isinstance(value, list):
                self._data(value)
            elif isinstance(value, dict):
                self._data(value.values())


@dataclass
class Shared:
    """What the groups of one pack have in common while nothing about the operator changes."""

    knowledge: Knowledge
    pack: Pack
    states: Mapping[str, StateForm]
    roles: dict[tuple[str, ...], list[tuple[int, int]]]


class GroupWorld(World):
    """The world of some events of a pack, cheap enough to be made for a handful of them."""

    def __init__(self, shared: Shared, events: list[Known], as_of: int, calendar: Calendar) -> None:
        self.knowledge = replace(shared.knowledge, events=events)
        self.pack = shared.pack
        self.calendar = calendar
        self.as_of = as_of
        self.events = list(derived(events, shared.pack))
        self.by_type = defaultdict(list)
        for event in self.events:
            self.by_type[event.type].append(event)
        self.instants: list[int] = []
        self.original = originals(self.by_type["content.republished"])
        self._index = {}
        self._vias = {}
        self._roles = shared.roles
        self._state_forms = dict(shared.states)
        self._states = {}


def judge_group(
    plan: Plan,
    shared: Shared,
    events: list[Known],
    now: int,
    wake: Wake,
    *,
    operator: str,
    drafts: bool,
    instants: list[int] | None = None,
) -> list[Judged]:
    """Findings of a group as of an instant; `wake` learns when they may change.

    `events`: those that count, by (occurred_at, id). `instants`: of all events that count, for
    duties that end with whatever happens next.
    """
    world = GroupWorld(shared, events, now, Watched(shared.pack.calendar, wake.note))
    if instants is not None:
        world.instants = instants
    spans = world.duty_spans(plan.form, drafts)
    for start, end in spans if plan.standing else ():
        wake.note(start)
        wake.note(end)
    if not any(start <= now for start, _ in spans):
        return []
    found = list(judge_form(world, plan.form, operator=operator, drafts=drafts))
    for judged in found:
        for instant in (judged.finding.due_at, judged.finding.decided_at):
            if instant is not None:
                wake.note(instant)
    return found
