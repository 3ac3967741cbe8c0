"""The sentences of `docs/explanation/judging.md`, each on a duty and a timeline made for it.

long because the sentences are read beside the page, in its order.
"""

import random
from pathlib import Path

import pytest

from lawkeep.app import vocabulary
from lawkeep.judge.ahead import ask
from lawkeep.judge.moved import days_to, moved, shift
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.law.timeline import OPERATOR, read_timeline
from lawkeep.model.finding import Finding
from lawkeep.model.time import format_local, parse_instant

VOCABULARY = vocabulary()
HEAD = """
pack: t
version: "1"
title: {zh: 测试, en: test}
jurisdiction: cn
zone: Asia/Shanghai
calendar: cn
disclaimer: {zh: 测试, en: test}
"""
INSTRUMENTS = """
instruments:
  - id: LAW
    short: {zh: 法, en: Law}
    rank: law
    source: made for this test
    editions: [{effective: 2017-06-01, title: {zh: 法, en: Law}}]
"""
STATES = """
states:
  running: {begins: system.started, ends: system.retired, same: system, title: {zh: 运行, en: running}}
  refused: {begins: identity.failed, ends: identity.submitted, same: subject, title: {zh: 拒绝, en: refused}}
"""
POLICY = """
policy:
  stop: {met_within: PT1H, breached_after: PT24H, source: ours}
  seams: {met_within: P1D, breached_after: P7D, source: ours}
  low: {met_within: P7D, breached_after: P30D, source: ours}
"""
DUTY = """
duty: d
code: D-1
title: {zh: 义务, en: duty}
summary: {zh: 义务, en: duty}
number: policy
applies_to: [network]
cites: [{law: LAW@2017-06-01, article: "1", status: verified}]
act: duty
sanctions: none
examples: {met: x, breached: x, open: x}
"""
STOP = """
pattern: response
after: content.known_unlawful
must: {event: content.stopped, state: true, undone_by: content.restored}
same: content
within: immediately
policy: stop
unless: content.cleared
contrary: content.observed_online
"""


class Judge:
    """A pack of one duty; judges timelines by it."""

    def __init__(self, folder: Path, duty: str) -> None:
        (folder / "duties").mkdir()
        for name, text in {
            "pack.yaml": HEAD,
            "instruments.yaml": INSTRUMENTS,
            "states.yaml": STATES,
            "policy.yaml": POLICY,
            "duties/d.yaml": DUTY + duty,
        }.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.pack: Pack = load_pack(folder, VOCABULARY)
        self.zone = self.pack.calendar.zone

    def __call__(self, text: str) -> list[Finding]:
        timeline = read_timeline(text, VOCABULARY, "Asia/Shanghai", ["network"])
        events = list(timeline.events)
        judged, _, _ = judge_pack(events, self.pack, operator=OPERATOR, as_of=timeline.as_of)
        random.Random(7).shuffle(events)
        again, _, _ = judge_pack(events, self.pack, operator=OPERATOR, as_of=timeline.as_of)
        assert {repr(j.finding) for j in judged} == {repr(j.finding) for j in again}
        return sorted((j.finding for j in judged), key=lambda f: f.trigger)

    def one(self, text: str) -> Finding:
        (finding,) = self(text)
        return finding

    def says(self, text: str) -> list[tuple[str, str | None]]:
        return [(f.state, f.reason) for f in self(text)]

    def local(self, instant: int | None) -> str | None:
        return None if instant is None else format_local(instant, self.zone)


@pytest.fixture
def judge(tmp_path: Path):
    return lambda duty: Judge(tmp_path, duty)


def within(period: str) -> str:
    return (
        "pattern: response\nafter: incident.known\nmust: incident.reported\n"
        f"same: incident\nwithin: {period}\n"
    )


