"""Appending and reading: all or none, once each, and what readers see meanwhile."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from lawkeep.ledger import Appended, Ledger
from lawkeep.ledger.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from lawkeep.model.errors import ENVIRONMENT, LawkeepError
from lawkeep.model.event import Event, encode

Fact = Callable[..., Event]


def code_of(problem: pytest.ExceptionInfo[LawkeepError]) -> str:
    for language in ("en", "zh"):
        assert "{" not in problem.value.text(language) + problem.value.advice(language)
    return problem.value.code


def test_a_new_ledger_is_the_empty_tree(ledger: Ledger) -> None:
    assert (ledger.size, ledger.root) == (0, EMPTY_ROOT)
    assert ledger.origin == "example.com/records"
    assert list(ledger.read()) == []
    assert ledger.verify().sound
    assert ledger.stats().size == 0


def test_stored_bytes_are_the_encoded_event(ledger: Ledger, fact: Fact) -> None:
    full = fact(
        1,
        evidence=("sha256:" + "0" * 64,),
        actor="duty-officer",
        source="import.csv",
        corrects="e0",
    )
    events = [fact(0), full, fact(2, occurred_at=-62_135_596_800_000_000, data={"文": ["1", 2.5]})]
    assert ledger.append(events) == Appended(first=0, last=2, added=3, same=0)
    entries = list(ledger.read())
    assert [entry.raw for entry in entries] == [encode(event) for event in events]
    assert [entry.event for entry in entries] == events
    assert [entry.seq for entry in entries] == [0, 1, 2]
    assert ledger.root == root([leaf_hash(encode(event)) for event in events])
    assert ledger.get("e1") == entries[1]
    assert ledger.get("e3") is None


def test_appending_again_adds_nothing(ledger: Ledger, fact: Fact, path: Path) -> None:
    events = [fact(n) for n in range(5)]
    ledger.append(events)
    head = ledger.head
    later = [fact(n, recorded_at=1, source="again.csv") for n in range(5)]
    assert ledger.append(later) == Appended(None, None, 0, 5)
    assert ledger.head == head
    assert ledger.append([*later, fact(5), fact(5), fact(6)], batch=2) == Appended(5, 6, 2, 6)
    assert ledger.append([]) == Appended(None, None, 0, 0)
    assert ledger.verify().sound


@pytest.mark.parametrize("batch", [1, 3, 1000])
@pytest.mark.parametrize("changed", [{"data": {"n": 99}}, {"type": "content.removed"}])
def test_a_conflict_writes_nothing(
    ledger: Ledger, fact: Fact, batch: int, changed: dict[str, object]
) -> None:
    ledger.append([fact(n) for n in range(3)])
    head = ledger.head
    for events in (
        [fact(3), fact(4), fact(1, **changed), fact(5)],
        [fact(3), fact(4), fact(3, **changed)],
    ):
        with pytest.raises(LawkeepError) as raised:
            ledger.append(events, batch)
        assert code_of(raised) == "ledger_id_conflict"
        assert ledger.head == head
    assert ledger.append([fact(3)], batch) == Appended(3, 3, 1, 0)
    assert ledger.verify().sound


def test_a_failing_iterable_leaves_every_byte(path: Path, fact: Fact) -> None:
    with Ledger.create(path, "example.com/records", 0) as ledger:
        ledger.append(fact(n) for n in range(700))
        head = ledger.head
    before = path.read_bytes()

    def failing() -> Iterator[Event]:
        yield from (fact(n, data={"n": "x" * 5000}) for n in range(700, 1500))
        raise KeyError("the file ended in the middle of a line")

    with Ledger.open(path) as ledger:
        ledger.append([])
        # A small cache makes SQLite write pages of the open transaction into the WAL.
        ledger._writer.execute("PRAGMA cache_size = 10")  # type: ignore[union-attr]  # is open
        with pytest.raises(KeyError, match="middle of a line"):
            ledger.append(failing(), batch=100)
        assert Path(f"{path}-wal").stat().st_size > 1_000_000
        assert ledger.head == head
        assert ledger.verify().sound
    assert path.read_bytes() == before
    assert not Path(f"{path}-wal").exists()


def test_an_event_too_large_writes_nothing(ledger: Ledger, fact: Fact) -> None:
    with pytest.raises(LawkeepError) as raised:
        ledger.append([fact(0), fact(1, data={"n": "x" * 70_000})])
    assert code_of(raised) == "event_too_large"
    assert ledger.size == 0
    ledger.append([fact(0)])
    assert ledger.verify().sound


def test_a_full_disk_moves_nothing(ledger: Ledger, fact: Fact) -> None:
    ledger.append(fact(n) for n in range(10))
    head = ledger.head
    writer = ledger._writer
    assert writer is not None
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(LawkeepError) as raised:
        ledger.append((fact(n, data={"n": "x" * 2000}) for n in range(10, 500)), batch=5)
    assert code_of(raised) == "ledger_storage"
    assert raised.value.kind.exit_code == ENVIRONMENT
    assert ledger.head == head
    writer.execute("PRAGMA max_page_count = 1073741823")
    assert ledger.append([fact(10)]).first == 10
    assert ledger.verify().sound


class FailingCommit:
    """A connection whose next COMMIT fails as on a broken disk."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.broken = db, True

    def __getattr__(self, name: str) -> object:
        return getattr(self.db, name)

    def execute(self, query: str, *values: object) -> object:
        if query == "COMMIT" and self.broken:
            self.broken = False
            raise sqlite3.OperationalError("disk I/O error")
        return self.db.execute(query, *values)


