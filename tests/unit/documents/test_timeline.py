"""The picture of a finding: well formed, honest about time, silent about what is not known."""

import re
from types import ModuleType
from typing import Any, get_args
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.documents import marks, svg
from lawkeep.documents.inputs import DutyView, EventView, Role
from lawkeep.documents.marks import MANY, SIGNS, marks_of
from lawkeep.documents.timeline import Language, timeline
from lawkeep.model.finding import Citation, Finding, State, Text

ZONE = "Asia/Shanghai"
SVG = "{http://www.w3.org/2000/svg}"
DAY = 86_400_000_000
START = 1_500_000_000_000_000


def _finding(**more: Any) -> Finding:
    base: dict[str, Any] = {
        "id": "0" * 32, "duty": "d", "code": "D-1", "state": "breached", "reason": None,
        "basis": "text", "citation": Citation("CN-CSL", "2017-06-01", "47"), "opening": "e0",
        "trigger": START, "act": "a", "summary": Text(zh="概要", en="Summary"),
    }  # fmt: skip
    return Finding(**{**base, **more})


def _event(at: int, type_: str = "t.done", title: str = "Event") -> EventView:
    return EventView(type=type_, title=Text(zh=title, en=title), occurred_at=at, recorded_at=at)


def _duty(**roles: Role) -> DutyView:
    none = Text(zh="", en="")
    named = {"t." + name: role for name, role in roles.items()}
    return DutyView(title=none, summary=none, deadline=none, roles=named)


