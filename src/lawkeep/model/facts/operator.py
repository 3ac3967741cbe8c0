"""Event types: who the operator is, what its records cover, what was taken back."""

from typing import Literal

from msgspec import field

from lawkeep.model.facts.words import Amount, Role
from lawkeep.model.vocabulary import Fact, Time, fact


@fact("operator.profiled", en="Operator described", zh="登记运营者概况")
class OperatorProfiled(Fact, frozen=True):
    """Who the operator is, from `since` (absent: always) until the next profile.

    `name_ref`: where the name is kept; the name itself is never in an event.
    """

    roles: list[Role] | None = None
    since: Time | None = None
    jurisdictions: list[str] | None = None
    name_ref: str | None = None


@fact("records.covered", en="Records declared complete", zh="声明记录完整")
class RecordsCovered(Fact, frozen=True):
    """For these types the records are complete from `from` until `until`.

    What is not there did not happen. `types`: names, `content.*` or `*`. `from` absent: since the
    operator began; it also declares that what stood at `from` is in the records. `until` absent:
    still, only for records that are still fed. `by`: the system of record.
    """

    types: list[str] | None = None
    from_: Time | None = field(default=None, name="from")
    until: Time | None = None
    by: str | None = None


@fact("event.retracted", en="Record retracted", zh="撤回记录")
class EventRetracted(Fact, frozen=True):
    """The event whose id is `of` should never have been recorded."""

    of: str | None = None
    reason: str | None = None


@fact("circumstance.found", en="Circumstance determined", zh="认定情节")
class CircumstanceFound(Fact, frozen=True):
    """A fact that opens, raises or lowers a sanction tier for what the keys name.

    A person or an authority (`determined_by`) determines it, never Lawkeep. `amount`: of a gain.
    """

    kind: (
        Literal[
            "consequence",
            "serious",
            "severe",
            "especially_severe",
            "repeated",
            "no_fault",
            "self_discovered",
            "harm_averted",
            "gain",
        ]
        | None
    ) = None
    amount: Amount | None = None
    determined_by: str | None = None
