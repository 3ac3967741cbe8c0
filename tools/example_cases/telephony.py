"""An internet telephony provider: its provisioning table, and call records without content."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from example_cases import register
from example_cases.writing import Draw, at, clock, write_csv, write_xlsx

HEADER = (
    *("客户编号", "业务编号", "号码编号", "要求提供身份", "证件提交", "证件种类", "受理渠道"),
    *("核验通过", "核验方式", "未通过", "未通过原因", "签约", "开通", "停用"),
)
CALLS = ("话单编号", "主叫号码编号", "开始时间", "结束时间", "通话秒数", "路由", "结果")
_FIRST = at("2017-06-01 09:00")
_DAYS = 95
_CUSTOMERS = 210
_CALLS = 760

# Customers for whom the number was opened without a question; each turned up when asked in
# September, so that the table holds the end of the omission.
_UNASKED = frozenset({47, 88, 123, 151, 178, 193})
_ASKED_LATER = at("2017-09-04 09:00")
_REFUSED = frozenset({33, 97, 160})


@dataclass(frozen=True)
class Customer:
    """A line of the table, and what the calls need of it. `ended`: None while it is used."""

    cells: list[object]
    number: str
    started: datetime | None
    ended: datetime | None
    unasked: bool


def write(folder: Path, *, kept: bool) -> None:
    """`provisioning.xlsx`, `calls.csv`, `register.csv`. `kept`: everybody asked and checked."""
    customers = [_customer(index, kept=kept) for index in range(_CUSTOMERS)]
    customers.sort(key=lambda c: (str(c.cells[11] or c.cells[9]), str(c.cells[0])))
    write_xlsx(folder / "provisioning.xlsx", "开户", HEADER, [c.cells for c in customers])
    _write_calls(folder, customers)
    checked = ("2017-08-30 16:00", "自查", "实名登记")
    register.write(folder, (checked,) if kept else ())


def _customer(index: int, *, kept: bool) -> Customer:
    draw = Draw("telephony", "customer", index)
    subject, number = draw.id("u"), draw.id("n")
    hour = timedelta(hours=draw.between(0, 9))
    asked: datetime | None = (
        _FIRST + timedelta(days=index * _DAYS // _CUSTOMERS) + hour + draw.minutes(0, 50)
    )
    assert asked is not None
    submitted: datetime | None = asked + draw.minutes(3, 25)
    verified: datetime | None = asked + draw.minutes(26, 50)
    confirmed: datetime | None = asked + draw.minutes(52, 70)
    started: datetime | None = asked + draw.minutes(75, 240)
    ended = None
    if draw.below(12) == 0:
        ended = asked + timedelta(days=draw.between(5, 60))
        ended = ended if ended < at("2017-09-12") else None
    kind = draw.pick(["居民身份证", "居民身份证", "营业执照"])
    channel = draw.pick(["营业厅", "网上营业厅", "上门"])
    later = Draw("telephony", "later", index)
    failed, reason = None, ""
    if index in _REFUSED:
        failed, reason = submitted, "拒绝提供"
        submitted = verified = confirmed = started = ended = None
        kind = channel = ""
    elif index in _UNASKED and not kept:
        asked = _ASKED_LATER + later.minutes(0, 200)
        submitted = asked + timedelta(days=later.between(1, 5)) + later.minutes(10, 300)
        verified = submitted + later.minutes(10, 300)
        ended = None
    elif index in _UNASKED:
        ended = None
    method = draw.pick(["人证比对", "联网核查"]) if verified else ""
    cells = [
        *(subject, "net-phone", number if started else "", asked, submitted, kind, channel),
        *(verified, method, failed, reason, confirmed, started, ended),
    ]
    return Customer(cells, number, started, ended, index in _UNASKED)


def _write_calls(folder: Path, customers: list[Customer]) -> None:
    used = [c for c in customers if c.started is not None]
    rows: list[list[str]] = []
    for index in range(_CALLS):
        draw = Draw("telephony", "call", index)
        rows.append(_call(draw, draw.pick(used), short=False))
    # Many short calls in a row from numbers of nobody known: a pattern, and no more than that.
    for index, customer in enumerate(c for c in used if c.unasked):
        draw = Draw("telephony", "burst", index)
        rows += [_call(draw, customer, short=True) for _ in range(draw.between(8, 14))]
    rows.sort(key=lambda row: (row[2], row[0]))
    write_csv(folder / "calls.csv", CALLS, rows, encoding="utf-8")


def _call(draw: Draw, customer: Customer, *, short: bool) -> list[str]:
    assert customer.started is not None
    last = min(customer.ended or at("2017-09-14 20:00"), at("2017-09-14 20:00"))
    room = max(60, int((last - customer.started).total_seconds()) - 3600)
    begin = customer.started + timedelta(seconds=draw.below(room))
    seconds = draw.between(4, 25) if short else draw.between(20, 900)
    outcome = draw.pick(["接通", "接通", "接通", "未接", "忙"])
    if outcome != "接通":
        seconds = 0
    end = begin + timedelta(seconds=seconds) if seconds else None
    route = draw.pick(["网关一", "网关二", "网关三"])
    cells = [draw.id("k"), customer.number, clock(begin), clock(end)]
    return [*cells, str(seconds) if seconds else "", route, outcome]
