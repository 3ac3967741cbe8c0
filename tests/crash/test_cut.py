"""A connection that breaks in the middle of an append, before and during the commit."""

import itertools
from collections.abc import Iterator

import psycopg
import pytest

from lawkeep.ledger import Appended
from lawkeep.ledger.base import BaseLedger
from lawkeep.model.errors import ENVIRONMENT, LawkeepError
from lawkeep.model.event import Event
from support.postgres import Server
from support.stores import KEY, NUMBERS, Store, event


@pytest.fixture
def store(postgres: Server) -> Iterator[Store]:
    made = Store("postgres", postgres.fresh(f"k{next(NUMBERS)}"))
    made.create().append([event(0)])
    yield made
    made.close()


def cut(store: Store) -> None:
    """End every other connection to this database, as an administrator or a proxy may."""
    with psycopg.connect(store.where, autocommit=True) as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def failed(ledger: BaseLedger, events: Iterator[Event]) -> str:
    with pytest.raises(LawkeepError) as raised:
        ledger.append(events, batch=10)
    assert raised.value.kind.exit_code == ENVIRONMENT
    return raised.value.code


@pytest.mark.parametrize("after", [1, 15, 39])
def test_in_the_middle_nothing_is_stored(store: Store, after: int) -> None:
    ledger = store.open()
    ledger.append([event(1)])
    head = ledger.head

    def during() -> Iterator[Event]:
        for n in range(2, 42):
            if n == 2 + after:
                cut(store)
            yield event(n)

    assert failed(ledger, during()) == "ledger_storage"
    assert ledger.head == head
    assert ledger.append([event(2)]) == Appended(2, 2, 1, 0)
    assert ledger.verify(KEY.verifier).sound


def test_between_appends_nobody_notices(store: Store) -> None:
    ledger = store.open()
    for n in range(1, 4):
        assert ledger.append([event(n)]).first == n
        cut(store)
        assert ledger.size == n + 1
        cut(store)
    assert ledger.verify(KEY.verifier).sound


def test_a_commit_that_the_server_refuses_moves_nothing(store: Store) -> None:
    """A constraint that is checked at the commit, in the same round trip as the new head."""
    store.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE = 'disk full'; END $$"
    )
    store.sql(
        "CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON head DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    ledger = store.open()
    head = ledger.head
    for _ in range(2):
        assert failed(ledger, itertools.islice(map(event, itertools.count(1)), 30)) == (
            "ledger_storage"
        )
        assert ledger.head == head
        assert ledger.get("e1") is None
    store.sql("DROP TRIGGER refuse ON head")
    assert ledger.append([event(9)]).first == 1
    assert ledger.verify(KEY.verifier).sound
