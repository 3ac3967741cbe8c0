"""A ledger with witnesses for every attack, in both stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks.world import World
from support.postgres import Server
from support.stores import NUMBERS, Store


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "sqlite":
        store = Store("sqlite", str(tmp_path / "records.sqlite"))
    else:
        server: Server = request.getfixturevalue("postgres")
        store = Store("postgres", server.fresh(f"a{next(NUMBERS)}"))
    made = World(store, tmp_path)
    yield made
    made.close()
