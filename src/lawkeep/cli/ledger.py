"""`lawkeep ledger`: make one, append to it, look at it, check it."""

from itertools import islice
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.app.taking import to_ledger
from lawkeep.cli import output
from lawkeep.cli.language import language
from lawkeep.cli.options import Json, LanguageOption, Signer
from lawkeep.cli.speech import plain
from lawkeep.ingest.read import read_events
from lawkeep.ledger import Ledger
from lawkeep.model.errors import BREACHED, CLEAN
from lawkeep.model.event import as_json
from lawkeep.model.time import format_instant

_LanguageOf = Annotated[LanguageOption, Parameter(name="--language")]
_Path = Annotated[Path, Parameter(help="File of the ledger.")]


def init(
    path: _Path,
    /,
    *,
    origin: Annotated[
        str | None, Parameter(help="Its name in checkpoints, such as example.org/lawkeep.")
    ] = None,
    language_: _LanguageOf = None,
) -> int:
    """Make a new, empty ledger."""
    name = origin or f"lawkeep/{path.stem}".replace(" ", "-").replace("+", "-")
    Ledger.create(path, name, output.now()).close()
    zh = language(language_) == "zh"
    output.say(f"已新建账本 {path}（{name}）" if zh else f"made the ledger {path} ({name})")
    return CLEAN


def append(
    path: _Path,
    files: Annotated[list[Path], Parameter(help="Files of native events, one a line.")],
    /,
    *,
    signer: Signer = None,
    language_: _LanguageOf = None,
) -> int:
    """Append native events, all or none."""
    words = vocabulary()
    with Ledger.open(path):
        pass
    events = (e for file in files for e in read_events(file, words))
    added, same = to_ledger(path, events, path.stem, output.now(), signer)
    if language(language_) == "zh":
        output.say(f"已追加 {added} 个事件，另有 {same} 个已存在")
    else:
        output.say(f"{added} events appended, {same} were there")
    return CLEAN


def show(
    path: _Path,
    /,
    *,
    kind: Annotated[
        tuple[str, ...],
        Parameter(
            name="--type", negative="", help="List only this type, or content.*; may be repeated."
        ),
    ] = (),
    start: Annotated[int, Parameter(name="--from", help="First entry to list.")] = 0,
    limit: Annotated[int, Parameter(help="Most entries to list; 0: figures alone.")] = 20,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """What a ledger holds: its figures, then entries in order."""
    zh = language(language_) == "zh"
    words = vocabulary()
    types = [name for pattern in kind for name in words.matching(pattern)] or None
    with Ledger.open(path) as ledger:
        stats = ledger.stats()
        entries = list(islice(ledger.read(start, types=types), max(0, limit)))
    if json:
        output.put_json(
            {
                "origin": stats.origin,
                "size": stats.size,
                "root": stats.root.hex(),
                "created_at": format_instant(stats.created_at),
                "types": stats.by_type,
                "entries": [{"seq": e.seq, **as_json(e.event)} for e in entries],
            }
        )
        return CLEAN
    console = output.screen()
    head = Line(f"\n {plain(stats.origin)}  ", style="bold")
    head.append(
        f"{stats.size} {'个事件' if zh else 'events'} · root {stats.root.hex()[:16]}", style="dim"
    )
    console.print(head)
    figures = "  ".join(f"{name} ×{count}" for name, count in stats.by_type.items())
    console.print(output.inset(Line(figures, style="dim")))
    grid = Table.grid(padding=(0, 2))
    for style in ("dim", "", "bold", "cyan"):
        grid.add_column(style=style)
    for entry in entries:
        event = entry.event
        keys = "  ".join(f"{k}={plain(v)}" for k, v in event.keys.items())
        state = str(event.data.get("state", "")) if event.type == "finding.judged" else ""
        grid.add_row(
            f"   {entry.seq}",
            format_instant(event.occurred_at)[:19] + "Z",
            event.type,
            f"{keys} {state}",
        )
    console.print(grid)
    return CLEAN


def verify(path: _Path, /, *, json: Json = False, language_: _LanguageOf = None) -> int:
    """Recompute everything from the stored bytes. Exit code 1 where something does not fit."""
    with Ledger.open(path) as ledger:
        found = ledger.verify()
    fault = found.fault
    if json:
        output.put_json(
            {
                "sound": found.sound,
                "size": found.size,
                "root": found.root.hex(),
                "checked": found.checked,
                "fault": fault
                and {
                    "what": fault.what,
                    "seq": fault.seq,
                    "until": fault.until,
                    "detail": fault.detail,
                },
            }
        )
        return CLEAN if found.sound else BREACHED
    zh = language(language_) == "zh"
    console = output.screen()
    if fault is None:
        told = f"{found.size} 个事件全部相符" if zh else f"all {found.size} entries fit"
        console.print(Line(f" ✓ {told}", style="bold green"))
        console.print(Line(f"   root {found.root.hex()}", style="dim"))
        return CLEAN
    place = "" if fault.seq is None else f" #{fault.seq}"
    told = "账本不一致" if zh else "the ledger does not fit"
    console.print(Line(f" ✗ {told}: {fault.what}{place} {plain(fault.detail)}", style="bold red"))
    return BREACHED