@pytest.mark.parametrize(
    ("period", "start", "due"),
    [
        ("PT24H", "2023-09-29 10:00", "2023-09-30T10:00:00+08:00"),
        ("P2D", "2023-09-29 10:00", "2023-10-01T23:59:59.999999+08:00"),
        ("P1M", "2024-01-31 10:00", "2024-02-29T23:59:59.999999+08:00"),
        ("P1Y", "2024-02-29 10:00", "2025-02-28T23:59:59.999999+08:00"),
        # 2023-09-29 is a holiday; 10-07 and 10-08 are worked to make up for the week off.
        ("P1BD", "2023-09-28 10:00", "2023-10-07T23:59:59.999999+08:00"),
        ("P3BD", "2023-09-28 10:00", "2023-10-09T23:59:59.999999+08:00"),
        ("end of day", "2023-09-29 10:00", "2023-09-29T23:59:59.999999+08:00"),
    ],
)
def test_1_periods_end_in_law_time(judge, period: str, start: str, due: str) -> None:
    by = judge(within(period))
    assert by.local(by.one(f"{start}  incident.known  incident=i").due_at) == due


def test_1_working_days_of_a_year_not_announced(judge) -> None:
    by = judge(within("P20BD"))
    assert by.says("2031-03-01 10:00  incident.known  incident=i") == [("open", "calendar_unknown")]


def test_2_at_due_a_demand_still_meets_and_a_lapse_is_decided_after(judge) -> None:
    by = judge(within("PT24H"))
    known = "2023-09-29 10:00  incident.known     incident=i\n"
    assert by.one(known + "2023-09-30 10:00  incident.reported  incident=i").state == "met"
    late = by.one(known + "2023-09-30 10:00:00.000001  incident.reported  incident=i")
    assert late.state == "breached"
    assert late.decided_at == late.due_at + 1
    assert by.one("as of 2023-09-30 10:00\n" + known).state == "pending"
    assert by.one("as of 2023-09-30 10:00:00.000001\n" + known).state == "breached"


def test_3_at_one_instant_the_beginning_of_a_state_wins(judge) -> None:
    by = judge("pattern: prohibition\nnever: service.started\nwhile: refused\nsame: subject\n")
    lines = """2023-09-29 10:00  identity.failed     subject=u reason=refused
        2023-09-29 10:00  identity.submitted  subject=u
        2023-09-29 10:00  service.started     subject=u service=s"""
    assert by.says(lines) == [("breached", None)]


def test_4_what_was_recorded_later_is_not_known_yet(judge) -> None:
    by = judge(within("PT24H"))
    lines = """2023-09-29 10:00  incident.known     incident=i
        2023-09-29 11:00  incident.reported  incident=i recorded=2023-10-20T10:00"""
    assert by.one("as of 2023-10-01\n" + lines).state == "breached"
    assert by.one("as of 2023-10-21\n" + lines).state == "met"


def test_4_a_correction_replaces_from_its_recording_on(judge) -> None:
    by = judge(within("PT24H"))
    lines = """2023-09-29 10:00  incident.known     incident=i
        2023-09-29 11:00  incident.reported  incident=i id=wrong
        2023-10-05 11:00  incident.reported  incident=i corrects=wrong recorded=2023-10-10T10:00"""
    assert by.one("as of 2023-10-01\n" + lines).state == "met"
    after = by.one("as of 2023-10-11\n" + lines)
    assert after.state == "breached"
    assert by.local(after.cured_at) == "2023-10-05T11:00:00+08:00"


def test_4_the_opening_of_a_correction_is_that_of_its_target(judge) -> None:
    by = judge(within("PT24H"))
    first = "2023-09-29 10:00  incident.known  incident=i id=first"
    moved_on = (
        "\n2023-09-29 12:00  incident.known  incident=i corrects=first recorded=2023-09-30T10:00"
    )
    assert by.one(first).id == by.one(first + moved_on).id