def _signs(
    finding: Finding, events: dict[str, EventView], duty: DutyView | None = None
) -> list[str]:
    return [m.sign for m in marks_of(finding, events, duty, START + 90 * DAY)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sample_is_well_formed_and_tells_itself(
    sample: ModuleType, language: Language
) -> None:
    for f in sample.FINDINGS:
        root = ET.fromstring(
            timeline(f, sample.EVENTS, sample.DUTIES[f.duty], sample.AS_OF, ZONE, language)
        )
        assert root.tag == SVG + "svg"
        title, desc = root.find(SVG + "title"), root.find(SVG + "desc")
        assert title is not None
        assert getattr(f.summary, language) in (title.text or "")
        assert desc is not None
        assert "2017-" in (desc.text or "")
        assert not [e for e in root.iter() if "style" in e.attrib]


def test_an_act_at_the_deadline_is_in_time_and_a_microsecond_later_is_late() -> None:
    due = START + DAY
    events = {"e0": _event(START), "e1": _event(due)}
    met = _finding(state="met", due_at=due, events=("e0", "e1"))
    assert _signs(met, events) == ["trigger", "done", "due", "as_of"]
    late = {"e0": _event(START), "e1": _event(due + 1)}
    breached = _finding(due_at=due, events=("e0", "e1"), cured_at=due + 1)
    assert _signs(breached, late) == ["trigger", "due", "cured", "as_of"]
    assert _signs(_finding(due_at=due, events=("e0", "e1")), late) == [
        "trigger", "due", "late", "as_of",
    ]  # fmt: skip


def test_only_a_met_finding_shows_a_tick_in_time() -> None:
    due = START + DAY
    events = {"e0": _event(START), "e1": _event(START + 5)}
    for state in get_args(State):
        signs = _signs(_finding(state=state, due_at=due, events=("e0", "e1")), events)
        assert ("done" in signs) == (state == "met")
        assert ("acted" in signs) == (state != "met")


def test_roles_choose_the_sign() -> None:
    events = {
        "e0": _event(START),
        "seen": _event(START + 1, "t.seen"),
        "freed": _event(START + 2, "t.freed"),
        "undone": _event(START + 3, "t.undone"),
    }
    duty = _duty(seen="contrary", freed="release", undone="undo")
    finding = _finding(events=("e0", "seen", "freed", "undone"))
    assert _signs(finding, events, duty) == ["trigger", "contrary", "release", "undone", "as_of"]


def test_what_was_before_a_breach_is_only_before_and_before_a_met_trigger_is_done() -> None:
    events = {"e0": _event(START), "old": _event(START - DAY)}
    assert _signs(_finding(events=("old", "e0")), events)[0] == "earlier"
    assert _signs(_finding(state="met", events=("old", "e0")), events)[0] == "done"


@pytest.mark.parametrize(
    ("opening", "told"),
    [("in_force:2017-06-01", "the duty is in force since 2017-06-01"), ("ended:gone", "gone")],
)
def test_openings_that_are_not_events_are_told(opening: str, told: str) -> None:
    drawn = timeline(_finding(opening=opening), {}, None, START + DAY, ZONE, "en")
    assert told in drawn


def test_times_are_law_time() -> None:
    # 2017-08-20 23:30 UTC is the next day in Shanghai.
    at = 1_503_271_800_000_000
    drawn = timeline(_finding(trigger=at), {}, None, at + DAY, ZONE, "en")
    assert "2017-08-21" in drawn
    assert "07:30" in drawn
    assert "2017-08-20" not in drawn


def test_spans_of_different_magnitude_are_broken_and_say_so() -> None:
    near = timeline(_finding(due_at=START + DAY), {}, None, START + 2 * DAY, ZONE, "en")
    far = timeline(_finding(due_at=START + 60_000_000), {}, None, START + 400 * DAY, ZONE, "en")
    assert "tl-break" not in near
    assert "tl-break" in far
    assert "not to scale" in far
    assert "1 min" in far
    assert "1 y" in far


def test_distances_are_true_to_scale_where_spans_are_alike() -> None:
    drawn = timeline(_finding(due_at=START + DAY), {}, None, START + 3 * DAY, ZONE, "en")
    lines = [
        (float(a), float(b))
        for a, b in re.findall(r'd="M96 ([\d.]+)V([\d.]+)" class="tl-line', drawn)
    ]
    first, second = (b - a for a, b in lines)
    assert second == pytest.approx(2 * first, rel=0.01)


def test_after_the_as_of_line_nothing_is_drawn_as_known() -> None:
    drawn = timeline(
        _finding(state="pending", due_at=START + 9 * DAY), {}, None, START + 4 * DAY, ZONE, "en"
    )
    assert "tl-line-future" in drawn
    assert "still running" in drawn
    assert "tl-line-over" not in drawn


def _looks(finding: Finding, events: dict[str, EventView], duty: DutyView, days: int) -> list[str]:
    """The looks of the line, from the top."""
    drawn = timeline(finding, events, duty, START + days * DAY, ZONE, "en")
    return re.findall(r'class="tl-line tl-line-(\w+)"', drawn)


def _pattern(pattern: str, **roles: Role) -> DutyView:
    return msgspec.structs.replace(_duty(**roles), pattern=pattern)


def test_a_met_finding_has_no_end_beside_its_act() -> None:
    events = {"e0": _event(START), "e1": _event(START + 5)}
    met = _finding(state="met", due_at=START + DAY, events=("e0", "e1"), ended_at=START + 5)
    assert _signs(met, events) == ["trigger", "done", "due", "as_of"]
    gone = {"e0": _event(START), "e1": _event(START + 5, "t.gone")}
    over = msgspec.structs.replace(met, reason="condition_ended")
    assert _signs(over, gone, _duty(done="demand")) == ["trigger", "ended", "due", "as_of"]
    assert _signs(over, {"e0": _event(START)}) == ["trigger", "ended", "due", "as_of"]


def test_records_deleted_too_early_are_wrong_until_they_need_not_be_there() -> None:
    duty = _pattern("retention")
    events = {"e0": _event(START)}
    early = _finding(due_at=START + 3 * DAY, events=("e0",))
    assert _looks(early, events, duty, 9) == ["over", "after"]
    notes = [m.note for m in marks_of(early, events, duty, START + 9 * DAY) if m.sign == "due"]
    assert notes == [marks.KEPT_UNTIL]
    late = _finding(state="met", due_at=START - DAY, events=("e0",), ended_at=START)
    assert _looks(late, events, duty, 9) == ["before", "after"]
    assert "tl-line-over" not in timeline(late, events, duty, START + 9 * DAY, ZONE, "en")


def test_what_is_forbidden_happened_and_is_not_said_to_be_undone() -> None:
    duty = _pattern("prohibition")
    events = {"e0": _event(START), "ban": _event(START - DAY)}
    breached = _finding(due_at=START, events=("ban", "e0"), ended_at=START + DAY)
    drawn = timeline(breached, events, duty, START + 9 * DAY, ZONE, "en")
    assert marks.FORBIDDEN.en.split()[-1] in drawn
    assert marks.NOT_DONE.en not in drawn
    assert _looks(breached, events, duty, 9) == ["before", "over", "after"]
    bare = _finding(due_at=START, events=("e0",))
    assert _looks(bare, events, duty, 9) == ["after"]
    met = _finding(state="met", due_at=START, events=("ban", "e0"), ended_at=START)
    assert [m.sign for m in marks_of(met, events, duty, START + DAY)] == [
        "ended", "trigger", "as_of",
    ]  # fmt: skip


def test_a_record_of_a_stretch_counts_from_its_beginning() -> None:
    duty = _pattern("continuity", done="demand")
    late = msgspec.structs.replace(
        _event(START + 9 * DAY), holds_from=START + DAY, holds_to=START + 9 * DAY
    )
    events = {"e0": _event(START), "e1": late}
    met = _finding(state="met", due_at=START + 2 * DAY, events=("e0", "e1"), ended_at=START + DAY)
    assert _signs(met, events, duty) == ["trigger", "done", "due", "as_of"]
    gap = _finding(
        due_at=START + DAY // 2, events=("e0", "e1"),
        cured_at=START + 9 * DAY, ended_at=START + DAY,
    )  # fmt: skip
    assert _signs(gap, events, duty) == ["trigger", "due", "ended", "as_of"]
    assert _looks(gap, events, duty, 20) == ["window", "over", "after"]


def test_a_breach_is_over_when_its_condition_is() -> None:
    events = {"e0": _event(START), "gone": _event(START + 5 * DAY, "t.gone")}
    finding = _finding(due_at=START + DAY, events=("e0", "gone"), ended_at=START + 5 * DAY)
    assert _signs(finding, events, _duty(done="demand")) == ["trigger", "due", "ended", "as_of"]


texts = st.text(max_size=60)
instants = st.integers(-62_000_000_000_000_000, 253_000_000_000_000_000)


@given(
    st.sampled_from(get_args(State)), texts, st.lists(st.tuples(instants, texts), max_size=5),
    st.none() | instants, st.none() | instants, instants, st.sampled_from(("zh", "en")),
)  # fmt: skip
def test_any_finding_can_be_drawn(
    state: State,
    title: str,
    happened: list[tuple[int, str]],
    due: int | None,
    cured: int | None,
    as_of: int,
    language: Language,
) -> None:
    events = {f"e{n}": _event(at, f"t.{n}", said) for n, (at, said) in enumerate(happened)}
    finding = _finding(
        state=state,
        due_at=due,
        cured_at=cured,
        events=tuple(events),
        summary=Text(zh=title, en=title),
    )
    root = ET.fromstring(timeline(finding, events, _duty(), as_of, ZONE, language))
    _, _, wide, high = (float(x) for x in root.attrib["viewBox"].split())
    for text in root.iter(SVG + "text"):
        assert 0 <= float(text.attrib["x"]) <= wide
        assert 0 <= float(text.attrib["y"]) <= high
    times = [m.at for m in marks_of(finding, events, None, as_of)]
    assert times == sorted(times)


@given(st.text(max_size=200), st.integers(40, 300), st.integers(1, 4))
def test_lines_fit_and_keep_the_text(value: str, room: int, lines: int) -> None:
    out = svg.wrap(value, room, 12, lines)
    assert len(out) <= lines
    assert all(svg.width(line, 12) <= room for line in out)
    if not any(line.endswith("…") for line in out):
        joined = "".join("".join(out).split())
        assert joined == "".join(svg.clean(value).split())


def test_the_event_that_ends_a_cure_is_the_trigger_and_is_shown_once() -> None:
    events = {"left": _event(START, "t.left", "The officer left"), "e1": _event(START + 9)}
    finding = _finding(state="met", opening="ended:gone", events=("left", "e1"), due_at=START + DAY)
    found = marks_of(finding, events, _duty(left="undo"), START + 2 * DAY)
    assert [m.sign for m in found] == ["trigger", "done", "due", "as_of"]
    assert found[0].note == Text(zh="The officer left", en="The officer left")


def test_many_records_are_drawn_as_the_first_and_the_last_and_counted() -> None:
    events = {f"e{n}": _event(START + n) for n in range(101)}
    found = marks_of(_finding(state="open", events=tuple(events)), events, None, START + DAY)
    assert len(found) == MANY + 3
    notes = [m.note.en for m in found if m.note]
    assert f"{100 - MANY} further records are not drawn" in notes


def test_every_sign_has_words() -> None:
    assert all(text.zh and text.en for text in SIGNS.values())


def test_a_long_id_without_spaces_is_broken() -> None:
    out = svg.wrap("x" * 200, 100, 12, 3)
    assert len(out) == 3
    assert out[-1].endswith("…")


def test_replaced_summary_is_escaped(sample: ModuleType) -> None:
    f = msgspec.structs.replace(sample.FINDINGS[0], summary=Text(zh="<b>", en='"&<b>'))
    drawn = timeline(f, sample.EVENTS, None, sample.AS_OF, ZONE, "en")
    assert "<b>" not in drawn
    assert "&amp;&lt;b&gt;" in drawn
