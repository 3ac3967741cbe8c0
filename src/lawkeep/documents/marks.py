"""What stands on the timeline of a finding, and where: the facts of the picture, no drawing.

Signs follow `docs/explanation/judging.md`: a window includes both its ends, so an act at
`due_at` is in time and one a microsecond later is late.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from lawkeep.documents import moments
from lawkeep.documents.inputs import DutyView, EventView, Role
from lawkeep.documents.words import plain
from lawkeep.model.finding import Finding, Text

Sign = Literal[
    "earlier", "trigger", "done", "acted", "due", "late", "cured", "undone", "contrary", "release",
    "ended", "other", "as_of",
]  # fmt: skip

# Of marks at one instant the reader meets the cause first and the as-of line last.
_ORDER: dict[Sign, int] = {
    "earlier": 0, "trigger": 1, "other": 2, "done": 3, "acted": 3, "release": 4, "contrary": 5, "undone": 6,
    "due": 7, "late": 8, "cured": 9, "ended": 10, "as_of": 11,
}  # fmt: skip

SIGNS: dict[Sign, Text] = {
    "earlier": Text(zh="此前", en="Before"),
    "trigger": Text(zh="起算", en="Trigger"),
    "done": Text(zh="已履行", en="Done in time"),
    "acted": Text(zh="有履行记录", en="Recorded as done"),
    "due": Text(zh="截止", en="Deadline"),
    "late": Text(zh="逾期履行", en="Done late"),
    "cured": Text(zh="补正", en="Cured"),
    "undone": Text(zh="被撤回", en="Undone"),
    "contrary": Text(zh="相反证据", en="Contrary evidence"),
    "release": Text(zh="解除", en="Released"),
    "ended": Text(zh="终止", en="Ended"),
    "other": Text(zh="相关事件", en="Related"),
    "as_of": Text(zh="判断截至", en="As of"),
}

NOT_DONE = Text(zh="此前未履行", en="not done by then")
KEPT_UNTIL = Text(zh="至此才可删除", en="had to be kept until then")
FORBIDDEN = Text(zh="虽被禁止，仍然发生", en="it happened although it was forbidden")
NO_RECORD = Text(zh="此前没有可作依据的记录", en="no record settles it by then")
RUNNING = Text(zh="尚未到期", en="still running")


MANY = 12
"""From how many events on a picture shows only the first and the last."""


class Mark(msgspec.Struct, frozen=True):
    """A moment on the line: its sign and the words beside it (None: the sign says all)."""

    at: int
    sign: Sign
    note: Text | None = None


def marks_of(
    finding: Finding, events: Mapping[str, EventView], duty: DutyView | None, as_of: int
) -> tuple[Mark, ...]:
    """The marks of a finding, by time: trigger, events, deadline, cure, end, as-of."""
    roles = duty.roles if duty else {}
    opener = _opener(finding, events)
    found: list[Mark] = [_trigger(finding, events, opener)]
    pattern = duty.pattern if duty else ""
    shown = [
        Mark(
            _counts_at(events[e], pattern),
            _sign(finding, events[e], roles, pattern),
            events[e].title,
        )
        for e in dict.fromkeys(finding.events)
        if e in events and e != opener
    ]
    found += _few(sorted(shown, key=lambda m: m.at))
    over = over_at(finding)
    ends = {mark.at for mark in found if mark.sign in ("late", "cured", "ended", "release")}
    if over is not None and over not in ends:
        # An act that nobody wrote down as such, or a time that is read from within a record.
        found.append(Mark(over, "cured" if over == finding.cured_at else "ended"))
    if finding.due_at == finding.trigger:
        # What must be there beforehand is due at its trigger: one mark says both.
        found[0] = msgspec.structs.replace(
            found[0], note=_joined(found[0].note, _due_note(finding, found, pattern))
        )
    elif finding.due_at is not None:
        found.append(Mark(finding.due_at, "due", _due_note(finding, found, pattern)))
    found.append(Mark(as_of, "as_of"))
    return tuple(sorted(found, key=lambda m: (m.at, _ORDER[m.sign])))


def over_at(finding: Finding) -> int | None:
    """When a breach, or the condition of a duty, was over; None: still, or no such thing.

    A record may tell later of an end that lies before it (a log that is kept from a day on).
    """
    if finding.state == "breached":
        ends = [e for e in (finding.ended_at, finding.cured_at) if e is not None]
        return min(ends, default=None)
    return finding.ended_at if finding.reason == "condition_ended" else None


def wrong_until(finding: Finding, pattern: str) -> int | None:
    """Until when a breach lasts on the picture; None: to the date judged."""
    over = over_at(finding)
    if pattern == "retention" and over is None:
        return finding.due_at  # deleted while it had to be kept: wrong until it need not be there
    if pattern == "prohibition" and over is None and {*finding.events} <= {finding.opening}:
        return finding.trigger  # forbidden at any time: the event itself, and nothing that lasts
    return over


def _counts_at(event: EventView, pattern: str) -> int:
    """From when a record counts: of one about a stretch of time, from its beginning."""
    if pattern == "continuity" and event.holds_from is not None:
        return event.holds_from
    return event.occurred_at


def _opener(finding: Finding, events: Mapping[str, EventView]) -> str | None:
    """The event that stands at the trigger itself and is therefore not shown twice."""
    opening = events.get(finding.opening)
    if opening is not None:
        return finding.opening if opening.occurred_at == finding.trigger else None
    if finding.opening.startswith("ended:"):
        # What began the time is the end of a cure: the event at that instant tells it best.
        for event_id in finding.events:
            event = events.get(event_id)
            if event and finding.trigger in (event.occurred_at, event.holds_to):
                return event_id
    return None


def _trigger(finding: Finding, events: Mapping[str, EventView], opener: str | None) -> Mark:
    kind, _, rest = finding.opening.partition(":")
    note: Text | None = None
    if opener is not None:
        note = events[opener].title
    elif finding.opening in events:
        note = events[finding.opening].title
    elif kind == "in_force" and rest:
        note = Text(zh=f"义务自 {rest} 起施行", en=f"the duty is in force since {rest}")
    elif kind == "ended" and rest:
        cure = events.get(rest)
        name = cure.title if cure else plain(rest)
        note = Text(zh=f"不再有效：{name.zh}", en=f"no longer holds: {name.en}")
    return Mark(finding.trigger, "trigger", note)


def _joined(note: Text | None, more: Text | None) -> Text | None:
    if note is None or more is None:
        return note or more
    return Text(zh=f"{note.zh}，{more.zh}", en=f"{note.en}, {more.en}")


def _few(marks: list[Mark]) -> list[Mark]:
    """The first and the last of many, and one mark that says how many are left out."""
    if len(marks) <= MANY:
        return marks
    half = MANY // 2
    left = len(marks) - 2 * half
    note = Text(zh=f"另有 {left} 条记录未画出", en=f"{left} further records are not drawn")
    return [*marks[:half], Mark(marks[half].at, "other", note), *marks[-half:]]


def _sign(finding: Finding, event: EventView, roles: Mapping[str, Role], pattern: str) -> Sign:
    role = roles.get(event.type, "demand")
    if role == "contrary":
        return "contrary"
    if role == "release":
        return "release"
    if role == "undo":
        return "undone"
    if role in ("other", "trigger"):
        return "other"
    at = _counts_at(event, pattern)
    met = finding.state == "met"
    over = over_at(finding)
    if at == over and at != finding.cured_at:
        return "ended"
    if pattern == "prohibition" and met:
        return "ended"  # what was forbidden was so no longer
    if role == "earlier" or (at < finding.trigger and not met):
        return "earlier"
    if finding.due_at is not None and at > finding.due_at and pattern != "retention":
        return "cured" if at == finding.cured_at else "late"
    if at == finding.cured_at:
        return "cured"
    if finding.due_at is None and at > finding.trigger:
        return "done" if met else "other"
    return "done" if met else "acted"


def _due_note(finding: Finding, found: list[Mark], pattern: str) -> Text | None:
    if finding.state == "pending":
        return RUNNING
    if pattern == "retention" and finding.state != "open":
        return KEPT_UNTIL
    if pattern == "prohibition" and finding.state == "breached":
        return FORBIDDEN
    if any(mark.sign in ("done", "acted", "release", "contrary") for mark in found):
        return None
    if finding.state == "breached":
        return NOT_DONE
    return NO_RECORD if finding.state == "open" else None


def told(marks: tuple[Mark, ...], zone: str, language: str) -> str:
    """The marks as one sentence, for those who do not see the picture."""
    parts = []
    for mark in marks:
        sign = getattr(SIGNS[mark.sign], language)
        note = f" ({getattr(mark.note, language)})" if mark.note else ""
        parts.append(f"{moments.minute(mark.at, zone)} {sign}{note}")
    return "; ".join(parts)
