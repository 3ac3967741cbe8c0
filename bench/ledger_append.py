"""Durable appends to the ledger against plain SQLite inserts of the same bytes.

Both write to WAL databases with synchronous=FULL in one folder, taking turns round by round, so
that a busy disk slows both. Both have a unique id. The plain side is timed twice: with bytes made
beforehand, and encoding the events itself as whoever stores them must. The ledger also looks for
repeated ids and keeps the Merkle tree. Prints events per second (medians of the rounds) and the
ratios to the ledger, then the rate of a full check. Takes about 10 seconds.

    python bench/ledger_append.py [FOLDER]
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

from lawkeep.ledger import Ledger
from lawkeep.model.event import Event, encode

ROUNDS = 9
BATCHES = {1: 100, 100: 3_000, 1000: 8_000}  # events in a transaction: events in a round


def made(count: int, dice: random.Random) -> list[Event]:
    start = 1_503_194_400_000_000
    return [
        Event(
            id=str(UUID(int=dice.getrandbits(128), version=4)),
            type="content.stopped",
            occurred_at=start + n * 37_000_123,
            recorded_at=start + 400_000_000_000 + n,
            operator="audio-platform",
            keys={"content": f"c{n}", "service": "live"},
            data={"how": "removed", "reason": "complaint"},
        )
        for n in range(count)
    ]


def plain(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -65536")
    db.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, bytes BLOB)")
    return db


def rates_of_plain(db: sqlite3.Connection, events: list[Event], batch: int) -> tuple[float, float]:
    """Events per second without and with the encoding."""
    began = time.perf_counter()
    rows = [(event.id, encode(event)) for event in events]
    encoded = time.perf_counter()
    for at in range(0, len(rows), batch):
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO events (id, bytes) VALUES (?, ?)", rows[at : at + batch])
        db.execute("COMMIT")
    ended = time.perf_counter()
    return len(rows) / (ended - encoded), len(rows) / (ended - began)


def rate_of_ledger(ledger: Ledger, events: list[Event], batch: int) -> float:
    began = time.perf_counter()
    for at in range(0, len(events), batch):
        ledger.append(events[at : at + batch])
    return len(events) / (time.perf_counter() - began)


def main(folder: Path) -> None:
    dice = random.Random(1)
    print(f"{'batch':>6} {'plain/s':>10} {'+encode/s':>10} {'ledger/s':>10} {'ratios':>10}")
    for batch, count in BATCHES.items():
        db = plain(folder / f"plain-{batch}.sqlite")
        path = folder / f"ledger-{batch}.sqlite"
        with Ledger.create(path, "example.com/bench", 0) as ledger:
            rates = []
            for _ in range(ROUNDS):
                events = made(count, dice)
                floors = rates_of_plain(db, events, batch)
                rates.append((*floors, rate_of_ledger(ledger, events, batch)))
            ready, encoding, ours = (statistics.median(side) for side in zip(*rates, strict=True))
            ratios = [statistics.median(rate[2] / rate[side] for rate in rates) for side in (0, 1)]
            print(
                f"{batch:>6} {ready:>10,.0f} {encoding:>10,.0f} {ours:>10,.0f}"
                f" {ratios[0]:>5.2f} {ratios[1]:.2f}"
            )
            if batch == max(BATCHES):
                began = time.perf_counter()
                verified = ledger.verify()
                speed = verified.size / (time.perf_counter() - began)
                print(f"full check of {verified.size:,} events: {speed:,.0f}/s", end=" ")
                print("sound" if verified.sound else f"NOT SOUND: {verified.fault}")
        db.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as scratch:
        main(Path(scratch))
