"""The proved time of an event: by when others had seen it, whatever `recorded_at` claims.

An event stands under every checkpoint that is larger than its place. The earliest time that enough
witnesses, or a time-stamping authority, put on one of those is the latest at which the event can
have been written. An event without such a checkpoint is proved by nobody yet.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator

import msgspec

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Checkpoint, Policy, opened
from lawkeep.ledger.note import VerifierKey
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.event import Event

TimeOf = Callable[[bytes, bytes], int]
"""`time_of(data, token)`: as `lawkeep.ledger.timestamps.Authority.time_of`."""


class ProvedTimes:
    """By when each entry of a ledger was seen by others. `size`: how many entries are proved."""

    def __init__(self, times: list[tuple[int, int]]) -> None:
        """`times`: size of a checkpoint and when it was seen, in any order."""
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

    def at(self, seq: int) -> int | None:
        """The proved time of entry `seq` in microseconds of UTC, None if it has none yet."""
        place = bisect_right(self._sizes, seq)
        return self._times[place] if place < len(self._times) else None


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
    times = []
    if policy is not None:
        for _, raw in ledger.kept_checkpoints():
            checkpoint, note = opened(raw, key)
            _fits(ledger, checkpoint, "its witnesses")
            try:
                times.append((checkpoint.size, policy.satisfied_at(note)))
            except LawkeepError as problem:
                if problem.code != "checkpoint_too_few_witnesses":
                    raise
    if time_of is not None:
        for _, raw, token in ledger.kept_tokens():
            checkpoint, _ = opened(raw, key)
            _fits(ledger, checkpoint, "a time-stamping authority")
            times.append((checkpoint.size, time_of(raw, token)))
    return ProvedTimes(times)


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


def _fits(ledger: BaseLedger, checkpoint: Checkpoint, who: str) -> None:
    if checkpoint.size > ledger.size or ledger.root_at(checkpoint.size) != checkpoint.root:
        raise error("ledger_forked", path=ledger.place(), names=who)
