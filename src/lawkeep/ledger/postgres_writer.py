"""The open transaction of a ledger in PostgreSQL: entries in, then tiles, head and commit."""

from collections.abc import Callable
from typing import Any, LiteralString

import psycopg

from lawkeep.ledger.audit import Row
from lawkeep.ledger.base import open_tile
from lawkeep.ledger.entry import Head
from lawkeep.ledger.postgres_schema import Translated
from lawkeep.ledger.tiles import WIDTH

_COPY_ABOVE = 30
"""Rows from which COPY is faster than INSERT (measured: bench/ledger_append.py)."""

_TILES: LiteralString = (
    "INSERT INTO tiles SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[])"
    " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes; "
)
_HEAD_AND_COMMIT: LiteralString = "UPDATE head SET size = %s, root = %s, checkpoint = %s; COMMIT"


class Writer:
    """The open transaction, as `BaseLedger` writes through it."""

    def __init__(
        self,
        db: psycopg.Connection[Any],
        translated: Callable[[], Translated],
        public_key: str | None,
    ) -> None:
        """`translated`: turns errors of PostgreSQL. `public_key`: to be made the ledger's."""
        self._db, self._translated, self._public_key = db, translated, public_key
        # The transaction begins with a savepoint; each further chunk takes one of its own.
        self._used = False

    def insert(self, rows: list[Row]) -> int:
        with self._translated():
            if self._used:
                self._db.execute("RELEASE SAVEPOINT chunk; SAVEPOINT chunk")
            self._used = True
            try:
                self._insert(rows)
            except psycopg.errors.UniqueViolation as problem:
                if problem.diag.constraint_name != "entries_id_key":
                    raise
                self._db.execute("ROLLBACK TO SAVEPOINT chunk")
                self._used = False
                return 0
        return len(rows)

    def _insert(self, rows: list[Row]) -> None:
        if len(rows) == 1:
            self._db.execute("INSERT INTO entries VALUES (%b, %b, %b, %b)", rows[0])
            return
        if len(rows) < _COPY_ABOVE:
            with self._db.cursor() as cursor:
                cursor.executemany("INSERT INTO entries VALUES (%b, %b, %b, %b)", rows)
            return
        with (
            self._db.cursor() as cursor,
            cursor.copy("COPY entries FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(["int8", "text", "text", "bytea"])
            for row in rows:
                copy.write_row(row)

    def known(self, ids: list[str]) -> dict[str, tuple[int, bytes]]:
        with self._translated():
            found = self._db.execute(
                "SELECT id, seq, bytes FROM entries WHERE id = ANY(%b)", (ids,), binary=True
            )
            return {name: (seq, raw) for name, seq, raw in found}

    def finish(self, tiles: dict[tuple[int, int], bytes], head: Head) -> None:
        """Tiles, head and the commit itself go in one round trip; after it nothing is open."""
        values: list[Any] = []
        statements: LiteralString = ""
        if tiles:
            statements = _TILES
            values += [list(column) for column in zip(*tiles, strict=True)]
            values.append(list(tiles.values()))
        if self._public_key is not None:
            statements += "UPDATE ledger SET public_key = %s; "
            values.append(self._public_key)
        statements += _HEAD_AND_COMMIT
        values += [head.size, head.root, head.checkpoint]
        with self._translated():
            # Several statements at once need their values put in here rather than by the server.
            psycopg.ClientCursor(self._db).execute(statements, values)


def tile_loader(db: psycopg.Connection[Any]) -> Callable[[int, int], bytes]:
    """Tiles as the writer sees them, the open one from its entries."""

    def load(level: int, n: int) -> bytes:
        query = "SELECT hashes FROM tiles WHERE level = %b AND n = %b"
        found = db.execute(query, (level, n), binary=True).fetchone()
        if found or level:
            return bytes(found[0]) if found else b""
        rows = db.execute(
            "SELECT bytes FROM entries WHERE seq >= %b ORDER BY seq LIMIT 256",
            (n * WIDTH,),
            binary=True,
        )
        return open_tile(bytes(raw) for (raw,) in rows)

    return load


def first(found: psycopg.Cursor[Any]) -> tuple[Any, ...]:
    """The one row of an answer that must have one."""
    row = found.fetchone()
    if row is None:
        raise psycopg.DataError("a row that must be there is missing")
    return tuple(row)
