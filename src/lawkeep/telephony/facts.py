"""Event types: numbers, lines, cards, calls, devices. Signalling only, never call content."""

from typing import Literal

from lawkeep.model.facts.words import Number
from lawkeep.model.vocabulary import Fact, fact


@fact("number.assigned", keys="number, subject", en="Number assigned", zh="分配号码")
class NumberAssigned(Fact, frozen=True):
    """The subject was given the number."""


@fact("number.released", keys="number, subject", en="Number released", zh="收回号码")
class NumberReleased(Fact, frozen=True):
    """The subject no longer has the number."""


@fact("line.leased", keys="line, subject", en="Line leased", zh="出租线路")
class LineLeased(Fact, frozen=True):
    """The subject was given the line."""


@fact("line.returned", keys="line, subject", en="Line returned", zh="退租线路")
class LineReturned(Fact, frozen=True):
    """The subject no longer has the line."""


@fact("card.sold", keys="card, subject (device)", en="Card sold", zh="销售电话卡")
class CardSold(Fact, frozen=True):
    """A card was sold to the subject: for a telephone, or for things (`iot`).

    The risk assessment before a sale is for things (CN-ATFL@2022-12-01 12); of unknown kind, the
    card is taken to be one for things.
    """

    kind: Literal["telephone", "iot"] | None = None


@fact(
    "card.risk_passed",
    keys="card, subject (device)",
    en="Card risk check passed",
    zh="通过开卡风险评估",
)
class CardRiskPassed(Fact, frozen=True):
    """The risk assessment before the sale of the card was passed (CN-ATFL@2022-12-01)."""


@fact("card.bound", keys="card, subject (device)", en="Card bound to device", zh="机卡绑定")
class CardBound(Fact, frozen=True):
    """The card was bound to one device and works in no other."""


class _Call(Fact, frozen=True):
    claimed_ref: str | None = None
    route: str | None = None
    outcome: str | None = None
    seconds: Number | None = None


@fact("call.made", keys="call, number", en="Call made", zh="发起呼叫")
class CallMade(_Call, frozen=True):
    """A call was set up. `claimed_ref`: a reference to the caller number claimed.

    Signalling only: there is no field for what was said.
    """


@fact("call.ended", keys="call, number", en="Call ended", zh="呼叫结束")
class CallEnded(_Call, frozen=True):
    """A call ended after `seconds`."""


@fact("call.number_mismatched", keys="call, number", en="Caller number mismatch", zh="主叫号码不符")
class CallNumberMismatched(Fact, frozen=True):
    """The caller number claimed is not one that the caller may use."""


@fact("call.blocked", keys="call, number", en="Call blocked", zh="拦截呼叫")
class CallBlocked(Fact, frozen=True):
    """The call was not let through."""


@fact("call.traced", keys="call, number", en="Call traced", zh="溯源呼叫")
class CallTraced(Fact, frozen=True):
    """The origin of the call was traced."""


class _Device(Fact, frozen=True):
    to: str | None = None


@fact("device.illegal_found", keys="device", en="Illegal device found", zh="发现非法设备")
class DeviceIllegalFound(_Device, frozen=True):
    """A device that the law forbids was found on the network (CN-ATFL@2022-12-01 14)."""


@fact("device.blocked", keys="device", en="Device blocked", zh="阻断设备接入")
class DeviceBlocked(_Device, frozen=True):
    """The device was cut off from the network."""


@fact("device.reported", keys="device", en="Device reported", zh="报告非法设备")
class DeviceReported(_Device, frozen=True):
    """The device was reported, `to` an authority."""
