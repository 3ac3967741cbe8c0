"""What is to be done until when: pending obligations, the earliest first."""

from dataclasses import dataclass

from lawkeep.app.live import Opened
from lawkeep.law.calendar import CalendarUnknownError, parse_period
from lawkeep.model.errors import error
from lawkeep.model.finding import Text


@dataclass(frozen=True)
class Due:
    """A pending obligation. Instants in microseconds of UTC. `cites`: `CN-CSL 47`."""

    id: str
    duty: str
    code: str
    title: Text
    keys: dict[str, str]
    trigger: int
    due_at: int
    cites: tuple[str, ...]


def due(opened: Opened, now: int, within: str | None = None) -> list[Due]:
    """What is pending as of now. `within`: only what is due in this period from now, law time.

    Error: `period_malformed`, also for working days of a year that has not been announced.
    """
    live = opened.live
    try:
        until = None if within is None else opened.calendar.end(now, parse_period(within))
    except CalendarUnknownError:
        raise error("period_malformed", value=within) from None
    live.advance(now)
    found = []
    plans = {plan.name: plan for plan in live.plans}
    for finding in live.obligations(until):
        plan = plans[finding.duty]
        cites = plan.pack.cites_at(plan.form.duty, finding.trigger, live.drafts)
        assert finding.due_at is not None
        found.append(
            Due(
                finding.id,
                plan.form.id,
                plan.form.duty.code,
                plan.form.duty.title,
                finding.keys | finding.for_each,
                finding.trigger,
                finding.due_at,
                tuple(f"{c.law.partition('@')[0]} {c.article}" for c in cites),
            )
        )
    return found
