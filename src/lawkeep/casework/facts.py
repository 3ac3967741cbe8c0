"""Event types: what an authority does and what the operator answers."""

from typing import Literal

from lawkeep.model.facts.words import Amount
from lawkeep.model.vocabulary import Fact, Time, fact


class _By(Fact, frozen=True):
    by: str | None = None


@fact("authority.inspected", en="Authority inspected", zh="主管部门检查")
class AuthorityInspected(_By, frozen=True):
    """An authority inspected the operator."""


@fact("authority.interviewed", en="Authority interviewed", zh="主管部门约谈")
class AuthorityInterviewed(_By, frozen=True):
    """An authority called the operator to an interview."""


@fact("authority.obstructed", en="Authority obstructed", zh="拒绝或阻碍检查")
class AuthorityObstructed(_By, frozen=True):
    """The operator refused or hindered an inspection."""


@fact(
    "order.issued",
    keys="order (content, domain, product)",
    en="Order issued",
    zh="责令改正",
)
class OrderIssued(Fact, frozen=True):
    """An authority ordered something; one event per item, all with the same `order`.

    An order is not a penalty: it starts a clock, which ends at `due`. `acts`: what is to be done.
    `duties`: codes of the duties that a refusal would be a refusal of.
    """

    kind: Literal["rectify", "content", "close_site", "information"] | None = None
    by: str | None = None
    acts: list[str] | None = None
    due: Time | None = None
    duties: list[str] | None = None


class _Order(Fact, frozen=True):
    result: str | None = None


@fact("order.met", keys="order (content)", en="Order carried out", zh="完成整改")
class OrderMet(_Order, frozen=True):
    """The operator did what was ordered."""


@fact("order.accepted", keys="order (content)", en="Rectification accepted", zh="整改验收")
class OrderAccepted(_Order, frozen=True):
    """The authority accepted what was done."""


class _Assistance(Fact, frozen=True):
    by: str | None = None
    due: Time | None = None


@fact("assistance.requested", keys="request", en="Assistance requested", zh="要求协助")
class AssistanceRequested(_Assistance, frozen=True):
    """An authority asked for technical support and assistance, by `due`."""


@fact("assistance.given", keys="request", en="Assistance given", zh="提供协助")
class AssistanceGiven(_Assistance, frozen=True):
    """The assistance asked for was given."""


@fact("case.opened", keys="case", en="Case opened", zh="立案")
class CaseOpened(_By, frozen=True):
    """A case was opened."""


@fact("case.closed", keys="case", en="Case closed", zh="结案")
class CaseClosed(_By, frozen=True):
    """The case was closed."""


@fact("penalty.announced", keys="case, penalty", en="Penalty announced", zh="行政处罚告知")
class PenaltyAnnounced(Fact, frozen=True):
    """The authority said what it means to impose (CN-APL@2021-07-15 44)."""


@fact("hearing.requested", keys="case, penalty", en="Hearing requested", zh="申请听证")
class HearingRequested(Fact, frozen=True):
    """The operator asked for a hearing."""


@fact("hearing.held", keys="case, penalty", en="Hearing held", zh="举行听证")
class HearingHeld(Fact, frozen=True):
    """The hearing took place."""


@fact("penalty.decided", keys="penalty, case", en="Penalty decided", zh="行政处罚决定")
class PenaltyDecided(Fact, frozen=True):
    """The authority imposed measures; fines on the organisation and, in all, on persons."""

    by: str | None = None
    measures: list[str] | None = None
    fine_entity: Amount | None = None
    fine_persons: Amount | None = None


@fact("fine.paid", keys="penalty", en="Fine paid", zh="缴纳罚款")
class FinePaid(Fact, frozen=True):
    """A fine, or a part of it, was paid."""

    amount: Amount | None = None
