"""The management register that every operator keeps: rules, officers, plans, checks."""

from pathlib import Path

from example_cases.writing import at, clock, write_csv

HEADER = ("日期时间", "事项", "类别", "服务编号", "登记编号")

# What each operator of the time would have done when the Cybersecurity Law came into force.
STANDING = (
    ("2017-06-02 15:00", "制定制度", "网络安全"),
    ("2017-06-02 15:10", "任命负责人", "网络安全"),
    ("2017-06-06 10:00", "制定预案", "网络安全事件"),
)


def write(folder: Path, extra: tuple[tuple[str, ...], ...] = ()) -> None:
    """`register.csv`, UTF-8 with a byte order mark, as spreadsheets write it.

    `extra`: more lines of (time, item, kind, service), which the operator's own duties ask for.
    """
    lines = sorted((*STANDING, *extra))
    rows = [
        [clock(at(line[0])), line[1], line[2], line[3] if len(line) > 3 else "", f"T{number:03}"]
        for number, line in enumerate(lines, 1)
    ]
    write_csv(folder / "register.csv", HEADER, rows, encoding="utf-8-sig")
