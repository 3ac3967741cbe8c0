"""Place, review and release legal holds: events in the ledger, and locks in the store of files."""

from dataclasses import dataclass

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.blobs import Blobs
from lawkeep.ledger.holds import PLACED, RELEASED, Hold, Holds, parse_scope, standing
from lawkeep.model.errors import declare, error
from lawkeep.model.event import Event
from lawkeep.model.time import format_instant

declare(
    "hold_review_past",
    "A hold is reviewed at a date to come; {at} has passed.",
    "保全的复核日期须在将来；{at} 已过。",
    "Name the day by which somebody must say whether it is still needed.",
    "请指定须有人确认是否继续保全的日期。",
)
declare(
    "hold_unknown",
    "No hold of the case {case}{scope} stands.",
    "案件 {case}{scope} 没有生效中的保全。",
    "See `lawkeep ledger hold LEDGER` for those that stand.",
    "请用 lawkeep ledger hold 账簿 查看生效中的保全。",
)


@dataclass(frozen=True)
class Actor:
    """Who acts, and for whom, in events. `id`: of the event to be written."""

    id: str
    operator: str
    name: str | None = None


def place_hold(
    ledger: BaseLedger,
    who: Actor,
    *,
    case: str,
    scope: str,
    authority: str,
    review_at: int,
    now: int,
    document: str | None = None,
    blobs: Blobs | None = None,
) -> Hold:
    """Place a hold and lock the files that it reaches. `document`: digest of the order.

    Errors: `hold_scope_malformed`, `hold_review_past`, those of the ledger and of the store.
    """
    parse_scope(scope)
    if review_at <= now:
        raise error("hold_review_past", at=format_instant(review_at))
    data = {"scope": scope, "authority": authority, "review_at": format_instant(review_at)}
    _append(ledger, who, PLACED, case, data, now, (document,) if document else ())
    if blobs is not None:
        for digest in sorted(Holds.read(ledger, now).files()):
            if blobs.has(digest):
                blobs.hold(digest, True)
    return next(hold for hold in holds_of(ledger, now) if hold.id == who.id)


def release_hold(
    ledger: BaseLedger,
    who: Actor,
    *,
    case: str,
    now: int,
    scope: str | None = None,
    authority: str | None = None,
    document: str | None = None,
    blobs: Blobs | None = None,
) -> list[Hold]:
    """Release the holds of a case, or the one of a scope; files that no hold keeps are unlocked.

    Errors: `hold_unknown`, those of the ledger and of the store.
    """
    before = Holds.read(ledger, now)
    ended = [h for h in before.standing if h.case == case and scope in (None, h.scope)]
    if not ended:
        told = "" if scope is None else f" ({scope})"
        raise error("hold_unknown", case=case, scope=told)
    said = {"scope": scope, "authority": authority}
    data = {name: value for name, value in said.items() if value is not None}
    _append(ledger, who, RELEASED, case, data, now, (document,) if document else ())
    if blobs is not None:
        for digest in sorted(before.files() - Holds.read(ledger, now).files()):
            if blobs.has(digest):
                blobs.hold(digest, False)
    return ended


def holds_of(ledger: BaseLedger, now: int) -> list[Hold]:
    """The holds that stand."""
    return standing((e.event for e in ledger.read(types=(PLACED, RELEASED))), now)


def _append(
    ledger: BaseLedger,
    who: Actor,
    kind: str,
    case: str,
    data: dict[str, str],
    now: int,
    evidence: tuple[str, ...],
) -> None:
    ledger.append(
        [
            Event(
                id=who.id,
                type=kind,
                occurred_at=now,
                recorded_at=now,
                operator=who.operator,
                keys={"case": case},
                data=data,
                evidence=evidence,
                actor=who.name,
            )
        ]
    )
