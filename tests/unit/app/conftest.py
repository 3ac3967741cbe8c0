"""A ledger, a vault, a store of files and the law together, as an installation has them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lawkeep.app import vocabulary
from lawkeep.app.erasing import Keepers
from lawkeep.app.packs import packs
from lawkeep.ledger import Ledger
from lawkeep.ledger.blobs import Folder
from lawkeep.ledger.keys import new_key
from lawkeep.model.event import Event
from lawkeep.model.time import parse_instant
from lawkeep.vault import KeyFile, Vault

NOW = parse_instant("2026-03-01T10:00:00+08:00")


@pytest.fixture
def keepers(tmp_path: Path) -> Iterator[Keepers]:
    """Everything below the folder of the test; the master keys in `keys/`."""
    signer = new_key(tmp_path / "signer", "example.com/records")
    (tmp_path / "keys").mkdir()
    keys = KeyFile.create(tmp_path / "keys" / "master")
    with (
        Ledger.create(tmp_path / "l.sqlite", "example.com/records", NOW, signer=signer) as ledger,
        Vault.create(tmp_path / "v.sqlite", keys, NOW) as vault,
    ):
        yield Keepers(ledger, vault, packs(vocabulary()), Folder(tmp_path / "blobs"))


def event(id_: str, kind: str, at: int = NOW, **fields: object) -> Event:
    values = {"keys": {}, "data": {}} | fields
    return Event(id=id_, type=kind, occurred_at=at, recorded_at=at, operator="talk", **values)  # type: ignore[arg-type]  # fields of the envelope
