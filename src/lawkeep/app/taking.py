"""Events into a ledger or a file: all of them, or nothing."""

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from lawkeep.app.recording import origin_of
from lawkeep.app.records import Distinct, place_of
from lawkeep.ledger.keys import read_key
from lawkeep.ledger.locate import create_ledger, in_postgres, open_ledger
from lawkeep.ledger.witnesses import Circle
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode

_BATCH = 1000


def to_ledger(
    path: str | Path,
    events: Iterable[Event],
    operator: str,
    now: int,
    signer: Path | None = None,
    circle: Circle | None = None,
) -> tuple[int, int]:
    """Append to a ledger, whose file is made if it is not there; how many were new, and known.

    `signer`: key file of the ledger; one made here gets its name. `circle`: its witnesses, who are
    asked before anything is signed.
    Errors: those of the events and of `Ledger.append`; a ledger made for this is then removed.
    """
    fresh = not in_postgres(path) and not Path(path).exists()
    recent: deque[Event] = deque(maxlen=_BATCH)
    if fresh:
        name = origin_of(operator) if signer is None else read_key(signer).name
        create_ledger(path, name, now, key=signer).close()
    try:
        with open_ledger(path, key=signer, circle=circle) as ledger:
            done = ledger.append(watched(events, recent), batch=_BATCH)
            return done.added, done.same
    except LawkeepError as problem:
        if fresh:
            _remove(path)
        if problem.code != "ledger_id_conflict":
            raise
        source = next((e.source for e in recent if e.id == problem.details["id"]), None)
        raise problem.at(*place_of(source)) from None
    except BaseException:
        if fresh:
            _remove(path)
        raise


def _remove(ledger: str | Path) -> None:
    for left in (ledger, f"{ledger}-wal", f"{ledger}-shm"):
        Path(left).unlink(missing_ok=True)


def watched(events: Iterable[Event], recent: deque[Event]) -> Iterator[Event]:
    """The events, the last ones kept in `recent`, newest first: where was the one refused?"""
    for event in events:
        recent.appendleft(event)
        yield event


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
