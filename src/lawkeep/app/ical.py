"""Open deadlines as an iCalendar file (RFC 5545) that people can subscribe to.

Needs the extra `calendar`. One event for each obligation, at the moment at which it is due; its
UID is the id of the finding, so that a calendar follows a deadline that moves.
"""

from collections.abc import Sequence
from datetime import timedelta

import icalendar

from lawkeep.app.due import Due
from lawkeep.model.time import utc

_REFRESH = timedelta(hours=1)


def ical(dues: Sequence[Due], *, name: str, now: int, language: str = "en") -> bytes:
    """The file. `now`: when it was made, microseconds of UTC. `name`: of the calendar."""
    zh = language == "zh"
    feed = icalendar.Calendar()
    feed.add("prodid", "-//Lawkeep//Obligations//EN")
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", name)  # RFC 7986, and what most calendars read
    feed.add("x-wr-calname", name)
    feed.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    for due in dues:
        entry = icalendar.Event()
        entry.add("uid", f"{due.id}@lawkeep")
        entry.add("dtstamp", utc(now).replace(microsecond=0))
        entry.add("dtstart", utc(due.due_at).replace(microsecond=0))
        title = due.title.zh if zh else due.title.en
        about = ", ".join(f"{k}={v}" for k, v in sorted(due.keys.items()))
        entry.add("summary", f"{due.code} {title}" + (f" ({about})" if about else ""))
        lead = "义务" if zh else "Duty"
        lines = [f"{lead}: {due.duty} ({due.code})", *due.cites]
        entry.add("description", "\n".join(lines))
        entry.add("categories", [due.code])
        entry.add("transp", "TRANSPARENT")
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", -_lead(due))
        entry.add_component(alarm)
        feed.add_component(entry)
    return bytes(feed.to_ical())


def _lead(due: Due) -> timedelta:
    """A reminder at a tenth of the time that there was, at most three days before."""
    whole = timedelta(microseconds=max(due.due_at - due.trigger, 0))
    return min(timedelta(seconds=int(whole.total_seconds() / 10)), timedelta(days=3))
