"""How long data must stay and by when it must go: the retention rules of packs, applied. Pure.

Several packs or rules may speak of one purpose: the longest floor and the shortest ceiling count,
and a floor goes before a ceiling, since destruction cannot be undone. A floor of a draft citation
counts too, for the same reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lawkeep.law.calendar import parse_period
from lawkeep.law.pack import Pack
from lawkeep.law.tables import Retention


@dataclass(frozen=True)
class Term:
    """What the law says about data of one purpose. Instants.

    `keep_until`: it must stay until then. `destroy_by`: it must be gone by then. None: nobody says
    so. `running`: the period has not begun, because the relation has not ended.
    """

    purpose: str
    keep_until: int | None
    destroy_by: int | None
    running: bool
    rules: tuple[tuple[str, Retention], ...]

    def must_stay(self, now: int) -> bool:
        return self.running or (self.keep_until is not None and now <= self.keep_until)

    def is_due(self, now: int) -> bool:
        """Whether it should be destroyed now: past its floor, and with a ceiling that is set.

        At the end of the floor, not of the ceiling: the purpose needs it no longer.
        """
        return self.destroy_by is not None and not self.must_stay(now)

    def is_late(self, now: int) -> bool:
        """Whether its ceiling has passed."""
        return self.destroy_by is not None and now > self.destroy_by


def term(packs: Iterable[Pack], purpose: str, created_at: int, ended_at: int | None) -> Term | None:
    """The term of data recorded at an instant; None if no pack has a rule for the purpose.

    A rule counts where one of its citations was in force at some time since the data was recorded.
    """
    rules: list[tuple[str, Retention]] = []
    floors: list[int] = []
    ceilings: list[int] = []
    running = False
    for pack in packs:
        rule = pack.retention.get(purpose)
        if rule is None or not _in_force(pack, rule, created_at):
            continue
        rules.append((pack.id, rule))
        start = created_at if rule.starts == "recorded" else ended_at
        if start is None:
            running = True
            continue
        if rule.floor is not None:
            floors.append(pack.calendar.end(start, parse_period(rule.floor)))
        if rule.ceiling is not None:
            ceilings.append(pack.calendar.end(start, parse_period(rule.ceiling)))
    if not rules:
        return None
    keep = max(floors, default=None)
    by = min(ceilings, default=None)
    if keep is not None and by is not None:
        by = max(by, keep)
    return Term(purpose, keep, by, running, tuple(rules))


def _in_force(pack: Pack, rule: Retention, since: int) -> bool:
    ends = (pack.span(cite.law)[1] for cite in rule.cites)
    return any(end is None or end >= since for end in ends)