def test_a_commit_that_fails_moves_nothing(ledger: Ledger, fact: Fact) -> None:
    ledger.append([fact(0)])
    head = ledger.head
    ledger._writer = FailingCommit(ledger._writer)  # type: ignore[assignment,arg-type]  # stands in
    with pytest.raises(LawkeepError):
        ledger.append([fact(1), fact(2)])
    assert ledger.head == head
    assert ledger.append([fact(3)]) == Appended(1, 1, 1, 0)
    assert [entry.id for entry in ledger.read()] == ["e0", "e3"]
    assert ledger.verify().sound


def test_read_by_range_and_type(ledger: Ledger, fact: Fact) -> None:
    ledger.append(
        fact(n, type="content.removed" if n % 3 == 0 else "content.stopped") for n in range(1200)
    )

    def seqs(
        start: int = 0, end: int | None = None, types: Iterable[str] | None = None
    ) -> list[int]:
        return [entry.seq for entry in ledger.read(start, end, types)]

    assert seqs() == list(range(1200))
    assert seqs(499, 501) == [499, 500]
    assert seqs(-5, 2) == [0, 1]
    assert seqs(1199, 5000) == [1199]
    assert seqs(1200) == seqs(5, 5) == seqs(5, 3) == []
    assert seqs(types=["content.removed"]) == list(range(0, 1200, 3))
    assert seqs(10, 20, {"content.stopped"}) == [10, 11, 13, 14, 16, 17, 19]
    assert seqs(types=[]) == seqs(types=["no.such"]) == []


def test_a_reader_sees_a_snapshot_while_the_writer_appends(
    ledger: Ledger, fact: Fact, path: Path
) -> None:
    ledger.append(fact(n) for n in range(600))
    head = ledger.head
    seen = []

    def watched() -> Iterator[Event]:
        early = ledger.read()
        next(early)
        for n in range(600, 1800):
            if n in (600, 1000, 1799):
                with Ledger.open(path) as other:
                    assert other.head == ledger.head == head
                    assert [e.seq for e in other.read()] == list(range(600))
                    assert other.get("e700") is None
                    assert other.verify().sound
                seen.append(n)
            yield fact(n)
        seen.append(1 + sum(1 for _ in early))

    late = ledger.read()
    ledger.append(watched(), batch=50)
    assert seen == [600, 1000, 1799, 600]
    assert [entry.seq for entry in late] == list(range(600))
    assert ledger.size == 1800


