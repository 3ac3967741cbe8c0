"""A process that appends for ever and says what was acknowledged: the one to be killed.

    python -m support.writer KIND WHERE ROUND

It prints the number of events acknowledged so far, a line at a time. Half of its rounds append
alone, half through group commit with several threads. After an error of the environment it goes on
with the events of which it had no answer, as a careful sender does.
"""

import random
import sys
import threading
import time
from concurrent.futures import Future

from lawkeep.ledger import Ledger
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.entry import Appended
from lawkeep.ledger.group import GroupCommit
from lawkeep.ledger.postgres import PostgresLedger
from lawkeep.model.errors import ENVIRONMENT, LawkeepError
from lawkeep.model.event import Event
from support.stores import KEY


def made(round_number: int, n: int) -> Event:
    return Event(
        id=f"{round_number}-{n}",
        type="content.stopped",
        occurred_at=0,
        recorded_at=0,
        operator="audio-platform",
        data={"n": n},
    )


def opened(kind: str, where: str) -> BaseLedger:
    if kind == "sqlite":
        return Ledger.open(where, signer=KEY)
    return PostgresLedger.open(where, signer=KEY)


def alone(ledger: BaseLedger, round_number: int) -> None:
    dice = random.Random(round_number)
    done = 0
    while True:
        count = dice.choice([1, 1, 1, 20, 300, 2000])
        events = [made(round_number, n) for n in range(done, done + count)]
        try:
            ledger.append(events, batch=dice.choice([1, 100, 1000]))
        except LawkeepError as problem:
            if problem.kind.exit_code != ENVIRONMENT:
                raise
            time.sleep(0.05)
            continue
        done += count
        print(done, flush=True)


def together(ledger: BaseLedger, round_number: int) -> None:
    """Eight callers with one event each; acknowledged is what is without a gap from the start."""
    turn = threading.Lock()
    state = {"next": 0, "done": 0}
    early: set[int] = set()
    with GroupCommit(ledger) as group:

        def work() -> None:
            while True:
                with turn:
                    n = state["next"]
                    state["next"] += 1
                while True:
                    answer: Future[Appended] = group.submit([made(round_number, n)])
                    try:
                        answer.result()
                        break
                    except LawkeepError as problem:
                        if problem.kind.exit_code != ENVIRONMENT:
                            raise
                        time.sleep(0.05)
                with turn:
                    early.add(n)
                    while state["done"] in early:
                        early.remove(state["done"])
                        state["done"] += 1
                    print(state["done"], flush=True)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    kind, where, round_number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with opened(kind, where) as ledger:
        (alone if round_number % 2 else together)(ledger, round_number)