def test_4_a_retracted_event_never_was(judge) -> None:
    by = judge(within("PT24H"))
    lines = """2023-09-29 10:00  incident.known   incident=i id=wrong
        2023-10-05 11:00  event.retracted  of=wrong"""
    assert by(lines) == []
    assert by.one("as of 2023-10-05 10:00\n" + lines).state == "breached"


def test_7_nothing_opens_before_the_law(judge) -> None:
    by = judge(within("PT24H"))
    assert by("2017-05-31 23:59:59  incident.known  incident=i") == []
    assert len(by("2017-06-01 00:00:00  incident.known  incident=i")) == 1


def test_7_repeated_triggers_open_separate_obligations(judge) -> None:
    by = judge(within("PT24H"))
    found = by(
        """2023-09-29 10:00  incident.known     incident=i
        2023-09-29 12:00  incident.known     incident=i
        2023-09-29 13:00  incident.reported  incident=i"""
    )
    assert [f.state for f in found] == ["met", "met"]
    assert len({f.id for f in found}) == 2


def test_9_a_re_upload_is_followed_to_its_root(judge) -> None:
    by = judge(
        """
pattern: response
after: content.republished
given: [{once: {event: content.known_unlawful, same: root(content)}}]
must: {event: content.stopped, state: true}
same: content
within: PT24H
"""
    )
    found = by(
        """2023-09-29 10:00  content.known_unlawful  content=c1
        2023-09-29 11:00  content.republished     content=c2 original=c1
        2023-09-29 12:00  content.republished     content=c3 original=c2
        2023-09-29 12:00  content.republished     content=c9 original=c8"""
    )
    assert [f.keys["content"] for f in found] == ["c2", "c3"]


def test_9_a_missing_key_that_nothing_gives_is_open(judge) -> None:
    by = judge(
        "pattern: response\nafter: vulnerability.known\nmust: vulnerability.fixed\n"
        "same: [vulnerability, product]\nwithin: P2D\n"
    )
    lines = "2023-09-29 10:00  vulnerability.known  vulnerability=v system=s"
    assert by.says(lines) == [("open", "key_missing")]


KNOWN = "2023-09-29 10:00  content.known_unlawful  content=c\n"


@pytest.mark.parametrize(
    ("lines", "state", "reason"),
    [
        ("2023-09-29 10:30  content.stopped  content=c", "met", None),
        # [10] A state that holds at the trigger meets at once; an ended one does not.
        ("2023-09-28 10:30  content.stopped  content=c", "met", None),
        (
            (
                "2023-09-28 10:30  content.stopped  content=c\n"
                "2023-09-28 11:30  content.restored content=c"
            ),
            "breached",
            None,
        ),
        # [10] Undone within the window, done again or not.
        (
            (
                "2023-09-29 10:10  content.stopped  content=c\n"
                "2023-09-29 10:20  content.restored content=c"
            ),
            "breached",
            None,
        ),
        (
            (
                "2023-09-29 10:10  content.stopped  content=c\n"
                "2023-09-29 10:20  content.restored content=c\n"
                "2023-09-29 10:30  content.stopped  content=c"
            ),
            "met",
            None,
        ),
        # [13] Released before or after due.
        ("2023-12-29 10:10  content.cleared  content=c", "met", "released"),
        ("2023-09-28 10:10  content.cleared  content=c", "breached", None),
        # [14] Between the two numbers a person must say.
        ("2023-09-29 12:00  content.stopped  content=c", "open", "judgement_needed"),
        ("2023-10-09 12:00  content.stopped  content=c", "breached", None),
        # [15] Seen otherwise after a demand that should hold.
        (
            (
                "2023-09-29 10:10  content.stopped  content=c\n"
                "2023-10-20 10:20  content.observed_online content=c"
            ),
            "open",
            "contradicted",
        ),
    ],
)
def test_10_13_14_15_response(judge, lines: str, state: str, reason: str | None) -> None:
    assert judge(STOP).says(KNOWN + lines) == [(state, reason)]


