"""Live judging on SQLite: throughput, latency of one verdict, lateness of the timer.

    python bench/live.py [--events N] [--open N] [--seconds S] [--folder DIR] [--full]

1. Events a second in batches of 1,000, each batch durable (WAL, synchronous=FULL) with its
   entries, its Merkle tree and its obligations in one transaction; beside it, taking turns batch
   by batch, the same ledger without live judging, and bare SQLite inserts of the same bytes: what
   the disk and the ledger allow at this moment. Six rules of the shipped law that cover the
   patterns met most (stopping, removing, keeping and reporting content, identity before service,
   answering complaints; all of a form that needs no second look), and the whole `cn` pack.
2. Latency of one event's verdict: events come at 1,000 a second and are appended as they come,
   whatever has come meanwhile in one commit; from arrival to the verdict being durable.
3. Lateness of the timer with many open obligations: from due to the finding being durable.

`--full`: 1 M events, 1 M open obligations. By default both are smaller, about a minute in all.
"""

import argparse
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lawkeep.app import vocabulary
from lawkeep.app.packs import packs
from lawkeep.judge.live import Live
from lawkeep.ledger import Ledger
from lawkeep.model.event import Event, encode
from lawkeep.model.time import DAY

BATCH = 1000
SIX = frozenset(
    {
        "content.stop",
        "content.remove",
        "content.keep_records",
        "content.report_authority",
        "identity.require",
        "complaint.answer",
    }
)
START = 1_769_904_000_000_000  # 2026-02-01 UTC: the law in force now


def about(at: int) -> list[Event]:
    def made(name: str, kind: str, data: dict[str, object]) -> Event:
        return Event(
            id=name, type=kind, occurred_at=at, recorded_at=at, operator="o", keys={}, data=data
        )

    roles = ["publishing", "access", "software", "messaging", "hosting", "telephony"]
    return [
        made("m0", "operator.profiled", {"roles": roles}),
        made("m1", "records.covered", {"types": ["*"]}),
    ]


def stream(count: int, dice: random.Random) -> list[Event]:
    """Things become known, and mostly what must be done is done: about four events a thing."""
    events: list[Event] = []
    pending: list[tuple[int, int, str, dict[str, str], dict[str, object]]] = []
    at, thing = START, 0
    while len(events) < count:
        at += dice.randrange(1, 400_000)
        thing += 1
        follow: list[tuple[str, dict[str, object]]] = []
        part = dice.random()
        if part < 0.5:
            keys = {"content": f"c{thing}", "subject": f"s{dice.randrange(50_000)}"}
            first = ("content.known_unlawful", {"source": "complaint"})
            follow = [
                ("content.stopped", {}),
                ("content.removed", {}),
                ("content.records_kept", {}),
                ("content.reported", {"to": "cac"}),
            ]
        elif part < 0.9:
            keys = {"subject": f"n{thing}", "service": f"v{thing}"}
            first = ("identity.required", {})
            follow = [("service.confirmed", {"kind": "access"})]
        else:
            keys = {"complaint": f"p{thing}"}
            first = ("complaint.received", {})
            follow = [("complaint.answered", {})]
        for step, (kind, data) in enumerate([first, *follow]):
            if step and dice.random() < 0.1:
                continue
            pending.append(
                (at + step * dice.randrange(1, 600_000_000), len(pending), kind, keys, data)
            )
        if len(pending) > 20_000 or len(events) + len(pending) >= count:
            pending.sort()
            cut = len(pending) if len(events) + len(pending) >= count else len(pending) // 2
            for when, number, kind, with_keys, data in pending[:cut]:
                events.append(
                    Event(
                        id=f"{len(events):08d}-{number}-{dice.getrandbits(64):016x}",
                        type=kind,
                        occurred_at=when,
                        recorded_at=when,
                        operator="o",
                        keys=with_keys,
                        data=data,
                    )
                )
            pending = pending[cut:]
    return events[:count]


