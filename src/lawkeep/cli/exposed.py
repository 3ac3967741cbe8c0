"""Exposure on the terminal: per act the band that stands, and what else the law orders."""

from collections import defaultdict
from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from lawkeep.cli.language import Language
from lawkeep.cli.output import inset
from lawkeep.cli.wording import WORDS
from lawkeep.documents import charts, svg, words
from lawkeep.documents.exposures import look_of, titles_of, weight
from lawkeep.documents.imposed import ImposedView, imposed_of
from lawkeep.documents.inputs import ReportInput
from lawkeep.documents.sayings import act_name
from lawkeep.model.finding import Exposure, Text

MOST_ACTS = 8


def _said(text: Text, shown: Language) -> str:
    return svg.clean(text.zh if shown == "zh" else text.en)


def _word(name: str, shown: Language) -> str:
    return _said(WORDS[name], shown)


def by_act(rows: Iterable[Exposure]) -> list[tuple[str, list[Exposure]]]:
    """Acts with their rows, the heaviest act and the heaviest row first."""
    acts: defaultdict[str, list[Exposure]] = defaultdict(list)
    for row in rows:
        acts[row.act].append(row)
    for found in acts.values():
        found.sort(key=lambda r: (-weight(r)[0], -weight(r)[1], r.tier, r.row))
    return sorted(acts.items(), key=lambda a: (-weight(a[1][0])[0], -weight(a[1][0])[1], a[0]))


def highest(given: ReportInput, shown: Language) -> str:
    """The highest standing band of a single act in words; empty without one."""
    for _, rows in by_act(given.audit.exposure):
        if look_of(rows[0]) == "standing" and rows[0].fine_entity is not None:
            return _bands(rows[0], shown)
    return ""


def _bands(row: Exposure, shown: Language) -> str:
    parts = []
    for name, fine in (("organisation", row.fine_entity), ("persons", row.fine_persons)):
        if fine is not None:
            parts.append(f"{_word(name, shown)} {_said(charts.band(fine, row.currency), shown)}")
    return ("；" if shown == "zh" else "; ").join(parts)


def exposure_lines(given: ReportInput, shown: Language) -> list[RenderableType]:
    """The table of acts, what authorities really did; nothing where no sanction row is open."""
    lines: list[RenderableType] = []
    acts = by_act(given.audit.exposure)
    if acts:
        head = Line(f"\n § {_word('exposure', shown)}", style="bold")
        grid = Table.grid(padding=(0, 2), expand=True)
        grid.add_column(max_width=30, overflow="fold")
        grid.add_column(ratio=1, overflow="fold")
        alike = _alike(acts)
        titles = titles_of(given)
        for names, rows in alike[:MOST_ACTS]:
            name = Line(_said(act_name(names[0], titles), shown), style="cyan")
            if len(names) > 1:
                name.append(f"\n+{len(names) - 1} {_word('alike', shown)}", style="dim italic")
            grid.add_row(name, _act_lines(rows, given, shown))
        rest = sum(len(names) for names, _ in alike[MOST_ACTS:])
        if rest:
            grid.add_row("", Line(f"+{rest} {_word('acts_more', shown)}", style="dim italic"))
        lines.append(Group(head, inset(grid)))
    measures = imposed_of(given)
    if measures:
        lines.append(Line(f"\n ⚖ {_word('imposed', shown)}", style="bold"))
        lines += [inset(_measure(one, shown)) for one in measures[:MOST_ACTS]]
    return lines


def _alike(acts: list[tuple[str, list[Exposure]]]) -> list[tuple[list[str], list[Exposure]]]:
    """Acts that open the same rows in the same way, brought together; amounts are never added."""
    found: dict[tuple[object, ...], tuple[list[str], list[Exposure]]] = {}
    for act, rows in acts:
        same = tuple(
            (r.edition, r.row, r.opened, r.absorbed_by, r.barred, r.needs_lawyer) for r in rows
        )
        found.setdefault(same, ([], rows))[0].append(act)
    return list(found.values())


def _act_lines(rows: list[Exposure], given: ReportInput, shown: Language) -> Line:
    line = Line()
    listed = [r for r in rows if not r.absorbed_by] or rows
    for place, row in enumerate(listed):
        if place:
            line.append("\n")
        where = words.cite(row.instrument, row.edition, row.article, given.instruments)
        band = _bands(row, shown)
        if band:
            line.append(f"{band}  ", style="bold")
        must = [_said(words.measure(m, given.measures), shown) for m in row.must if m != "fine"]
        if must:
            line.append(f"{('、' if shown == 'zh' else ', ').join(must)}  ")
        notes = [
            _word(name, shown)
            for name, holds in (
                ("arguable", row.opened == "arguable"),
                ("barred", row.barred is True),
                ("barred_unknown", row.barred is None),
                ("lawyer", row.needs_lawyer),
            )
            if holds
        ]
        if notes:
            line.append(f"[{', '.join(notes)}]  ", style="yellow")
        line.append(_said(where, shown), style="dim")
    return line


def _measure(one: ImposedView, shown: Language) -> Line:
    line = Line(f"{one.when}  ", style="dim")
    line = Line.assemble(line)
    line.append(f"{_said(one.kind, shown)}  ")
    join = "、" if shown == "zh" else ", "
    line.append(svg.clean(join.join(_said(t, shown) for t in (*one.what, *one.fines))))
    if one.due:
        line.append(f"  {_word('due', shown)} {one.due}", style="dim")
    return line