def test_14_a_breach_of_a_policy_number_rests_on_policy(judge) -> None:
    by = judge(STOP)
    assert by.one(KNOWN).basis == "policy"
    assert by.one(KNOWN + "2023-09-29 10:30  content.stopped  content=c").basis == "text"


def test_15_contrary_evidence_needs_no_coverage(judge) -> None:
    by = judge(STOP)
    covered = "covered content.known_unlawful\n" + KNOWN
    seen = "2023-10-09 12:00  content.observed_online  content=c"
    assert by.says(covered) == [("open", "not_recorded")]
    assert by.says(covered + seen) == [("breached", None)]
    early = "2023-09-29 12:00  content.observed_online  content=c"
    assert by.says(covered + early) == [("open", "not_recorded")]


def test_10_an_act_before_the_trigger_that_is_no_state(judge) -> None:
    by = judge(within("PT24H"))
    lines = """2023-09-29 09:00  incident.reported  incident=i
        2023-09-29 10:00  incident.known     incident=i"""
    assert by.says(lines) == [("open", "act_before_trigger")]
    assert by.says("as of 2023-09-29 12:00\n" + lines) == [("pending", None)]


def test_10_precedence_ends_and_runs_out(judge) -> None:
    by = judge(
        """
pattern: precedence
before: service.started
must: {event: identity.verified, undone_by: identity.invalidated, valid_until: valid_until}
same: subject
"""
    )
    verified = "2023-09-01 10:00  identity.verified  subject=u valid_until=2023-09-20T10:00\n"
    assert by.one(verified + "2023-09-20 10:00  service.started subject=u service=s").state == "met"
    late = by.one(verified + "2023-09-20 10:00:01  service.started subject=u service=s")
    assert (late.state, late.decided_at) == ("breached", late.trigger)
    ended = verified + "2023-09-05 10:00  identity.invalidated  subject=u\n"
    assert (
        by.one(ended + "2023-09-06 10:00  service.started subject=u service=s").state == "breached"
    )
    missing = "covered service.started\n2023-09-06 10:00  service.started subject=u service=s"
    assert by.says(missing) == [("open", "not_recorded")]


def test_17_a_look_back_is_covered_from_its_opening_stock(judge) -> None:
    by = judge(
        "pattern: precedence\nbefore: service.started\nmust: agent.audited\nsame: agent\n"
        "look_back: P365D\n"
    )
    start = "2023-09-06 10:00  service.started  subject=u service=s agent=a\n"
    assert by.says("covered * from 2023-01-01\n" + start) == [("open", "not_recorded")]
    assert by.says("covered * from 2022-01-01\n" + start) == [("breached", None)]


def test_10_chain_takes_any_sequence_that_completes(judge) -> None:
    by = judge(
        """
pattern: chain
after: content.known_unlawful
then:
  - {event: content.stopped, within: PT24H}
  - {event: content.records_kept, within: PT24H}
same: content
"""
    )
    # The first stop leads nowhere; the second does.
    good = """2023-09-29 11:00  content.stopped       content=c
        2023-09-30 09:00  content.stopped       content=c
        2023-10-01 08:00  content.records_kept  content=c"""
    assert by.one(KNOWN + good).state == "met"
    bad = by.one(KNOWN + "2023-09-29 11:00  content.stopped  content=c")
    assert by.local(bad.decided_at) == "2023-09-30T11:00:00.000001+08:00"
    none = by.one(KNOWN)
    assert by.local(none.decided_at) == "2023-09-30T10:00:00.000001+08:00"


def test_10_retention(judge) -> None:
    by = judge(
        "pattern: retention\non: log.deleted\nkeep: {newest: data.to, period: P6M}\nsame: stream\n"
    )
    deleted = "log.deleted  stream=s from=2023-01-01 to=2023-03-31T12:00"
    assert by.one(f"2023-09-30 23:00  {deleted}").state == "breached"
    assert by.one(f"2023-10-01 00:00  {deleted}").state == "met"
    assert by("2017-07-01 10:00  log.deleted  stream=s from=2017-01-01 to=2017-05-31") == []


