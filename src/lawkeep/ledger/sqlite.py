"""The embedded ledger: one SQLite file, one writer at a time, any number of readers.

Appends are durable when they return (WAL, synchronous=FULL). A call to `append` is one
transaction: entries, tiles and head together, or nothing. Readers never wait for the writer.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import lawkeep.ledger.errors  # noqa: F401  -- declares the error codes raised here
from lawkeep.ledger import schema
from lawkeep.ledger.audit import Fault, Row, Verified, audit
from lawkeep.ledger.entry import Appended, Entry, Head, Stats
from lawkeep.ledger.merkle import consistency_path, inclusion_path, leaf_hash
from lawkeep.ledger.tiles import TileMissingError, TileReader, TileTree
from lawkeep.model.errors import error
from lawkeep.model.event import Event, encode_both

_T = TypeVar("_T")
_ENTRY = "SELECT seq, id, type, occurred_at, recorded_at, bytes FROM entries"
_PAGE = 500
_MOST_VALUES = 30_000  # SQLite takes 32,766 values in a statement


class Ledger:
    """An open ledger. Use it as a context manager; threads may share it.

    `origin` is its name (the origin line of its checkpoints). `created_at`: microseconds of UTC.
    """

    def __init__(self, path: Path, wait: float) -> None:
        """Used by `create` and `open`."""
        self.path = path
        self._wait = wait
        self._reader = schema.open_reader(path, wait)
        self._reader_turn = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._writer_turn = threading.Lock()
        self._writing_thread: int | None = None
        # The tree as of the last commit of ours; None when it must be read from the file.
        self._tree: TileTree | None = None
        self._nodes: TileReader | None = None
        try:
            self.origin, self.created_at = self._one("SELECT origin, created_at FROM ledger")
        except BaseException:
            self._reader.close()
            raise

    @classmethod
    def create(cls, path: str | Path, origin: str, now: int, *, wait: float = 5.0) -> Self:
        """Make a new, empty ledger and open it. `wait`: seconds to wait for another writer.

        Errors: `ledger_exists`, `ledger_origin_malformed`, `ledger_unreadable`, `ledger_storage`.
        """
        if not 1 <= len(origin) <= 200 or not origin.isprintable() or set(origin) & {" ", "+"}:
            raise error("ledger_origin_malformed", origin=origin)
        schema.create(Path(path), origin, now, wait)
        return cls(Path(path), wait)

    @classmethod
    def open(cls, path: str | Path, *, wait: float = 5.0) -> Self:
        """Open a ledger. One that cannot be written can still be read.

        Errors: `ledger_missing`, `ledger_folder`, `ledger_foreign`, `ledger_newer`,
        `ledger_unreadable`, `ledger_damaged`.
        """
        return cls(Path(path), wait)

    def close(self) -> None:
        """Close it; the last writer to do so leaves everything in the one file."""
        self._reader.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def head(self) -> Head:
        """Size and root as last committed, by whomever."""
        size, root = self._one("SELECT size, root FROM head")
        return Head(size, root)

    @property
    def size(self) -> int:
        return self.head.size

    @property
    def root(self) -> bytes:
        return self.head.root

    def append(self, events: Iterable[Event], batch: int = 1000) -> Appended:
        """Store events in order, all or none; durable when it returns.

        An event that is there already (same id, same content: `model.event.sameness`) is counted
        and not stored again. Events are taken from the iterable `batch` at a time while the
        ledger is locked for other writers, so it should not wait for anybody. What the iterable
        raises passes through, and nothing is written.

        Errors: `ledger_id_conflict`, `event_too_large`, `ledger_locked`, `ledger_read_only`,
        `ledger_storage`, `ledger_damaged`.
        """
        if batch < 1:
            raise ValueError("batch must be at least 1")
        same = 0
        with self._transaction() as (db, tree):
            start = tree.size
            remaining = iter(events)
            while chunk := list(islice(remaining, min(batch, _MOST_VALUES))):
                with self._translated():
                    same += self._store(db, tree, chunk)
            if tree.size > start:
                with self._translated():
                    db.execute("UPDATE head SET size = ?, root = ?", (tree.size, tree.root()))
        if tree.size == start:
            return Appended(None, None, 0, same)
        return Appended(start, tree.size - 1, tree.size - start, same)

    def read(
        self, start: int = 0, end: int | None = None, types: Iterable[str] | None = None
    ) -> Iterator[Entry]:
        """Entries with `start` <= seq < `end`, in order, of these event types only if given.

        What is appended after the call is not seen, however long the reading takes; it holds no
        lock and keeps no more than 500 entries in memory.
        """
        size = self.size
        return self._pages(max(start, 0), size if end is None else min(end, size), types)

    def get(self, id: str) -> Entry | None:  # noqa: A002  -- the word of the envelope
        """The entry of an event id, None if the ledger has no such event."""
        rows = self._rows(f"{_ENTRY} WHERE id = ?", (id,))
        return Entry(*rows[0]) if rows else None

    def inclusion(self, seq: int, size: int | None = None) -> list[bytes]:
        """The proof that entry `seq` is in the tree of the first `size` entries (RFC 6962 2.1.1).

        Errors: `ledger_no_entry`, `ledger_damaged`.
        """
        size = self._checked_size(size)
        if not 0 <= seq < size:
            raise error("ledger_no_entry", size=size, asked=f"entry {seq}")
        return self._proved(lambda nodes: inclusion_path(seq, size, nodes), size)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """The proof that the tree of `new` entries begins with that of `old` (RFC 6962 2.1.2).

        Errors: `ledger_no_entry`, `ledger_damaged`.
        """
        new = self._checked_size(new)
        if not 0 < old <= new:
            raise error("ledger_no_entry", size=new, asked=f"size {old}")
        return self._proved(lambda nodes: consistency_path(old, new, nodes), new)

    def tile(self, level: int, n: int) -> bytes:
        """The stored hashes of a tile (`lawkeep.ledger.tiles`), empty if there is none."""
        rows = self._rows("SELECT hashes FROM tiles WHERE level = ? AND n = ?", (level, n))
        return bytes(rows[0][0]) if rows else b""

    def verify(self) -> Verified:
        """Recompute everything from the stored bytes and name the first entry that does not fit.

        It sees one snapshot; writers may go on. A damaged file is a fault in the answer.
        """
        with self._translated():
            db = self._second_reader()
        try:
            db.execute("BEGIN")
            head = Head(*db.execute("SELECT size, root FROM head").fetchone())
            return _verified(db, head)
        except sqlite3.DatabaseError as problem:
            return Verified(0, b"", 0, Fault("store", None, detail=str(problem)))
        finally:
            db.close()

    def stats(self) -> Stats:
        """Figures of the ledger; reads every entry's type and length, not its bytes."""
        with self._translated():
            db = self._second_reader()
        try:
            with self._translated():
                db.execute("BEGIN")
                size, root = db.execute("SELECT size, root FROM head").fetchone()
                rows = db.execute(
                    "SELECT type, count(*), sum(length(bytes)), min(recorded_at), max(recorded_at)"
                    " FROM entries GROUP BY type ORDER BY type"
                ).fetchall()
        finally:
            db.close()
        files = [self.path, Path(f"{self.path}-wal")]
        return Stats(
            origin=self.origin,
            created_at=self.created_at,
            size=size,
            root=root,
            by_type={row[0]: row[1] for row in rows},
            first_recorded_at=min((row[3] for row in rows), default=None),
            last_recorded_at=max((row[4] for row in rows), default=None),
            event_bytes=sum(row[2] for row in rows),
            file_bytes=sum(f.stat().st_size for f in files if f.exists()),
        )

    @contextmanager
    def _transaction(self) -> Iterator[tuple[sqlite3.Connection, TileTree]]:
        """The writer's connection and the tree, in a transaction; memory moves after commit."""
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
                # Until the commit has succeeded there is no tree in memory: whatever fails, the
                # next append reads it from the file.
                tree, self._tree = self._current_tree(db), None
                yield db, tree
                with self._translated():
                    db.execute("COMMIT")
            except BaseException:
                self._roll_back(db)
                raise
            self._tree = tree
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
        """The tree at the committed head; another process may have moved it since our commit."""
        with self._translated():
            size, root = db.execute("SELECT size, root FROM head").fetchone()
            (next_seq,) = db.execute("SELECT ifnull(max(seq) + 1, 0) FROM entries").fetchone()
        tree = self._tree
        if tree is None or (tree.size, tree.root()) != (size, root):
            try:
                tree = TileTree(size, lambda level, n: _tile(db, level, n))
            except TileMissingError as problem:
                raise error("ledger_damaged", path=str(self.path), reason=str(problem)) from None
        if tree.root() != root or next_seq != size:
            reason = f"its entries and tiles do not fit the recorded head of {size} entries"
            raise error("ledger_damaged", path=str(self.path), reason=reason)
        return tree

    def _store(self, db: sqlite3.Connection, tree: TileTree, chunk: list[Event]) -> int:
        """Insert what is new of a chunk, with its tiles; the number of events already there."""
        marks = ", ".join("?" * len(chunk))
        found = db.execute(
            f"SELECT id, seq, sameness FROM entries WHERE id IN ({marks})",  # noqa: S608 -- only “?”
            [event.id for event in chunk],
        )
        known: dict[str, tuple[int, bytes]] = {name: (seq, digest) for name, seq, digest in found}
        rows = []
        for event in chunk:
            raw, same = encode_both(event)
            digest = sha256(same).digest()
            seq, stored = known.setdefault(event.id, (tree.size, digest))
            if seq != tree.size:
                if stored != digest:
                    raise error("ledger_id_conflict", id=event.id, seq=seq)
                continue
            leaf = leaf_hash(raw)
            rows.append(
                (seq, event.id, event.type, event.occurred_at, event.recorded_at, digest, leaf, raw)
            )
            tree.append(leaf)
        db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        db.executemany(
            "INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)",
            [(level, n, hashes) for (level, n), hashes in tree.changed().items()],
        )
        return len(chunk) - len(rows)

    def _pages(self, start: int, end: int, types: Iterable[str] | None) -> Iterator[Entry]:
        # Entries never change, so a fixed end is a snapshot; a transaction kept open by a slow
        # reader would let the WAL grow without bound.
        wanted = "" if types is None else " AND type IN (SELECT value FROM json_each(?))"
        extra = () if types is None else (json.dumps(sorted(set(types))),)
        query = f"{_ENTRY} WHERE seq >= ? AND seq < ?{wanted} ORDER BY seq LIMIT {_PAGE}"
        while start < end:
            page = self._rows(query, (start, end, *extra))
            for row in page:
                yield Entry(*row)
            if len(page) < _PAGE:
                return
            start = page[-1][0] + 1

    def _checked_size(self, size: int | None) -> int:
        present = self.size
        if size is None:
            return present
        if not 0 < size <= present:
            raise error("ledger_no_entry", size=present, asked=f"size {size}")
        return size

    def _proved(self, prove: Callable[[TileReader], _T], size: int) -> _T:
        nodes = self._nodes
        if nodes is None or nodes.size != size:
            nodes = self._nodes = TileReader(size, self.tile)
        try:
            return prove(nodes)
        except TileMissingError as problem:
            raise error("ledger_damaged", path=str(self.path), reason=str(problem)) from None

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


def _tile(db: sqlite3.Connection, level: int, n: int) -> bytes:
    query = "SELECT hashes FROM tiles WHERE level = ? AND n = ?"
    row = db.execute(query, (level, n)).fetchone()
    return bytes(row[0]) if row else b""


def _verified(db: sqlite3.Connection, head: Head) -> Verified:
    checked = 0

    def rows() -> Iterator[Row]:
        nonlocal checked
        query = (
            "SELECT seq, id, type, occurred_at, recorded_at, sameness, leaf, bytes"
            " FROM entries ORDER BY seq"
        )
        for row in db.execute(query):
            yield Row(*row)
            checked += 1

    try:
        found = audit(rows(), lambda level, n: _tile(db, level, n), head)
        if found.sound:
            # Column and table may agree while the index that finds repeated ids does not.
            (problem,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            if problem != "ok":
                fault = Fault("store", None, detail=problem)
                return Verified(head.size, head.root, found.checked, fault)
    except sqlite3.DatabaseError as problem:
        fault = Fault("store", checked, detail=str(problem))
        return Verified(head.size, head.root, checked, fault)
    return found
