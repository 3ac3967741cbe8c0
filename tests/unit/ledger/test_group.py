"""Group commit: every caller gets its own answer, and nobody fails for somebody else's event."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from lawkeep.ledger import Appended, Ledger
from lawkeep.ledger.group import GroupCommit
from lawkeep.model.errors import ENVIRONMENT, LawkeepError, error
from lawkeep.model.event import Event

Fact = Callable[..., Event]


class Held:
    """Lets a first commit begin and holds it, so that what comes meanwhile makes one group."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.sizes = ledger, list[int]()
        self.entered, self.go = threading.Event(), threading.Event()
        self.failure: LawkeepError | None = None

    def append(self, events: list[Event], batch: int) -> Appended:
        self.entered.set()
        assert self.go.wait(20)
        self.sizes.append(len(events))
        if self.failure is not None:
            raise self.failure
        return self.ledger.append(events, batch)

    def get(self, name: str) -> object:
        return self.ledger.get(name)


def grouped(
    ledger: Ledger, first: list[Event], *rest: list[Event], failure: LawkeepError | None = None
) -> tuple[Held, list[Future[Appended]]]:
    held = Held(ledger)
    with GroupCommit(held) as group:  # type: ignore[arg-type]  # append and get are all it uses
        futures = [group.submit(first)]
        assert held.entered.wait(20)
        futures += [group.submit(events) for events in rest]
        held.failure = failure
        held.go.set()
    return held, futures


def test_what_comes_during_a_commit_is_one_commit(ledger: Ledger, fact: Fact) -> None:
    held, futures = grouped(ledger, [fact(0)], *[[fact(n)] for n in range(1, 50)])
    assert held.sizes == [1, 49]
    assert [f.result() for f in futures] == [Appended(n, n, 1, 0) for n in range(50)]
    assert ledger.verify().sound


def test_each_caller_is_told_about_its_own_events(ledger: Ledger, fact: Fact) -> None:
    ledger.append([fact(100)])
    _, futures = grouped(
        ledger,
        [fact(0)],
        [fact(1), fact(2)],
        [],
        [fact(100), fact(2), fact(3)],
        [fact(100)],
        [fact(3)],
    )
    assert [f.result() for f in futures] == [
        Appended(1, 1, 1, 0),
        Appended(2, 3, 2, 0),
        Appended(None, None, 0, 0),
        Appended(4, 4, 1, 2),
        Appended(None, None, 0, 1),
        Appended(None, None, 0, 1),
    ]


def test_a_conflict_fails_its_caller_alone(ledger: Ledger, fact: Fact) -> None:
    bad = [fact(3), fact(0, data={"n": -1})]
    _, futures = grouped(ledger, [fact(0)], [fact(1)], bad, [fact(2)])
    assert [futures[n].result().first for n in (0, 1, 3)] == [0, 1, 2]
    with pytest.raises(LawkeepError) as raised:
        futures[2].result()
    assert raised.value.code == "ledger_id_conflict"
    assert [entry.id for entry in ledger.read()] == ["e0", "e1", "e2"]


def test_a_failing_disk_fails_all_that_wait_once(ledger: Ledger, fact: Fact) -> None:
    failure = error("ledger_storage", path="records", reason="full")
    assert failure.kind.exit_code == ENVIRONMENT
    held, futures = grouped(ledger, [fact(0)], [fact(1)], [fact(2)], failure=failure)
    assert held.sizes == [1, 2]
    for future in futures:
        with pytest.raises(LawkeepError):
            future.result()
    assert ledger.size == 0


def test_many_threads(path: Path, fact: Fact) -> None:
    with Ledger.create(path, "example.com/records", 0) as ledger, GroupCommit(ledger) as group:
        seqs: list[int] = []

        def work(start: int) -> None:
            for n in range(start, start + 25):
                answer = group.append([fact(n)])
                assert answer.first is not None
                seqs.append(answer.first)

        threads = [threading.Thread(target=work, args=(100 * t,)) for t in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seqs) == list(range(400))
        assert ledger.verify().sound


def test_a_closed_one_takes_nothing(ledger: Ledger, fact: Fact) -> None:
    group = GroupCommit(ledger)
    group.close()
    group.close()
    with pytest.raises(RuntimeError, match="closed"):
        group.append([fact(0)])
    with pytest.raises(ValueError, match="most"):
        GroupCommit(ledger, most=0)
