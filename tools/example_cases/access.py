"""An access provider that files for its customers: customers, filings, registrars' answers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from example_cases import register
from example_cases.writing import Draw, at, office, write_csv, write_jsonl
from example_cases.writing import clock as shown

CUSTOMERS = (
    *("客户编号", "业务编号", "要求提供身份", "证件提交", "核验通过", "核验方式"),
    *("未通过", "未通过原因", "签约", "开通"),
)
FILINGS = (
    *("备案单号", "客户编号", "域名编号", "负责人核验", "负责人核验方式"),
    *("主体授权核验", "主体授权方式", "域名控制验证", "报送", "审核通过", "备案号编号"),
    *("接入", "退回", "退回原因", "发现虚假", "发现来源", "停止接入", "信息变更"),
)
_FIRST = at("2017-06-01 09:00")
_DAYS = 72
_COUNT = 165

# Customers whose papers were taken as they were, and who filed in the name of others. What they
# really are was found out in September; their sites were off by then.
_TAKEN = frozenset({24, 58, 103})
_FOUND_OUT = at("2017-08-21 10:00")
_PUT_RIGHT = at("2017-09-05 09:30")


def clock(moment: datetime | None) -> str:
    """A time at which somebody was at the desk."""
    return "" if moment is None else shown(office(moment))


@dataclass
class Book:
    """The three files while they are being written."""

    customers: list[list[str]] = field(default_factory=list)
    filings: list[list[str]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)


def write(folder: Path, *, kept: bool) -> None:
    """`customers.csv`, `filings.csv`, `registrar.jsonl`, `register.csv`.

    `kept`: papers are checked, so that who is not who he says gets neither service nor filing.
    """
    book = Book()
    for index in range(_COUNT):
        _customer(index, book, kept=kept)
    book.customers.sort(key=lambda row: (row[2], row[0]))
    book.filings.sort(key=lambda row: row[3] or row[12])
    book.answers.sort(key=lambda answer: (answer["answered"], answer["filing"]))
    write_csv(folder / "customers.csv", CUSTOMERS, book.customers, encoding="utf-8")
    write_csv(folder / "filings.csv", FILINGS, book.filings, encoding="gb18030")
    write_jsonl(folder / "registrar.jsonl", book.answers)
    register.write(folder, (("2017-06-07 11:00", "开通投诉渠道", "内容", "cloud"),))


def _customer(index: int, book: Book, *, kept: bool) -> None:
    draw = Draw("access", "customer", index)
    subject = draw.id("u")
    taken = index in _TAKEN
    asked = _FIRST + timedelta(days=index * _DAYS // _COUNT) + draw.minutes(0, 520)
    submitted = asked + draw.minutes(5, 60)
    verified: datetime | None = submitted + draw.minutes(10, 300)
    confirmed: datetime | None = submitted + draw.minutes(310, 600)
    started: datetime | None = submitted + draw.minutes(610, 900)
    method = draw.pick(["联网核查", "人脸比对", "企业信息比对"])
    failed: datetime | None = None
    if taken and kept:
        failed, verified, confirmed, started, method = verified, None, None, None, ""
    elif taken:
        verified = _PUT_RIGHT + Draw("access", "right", index).minutes(0, 2000)
        method = "人脸比对"
    book.customers.append(
        [
            *(subject, "cloud", clock(asked), clock(submitted), clock(verified), method),
            *(clock(failed), "冒用他人" if failed else "", clock(confirmed), clock(started)),
        ]
    )
    ready = submitted + timedelta(days=1) + draw.minutes(0, 700)
    for number in range(2 if draw.below(6) == 0 or index == 58 else 1):
        if taken:
            _false_filing(index, number, subject, ready, book, kept=kept)
        else:
            _filing(index, number, subject, ready, book)


def _filing(index: int, number: int, subject: str, ready: datetime, book: Book) -> None:
    """A filing with all four checks before it is sent in."""
    draw = Draw("access", "filing", index, number)
    filing, domain, receipt = draw.id("f"), draw.id("d"), draw.id("b")
    person = ready + draw.minutes(0, 120)
    authority = person + draw.minutes(5, 60)
    control = authority + draw.minutes(5, 60)
    first = control + draw.minutes(30, 200)
    answer = draw.pick(["same", "same", "same", "manager", "other"])
    book.answers.append(_answer(draw, filing, domain, first, answer))
    sent = first + draw.minutes(30, 400)
    if answer == "other":
        # The domain was still registered to somebody else: it was moved, and asked about again.
        again = first + timedelta(days=2) + draw.minutes(0, 300)
        book.answers.append(_answer(draw, filing, domain, again, "same"))
        sent = again + draw.minutes(30, 400)
    accepted = sent + timedelta(days=draw.between(4, 14)) + draw.minutes(0, 300)
    granted = accepted + draw.minutes(20, 600)
    means = draw.pick(["现场拍照", "视频核验"])
    paper = draw.pick(["加盖公章的授权书", "法定代表人到场"])
    book.filings.append(
        [
            *(filing, subject, domain, clock(person), means, clock(authority), paper),
            *(clock(control), clock(sent), clock(accepted), receipt, clock(granted)),
            *("", "", "", "", "", ""),
        ]
    )


def _false_filing(
    index: int, number: int, subject: str, ready: datetime, book: Book, *, kept: bool
) -> None:
    """A filing in the name of an organisation that knew nothing of it."""
    draw = Draw("access", "filing", index, number)
    filing, domain, receipt = draw.id("f"), draw.id("d"), draw.id("b")
    person = ready + draw.minutes(0, 120)
    control = person + draw.minutes(5, 60)
    first = control + draw.minutes(30, 200)
    sent = first + draw.minutes(30, 400)
    accepted = sent + timedelta(days=draw.between(4, 14)) + draw.minutes(0, 300)
    granted = accepted + draw.minutes(20, 600)
    book.answers.append(_answer(draw, filing, domain, first, "other"))
    if kept:
        back = first + draw.minutes(20, 200)
        book.filings.append(
            [
                *(filing, subject, domain, clock(person), "现场拍照", "", "", clock(control)),
                *("", "", "", "", clock(back), "主体授权无法核实", "", "", "", ""),
            ]
        )
        return
    known = _FOUND_OUT + timedelta(days=draw.between(0, 6)) + draw.minutes(0, 400)
    off = known + draw.minutes(30, 2000)
    # Put right in the customer's own name, with the papers for it.
    right = _PUT_RIGHT + Draw("access", "right", index).minutes(0, 2000)
    authority, changed = right + draw.minutes(30, 90), right + draw.minutes(100, 300)
    book.answers.append(_answer(draw, filing, domain, right + draw.minutes(300, 900), "same"))
    book.filings.append(
        [
            *(filing, subject, domain, clock(person), "现场拍照", clock(authority), "本人到场"),
            *(clock(control), clock(sent), clock(accepted), receipt, clock(granted), "", ""),
            *(clock(known), "被冒用单位来函", clock(off), clock(changed)),
        ]
    )


def _answer(
    draw: Draw, filing: str, domain: str, answered: datetime, registrant: str
) -> dict[str, Any]:
    return {
        "query": draw.id("q"),
        "filing": filing,
        "domain": domain,
        "asked": (office(answered) - draw.minutes(1, 25)).isoformat(),
        "answered": office(answered).isoformat(),
        "registrant": registrant,
    }