class Clock:
    now = START

    def __call__(self) -> int:
        return self.now


def opened(
    folder: Path, name: str, only: frozenset[str] | None
) -> tuple[Ledger, Live | None, Clock]:
    ledger = Ledger.create(folder / name, "o/bench", START)
    clock = Clock()
    live = None
    if only is not None:
        live = Live(ledger, [cn()], operator="o", clock=clock, only=only)
        live.attach()
    (ledger if live is None else live).append(about(START))
    return ledger, live, clock


def cn() -> object:
    return next(p for p in packs(vocabulary()) if p.id == "cn")


def throughput(folder: Path, count: int, whole: int) -> None:
    events = stream(count, random.Random(1))
    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, bytes BLOB)")
    alone, _, _ = opened(folder, "alone.db", None)
    six, six_live, six_clock = opened(folder, "six.db", SIX)
    all_, all_live, all_clock = opened(folder, "all.db", frozenset())
    assert six_live is not None
    assert all_live is not None

    def insert(batch: list[Event]) -> None:
        rows = [(e.id, encode(e)) for e in batch]
        plain.execute("BEGIN IMMEDIATE")
        plain.executemany("INSERT INTO events (id, bytes) VALUES (?, ?)", rows)
        plain.execute("COMMIT")

    ways: list[tuple[str, Callable[[list[Event]], object], int]] = [
        ("bare SQLite, encoded", insert, count),
        ("ledger alone", alone.append, count),
        ("ledger + 6 rules live", lambda b: timed(six_live, six_clock, b), count),
        ("ledger + whole cn pack live", lambda b: timed(all_live, all_clock, b), whole),
    ]
    wall = {name: 0.0 for name, _, _ in ways}
    cpu = dict(wall)
    for at in range(0, count, BATCH):
        batch = events[at : at + BATCH]
        for name, way, limit in ways:
            if at < limit:
                began, used = time.perf_counter(), time.process_time()
                way(batch)
                wall[name] += time.perf_counter() - began
                cpu[name] += time.process_time() - used
    print(f"\n1. Throughput, batches of {BATCH:,}, durable")
    for name, _, limit in ways:
        done = min(limit, count)
        print(
            f"   {name:28} {done / wall[name]:>10,.0f} events/s  "
            f"({done / cpu[name]:>9,.0f} per CPU second)  {done:>9,} events"
        )
    for name, ledger, live in (("6 rules", six, six_live), ("whole pack", all_, all_live)):
        found = live.findings()
        states = {
            s: sum(f.state == s for f in found) for s in ("met", "pending", "breached", "open")
        }
        shown = ", ".join(f"{n:,} {s}" for s, n in states.items())
        size = ledger.path.stat().st_size / 1e6
        print(f"   {name}: {len(found):,} obligations ({shown}); file {size:,.0f} MB")
        live.close()
        ledger.close()
    alone.close()
    plain.close()


def timed(live: Live, clock: Clock, batch: list[Event]) -> None:
    clock.now = batch[-1].recorded_at
    live.append(batch)


def latency(folder: Path, seconds: float, rate: int = 1000) -> None:
    events = stream(int(seconds * rate), random.Random(2))
    ledger, live, clock = opened(folder, "latency.db", SIX)
    assert live is not None
    taken: list[float] = []
    sizes: list[int] = []
    began = time.perf_counter() + 0.05
    at = 0
    while at < len(events):
        now = time.perf_counter()
        ready = min(len(events), int((now - began) * rate) + 1 if now >= began else 0)
        if ready <= at:
            time.sleep(max(0.0, began + at / rate - now))
            continue
        timed(live, clock, events[at:ready])
        done = time.perf_counter()
        taken += [done - (began + number / rate) for number in range(at, ready)]
        sizes.append(ready - at)
        at = ready
    taken.sort()
    live.close()
    ledger.close()
    print(f"\n2. One event's verdict at {rate:,} events/s, 6 rules, {len(events):,} events")
    for share in (0.5, 0.95, 0.99, 0.999):
        print(f"   p{share * 100:g}  {taken[int(len(taken) * share)] * 1000:8.1f} ms")
    print(f"   {statistics.mean(sizes):.1f} events a commit on average")
    one, live_one, clock_one = opened(folder, "one.db", SIX)
    assert live_one is not None
    alone: list[float] = []
    for event in stream(1000, random.Random(3)):
        start = time.perf_counter()
        timed(live_one, clock_one, [event])
        alone.append(time.perf_counter() - start)
    alone.sort()
    live_one.close()
    one.close()
    print(
        f"   one event alone in its commit: p50 {alone[500] * 1e3:.1f} ms, p99 {alone[990] * 1e3:.1f} ms"
    )


