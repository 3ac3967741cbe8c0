"""Check a whole ledger against its stored bytes, whatever store holds them. Pure.

It recomputes every leaf, tile and root, and reads the columns that searches use out of the bytes
again. What a check by the keeper alone cannot see is a tail cut off together with its tree, or a
tree rebuilt over other events: for that a witness remembers an earlier size and root.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from lawkeep.ledger.entry import Head, decode
from lawkeep.ledger.merkle import HASH_BYTES, leaf_hash
from lawkeep.ledger.tiles import HEIGHT, WIDTH, TileLoader, TileTree
from lawkeep.model.event import sameness


@dataclass(frozen=True)
class Row:
    """An entry as the store has it, with everything that was derived from its bytes."""

    seq: int
    id: str
    type: str
    occurred_at: int
    recorded_at: int
    sameness: bytes
    leaf: bytes
    raw: bytes


@dataclass(frozen=True)
class Fault:
    """The first thing that does not fit.

    `what`: `gap` (an entry is missing), `extra` (an entry beyond the recorded size), `leaf` (bytes
    changed), `columns`, `tile`, `root`, `store` (the database itself is damaged). `seq`: the first
    entry concerned, None if it concerns no single one. `until`: where the entries concerned end
    (exclusive), if they are more than one.
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


def audit(rows: Iterable[Row], load: TileLoader, head: Head) -> Verified:
    """Check rows in the order of `seq`, the tiles, and the recorded size and root.

    All three must come from one snapshot of the store.
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
    fault = fault or _tile_fault(tree.changed(), load)
    if fault is None and tree.root() != head.root:
        fault = Fault("root", None, detail="the root of the entries is not the recorded root")
    return Verified(head.size, head.root, tree.size, fault)


def _batch_fault(batch: list[Row], tree: TileTree, load: TileLoader, size: int) -> Fault | None:
    tile = load(0, tree.size // WIDTH)
    for position, row in enumerate(batch):
        seq = tree.size
        if row.seq != seq:
            return Fault("gap", seq, row.seq, f"entry {row.seq} stands where {seq} should")
        if seq >= size:
            return Fault("extra", seq, detail=f"the recorded size is {size}")
        leaf = leaf_hash(row.raw)
        if row.leaf != leaf:
            return Fault("leaf", seq, detail="the bytes do not fit the hash beside them")
        if tile[position * HASH_BYTES : (position + 1) * HASH_BYTES] != leaf:
            return Fault("leaf", seq, detail="the bytes do not fit the hash in the tree")
        problem = _column_problem(row)
        if problem:
            return Fault("columns", seq, detail=problem)
        tree.append(leaf)
    return None


def _column_problem(row: Row) -> str:
    try:
        event = decode(row.raw)
    except ValueError as problem:
        return f"the bytes are not an event: {problem}"
    if (event.id, event.type, event.occurred_at, event.recorded_at) != (
        row.id,
        row.type,
        row.occurred_at,
        row.recorded_at,
    ):
        return "id, type or times differ from the bytes"
    if sha256(sameness(event)).digest() != row.sameness:
        return "the hash that recognises a repeated event differs from the bytes"
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
