"""The PostgreSQL form of the ledger: tables, how to connect, and what its errors mean here."""

import select
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from lawkeep.model.errors import LawkeepError, error

VERSION = 2
MARK = "ledger of Lawkeep, format "

Translated = AbstractContextManager[None]

TABLES = """
CREATE TABLE ledger (
    one int PRIMARY KEY CHECK (one = 1),
    origin text NOT NULL,
    created_at bigint NOT NULL,
    public_key text
);
CREATE TABLE entries (
    seq bigint PRIMARY KEY CHECK (seq >= 0),
    id text COLLATE "C" NOT NULL CONSTRAINT entries_id_key UNIQUE,
    type text NOT NULL,
    bytes bytea NOT NULL
);
CREATE TABLE tiles (
    level int NOT NULL,
    n bigint NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (level, n)
);
-- Hashes cannot be compressed; trying costs time at each append.
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE head (
    one int PRIMARY KEY CHECK (one = 1),
    size bigint NOT NULL,
    root bytea NOT NULL CHECK (length(root) = 32),
    checkpoint bytea
) WITH (fillfactor = 10);
CREATE TABLE checkpoints (size bigint PRIMARY KEY, note bytea NOT NULL, last bytea NOT NULL);
CREATE TABLE tokens (size bigint NOT NULL, note bytea NOT NULL, token bytea NOT NULL);
CREATE TABLE inbox (
    ticket bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    events bytea[] NOT NULL,
    first bigint,
    last bigint,
    added int,
    same int,
    conflict text
);
CREATE FUNCTION entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an entry of the ledger never changes and is never deleted'; END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_stay();
"""
# The trigger keeps honest tools from slips; whoever drops it is found by `verify`.


def place(dsn: str, name: str) -> str:
    """The database and schema for messages, without a password."""
    parts = conninfo_to_dict(dsn)
    host, database = parts.get("host") or "localhost", parts.get("dbname") or ""
    return f"postgresql://{host}/{database} ({name})"


def lock_of(name: str) -> int:
    """The advisory lock of a schema: 63 bits that no other name is likely to have."""
    return int.from_bytes(sha256(b"lawkeep ledger " + name.encode()).digest()[:8], "big") >> 1


def connect(dsn: str, name: str, wait: float) -> psycopg.Connection[Any]:
    """A connection whose commits are durable. `wait`: seconds, for connecting and for locks.

    Errors: `ledger_unreadable`.
    """
    milliseconds = max(1, int(wait * 1000))
    try:
        # libpq counts in whole seconds and takes no less than two.
        connection = psycopg.connect(dsn, connect_timeout=max(2, int(wait)))
    except psycopg.Error as problem:
        reason = str(problem).strip()
        raise error("ledger_unreadable", path=place(dsn, name), reason=reason) from None
    with translated(place(dsn, name), wait):
        for setting, value in (
            ("search_path", sql.Identifier(name).as_string(connection)),
            ("synchronous_commit", "on"),
            ("lock_timeout", str(milliseconds)),
        ):
            connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
        connection.commit()
    return connection


def was_hung_up(idle: psycopg.Connection[Any]) -> bool:
    """Whether the server has spoken on a connection that asked nothing: it is going away."""
    return not idle.closed and bool(select.select([idle.fileno()], [], [], 0)[0])


@contextmanager
def connection(dsn: str, name: str, wait: float) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, closed at the end."""
    opened = connect(dsn, name, wait)
    try:
        with translated(place(dsn, name), wait):
            yield opened
    finally:
        opened.close()


def create(
    dsn: str, name: str, wait: float, itself: tuple[object, ...], head: tuple[object, ...]
) -> None:
    """Make the schema and its tables in one transaction. Errors: `ledger_exists`, ..."""
    with connection(dsn, name, wait) as db:
        try:
            db.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        except psycopg.errors.DuplicateSchema:
            raise error("ledger_exists", path=place(dsn, name)) from None
        db.execute(TABLES)
        comment = sql.Literal(f"{MARK}{VERSION}")
        db.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(name), comment))
        db.execute("INSERT INTO ledger VALUES (%s, %s, %s, %s)", itself)
        db.execute("INSERT INTO head VALUES (%s, %s, %s, %s)", head)
        db.commit()


def check(dsn: str, name: str, wait: float) -> None:
    """Whether the schema is a ledger that this version knows.

    Errors: `ledger_missing`, `ledger_foreign`, `ledger_newer`, `ledger_older`.
    """
    with connection(dsn, name, wait) as db:
        found = db.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
            (name,),
        ).fetchone()
    if found is None:
        raise error("ledger_missing", path=place(dsn, name))
    mark = found[0] or ""
    version = mark.removeprefix(MARK)
    if not mark.startswith(MARK) or not version.isdecimal():
        raise error("ledger_foreign", path=place(dsn, name))
    if int(version) != VERSION:
        code = "ledger_newer" if int(version) > VERSION else "ledger_older"
        raise error(code, path=place(dsn, name), found=int(version), known=VERSION)


@contextmanager
def translated(shown: str, wait: float) -> Iterator[None]:
    """Turn what PostgreSQL raises into errors of the ledger."""
    try:
        yield
    except psycopg.ProgrammingError as problem:
        if problem.sqlstate is None:
            raise  # our own mistake, such as using a closed ledger
        raise _translation(shown, wait, problem) from problem
    except psycopg.Error as problem:
        raise _translation(shown, wait, problem) from problem


def _translation(shown: str, wait: float, problem: psycopg.Error) -> LawkeepError:
    state, reason = problem.sqlstate or "", str(problem).strip().splitlines()[0]
    if state in ("55P03", "40P01", "40001"):
        return error("ledger_locked", path=shown, seconds=wait)
    if state in ("25006", "42501"):
        return error("ledger_read_only", path=shown)
    if state[:2] in ("", "08", "53", "57", "58") or isinstance(problem, psycopg.OperationalError):
        return error("ledger_storage", path=shown, reason=reason)
    return error("ledger_damaged", path=shown, reason=reason)
