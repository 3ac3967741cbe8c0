"""The SQLite form of the ledger: file marks, tables, and how to connect to it.

One file. `entries` has the events as stored, `tiles` the Merkle tree (`lawkeep.ledger.tiles`),
`head` its size and root and the signed checkpoint over both. All three change in one transaction.
`checkpoints` has those that witnesses cosigned, with their first and their last cosignatures, and
`tokens` time stamps (RFC 3161).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lawkeep.ledger.merkle import EMPTY_ROOT
from lawkeep.model.errors import LawkeepError, error

APPLICATION_ID = 0x4C4B4C47  # "LKLG", in the file header where file(1) looks
VERSION = 2

TABLES = """
CREATE TABLE ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    public_key TEXT
) STRICT;
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY CHECK (seq >= 0),
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE tiles (
    level INTEGER NOT NULL,
    n INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, n)
) STRICT;
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 32),
    checkpoint BLOB
) STRICT;
CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL,
    last BLOB NOT NULL
) STRICT;
CREATE TABLE tokens (
    size INTEGER NOT NULL,
    note BLOB NOT NULL,
    token BLOB NOT NULL
) STRICT;
CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger never changes'); END;
CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never deleted'); END;
"""
# The triggers keep honest tools from slips; whoever drops them is found by `verify`.


@contextmanager
def translated(path: Path, wait: float) -> Iterator[None]:
    """Turn what SQLite raises into errors of the ledger. `wait`: seconds waited for a lock."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # our own mistake, such as using a closed ledger
    except sqlite3.Error as problem:
        raise _translation(path, wait, problem) from problem


def _translation(path: Path, wait: float, problem: sqlite3.Error) -> LawkeepError:
    name = getattr(problem, "sqlite_errorname", "") or ""
    shown = str(path)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return error("ledger_locked", path=shown, seconds=wait)
    if name.startswith("SQLITE_READONLY"):
        return error("ledger_read_only", path=shown)
    if name.startswith("SQLITE_NOTADB"):
        return error("ledger_foreign", path=shown)
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return error("ledger_unreadable", path=shown, reason=str(problem))
    if name.startswith(("SQLITE_IOERR", "SQLITE_FULL", "SQLITE_NOMEM", "SQLITE_TOOBIG")):
        return error("ledger_storage", path=shown, reason=str(problem))
    return error("ledger_damaged", path=shown, reason=str(problem))


def connect(path: Path, mode: str, wait: float) -> sqlite3.Connection:
    """A connection that begins no transaction by itself. `mode`: `ro`, `rw` or `immutable`.

    Threads may share it if they take turns. `immutable` is for files that nobody can write, such
    as a copy on read-only media: SQLite then needs no files beside it.
    """
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    db = sqlite3.connect(
        f"{path.resolve().as_uri()}?{query}",
        uri=True,
        isolation_level=None,
        timeout=wait,
        check_same_thread=False,
    )
    try:
        _prepare(db, path, mode)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path, mode: str) -> None:
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA foreign_keys = ON")
    if mode != "rw":
        db.execute("PRAGMA query_only = ON")
        return
    (journal,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if journal != "wal":
        reason = "this file system cannot hold a write-ahead log"
        raise error("ledger_storage", path=str(path), reason=reason)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA fullfsync = ON")
    db.execute("PRAGMA cache_size = -65536")
    # A large import must not leave its whole size behind as an empty WAL file.
    db.execute("PRAGMA journal_size_limit = 67108864")


def create(
    path: Path, origin: str, now: int, wait: float, public_key: str | None, checkpoint: bytes | None
) -> None:
    """Make an empty ledger file. What goes wrong half-way leaves no file behind.

    Errors: `ledger_exists`, `ledger_unreadable`, `ledger_storage`.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640))
    except FileExistsError:
        raise error("ledger_exists", path=str(path)) from None
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise error("ledger_unreadable", path=str(path), reason=reason) from None
    try:
        with translated(path, wait):
            _fill(path, (1, origin, now, public_key), checkpoint, wait)
    except BaseException:
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
        raise
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fill(path: Path, itself: tuple[object, ...], checkpoint: bytes | None, wait: float) -> None:
    db = connect(path, "rw", wait)
    try:
        db.executescript(f"BEGIN IMMEDIATE; {TABLES}")
        db.execute("INSERT INTO ledger VALUES (?, ?, ?, ?)", itself)
        db.execute("INSERT INTO head VALUES (1, 0, ?, ?)", (EMPTY_ROOT, checkpoint))
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    finally:
        db.close()


def open_reader(path: Path, wait: float) -> sqlite3.Connection:
    """A connection that only reads, to a file that has been found to be a ledger we know.

    Errors: `ledger_missing`, `ledger_folder`, `ledger_foreign`, `ledger_newer`, `ledger_older`,
    `ledger_unreadable`, `ledger_damaged`.
    """
    shown = str(path)
    try:
        if not path.exists():
            raise error("ledger_missing", path=shown)
        if not path.is_file():
            raise error("ledger_folder", path=shown)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise error("ledger_unreadable", path=shown, reason=reason) from None
    with translated(path, wait):
        db = _readable(path, wait)
        try:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
        except BaseException:
            db.close()
            raise
    if application != APPLICATION_ID:
        db.close()
        raise error("ledger_foreign", path=shown)
    if version != VERSION:
        db.close()
        code = "ledger_newer" if version > VERSION else "ledger_older"
        raise error(code, path=shown, found=version, known=VERSION)
    return db


def _readable(path: Path, wait: float) -> sqlite3.Connection:
    db = connect(path, "ro", wait)
    try:
        db.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError:
        db.close()
        wal = Path(f"{path}-wal")
        if _may_write(path.resolve().parent) or (wal.exists() and wal.stat().st_size):
            raise
        return connect(path, "immutable", wait)
    except BaseException:
        db.close()
        raise
    return db


def writable(path: Path) -> bool:
    """Whether this user may write the file and, as the WAL needs, its folder."""
    return _may_write(path) and _may_write(path.resolve().parent)


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
