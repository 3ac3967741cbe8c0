"""The timeline of a finding as SVG: trigger, deadline, what happened, cure, contrary, as-of.

Time runs downwards, so that labels never collide and the picture reads the same on a phone and
on paper. Spans are written beside the line; where they differ by more than three times, the
distances are compressed and a break sign says so.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from lawkeep.documents import moments, svg
from lawkeep.documents.inputs import DutyView, EventView
from lawkeep.documents.marks import SIGNS, Mark, Sign, marks_of, told, wrong_until
from lawkeep.model.finding import Finding, Text

Language = Literal["zh", "en"]

WIDTH = 360
_DATE, _AXIS, _LABEL = 76, 96, 114  # columns: date ends, line, label starts
_SIZE, _LINE = 12.0, 15.0  # letters and lines, in user units
_NEAR = 40.0  # least distance of two marks
_EVEN = 3  # up to this ratio of spans the distances are true to scale

TITLE = Text(zh="时间线", en="Timeline")
COMPRESSED = Text(
    zh="带双斜线的一段已压缩，不按比例", en="// marks a compressed span, not to scale"
)


def timeline(
    finding: Finding,
    events: Mapping[str, EventView],
    duty: DutyView | None,
    as_of: int,
    zone: str,
    language: Language,
) -> str:
    """An `<svg>` element in one language. All data is escaped; times are in law time (`zone`)."""
    marks = marks_of(finding, events, duty, as_of)
    pattern = duty.pattern if duty else ""
    labels = [_lines(mark, language) for mark in marks]
    gaps = [after.at - before.at for before, after in pairwise(marks)]
    steps, compressed = _steps(gaps, [len(lines) for lines in labels])
    y, height = 14.0, 14.0
    line: list[str] = []
    rows: list[str] = []
    for place, mark in enumerate(marks):
        rows.append(_row(mark, labels[place], y, zone))
        height = y + _LINE * len(labels[place])
        if place < len(gaps):
            below = y + steps[place]
            look = _segment(mark, marks[place + 1], finding, pattern, as_of)
            line.append(_stroke(y, below, look, compressed[place]))
            if gaps[place]:
                span = getattr(moments.span(gaps[place]), language)
                rows.append(svg.text(_LABEL, below - 13, span, f"tl-span tl-span-{look}"))
            y = below
    if any(compressed):
        height += 8
        rows.append(svg.text(_LABEL, height + 8, getattr(COMPRESSED, language), "tl-hint"))
        height += 6
    height += 8
    name = f"{getattr(TITLE, language)}: {getattr(finding.summary, language)}"
    return svg.element(
        "svg",
        svg.element("title", svg.words(name))
        + svg.element("desc", svg.words(told(marks, zone, language)))
        + svg.element("g", "".join(line))
        + svg.element("g", "".join(rows)),
        xmlns="http://www.w3.org/2000/svg",
        class_=f"timeline tl-{finding.state}",
        viewBox=f"0 0 {WIDTH} {height:.0f}",
        width=WIDTH,
        height=round(height),
        role="img",
    )


def _lines(mark: Mark, language: Language) -> list[str]:
    head = [getattr(SIGNS[mark.sign], language)]
    if mark.note is None:
        return head
    return head + svg.wrap(getattr(mark.note, language), WIDTH - _LABEL - 4, _SIZE, 2)


def _steps(gaps: list[int], lines: list[int]) -> tuple[list[float], list[bool]]:
    """Distances between marks, and which of them are shorter than their share."""
    real = [gap for gap in gaps if gap > 0]
    least = min(real, default=1)
    room = [max(_NEAR, n * _LINE + (22 if gap else 8)) for gap, n in zip(gaps, lines, strict=False)]
    if max(real, default=1) <= least * _EVEN:
        unit = max((r / (g / least) for r, g in zip(room, gaps, strict=True) if g), default=_NEAR)
        return [max(r, unit * g / least) for r, g in zip(room, gaps, strict=True)], [False] * len(
            gaps
        )
    heavy = [gap > least * _EVEN for gap in gaps]
    return [r + (10 if h else 0) for r, h in zip(room, heavy, strict=True)], heavy


def _segment(a: Mark, b: Mark, finding: Finding, pattern: str, as_of: int) -> str:
    """The look of the line between two marks."""
    if a.at >= as_of:
        return "future"
    if b.at <= finding.trigger:
        return "before"
    due = finding.due_at
    if due is not None and b.at <= due and pattern != "retention":
        return "unknown" if finding.state == "open" else "window"
    if finding.state != "breached":
        return "unknown" if finding.state == "open" and due is not None else "after"
    over = wrong_until(finding, pattern)
    return "after" if over is not None and a.at >= over else "over"


def _stroke(top: float, bottom: float, look: str, broken: bool) -> str:
    mid = (top + bottom) / 2
    line = svg.element(
        "path", d=f"M{_AXIS} {top:.1f}V{bottom:.1f}", class_=f"tl-line tl-line-{look}"
    )
    if not broken:
        return line
    gap = svg.element("path", d=f"M{_AXIS} {mid - 4:.1f}V{mid + 4:.1f}", class_="tl-gap")
    sign = f"M{_AXIS - 6} {mid - 1:.1f}l12 -6M{_AXIS - 6} {mid + 7:.1f}l12 -6"
    return line + gap + svg.element("path", d=sign, class_="tl-break")


def _row(mark: Mark, lines: list[str], y: float, zone: str) -> str:
    out: list[str] = []
    if mark.sign == "as_of":
        start = _LABEL + svg.width(lines[0], _SIZE) + 10
        out.append(svg.element("path", d=f"M{start:.0f} {y:.1f}H{WIDTH}", class_="tl-asof"))
    out.append(_symbol(mark.sign, y))
    out.append(svg.text(_DATE, y + 4, moments.day(mark.at, zone), "tl-day", "end"))
    out.append(svg.text(_DATE, y + 4 + _LINE, moments.clock(mark.at, zone), "tl-clock", "end"))
    for place, words in enumerate(lines):
        class_ = f"tl-sign tl-sign-{mark.sign}" if place == 0 else "tl-note"
        out.append(svg.text(_LABEL, y + 4 + place * _LINE, words, class_))
    return svg.element("g", "".join(out))


_CHECK = "M-3.4 .2l2.4 2.6L3.6 -2.6"
_SHAPES: dict[Sign, tuple[tuple[str, str], ...]] = {
    "earlier": (("tl-hollow", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),),
    "other": (("tl-hollow", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),),
    "trigger": (("tl-dot", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"),),
    "due": (("tl-due", "M0 -7L7 0L0 7L-7 0z"),),
    "done": (("tl-done", "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z"), ("tl-in", _CHECK)),
    "acted": (("tl-hollow", "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z"), ("tl-bar", _CHECK)),
    "late": (("tl-late", "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z"), ("tl-out", _CHECK)),
    "cured": (("tl-late", "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z"), ("tl-out", _CHECK)),
    "undone": (("tl-late", "M-7 0a7 7 0 1 0 14 0a7 7 0 1 0 -14 0z"), ("tl-out", "M-3 3L3 -3")),
    "contrary": (("tl-late", "M0 -8L8 6H-8z"), ("tl-out", "M0 -3.4V1.4M0 3.4V3.6")),
    "release": (("tl-hollow", "M-6 -6H6V6H-6z"), ("tl-bar", "M-3 0H3")),
    "ended": (("tl-hollow", "M-5 -5H5V5H-5z"),),
    "as_of": (("tl-bar", "M-8 0H8"),),
}


def _symbol(sign: Sign, y: float) -> str:
    paths = "".join(svg.element("path", d=d, class_=class_) for class_, d in _SHAPES[sign])
    return svg.element("g", paths, transform=f"translate({_AXIS} {y:.1f})")
