"""The tables of live judging, beside the entries in the ledger's own SQLite file.

They are a cache: everything in them follows from the entries, the law and the present, and is
made anew by `Live.rebuild`. `live_index` finds events by the value of a kind of key, `live_links`
what corrects or retracts an event, `live_wakes` the groups to look at when a time has come.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from lawkeep.ledger.entry import decode
from lawkeep.model.event import Event

VERSION = "1"
TABLES = (
    "CREATE TABLE IF NOT EXISTS live_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS live_plans (
        name TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, digest TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS live_index (
        kind TEXT NOT NULL, value TEXT NOT NULL, type TEXT NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (kind, value, type, seq)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS live_indexed (
        type TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (type, kind)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS live_links (
        target TEXT NOT NULL, seq INTEGER NOT NULL,
        PRIMARY KEY (target, seq)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS live_obligations (
        plan INTEGER NOT NULL, grp TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL,
        reason TEXT, trigger INTEGER NOT NULL, due_at INTEGER, decided_at INTEGER,
        events TEXT NOT NULL, keys TEXT NOT NULL, for_each TEXT NOT NULL, unsaid INTEGER,
        PRIMARY KEY (plan, grp, id)) STRICT, WITHOUT ROWID""",
    """CREATE INDEX IF NOT EXISTS live_by_due ON live_obligations (due_at)
        WHERE state = 'pending'""",
    """CREATE INDEX IF NOT EXISTS live_by_unsaid ON live_obligations (unsaid)
        WHERE unsaid IS NOT NULL""",
    """CREATE TABLE IF NOT EXISTS live_wakes (
        at INTEGER NOT NULL, plan INTEGER NOT NULL, grp TEXT NOT NULL,
        PRIMARY KEY (at, plan, grp)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS live_said (
        id TEXT PRIMARY KEY, event TEXT NOT NULL, what TEXT NOT NULL) STRICT, WITHOUT ROWID""",
)
NAMES = (
    "live_meta",
    "live_plans",
    "live_index",
    "live_indexed",
    "live_links",
    "live_obligations",
    "live_wakes",
    "live_said",
)
_MANY = 30_000


class Row(NamedTuple):
    """A finding as it is kept. `unsaid`: from when it may be told to the ledger, None: told.

    Lists and objects are canonical JSON. `state` `withdrawn`: told once, no longer arising.
    """

    plan: int
    grp: str
    id: str
    state: str
    reason: str | None
    trigger: int
    due_at: int | None
    decided_at: int | None
    events: str
    keys: str
    for_each: str
    unsaid: int | None


