"""Durable, signed appends to the ledger against plain inserts of the same bytes, in both stores.

Both sides take turns round by round on one disk, so that a busy machine slows both; the ratios are
medians over the rounds. Plain: one table with a unique id, one transaction a batch (PostgreSQL:
INSERT up to 30 rows, else COPY), timed with bytes made beforehand and with the encoding that
whoever stores events must do. The ledger encodes, looks for repeated ids, keeps the Merkle tree and
signs a checkpoint in each commit. SQLite runs in WAL mode with synchronous=FULL, PostgreSQL with
synchronous_commit=on. Then group commit, a full check and proofs. Takes about a minute.

    python bench/ledger_append.py [FOLDER]
"""

import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from lawkeep.ledger import Ledger  # noqa: E402
from lawkeep.ledger.base import BaseLedger  # noqa: E402
from lawkeep.ledger.group import GroupCommit  # noqa: E402
from lawkeep.ledger.note import ED25519, SignerKey  # noqa: E402
from lawkeep.ledger.postgres import PostgresLedger  # noqa: E402
from lawkeep.model.event import Event, encode  # noqa: E402
from support.postgres import Server  # noqa: E402  -- found by the line above

ROUNDS = 9
BATCHES = {1: 100, 100: 3_000, 1000: 8_000}  # events in a transaction: events in a round
KEY = SignerKey("example.com/bench", ED25519, bytes(32))

Plain = Callable[[list[tuple[str, bytes]]], None]


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


def plain_sqlite(path: Path) -> Plain:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cache_size = -65536")
    db.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, bytes BLOB)")

    def insert(rows: list[tuple[str, bytes]]) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO events (id, bytes) VALUES (?, ?)", rows)
        db.execute("COMMIT")

    return insert


def plain_postgres(dsn: str) -> Plain:
    db = psycopg.connect(dsn)
    db.execute(
        "CREATE TABLE events (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        ' id text COLLATE "C" NOT NULL UNIQUE, bytes bytea NOT NULL)'
    )
    db.commit()

    def insert(rows: list[tuple[str, bytes]]) -> None:
        with db.cursor() as cursor:
            if len(rows) < 30:
                cursor.executemany("INSERT INTO events (id, bytes) VALUES (%b, %b)", rows)
            else:
                query = "COPY events (id, bytes) FROM STDIN (FORMAT BINARY)"
                with cursor.copy(query) as copy:
                    copy.set_types(["text", "bytea"])
                    for row in rows:
                        copy.write_row(row)
        db.commit()

    return insert


def one_round(plain: Plain, ledger: BaseLedger, events: list[Event], batch: int) -> list[float]:
    """Seconds: the plain inserts, the encoding for them, the ledger."""
    began = time.perf_counter()
    rows = [(event.id, encode(event)) for event in events]
    encoded = time.perf_counter()
    for at in range(0, len(rows), batch):
        plain(rows[at : at + batch])
    inserted = time.perf_counter()
    for at in range(0, len(events), batch):
        ledger.append(events[at : at + batch])
    return [inserted - encoded, inserted - began, time.perf_counter() - inserted]


def appends(name: str, plain: Plain, ledger: BaseLedger, batch: int, dice: random.Random) -> None:
    count = BATCHES[batch]
    rounds = [one_round(plain, ledger, made(count, dice), batch) for _ in range(ROUNDS)]
    rates = [count / statistics.median(side) for side in zip(*rounds, strict=True)]
    ratios = [statistics.median(r[side] / r[2] for r in rounds) for side in (0, 1)]
    figures = " ".join(f"{rate:>10,.0f}" for rate in rates)
    print(f"{name:<10} {batch:>6} {figures} {ratios[0]:>6.2f} {ratios[1]:>6.2f}")


def group(name: str, ledger: BaseLedger, dice: random.Random) -> None:
    """Each caller appends one event and waits until it is durable and signed."""
    alone = 0.0
    for callers in (1, 16, 64):
        each = 60 if callers == 1 else 30
        shares = [made(each, dice) for _ in range(callers)]
        began = time.perf_counter()
        waits = waited(ledger, shares)
        rate = callers * each / (time.perf_counter() - began)
        alone = alone or rate
        middle, late = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99))
        print(
            f"{name:<10} {callers:>3} callers {rate:>8,.0f}/s, {rate / alone:>4.1f} times one;"
            f" p50 {middle:.1f} ms, p99 {late:.1f} ms"
        )


def waited(ledger: BaseLedger, shares: list[list[Event]]) -> list[float]:
    """How long each event took, sorted; one thread a share."""
    waits: list[float] = []
    with GroupCommit(ledger) as together:

        def work(events: list[Event]) -> None:
            for event in events:
                began = time.perf_counter()
                together.append([event])
                waits.append(time.perf_counter() - began)

        threads = [threading.Thread(target=work, args=(share,)) for share in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sorted(waits)


def checks(name: str, ledger: BaseLedger, dice: random.Random) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    verified = ledger.verify(KEY.verifier)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert verified.sound, verified.fault
    print(
        f"{name:<10} full check of {verified.size:,}: {verified.size / wall:,.0f}/s,"
        f" {verified.size / cpu:,.0f}/s of processor time here"
    )
    places = [dice.randrange(verified.size) for _ in range(5_000)]
    for first in (True, False):
        began = time.perf_counter()
        for seq in places:
            ledger.inclusion(seq, verified.size)
        rate = len(places) / (time.perf_counter() - began)
        print(f"{name:<10} inclusion proofs, {'cold' if first else 'cached'}: {rate:,.0f}/s")


def measured(name: str, plain: Callable[[int], Plain], create: Callable[[int], BaseLedger]) -> None:
    dice = random.Random(1)
    print(
        f"{'':<10} {'batch':>6} {'plain/s':>10} {'+encode/s':>10} {'ledger/s':>10} {'ratios':>13}"
    )
    for batch in BATCHES:
        ledger = create(batch)
        appends(name, plain(batch), ledger, batch, dice)
        if batch == max(BATCHES):
            group(name, ledger, dice)
            checks(name, ledger, dice)
        ledger.close()


def main(folder: Path) -> None:
    measured(
        "sqlite",
        lambda batch: plain_sqlite(folder / f"plain-{batch}.sqlite"),
        lambda batch: Ledger.create(folder / f"{batch}.sqlite", KEY.name, 0, signer=KEY),
    )
    found = subprocess.run(
        [ROOT / "tools" / "components", "need", "postgres"],
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode:
        print(found.stderr.strip())
        return
    server = Server(found.stdout.splitlines()[0].strip())
    try:
        server.start()
        measured(
            "postgres",
            lambda batch: plain_postgres(server.fresh(f"plain{batch}")),
            lambda batch: PostgresLedger.create(
                server.fresh(f"ledger{batch}"), KEY.name, 0, signer=KEY, wait=30
            ),
        )
    finally:
        server.remove()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as scratch:
        main(Path(scratch))
