"""Both stores of the ledger behind one face, for tests that must hold for each."""

import contextlib
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lawkeep.ledger import Ledger
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.note import SignerKey
from lawkeep.ledger.postgres import PostgresLedger
from lawkeep.model.event import Event
from support.postgres import Server

ORIGIN = "example.com/records"
KEY = SignerKey(ORIGIN, 1, bytes(range(32)))
NUMBERS = itertools.count()


@dataclass
class Store:
    """One place that can hold a ledger. `sql` goes past the ledger, as a tamperer would."""

    kind: str
    where: str
    opened: list[BaseLedger] = field(default_factory=list)

    def create(self, **more: Any) -> BaseLedger:
        cls = Ledger if self.kind == "sqlite" else PostgresLedger
        made = cls.create(self.where, ORIGIN, 7, **({"wait": 5.0, "signer": KEY} | more))
        self.opened.append(made)
        return made

    def open(self, **more: Any) -> BaseLedger:
        cls = Ledger if self.kind == "sqlite" else PostgresLedger
        found = cls.open(self.where, **({"wait": 5.0, "signer": KEY} | more))
        self.opened.append(found)
        return found

    def sql(self, statement: str, *values: object) -> None:
        """Run a statement, without the triggers that keep honest tools from slips."""
        if self.kind == "sqlite":
            db = sqlite3.connect(self.where, isolation_level=None)
            db.execute("DROP TRIGGER IF EXISTS entries_never_change")
            db.execute("DROP TRIGGER IF EXISTS entries_never_go")
            db.execute(statement, values)
            db.close()
            return
        with psycopg.connect(self.where, autocommit=True) as pg:
            pg.execute("SET search_path TO lawkeep")
            pg.execute("DROP TRIGGER IF EXISTS entries_stay ON entries")
            pg.execute(statement.replace("?", "%s"), values)  # type: ignore[arg-type]  # of the test

    def slip(self, statement: str) -> None:
        """Run a statement as an honest tool would, past the ledger but with its triggers."""
        if self.kind == "sqlite":
            with contextlib.closing(sqlite3.connect(self.where)) as db:
                db.execute(statement)
            return
        with psycopg.connect(self.where, options="-c search_path=lawkeep") as pg:
            pg.execute(statement)  # type: ignore[arg-type]  # of the test

    def close(self) -> None:
        for ledger in self.opened:
            ledger.close()


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
    """`fact(7)`: an event with id `e7`; other fields by keyword."""

    def make(n: int, **fields: object) -> Event:
        values: dict[str, object] = {
            "id": f"e{n}",
            "type": "content.stopped",
            "occurred_at": 1_503_194_400_000_000 + n,
            "recorded_at": 1_503_194_400_000_005 + n,
            "operator": "audio-platform",
            "keys": {"content": f"c{n}"},
            "data": {"n": n},
        }
        return Event(**(values | fields))  # type: ignore[arg-type]  # fields of the envelope

    return make
