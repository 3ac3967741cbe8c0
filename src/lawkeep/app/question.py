"""What an audit is asked: as of when, about what, under which law."""

from datetime import date
from typing import Any, Literal

import msgspec

from lawkeep.law.calendar import Calendar
from lawkeep.model.finding import Finding
from lawkeep.model.time import format_local

EngineName = Literal["auto", "reference", "duckdb"]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`now`: microseconds of UTC, for an audit without `on`.

    `on`: to the end of that day, law time. `moved_to`: the day on which the earliest event shall
    fall. `only`: ids or codes of duties. `keys`, `since`: which findings are shown.
    """

    now: int
    on: date | None = None
    moved_to: date | None = None
    drafts: bool = False
    only: frozenset[str] = frozenset()
    keys: dict[str, str] = {}
    since: date | None = None
    engine: EngineName = "auto"

    def as_of(self, calendar: Calendar) -> int:
        """The instant that is judged, before any move."""
        return self.now if self.on is None else calendar.day_end(self.on)

    def shows(self, finding: Finding, calendar: Calendar) -> bool:
        """Whether a finding is about the keys and not wholly before `since`."""
        about = finding.keys | finding.for_each
        acts = set(finding.act.split(","))
        for kind, value in self.keys.items():
            if about.get(kind) != value and f"{kind}={value}" not in acts:
                return False
        if self.since is None:
            return True
        start = calendar.day_start(self.since)
        return finding.trigger >= start or (finding.due_at is not None and finding.due_at >= start)

    def as_json(self, calendar: Calendar) -> dict[str, Any]:
        """What findings were looked for, as `audit --json` says it and `--against` reads it."""
        since = None
        if self.since is not None:
            since = format_local(calendar.day_start(self.since), calendar.zone)
        return {"only": sorted(self.only), "keys": self.keys, "since": since}

    @property
    def narrowed(self) -> bool:
        """Whether findings may be hidden."""
        return bool(self.keys) or self.since is not None
