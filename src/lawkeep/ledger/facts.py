"""Event types: legal holds and recovery of the ledger."""

from lawkeep.model.facts.words import Count
from lawkeep.model.vocabulary import Fact, Time, fact


class _Hold(Fact, frozen=True):
    scope: str | None = None
    authority: str | None = None
    review_at: Time | None = None


@fact("hold.placed", keys="case", en="Hold placed", zh="设置保全")
class HoldPlaced(_Hold, frozen=True):
    """Records of the scope must not be deleted while the hold stands. Reviewed at `review_at`."""


@fact("hold.released", keys="case", en="Hold released", zh="解除保全")
class HoldReleased(_Hold, frozen=True):
    """The hold no longer stands."""


@fact("ledger.recovered", en="Ledger recovered", zh="账本恢复")
class LedgerRecovered(Fact, frozen=True):
    """A restored ledger was reconciled with its witnesses and signs again, from `from_size` on."""

    from_size: Count | None = None
    witnesses: list[str] | None = None
