"""The documentation holds together: links lead somewhere, twins exist, made parts are current."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from lawkeep.app import vocabulary
from lawkeep.app.packs import packs
from lawkeep.law import duty, tables

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("README*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def _tool(name: str) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _anchors(path: Path) -> set[str]:
    """Names that a link into a page may use: written ones, and those of its headings."""
    text = re.sub(
        r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    found = set(re.findall(r'\bid="([^"]+)"', text)) | set(re.findall(r"\{ ?#([\w.-]+) ?\}", text))
    for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"[^\w\s-]", "", re.sub(r"\{.*\}", "", head).lower()).strip()
        found.add(re.sub(r"\s", "-", plain))
    return found


@pytest.mark.parametrize("page", PAGES, ids=_short)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    broken = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(target)
    assert not broken


def test_every_page_has_a_chinese_twin() -> None:
    made = {DOCS / "reference" / "commands.md"}  # written from the help texts, which are English
    alone = [
        _short(page)
        for page in DOCS.rglob("*.md")
        if not page.name.endswith(".zh-CN.md")
        and page not in made
        and not page.with_name(f"{page.stem}.zh-CN.md").exists()
    ]
    assert not alone


def test_pictures_are_what_the_judge_says() -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        made = _tool("pictures").pictures()
    finally:
        sys.path.remove(str(ROOT / "tools"))
    wrong = [_short(p) for p, text in made.items() if p.read_text(encoding="utf-8") != text]
    assert not wrong, "python tools/pictures.py"
    drawn = set((DOCS / "explanation" / "pictures").glob("*.svg"))
    assert not {p.name for p in drawn - set(made)}


def test_made_parts_are_what_the_code_says() -> None:
    made = _tool("docs_parts").pages()
    wrong = [_short(p) for p, text in made.items() if p.read_text(encoding="utf-8") != text]
    assert made
    assert not wrong, "python tools/docs_parts.py"


@pytest.mark.parametrize("name", ["judging.md", "judging.zh-CN.md"])
def test_every_sentence_of_the_judge_is_there(name: str) -> None:
    """The comments of the code name the sentences by number."""
    text = (DOCS / "explanation" / name).read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r'<a id="s(\d+)"></a>\*\*\1\.\*\*', text)]
    assert numbers == list(range(1, 30))
    used = {
        int(number)
        for path in (ROOT / "src" / "lawkeep").rglob("*.py")
        for number in re.findall(r'(?:"""|# |\] )\[(\d{1,2})\]', path.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= set(numbers)


FORMS = [
    form
    for module in (duty, tables)
    for form in vars(module).values()
    if isinstance(form, type)
    and issubclass(form, msgspec.Struct)
    and form.__module__ == module.__name__
    and not form.__name__.startswith("_")
]


@pytest.mark.parametrize("name", ["packs.md", "packs.zh-CN.md"])
def test_every_field_of_a_pack_is_described(name: str) -> None:
    text = (DOCS / "reference" / name).read_text(encoding="utf-8")
    told = set(re.findall(r"`(\w+)`", text))
    missing = {field.encode_name for form in FORMS for field in msgspec.structs.fields(form)} - told
    assert not missing


def test_the_figures_of_the_readme_are_those_of_the_code() -> None:
    words = vocabulary()
    loaded = {pack.id: pack for pack in packs(words)}
    cn, eu = loaded["cn"], loaded["eu"]
    codes = len({d.code for d in cn.duties})
    editions = sum(len(i.editions) for i in cn.instruments.values())
    english = [
        f"| {len(words.types)} event types |",
        (
            f"{len(cn.duties)} rules for {codes} duties, {len(cn.instruments)} instruments in "
            f"{editions} editions, {len(cn.rows)} sanction rows"
        ),
        f"| {len(eu.duties)} rules (",
    ]
    chinese = [
        f"| {len(words.types)} 种事件 |",
        (
            f"{codes} 项义务的 {len(cn.duties)} 条规则，{len(cn.instruments)} 部法律文件的 {editions} 个版本，"
            f"{len(cn.rows)} 条处罚条款"
        ),
        f"| {len(eu.duties)} 条规则（",
    ]
    for name, figures in (("README.md", english), ("README.zh-CN.md", chinese)):
        text = (ROOT / name).read_text(encoding="utf-8")
        missing = [figure for figure in figures if figure not in text]
        assert not missing, name
