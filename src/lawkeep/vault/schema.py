"""The file of a vault: tables, and a connection that leaves nothing of what it deletes.

`secure_delete` overwrites deleted content with zeros; the write-ahead log still holds older pages
until it is truncated (measured), so whoever erases must truncate it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import lawkeep.vault.errors  # noqa: F401  -- declares the error codes raised here
from lawkeep.model.errors import error

FORMAT = 1
APPLICATION = 0x4C4B5656  # "LKVV": an SQLite file that is a vault

_TABLES = """
CREATE TABLE vault (
  id TEXT NOT NULL, created_at INTEGER NOT NULL, backups_kept INTEGER NOT NULL,
  epoch TEXT NOT NULL, epochs INTEGER NOT NULL, index_key BLOB NOT NULL
);
CREATE TABLE keys (
  key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, subject TEXT NOT NULL,
  purpose TEXT NOT NULL, wrapped BLOB NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER,
  UNIQUE (subject, purpose)
);
CREATE TABLE sealed (
  key INTEGER NOT NULL REFERENCES keys ON DELETE CASCADE, row TEXT NOT NULL, field TEXT NOT NULL,
  content BLOB NOT NULL, searched INTEGER NOT NULL, PRIMARY KEY (key, row, field)
);
CREATE TABLE lookup (
  mac BLOB NOT NULL, key INTEGER NOT NULL REFERENCES keys ON DELETE CASCADE, row TEXT NOT NULL,
  field TEXT NOT NULL, PRIMARY KEY (key, row, field)
);
CREATE INDEX lookup_by_mac ON lookup (mac);
CREATE TABLE blobs (
  key INTEGER NOT NULL REFERENCES keys ON DELETE CASCADE, digest TEXT NOT NULL,
  name TEXT NOT NULL, PRIMARY KEY (key, digest)
);
CREATE TABLE erasures (
  id TEXT PRIMARY KEY, subject TEXT NOT NULL, purposes TEXT NOT NULL, keys TEXT NOT NULL,
  blobs TEXT NOT NULL, erased_at INTEGER NOT NULL, effective_at INTEGER NOT NULL,
  basis TEXT NOT NULL, actor TEXT, certified INTEGER NOT NULL
);
"""


def create(path: Path, wait: float) -> sqlite3.Connection:
    """A new file with empty tables. Errors: `vault_exists`, `vault_storage`."""
    if path.exists():
        raise error("vault_exists", path=str(path))
    with translated(path):
        path.touch(mode=0o600)
        db = _connect(path, wait)
        db.executescript(_TABLES)
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {FORMAT}")
    return db


def connect(path: Path, wait: float) -> sqlite3.Connection:
    """Errors: `vault_missing`, `vault_foreign`, `vault_storage`."""
    if not path.is_file():
        raise error("vault_missing", path=str(path))
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise error("vault_foreign", path=str(path))
    with translated(path):
        db = _connect(path, wait)
        known = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
        if not known or db.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            db.close()
            raise error("vault_foreign", path=str(path))
    return db


def _connect(path: Path, wait: float) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    for setting in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "foreign_keys = ON",
        "temp_store = MEMORY",
    ):
        db.execute(f"PRAGMA {setting}")
    return db


def truncated(db: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file and empty it; False while somebody reads it."""
    busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the disk as `vault_storage`."""
    try:
        yield
    except (sqlite3.Error, OSError) as problem:
        raise error("vault_storage", path=str(path), reason=str(problem)) from None
