"""The inbox of PostgreSQL: nodes without the key hand in events, one with it takes them."""

import threading
from collections.abc import Callable, Iterator

import pytest

from lawkeep.ledger import Appended
from lawkeep.ledger.postgres import PostgresLedger
from lawkeep.model.errors import ENVIRONMENT, LawkeepError
from lawkeep.model.event import Event
from support.postgres import Server
from support.stores import KEY, NUMBERS, Store

Fact = Callable[..., Event]


@pytest.fixture
def store(postgres: Server) -> Iterator[Store]:
    made = Store("postgres", postgres.fresh(f"i{next(NUMBERS)}"))
    made.create()
    yield made
    made.close()


def node(store: Store, **more: object) -> PostgresLedger:
    opened = store.open(**more)
    assert isinstance(opened, PostgresLedger)
    return opened


def test_events_of_other_nodes_are_taken(store: Store, fact: Fact) -> None:
    sequencer, other = node(store), node(store, signer=None)
    tickets = [other.submit([fact(0), fact(1)]), other.submit([fact(2)]), other.submit([])]
    assert sequencer.size == 0
    assert sequencer.drain() == 3
    assert [other.answer(t) for t in tickets] == [
        Appended(0, 1, 2, 0),
        Appended(2, 2, 1, 0),
        Appended(None, None, 0, 0),
    ]
    assert sequencer.drain() == 0
    again = other.submit([fact(1), fact(3)])
    sequencer.drain()
    assert other.answer(again) == Appended(3, 3, 1, 1)
    assert other.verify(KEY.verifier).sound


def test_a_conflict_is_answered_to_whom_it_concerns(store: Store, fact: Fact) -> None:
    sequencer, other = node(store), node(store, signer=None)
    sequencer.append([fact(0)])
    bad = other.submit([fact(5), fact(0, data={"n": 9})])
    good = other.submit([fact(1)])
    sequencer.drain()
    assert other.answer(good) == Appended(1, 1, 1, 0)
    with pytest.raises(LawkeepError) as raised:
        other.answer(bad)
    assert raised.value.code == "ledger_id_conflict"
    assert raised.value.details["seq"] == 0
    assert sequencer.get("e5") is None
    sequencer.forget_answers()
    assert sequencer.drain() == 0


def test_nobody_takes_them(store: Store, fact: Fact) -> None:
    other = node(store, signer=None, wait=0.05)
    with pytest.raises(LawkeepError) as raised:
        other.append([fact(0), fact(1)])
    assert (raised.value.code, raised.value.kind.exit_code) == ("ledger_inbox_waiting", ENVIRONMENT)
    assert raised.value.details["count"] == 2
    for language in ("en", "zh"):
        assert "{" not in raised.value.text(language) + raised.value.advice(language)
    # They stay, and are stored when somebody can.
    assert node(store).drain() == 1
    assert other.size == 2
    with pytest.raises(LawkeepError) as raised:
        other.drain()
    assert raised.value.code == "ledger_key_needed"


def test_a_crash_between_append_and_answer_is_healed(store: Store, fact: Fact) -> None:
    sequencer, other = node(store), node(store, signer=None)
    ticket = other.submit([fact(0)])
    sequencer.append([fact(0)])  # as far as it came
    sequencer.drain()
    assert other.answer(ticket) == Appended(None, None, 0, 1)
    assert sequencer.size == 1


def test_many_nodes_at_once(store: Store, fact: Fact) -> None:
    """Two nodes with the key drain and append, three without it hand in: no gap, nothing lost."""
    stop = threading.Event()
    problems: list[BaseException] = []

    def drains() -> None:
        sequencer = node(store, wait=30)
        while not stop.is_set():
            try:
                sequencer.drain()
            except BaseException as problem:  # noqa: BLE001 -- reported below
                problems.append(problem)
                return

    def appends(start: int, signer: object) -> None:
        mine = node(store, signer=signer, wait=30)
        for n in range(start, start + 15):
            mine.append([fact(n)])

    draining = [threading.Thread(target=drains) for _ in range(2)]
    appending = [
        threading.Thread(target=appends, args=(start, signer))
        for start, signer in ((0, None), (100, None), (200, None), (300, KEY))
    ]
    for thread in [*draining, *appending]:
        thread.start()
    for thread in appending:
        thread.join()
    stop.set()
    for thread in draining:
        thread.join()
    assert problems == []
    ledger = node(store)
    expected = {f"e{n}" for start in (0, 100, 200, 300) for n in range(start, start + 15)}
    assert {entry.id for entry in ledger.read()} == expected
    assert ledger.size == 60
    assert ledger.verify(KEY.verifier).sound
