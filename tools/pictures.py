"""Draw the pictures of docs/explanation/judging.md from real judgements.

`python tools/pictures.py` judges the timelines of `picture_cases` with the reference judge and
writes docs/explanation/pictures/NAME.svg and NAME.zh-CN.svg; `--check` only says which files are
not what the judge says (exit 1). So a picture cannot show what the judge would not.
"""

import re
import sys
import tempfile
from pathlib import Path

import yaml

from lawkeep.app import vocabulary
from lawkeep.app.packs import packs
from lawkeep.app.report import duty_view, event_view
from lawkeep.documents import svg, words
from lawkeep.documents.timeline import WIDTH, Language, timeline
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.law.timeline import read_timeline
from lawkeep.model.finding import Finding, Text
from lawkeep.model.vocabulary import Vocabulary

sys.path.insert(0, str(Path(__file__).resolve().parent))
import fits
from picture_cases import PICTURES, Case, Picture

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "explanation" / "pictures"
CSS = ROOT / "src" / "lawkeep" / "documents" / "static" / "report.css"
_GAP, _EDGE, _HEAD = 28, 16, 20.0
_INK = "#1d2733"

# No shipped duty is a chain, so this one stands for the pattern: not law, only an example.
_CHAIN = {
    "pack.yaml": {
        "pack": "example",
        "version": "1",
        "title": {"zh": "示例", "en": "Example"},
        "jurisdiction": "cn",
        "zone": "Asia/Shanghai",
        "disclaimer": {"zh": "仅为示例，不是法律。", "en": "An example, not law."},
    },
    "instruments.yaml": {
        "instruments": [
            {
                "id": "EXAMPLE",
                "short": {"zh": "示例", "en": "Example"},
                "rank": "other",
                "source": "made up for this picture",
                "editions": [{"effective": "2018-01-01", "title": {"zh": "示例", "en": "Example"}}],
            }
        ]
    },
    "duties/example.chain.yaml": {
        "duty": "example.chain",
        "code": "EX-1",
        "title": {"zh": "先报告，再总结", "en": "Report, then sum up"},
        "summary": {
            "zh": "一日内报告，报告后七日内提交总结。",
            "en": "Report within a day, file a summary within seven days of the report.",
        },
        "pattern": "chain",
        "number": "text",
        "applies_to": ["network"],
        "cites": [{"law": "EXAMPLE@2018-01-01", "article": "1", "status": "verified"}],
        "after": "incident.known",
        "then": [
            {"event": "incident.reported", "within": "P1D"},
            {"event": "incident.summary_filed", "within": "P7D"},
        ],
        "same": "incident",
        "act": ["incident"],
        "sanctions": "none",
        "examples": {
            "met": "2018-01-10 09:00  incident.known  incident=i1\n"
            "2018-01-10 20:00  incident.reported  incident=i1\n"
            "2018-01-11 20:00  incident.summary_filed    incident=i1",
            "breached": "2018-01-10 09:00  incident.known  incident=i1",
        },
    },
}


