"""Both stores of the ledger behind one face, for tests that must hold for each."""

import contextlib
import itertools
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from lawkeep.ledger import Ledger
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.note import SignerKey
from lawkeep.ledger.postgres import PostgresLedger
from lawkeep.model.event import Event

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

    def backup(self) -> str:
        """A copy of the whole store as it is; closes what is open. The name to restore it by."""
        self.close()
        if self.kind == "sqlite":
            copy = f"{self.where}.backup"
            Path(copy).write_bytes(Path(self.where).read_bytes())
            return copy
        name, copy = self.where.rpartition("/")[2], f"b{next(NUMBERS)}"
        with psycopg.connect(self._server(), autocommit=True) as pg:
            pg.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')  # type: ignore[arg-type]  # of the test
        return copy

    def restore(self, copy: str) -> None:
        """Put a backup back in place of the store."""
        self.close()
        if self.kind == "sqlite":
            Path(self.where).write_bytes(Path(copy).read_bytes())
            return
        name = self.where.rpartition("/")[2]
        with psycopg.connect(self._server(), autocommit=True) as pg:
            pg.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]  # of the test
            pg.execute(f'CREATE DATABASE "{name}" TEMPLATE "{copy}"')  # type: ignore[arg-type]  # of the test

    def at(self, copy: str) -> "Store":
        """A backup as a store of its own."""
        where = copy if self.kind == "sqlite" else f"{self._base()}/{copy}"
        return Store(self.kind, where)

    def remove(self) -> None:
        """All of the ledger, so that another can be made in its place."""
        self.close()
        if self.kind == "sqlite":
            Path(self.where).unlink()
        else:
            with psycopg.connect(self.where, autocommit=True) as pg:
                pg.execute("DROP SCHEMA lawkeep CASCADE")

    def _base(self) -> str:
        return self.where.rpartition("/")[0]

    def _server(self) -> str:
        return f"{self._base()}/postgres"

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()


def event(n: int, **fields: object) -> Event:
    """`event(7)`: an event with id `e7`; other fields by keyword."""
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
