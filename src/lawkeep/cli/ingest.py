"""`lawkeep ingest`: draft a mapping, and bring the records of a folder in as events."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lawkeep.app import vocabulary
from lawkeep.app.records import open_records
from lawkeep.app.taking import to_jsonl, to_ledger
from lawkeep.cli import output
from lawkeep.cli.language import language
from lawkeep.cli.options import LanguageOption, Signer
from lawkeep.ingest.sniff import sniff
from lawkeep.model.errors import CLEAN, error


def sniff_file(
    file: Annotated[Path, Parameter(help="CSV, TSV, workbook, Parquet, JSONL, XES or OCEL.")], /
) -> int:
    """Draft a mapping from a look at a file; write it beside the file and fill it in."""
    output.put(sniff(file).encode())
    return CLEAN


def run(
    folder: Annotated[Path, Parameter(help="Folder with operator.yaml and records.")],
    /,
    *,
    to: Annotated[
        Path | None, Parameter(metavar="LEDGER", help="Ledger to append to; made if not there.")
    ] = None,
    jsonl: Annotated[
        Path | None, Parameter(metavar="FILE", help="File of events to write.")
    ] = None,
    signer: Signer = None,
    rejects: Annotated[
        Path | None,
        Parameter(metavar="FILE", help="Go on at bad lines and keep them in this file."),
    ] = None,
    language_: Annotated[LanguageOption, Parameter(name="--language")] = None,
) -> int:
    """Read a folder into a ledger or a file of events: all of it, or nothing."""
    shown = language(language_)
    if (to is None) == (jsonl is None):
        raise error(
            "usage_choice",
            problem="give --to LEDGER or --jsonl FILE, one of them",
            command="ingest run",
        )
    (records,) = open_records(folder, vocabulary())[:1]
    with ExitStack() as stack:
        kept = None
        if rejects is not None:
            kept = stack.enter_context(rejects.open("w", encoding="utf-8"))
        bar = stack.enter_context(output.progress(folder.name))
        events = records.events(bar, kept)
        if to is not None:
            added, same = to_ledger(to, events, records.operator, output.now(), signer)
        else:
            assert jsonl is not None
            counted: list[int] = []
            output.write_file(jsonl, lambda file: counted.append(to_jsonl(file, events)))
            added, same = counted[0], 0
    target = to or jsonl
    if shown == "zh":
        output.say(
            f"已向 {target} 写入 {added} 个事件" + (f"，另有 {same} 个已存在" if same else "")
        )
    else:
        output.say(f"{added} events written to {target}" + (f", {same} were there" if same else ""))
    return CLEAN
