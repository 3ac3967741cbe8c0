"""Duties of the operator itself: most events only say again what already stands.

"The operator runs a service" begins with the first start of a service; the hundred thousand
starts after it change nothing while nothing has ended. Such duties are judged as a whole, so it
is worth seeing that there is nothing to judge.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lawkeep.judge.form import Pick, legs_of, types_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.live_groups import plain
from lawkeep.judge.live_plan import Plan
from lawkeep.judge.world import holds
from lawkeep.model.event import Event


@dataclass
class Still:
    """What a whole group looked like when it was last judged.

    `first`: for each selection of beginnings the earliest event that fits it. Only where nothing
    that ends something has ever been recorded.
    """

    plan: Plan
    beginnings: tuple[Pick, ...]
    first: tuple[int | None, ...]

    @classmethod
    def make(cls, plan: Plan, events: Iterable[Known]) -> "Still | None":
        """None where a further beginning may matter."""
        form = plan.form
        if form.pattern not in ("existence", "inventory") or plan.started:
            return None
        legs = [leg for demand in form.demands for leg in legs_of(demand)]
        if any(leg.valid_until for leg in legs):
            return None
        begins = [leg.pick for leg in legs]
        ends = types_of(p for leg in legs for p in leg.undone_by)
        if form.duty.while_ != "role":
            state = plan.states[str(form.duty.while_)]
            if state.within is not None or state.parts:
                return None
            begins += state.begins
            ends += types_of(state.ends)
        if any(pick.match.trigger for pick in begins) or set(ends) & set(types_of(begins)):
            return None
        listed = list(events)
        if any(event.type in ends for event in listed):
            return None
        first = tuple(
            min((e.t for e in listed if e.type in p.types and holds(p.where, e)), default=None)
            for p in begins
        )
        return cls(plan, tuple(begins), first)

    def changes_nothing(self, event: Event, now: int) -> bool:
        """Whether the event, which counts by itself, only begins again what has begun."""
        if max(event.occurred_at, event.recorded_at) > now:
            return False
        known = plain(event)
        for pick, first in zip(self.beginnings, self.first, strict=True):
            if (
                event.type in pick.types
                and (first is None or event.occurred_at <= first)
                and holds(pick.where, known)
            ):
                return False
        return any(event.type in pick.types for pick in self.beginnings)
