"""kill -9 at random points under load: nothing acknowledged is lost, nothing is half there."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lawkeep
from lawkeep.ledger.base import BaseLedger
from support.postgres import Server
from support.stores import KEY, Store

TESTS = Path(__file__).resolve().parents[1]


def writer(store: Store, number: int) -> subprocess.Popen[str]:
    source = os.pathsep.join([str(Path(lawkeep.__file__).parents[1]), str(TESTS)])
    return subprocess.Popen(
        [sys.executable, "-m", "support.writer", store.kind, store.where, str(number)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )


def killed(running: subprocess.Popen[str], lines: int, moment: float) -> int:
    """How many events it had been told are stored when it was killed."""
    assert running.stdout is not None
    said = [running.stdout.readline() for _ in range(lines)]
    time.sleep(moment)
    running.kill()
    said += running.stdout.readlines()
    running.stdout.close()
    assert running.wait() == -signal.SIGKILL
    # A line that the kill cut short acknowledges nothing.
    return max(int(line) for line in said if line.endswith("\n"))


def intact(ledger: BaseLedger, since: int, number: int, acknowledged: int, alone: bool) -> int:
    """The ledger after a crash; its size."""
    verified = ledger.verify(KEY.verifier)
    assert verified.sound, verified.fault
    new = [entry.id for entry in ledger.read(since)]
    assert len(new) == len(set(new)) == verified.size - since
    assert {f"{number}-{n}" for n in range(acknowledged)} <= set(new)
    if alone:
        assert new == [f"{number}-{n}" for n in range(len(new))]
    return verified.size


def rounds(store: Store, count: int, seed: int) -> None:
    dice = random.Random(seed)
    store.create().close()
    size = 0
    for number in range(count):
        acknowledged = killed(writer(store, number), dice.randint(1, 12), dice.random() * 0.03)
        ledger = store.open()
        size = intact(ledger, size, number, acknowledged, bool(number % 2))
        ledger.close()


def test_killed_writers(store: Store) -> None:
    rounds(store, 20, seed=0)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1, 21))
def test_writers_killed_often(store: Store, seed: int) -> None:
    """200 kills in each store; a new ledger for each ten, since each check reads it whole."""
    rounds(store, 10, seed)


def test_postgres_restarted_under_load(own_postgres: Server) -> None:
    """The server goes down as in a crash, twice; the writer goes on by itself."""
    store = Store("postgres", own_postgres.fresh("load"))
    store.create().close()
    size = 0
    for number in (0, 1):
        running = writer(store, number)
        assert running.stdout is not None
        before = int(running.stdout.readline())
        own_postgres.restart()
        after = before
        while after < before + 50:
            after = int(running.stdout.readline())
        acknowledged = killed(running, 1, 0.02)
        ledger = store.open()
        size = intact(ledger, size, number, acknowledged, bool(number))
        store.close()
