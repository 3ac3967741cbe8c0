"""A store of each kind for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lawkeep.model.event import Event
from support.postgres import Server
from support.stores import NUMBERS, Store, event


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        made = Store("sqlite", str(tmp_path / "records.sqlite"))
    else:
        server: Server = request.getfixturevalue("postgres")
        made = Store("postgres", server.fresh(f"t{next(NUMBERS)}"))
    yield made
    made.close()


@pytest.fixture
def fact() -> Callable[..., Event]:
    return event
