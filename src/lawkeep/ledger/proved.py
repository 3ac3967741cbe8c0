"""The proved time of an event: by when others had seen it, whatever `recorded_at` claims.

An event stands under every checkpoint that is larger than its place. The earliest time that enough
witnesses, or a time-stamping authority, put on one of those is the latest at which the event can
have been written. An event without such a checkpoint is proved by nobody yet. And an event that
claims to be older than a time at which the keeper showed a tree without it was written in
afterwards, or imported.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator

import msgspec

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Checkpoint, Policy, opened
from lawkeep.ledger.note import VerifierKey
from lawkeep.model.errors import error
from lawkeep.model.event import Event

TimeOf = Callable[[bytes, bytes], int]
"""`time_of(data, token)`: as `lawkeep.ledger.timestamps.Authority.time_of`."""


class ProvedTimes:
    """By when each entry of a ledger was seen by others. `size`: how many entries are proved."""

    def __init__(
        self, times: list[tuple[int, int]], largest: list[tuple[int, int]] | None = None
    ) -> None:
        """`times`: size of a checkpoint and when it was seen, in any order. `largest`: size, and
        until when it was the largest that was seen."""
        ordered = sorted(times)
        self._sizes: list[int] = []
        self._times: list[int] = []
        earliest: int | None = None
        # From the largest: a small checkpoint counts only if it was seen before all larger ones.
        for size, at in reversed(ordered):
            if earliest is None or at < earliest:
                earliest = at
                self._sizes.append(size)
                self._times.append(at)
        self._sizes.reverse()
        self._times.reverse()
        self.size = self._sizes[-1] if self._sizes else 0
        self._shown: list[int] = []
        self._until: list[int] = []
        latest: int | None = None
        for size, at in sorted(largest or []):
            if latest is None or at > latest:
                latest = at
                self._shown.append(size)
                self._until.append(at)

    def at(self, seq: int) -> int | None:
        """The proved time of entry `seq` in microseconds of UTC, None if it has none yet."""
        place = bisect_right(self._sizes, seq)
        return self._times[place] if place < len(self._times) else None

    def absent_until(self, seq: int) -> int | None:
        """The last time at which a tree without entry `seq` was shown as the whole ledger."""
        place = bisect_right(self._shown, seq)
        return self._until[place - 1] if place else None


def proved_times(
    ledger: BaseLedger,
    policy: Policy | None,
    time_of: TimeOf | None = None,
    key: VerifierKey | None = None,
) -> ProvedTimes:
    """Gather what the kept checkpoints and stamps prove; each is verified, and against the tree.

    `policy`: whose cosignatures count. `time_of`: checks stamps; without it they do not count.
    `key`: the ledger's public key from elsewhere. Errors: `ledger_unsigned`, `ledger_forked` (a
    checkpoint that was seen does not fit this ledger).
    """
    key = key or ledger.public_key
    if key is None:
        raise error("ledger_unsigned", path=ledger.place())
    times, largest = [], []
    if policy is not None:
        for _, raw, last in ledger.kept_checkpoints():
            checkpoint, note = opened(raw, key)
            _fits(ledger, checkpoint, "its witnesses")
            until = policy.largest_until(opened(last, key)[1])
            if until is not None:
                times.append((checkpoint.size, policy.satisfied_at(note)))
                largest.append((checkpoint.size, until))
    if time_of is not None:
        for _, raw, token in ledger.kept_tokens():
            checkpoint, _ = opened(raw, key)
            _fits(ledger, checkpoint, "a time-stamping authority")
            times.append((checkpoint.size, time_of(raw, token)))
    return ProvedTimes(times, largest)


def proved_at(
    ledger: BaseLedger, seq: int, policy: Policy | None, time_of: TimeOf | None = None
) -> int | None:
    """The proved time of one entry. Errors: `ledger_no_entry`, those of `proved_times`."""
    if not 0 <= seq < ledger.size:
        raise error("ledger_no_entry", size=ledger.size, asked=f"entry {seq}")
    return proved_times(ledger, policy, time_of).at(seq)


def events_as_proved(ledger: BaseLedger, times: ProvedTimes, unproved_at: int) -> Iterator[Event]:
    """The events with `recorded_at` = proved time, for judging what the records really show.

    `unproved_at`: what stands for events that nobody has seen yet, such as now.
    """
    for entry in ledger.read():
        at = times.at(entry.seq)
        recorded_at = unproved_at if at is None else at
        yield msgspec.structs.replace(entry.event, recorded_at=recorded_at)


def written_afterwards(
    ledger: BaseLedger, times: ProvedTimes, tolerance: int = 60_000_000
) -> Iterator[tuple[int, int, int]]:
    """Entries that claim an earlier time than the ledger shown to its witnesses allows.

    Yields seq, the claimed `recorded_at`, and the later time at which the entry was not there yet.
    `tolerance`: microseconds for what is appended while a witness is being asked.
    """
    for entry in ledger.read():
        absent = times.absent_until(entry.seq)
        if absent is not None and entry.recorded_at + tolerance < absent:
            yield entry.seq, entry.recorded_at, absent


def _fits(ledger: BaseLedger, checkpoint: Checkpoint, who: str) -> None:
    if checkpoint.size > ledger.size or ledger.root_at(checkpoint.size) != checkpoint.root:
        raise error("ledger_forked", path=ledger.place(), names=who)
