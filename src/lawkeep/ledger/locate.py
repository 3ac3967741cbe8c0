"""Open a ledger wherever it is: a file, or a PostgreSQL database (extra `postgres`)."""

from pathlib import Path

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.keys import read_key
from lawkeep.ledger.sqlite import Ledger
from lawkeep.ledger.witnesses import Circle
from lawkeep.model.errors import ENVIRONMENT, declare, error

try:
    from lawkeep.ledger.postgres import PostgresLedger
except ImportError:  # the extra is not installed
    _POSTGRES: "type[PostgresLedger] | None" = None
else:
    _POSTGRES = PostgresLedger

declare(
    "ledger_postgres_missing",
    "A ledger in PostgreSQL needs psycopg, which is not installed.",
    "PostgreSQL 中的账本需要 psycopg，但未安装。",
    "Run: pip install 'lawkeep[postgres]'.",
    "请运行：pip install 'lawkeep[postgres]'。",
    ENVIRONMENT,
)


def in_postgres(where: str | Path) -> bool:
    """Whether the place names a database rather than a file."""
    return str(where).startswith(("postgresql://", "postgres://"))


def create_ledger(
    where: str | Path, origin: str, now: int, *, key: str | Path | None = None, wait: float = 5.0
) -> BaseLedger:
    """Make a new ledger; `key`: its key file, without which it does not sign.

    Errors: those of `Ledger.create` and `keys.read_key`, `ledger_postgres_missing`.
    """
    signer = None if key is None else read_key(key, origin)
    if in_postgres(where):
        return _postgres().create(str(where), origin, now, wait=wait, signer=signer)
    return Ledger.create(where, origin, now, wait=wait, signer=signer)


def open_ledger(
    where: str | Path,
    *,
    key: str | Path | None = None,
    circle: Circle | None = None,
    wait: float = 5.0,
) -> BaseLedger:
    """Open a ledger to read it; with its key file also to append, guarded by its witnesses.

    Errors: those of `Ledger.open` and `keys.read_key`, `ledger_postgres_missing`.
    """
    signer = None if key is None else read_key(key)
    guard = None if circle is None else circle.guard
    if in_postgres(where):
        return _postgres().open(str(where), wait=wait, signer=signer, guard=guard)
    return Ledger.open(where, wait=wait, signer=signer, guard=guard)


def _postgres() -> "type[PostgresLedger]":
    if _POSTGRES is None:
        raise error("ledger_postgres_missing")
    return _POSTGRES