def test_one_writer_at_a_time(ledger: Ledger, fact: Fact, path: Path) -> None:
    refusals = []

    def other(target: Ledger) -> None:
        try:
            target.append([fact(99)])
        except LawkeepError as problem:
            refusals.append((problem.code, problem.kind.exit_code))

    def during() -> Iterator[Event]:
        yield fact(0)
        with Ledger.open(path, wait=0.05) as second:
            other(second)
        other(ledger)
        thread = threading.Thread(target=other, args=(ledger,))
        thread.start()
        thread.join()

    ledger.append(during(), batch=1)
    assert refusals == [("ledger_locked", ENVIRONMENT)] * 3
    assert [entry.id for entry in ledger.read()] == ["e0"]
    assert ledger.append([fact(99)]).added == 1


def test_appending_from_within_an_append_is_refused_at_once(path: Path, fact: Fact) -> None:
    with Ledger.create(path, "example.com/records", 0, wait=60) as ledger:

        def nested() -> Iterator[Event]:
            ledger.append([fact(1)])
            yield fact(0)

        began = time.monotonic()
        with pytest.raises(LawkeepError) as raised:
            ledger.append(nested())
        assert code_of(raised) == "ledger_locked"
        assert time.monotonic() - began < 30
        assert ledger.size == 0


def test_writers_take_turns(path: Path, fact: Fact) -> None:
    """Threads on one ledger, and a second one on the same file: no gap, nothing lost."""
    with Ledger.create(path, "example.com/records", 0) as first, Ledger.open(path) as second:

        def work(target: Ledger, start: int) -> None:
            for n in range(start, start + 40):
                target.append([fact(n)])

        threads = [
            threading.Thread(target=work, args=(target, start))
            for target, start in ((first, 0), (first, 100), (second, 200), (second, 300))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert first.head == second.head
        expected = {f"e{n}" for start in (0, 100, 200, 300) for n in range(start, start + 40)}
        assert {entry.id for entry in first.read()} == expected
        assert first.verify().sound
        assert first.verify().checked == 160


def test_proofs_of_a_ledger(ledger: Ledger, fact: Fact) -> None:
    ledger.append(fact(n) for n in range(300))
    early = ledger.head
    ledger.append(fact(n) for n in range(300, 900))
    late = ledger.head
    for seq in (0, 255, 256, 299):
        leaf = next(ledger.read(seq)).leaf
        for head in (early, late):
            path = ledger.inclusion(seq, head.size)
            assert verify_inclusion(leaf, seq, head.size, path, head.root)
    path = ledger.consistency(300)
    assert verify_consistency(300, 900, path, early.root, late.root)
    for asked in (
        lambda: ledger.inclusion(900),
        lambda: ledger.inclusion(300, 300),
        lambda: ledger.inclusion(-1),
        lambda: ledger.inclusion(0, 901),
        lambda: ledger.consistency(0),
        lambda: ledger.consistency(901),
        lambda: ledger.consistency(1, 0),
    ):
        with pytest.raises(LawkeepError) as raised:
            asked()
        assert code_of(raised) == "ledger_no_entry"


def test_stats(ledger: Ledger, fact: Fact, path: Path) -> None:
    events = [fact(0), fact(1, type="content.removed"), fact(2)]
    ledger.append(events)
    stats = ledger.stats()
    assert stats.by_type == {"content.removed": 1, "content.stopped": 2}
    assert (stats.size, stats.root, stats.origin) == (3, ledger.root, "example.com/records")
    assert stats.event_bytes == sum(len(encode(event)) for event in events)
    assert stats.first_recorded_at == events[0].recorded_at
    assert stats.last_recorded_at == events[2].recorded_at
    assert stats.file_bytes >= path.stat().st_size > 0


def test_batch_must_be_positive(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="batch"):
        ledger.append([], batch=0)


def test_appends_are_power_safe(ledger: Ledger, fact: Fact) -> None:
    ledger.append([fact(0)])
    assert ledger._writer is not None
    (journal,) = ledger._writer.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = ledger._writer.execute("PRAGMA synchronous").fetchone()
    assert (journal, synchronous) == ("wal", 2)
