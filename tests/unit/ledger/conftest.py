"""Events and ledgers for the tests of the ledger."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lawkeep.ledger import Ledger
from lawkeep.model.event import Event

START = 1_503_194_400_000_000


@pytest.fixture
def fact() -> Callable[..., Event]:
    """`fact(7)`: an event with id `e7`; other fields by keyword."""

    def make(n: int, **fields: object) -> Event:
        values: dict[str, object] = {
            "id": f"e{n}",
            "type": "content.stopped",
            "occurred_at": START + n,
            "recorded_at": START + n + 5,
            "operator": "audio-platform",
            "keys": {"content": f"c{n}"},
            "data": {"n": n},
        }
        return Event(**(values | fields))  # type: ignore[arg-type]  # fields of the envelope

    return make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """A new, empty ledger."""
    with Ledger.create(path, "example.com/records", START, wait=0.05) as made:
        yield made