def example_pack(words_: Vocabulary) -> Pack:
    """A pack with the one chain."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "example"
        (folder / "duties").mkdir(parents=True)
        for file, value in _CHAIN.items():
            (folder / file).write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
        return load_pack(folder, words_)


class Judge:
    """Judges a case and draws it."""

    def __init__(self) -> None:
        self.words = vocabulary()
        self.packs = (*packs(self.words), example_pack(self.words))
        self.titles = {t.name: Text(**t.title) for t in self.words.types.values()}

    def panel(self, case: Case, language: Language) -> tuple[Finding, str]:
        """The finding of a case and its picture in one language."""
        pack, duty = next((p, d) for p in self.packs if (d := p.duty(case.duty)) is not None)
        zone = str(pack.calendar.zone)
        read = read_timeline(case.lines, self.words, zone, duty.applies_to)
        judged, _, _ = judge_pack(
            read.events,
            pack,
            operator="example",
            as_of=read.as_of,
            drafts=True,
            only=frozenset([duty.duty]),
        )
        findings = sorted((j.finding for j in judged), key=lambda f: (f.trigger, f.id))
        finding = findings[case.nth]
        events = {e.id: event_view(e, self.titles) for e in read.events}
        drawn = timeline(finding, events, duty_view(duty, pack), read.as_of, zone, language)
        return finding, drawn


def draw(judge: Judge, picture: Picture, language: Language) -> str:
    """The whole SVG of a picture."""
    across = min(2, len(picture.cases))
    whole = across * WIDTH + (across - 1) * _GAP + 2 * _EDGE
    parts: list[str] = []
    top = float(_EDGE)
    for first in range(0, len(picture.cases), across):
        row = [judge.panel(case, language) for case in picture.cases[first : first + across]]
        texts = [
            svg.wrap(getattr(case.says, language), WIDTH - 8, 13, 3)
            for case in picture.cases[first : first + across]
        ]
        deep = max(len(lines) for lines in texts)
        below = top + _HEAD + 18 * deep + 14
        heights = []
        for place, ((finding, drawn), lines) in enumerate(zip(row, texts, strict=True)):
            left = _EDGE + place * (WIDTH + _GAP)
            parts.append(_head(finding, lines, left, top, language))
            inner = re.sub(r"^<svg ", f'<svg x="{left}" y="{below:.0f}" ', drawn, count=1)
            parts.append(inner)
            height = re.search(r'height="(\d+)"', drawn)
            assert height is not None
            heights.append(int(height[1]))
        top = below + max(heights) + 26
    height = top - 10
    title = " / ".join(getattr(c.says, language) for c in picture.cases)
    return (
        svg.element(
            "svg",
            svg.element("title", svg.words(title))
            + svg.element("style", svg.words(style()))
            + svg.element("rect", x=0, y=0, width=whole, height=height, rx=6, fill="#fff")
            + "".join(parts),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {whole} {height:.0f}",
            width=whole,
            height=round(height),
            role="img",
        )
        + "\n"
    )


def _head(finding: Finding, lines: list[str], left: float, top: float, language: Language) -> str:
    state = getattr(words.STATES[finding.state], language)
    out = [svg.text(left, top + 12, state, f"state {finding.state}")]
    if finding.reason is not None:
        reason = finding.reason if language == "en" else words.REASONS[finding.reason].zh
        shift = svg.width(state, 17) + 12  # bold letters are wider
        out.append(svg.text(left + shift, top + 12, reason, "code"))
    for place, line in enumerate(lines):
        out.append(svg.text(left, top + 12 + _HEAD + place * 18, line, "says"))
    return "".join(out)


def style() -> str:
    """The rules of the report for timelines, with its colours, so that both look alike."""
    text = CSS.read_text("utf-8")
    root = re.search(r":root \{.*?\}", text, re.DOTALL)
    assert root is not None
    rules = [line for line in text.splitlines() if line.startswith(".tl-")]
    own = [
        "svg{font-family:var(--sans)}",
        ".state{font-size:15px;font-weight:700}",
        *(f".{name}{{fill:var(--{name})}}" for name in ("breached", "open", "pending", "met")),
        f".says{{font-size:13px;fill:{_INK}}}",
        ".code{font-size:12px;fill:var(--soft)}",
    ]
    return " ".join([" ".join(root[0].split()), *own, *rules])


def pictures() -> dict[Path, str]:
    """Each file with what it should hold."""
    judge = Judge()
    made: dict[Path, str] = {}
    endings: tuple[tuple[Language, str], ...] = (("en", ".svg"), ("zh", ".zh-CN.svg"))
    for language, ending in endings:
        made[FOLDER / f"how-it-fits{ending}"] = fits.draw(language)
        for picture in PICTURES:
            made[FOLDER / f"{picture.name}{ending}"] = draw(judge, picture, language)
    return made


def main(arguments: list[str]) -> int:
    """Write or, with `--check`, compare."""
    wrong = 0
    for path, text in pictures().items():
        if path.exists() and path.read_text("utf-8") == text:
            continue
        wrong += 1
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is not what the judge says: python tools/pictures.py")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if wrong and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
