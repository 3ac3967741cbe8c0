"""Random lives of a ledger against a plain list."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lawkeep.ledger import Appended, Ledger
from lawkeep.ledger.merkle import leaf_hash, root, verify_consistency
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode

numbers = st.lists(st.integers(0, 60), max_size=40)
batches = st.sampled_from([1, 2, 7, 1000])


def fact(n: int, content: int = 0, recorded_at: int = 0) -> Event:
    return Event(
        id=f"e{n}",
        type=("content.stopped", "content.removed")[n % 2],
        occurred_at=n,
        recorded_at=recorded_at,
        operator="audio-platform",
        data={"content": content},
    )


class LedgerLife(RuleBasedStateMachine):
    """`stored`: what the ledger must hold, in order. Every event has content 0 unless wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ledger = Ledger.create(self.folder / "l.sqlite", "example.com/records", 0)
        self.stored: list[Event] = []
        self.earlier = self.ledger.head

    def teardown(self) -> None:
        assert self.ledger.verify().sound
        self.ledger.close()
        shutil.rmtree(self.folder)

    @rule(ids=numbers, batch=batches, recorded_at=st.integers(0, 3))
    def append(self, ids: list[int], batch: int, recorded_at: int) -> None:
        known = {event.id for event in self.stored}
        new: list[Event] = []
        for event in (fact(n, recorded_at=recorded_at) for n in ids):
            if event.id not in known:
                known.add(event.id)
                new.append(event)
        size = len(self.stored)
        answer = self.ledger.append((fact(n, recorded_at=recorded_at) for n in ids), batch)
        span = (size, size + len(new) - 1) if new else (None, None)
        assert answer == Appended(*span, len(new), len(ids) - len(new))
        self.stored += new

    @precondition(lambda self: self.stored)
    @rule(ids=numbers, batch=batches, data=st.data())
    def conflict(self, ids: list[int], batch: int, data: st.DataObject) -> None:
        wrong = data.draw(st.sampled_from(self.stored))
        at = data.draw(st.integers(0, len(ids)))
        events = [fact(n) for n in ids]
        events.insert(at, fact(int(wrong.id[1:]), content=1))
        with pytest.raises(LawkeepError) as raised:
            self.ledger.append(events, batch)
        assert raised.value.code == "ledger_id_conflict"

    @rule(ids=numbers, batch=batches)
    def iterable_fails(self, ids: list[int], batch: int) -> None:
        def failing() -> Iterator[Event]:
            yield from (fact(n) for n in ids)
            raise EOFError

        with pytest.raises(EOFError):
            self.ledger.append(failing(), batch)

    @rule(count=st.integers(200, 300))
    def append_many(self, count: int) -> None:
        start = 1000 + len(self.stored)
        events = [fact(start + n) for n in range(count)]
        self.ledger.append(events)
        self.stored += events

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.folder / "l.sqlite")

    @rule(n=st.integers(0, 60))
    def get(self, n: int) -> None:
        expected = next((event for event in self.stored if event.id == f"e{n}"), None)
        entry = self.ledger.get(f"e{n}")
        assert (entry and entry.event) == expected

    @rule(start=st.integers(0, 300), length=st.integers(0, 300))
    def read(self, start: int, length: int) -> None:
        entries = self.ledger.read(start, start + length, ["content.stopped"])
        part = enumerate(self.stored[start : start + length], start)
        expected = [(seq, event) for seq, event in part if event.type == "content.stopped"]
        assert [(entry.seq, entry.event) for entry in entries] == expected

    @invariant()
    def holds_what_the_list_holds(self) -> None:
        assert [entry.raw for entry in self.ledger.read()] == [encode(e) for e in self.stored]
        head = self.ledger.head
        expected = root(leaf_hash(encode(event)) for event in self.stored)
        assert (head.size, head.root) == (len(self.stored), expected)
        if self.earlier.size:
            path = self.ledger.consistency(self.earlier.size)
            assert verify_consistency(
                self.earlier.size, head.size, path, self.earlier.root, head.root
            )
        self.earlier = head


TestLedgerLife = LedgerLife.TestCase
TestLedgerLife.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