EXIST = """
pattern: existence
while: running
must:
  event: control.installed
  where: {kind: malware}
  undone_by: {event: control.removed, where: {kind: malware}}
same: system
within: P2D
"""


def test_11_existence_one_finding_per_lapse(judge) -> None:
    by = judge(EXIST)
    found = by(
        """as of 2023-12-01
        2023-09-01 10:00  system.started     system=s
        2023-09-02 10:00  control.installed  system=s kind=malware id=cure
        2023-10-01 10:00  control.removed    system=s kind=malware
        2023-10-20 10:00  control.installed  system=s kind=malware"""
    )
    assert [(f.state, f.opening[:6]) for f in found] == [("met", "line-0"), ("breached", "ended:")]
    assert found[1].opening == "ended:cure"
    assert by.local(found[1].cured_at) == "2023-10-20T10:00:00+08:00"
    assert by.local(found[1].ended_at) == "2023-10-20T10:00:00+08:00"


def test_11_condition_over_before_due(judge) -> None:
    by = judge(EXIST)
    lines = """2023-09-01 10:00  system.started  system=s
        2023-09-02 10:00  system.retired  system=s"""
    assert by.says(lines) == [("met", "condition_ended")]


def test_11_a_standing_duty_opens_on_the_law_day(judge) -> None:
    by = judge(EXIST)
    found = by.one("as of 2017-08-01\n2016-09-01 10:00  system.started  system=s")
    assert found.opening == "in_force:2017-06-01"
    assert by.local(found.due_at) == "2017-06-03T23:59:59.999999+08:00"
    assert by.says("covered system.*\n2020-09-01 10:00  system.started  system=s") == [
        ("open", "not_recorded")
    ]


def test_11_recurrence_late_stays_breached_and_opens_the_next(judge) -> None:
    by = judge(
        "pattern: recurrence\nwhile: running\nmust: grade.assessed\nevery: P365D\nsame: system\n"
    )
    found = by(
        """as of 2026-01-01
        2022-01-01 10:00  system.started  system=s
        2023-03-01 10:00  grade.assessed  system=s
        2024-02-01 10:00  grade.assessed  system=s"""
    )
    assert [f.state for f in found] == ["breached", "met", "breached"]
    assert by.local(found[0].cured_at) == "2023-03-01T10:00:00+08:00"
    law_day = by(
        """as of 2017-07-01
        2015-01-01 10:00  system.started  system=s
        2016-12-01 10:00  grade.assessed  system=s"""
    )
    assert [(f.state, f.opening) for f in law_day] == [("pending", "in_force:2017-06-01")]


def test_11_continuity_seams(judge) -> None:
    by = judge("pattern: continuity\nwhile: running\nmust: log.kept\npolicy: seams\nsame: system\n")
    start = "as of 2023-10-01\n2023-01-01 00:00  system.started  system=s\n"

    def kept(first: str, last: str) -> str:
        return f"2023-09-30 00:00  log.kept  stream=l system=s from={first} to={last}\n"

    seamless = kept("2023-01-01", "2023-05-01") + kept("2023-05-02", "2023-09-29")
    assert [f.state for f in by(start + seamless)] == ["met", "pending"]
    doubtful = kept("2023-01-01", "2023-05-01") + kept("2023-05-05", "2023-09-29")
    assert [f.reason for f in by(start + doubtful)] == [None, "judgement_needed", None]
    broken = kept("2023-01-01", "2023-05-01") + kept("2023-06-05", "2023-09-29")
    assert [f.state for f in by(start + broken)] == ["met", "breached", "pending"]


