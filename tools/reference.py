"""Write docs/reference/ from the code's own registries: errors, events, duties, schemas, commands.

`python tools/reference.py` writes the pages, `--check` only says which are not what the code
says (exit 1). `make reference` runs it; tests/unit/test_house.py compares.
"""

import importlib
import importlib.util
import pkgutil
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
MADE = "<!-- Written from the code by `make reference`; edit the code, not this page. -->\n"
EXITS = {
    0: ("clean", "无违反"),
    1: ("breached or blocked", "存在违反或已拦截"),
    2: ("bad input or usage", "输入或用法有误"),
    3: (
        "cannot be said: open findings, not assessable",
        "无法判断：存在待人工认定或记录不足的事项",
    ),
    4: ("break-glass used", "已使用紧急放行"),
    5: ("the environment failed", "运行环境故障"),
}


def load_everything() -> None:
    """Import every module of the package, so that every registry is full."""
    import lawkeep  # after the path is known

    for module in pkgutil.walk_packages(lawkeep.__path__, "lawkeep."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def pages() -> dict[Path, str]:
    """Each generated page with its text. Imports the whole package."""
    load_everything()
    made = {
        PAGES / "errors.md": errors("en"),
        PAGES / "errors.zh-CN.md": errors("zh"),
        PAGES / "events.md": events("en"),
        PAGES / "events.zh-CN.md": events("zh"),
    }
    made |= {PAGES / name: text for name, text in _beside("duties").pages(MADE).items()}
    made |= {PAGES / "schemas" / n: text for n, text in _beside("schemas").pages().items()}
    if importlib.util.find_spec("lawkeep.cli") is not None:
        made[PAGES / "commands.md"] = commands()
    return made


def _beside(name: str) -> types.ModuleType:
    """A module of this folder, also where this file was loaded by its path."""
    folder = str(Path(__file__).resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


def errors(language: str) -> str:
    """The catalogue of errors: what happened and why, what to do, exit code."""
    from lawkeep.model.errors import CATALOGUE

    zh = language == "zh"
    out = [MADE, "# 错误代码" if zh else "# Error codes", ""]
    out += [
        "每个错误都有固定的代码，含义不会改变。花括号中的内容在显示时替换为实际值。"
        if zh
        else "Every error has a code that never changes its meaning. What stands in braces is filled "
        "in when the error is shown.",
        "",
        "| 退出码 | 含义 |" if zh else "| exit code | meaning |",
        "| --- | --- |",
    ]
    out += [f"| {code} | {words[zh]} |" for code, words in EXITS.items()]
    for code, kind in sorted(CATALOGUE.items()):
        what, todo = (kind.zh, kind.do_zh) if zh else (kind.en, kind.do_en)
        out += ["", f"## {code} {{ #{code} }}", "", _plain(what), ""]
        out += [f"**{'处理办法' if zh else 'What to do'}:** {_plain(todo)}", ""]
        out += [f"**{'退出码' if zh else 'Exit code'}:** {kind.exit_code}"]
    return "\n".join(out) + "\n"


def events(language: str) -> str:
    """Every event type by its first word: title, meaning, keys, data fields."""
    from lawkeep.app import vocabulary

    zh = language == "zh"
    intro = (
        "事件是已经发生的事实，只追加，不修改；更正也是一个事件。括号内的键通常不出现，"
        "`a or b` 表示二者取其一。所有数据字段都可以省略：不知道的就不写。"
        if zh
        else "An event is a fact. It is never edited; a correction is another event. Keys in "
        "parentheses are usually absent, `a or b` means exactly one. Every data field may be left "
        "out: what is not known is not written."
    )
    out = [MADE, "# 事件类型" if zh else "# Event types", "", intro]
    group = None
    for kind in vocabulary().types.values():
        head = kind.name.partition(".")[0]
        if head != group:
            group = head
            out += ["", f"## {head}"]
        out += ["", f"### {kind.name} {{ #{kind.name} }}", "", f"**{kind.title[language]}**"]
        if not zh:
            out += ["", _paragraphs(kind.doc)]
        if kind.keys:
            out += ["", f"{'键' if zh else 'Keys'}: `{kind.keys_text}`"]
        if kind.fields:
            out += ["", "| 字段 | 取值 |" if zh else "| field | takes |", "| --- | --- |"]
            hints = get_type_hints(kind.data, include_extras=True)
            for field in msgspec.structs.fields(kind.data):
                out.append(f"| `{field.encode_name}` | {_takes(hints[field.name], zh)} |")
    return "\n".join(out) + "\n"


def commands() -> str:
    """Every command with its parameters, as its own help says, and the exit codes."""
    app = importlib.import_module("lawkeep.cli.main").app
    # The version page of one's own terminal is no reference; the headings begin at level 2.
    text = app.generate_docs(heading_level=1)
    table = ["", "## Exit codes", "", "| code | meaning |", "| --- | --- |"]
    table += [f"| {code} | {en} |" for code, (en, _) in EXITS.items()]
    return MADE + "\n" + text.rstrip() + "\n" + "\n".join(table) + "\n"


def command_names(app: Any, before: tuple[str, ...] = ()) -> Iterator[str]:
    """`law lint` and so on: every command that a user can give, shown ones only."""
    for name in app:
        if not name.startswith("-") and app[name].show:
            yield " ".join((*before, name))
            yield from command_names(app[name], (*before, name))


def _plain(text: str) -> str:
    return text.replace("<", "&lt;")


def _paragraphs(doc: str) -> str:
    return "\n".join(line.strip() for line in doc.splitlines())


def _takes(hint: Any, zh: bool) -> str:
    """A type hint in words: `a`, `b` for closed lists of words, else what kind of value."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        is_time = any("time" in (getattr(m, "extra", None) or {}) for m in hint.__metadata__)
        if is_time:
            return "时间（RFC 3339，带时区偏移）" if zh else "time, RFC 3339 with an offset"
        return _takes(args[0], zh)
    if origin in (Union, types.UnionType):
        parts = [_takes(a, zh) for a in args if a is not type(None)]
        return (" 或 " if zh else " or ").join(parts)
    if origin is Literal:
        return ", ".join(f"`{a}`" for a in args)
    if origin in (list, tuple):
        return ("若干：" if zh else "any number of: ") + _takes(args[0], zh)
    if origin is dict:
        return "对象" if zh else "object"
    words = {
        str: ("text", "文本"),
        int: ("whole number", "整数"),
        float: ("number", "数"),
        bool: ("true or false", "true 或 false"),
    }
    return words[hint][zh] if hint in words else f"`{getattr(hint, '__name__', hint)}`"


def main(arguments: list[str]) -> int:
    """Write or, with `--check`, compare."""
    wrong = 0
    for path, text in pages().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        wrong += 1
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is not what the code says: make reference")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if wrong and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
