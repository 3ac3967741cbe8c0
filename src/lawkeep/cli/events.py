"""`lawkeep events`: the event types, for people and as JSON Schema."""

from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.cli import output
from lawkeep.cli.language import language
from lawkeep.cli.options import Json, LanguageOption
from lawkeep.model.errors import CLEAN
from lawkeep.model.schema import event_schema, type_schema
from lawkeep.model.vocabulary import KEY_KINDS, KEY_ROLES


def list_types(
    pattern: Annotated[str, Parameter(help="A name, content.* or * for all.")] = "*",
    /,
    *,
    json: Json = False,
    language_: Annotated[LanguageOption, Parameter(name="--language")] = None,
) -> int:
    """Every event type with its keys."""
    shown = language(language_)
    words = vocabulary()
    kinds = [words[name] for name in words.matching(pattern)]
    if json:
        output.put_json(
            [
                {"type": k.name, "keys": k.keys_text, "fields": list(k.fields), "title": k.title}
                for k in kinds
            ]
        )
        return CLEAN
    console = output.screen()
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(ratio=1, style="cyan", overflow="fold")
    for kind in kinds:
        grid.add_row(f" {kind.name}", kind.title[shown], kind.keys_text)
    console.print(grid)
    head = "键的种类" if shown == "zh" else "Kinds of key"
    kinds_text = ", ".join([*KEY_KINDS, *KEY_ROLES])
    console.print(Line(f"\n {head}: {kinds_text}", style="dim"))
    return CLEAN


def schema(
    kind: Annotated[str | None, Parameter(name="type", help="A type; all without it.")] = None, /
) -> int:
    """JSON Schema (2020-12) of all events, or of one type."""
    words = vocabulary()
    output.put_json(event_schema(words) if kind is None else type_schema(words[kind]))
    return CLEAN
