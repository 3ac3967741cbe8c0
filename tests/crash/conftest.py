"""A store of each kind, and a PostgreSQL of its own that a test may kill."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.postgres import Server
from support.stores import NUMBERS, Store


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        made = Store("sqlite", str(tmp_path / "records.sqlite"))
    else:
        server: Server = request.getfixturevalue("postgres")
        made = Store("postgres", server.fresh(f"c{next(NUMBERS)}"))
    yield made
    made.close()


@pytest.fixture
def own_postgres(component: Callable[[str], str]) -> Iterator[Server]:
    server = Server(component("postgres"))
    try:
        server.start()
        yield server
    finally:
        server.remove()