class Store:
    """Reads and writes of one connection in a transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def make(self) -> None:
        """The tables, if they are not there."""
        for statement in TABLES:
            self.db.execute(statement)

    def clear(self) -> None:
        """Forget everything."""
        for name in NAMES:
            self.db.execute(f"DELETE FROM {name}")  # noqa: S608 -- a name of ours

    def meta(self, name: str) -> str | None:
        row = self.db.execute("SELECT value FROM live_meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO live_meta VALUES (?, ?)", (name, value))

    def entries(self, start: int, limit: int) -> list[tuple[int, bytes]]:
        """Places and bytes of the entries from a place on."""
        query = "SELECT seq, bytes FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?"
        return self.db.execute(query, (start, limit)).fetchall()

    def events(self, seqs: Iterable[int]) -> Iterator[tuple[int, Event]]:
        """Entries by their places, in order."""
        listed = sorted(set(seqs))
        for at in range(0, len(listed), _MANY):
            some = listed[at : at + _MANY]
            if len(some) == 1:
                query = "SELECT seq, bytes FROM entries WHERE seq = ?"
                rows = self.db.execute(query, some)
            else:
                query = (
                    "SELECT seq, bytes FROM entries WHERE seq IN "
                    "(SELECT value FROM json_each(?)) ORDER BY seq"
                )
                rows = self.db.execute(query, (msgspec.json.encode(some).decode(),))
            for seq, raw in rows:
                yield seq, decode(raw)

    def named(self, id_: str) -> tuple[int, Event] | None:
        """The entry of an event id."""
        row = self.db.execute("SELECT seq, bytes FROM entries WHERE id = ?", (id_,)).fetchone()
        return None if row is None else (row[0], decode(row[1]))

    def linked(self, id_: str) -> list[int]:
        """Places of what corrects or retracts an event."""
        rows = self.db.execute("SELECT seq FROM live_links WHERE target = ?", (id_,))
        return [seq for (seq,) in rows]

    def found(self, kind: str, value: str) -> list[tuple[str, int]]:
        """Type and place of every indexed event with this value of a kind of key."""
        return self.db.execute(
            "SELECT type, seq FROM live_index WHERE kind = ? AND value = ?", (kind, value)
        ).fetchall()

    def values(self, kind: str, types: frozenset[str]) -> Iterator[str]:
        """Values of a kind of key among events of some types, each once."""
        query = (
            "SELECT DISTINCT value FROM live_index WHERE kind = ? "
            "AND type IN (SELECT value FROM json_each(?))"
        )
        listed = msgspec.json.encode(sorted(types)).decode()
        for (value,) in self.db.execute(query, (kind, listed)).fetchall():
            yield value

    def typed(self, types: Iterable[str]) -> list[int]:
        """Places of the events of some types that duties read as a whole, in order."""
        seqs: list[int] = []
        for name in sorted(set(types)):
            query = "SELECT seq FROM live_index WHERE kind = '' AND value = '' AND type = ?"
            seqs += [seq for (seq,) in self.db.execute(query, (name,))]
        return sorted(seqs)

    def index(self, rows: Iterable[tuple[str, str, str, int]]) -> None:
        """Add places of events: kind, value, type, place."""
        self.db.executemany("INSERT OR IGNORE INTO live_index VALUES (?, ?, ?, ?)", rows)

    def link(self, rows: Iterable[tuple[str, int]]) -> None:
        self.db.executemany("INSERT OR IGNORE INTO live_links VALUES (?, ?)", rows)

    def group(self, plan: int, labels: Iterable[str]) -> list[Row]:
        """The findings kept of a group, under any of its labels."""
        found: list[Row] = []
        for label in labels:
            query = "SELECT * FROM live_obligations WHERE plan = ? AND grp = ?"
            found += [Row(*row) for row in self.db.execute(query, (plan, label))]
        return found

    def put(self, rows: Iterable[Row]) -> None:
        self.db.executemany(
            "INSERT OR REPLACE INTO live_obligations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def drop(self, rows: Iterable[Row]) -> None:
        self.db.executemany(
            "DELETE FROM live_obligations WHERE plan = ? AND grp = ? AND id = ?",
            [row[:3] for row in rows],
        )

    def wake(self, rows: Iterable[tuple[int, int, str]]) -> None:
        """Look at a group again: when, plan, label."""
        self.db.executemany("INSERT OR IGNORE INTO live_wakes VALUES (?, ?, ?)", rows)

    def due(self, now: int, limit: int) -> list[tuple[int, int, str]]:
        """Groups whose time has come, the earliest first; they are taken off the list."""
        rows = self.db.execute(
            "SELECT at, plan, grp FROM live_wakes WHERE at <= ? ORDER BY at LIMIT ?", (now, limit)
        ).fetchall()
        self.db.executemany("DELETE FROM live_wakes WHERE at = ? AND plan = ? AND grp = ?", rows)
        return rows

    def said(self, id_: str) -> tuple[str, str] | None:
        """The event that the ledger last told a finding with, and what it said."""
        row = self.db.execute("SELECT event, what FROM live_said WHERE id = ?", (id_,)).fetchone()
        return None if row is None else (row[0], row[1])