def lateness(folder: Path, open_: int, moments: int = 200) -> None:
    ledger, live, clock = opened(folder, "timer.db", frozenset({"content.stop"}))
    assert live is not None
    began = time.perf_counter()
    far = START + 10 * DAY
    number = 0

    def known(at: int) -> Event:
        nonlocal number
        number += 1
        return Event(
            id=f"k{number}",
            type="content.known_unlawful",
            occurred_at=at,
            recorded_at=at,
            operator="o",
            keys={"content": f"c{number}"},
            data={"source": "complaint"},
        )

    clock.now = far
    while number < open_:
        ledger.append([known(far - number) for _ in range(BATCH)])
    print(f"\n3. Timer, {open_:,} open obligations (made in {time.perf_counter() - began:.0f} s)")
    # The present is one for which the first `moments` become due 10 ms apart, a second from now.
    due = [far - DAY + n * 10_000 for n in range(moments)]
    clock.now = far
    ahead = Clock()
    ahead.now = due[-1]
    live.clock = ahead
    with live._writing() as store:  # time that goes back is not followed; here it must be
        store.set_meta("now", str(due[-1]))
    live.append([known(at) for at in due])
    late: list[float] = []
    first_due = live.next_wake()
    assert first_due is not None
    offset = time.perf_counter() + 1.0 - first_due / 1e6
    while len(late) < moments:
        at = live.next_wake()
        assert at is not None
        time.sleep(max(0.0, at / 1e6 + offset - time.perf_counter()))
        now = int((time.perf_counter() - offset) * 1e6)
        live.advance(now)
        done = (time.perf_counter() - offset) * 1e6
        late += [(done - f) / 1e6 for f in settled(live, due, len(late))]
    late.sort()
    print(
        f"   {moments} deadlines 10 ms apart: p50 {late[len(late) // 2] * 1e3:.1f} ms, worst {late[-1] * 1e3:.1f} ms late"
    )
    # And everything at once: how long until the last of them is decided.
    began = time.perf_counter()
    count = live.advance(far + 2 * DAY)
    took = time.perf_counter() - began
    print(f"   all the rest due at one moment: {count:,} in {took:.1f} s ({count / took:,.0f}/s)")
    live.close()
    ledger.close()


def settled(live: Live, due: list[int], known: int) -> list[int]:
    with live._reading() as db:
        (count,) = db.execute(
            "SELECT count(*) FROM live_obligations WHERE unsaid IS NOT NULL"
        ).fetchone()
    return [at + DAY + 1 for at in due[known:count]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Live judging: figures of this machine.")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--whole", type=int, default=20_000, help="events for the whole pack")
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--full", action="store_true", help="1 M events, 1 M open obligations")
    given = parser.parse_args()
    events, open_ = (1_000_000, 1_000_000) if given.full else (given.events, given.open)
    with tempfile.TemporaryDirectory(prefix="lawkeep-", dir=given.folder) as name:
        folder = Path(name)
        throughput(folder, events, min(events, given.whole))
        latency(folder, given.seconds)
        lateness(folder, open_)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
