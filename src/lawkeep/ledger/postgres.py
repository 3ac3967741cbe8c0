"""The ledger for many nodes: tables in a PostgreSQL schema, one sequencer at a time.

Whoever appends takes an advisory lock for its transaction, so numbers follow commits without a gap
(a sequence would leave gaps and change order). A node without the signing key puts its events into
the inbox; a node with the key takes them from there, in the same kind of transaction.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, LiteralString, Self

import psycopg
from psycopg import sql

from lawkeep.ledger import postgres_schema as schema
from lawkeep.ledger.audit import Fault, Verified, audit
from lawkeep.ledger.base import (
    BaseLedger,
    Guard,
    Transaction,
    checked_origin,
    kept_notes,
)
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.entry import Appended, Entry, Head, Stats, decode
from lawkeep.ledger.figures import Figures
from lawkeep.ledger.group import GroupCommit
from lawkeep.ledger.merkle import EMPTY_ROOT
from lawkeep.ledger.note import Note, SignerKey, VerifierKey
from lawkeep.ledger.postgres_writer import Writer, first, tile_loader
from lawkeep.ledger.tiles import TileTree
from lawkeep.model.errors import LawkeepError, declare, error
from lawkeep.model.event import Event, encode

declare(
    "ledger_inbox_waiting",
    "No node with the signing key took {count} events from the inbox of {path} within {seconds:g} "
    "s.",
    "{seconds:g} 秒内没有持有签名密钥的节点从 {path} 的收件箱取走 {count} 个事件。",
    "They stay in the inbox and are stored when such a node runs. Sending them again does no harm.",
    "它们仍在收件箱中，待该节点运行时入账。重复发送不会造成损害。",
    5,
)


class PostgresLedger(BaseLedger):
    """An open ledger in a PostgreSQL schema. Use it as a context manager; threads may share it."""

    def __init__(
        self,
        dsn: str,
        name: str,
        wait: float,
        signer: SignerKey | None = None,
        guard: Guard | None = None,
    ) -> None:
        """Used by `create` and `open`."""
        super().__init__(signer, guard)
        self._dsn, self._name, self._wait = dsn, name, wait
        # One round trip for the lock, a savepoint and the head. The head is another statement than
        # the lock, so that its snapshot is taken after the wait.
        self._begin = (
            sql.SQL(
                "BEGIN; SELECT pg_advisory_xact_lock({}); SAVEPOINT chunk;"
                " SELECT size, root, (SELECT coalesce(max(seq) + 1, 0) FROM entries) FROM head"
            )
            .format(schema.lock_of(name))
            .as_bytes()
        )
        self._place = schema.place(dsn, name)
        self._writer: psycopg.Connection[Any] | None = None
        self._reader: psycopg.Connection[Any] | None = None
        self._writer_turn, self._reader_turn = threading.Lock(), threading.Lock()
        self._writing_thread: int | None = None
        try:
            self.origin, self.created_at, public = self._one(
                "SELECT origin, created_at, public_key FROM ledger"
            )
            self.public_key = None if public is None else VerifierKey.parse(public)
            self._check_signer()
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(
        cls,
        dsn: str,
        origin: str,
        now: int,
        *,
        name: str = "lawkeep",
        wait: float = 5.0,
        signer: SignerKey | None = None,
    ) -> Self:
        """Make a new, empty ledger in a schema `name` of its own, and open it.

        Errors: `ledger_exists`, `ledger_origin_malformed`, `ledger_unreadable`, `ledger_storage`,
        `key_foreign`.
        """
        checkpoint = public = None
        if signer is not None:
            if signer.name != checked_origin(origin):
                raise error("key_foreign", found=signer.name, expected=origin)
            public = signer.verifier.text()
            checkpoint = Checkpoint(origin, 0, EMPTY_ROOT).signed(signer).bytes()
        itself = (1, checked_origin(origin), now, public)
        schema.create(dsn, name, wait, itself, (1, 0, EMPTY_ROOT, checkpoint))
        return cls(dsn, name, wait, signer)

    @classmethod
    def open(
        cls,
        dsn: str,
        *,
        name: str = "lawkeep",
        wait: float = 5.0,
        signer: SignerKey | None = None,
        guard: Guard | None = None,
    ) -> Self:
        """Open a ledger. `wait`: seconds to wait for a connection, a lock, or the inbox.

        Errors: `ledger_missing`, `ledger_foreign`, `ledger_newer`, `ledger_older`,
        `ledger_unreadable`, `ledger_damaged`, `key_foreign`.
        """
        schema.check(dsn, name, wait)
        return cls(dsn, name, wait, signer, guard)

    def close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()

    def place(self) -> str:
        return self._place

    @property
    def head(self) -> Head:
        return Head(*self._one("SELECT size, root, checkpoint FROM head"))

    def get(self, id: str) -> Entry | None:  # noqa: A002  -- the word of the envelope
        rows = self._rows("SELECT seq, id, type, bytes FROM entries WHERE id = %b", (id,))
        return Entry(*rows[0]) if rows else None

    def _stored_tile(self, level: int, n: int) -> bytes:
        rows = self._rows("SELECT hashes FROM tiles WHERE level = %b AND n = %b", (level, n))
        return bytes(rows[0][0]) if rows else b""

    def verify(self, key: VerifierKey | None = None) -> Verified:
        with schema.connection(self._dsn, self._name, self._wait) as db:
            db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            db.read_only = True
            try:
                head = Head(
                    *first(db.execute("SELECT size, root, checkpoint FROM head", binary=True))
                )
                return self._verified(db, head, key or self.public_key)
            except psycopg.Error as problem:
                return Verified(0, b"", 0, Fault("store", None, detail=str(problem)))

    def _verified(
        self, db: psycopg.Connection[Any], head: Head, key: VerifierKey | None
    ) -> Verified:
        def load(level: int, n: int) -> bytes:
            found = db.execute(
                "SELECT hashes FROM tiles WHERE level = %b AND n = %b", (level, n), binary=True
            ).fetchone()
            return bytes(found[0]) if found else b""

        with db.cursor(name="entries", binary=True) as rows:
            rows.itersize = 2048
            rows.execute("SELECT seq, id, type, bytes FROM entries ORDER BY seq")
            return audit(rows, load, head, key)

    def stats(self) -> Stats:
        figures = Figures()
        with schema.connection(self._dsn, self._name, self._wait) as db:
            db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            size, root = first(db.execute("SELECT size, root FROM head"))
            with db.cursor(name="entries", binary=True) as rows:
                rows.itersize = 2048
                for (raw,) in rows.execute("SELECT bytes FROM entries"):
                    try:
                        figures.add(raw)
                    except ValueError as problem:
                        reason = str(problem)
                        raise error("ledger_damaged", path=self.place(), reason=reason) from None
            (stored,) = first(
                db.execute(
                    "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c"
                    " WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'",
                    (sql.Identifier(self._name).as_string(db),),
                )
            )
        return figures.stats(self.origin, self.created_at, size, root, stored)

    def keep_checkpoint(self, note: Note) -> None:
        size = Checkpoint.parse(note.text).size
        with self._writing() as (db, _):
            query = "SELECT note, last FROM checkpoints WHERE size = %s FOR UPDATE"
            kept = kept_notes(db.execute(query, (size,)).fetchone(), note)
            db.execute(
                "INSERT INTO checkpoints VALUES (%s, %s, %s) ON CONFLICT (size)"
                " DO UPDATE SET note = excluded.note, last = excluded.last",
                (size, *kept),
            )

    def kept_checkpoints(self, size: int = 0) -> list[tuple[int, bytes, bytes]]:
        rows = self._rows(
            "SELECT size, note, last FROM checkpoints WHERE size >= %b ORDER BY size", (size,)
        )
        return [(found, note, last) for found, note, last in rows]

    def keep_token(self, size: int, note: bytes, token: bytes) -> None:
        with self._writing() as (db, _):
            db.execute("INSERT INTO tokens VALUES (%s, %s, %s)", (size, note, token))

    def kept_tokens(self, size: int = 0) -> list[tuple[int, bytes, bytes]]:
        query: LiteralString = "SELECT size, note, token FROM tokens WHERE size >= %b ORDER BY size"
        return [(found, note, token) for found, note, token in self._rows(query, (size,))]

    # The inbox: how nodes without the key append.

    def append(self, events: Iterable[Event], batch: int = 1000) -> Appended:
        """As `BaseLedger.append`; a node without the key waits until one with it took the events.

        Error besides: `ledger_inbox_waiting`.
        """
        if self.can_sign:
            return super().append(events, batch)
        return self.answer(self.submit(list(events)))

    def submit(self, events: Sequence[Event]) -> int:
        """Put events into the inbox, all or none; the ticket by which `answer` is asked for."""
        content = [encode(event) for event in events]
        with self._writing() as (db, _):
            query = "INSERT INTO inbox (events) VALUES (%s) RETURNING ticket"
            (ticket,) = first(db.execute(query, (content,)))
        return int(ticket)

    def answer(self, ticket: int, timeout: float | None = None) -> Appended:
        """Wait until the events of a ticket are in the ledger.

        Errors: `ledger_inbox_waiting` (they stay in the inbox), `ledger_id_conflict`.
        """
        until = time.monotonic() + (self._wait if timeout is None else timeout)
        pause = 0.002
        while True:
            rows = self._rows(
                "SELECT first, last, added, same, conflict, cardinality(events) FROM inbox"
                " WHERE ticket = %b",
                (ticket,),
            )
            *told, added, same, conflict, count = rows[0] if rows else (None,) * 6
            if conflict is not None:
                entry = self.get(conflict)
                seq = "-" if entry is None else entry.seq
                raise error("ledger_id_conflict", id=conflict, seq=seq)
            if added is not None:
                return Appended(told[0], told[1], added, same)
            if time.monotonic() > until:
                waited = self._wait if timeout is None else timeout
                raise error(
                    "ledger_inbox_waiting", path=self.place(), count=count or 0, seconds=waited
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)

    def drain(self, most: int = 1000) -> int:
        """Take what waits in the inbox into the ledger; how many tickets were answered.

        Each ticket is all or none. A crash between the append and the answer is healed by the
        next call: the events are found to be there already.
        """
        self.allowed()
        waiting = self._rows(
            "SELECT ticket, events FROM inbox WHERE added IS NULL AND conflict IS NULL"
            " ORDER BY ticket LIMIT %b",
            (most,),
        )
        with GroupCommit(self) as group:
            futures = [
                (ticket, group.submit([decode(bytes(raw)) for raw in content]))
                for ticket, content in waiting
            ]
        answers = [(*_answered(future), ticket) for ticket, future in futures]
        with self._writing() as (db, _), db.cursor() as cursor:
            cursor.executemany(
                "UPDATE inbox SET first = %s, last = %s, added = %s, same = %s, conflict = %s"
                " WHERE ticket = %s AND added IS NULL AND conflict IS NULL",
                answers,
            )
        return len(answers)

    def forget_answers(self) -> None:
        """Remove answered tickets; their events are in the ledger."""
        with self._writing() as (db, _):
            db.execute("DELETE FROM inbox WHERE added IS NOT NULL OR conflict IS NOT NULL")

    # Transactions.

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Transaction, TileTree]]:
        with self._writing(self._begin) as (db, found):
            with self._translated():
                while found.nextset():
                    pass
                size, root, next_seq = first(found)
                tree = self._matching_tree(size, bytes(root), next_seq, tile_loader(db))
            self._tree = None
            yield Writer(db, self._translated, self._adopted()), tree
        self._tree = tree
        if self.public_key is None and self._signer is not None and tree.size:
            self.public_key = self._signer.verifier

    def _adopted(self) -> str | None:
        """The public key that the next commit makes the ledger's, None if it has one or needs none."""
        if self._signer is None or self.public_key is not None:
            return None
        return self._signer.verifier.text()

    @contextmanager
    def _writing(
        self, begin: bytes = b"BEGIN"
    ) -> Iterator[tuple[psycopg.Connection[Any], psycopg.Cursor[Any]]]:
        """The writer's connection in a transaction that commits at the end of the block.

        With the answer to `begin`, which may do more than begin.
        """
        nested = self._writing_thread == threading.get_ident()
        if nested or not self._writer_turn.acquire(timeout=self._wait):
            raise error("ledger_locked", path=self.place(), seconds=self._wait)
        try:
            self._writing_thread = threading.get_ident()
            db = self._connected()
            try:
                with self._translated():
                    found = db.execute(begin)
                yield db, found
                with self._translated():
                    db.commit()
            except BaseException:
                self._roll_back(db)
                raise
        finally:
            self._writing_thread = None
            self._writer_turn.release()

    def _connected(self) -> psycopg.Connection[Any]:
        if self._writer is not None and schema.was_hung_up(self._writer):
            self._writer.close()
        if self._writer is None or self._writer.closed:
            self._tree = None
            self._writer = schema.connect(self._dsn, self._name, self._wait)
            self._writer.autocommit = True  # transactions begin and end by our own statements
        return self._writer

    def _roll_back(self, db: psycopg.Connection[Any]) -> None:
        try:
            db.rollback()
        except psycopg.Error:
            # The first error is the one to report; the server undoes what is not committed.
            db.close()

    def _page(self, start: int, end: int, types: list[str] | None, limit: int) -> list[Entry]:
        query: LiteralString = (
            "SELECT seq, id, type, bytes FROM entries WHERE seq >= %b AND seq < %b"
            " AND (%b::text[] IS NULL OR type = ANY(%b::text[])) ORDER BY seq LIMIT %b"
        )
        return [Entry(*row) for row in self._rows(query, (start, end, types, types, limit))]

    def _one(self, query: LiteralString) -> tuple[Any, ...]:
        rows = self._rows(query)
        if not rows:
            reason = "its own description is missing"
            raise error("ledger_damaged", path=self.place(), reason=reason)
        return rows[0]

    def _rows(self, query: LiteralString, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._reader_turn, self._translated():
            for attempt in (1, 2):
                if self._reader is None or self._reader.closed:
                    self._reader = schema.connect(self._dsn, self._name, self._wait)
                    self._reader.autocommit = True
                try:
                    return self._reader.execute(query, values, binary=True).fetchall()
                except psycopg.OperationalError:
                    # A server that was restarted has closed the connection: once more then.
                    if attempt == 2 or not self._reader.closed:
                        raise
        raise AssertionError("unreachable")

    def _translated(self) -> schema.Translated:
        return schema.translated(self.place(), self._wait)


def _answered(future: Future[Appended]) -> tuple[Any, ...]:
    """What the inbox says of a ticket. What is wrong with the store passes through."""
    try:
        done = future.result()
    except LawkeepError as problem:
        if problem.code != "ledger_id_conflict":
            raise
        return None, None, None, None, problem.details["id"]
    return done.first, done.last, done.added, done.same, None
