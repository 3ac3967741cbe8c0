"""What a report is made from: the audit, and the words for what it names."""

from typing import Literal

import msgspec

from lawkeep.model.finding import Audit, Text

Role = Literal["trigger", "demand", "contrary", "release", "undo", "earlier", "other"]
"""What an event of a type does for a duty; it chooses the sign on the timeline."""


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """An event as a reader sees it. Instants are microseconds of UTC.

    `holds_from`, `holds_to`: the stretch of time that a record is about, where it is about one.
    """

    type: str
    title: Text
    occurred_at: int
    recorded_at: int
    source: str | None = None
    keys: dict[str, str] = {}
    actor: str | None = None
    holds_from: int | None = None
    holds_to: int | None = None


class DutyView(msgspec.Struct, frozen=True, kw_only=True):
    """A duty in words. `summary`: what is demanded. `deadline`: by when.

    `citations`: such as "Cybersecurity Law (2017-06-01) art. 47". `roles`: event type to what it
    does for this duty; a type that is missing is judged by its time alone.
    """

    title: Text
    summary: Text
    deadline: Text
    pattern: str = ""
    code: str = ""
    citations: tuple[Text, ...] = ()
    roles: dict[str, Role] = {}


class ReportInput(msgspec.Struct, frozen=True, kw_only=True):
    """One operator's audit with the words for its parts.

    `zone`: IANA name of law time. `events`: only those that findings name. `row_titles`,
    `caveats`, `reasons`, `measures`, `event_titles`: code to words; what is missing here is
    looked up in `lawkeep.documents.words`, and an unknown code is shown as itself. `only_drafts`:
    no duty of the packs rests on anything but drafts.
    """

    audit: Audit
    name: Text | None = None
    zone: str = "Asia/Shanghai"
    events: dict[str, EventView] = {}
    duties: dict[str, DutyView] = {}
    instruments: dict[str, Text] = {}
    row_titles: dict[str, Text] = {}
    measures: dict[str, Text] = {}
    caveats: dict[str, Text] = {}
    reasons: dict[str, Text] = {}
    event_titles: dict[str, Text] = {}
    notes: tuple[Text, ...] = ()
    only_drafts: bool = False
