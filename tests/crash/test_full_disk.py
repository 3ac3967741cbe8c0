"""A full disk, and a clock that jumps: what was acknowledged stays, the rest is refused."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lawkeep
from lawkeep.ledger import Ledger
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.group import GroupCommit
from lawkeep.model.errors import LawkeepError
from support.postgres import Server
from support.stores import KEY, Store, event

# Fills its file up to the limit that the process is given, then says how far it came and that
# the same ledger takes more once there is room. A limit is the full disk that needs no rights.
FILLER = """
import resource, signal, sys
from lawkeep.ledger import Ledger
from lawkeep.ledger.note import SignerKey
from lawkeep.model.errors import LawkeepError
from support.stores import KEY, event

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Ledger.open(sys.argv[1], signer=KEY) as ledger:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
    done = 0
    try:
        while True:
            ledger.append(event(n, data={"n": "x" * 500}) for n in range(done, done + 100))
            done += 100
    except LawkeepError as problem:
        print(problem.code, done, ledger.size, ledger.verify(KEY.verifier).sound)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    ledger.append([event(100_000)])
    print(ledger.size, ledger.verify(KEY.verifier).sound)
"""


def test_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    Ledger.create(path, KEY.name, 0, signer=KEY).close()
    source = f"{Path(lawkeep.__file__).parents[1]}:{Path(__file__).resolve().parents[1]}"
    ran = subprocess.run(
        [sys.executable, "-c", FILLER, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": source, "PATH": "/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stderr
    first, second = ran.stdout.splitlines()
    code, acknowledged, size, sound = first.split()
    assert (code, sound) == ("ledger_storage", "True")
    assert 100 <= int(acknowledged) == int(size)
    assert second == f"{int(size) + 1} True"
    with Ledger.open(path) as ledger:
        assert ledger.verify(KEY.verifier).sound


@pytest.mark.parametrize("hours", [-48, 48])
def test_the_clock_jumps(store: Store, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    """Order and proof follow the sequence; only what is claimed follows the clock."""
    now = [1_700_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    ledger = store.create()
    with GroupCommit(ledger) as group:
        for n in range(40):
            if n == 20:
                now[0] += hours * 3600
            group.append([event(n, recorded_at=int(time.time() * 1_000_000))])
    assert [entry.id for entry in ledger.read()] == [f"e{n}" for n in range(40)]
    times = [entry.recorded_at for entry in ledger.read()]
    assert times[20] - times[19] == hours * 3_600_000_000
    assert ledger.verify(KEY.verifier).sound


def filled(ledger: BaseLedger) -> tuple[str, int]:
    """Append what cannot be compressed until it is refused: the code, and what went in."""
    dice = random.Random(0)
    done = 0
    try:
        while done < 20_000:
            noise = [dice.randbytes(2000).hex() for _ in range(500)]
            ledger.append(event(done + n, data={"n": text}) for n, text in enumerate(noise))
            done += 500
    except LawkeepError as problem:
        return problem.code, done
    return "", done


def test_a_full_disk_under_postgres(own_postgres: Server) -> None:
    """The server refuses to write; nothing moves; with room again it goes on."""
    store = Store("postgres", own_postgres.fresh("full"))
    store.create().close()
    own_postgres.stop()
    # Not a multiple of a page: the last write is cut short, as on a disk that is full.
    own_postgres.start(most_kib=20_484)
    ledger = store.open()
    code, done = filled(ledger)
    assert code == "ledger_storage"
    assert 0 < done == ledger.size
    assert ledger.verify(KEY.verifier).sound
    own_postgres.stop()
    own_postgres.start()
    assert ledger.append([event(100_000)]).first == done
    assert ledger.verify(KEY.verifier).sound
    store.close()
