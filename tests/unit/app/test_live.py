"""What goes out of live judging: the timer, the nightly check, what if, calendars, webhooks."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import icalendar
import pytest

from lawkeep.app import vocabulary
from lawkeep.app.checking import check
from lawkeep.app.due import Due, due
from lawkeep.app.ical import ical
from lawkeep.app.live import Watch, open_live
from lawkeep.app.packs import packs
from lawkeep.app.webhook import Hook, deliver, read_secret, signature, verify
from lawkeep.app.whatif import what_if
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, with_policy
from lawkeep.ledger import Ledger
from lawkeep.model.cloudevents import from_cloudevent
from lawkeep.model.errors import LawkeepError
from lawkeep.model.finding import Text
from lawkeep.model.time import utc
from support.livelog import (
    ABOUT,
    DAY,
    HOUR,
    START,
    VOCABULARY,
    Clock,
    event,
    known,
    small,
    small_pack,
    stopped,
)

SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return small(tmp_path / "law")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "ledger.db"
    with Ledger.create(place, "o/live", START) as ledger:
        ledger.append(
            [*ABOUT, known("c1", START), known("c2", START + HOUR), stopped("c1", START + HOUR)]
        )
    return place


def test_pending_obligations_come_by_due_time(path: Path, pack: Pack) -> None:
    clock = Clock()
    clock.now = START + HOUR
    with open_live(path, [pack], VOCABULARY, clock) as opened:
        found = due(opened, clock.now)
        assert [(d.duty, d.keys) for d in found if d.duty == "stop"] == [
            ("stop", {"content": "c2"})
        ]
        assert found == sorted(found, key=lambda d: d.due_at)
        soon = due(opened, clock.now, "PT24H")
        assert {d.duty for d in soon} == {"stop"}
        assert found[0].cites == ("LAW 9",)


def test_the_check_agrees_and_finds_the_first_difference(path: Path, pack: Pack) -> None:
    clock = Clock()
    clock.now = START + 3 * DAY
    with open_live(path, [pack], VOCABULARY, clock) as opened:
        good = check(opened, clock.now)
        assert good.first is None
        assert good.count == len(opened.live.findings()) > 4
        assert check(opened, clock.now, engine="duckdb").first is None
        (row,) = [
            f
            for f in opened.live.findings()
            if f.duty == "small/stop" and f.keys == {"content": "c2"}
        ]
        assert row.state == "breached"
        with opened.live._writing() as store:  # a fault that only a recomputation can find
            store.db.execute("UPDATE live_obligations SET state = 'met' WHERE id = ?", (row.id,))
        bad = check(opened, clock.now)
    assert bad.differing == 1
    first = bad.first
    assert first is not None
    assert (first.id, first.duty) == (row.id, "small/stop")
    assert (first.live and first.live[0], first.batch and first.batch[0]) == ("met", "breached")
    ids = {e.id for e in first.part}
    assert {"m0", "m1", "k-c2"} <= ids
    assert "k-c1" not in ids, "only what the finding may rest on"
    judged, _, _ = judge_pack(first.part, pack, operator="o", as_of=bad.as_of)
    again = {j.finding.id: j.finding for j in judged}[row.id]
    assert again.state == "breached", "the part of the log shows it by itself"


def test_a_finding_that_live_lost_is_a_difference(path: Path, pack: Pack) -> None:
    clock = Clock()
    clock.now = START + 3 * DAY
    with open_live(path, [pack], VOCABULARY, clock) as opened:
        opened.live.advance(clock.now)
        with opened.live._writing() as store:
            store.db.execute("DELETE FROM live_obligations WHERE grp = '=c1'")
        bad = check(opened, clock.now)
    assert bad.first is not None
    assert bad.first.live is None
    assert "k-c1" in {e.id for e in bad.first.part}


def test_what_if_shows_what_another_number_would_change(path: Path, pack: Pack) -> None:
    lax = with_policy(pack, small_pack().POLICY.replace("PT24H", "P30D"), "lax.yaml")
    with Ledger.open(path) as ledger:
        log = [e.event for e in ledger.read()]
    asked = {"operator": "o", "as_of": START + 3 * DAY}
    found = what_if([pack], [lax], log, **asked)
    assert not found.added
    assert not found.removed
    states = [(a.state, b.state) for a, b in found.changed if a.keys == {"content": "c2"}]
    assert states == [("breached", "pending")]
    assert found.breaches() == (0, 1)
    assert what_if([lax], [pack], log, **asked).breaches() == (1, 0)
    gone = what_if([pack], [], log, **asked)
    assert len(gone.removed) == found.same + len(found.changed)
    assert what_if([pack], [pack], log, **asked).changed == ()


def test_the_calendar_reads_back_and_keeps_its_ids() -> None:
    one = Due(
        "f" * 32,
        "content.stop",
        "CO-1",
        Text("发现违法信息，立即停止传输" * 8, "Stop; transmit, nothing\nmore"),
        {"content": "c,1;x"},
        START,
        START + 10 * DAY,
        ("CN-CSL 47",),
    )
    raw = ical([one], name="o · Lawkeep", now=START, language="zh")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n")), "RFC 5545 3.1: folded"
    assert b"\n" not in raw.replace(b"\r\n", b"")
    feed = icalendar.Calendar.from_ical(raw)
    (entry,) = feed.walk("VEVENT")
    assert entry["uid"] == "f" * 32 + "@lawkeep"
    assert entry.decoded("dtstart") == utc(one.due_at)
    assert str(entry["summary"]) == f"CO-1 {one.title.zh} (content=c,1;x)"
    assert feed["refresh-interval"].to_ical() == b"PT1H"
    (alarm,) = entry.walk("VALARM")
    assert alarm.decoded("trigger").total_seconds() == -DAY / 1e6
    english = ical([one], name="o", now=START)
    assert "nothing\nmore" in str(
        icalendar.Calendar.from_ical(english).walk("VEVENT")[0]["summary"]
    )
    assert ical([one], name="o", now=START) == english, "the same deadlines give the same bytes"


class Receiver:
    """A real receiver on loopback. `answers`: status codes to give first."""

    def __init__(self, answers: list[int]) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = answers.pop(0) if answers else 204
                self.send_response(status)
                if status == 503:
                    self.send_header("Retry-After", "7")
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def send(ledger: Ledger, hook: Hook, pauses: tuple[float, ...] = (1.0, 2.0, 4.0)) -> list[float]:
    waited: list[float] = []
    deliver(
        ledger,
        hook,
        clock=lambda: START,
        pause=waited.append,
        matching=VOCABULARY.matching,
        pauses=pauses,
        timeout=5,
    )
    return waited


def test_signature_is_that_of_standard_webhooks() -> None:
    # The published vector of the project's libraries.
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_events_reach_a_receiver_once_each_signed_and_in_order(path: Path) -> None:
    new = b"n" * 24
    with Receiver([]) as receiver, Ledger.open(path) as ledger:
        hook = Hook("audit", receiver.url, (new, SECRET))
        assert send(ledger, hook) == []
        assert send(ledger, hook) == [], "the cursor has moved"
        bodies = [json.loads(body) for _, body in receiver.got]
        assert [b["id"] for b in bodies] == [e.id for e in ledger.read()]
        for headers, body in receiver.got:
            assert headers["content-type"].startswith("application/cloudevents+json")
            for secret in (new, SECRET):
                assert verify(secret, headers, body, START // 10**6)
            assert not verify(SECRET, headers, body + b" ", START // 10**6)
            assert not verify(b"x" * 32, headers, body, START // 10**6)
            assert not verify(SECRET, headers, body, START // 10**6 + 301), "an old one, replayed"
        again = VOCABULARY.event(from_cloudevent(bodies[2]))
        assert again == next(iter(ledger.read(2))).event
        ledger.append([event("c", "content.cleared", START, keys={"content": "c1"})])
        send(ledger, hook)
        assert len(receiver.got) == ledger.size
        only = Hook("other", receiver.url, (SECRET,), ("content.cleared",))
        send(ledger, only)
        assert len(receiver.got) == ledger.size + 1


def test_failures_are_tried_again_with_backoff_and_nothing_is_lost(path: Path) -> None:
    with Receiver([500, 503, 302]) as receiver, Ledger.open(path) as ledger:
        hook = Hook("audit", receiver.url, (SECRET,))
        assert send(ledger, hook) == [1.0, 7.0, 4.0], "as the receiver asks, and no redirect"
        ids = [headers["webhook-id"] for headers, _ in receiver.got]
        assert ids == ["m0"] * 4 + [e.id for e in ledger.read(1)]
    with Receiver([204, 500, 500]) as receiver, Ledger.open(path) as ledger:
        hook = Hook("second", receiver.url, (SECRET,))
        with pytest.raises(LawkeepError) as caught:
            send(ledger, hook, pauses=(0.0,))
        assert caught.value.code == "webhook_failing"
        send(ledger, hook)
        ids = [headers["webhook-id"] for headers, _ in receiver.got]
        assert ids == ["m0", "m1", "m1", *(e.id for e in ledger.read(1))]
    with Receiver([410]) as receiver, Ledger.open(path) as ledger:
        with pytest.raises(LawkeepError) as caught:
            send(ledger, Hook("third", receiver.url, (SECRET,)))
        assert caught.value.code == "webhook_gone"
        nobody = Hook("fourth", receiver.url, (SECRET,))
    with Ledger.open(path) as ledger, pytest.raises(LawkeepError) as caught:
        send(ledger, nobody, pauses=())
    assert caught.value.code == "webhook_failing"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "ftp://localhost/",
        "https://",
        "https://u:p@example.org/",
        "https://[/",
    ],
)
def test_addresses_that_are_not_safe_are_refused(path: Path, url: str) -> None:
    with Ledger.open(path) as ledger, pytest.raises(LawkeepError) as caught:
        send(ledger, Hook("x", url, (SECRET,)))
    assert caught.value.code == "webhook_address"


def test_secrets_are_read_from_files(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("whsec_" + base64.b64encode(SECRET).decode() + "\n")
    assert read_secret(file) == SECRET
    for wrong in ("", "whsec_", "whsec_QUJD", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="):
        file.write_text(wrong)
        with pytest.raises(LawkeepError) as caught:
            read_secret(file)
        assert caught.value.code == "webhook_secret_malformed"


def test_the_timer_tells_a_breach_within_a_second(tmp_path: Path) -> None:
    """With the real clock: the shipped law, an order due in a moment."""

    def now() -> int:
        return time.time_ns() // 1000

    loaded = packs(vocabulary())
    place = tmp_path / "ledger.db"
    begun = now()
    with Ledger.create(place, "o/live", begun) as ledger:
        ledger.append(
            [
                event("m0", "operator.profiled", begun, data={"roles": ["publishing", "network"]}),
                event("m1", "records.covered", begun, data={"types": ["*"]}),
            ]
        )
    with open_live(place, loaded, VOCABULARY, now) as opened:
        timer = Watch(opened.live, now, most=30.0)
        thread = threading.Thread(target=timer.run)
        thread.start()
        try:
            # Known a day ago, all but a moment: its day to stop ends now.
            at = now() - DAY + 700_000
            opened.live.ledger.append([known("c9", at, recorded=now())])
            timer.poke()
            deadline = time.monotonic() + 20
            said: list = []
            while not said and time.monotonic() < deadline:
                time.sleep(0.02)
                said = [
                    e.event
                    for e in opened.live.ledger.read(types=["finding.judged"])
                    if e.event.data["state"] == "breached"
                    and e.event.data["duty"] == "content.stop"
                ]
        finally:
            timer.stop()
            thread.join()
    assert said, "nothing was told"
    assert said[0].occurred_at == at + DAY + 1
    assert 0 <= said[0].recorded_at - said[0].occurred_at < 1_000_000
