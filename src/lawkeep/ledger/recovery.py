"""Bring a restored ledger back into agreement with its witnesses, or refuse.

The steps: ask the witnesses what they saw last; if entries are missing here, take them from an
export, a replica or published files, and only if they lead to exactly the tree that was cosigned;
check every size that a witness saw; sign again; write down that it happened.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.witnesses import Circle
from lawkeep.model.errors import ENVIRONMENT, LawkeepError, declare, error
from lawkeep.model.event import Event

Source = Callable[[int], Iterable[bytes]]
"""`source(start)`: stored bytes of entries from `start` on, as many as it has."""

declare(
    "ledger_entries_lost",
    "The ledger {path} has {size} entries, its witnesses saw {seen}, and none of the sources given "
    "has the {missing} between them.",
    "账本 {path} 有 {size} 条，见证方见过 {seen} 条，所给来源均不含其间的 {missing} 条。",
    "Nothing was signed. Look for an export, a replica or published files. If they are lost, close "
    "this ledger and begin another under a new name; what was proved from it stays proved.",
    "未签署任何内容。请查找导出包、副本或已发布文件。如确已丢失，请封存此账本并以新名称另立账本；此前的证明仍然有效。",
    ENVIRONMENT,
)


@dataclass(frozen=True)
class Recovered:
    """What a recovery did. `restored`: entries put back; `from_size`: where it signs on from."""

    restored: int
    from_size: int
    witnesses: tuple[str, ...]
    event: Event | None


def recover(
    ledger: BaseLedger,
    circle: Circle,
    *,
    operator: str,
    event_id: str,
    now: int,
    sources: Iterable[Source] = (),
    tell: Callable[[str, int], None] = lambda _step, _size: None,
) -> Recovered:
    """Reconcile a restored ledger that was opened with its key.

    `now`: microseconds of UTC. `tell(step, size)` hears of `seen`, `restored`, `agreed`,
    `cosigned`. Where nothing was missing, it writes no event.

    Errors: `ledger_unsigned`, `ledger_key_needed`, `ledger_entries_lost`, `ledger_forked`,
    `ledger_damaged`, `ledger_witnesses_few`.
    """
    if ledger.public_key is None:
        raise error("ledger_unsigned", path=ledger.place())
    if not ledger.can_sign:
        raise error("ledger_key_needed", path=ledger.place())
    fault = ledger.verify().fault
    if fault is not None:
        raise error("ledger_damaged", path=ledger.place(), reason=f"{fault.what}: {fault.detail}")
    seen = circle.latest(ledger, ledger.public_key)
    newest = max(seen.values(), key=lambda checkpoint: checkpoint.size, default=None)
    start = ledger.size
    if newest is not None:
        tell("seen", newest.size)
        # Before anything is added: a copy that was changed is no base to put entries on.
        _agree(ledger, {name: c for name, c in seen.items() if c.size <= start})
        if newest.size > start:
            _put_back(ledger, newest, list(sources))
            tell("restored", newest.size - start)
        _agree(ledger, seen)
        tell("agreed", newest.size)
    cosigned = circle.cosign(ledger)
    event = None
    if ledger.size > start:
        event = Event(
            id=event_id,
            type="ledger.recovered",
            occurred_at=now,
            recorded_at=now,
            operator=operator,
            data={"from_size": start, "witnesses": list(cosigned.names)},
        )
        ledger.append([event])
        cosigned = circle.cosign(ledger)
    tell("cosigned", cosigned.size)
    restored = newest.size - start if newest is not None and newest.size > start else 0
    return Recovered(restored, start, cosigned.names, event)


def entries_of(other: BaseLedger) -> Source:
    """Another copy of the ledger as a source."""

    def source(start: int) -> Iterator[bytes]:
        return (entry.raw for entry in other.read(start))

    return source


def _put_back(ledger: BaseLedger, newest: Checkpoint, sources: list[Source]) -> None:
    size = ledger.size
    for source in sources:
        try:
            ledger.restore(source(size), newest)
        except LawkeepError as problem:
            # This source had too few or other entries; the next may have them.
            if problem.code != "ledger_restore_differs":
                raise
        else:
            return
    raise error(
        "ledger_entries_lost",
        path=ledger.place(),
        size=size,
        seen=newest.size,
        missing=newest.size - size,
    )


def _agree(ledger: BaseLedger, seen: dict[str, Checkpoint]) -> None:
    denied = sorted(
        name
        for name, checkpoint in seen.items()
        if ledger.root_at(checkpoint.size) != checkpoint.root
    )
    if denied:
        raise error("ledger_forked", path=ledger.place(), names=", ".join(denied))
