"""The moderation log of an audio platform: one line for each thing that was done."""

from datetime import datetime, timedelta
from pathlib import Path

from example_cases import register
from example_cases.writing import Draw, at, clock, write_csv

HEADER = (
    *("时间", "内容编号", "用户编号", "动作", "来源", "类别", "认定人"),
    *("原内容编号", "回执编号"),
)
_FIRST = at("2017-06-01 07:30")
_DAYS = 99
_PUBLISHED = 190
_UNLAWFUL = 40

Line = tuple[datetime, list[str]]

# The three items that were not dealt with at once. The page was taken down within the hour, but
# the edge servers went on, nothing had been saved, and only the regular list to the police went.
_LATE = {
    28: ("2017-08-09 10:12", "投诉"),
    33: ("2017-08-18 21:40", "巡查"),
    37: ("2017-08-24 15:05", "投诉"),
}


def write(folder: Path, *, kept: bool) -> None:
    """`moderation.csv`, in GB18030, and `register.csv`. `kept`: with every duty done in time."""
    lines: list[Line] = []
    for index in range(_PUBLISHED):
        draw = Draw("audio", "published", index)
        lines += [_published(draw, _moment(draw))]
    for index in range(_UNLAWFUL):
        lines += _unlawful(index, kept=kept)
    for index in range(3):
        lines += _mistaken(index)
    lines.sort(key=lambda line: (line[0], line[1][1], line[1][3]))
    rows = [[clock(moment), *cells[1:]] for moment, cells in lines]
    write_csv(folder / "moderation.csv", HEADER, rows, encoding="gb18030")
    register.write(
        folder,
        (
            ("2017-06-02 15:20", "制定制度", "内容管理"),
            ("2017-06-02 15:30", "任命负责人", "内容管理"),
            ("2017-06-05 09:00", "开通投诉渠道", "内容", "audio"),
            ("2017-06-20 14:00", "培训", "内容管理"),
            ("2017-08-02 10:00", "自查", "内容管理"),
        ),
    )


def _moment(draw: Draw) -> datetime:
    return _FIRST + timedelta(days=draw.below(_DAYS)) + draw.minutes(0, 16 * 60)


def _line(
    moment: datetime,
    content: str,
    action: str,
    *,
    user: str = "",
    source: str = "",
    kind: str = "",
    by: str = "",
    original: str = "",
    receipt: str = "",
) -> Line:
    return moment, ["", content, user, action, source, kind, by, original, receipt]


def _published(draw: Draw, moment: datetime) -> Line:
    return _line(moment, draw.id("c"), "发布", user=draw.id("u"))


def _unlawful(index: int, *, kept: bool) -> list[Line]:
    """One item from its publication to the last thing done about it."""
    draw = Draw("audio", "unlawful", index)
    late = _LATE.get(index)
    published = _moment(draw)
    content, user = draw.id("c"), draw.id("u")
    known = published + draw.minutes(20, 30 * 60)
    source = str(draw.pick(["巡查", "巡查", "投诉"]))
    kind, by = str(draw.pick(["诈骗", "诈骗", "赌博"])), f"审核{draw.between(1, 6)}组"
    if late is not None:
        known, source = at(late[0]), late[1]
        published = known - draw.minutes(60, 900)
    # Each delay is drawn in both sets, so that the rest of the log is the same in both.
    stop, keep, remove = draw.minutes(2, 18), draw.minutes(19, 30), draw.minutes(31, 55)
    block, report, tell = draw.minutes(60, 300), draw.minutes(90, 1200), draw.minutes(120, 2800)
    listed = _next_list(known)
    when = {
        "停止传输": known + stop,
        "保存记录": known + keep,
        "删除": known + remove,
        "阻断扩散": known + block,
        "报告主管部门": known + report,
    }
    lines = []
    if index in (28, 31):
        lines += _copy(draw, content, known, late=late is not None and not kept)
    if late is not None and not kept:
        slow = Draw("audio", "late", index)
        when["停止传输"] = known + timedelta(days=3) + slow.minutes(200, 500)
        when["保存记录"] = known + timedelta(days=6) + slow.minutes(200, 500)
        when["阻断扩散"] = known + timedelta(days=7) + slow.minutes(200, 500)
        when["报告主管部门"] = known + timedelta(days=9) + slow.minutes(200, 500)
    lines += [
        _line(published, content, "发布", user=user),
        _line(known, content, "发现违法", user=user, source=source, kind=kind, by=by),
        *(
            _line(
                moment,
                content,
                action,
                receipt=draw.id("r") if action == "报告主管部门" else "",
            )
            for action, moment in when.items()
        ),
        _line(listed, content, "报告公安", receipt=draw.id("r")),
        _line(known + tell, content, "告知用户", user=user),
    ]
    return lines


def _next_list(known: datetime) -> datetime:
    """The list to the police goes out at eight in the morning and at eight in the evening."""
    day = known.replace(hour=0, minute=0, second=0)
    hours = [day + timedelta(hours=hour) for hour in (8, 20, 32)]
    return next(hour for hour in hours if hour > known)


def _copy(draw: Draw, original: str, known: datetime, *, late: bool) -> list[Line]:
    """The same recording, put up again by somebody else two days later."""
    content, user = draw.id("c"), draw.id("u")
    again = known + timedelta(days=2) + draw.minutes(60, 300)
    stopped = again + draw.minutes(3, 40)
    if late:
        stopped = again + timedelta(days=4) + draw.minutes(60, 120)
    return [
        _line(again, content, "再次上传", user=user, original=original),
        _line(stopped, content, "停止传输"),
    ]


def _mistaken(index: int) -> list[Line]:
    """Held to be unlawful, stopped, found to be harmless, put back."""
    draw = Draw("audio", "mistaken", index)
    moment = _moment(draw)
    content, user = draw.id("c"), draw.id("u")
    known = moment + draw.minutes(30, 300)
    by = f"审核{draw.between(1, 6)}组"
    over = known + draw.minutes(40, 55)
    return [
        _line(moment, content, "发布", user=user),
        _line(known, content, "发现违法", user=user, source="投诉", kind="诈骗", by=by),
        _line(known + draw.minutes(2, 18), content, "停止传输"),
        _line(over, content, "认定有误", by="复核组"),
        _line(over + timedelta(minutes=1), content, "恢复", user=user),
    ]
