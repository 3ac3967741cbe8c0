"""Group commit: many callers with one event each share one durable, signed transaction.

A disk confirms a few hundred commits a second, however small. Callers hand their events to one
thread, which commits what has come together while the last commit was under way.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.entry import Appended
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event

_OF_ONE_CALLER = {"ledger_id_conflict", "event_too_large"}

_Item = tuple[list[Event], Future[Appended]]


class GroupCommit:
    """Appends for many threads. Closing it commits what is waiting.

    `most`: events in one commit. `linger`: seconds that a commit waits at most for as many callers
    as came to the last one; with a single caller it does not wait at all.
    """

    def __init__(self, ledger: BaseLedger, *, most: int = 1000, linger: float = 0.005) -> None:
        if most < 1:
            raise ValueError("most must be at least 1")
        self._ledger = ledger
        self._most, self._linger = most, linger
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._closed = False
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="lawkeep-commit", daemon=True)
        self._thread.start()

    def submit(self, events: Sequence[Event]) -> Future[Appended]:
        """Queue events that are stored all or none; the future ends when they are durable.

        It raises what `BaseLedger.append` raises, for these events alone.
        """
        answer: Future[Appended] = Future()
        with self._turn:
            if self._closed:
                raise RuntimeError("this group commit is closed")
            self._queue.put((list(events), answer))
        return answer

    def append(self, events: Sequence[Event]) -> Appended:
        """Store events, all or none; durable and signed when it returns. As `BaseLedger.append`."""
        return self.submit(events).result()

    def close(self) -> None:
        """Commit what waits and stop."""
        with self._turn:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self) -> None:
        last = 1
        while True:
            first = self._queue.get()
            if first is None:
                return
            items, ended = self._gathered(first, last)
            last = len(items)
            self._commit(items)
            if ended:
                return

    def _gathered(self, first: _Item, expected: int) -> tuple[list[_Item], bool]:
        items, count = [first], len(first[0])
        until = time.monotonic() + self._linger
        while count < self._most:
            try:
                waits = until - time.monotonic() if len(items) < expected else 0
                item = self._queue.get(timeout=waits) if waits > 0 else self._queue.get_nowait()
            except Empty:
                break
            if item is None:
                return items, True
            items.append(item)
            count += len(item[0])
        return items, False

    def _commit(self, items: list[_Item]) -> None:
        events = [event for some, _ in items for event in some]
        try:
            appended = self._ledger.append(events, batch=max(len(events), 1))
            if appended.same and len(items) > 1:
                answers = self._places(items, appended.first)
            else:
                answers = _divided(items, appended)
        except LawkeepError as problem:
            # One caller's bad event must not fail the others: each on its own then.
            if len(items) > 1 and problem.code in _OF_ONE_CALLER:
                for item in items:
                    self._commit([item])
                return
            self._fail(items, problem)
        except BaseException as problem:
            self._fail(items, problem)
            if not isinstance(problem, Exception):
                raise
        else:
            for (_, future), answer in zip(items, answers, strict=True):
                future.set_result(answer)

    def _places(self, items: list[_Item], start: int | None) -> list[Appended]:
        """Some events were there already: whose they were is seen from where each stands now."""
        answers = []
        seen: set[int] = set()
        for events, _ in items:
            entries = [self._ledger.get(event.id) for event in events]
            # What stands before `start` was there already; a repeated event counts for the first
            # caller that brought it.
            stands = {entry.seq for entry in entries if entry is not None} - seen
            places = sorted(seq for seq in stands if start is not None and seq >= start)
            seen.update(places)
            first, last = (places[0], places[-1]) if places else (None, None)
            answers.append(Appended(first, last, len(places), len(events) - len(places)))
        return answers

    @staticmethod
    def _fail(items: list[_Item], problem: BaseException) -> None:
        for _, future in items:
            future.set_exception(problem)


def _divided(items: list[_Item], appended: Appended) -> list[Appended]:
    """Each caller's part of an append in which all events were new."""
    if len(items) == 1:
        return [appended]
    start = appended.first or 0
    answers = []
    for events, _ in items:
        count = len(events)
        last = start + count - 1
        answers.append(Appended(start, last, count, 0) if count else Appended(None, None, 0, 0))
        start += count
    return answers
