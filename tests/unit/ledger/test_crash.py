"""kill -9 while appending: no acknowledged event is lost, nothing is half there."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lawkeep
from lawkeep.ledger import Ledger

# Appends batches of changing length for ever and says what was acknowledged.
WRITER = """
import random, sys
from lawkeep.ledger import Ledger
from lawkeep.model.event import Event

path, round_number = sys.argv[1:]
dice = random.Random(round_number)
with Ledger.open(path) as ledger:
    made = 0
    while True:
        count = dice.choice([1, 1, 1, 20, 300, 3000])
        ids = [f"{round_number}-{made + i}" for i in range(count)]
        ledger.append(
            [Event(id=i, type="content.stopped", occurred_at=0, recorded_at=0, operator="o")
             for i in ids],
            batch=dice.choice([1, 100, 1000]),
        )
        made += count
        print(made, flush=True)
"""


def killed_writer(path: Path, round_number: int, dice: random.Random) -> int:
    """How many events the writer had been told are stored when it was killed."""
    source = str(Path(lawkeep.__file__).parents[1])
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(round_number)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(dice.randint(1, 12))]
    time.sleep(dice.random() * 0.03)
    writer.kill()
    said += writer.stdout.readlines()
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    # A line that the kill cut short acknowledges nothing.
    return max(int(line) for line in said if line.endswith("\n"))


def rounds(path: Path, count: int, seed: int) -> None:
    dice = random.Random(seed)
    Ledger.create(path, "example.com/records", 0).close()
    size = 0
    for number in range(count):
        acknowledged = killed_writer(path, number, dice)
        with Ledger.open(path) as ledger:
            verified = ledger.verify()
            assert verified.sound, verified.fault
            new = [entry.id for entry in ledger.read(size)]
            assert len(new) >= acknowledged
            assert new == [f"{number}-{i}" for i in range(len(new))]
            size = ledger.size
            assert verified.checked == size


def test_a_killed_writer(path: Path) -> None:
    rounds(path, 5, seed=0)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(1, 21))
def test_a_writer_killed_often(path: Path, seed: int) -> None:
    """200 kills in all; a new ledger for each ten, since each check reads it whole."""
    rounds(path, 10, seed)
