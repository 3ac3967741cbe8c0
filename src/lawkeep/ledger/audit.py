"""Check a whole ledger against its stored bytes, whatever store holds them. Pure.

It recomputes every leaf, tile and root, reads the columns that searches use out of the bytes again,
and checks the signature of the checkpoint. What a check by the keeper alone cannot see is a tail
cut off together with its tree, or a tree rebuilt and signed over other events: for that a witness
remembers an earlier size and root.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

import msgspec

from lawkeep.ledger.checkpoint import Checkpoint, opened
from lawkeep.ledger.entry import Head, names
from lawkeep.ledger.merkle import HASH_BYTES
from lawkeep.ledger.note import VerifierKey
from lawkeep.ledger.tiles import HEIGHT, WIDTH, TileLoader, TileTree
from lawkeep.model.errors import LawkeepError

Row = tuple[int, str, str, bytes]
"""An entry as the store has it: seq, id, type and the bytes."""


@dataclass(frozen=True)
class Fault:
    """The first thing that does not fit.

    `what`: `gap` (an entry is missing), `extra` (an entry beyond the recorded size), `leaf` (bytes
    changed), `columns`, `tile`, `root`, `checkpoint` (its signature or content), `store` (the
    database itself is damaged). `seq`: the first entry concerned, None if it concerns no single
    one. `until`: where the entries concerned end (exclusive), if they are more than one.
    """

    what: str
    seq: int | None
    until: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Verified:
    """What a full check found. `checked` entries fit before `fault`; all of them if it is None."""

    size: int
    root: bytes
    checked: int
    fault: Fault | None

    @property
    def sound(self) -> bool:
        return self.fault is None


def audit(
    rows: Iterable[Row], load: TileLoader, head: Head, key: VerifierKey | None = None
) -> Verified:
    """Check rows in the order of `seq`, the tiles, and the recorded size, root and checkpoint.

    All must come from one snapshot of the store. `key`: by which the checkpoint must be signed.
    """
    tree = TileTree()
    remaining = iter(rows)
    while batch := list(islice(remaining, WIDTH)):
        fault = _batch_fault(batch, tree, load, head.size)
        if fault is None:
            fault = _tile_fault(tree.changed(filled_only=True), load)
        if fault is not None:
            return Verified(head.size, head.root, tree.size, fault)
    fault = None
    if tree.size < head.size:
        fault = Fault("gap", tree.size, head.size, "the entries end before the recorded size")
    open_at = tree.size - tree.size % WIDTH
    higher = {place: tile for place, tile in tree.changed().items() if place[0]}
    fault = fault or _tile_fault(higher, load)
    if fault is None and tree.root() != head.root:
        # All full tiles fit, so it is one of the entries after them, or the root itself.
        detail = "the root of the entries is not the recorded root"
        fault = Fault("root", open_at, tree.size, detail)
    fault = fault or _checkpoint_fault(head, key)
    return Verified(head.size, head.root, tree.size, fault)


def _batch_fault(batch: list[Row], tree: TileTree, load: TileLoader, size: int) -> Fault | None:
    """Take a tile's worth of rows into the tree, or those before the first that does not fit."""
    start = tree.size
    end = start + len(batch)
    leaves = [sha256(b"\x00" + row[3]).digest() for row in batch]
    # The last tile is not stored while it is open: the root tells whether its entries fit.
    stored = load(0, start // WIDTH) if len(batch) == WIDTH else None
    tile = b"".join(leaves) if stored is None else stored
    # All at once first; only where that differs is it looked at row by row.
    fits = (
        end <= size
        and [row[0] for row in batch] == list(range(start, end))
        and tile[: len(leaves) * HASH_BYTES] == b"".join(leaves)
        and not _column_problem(batch)
    )
    if fits:
        tree.extend(leaves)
        return None
    for position, (row, leaf) in enumerate(zip(batch, leaves, strict=True)):
        seq = start + position
        if row[0] != seq:
            return Fault("gap", seq, row[0], f"entry {row[0]} stands where {seq} should")
        if seq >= size:
            return Fault("extra", seq, detail=f"the recorded size is {size}")
        if tile[position * HASH_BYTES : (position + 1) * HASH_BYTES] != leaf:
            return Fault("leaf", seq, detail="the bytes do not fit the hash in the tree")
        problem = _column_problem([row])
        if problem:
            return Fault("columns", seq, detail=problem)
        tree.append(leaf)
    return None


def _column_problem(rows: list[Row]) -> str:
    try:
        for row in rows:
            told = names(row[3])
            if told.id != row[1] or told.type != row[2]:
                return "id or type differ from the bytes"
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        return f"the bytes are not an event: {problem}"
    return ""


def _tile_fault(tiles: dict[tuple[int, int], bytes], load: TileLoader) -> Fault | None:
    """The first entry range whose hash the stored tiles have differently."""
    faults: list[tuple[int, int, str]] = []
    for (level, n), expected in tiles.items():
        stored = load(level, n)
        if stored == expected:
            continue
        slot = next(_differing_slots(stored, expected))
        start, span = n * WIDTH + slot, 1 << (HEIGHT * level)
        faults.append((start * span, (start + 1) * span, f"tile {level}/{n}, hash {slot}"))
    if not faults:
        return None
    seq, until, detail = min(faults)
    return Fault("tile", seq, until, detail)


def _differing_slots(stored: bytes, expected: bytes) -> Iterator[int]:
    for start in range(0, max(len(stored), len(expected)), HASH_BYTES):
        if stored[start : start + HASH_BYTES] != expected[start : start + HASH_BYTES]:
            yield start // HASH_BYTES


def _checkpoint_fault(head: Head, key: VerifierKey | None) -> Fault | None:
    if key is None:
        return None
    if head.checkpoint is None:
        return Fault("checkpoint", None, detail="there is no signed checkpoint")
    try:
        checkpoint, _ = opened(head.checkpoint, key)
    except LawkeepError as problem:
        return Fault("checkpoint", None, detail=problem.text())
    if checkpoint != Checkpoint(key.name, head.size, head.root):
        return Fault("checkpoint", None, detail="the signed checkpoint is of another size or root")
    return None
