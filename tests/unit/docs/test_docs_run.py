"""The commands of tutorial and how-to pages are run as they stand; their output is compared.

A page is a story in one empty folder. A block with `title="PATH"` is a file that the reader writes
(again: the newer one counts). A `console` block is a session: `$ command`, then lines of its output.
Each line must be found in the output, in this order; blanks count as one; `...` skips. `$ echo $?`
after a command asserts its exit code; without it the code must be 0, or for `audit` 0, 1 or 3.
`<!-- folder: examples/... as NAME -->` puts a copy of examples there first.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = sorted(p for name in ("tutorial", "how-to") for p in (DOCS / name).glob("*.md"))
FENCE = re.compile(
    r"^<!-- folder: (?P<source>\S+) as (?P<target>\S+) -->$"
    r"|^(?P<ticks>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)


def _id(path: Path) -> str:
    return path.relative_to(DOCS).as_posix()


class Session:
    """A shell in an empty folder, in the language of the page."""

    def __init__(self, folder: Path, chinese: bool) -> None:
        self.folder = folder
        self.code = 0
        self.said = ""
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.env = {
            "PATH": programs,
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "100",
            "LAWKEEP_LANG": "zh" if chinese else "en",
        }

    def run(self, command: str) -> None:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        self.code, self.said = done.returncode, done.stdout


def _words(text: str) -> str:
    return " ".join(text.split())


def _check(session: Session, command: str, lines: list[str], code: int | None) -> None:
    session.run(command)
    allowed = (0, 1, 3) if " audit " in command else (0,)
    expected = allowed if code is None else (code,)
    assert session.code in expected, f"$ {command}\nexit {session.code}\n{session.said}"
    rest = _words(session.said)
    for line in lines:
        if line.strip() == "...":
            continue
        place = rest.find(_words(line))
        assert place >= 0, f"$ {command}\nlacks, or has elsewhere: {line}\n{session.said}"
        rest = rest[place + len(_words(line)) :]


def _commands(body: str) -> list[tuple[str, list[str]]]:
    """Each command (continued lines joined) with the lines of output under it."""
    found: list[tuple[str, list[str]]] = []
    for line in body.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            found.append((re.sub(r"\s+# .*$", "", line[2:]), []))
        elif line.strip():
            assert found, f"output before a command: {line}"
            found[-1][1].append(line)
    return found


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_a_page_runs_as_it_says(page: Path, tmp_path: Path) -> None:
    session = Session(tmp_path, page.name.endswith(".zh-CN.md"))
    ran = 0
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        if block["source"]:
            shutil.copytree(ROOT / block["source"], tmp_path / block["target"])
            continue
        title = re.search(r'title="([^"]+)"', block["info"])
        if title:
            target = tmp_path / title[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block["body"], encoding="utf-8")
        elif block["info"].strip() == "console":
            steps = _commands(block["body"])
            for place, (command, lines) in enumerate(steps):
                if command == "echo $?":
                    continue
                after = steps[place + 1] if place + 1 < len(steps) else None
                asked = after is not None and after[0] == "echo $?"
                code = int(after[1][0]) if after is not None and asked else None
                _check(session, command, lines, code)
                ran += 1
    assert ran, "the page runs nothing: say its commands in a console block"


def _told(page: Path) -> list[tuple[str, list[str]]]:
    """Files and commands of a page, without what they print."""
    told = []
    for block in FENCE.finditer(page.read_text(encoding="utf-8")):
        info = block["info"] or ""
        if info.strip() == "console":
            told.append(("console", [command for command, _ in _commands(block["body"])]))
        elif "title=" in info:
            told.append((info.strip(), []))
    return told


@pytest.mark.parametrize("page", [p for p in PAGES if not p.name.endswith(".zh-CN.md")], ids=_id)
def test_the_chinese_twin_does_the_same(page: Path) -> None:
    twin = page.with_name(f"{page.stem}.zh-CN.md")
    assert twin.exists(), f"{_id(twin)} is missing"
    assert _told(twin) == _told(page)


def test_the_runner_would_notice(tmp_path: Path) -> None:
    session = Session(tmp_path, chinese=False)
    _check(session, "printf 'a  b\\nc\\n'; exit 3", ["a b", "...", "c"], 3)
    with pytest.raises(AssertionError, match="exit 3"):
        _check(session, "exit 3", [], None)
    with pytest.raises(AssertionError, match="lacks"):
        _check(session, "printf 'c\\na\\n'", ["a", "c"], None)
