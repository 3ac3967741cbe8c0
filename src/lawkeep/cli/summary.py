"""An audit on the terminal: what matters first, calm and readable. Data is never markup."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Line

from lawkeep.cli.exposed import exposure_lines, highest
from lawkeep.cli.language import Language
from lawkeep.cli.output import inset
from lawkeep.cli.wording import SIGNS, STYLES, WORDS
from lawkeep.documents import moments, words
from lawkeep.documents.inputs import ReportInput
from lawkeep.documents.views import STATES, finding_weights, ordered
from lawkeep.model.finding import CoverageGap, Finding, State, Text

PER_DUTY = 3
"""Findings of one duty and state that are listed; the others are counted."""


def summary(console: Console, reports: Sequence[ReportInput], shown: Language) -> None:
    """Every operator in turn, then the foot."""
    for given in reports:
        console.print(_operator(given, shown))
    console.print(foot(reports, shown))


def said(text: Text, shown: Language) -> str:
    """The text in the language, without what a terminal would take for a command."""
    return plain(text.zh if shown == "zh" else text.en)


def plain(text: str) -> str:
    """Control characters are shown as a replacement sign: data never moves the cursor."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def word(name: str, shown: Language) -> str:
    """A fixed word of the terminal."""
    return said(WORDS[name], shown)


def _operator(given: ReportInput, shown: Language) -> RenderableType:
    parts: list[RenderableType] = [headline(given, shown)]
    weights = finding_weights(given.audit.exposure)
    for state in STATES:
        found = [f for f in given.audit.findings if f.state == state]
        if not found:
            continue
        if state == "met":
            parts.append(Padding(_met(found, shown), (1, 0, 0, 2)))
        else:
            parts.append(_state(state, ordered(found, weights), given, shown))
    if not given.audit.findings:
        parts.append(Padding(Line(word("nothing", shown), style="yellow"), (1, 0, 0, 2)))
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
        text = f"{SIGNS[state]} {number[state]} {_state_word(state, shown)}"
        line.append(text, style=STYLES[state] if number[state] else "dim")
        line.append("   ")
    return line


def _state_word(state: State, shown: Language) -> str:
    name = said(words.STATES[state], shown)
    return name if shown == "zh" else name.lower()


def _state(
    state: State, found: list[Finding], given: ReportInput, shown: Language
) -> RenderableType:
    by_duty: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_duty[finding.duty].append(finding)
    head = Line(f" {SIGNS[state]} {said(words.STATES[state], shown)}", style=STYLES[state])
    parts: list[RenderableType] = [Line(""), head]
    parts += [_duty(state, group, given, shown) for group in by_duty.values()]
    return Group(*parts)


def _duty(
    state: State, group: list[Finding], given: ReportInput, shown: Language
) -> RenderableType:
    first = group[0]
    duty = given.duties.get(first.duty)
    title = said(duty.title, shown) if duty else first.duty
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=8, justify="right", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    name = Line(title, style="bold")
    if len(group) > 1:
        name.append(f"  ×{len(group)}", style=STYLES[state])
    grid.add_row(Line(plain(first.code), style=STYLES[state]), name)
    grid.add_row("", Line(_cited(first, given, shown), style="dim"))
    grid.add_row("", _items(group[:PER_DUTY], given, shown))
    if len(group) > PER_DUTY:
        rest = len(group) - PER_DUTY
        more = f"{word('more', shown)} {rest} {word('more_after', shown)}"
        grid.add_row("", Line(more, style="dim italic"))
    return grid


def _cited(finding: Finding, given: ReportInput, shown: Language) -> str:
    text = said(words.citation(finding.citation, given.instruments), shown)
    if finding.citation.status != "verified":
        text += f" [{said(words.STATUSES[finding.citation.status], shown)}]"
    if finding.basis != "text":
        text += f" · {said(words.BASES[finding.basis], shown)}"
    if any(c.instrument != finding.citation.instrument for c in finding.also_cited):
        others = dict.fromkeys(
            said(given.instruments.get(c.instrument, words.plain(c.instrument)), shown)
            for c in finding.also_cited
            if c.instrument != finding.citation.instrument
        )
        text += f" · {word('also', shown)} {('、' if shown == 'zh' else ', ').join(others)}"
    return text


def about(finding: Finding, shown: Language) -> str:
    """What a finding is about: its keys and values of `for_each`."""
    pairs = {**finding.keys, **finding.for_each}
    return "  ".join(
        f"{said(words.look_up(k, words.KEYS), shown)} {plain(v)}" for k, v in pairs.items()
    )


def _items(group: list[Finding], given: ReportInput, shown: Language) -> RenderableType:
    """A line for each finding: what it is about, when it was due, what came of it."""
    grid = Table.grid(padding=(0, 2))
    keyed = any(f.keys or f.for_each for f in group)
    if keyed:
        grid.add_column(style="cyan", overflow="fold")
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for finding in group:
        told = (
            Line(due_told(finding, given, shown)),
            Line.assemble(*_outcome(finding, given, shown)),
        )
        grid.add_row(*([about(finding, shown)] if keyed else []), *told)
    return grid


def due_told(finding: Finding, given: ReportInput, shown: Language) -> str:
    """When it is due; without a deadline, when it began."""
    if finding.due_at is None:
        return f"{word('at', shown)} {_minute(finding.trigger, given.zone)}"
    return f"{word('due', shown)} {_minute(finding.due_at, given.zone)}"


def _minute(instant: int, zone: str) -> str:
    """To the minute: the seconds stand in JSON and in `explain`."""
    told = moments.minute(instant, zone)
    return told if len(told) <= 16 else told[:16]


def _outcome(finding: Finding, given: ReportInput, shown: Language) -> list[tuple[str, str]]:
    due = finding.trigger if finding.due_at is None else finding.due_at
    as_of = given.audit.judged_as_of
    if finding.state == "pending":
        left = said(moments.span(due - as_of), shown)
        return [(word("left", shown).replace("#", left), "")]
    if finding.state == "open":
        parts = []
        if finding.reason:
            reason = words.look_up(finding.reason, given.reasons, words.REASONS)
            parts.append((said(reason, shown), "yellow"))
        if finding.missing:
            parts.append((f"\n{word('closes', shown)}: {', '.join(finding.missing)}", "dim"))
        return parts
    for until, name in ((finding.cured_at, "cured"), (finding.ended_at, "ended")):
        if until is not None:
            late = said(moments.span(until - due), shown)
            return [(word(name, shown).replace("#", late), "")]
    late = said(moments.span(as_of - due), shown)
    return [(word("not_done", shown).replace("#", late), "bold red")]


def _met(found: list[Finding], shown: Language) -> Line:
    number = Counter(f.code for f in found)
    line = Line(f"{SIGNS['met']} {word('met_line', shown)}  ", style=STYLES["met"])
    line = Line.assemble(line)
    codes = [f"{code} ×{n}" if n > 1 else code for code, n in sorted(number.items())]
    line.append("  ".join(codes), style="dim")
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


def show_changes(
    console: Console,
    changes: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]],
    shown: Language,
) -> None:
    """New, gone and changed findings, per operator."""
    for operator, change in changes.items():
        console.print(Line(f"\n {word('against', shown)}  {plain(operator)}", style="bold"))
        if not any(change.values()):
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
