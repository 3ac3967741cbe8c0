"""`lawkeep demo`: the published cases of 2017, judged from records made for them."""

import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text as Line

import lawkeep
from lawkeep.app.audits import Audited
from lawkeep.app.question import Question
from lawkeep.cli import output
from lawkeep.cli.audit import judge, write_files
from lawkeep.cli.exposed import highest
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import LanguageOption
from lawkeep.cli.speech import plain, said
from lawkeep.cli.summary import counts, foot, summary
from lawkeep.model.errors import CLEAN, error

AS_OF = date(2017, 9, 17)
MOVED_TO = date(2026, 3, 1)


def demo(
    *,
    once: Annotated[
        bool, Parameter(negative="", help="Do not wait for Enter between the parts.")
    ] = False,
    html: Annotated[Path | None, Parameter(help="Where to write the report.")] = None,
    language_: Annotated[LanguageOption, Parameter(name="--language")] = None,
) -> int:
    """Judge the published cases that come with Lawkeep. Exit code 0 where it could show them."""
    shown = language(language_)
    console = output.screen()
    folder = examples()
    cases = _operators(folder / "guangdong-2017")
    question = Question(now=output.now(), on=AS_OF)
    _say(
        console,
        shown,
        "广东 2017：四个运营者，判断截至 2017-09-17（记录为虚构，按公布的案情编写）",
        "Guangdong 2017: four operators as of 2017-09-17 (records invented after the published cases)",
    )
    then = judge(cases, question)
    summary(console, [a.report for a in then], shown)
    _wait(once)
    _say(
        console,
        shown,
        f"同样的事实，如果始于 {MOVED_TO}（依届时的法律）",
        f"The same facts, had they begun on {MOVED_TO} (under the law of then)",
    )
    moved = judge(cases, Question(now=question.now, on=AS_OF, moved_to=MOVED_TO))
    for one in moved:
        _short(console, one, shown)
    _wait(once)
    _say(console, shown, "义务得到履行时的同类记录", "The same business with its duties kept")
    kept = judge(_operators(folder / "guangdong-2017-kept"), question)
    console.print(counts([f for a in kept for f in a.audit.findings], shown))
    target = html or _place()
    write_files(then, shown, html=target)
    console.print(foot([a.report for a in then], shown))
    told = "报告已写入" if shown == "zh" else "The report is in"
    console.print(Line(f" {told} {target}", style="bold"))
    return CLEAN


def examples() -> Path:
    """The shipped examples: in the package, or in the checkout. Error: `input_missing`."""
    module = Path(lawkeep.__file__)
    for folder in (module.parent / "_examples", module.parents[2] / "examples"):
        if (folder / "guangdong-2017").is_dir():
            return folder
    raise error("input_missing", name="examples", problem="they are not part of this installation")


def _operators(folder: Path) -> list[Path]:
    found = sorted(p.parent for p in folder.glob("*/operator.yaml"))
    if not found:
        raise error("input_missing", name=str(folder), problem="it has no operators")
    return found


def _place() -> Path:
    """`out/` here, else a temporary folder."""
    folder = Path("out")
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="lawkeep-"))
    if not os.access(folder, os.W_OK):
        folder = Path(tempfile.mkdtemp(prefix="lawkeep-"))
    return folder / "guangdong-2017.html"


def _wait(once: bool) -> None:
    if not once and sys.stdin.isatty() and sys.stdout.isatty():
        input()


def _say(console: Console, shown: Language, zh: str, en: str) -> None:
    console.print(Line(f"\n▌ {zh if shown == 'zh' else en}", style="bold reverse"))


def _short(console: Console, one: Audited, shown: Language) -> None:
    given = one.report
    name = said(given.name, shown) if given.name else plain(given.audit.operator)
    console.print(Line(f" {name}", style="bold"))
    line = counts(given.audit.findings, shown)
    console.print(line)
    band = highest(given, shown)
    if band:
        console.print(Line(f"   {band}", style="red"))
