"""Live judging and its ledger: telling findings, a new law, other writers, and being killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from lawkeep.judge.live import Live
from lawkeep.judge.live_say import say
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, with_policy
from lawkeep.ledger import Ledger
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from support.livelog import (
    ABOUT,
    DAY,
    HOUR,
    ONLY,
    START,
    Clock,
    event,
    known,
    small,
    small_pack,
    stopped,
)


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return small(tmp_path / "law")


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger.create(tmp_path / "ledger.db", "o/live", START) as made:
        yield made


def findings(live: Live) -> dict:
    return {f.id: (f.state, f.reason, f.due_at, f.decided_at, f.events) for f in live.findings()}


def judged(ledger: Ledger, pack: Pack, as_of: int) -> dict:
    found, _, _ = judge_pack(
        (e.event for e in ledger.read()), pack, operator="o", as_of=as_of, only=ONLY
    )
    return {
        j.finding.id: tuple(
            getattr(j.finding, n) for n in ("state", "reason", "due_at", "decided_at", "events")
        )
        for j in found
    }


def told(ledger: Ledger) -> list[Event]:
    return [e.event for e in ledger.read(types=["finding.judged"])]


def tell(live: Live, now: int) -> int:
    """How many findings were told."""
    before = len(told(live.ledger))
    say(live, now)
    return len(told(live.ledger)) - before


def test_findings_are_told_when_decided_and_corrected_when_late_events_come(
    ledger: Ledger, pack: Pack
) -> None:
    clock = Clock()
    live = Live(ledger, [pack], operator="o", clock=clock, only=ONLY)
    live.attach()
    ledger.append([*ABOUT, known("c1", START), known("c2", START)])
    assert tell(live, clock.now) == 0, "nothing is decided yet"
    assert {f.state for f in live.obligations()} == {"pending"}
    assert START < (live.next_wake() or 0) <= START + DAY + 1
    clock.now = START + HOUR // 2
    ledger.append([stopped("c1", clock.now)])
    tell(live, clock.now)
    (first,) = told(ledger)
    assert (first.data["state"], first.keys) == ("met", {"content": "c1"})
    clock.now = START + DAY + 1
    live.advance(clock.now)
    tell(live, clock.now)
    breach = told(ledger)[-1]
    assert (breach.data["state"], breach.keys) == ("breached", {"content": "c2"})
    assert breach.occurred_at == START + DAY + 1, "the earliest moment, not that of the run"
    clock.now = START + 3 * DAY
    ledger.append([stopped("c2", START + HOUR // 2, clock.now)])
    assert tell(live, clock.now) == 1
    correction = told(ledger)[-1]
    assert correction.corrects == breach.id
    assert correction.data["state"] == "met"
    assert tell(live, clock.now) == 0
    before = findings(live)
    live.rebuild(clock.now)
    assert findings(live) == before == judged(ledger, pack, clock.now)
    assert tell(live, clock.now) == 0, "what was told is not told again"
    assert ledger.verify().sound


def test_a_finding_that_no_longer_arises_is_withdrawn_once(ledger: Ledger, pack: Pack) -> None:
    clock = Clock()
    live = Live(ledger, [pack], operator="o", clock=clock, only=ONLY)
    live.attach()
    ledger.append([*ABOUT, known("c1", START)])
    clock.now = START + 2 * DAY
    live.advance(clock.now)
    tell(live, clock.now)
    clock.now += DAY
    ledger.append([event("x", "event.retracted", clock.now, data={"of": "k-c1"})])
    assert live.findings() == []
    live.rebuild(clock.now)  # also when only the ledger remembers
    assert tell(live, clock.now) == 1
    assert told(ledger)[-1].data["state"] == "withdrawn"
    assert told(ledger)[-1].corrects == told(ledger)[0].id
    assert tell(live, clock.now) == 0
    live.rebuild(clock.now)
    assert tell(live, clock.now) == 0


def test_a_new_law_judges_what_it_touches_and_says_so(
    ledger: Ledger, pack: Pack, tmp_path: Path
) -> None:
    clock = Clock()
    live = Live(ledger, [pack], operator="o", clock=clock, only=ONLY)
    first = live.attach()
    assert first.added == ("small/stop",)
    ledger.append([*ABOUT, known("c1", START), stopped("c1", START + 2 * HOUR)])
    clock.now = START + 2 * DAY
    live.advance(clock.now)
    tell(live, clock.now)
    assert [f.reason for f in live.findings()] == ["judgement_needed"]
    stricter = with_policy(
        pack, small_pack().POLICY.replace("PT24H", "PT2H").replace("PT1H", "PT2H"), "mine.yaml"
    )
    live.close()
    other = Live(ledger, [stricter], operator="o", clock=clock, only=ONLY)
    update = other.attach()
    assert (update.changed, update.added, update.findings) == (("small/stop",), (), 1)
    assert [f.state for f in other.findings()] == ["met"]
    assert findings(other) == judged(ledger, stricter, clock.now)
    tell(other, clock.now)
    assert [e.event.data["policy"] for e in ledger.read(types=["law.loaded"])] == [
        {"small": pack.policy_sha256},
        {"small": stricter.policy_sha256},
    ]
    assert told(ledger)[-1].corrects == told(ledger)[-2].id
    live.advance(clock.now)
    assert live.displaced, "who judges by the law of before no longer does"
    none = Live(ledger, [], operator="o", clock=clock, only=ONLY)
    gone = none.attach()
    assert (gone.removed, gone.findings) == (("small/stop",), 1)
    assert none.findings() == []


def test_what_others_appended_is_taken_over(ledger: Ledger, pack: Pack) -> None:
    clock = Clock()
    live = Live(ledger, [pack], operator="o", clock=clock, only=ONLY)
    live.attach()
    with Ledger.open(ledger.path) as elsewhere:
        elsewhere.append([*ABOUT, known("c1", START)])
    assert live.findings() == []
    ledger.append([known("c2", START)])
    assert len(live.obligations()) == 2
    with Ledger.open(ledger.path) as elsewhere:
        elsewhere.append([stopped("c2", START)])
    live.advance(START)
    assert findings(live) == judged(ledger, pack, START)


def test_an_append_undone_leaves_nothing(ledger: Ledger, pack: Pack) -> None:
    clock = Clock()
    live = Live(ledger, [pack], operator="o", clock=clock, only=ONLY)
    live.attach()
    ledger.append(ABOUT)

    def breaking():
        yield known("c1", START)
        yield known("c2", START)
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        ledger.append(breaking(), batch=1)
    assert live.findings() == []
    ledger.append([known("c2", START)])
    with pytest.raises(LawkeepError, match="ledger_id_conflict"):
        ledger.append(
            [
                known("c3", START),
                msgspec.structs.replace(known("c2", START), data={"source": "complaint"}),
            ]
        )
    ledger.append([stopped("c2", START)])
    assert findings(live) == judged(ledger, pack, START)
    assert [f.state for f in live.findings()] == ["met"]


WRITER = """
import random, sys
from pathlib import Path
from lawkeep.judge.live import Live
from lawkeep.judge.live_say import say
from lawkeep.ledger import Ledger
from support.livelog import DAY, HOUR, ONLY, START, Clock, known, small, stopped
path, law, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
rng = random.Random(seed)
clock = Clock()
pack = small(law)
with Ledger.open(path) as ledger:
    clock.now = START + seed * 60 * DAY
    live = Live(ledger, [pack], operator="o", clock=clock, only=ONLY)
    live.attach()
    print("ready", flush=True)
    for step in range(1000000):
        clock.now += rng.randrange(HOUR)
        thing = f"{seed}-{step}"
        batch = [known(thing, clock.now)]
        if step and rng.random() < 0.7:
            batch.append(stopped(f"{seed}-{rng.randrange(step)}-{step}", clock.now))
            batch.append(stopped(f"{seed}-{step - 1}", clock.now))
        ledger.append(batch)
        if rng.random() < 0.2:
            live.advance(clock.now)
            say(live, clock.now)
