"""kill -9 while data is sealed, erased and its keys are rotated: nothing comes back, nothing is lost.

What was said to be gone is in no file, has its event, and does not open; what was said to be kept
opens; an erasure that was cut off is finished by the next start, with its event.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lawkeep
from lawkeep.app.erasing import Keepers, settle
from lawkeep.ledger import Ledger
from lawkeep.ledger.blobs import Folder
from lawkeep.vault import KeyFile, Vault
from support.eraser import NOW, name_of

TESTS = Path(__file__).resolve().parents[1]


def killed(folder: Path, number: int, lines: int, moment: float) -> list[tuple[str, str]]:
    """What the process had said when it was killed: word and subject."""
    source = os.pathsep.join([str(Path(lawkeep.__file__).parents[1]), str(TESTS)])
    running = subprocess.Popen(
        [sys.executable, "-m", "support.eraser", folder, str(number)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert running.stdout is not None
    said = [running.stdout.readline() for _ in range(lines)]
    time.sleep(moment)
    running.kill()
    said += running.stdout.readlines()
    running.stdout.close()
    assert running.wait() == -signal.SIGKILL
    words = [line.split() for line in said if line.endswith("\n")]
    return [(word, subject) for word, subject in words]


def rounds(folder: Path, count: int, seed: int) -> None:
    dice = random.Random(seed)
    keys = KeyFile.create(folder / "master")
    Vault.create(folder / "v.sqlite", keys, NOW).close()
    Ledger.create(folder / "l.sqlite", "example.com/records", NOW).close()
    kept: dict[str, str] = {}
    for number in range(count):
        said = killed(folder, number, dice.randint(1, 9), dice.random() * 0.03)
        keys = KeyFile.open(folder / "master")
        with (
            Ledger.open(folder / "l.sqlite") as ledger,
            Vault.open(folder / "v.sqlite", keys) as vault,
        ):
            settle(Keepers(ledger, vault, (), Folder(folder / "blobs")), "o", NOW + 2)
            assert ledger.verify().sound
            erased = {e.event.keys["subject"] for e in ledger.read(types=("subject.erased",))}
            held = {holding.subject for holding in vault.holdings()}
            assert not erased & held
            gone = {subject for word, subject in said if word == "gone"}
            assert gone <= erased
            kept |= {s: name_of(*map(int, s[1:].split("-"))) for word, s in said if word == "keep"}
            for subject, plain in kept.items():
                assert vault.read(subject, "identity", "r") == {"name": plain}
            files = {digest for s in held for digest in vault.files(s, "identity")}
        # Sealed files: those of the living; of one cut off in the middle there may be none yet.
        there = {f"sha256:{p.name}" for p in (folder / "blobs").rglob("*") if len(p.name) == 64}
        assert there <= files
        raw = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
        assert b"plain-" not in raw


def test_killed_erasures(tmp_path: Path) -> None:
    rounds(tmp_path, 6, seed=0)


@pytest.mark.nightly
def test_killed_erasures_many_times(tmp_path: Path) -> None:
    rounds(tmp_path, 200, seed=1)
