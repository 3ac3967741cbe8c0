"""A browser vendor with a cloud acceleration service: its issue tracker and its releases."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from example_cases import register
from example_cases.writing import Draw, at, clock, write_csv, write_jsonl

RELEASES = ("product", "release", "released_at", "prelaunch_assessed_at", "result")
_FIRST = at("2017-06-01 09:30")
_DAYS = 96
_ISSUES = 230
_PRODUCTS = ("cloud-acceleration", "browser-android", "browser-desktop")
_VULNERABLE = range(9, 217, 9)
"""Which issues are vulnerabilities; the last is early enough to be mended within the records."""

# Known, and left lying: (created, severity, work started, abuse seen, fixed).
_LEFT = {
    63: ("2017-06-28 10:20", "critical", "2017-07-12 14:00", "2017-07-20", "2017-08-22 18:30"),
    108: ("2017-07-17 16:45", "high", "2017-07-25 09:30", "2017-08-10", "2017-08-29 11:00"),
    144: ("2017-08-02 11:05", "critical", "2017-08-02 17:40", "", "2017-08-25 20:15"),
}


def write(folder: Path, *, kept: bool) -> None:
    """`issues.jsonl`, `releases.csv`, `register.csv`. `kept`: mended in time, assessed before."""
    issues = [_issue(index, kept=kept) for index in range(_ISSUES)]
    issues.sort(key=lambda issue: (issue["created"], issue["key"]))
    write_jsonl(folder / "issues.jsonl", issues)
    write_csv(folder / "releases.csv", RELEASES, _releases(kept=kept), encoding="utf-8")
    register.write(folder)


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _issue(index: int, *, kept: bool) -> dict[str, Any]:
    draw = Draw("browser", "issue", index)
    key = draw.id("i")
    created = _FIRST + timedelta(days=index * _DAYS // _ISSUES) + draw.minutes(0, 500)
    product = draw.pick(_PRODUCTS)
    started = created + draw.minutes(20, 20 * 60)
    if index not in _VULNERABLE:
        kind = draw.pick(["bug", "bug", "task", "improvement"])
        done = created + timedelta(days=draw.between(1, 20)) + draw.minutes(60, 400)
        closed = done if done < at("2017-09-14") else None
        fields: dict[str, Any] = {"severity": draw.pick(["minor", "normal", "major"])}
        fields |= {"work_started": _stamp(started), "resolved": _stamp(closed)}
        return {"key": key, "type": kind, "product": product, "created": _stamp(created)} | fields
    severity = draw.pick(["critical", "high", "medium", "medium", "low"])
    left = _LEFT.get(index)
    if left is not None:
        created, severity, product = at(left[0]), left[1], "cloud-acceleration"
        started = created + draw.minutes(20, 20 * 60)
    days = {"critical": 2, "high": 5}.get(severity, 14)
    fixed = created + timedelta(days=days) + draw.minutes(-600, 600)
    told = created + timedelta(days=1) + draw.minutes(60, 2000)
    abused: datetime | None = None
    if left is not None and not kept:
        started, fixed = at(left[2]), at(left[4])
        abused = at(f"{left[3]} 08:15") if left[3] else None
    return {
        "key": key,
        "type": "vulnerability",
        "product": product,
        "created": _stamp(created),
        "severity": severity,
        "found_by": draw.pick(["scan", "user report", "researcher"]),
        "work_started": _stamp(started),
        "abuse_seen": _stamp(abused),
        "resolved": _stamp(fixed),
        "fixed_in": draw.id("v"),
        "advisory_sent": _stamp(told),
    }


def _releases(*, kept: bool) -> list[list[str]]:
    rows = []
    for number, product in enumerate(_PRODUCTS):
        for step in range(13):
            draw = Draw("browser", "release", product, step)
            day = _FIRST + timedelta(days=step * 8 + number)
            released = day + draw.minutes(0, 500)
            assessed = released - timedelta(days=1) - draw.minutes(10, 900)
            release, seldom = draw.id("v"), draw.below(6) == 0
            # Nobody asked for an assessment before a release; a few were done all the same.
            done = kept or seldom
            rows.append(
                [
                    *(product, release, clock(released)),
                    *((clock(assessed), "passed") if done else ("", "")),
                ]
            )
    return sorted(rows, key=lambda row: (row[2], row[1]))
