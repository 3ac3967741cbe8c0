"""The embedded ledger: one SQLite file, one writer at a time, any number of readers.

Appends are durable when they return (WAL, synchronous=FULL). A call to `append` is one
transaction: entries, tiles, head and checkpoint together, or nothing. Readers never wait for the
writer.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

from lawkeep.ledger import schema
from lawkeep.ledger.audit import Fault, Row, Verified, audit
from lawkeep.ledger.base import (
    BaseLedger,
    Guard,
    Transaction,
    checked_origin,
    kept_notes,
    open_tile,
)
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.entry import Entry, Head, Stats
from lawkeep.ledger.figures import Figures
from lawkeep.ledger.merkle import EMPTY_ROOT
from lawkeep.ledger.note import Note, SignerKey, VerifierKey
from lawkeep.ledger.tiles import WIDTH, TileTree
from lawkeep.model.errors import error

_ENTRY = "SELECT seq, id, type, bytes FROM entries"
_MOST_VALUES = 30_000  # SQLite takes 32,766 values in a statement

Hook = Callable[[sqlite3.Connection, list[Row]], None]
"""Called inside the transaction of an append, with its connection and entries just inserted;
what it raises undoes the append. `seq, id, type, bytes` each."""


class Ledger(BaseLedger):
    """An open ledger in a file. Use it as a context manager; threads may share it."""

    def __init__(
        self, path: Path, wait: float, signer: SignerKey | None = None, guard: Guard | None = None
    ) -> None:
        """Used by `create` and `open`."""
        super().__init__(signer, guard)
        self.path = path
        self._wait = wait
        self._reader = schema.open_reader(path, wait)
        self._reader_turn = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._writer_turn = threading.Lock()
        self.on_append: Hook | None = None
        self._writing_thread: int | None = None
        try:
            self.origin, self.created_at, public = self._one(
                "SELECT origin, created_at, public_key FROM ledger"
            )
            self.public_key = None if public is None else VerifierKey.parse(public)
            self._check_signer()
        except BaseException:
            self._reader.close()
            raise

    @classmethod
    def create(
        cls,
        path: str | Path,
        origin: str,
        now: int,
        *,
        wait: float = 5.0,
        signer: SignerKey | None = None,
    ) -> Self:
        """Make a new, empty ledger and open it. `wait`: seconds to wait for another writer.

        `signer`: the key of this name (`lawkeep.ledger.keys`), with which it signs from now on.

        Errors: `ledger_exists`, `ledger_origin_malformed`, `ledger_unreadable`, `ledger_storage`,
        `key_foreign`.
        """
        checkpoint = public = None
        if signer is not None:
            if signer.name != checked_origin(origin):
                raise error("key_foreign", found=signer.name, expected=origin)
            public = signer.verifier.text()
            checkpoint = Checkpoint(origin, 0, EMPTY_ROOT).signed(signer).bytes()
        schema.create(Path(path), checked_origin(origin), now, wait, public, checkpoint)
        return cls(Path(path), wait, signer)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        wait: float = 5.0,
        signer: SignerKey | None = None,
        guard: Guard | None = None,
    ) -> Self:
        """Open a ledger. One that cannot be written, or whose key is not given, can still be read.

        `guard`: called before the first signature, such as `lawkeep.ledger.witnesses.Circle.guard`.

        Errors: `ledger_missing`, `ledger_folder`, `ledger_foreign`, `ledger_newer`,
        `ledger_older`, `ledger_unreadable`, `ledger_damaged`, `key_foreign`.
        """
        return cls(Path(path), wait, signer, guard)

    def close(self) -> None:
        """Close it; the last writer to do so leaves everything in the one file."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def place(self) -> str:
        return str(self.path)

    @property
    def head(self) -> Head:
        return Head(*self._one("SELECT size, root, checkpoint FROM head"))

    def get(self, id: str) -> Entry | None:  # noqa: A002  -- the word of the envelope
        rows = self._rows(f"{_ENTRY} WHERE id = ?", (id,))
        return Entry(*rows[0]) if rows else None

    def _stored_tile(self, level: int, n: int) -> bytes:
        rows = self._rows("SELECT hashes FROM tiles WHERE level = ? AND n = ?", (level, n))
        return bytes(rows[0][0]) if rows else b""

    def verify(self, key: VerifierKey | None = None) -> Verified:
        with self._translated():
            db = self._second_reader()
        try:
            db.execute("BEGIN")
            head = Head(*db.execute("SELECT size, root, checkpoint FROM head").fetchone())
            return _verified(db, head, key or self.public_key)
        except sqlite3.DatabaseError as problem:
            return Verified(0, b"", 0, Fault("store", None, detail=str(problem)))
        finally:
            db.close()

    def stats(self) -> Stats:
        with self._translated():
            db = self._second_reader()
        try:
            with self._translated():
                db.execute("BEGIN")
                size, root = db.execute("SELECT size, root FROM head").fetchone()
                figures = Figures()
                for (raw,) in db.execute("SELECT bytes FROM entries"):
                    figures.add(raw)
        except ValueError as problem:
            raise error("ledger_damaged", path=str(self.path), reason=str(problem)) from None
        finally:
            db.close()
        files = [self.path, Path(f"{self.path}-wal")]
        file_bytes = sum(f.stat().st_size for f in files if f.exists())
        return figures.stats(self.origin, self.created_at, size, root, file_bytes)

    def keep_checkpoint(self, note: Note) -> None:
        size = Checkpoint.parse(note.text).size
        with self._writing() as db:
            query = "SELECT note, last FROM checkpoints WHERE size = ?"
            kept = kept_notes(db.execute(query, (size,)).fetchone(), note)
            db.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", (size, *kept))

    def kept_checkpoints(self, size: int = 0) -> list[tuple[int, bytes, bytes]]:
        query = "SELECT size, note, last FROM checkpoints WHERE size >= ? ORDER BY size"
        return [(found, note, last) for found, note, last in self._rows(query, (size,))]

    def keep_token(self, size: int, note: bytes, token: bytes) -> None:
        with self._writing() as db:
            db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (size, note, token))

    def kept_tokens(self, size: int = 0) -> list[tuple[int, bytes, bytes]]:
        query = "SELECT size, note, token FROM tokens WHERE size >= ? ORDER BY size"
        return [(found, note, token) for found, note, token in self._rows(query, (size,))]

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Transaction, TileTree]]:
        with self._writing() as db:
            # Until the commit has succeeded there is no tree in memory: whatever fails, the
            # next append reads it from the file.
            tree, self._tree = self._current_tree(db), None
            yield _Writer(db, self), tree
        self._tree = tree
        if self.public_key is None and self._signer is not None and tree.size:
            self.public_key = self._signer.verifier

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection in a transaction that commits at the end of the block."""
        # An append from within the iterable of an append would wait for itself.
        nested = self._writing_thread == threading.get_ident()
        if nested or not self._writer_turn.acquire(timeout=self._wait):
            raise error("ledger_locked", path=str(self.path), seconds=self._wait)
        try:
            self._writing_thread = threading.get_ident()
            with self._translated():
                db = self._writing_connection()
                db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                with self._translated():
                    db.execute("COMMIT")
            except BaseException:
                self._roll_back(db)
                raise
        finally:
            self._writing_thread = None
            self._writer_turn.release()

    def _roll_back(self, db: sqlite3.Connection) -> None:
        try:
            if db.in_transaction:
                db.execute("ROLLBACK")
        except sqlite3.Error:
            # The first error is the one to report; closing undoes what a failed disk kept open.
            db.close()
            self._writer = None

    def _writing_connection(self) -> sqlite3.Connection:
        if self._writer is None:
            if not schema.writable(self.path):
                raise error("ledger_read_only", path=str(self.path))
            self._writer = schema.connect(self.path, "rw", self._wait)
        return self._writer

    def _current_tree(self, db: sqlite3.Connection) -> TileTree:
        with self._translated():
            size, root, next_seq = db.execute(
                "SELECT size, root, (SELECT ifnull(max(seq) + 1, 0) FROM entries) FROM head"
            ).fetchone()
            return self._matching_tree(size, root, next_seq, lambda *tile: _written(db, *tile))

    def _page(self, start: int, end: int, types: list[str] | None, limit: int) -> list[Entry]:
        wanted = "" if types is None else " AND type IN (SELECT value FROM json_each(?))"
        extra = () if types is None else (json.dumps(types),)
        query = f"{_ENTRY} WHERE seq >= ? AND seq < ?{wanted} ORDER BY seq LIMIT ?"
        return [Entry(*row) for row in self._rows(query, (start, end, *extra, limit))]

    def _second_reader(self) -> sqlite3.Connection:
        return schema.open_reader(self.path, self._wait)

    def _one(self, query: str) -> tuple[Any, ...]:
        rows = self._rows(query)
        if not rows:
            reason = "its own description is missing"
            raise error("ledger_damaged", path=str(self.path), reason=reason)
        return rows[0]

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._reader_turn, self._translated():
            return self._reader.execute(query, values).fetchall()

    def _translated(self) -> AbstractContextManager[None]:
        return schema.translated(self.path, self._wait)


class _Writer:
    """The open transaction, as `BaseLedger` writes through it."""

    def __init__(self, db: sqlite3.Connection, ledger: Ledger) -> None:
        self._db, self._ledger = db, ledger

    def insert(self, rows: list[Row]) -> int:
        # No savepoint: SQLite would copy every page that the rows touch.
        before = self._db.total_changes
        with self._ledger._translated():
            try:
                self._db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)
            except sqlite3.IntegrityError as problem:
                if problem.sqlite_errorname != "SQLITE_CONSTRAINT_UNIQUE":
                    raise
                added = self._db.total_changes - before
                self._told(rows[:added])
                return added
            self._told(rows)
        return len(rows)

    def _told(self, rows: list[Row]) -> None:
        if self._ledger.on_append is not None and rows:
            self._ledger.on_append(self._db, rows)

    def known(self, ids: list[str]) -> dict[str, tuple[int, bytes]]:
        found: dict[str, tuple[int, bytes]] = {}
        with self._ledger._translated():
            for at in range(0, len(ids), _MOST_VALUES):
                some = ids[at : at + _MOST_VALUES]
                marks = ", ".join("?" * len(some))
                query = f"SELECT id, seq, bytes FROM entries WHERE id IN ({marks})"  # noqa: S608 -- only “?”
                found |= {name: (seq, raw) for name, seq, raw in self._db.execute(query, some)}
        return found

    def finish(self, tiles: dict[tuple[int, int], bytes], head: Head) -> None:
        signer = self._ledger._signer
        with self._ledger._translated():
            self._db.executemany(
                "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)",
                [(level, n, hashes) for (level, n), hashes in tiles.items()],
            )
            self._db.execute(
                "UPDATE head SET size = ?, root = ?, checkpoint = ?",
                (head.size, head.root, head.checkpoint),
            )
            if signer is not None and self._ledger.public_key is None:
                key = signer.verifier.text()
                self._db.execute("UPDATE ledger SET public_key = ?", (key,))


def _tile(db: sqlite3.Connection, level: int, n: int) -> bytes:
    query = "SELECT hashes FROM tiles WHERE level = ? AND n = ?"
    row = db.execute(query, (level, n)).fetchone()
    return bytes(row[0]) if row else b""


def _written(db: sqlite3.Connection, level: int, n: int) -> bytes:
    """A tile as the writer sees it, the open one from its entries."""
    stored = _tile(db, level, n)
    if stored or level:
        return stored
    rows = db.execute(
        "SELECT bytes FROM entries WHERE seq >= ? ORDER BY seq LIMIT 256", (n * WIDTH,)
    )
    return open_tile(raw for (raw,) in rows)


def _verified(db: sqlite3.Connection, head: Head, key: VerifierKey | None) -> Verified:
    checked = 0

    def rows() -> Iterator[Row]:
        nonlocal checked
        found = db.execute("SELECT seq, id, type, bytes FROM entries ORDER BY seq")
        while some := found.fetchmany(1024):
            yield from some
            checked += len(some)

    try:
        verified = audit(rows(), lambda level, n: _tile(db, level, n), head, key)
        if verified.sound:
            # Column and table may agree while the index that finds repeated ids does not.
            (problem,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            if problem != "ok":
                fault = Fault("store", None, detail=problem)
                return Verified(head.size, head.root, verified.checked, fault)
    except sqlite3.DatabaseError as problem:
        fault = Fault("store", checked, detail=str(problem))
        return Verified(head.size, head.root, checked, fault)
    return verified
