"""Go's own golang.org/x/mod/sumdb reads and verifies what we write."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lawkeep.ledger import Ledger
from lawkeep.ledger.keys import new_key
from lawkeep.ledger.publish import publish
from lawkeep.model.event import Event

SIZE = 70_000
PROGRAM = Path(__file__).with_name("verify.go")


@pytest.fixture(scope="session")
def verifier(component: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small Go program, built against Debian's packages without a network."""
    go = component("go-sumdb")
    built = tmp_path_factory.mktemp("go") / "verify"
    settings = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    cache = {"GOCACHE": str(built.parent / "cache")}
    ran = subprocess.run(
        [go, "build", "-o", built, PROGRAM],
        env={**os.environ, **settings, **cache},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return built


def verified(verifier: Path, folder: Path, key: str) -> subprocess.CompletedProcess[str]:
    command = [verifier, folder, key, "1000", "20"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_go_verifies_a_ledger(verifier: Path, tmp_path: Path) -> None:
    key = new_key(tmp_path / "records.key", "example.com/records")
    folder = tmp_path / "site"
    with Ledger.create(tmp_path / "r.sqlite", key.name, 0, signer=key) as ledger:
        for until in (69_000, SIZE):  # published twice: the second time only what is new
            ledger.append(
                Event(
                    id=f"e{n}", type="content.stopped", occurred_at=n, recorded_at=n, operator="o"
                )
                for n in range(ledger.size, until)
            )
            assert publish(ledger, folder).size == until
    ran = verified(verifier, folder, key.verifier.text())
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "signature example.com/records",
        "inclusion 1000",
        "consistency 20",
    ]

    # And it would not be content with anything: another key, a changed entry.
    other = new_key(tmp_path / "other.key", "example.com/records")
    assert verified(verifier, folder, other.verifier.text()).returncode == 1
    for bundle in (folder / "tile" / "entries").rglob("*"):
        if bundle.is_file():
            bundle.write_bytes(bundle.read_bytes().replace(b"content.", b"Content."))
    assert verified(verifier, folder, key.verifier.text()).returncode == 1
