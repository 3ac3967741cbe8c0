"""`lawkeep law`: the packs, one duty, a pack of one's own checked, two dates compared."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.app.lawview import (
    Change,
    changes_between,
    duties_named,
    duty_json,
    pack_json,
    run_examples,
)
from lawkeep.app.packs import packs
from lawkeep.app.report import duty_view
from lawkeep.cli import output
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import Drafts, Json, LanguageOption, Law, Policy, day
from lawkeep.cli.speech import plain, said
from lawkeep.law.pack import load_pack
from lawkeep.model.errors import CLEAN, error
from lawkeep.model.finding import Text

_LanguageOf = Annotated[LanguageOption, Parameter(name="--language")]


def list_packs(
    *,
    law: Law = (),
    policy: Policy = (),
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """The law packs and their duties."""
    shown = language(language_)
    loaded = packs(vocabulary(), folders=law, policies=policy)
    if json:
        output.put_json([pack_json(pack) for pack in loaded])
        return CLEAN
    console = output.screen()
    for pack in loaded:
        head = Line(f"\n {pack.id} {pack.head.version}  ", style="bold")
        head.append(said(pack.head.title, shown))
        head.append(
            f"  {pack.head.jurisdiction} · {pack.head.zone} · sha256 {pack.sha256[:12]}",
            style="dim",
        )
        console.print(head)
        grid = Table.grid(padding=(0, 2), expand=True)
        for style in ("bold", "cyan", ""):
            grid.add_column(
                style=style, no_wrap=style != "", overflow="fold", ratio=None if style else 1
            )
        for duty in pack.duties:
            draft = all(c.status == "draft" for c in duty.cites)
            mark = (" [草稿]" if shown == "zh" else " [draft]") if draft else ""
            grid.add_row(f"   {duty.code}", duty.duty, said(duty.title, shown) + mark)
        console.print(grid)
        console.print(output.inset(Line(said(pack.head.disclaimer, shown), style="dim italic")))
    return CLEAN


def show(
    duty: Annotated[str, Parameter(help="Id or code: content.stop, CO-1.")],
    /,
    *,
    law: Law = (),
    policy: Policy = (),
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """One duty: text, citations, deadline, sanctions, examples."""
    shown = language(language_)
    found = duties_named(packs(vocabulary(), folders=law, policies=policy), duty)
    if json:
        values = [duty_json(d, pack) for pack, d in found]
        output.put_json(values[0] if len(values) == 1 else values)
        return CLEAN
    console = output.screen()
    for pack, one in found:
        view = duty_view(one, pack)
        console.print(Line(f"\n {one.code}  {said(one.title, shown)}", style="bold"), end="")
        console.print(Line(f"  {one.duty} · {pack.id}", style="dim"))
        grid = Table.grid(padding=(0, 2), expand=True)
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(ratio=1, overflow="fold")
        for name, value in _facts(one, view.deadline, shown):
            grid.add_row(f"   {name}", value)
        cited = (
            f"{said(text, shown)}" + ("" if c.status == "verified" else f" [{c.status}]")
            for text, c in zip(view.citations, one.cites, strict=True)
        )
        grid.add_row("   依据" if shown == "zh" else "   Cited", "\n".join(cited))
        rows = one.sanctions
        told = (
            rows
            if isinstance(rows, str)
            else "\n".join(
                f"{edition}: {', '.join(names) or '-'}" for edition, names in rows.items()
            )
        )
        grid.add_row("   罚则" if shown == "zh" else "   Sanctions", told)
        console.print(grid)
        if one.note is not None:
            console.print(output.inset(Line(said(one.note, shown), style="dim italic")))
        _examples(console, one, shown)
    return CLEAN


def _facts(duty: Any, deadline: Text, shown: Language) -> list[tuple[str, str]]:
    zh = shown == "zh"
    return [
        ("要求" if zh else "Demanded", said(duty.summary, shown)),
        ("期限" if zh else "Deadline", said(deadline, shown)),
        ("适用身份" if zh else "Applies to", ", ".join(duty.applies_to)),
        ("句式" if zh else "Pattern", duty.pattern),
        ("依据性质" if zh else "Basis", duty.basis + (f" ({duty.number})" if duty.number else "")),
    ]


def _examples(console: Any, duty: Any, shown: Language) -> None:
    for name in ("met", "breached", "open", "pending"):
        written = getattr(duty.examples, name)
        for text in written if isinstance(written, list) else [written] if written else []:
            word = "示例" if shown == "zh" else "example"
            console.print(Line(f"\n   {word}: {name}", style="bold"))
            console.print(
                Line("\n".join(f"     {plain(x)}" for x in text.strip().splitlines()), style="dim")
            )


def check(
    folder: Annotated[Path, Parameter(help="Folder of the pack, with pack.yaml.")],
    /,
    *,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Load a pack of your own and run its examples. Exit code 2 where one fails."""
    shown = language(language_)
    words = vocabulary()
    pack = load_pack(folder, words)
    results = run_examples(pack, words)
    failed = [r for r in results if not r.passed]
    if json:
        output.put_json(
            {
                "pack": pack.id,
                "version": pack.head.version,
                "sha256": pack.sha256,
                "duties": len(pack.duties),
                "examples": len(results),
                "failed": [
                    {"duty": r.duty, "expected": r.expected, "number": r.number, "states": r.states}
                    for r in failed
                ],
            }
        )
    else:
        console = output.screen()
        for r in failed:
            came = ", ".join(r.states) or ("没有认定" if shown == "zh" else "no finding")
            line = Line(f" ✗ {r.duty} {r.expected} #{r.number}: ", style="bold red")
            line.append(came, style="default")
            console.print(line)
        head = f"{pack.id} {pack.head.version}"
        text = (
            f"{head}：{len(pack.duties)} 项义务，{len(results)} 个示例，{len(failed)} 个不符"
            if shown == "zh"
            else f"{head}: {_count(len(pack.duties), 'duty', 'duties')}, "
            f"{_count(len(results), 'example', 'examples')}, {len(failed)} failed"
        )
        sign, style = ("✗", "bold red") if failed else ("✓", "bold green")
        console.print(Line(f" {sign} {text}", style=style))
    if failed:
        raise error("examples_fail", count=len(failed))
    return CLEAN


