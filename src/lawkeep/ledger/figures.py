"""Figures about stored events, counted from their bytes alone. Pure."""

from collections import Counter

import msgspec

from lawkeep.ledger.entry import Stats, names
from lawkeep.model.time import parse_instant


class Figures:
    """Counts events one by one; `stats` gives the sum."""

    def __init__(self) -> None:
        self._by_type: Counter[str] = Counter()
        self._bytes = 0
        # Canonical times sort like the instants that they name.
        self._first, self._last = "", ""

    def add(self, raw: bytes) -> None:
        """Count one stored event. Raises ValueError if the bytes are not those of an event."""
        try:
            told = names(raw)
        except msgspec.MsgspecError as problem:
            raise ValueError(str(problem)) from None
        self._by_type[told.type] += 1
        self._bytes += len(raw)
        at = told.recorded_at
        if not self._first or at < self._first:
            self._first = at
        self._last = max(self._last, at)

    def stats(self, origin: str, created_at: int, size: int, root: bytes, stored: int) -> Stats:
        """The sum. `stored`: bytes of the storage."""
        return Stats(
            origin=origin,
            created_at=created_at,
            size=size,
            root=root,
            by_type=dict(sorted(self._by_type.items())),
            first_recorded_at=parse_instant(self._first) if self._first else None,
            last_recorded_at=parse_instant(self._last) if self._last else None,
            event_bytes=self._bytes,
            file_bytes=stored,
        )
