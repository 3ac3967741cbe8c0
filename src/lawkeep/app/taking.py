"""Events into a ledger or a file: all of them, or nothing."""

from collections.abc import Iterable
from pathlib import Path

from lawkeep.app.recording import origin_of
from lawkeep.app.records import Distinct
from lawkeep.ledger import Ledger
from lawkeep.model.event import Event, encode


def to_ledger(path: Path, events: Iterable[Event], operator: str, now: int) -> tuple[int, int]:
    """Append to a ledger, which is made if it is not there; how many were new, and known.

    Errors: those of the events and of `Ledger.append`; a ledger made for this is then removed.
    """
    fresh = not path.exists()
    if fresh:
        Ledger.create(path, origin_of(operator), now).close()
    try:
        with Ledger.open(path) as ledger:
            done = ledger.append(events)
            return done.added, done.same
    except BaseException:
        if fresh:
            for left in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                left.unlink(missing_ok=True)
        raise


def to_jsonl(path: Path, events: Iterable[Event]) -> int:
    """One canonical event a line; how many. Error: `event_id_conflict` and those of the events."""
    first = Distinct()
    count = 0
    with path.open("wb") as file:
        for event in events:
            if first(event):
                file.write(encode(event) + b"\n")
                count += 1
    return count