def diff(
    before: Annotated[str, Parameter(help="A day: 2017-09-17.")],
    after: Annotated[str, Parameter(help="A later day: 2026-03-01.")],
    /,
    *,
    law: Law = (),
    policy: Policy = (),
    drafts: Drafts = False,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """What changed between two dates: duties, citations and sanctions in force."""
    shown = language(language_)
    first, second = day("DATE1", before), day("DATE2", after)
    assert first is not None
    assert second is not None
    loaded = packs(vocabulary(), folders=law, policies=policy)
    found = [c for pack in loaded for c in changes_between(pack, first, second, drafts)]
    if json:
        output.put_json([c.as_json() for c in found])
        return CLEAN
    console = output.screen()
    console.print(Line(f"\n {first} → {second}", style="bold"))
    for change in found:
        _change(console, change, shown)
    if not found:
        console.print(
            Line("   没有变化。" if shown == "zh" else "   Nothing changed.", style="dim")
        )
    return CLEAN


_KINDS = {
    "begins": ("+", "green", "开始施行", "begins"),
    "ends": ("−", "red", "不再施行", "ends"),
    "changes": ("~", "yellow", "有变化", "changes"),
}


def _change(console: Any, change: Change, shown: Language) -> None:
    sign, style, zh, en = _KINDS[change.kind]
    line = Line(f" {sign} ", style=f"bold {style}")
    line.append(f"{change.code}  {said(change.title, shown)}", style="bold default")
    line.append(f"  {zh if shown == 'zh' else en} · {change.pack}:{change.duty}", style="dim")
    console.print(line)
    for name_zh, name_en, old, new in (
        ("依据", "cited", change.cited_before, change.cited_after),
        ("罚则", "sanctions", change.rows_before, change.rows_after),
    ):
        if old != new:
            name = name_zh if shown == "zh" else name_en
            gone = ", ".join(x for x in old if x not in new) or "-"
            come = ", ".join(x for x in new if x not in old) or "-"
            console.print(output.inset(Line(f"{name}: {gone} → {come}", style="dim"), 5))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
