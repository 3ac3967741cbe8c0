"""Write a ledger out as the files of C2SP tlog-tiles, for a web server or another's tools.

Everything below `tile/` is immutable, so a repeated call writes only what is new; `checkpoint` is
replaced last, so that whoever reads it finds all the files it needs.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.layout import bundle, bundle_path, tile_files, unbundled
from lawkeep.ledger.note import Note
from lawkeep.ledger.tiles import WIDTH
from lawkeep.model.errors import error


def publish(ledger: BaseLedger, folder: str | Path) -> Checkpoint:
    """Bring a folder up to the head of the ledger. Errors: `ledger_unsigned`, those of reading."""
    folder = Path(folder)
    head = ledger.head
    if head.checkpoint is None:
        raise error("ledger_unsigned", path=ledger.place())
    for name, content in tile_files(head.size, ledger.tile):
        _write(folder / name, content)
    for name, content in _bundles(ledger, head.size, folder):
        _write(folder / name, content)
    _write(folder / "checkpoint", head.checkpoint)
    return Checkpoint.parse(Note.parse(head.checkpoint).text)


def published_entries(folder: str | Path, start: int = 0) -> Iterator[bytes]:
    """Entries from `start` on, out of a published folder; what is missing there ends it."""
    folder = Path(folder)
    n = start // WIDTH
    while True:
        partial = sorted(
            (folder / f"{bundle_path(n)}.p").glob("*"), key=lambda path: int(path.name)
        )
        whole = folder / bundle_path(n)
        if not whole.exists() and not partial:
            return
        content = (whole if whole.exists() else partial[-1]).read_bytes()
        yield from islice(unbundled(content), max(0, start - n * WIDTH), None)
        if not whole.exists():
            return
        n += 1


def _bundles(ledger: BaseLedger, size: int, folder: Path) -> Iterator[tuple[str, bytes]]:
    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        name = bundle_path(start // WIDTH, width)
        if not (folder / name).exists():
            yield name, bundle(entry.raw for entry in ledger.read(start, start + width))


def _write(path: Path, content: bytes) -> None:
    """Under its name only when it is whole."""
    if path.exists() and path.name != "checkpoint":
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(content)
    os.replace(temporary, path)