def test_12_all_and_any(judge, tmp_path: Path) -> None:
    legs = "[{event: content.stopped, state: true}, {event: content.removed, state: true}]"
    base = "pattern: response\nafter: content.known_unlawful\nsame: content\nwithin: PT24H\n"
    stopped = KNOWN + "2023-09-29 10:30  content.stopped  content=c"
    assert judge(base + f"must: {{all_of: {legs}}}\n").one(stopped).state == "breached"
    other = tmp_path / "any"
    other.mkdir()
    assert Judge(other, base + f"must: {{any_of: {legs}}}\n").one(stopped).state == "met"


def test_policy_by_a_field_of_the_trigger(judge) -> None:
    by = judge(
        "pattern: response\nafter: vulnerability.known\nmust: vulnerability.fixed\n"
        "same: vulnerability\nwithin: immediately\npolicy: {by: severity, high: stop, other: low}\n"
    )
    high = by.one("2023-09-29 10:00  vulnerability.known  vulnerability=v product=p severity=high")
    other = by.one("2023-09-29 10:00  vulnerability.known  vulnerability=v product=p")
    assert by.local(high.due_at) == "2023-09-30T10:00:00+08:00"
    assert by.local(other.due_at) == "2023-10-29T23:59:59.999999+08:00"


def test_20_the_id_names_the_opening_and_not_the_state(judge) -> None:
    by = judge(STOP)
    known = KNOWN.strip() + " id=k"
    before = by.one("as of 2023-09-29 10:10\n" + known)
    after = by.one(known)
    assert (before.state, after.state) == ("pending", "breached")
    assert before.id == after.id
    assert len(before.id) == 32


def test_22_ahead_says_what_would_be_breached_and_what_would_open(judge) -> None:
    by = judge(
        "pattern: precedence\nbefore: service.started\nmust: identity.verified\nsame: subject\n"
    )
    timeline = read_timeline(
        "2023-09-01 10:00  identity.verified  subject=u", VOCABULARY, "Asia/Shanghai", ["network"]
    )
    now = parse_instant("2023-09-02T10:00:00+08:00")

    def asked(subject: str):
        event = VOCABULARY.event(
            {
                "id": "new",
                "type": "service.started",
                "occurred_at": "2000-01-01T00:00:00Z",
                "operator": OPERATOR,
                "keys": {"subject": subject, "service": "s"},
            }
        )
        return ask(timeline.events, event, [by.pack], operator=OPERATOR, now=now)

    assert asked("u").breaches == ()
    (refused,) = asked("stranger").breaches
    assert refused.trigger == now


def test_22_ahead_names_the_deadline_of_what_it_opens(judge) -> None:
    by = judge(STOP)
    now = parse_instant("2023-09-02T10:00:00+08:00")
    timeline = read_timeline("", VOCABULARY, "Asia/Shanghai", ["network"])
    event = VOCABULARY.event(
        {
            "id": "new",
            "type": "content.known_unlawful",
            "occurred_at": "2000-01-01T00:00:00Z",
            "operator": OPERATOR,
            "keys": {"content": "c"},
        }
    )
    said = ask(timeline.events, event, [by.pack], operator=OPERATOR, now=now)
    assert said.breaches == ()
    assert [by.local(f.due_at) for f in said.opens] == ["2023-09-03T10:00:00+08:00"]


def test_moving_the_facts_keeps_clock_readings(judge) -> None:
    by = judge(STOP)
    timeline = read_timeline(
        "2017-08-20 10:00  order.issued  order=o kind=rectify due=2017-08-22T10:00",
        VOCABULARY,
        "Asia/Shanghai",
        ["network"],
    )
    days = days_to(
        timeline.events, by.pack.calendar.day(parse_instant("2026-03-01T12:00:00+08:00")), by.zone
    )
    there = moved(timeline.events, days, by.zone, VOCABULARY)
    order = next(e for e in there if e.type == "order.issued")
    assert by.local(order.occurred_at) == "2026-03-01T10:00:00+08:00"
    assert order.data["due"] == "2026-03-03T02:00:00.000000Z"
    assert shift(shift(order.occurred_at, 9, by.zone), -9, by.zone) == order.occurred_at
