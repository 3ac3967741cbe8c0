"""Findings on the terminal: per duty, what each is about, when it was due, what came of it."""

from collections import Counter, defaultdict

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from lawkeep.cli.language import Language
from lawkeep.cli.speech import plain, said, word
from lawkeep.cli.wording import SIGNS, STYLES
from lawkeep.documents import moments, words
from lawkeep.documents.inputs import ReportInput
from lawkeep.model.finding import Finding, State

PER_DUTY = 3
"""Findings of one duty and state that are listed; the others are counted."""


def state_lines(
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


def met_line(found: list[Finding], shown: Language) -> Line:
    number = Counter(f.code for f in found)
    line = Line(f"{SIGNS['met']} {word('met_line', shown)}  ", style=STYLES["met"])
    line = Line.assemble(line)
    codes = [f"{code} ×{n}" if n > 1 else code for code, n in sorted(number.items())]
    line.append("  ".join(codes), style="dim")
    return line
