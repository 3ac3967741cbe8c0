"""An audit on the terminal: what matters first, calm and readable. Data is never markup."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Line

from lawkeep.app.audits import Audited
from lawkeep.cli.exposed import exposure_lines, highest
from lawkeep.cli.found import met_line, state_lines
from lawkeep.cli.language import Language
from lawkeep.cli.output import inset
from lawkeep.cli.speech import plain, said, state_word, word
from lawkeep.cli.wording import SIGNS, STYLES
from lawkeep.documents import moments, words
from lawkeep.documents.inputs import ReportInput
from lawkeep.documents.views import STATES, finding_weights, ordered
from lawkeep.model.finding import CoverageGap, Finding

MOST_PLACES = 20


def summary(console: Console, reports: Sequence[ReportInput], shown: Language) -> None:
    """Every operator in turn, then the foot."""
    for given in reports:
        console.print(_operator(given, shown))
    console.print(foot(reports, shown))


def _operator(given: ReportInput, shown: Language) -> RenderableType:
    parts: list[RenderableType] = [headline(given, shown)]
    weights = finding_weights(given.audit.exposure)
    for state in STATES:
        found = [f for f in given.audit.findings if f.state == state]
        if not found:
            continue
        if state == "met":
            parts.append(Padding(met_line(found, shown), (1, 0, 0, 2)))
        else:
            parts.append(state_lines(state, ordered(found, weights), given, shown))
    if not given.audit.findings:
        parts.append(Padding(Line(word("nothing", shown), style="yellow"), (1, 0, 0, 2)))
        if given.only_drafts and not given.audit.law.drafts:
            hint = Line(word("try_drafts", shown), style="yellow")
            parts.append(Padding(hint, (0, 0, 0, 2)))
    parts += exposure_lines(given, shown)
    if given.audit.coverage_gaps:
        parts.append(_gaps(given.audit.coverage_gaps, shown))
    parts.append(Line(""))
    return Group(*parts)


def headline(given: ReportInput, shown: Language) -> RenderableType:
    """Name, date, how many findings in which state, the highest exposure of one act."""
    audit = given.audit
    name = said(given.name, shown) if given.name else plain(audit.operator)
    title = Line(name, style="bold")
    if given.name:
        title.append(f"  {plain(audit.operator)}", style="dim")
    when = moments.minute(audit.judged_as_of, given.zone)
    grid = Table.grid(expand=True, padding=(0, 2))
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(title, Line(f"{word('as_of', shown)} {when}", style="dim"))
    lines: list[RenderableType] = [Rule(style="dim"), inset(grid, 1), counts(audit.findings, shown)]
    band = highest(given, shown)
    if band:
        lines.append(Line(f"   {word('highest', shown)}: {band}", style="red"))
    if audit.law.drafts:
        lines.append(Line(f"   {word('drafts', shown)}", style="yellow"))
    return Group(*lines)


def counts(findings: Iterable[Finding], shown: Language) -> Line:
    """`✗ 3 breached  ? 2 open  ...`"""
    number = Counter(f.state for f in findings)
    line = Line("   ")
    for state in STATES:
        text = f"{SIGNS[state]} {number[state]} {state_word(state, shown)}"
        line.append(text, style=STYLES[state] if number[state] else "dim")
        line.append("   ")
    return line


def _gaps(gaps: Sequence[CoverageGap], shown: Language) -> RenderableType:
    lead = Line(f" ∅ {word('gaps', shown)}", style="bold magenta")
    text = f"{len(gaps)} {word('gaps_lead', shown)}"
    codes = dict.fromkeys(plain(g.code) for g in gaps)
    types = dict.fromkeys(t for g in gaps for t in g.types)
    body = Line(text + "\n")
    body.append("  ".join(codes) + "\n", style="dim")
    body.append(f"{word('gaps_close', shown)}: ", style="dim")
    shown_types = list(types)[:8]
    more = f" … +{len(types) - 8}" if len(types) > 8 else ""
    body.append(", ".join(shown_types) + more, style="dim")
    return Group(Line(""), lead, Padding(body, (0, 0, 0, 3)))


def foot(reports: Sequence[ReportInput], shown: Language) -> RenderableType:
    """Which law and engine, and that this is no legal advice."""
    packs: dict[str, str] = {}
    for given in reports:
        for name, facts in given.audit.law.packs.items():
            packs[name] = f"{name} {facts['version']} ({facts['sha256'][:12]})"
    engines = dict.fromkeys(given.audit.law.engine for given in reports)
    zones = dict.fromkeys(given.zone for given in reports)
    used = (
        f"{', '.join(zones)} · {word('law', shown)}: {', '.join(packs.values())} · "
        f"{word('engine', shown)}: {', '.join(engines)}"
    )
    return Group(
        Rule(style="dim"),
        inset(Line(used, style="dim"), 1),
        inset(Line(word("not_advice", shown), style="dim italic"), 1),
    )


def show_proved(console: Console, audited: Iterable[Audited], shown: Language) -> None:
    """Of what was judged by proved times: that it was, how much is proved, what came later."""
    for one in audited:
        if one.proved is None:
            continue
        style = "yellow" if one.proved.afterwards or one.proved.unproved else "green"
        told = f"{plain(one.audit.operator)}: {said(one.proved.note(), shown)}"
        console.print(inset(Line(told, style=style), 1))
        if one.proved.afterwards:
            places = ", ".join(f"#{seq}" for seq in one.proved.afterwards[:MOST_PLACES])
            more = " …" if len(one.proved.afterwards) > MOST_PLACES else ""
            console.print(Line(f"   {word('afterwards', shown)}: {places}{more}", style="dim"))


def show_changes(
    console: Console,
    changes: Mapping[str, Mapping[str, Any]],
    shown: Language,
) -> None:
    """New, gone and changed findings, per operator."""
    for operator, change in changes.items():
        console.print(Line(f"\n {word('against', shown)}  {plain(operator)}", style="bold"))
        if change["earlier"] != "known":
            console.print(Line(f"   {word('earlier_' + change['earlier'], shown)}", style="yellow"))
        left = change["left_out"]
        if any(left.values()):
            told = word("left_out", shown).format(**left)
            console.print(Line(f"   {told}", style="yellow"))
        if not any(change[kind] for kind in ("new", "gone", "changed")):
            console.print(Line(f"   {word('unchanged', shown)}", style="dim"))
        for kind, sign, style in (
            ("new", "+", "red"),
            ("gone", "−", "green"),
            ("changed", "~", "yellow"),
        ):
            for finding in change[kind]:
                console.print(_change(finding, f"{sign} {word(kind, shown)}", style, shown))


def _change(finding: Mapping[str, Any], head: str, style: str, shown: Language) -> Line:
    line = Line(f"   {head}  ", style=style)
    line = Line.assemble(line)
    line.append(f"{plain(str(finding['code']))}  {finding['id'][:8]}  ", style="dim")
    if "from" in finding:
        states = [
            said(words.look_up(str(finding[side]["state"]), words.STATES), shown)
            for side in ("from", "to")
        ]
        line.append(f"{states[0]} → {states[1]}  ")
    told = finding.get("summary")
    if isinstance(told, dict):
        line.append(plain(str(told.get(shown, ""))))
    return line
