"""`lawkeep explain`: why a finding is so, or why a duty was not asked."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.app.audits import packs_of
from lawkeep.app.explaining import Explanation
from lawkeep.app.explaining import explain as explained
from lawkeep.app.packs import packs
from lawkeep.app.question import Question
from lawkeep.app.reasons import Check, Trigger
from lawkeep.app.records import open_records
from lawkeep.cli import output
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import Drafts, Json, Keys, LanguageOption, Law, On, Policy, day, pairs
from lawkeep.cli.speech import plain, said
from lawkeep.cli.wording import SIGNS, STYLES
from lawkeep.documents import charts, moments, sayings, words
from lawkeep.judge.audit import as_json
from lawkeep.model.errors import CLEAN
from lawkeep.model.finding import Audit, Finding, LawUsed, Text
from lawkeep.model.time import format_local

MOST = 5
_MARK = {True: ("✓", "green"), False: ("✗", "red"), None: ("~", "yellow")}
_WORDS = {
    "demand": Text(zh="要求", en="Demanded"),
    "deadline": Text(zh="期限", en="Deadline"),
    "cited": Text(zh="依据", en="Cited"),
    "asked": Text(zh="逐项检查", en="Asked in this order"),
    "triggers": Text(zh="可能引起义务的记录", en="Records that could open it"),
    "no_triggers": Text(zh="没有这样的记录。", en="There is no such record."),
    "findings": Text(zh="认定", en="Findings"),
    "none": Text(zh="没有认定。", en="No finding."),
    "more": Text(zh="项未列出", en="more"),
    "rows": Text(zh="触及的条款", en="Provisions it opens"),
    "due": Text(zh="截止", en="due"),
    "decided": Text(zh="可认定于", en="could be decided"),
}


def explain(
    name: Annotated[str, Parameter(help="A finding's id (its beginning will do), or a duty.")],
    path: Annotated[Path, Parameter(help="Folder, ledger or file of events, as for audit.")],
    /,
    *,
    keys: Keys = (),
    on: On = None,
    policy: Policy = (),
    law: Law = (),
    drafts: Drafts = False,
    json: Json = False,
    language_: Annotated[LanguageOption, Parameter(name="--language")] = None,
) -> int:
    """Say why a finding is so, or why a duty was not asked."""
    shown = language(language_)
    question = Question(now=output.now(), on=day("--on", on), drafts=drafts, keys=pairs(keys))
    vocabulary_ = vocabulary()
    loaded = packs(vocabulary_, folders=law, policies=policy)
    found = [
        one
        for records in open_records(path, vocabulary_)
        for one in explained(name, records, packs_of(records, loaded), question)
    ]
    if json:
        values = [_json(one) for one in found]
        output.put_json(values[0] if len(values) == 1 else values)
    else:
        console = output.screen()
        for one in found:
            _show(console, one, shown)
    return CLEAN


def _json(one: Explanation) -> dict[str, Any]:
    zone = moments.zone_of(one.zone)
    values = as_json(
        Audit(
            operator=one.operator,
            judged_as_of=one.as_of,
            law=LawUsed(packs={}, policy={}),
            findings=one.findings,
            exposure=one.exposure,
            coverage_gaps=(),
        ),
        zone,
    )
    return {
        "operator": one.operator,
        "judged_as_of": values["judged_as_of"],
        "duty": one.duty,
        "code": one.code,
        "title": msgspec.to_builtins(one.title),
        "deadline": msgspec.to_builtins(one.deadline),
        "citations": msgspec.to_builtins(one.citations),
        "checks": msgspec.to_builtins(one.checks),
        "triggers": [
            msgspec.to_builtins(t) | {"at": format_local(t.at, zone)} for t in one.triggers
        ],
        "more_triggers": one.more_triggers,
        "findings": values["findings"],
        "exposure": values["exposure"],
    }


def _show(console: Console, one: Explanation, shown: Language) -> None:
    def w(name: str) -> str:
        return said(_WORDS[name], shown)

    head = Line(f"\n {one.code}  {said(one.title, shown)}", style="bold")
    head.append(f"  {one.duty} · {plain(one.operator)}", style="dim")
    console.print(head)
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(f"   {w('demand')}", said(one.summary, shown))
    grid.add_row(f"   {w('deadline')}", said(one.deadline, shown))
    grid.add_row(f"   {w('cited')}", "\n".join(said(c, shown) for c in one.citations))
    console.print(grid)
    console.print(Line(f"\n {w('asked')}", style="bold"))
    for check in one.checks:
        console.print(output.inset(_check(check, shown)))
    console.print(Line(f"\n {w('triggers')}", style="bold"))
    if not one.triggers:
        console.print(Line(f"   {w('no_triggers')}", style="dim"))
    for trigger in one.triggers:
        console.print(output.inset(_trigger(trigger, one, shown)))
    if one.more_triggers:
        console.print(Line(f"   +{one.more_triggers} {w('more')}", style="dim italic"))
    console.print(Line(f"\n {w('findings')}", style="bold"))
    if not one.findings:
        console.print(Line(f"   {w('none')}", style="dim"))
    for finding in one.findings[:MOST]:
        console.print(output.inset(_finding(finding, one, shown)))
    if len(one.findings) > MOST:
        console.print(Line(f"   +{len(one.findings) - MOST} {w('more')}", style="dim italic"))
    if one.exposure:
        console.print(Line(f"\n {w('rows')}", style="bold"))
    titles = {k.name: Text(**k.title) for k in vocabulary().types.values()}
    for row in one.exposure[:MOST]:
        line = Line(f"   {row.row}  {row.edition} {said(words.article(row.article), shown)}")
        for fine in (row.fine_entity, row.fine_persons):
            if fine is not None:
                line.append(f"  {said(charts.band(fine, row.currency), shown)}", style="bold")
        because = sayings.because(row.because, titles)
        line.append(f"  {said(because, shown)}", style="dim")
        console.print(line)
    if one.note is not None:
        console.print(output.inset(Line(f"\n{said(one.note, shown)}", style="dim italic"), 1))


def _check(check: Check, shown: Language) -> Line:
    sign, style = _MARK[check.holds]
    line = Line()
    line.append(sign, style=style)
    line.append(f" {said(check.text, shown)}")
    return line


def _trigger(trigger: Trigger, one: Explanation, shown: Language) -> Line:
    sign, style = ("●", "green") if trigger.counts else ("○", "dim")
    line = Line()
    line.append(f"{sign} {moments.minute(trigger.at, one.zone)}  ", style=style)
    line.append(f"{trigger.type}  ")
    line.append("  ".join(f"{k}={plain(v)}" for k, v in trigger.keys.items()), style="cyan")
    line.append(f"  {said(trigger.why, shown)}", style="" if trigger.counts else "dim")
    return line


def _finding(finding: Finding, one: Explanation, shown: Language) -> Group:
    line = Line()
    line.append(
        f"{SIGNS[finding.state]} {said(finding.summary, shown)}", style=STYLES[finding.state]
    )
    line.append(f"  {finding.id[:12]}", style="dim")
    marks: list[tuple[int, Line]] = []
    for event in (one.events[i] for i in finding.events if i in one.events):
        told = Line(event.type)
        told.append(f"  {plain(event.source or '')}", style="dim")
        marks.append((event.occurred_at, told))
    if finding.due_at is not None:
        marks.append((finding.due_at, Line(f"─ {said(_WORDS['due'], shown)}", style="magenta")))
    if finding.decided_at is not None:
        marks.append((finding.decided_at, Line(f"· {said(_WORDS['decided'], shown)}", style="dim")))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for at, told in sorted(marks, key=lambda mark: mark[0]):
        grid.add_row(f"   {moments.minute(at, one.zone)}", told)
    return Group(line, grid)