"""


def kills(folder: Path, pack_folder: Path, rounds: int, seed: int) -> None:
    """Kill a writer at random moments; what it left equals a rebuild and the reference."""
    rng = random.Random(seed)
    pack = small(pack_folder)
    path = folder / "ledger.db"
    with Ledger.create(path, "o/live", START) as ledger:
        ledger.append(ABOUT)
    tests = Path(__file__).parents[2]
    for number in range(rounds):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(pack_folder), str(number)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), *sys.path])},
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(rng.random() * 0.4)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        clock = Clock()
        clock.now = START + (number + 1) * 60 * DAY
        with Ledger.open(path) as ledger:
            assert ledger.verify().sound
            live = Live(ledger, [pack], operator="o", clock=clock, only=ONLY)
            update = live.attach()
            assert update.taken == 0, "every entry was judged in its own commit"
            live.advance(clock.now)
            left = findings(live)
            live.rebuild(clock.now)
            assert findings(live) == left == judged(ledger, pack, clock.now)
            tell(live, clock.now)
            assert said_last(ledger) == {i: f[0] for i, f in left.items() if f[3] is not None}
            live.close()
    assert ledger_grew(path, rounds)


def said_last(ledger: Ledger) -> dict[str, str]:
    return {e.data["finding"]: e.data["state"] for e in told(ledger)}


def ledger_grew(path: Path, rounds: int) -> bool:
    with Ledger.open(path) as ledger:
        return ledger.size > 2 + rounds


def test_killed_at_random_moments(tmp_path: Path) -> None:
    small(tmp_path / "law")
    kills(tmp_path, tmp_path / "law", 3, seed=7)


@pytest.mark.nightly
def test_killed_at_many_random_moments(tmp_path: Path) -> None:
    small(tmp_path / "law")
    kills(tmp_path, tmp_path / "law", 100, seed=8)
