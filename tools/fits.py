"""The picture of docs/explanation/how-it-fits.md: boxes and arrows, in both languages.

Drawn here so that it has the colours of the report and no drawing program is needed. Boxes that
do not exist yet are dashed.
"""

from dataclasses import dataclass
from typing import Literal

from lawkeep.documents import svg
from lawkeep.documents.timeline import Language
from lawkeep.model.finding import Text

WIDTH, HEIGHT = 760, 470
_INK, _SOFT, _ACCENT, _WASH, _LINE = "#1d2733", "#57626f", "#1f4e79", "#e9f0f6", "#8d97a3"


@dataclass(frozen=True)
class Box:
    x: int
    y: int
    w: int
    h: int
    title: Text
    says: Text
    look: Literal["room", "data", "later"] = "room"


BOXES = {
    "records": Box(
        16, 30, 168, 74,
        Text("企业自己的记录", "Your records"),
        Text("表格、日志、工单导出", "tables, logs, exports"), "data",
    ),
    "ingest": Box(
        16, 148, 168, 74,
        Text("ingest 读取", "ingest"),
        Text("映射：一行意味着什么", "what a row means"),
    ),
    "events": Box(
        16, 266, 168, 74,
        Text("事件", "Events"),
        Text("事实；只追加，不修改", "facts; never edited"), "data",
    ),
    "ledger": Box(
        16, 380, 168, 74,
        Text("ledger 账簿", "ledger"),
        Text("顺序、哈希、证明", "order, hashes, proofs"),
    ),
    "packs": Box(
        296, 30, 168, 74,
        Text("法律包", "Law packs"),
        Text("YAML：版本、义务、罚则", "editions, duties, rows"), "data",
    ),
    "law": Box(
        296, 148, 168, 74,
        Text("law 法律", "law"),
        Text("核对、日期、工作日", "checked, dated, calendar"),
    ),
    "judge": Box(
        296, 266, 168, 74,
        Text("judge 判断", "judge"),
        Text("事实 + 有时效的法律", "facts + dated law"),
    ),
    "gates": Box(
        296, 380, 168, 74,
        Text("gates 网关", "gates"),
        Text("事先询问（尚无）", "ask in advance (not yet)"), "later",
    ),
    "findings": Box(
        576, 266, 168, 74,
        Text("认定", "Findings"),
        Text("结论、条款、记录、幅度", "state, article, exposure"), "data",
    ),
    "documents": Box(
        576, 148, 168, 74,
        Text("documents 报告", "documents"),
        Text("HTML、Excel、CSV", "HTML, workbook, CSV"),
    ),
    "reader": Box(
        576, 30, 168, 74,
        Text("管理层、律师", "Director, lawyer"),
        Text("并由其作出决定", "who decide"), "data",
    ),
    "casework": Box(
        576, 380, 168, 74,
        Text("casework 案件", "casework"),
        Text("整改、文书（尚无）", "rectify, notices (not yet)"), "later",
    ),
}  # fmt: skip

DOWN = (
    ("records", "ingest"), ("ingest", "events"), ("events", "ledger"), ("packs", "law"),
    ("law", "judge"), ("judge", "gates"), ("findings", "casework"),
)  # fmt: skip
UP = (("findings", "documents"), ("documents", "reader"))
RIGHT = (("events", "judge"), ("judge", "findings"))


def draw(language: Language) -> str:
    """The SVG in one language."""
    title = Text(
        "记录经映射成为事件，事件与法律包在判断引擎中相遇，得出认定；认定写入账簿并生成报告",
        "Records become events by a mapping; events and law packs meet in the judge; findings go "
        "to reports and back to the ledger",
    )
    arrows = [
        svg.element(
            "path", d=path, fill="none", stroke=_LINE, stroke_width=1.6, marker_end="url(#a)"
        )
        for path in _paths()
    ]
    # Findings return to the ledger as events.
    back = "M576 327H530V366H230V417H190"
    arrows.append(
        svg.element(
            "path", d=back, fill="none", stroke=_ACCENT, stroke_width=1.6,
            stroke_dasharray="5 3", marker_end="url(#b)",
        )
    )  # fmt: skip
    note = Text("认定也是事件", "findings are events, too")
    arrows.append(
        svg.element(
            "text", svg.words(getattr(note, language)), x=527, y=361, text_anchor="end",
            fill=_ACCENT, font_size=12,
        )
    )  # fmt: skip
    return (
        svg.element(
            "svg",
            svg.element("title", svg.words(getattr(title, language)))
            + svg.element("style", "text{font-family:system-ui,'Noto Sans CJK SC',sans-serif}")
            + svg.element("defs", _head("a", _LINE) + _head("b", _ACCENT))
            + svg.element("rect", x=0, y=0, width=WIDTH, height=HEIGHT, rx=6, fill="#fff")
            + "".join(_box(box, language) for box in BOXES.values())
            + "".join(arrows),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH} {HEIGHT}",
            width=WIDTH,
            height=HEIGHT,
            role="img",
        )
        + "\n"
    )


def _head(name: str, colour: str) -> str:
    return svg.element(
        "marker",
        svg.element("path", d="M0 0L8 4L0 8z", fill=colour),
        id=name, viewBox="0 0 8 8", refX=7, refY=4, markerWidth=8, markerHeight=8, orient="auto",
    )  # fmt: skip


def _paths() -> list[str]:
    found = []
    for one, other in DOWN:
        a, b = BOXES[one], BOXES[other]
        found.append(f"M{a.x + a.w // 2} {a.y + a.h}V{b.y - 3}")
    for one, other in UP:
        a, b = BOXES[one], BOXES[other]
        found.append(f"M{a.x + a.w // 2} {a.y}V{b.y + b.h + 3}")
    for one, other in RIGHT:
        a, b = BOXES[one], BOXES[other]
        found.append(f"M{a.x + a.w} {a.y + a.h // 2}H{b.x - 3}")
    return found


def _box(box: Box, language: Language) -> str:
    fill = {"room": _WASH, "data": "#fff", "later": "#fff"}[box.look]
    stroke = _ACCENT if box.look == "room" else _LINE
    middle = box.x + box.w / 2
    return (
        svg.element(
            "rect", x=box.x, y=box.y, width=box.w, height=box.h, rx=5, fill=fill, stroke=stroke,
            stroke_width=1.3, stroke_dasharray="4 3" if box.look == "later" else None,
        )
        + svg.element(
            "text", svg.words(getattr(box.title, language)), x=middle, y=box.y + 32,
            text_anchor="middle", fill=_INK, font_size=15, font_weight=600,
        )
        + svg.element(
            "text", svg.words(getattr(box.says, language)), x=middle, y=box.y + 54,
            text_anchor="middle", fill=_SOFT, font_size=11.5,
        )
    )  # fmt: skip
