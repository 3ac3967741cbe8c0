"""Fill the parts of hand-written pages that the code knows better: tables between two marks.

`<!-- begin NAME: ... -->` and `<!-- end NAME -->` stand in the page; what is between them is made
here. `python tools/docs_parts.py` writes, `--check` only says which pages differ (exit 1).
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from lawkeep.app import vocabulary
from lawkeep.app.deadlines import period
from lawkeep.app.packs import packs
from lawkeep.documents import words
from lawkeep.judge.words import REASONS
from lawkeep.law.calendar import parse_period
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
_MARK = re.compile(r"(<!-- begin ([a-z-]+):[^\n]*-->\n)(.*?)(<!-- end \2 -->)", re.DOTALL)


def _cn() -> Pack:
    return next(p for p in packs(vocabulary()) if p.id == "cn")


def policy(zh: bool) -> str:
    """The policy numbers of the cn pack with the duties that use them."""
    pack = _cn()
    head = ("数值", "用于", "此前为已履行", "此后为未履行") if zh else _POLICY
    out = [f"| {' | '.join(head)} |", "| --- | --- | --- | --- |"]
    for name, bound in pack.policy.items():
        used = [d for d in pack.duties if name in _policies(d)]
        titles = [d.title.zh if zh else d.title.en for d in used]
        shown = ("；" if zh else "; ").join(dict.fromkeys(titles))
        ends = [period(parse_period(p)) for p in (bound.met_within, bound.breached_after)]
        low, high = (e.zh if zh else e.en for e in ends)
        out.append(f"| `{name}` | {shown} | {low} | {high} |")
    return "\n".join(out) + "\n"


_POLICY = ("number", "for", "met until", "breached after")


def _policies(duty: Duty) -> set[str]:
    demands = duty.must if isinstance(duty.must, list) else [duty.must]
    written = [duty.policy, *(getattr(demand, "policy", None) for demand in demands)]
    found: set[str] = set()
    for value in written:
        if isinstance(value, dict):
            found |= {key for name, key in value.items() if name != "by"}
        elif value is not None:
            found.add(value)
    return found


def reasons(zh: bool) -> str:
    """Every reason code that the judge gives."""
    out = ["| 代码 | 含义 |" if zh else "| code | meaning |", "| --- | --- |"]
    for code in REASONS:
        text = words.REASONS[code]
        out.append(f"| `{code}` | {text.zh if zh else text.en} |")
    return "\n".join(out) + "\n"


def openers(zh: bool) -> str:
    """The facts that open a tier."""
    out = ["| 事实 | 含义 |" if zh else "| fact | meaning |", "| --- | --- |"]
    for code, text in words.OPENERS.items():
        out.append(f"| `{code}` | {text.zh if zh else text.en} |")
    return "\n".join(out) + "\n"


PARTS: dict[str, Callable[[bool], str]] = {
    "policy": policy,
    "reasons": reasons,
    "openers": openers,
}


def pages() -> dict[Path, str]:
    """Each page that has a part, with its text."""
    made = {}
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text("utf-8")
        zh = path.name.endswith(".zh-CN.md")

        def fill(match: re.Match[str], zh: bool = zh) -> str:
            return match[1] + PARTS[match[2]](zh) + match[4]

        if _MARK.search(text):
            made[path] = _MARK.sub(fill, text)
    return made


def main(arguments: list[str]) -> int:
    """Write or, with `--check`, compare."""
    wrong = 0
    for path, text in pages().items():
        if path.read_text("utf-8") == text:
            continue
        wrong += 1
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is not what the code says: python tools/docs_parts.py")
        else:
            path.write_text(text, "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if wrong and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
