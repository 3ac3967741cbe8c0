"""Live judging of a ledger: opened with its law, watched by one timer."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lawkeep.app.live_errors  # noqa: F401  (registers the codes)
from lawkeep.app.audits import packs_of
from lawkeep.app.records import is_ledger, open_records
from lawkeep.judge.live import Live
from lawkeep.judge.live_core import Update
from lawkeep.judge.live_say import say
from lawkeep.law.calendar import Calendar
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack
from lawkeep.ledger import Ledger
from lawkeep.model.errors import error
from lawkeep.model.vocabulary import Vocabulary

Clock = Callable[[], int]


@dataclass(frozen=True)
class Opened:
    """A ledger with its live findings. `update`: what opening it did."""

    live: Live
    packs: tuple[Pack, ...]
    update: Update

    @property
    def calendar(self) -> Calendar:
        """Law time."""
        return self.packs[0].calendar

    def duty(self, name: str) -> Duty:
        """The duty of a live finding (`pack/duty`)."""
        return next(p.form.duty for p in self.live.plans if p.name == name)


@contextmanager
def open_live(
    path: Path,
    loaded: Sequence[Pack],
    vocabulary: Vocabulary,
    clock: Clock,
    *,
    drafts: bool = False,
) -> Iterator[Opened]:
    """Open a ledger and judge it live, by the packs of its operator's jurisdictions.

    The first time the whole ledger is judged; later only what came since, and what another law
    touches. Errors: `live_needs_ledger`, `append_other_operator`, `jurisdiction_without_pack`,
    those of `Ledger.open`.
    """
    if not path.is_file() or not is_ledger(path):
        if not path.exists():
            raise error("input_missing", name=str(path), problem="no such file or folder")
        raise error("live_needs_ledger", name=path.name)
    records, *others = open_records(path, vocabulary)
    if others:
        raise error("append_other_operator", path=str(path), found=others[0].operator)
    packs = packs_of(records, loaded)
    with Ledger.open(path) as ledger:
        live = Live(ledger, packs, operator=records.operator, clock=clock, drafts=drafts)
        try:
            yield Opened(live, packs, live.attach())
        finally:
            live.close()


class Watch:
    """One timer: sleeps until something is due, judges it, and tells the ledger.

    `most`: seconds between looks for what other processes appended.
    """

    def __init__(self, live: Live, clock: Clock, *, most: float = 1.0, tell: bool = True) -> None:
        self._live, self._clock, self._most, self._tell = live, clock, most, tell
        self._poked = threading.Event()
        self._stopped = False

    def poke(self) -> None:
        """Something was appended: look again now."""
        self._poked.set()

    def stop(self) -> None:
        """End `run` after what it is doing."""
        self._stopped = True
        self._poked.set()

    def once(self) -> float:
        """Do what is due; seconds until there may be more. Error: `live_displaced`."""
        now = self._clock()
        self._live.advance(now)
        if self._live.displaced:
            raise error("live_displaced", path=self._live.ledger.place())
        if self._tell:
            say(self._live, now)
        at = self._live.next_wake()
        return self._most if at is None else min(max(0.0, (at - self._clock()) / 1e6), self._most)

    def run(self) -> None:
        """Go on until `stop`. Error: `live_displaced`."""
        while not self._stopped:
            pause = self.once()
            self._poked.wait(pause)
            self._poked.clear()
