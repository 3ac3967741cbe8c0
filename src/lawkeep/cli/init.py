"""`lawkeep init`: a folder for an operator, with what its duties need."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lawkeep.app import vocabulary
from lawkeep.app.drafting import check_roles, draft_operator
from lawkeep.app.packs import packs
from lawkeep.cli import output
from lawkeep.cli.language import language
from lawkeep.cli.options import Drafts, LanguageOption, Law
from lawkeep.model.errors import CLEAN, error


def init(
    folder: Annotated[Path, Parameter(help="Folder to make or to begin in.")],
    /,
    *,
    role: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            consume_multiple=True,
            metavar="ROLE",
            help="Roles: publishing, access, ...; one at least.",
        ),
    ],
    operator: Annotated[
        str | None, Parameter(metavar="ID", help="Id of the operator (default: the folder).")
    ] = None,
    pack: Annotated[str, Parameter(help="Law pack whose duties are listed.")] = "cn",
    law: Law = (),
    drafts: Drafts = False,
    language_: Annotated[LanguageOption, Parameter(name="--language")] = None,
) -> int:
    """Begin a folder: operator.yaml, commented, with the event types that its duties need."""
    check_roles(role)
    words = vocabulary()
    chosen = next((p for p in packs(words, folders=law) if p.id == pack), None)
    if chosen is None:
        raise error("pack_not_found", path=pack)
    target = folder / "operator.yaml"
    if target.exists():
        raise error("output_exists", name=str(target))
    today = chosen.calendar.day(output.now())
    name = operator or folder.resolve().name or "operator"
    text = draft_operator(name, role, chosen, words, today=today, drafts=drafts)
    folder.mkdir(parents=True, exist_ok=True)
    output.write_file(target, lambda file: _write(file, text))
    zh = language(language_) == "zh"
    output.say(
        f"已写入 {target}；放入记录后运行：lawkeep audit {folder}"
        if zh
        else f"wrote {target}; put records beside it and run: lawkeep audit {folder}"
    )
    return CLEAN


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
