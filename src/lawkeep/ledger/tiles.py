"""The tree cut into tiles of 256 hashes (C2SP tlog-tiles), so that any store can hold it. Pure.

Tile (k, n) holds the hashes of the nodes (8k, 256n) to (8k, 256n + 255), one after another; the
last tile of a level may be shorter. Tiles of level 0 hold leaf hashes. Nodes between two tile
levels are not stored: 255 hashes rebuild all of those under one tile.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from lawkeep.ledger.merkle import HASH_BYTES, CompactRange, complete_root, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
TILE_BYTES = WIDTH * HASH_BYTES

TileLoader = Callable[[int, int], bytes]
"""`load(tile level, n)`: the stored bytes of a tile, empty if there is none."""

_REMEMBERED_TILES = 1024  # proofs in 250,000 entries without reading again; some 35 MB


class TileMissingError(LookupError):
    """A tile does not hold a hash that a tree of this size must have."""

    def __init__(self, level: int, index: int) -> None:
        super().__init__(f"tile {level}/{index} is missing or too short")
        self.level, self.index = level, index


class TileReader:
    """Node hashes of a tree of `size` leaves, read from tiles: a `merkle.NodeReader`.

    A tree only grows at its end, so a tile that is longer by now still begins with these hashes.
    Raises TileMissingError; ValueError for a node that is not a complete subtree of this tree.
    """

    def __init__(self, size: int, load: TileLoader) -> None:
        self.size = size
        self._load = load
        # Per tile: its hashes, then the rows above them, each half as long.
        self._rows: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    def __call__(self, level: int, index: int) -> bytes:
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise ValueError(f"node {level}/{index} is not complete in a tree of {self.size}")
        tile_level, above = divmod(level, HEIGHT)
        n, position = divmod(index, WIDTH >> above)
        return self._tile(tile_level, n)[above][position]

    def _tile(self, tile_level: int, n: int) -> list[list[bytes]]:
        key = (tile_level, n)
        rows = self._rows.get(key)
        if rows is not None:
            self._rows.move_to_end(key)
            return rows
        width = min(WIDTH, (self.size >> (HEIGHT * tile_level)) - n * WIDTH)
        raw = self._load(tile_level, n)
        if len(raw) < width * HASH_BYTES or len(raw) % HASH_BYTES:
            raise TileMissingError(tile_level, n)
        row = [raw[i : i + HASH_BYTES] for i in range(0, width * HASH_BYTES, HASH_BYTES)]
        rows = [row]
        for _ in range(1, HEIGHT):
            row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
            rows.append(row)
        self._rows[key] = rows
        if len(self._rows) > _REMEMBERED_TILES:
            self._rows.popitem(last=False)
        return rows


class TileTree:
    """A tree that grows by leaf hashes and hands over the tiles that this changed.

    It holds the right edge and the last tile of each level, not the tree. One that failed to be
    written must be dropped and read again from the store.
    """

    def __init__(self, size: int = 0, load: TileLoader = lambda _level, _n: b"") -> None:
        self._edge = CompactRange.at(size, TileReader(size, load))
        self._last: list[bytearray] = []
        while (width := size >> (HEIGHT * len(self._last))) > 0:
            n, position = divmod(width, WIDTH)
            stored = load(len(self._last), n) if position else b""
            self._last.append(bytearray(stored[: position * HASH_BYTES]))
        self._filled: dict[tuple[int, int], bytes] = {}
        self._touched: set[int] = set()

    @property
    def size(self) -> int:
        return self._edge.size

    def root(self) -> bytes:
        return self._edge.root()

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._edge.append(leaf, self._completed)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes; whole tiles at once, which is what makes imports and checks fast."""
        at = 0
        while at < len(leaves):
            open_place = self.size % WIDTH
            if open_place or len(leaves) - at < WIDTH:
                end = min(len(leaves), at + WIDTH - open_place)
                for leaf in leaves[at:end]:
                    self.append(leaf)
                at = end
                continue
            tile = b"".join(leaves[at : at + WIDTH])
            self._filled[0, self.size // WIDTH] = tile
            self._touched.discard(0)
            if not self._last:
                self._last.append(bytearray())
            self._edge.append_subtree(HEIGHT, complete_root(tile), self._completed)
            at += WIDTH

    def changed(self, *, filled_only: bool = False) -> dict[tuple[int, int], bytes]:
        """Tiles, by (level, n), that changed since the last call; whole bytes of each."""
        tiles, self._filled = self._filled, {}
        if not filled_only:
            for level in self._touched:
                n = self.size >> (HEIGHT * (level + 1))
                tiles[level, n] = bytes(self._last[level])
            self._touched = set()
        return tiles

    def _completed(self, level: int, index: int, node: bytes) -> None:
        if level % HEIGHT:
            return
        tile_level = level // HEIGHT
        if tile_level == len(self._last):
            self._last.append(bytearray())
        tile = self._last[tile_level]
        tile += node
        if len(tile) == TILE_BYTES:
            self._filled[tile_level, index // WIDTH] = bytes(tile)
            tile.clear()
            self._touched.discard(tile_level)
        else:
            self._touched.add(tile_level)
