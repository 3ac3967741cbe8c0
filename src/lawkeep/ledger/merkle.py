"""The Merkle tree of RFC 6962 section 2.1 (SHA-256): roots, growth, proofs and their checks. Pure.

A tree node is named by (level, index): level 0 holds the leaf hashes, and the node (k, i) covers
the leaves from `i << k` up to, not including, `(i + 1) << k`. Only such complete subtrees are ever
asked for, through a reader `read(level, index) -> 32 bytes`, so proofs come from any store of
hashes: a list, tiles in a database, or tiles fetched from somebody else.

Decided here, because RFC 6962 leaves it open: nothing is proved about the empty tree. A proof with
size 0 is neither made nor accepted.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""`read(level, index)`: the hash of a complete subtree. What it raises passes through."""

NodeSink = Callable[[int, int, bytes], None]
"""Told of every subtree that becomes complete: level, index, hash. Leaves are level 0."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 of 0x00 and the bytes of an entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and the two hashes below."""
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The right edge of a tree: enough to append leaves and to know the root.

    `nodes` are the roots of the complete subtrees, from the largest (left) to the smallest. There
    is one for each bit that is set in `size`.
    """

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        if size < 0 or len(nodes) != size.bit_count():
            raise ValueError(f"{len(nodes)} nodes do not make a tree of {size} leaves")
        self.size = size
        self.nodes = list(nodes)
        self._root: bytes | None = None

    @classmethod
    def at(cls, size: int, read: NodeReader) -> "CompactRange":
        """The right edge of the first `size` leaves of a stored tree."""
        return cls(size, [read(level, index) for level, index in complete_subtrees(0, size)])

    def append(self, leaf: bytes, completed: NodeSink | None = None) -> None:
        """Add one leaf hash; `completed` hears of the leaf and of each subtree that it fills."""
        self.append_subtree(0, leaf, completed)

    def append_subtree(self, level: int, node: bytes, completed: NodeSink | None = None) -> None:
        """Add the root of a complete subtree of 2**level leaves; `size` must be a multiple of it.

        `completed` hears of this subtree and of those that it fills, not of what is inside.
        """
        index, left = divmod(self.size, 1 << level)
        if left:
            raise ValueError(f"no subtree of 2**{level} leaves begins at {self.size}")
        self.size += 1 << level
        if completed is not None:
            completed(level, index, node)
        while index & 1:
            node = node_hash(self.nodes.pop(), node)
            index >>= 1
            level += 1
            if completed is not None:
                completed(level, index, node)
        self.nodes.append(node)
        self._root = None

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far."""
        if self._root is None:
            self._root = _folded(self.nodes)
        return self._root


def root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes; of none, `EMPTY_ROOT`."""
    edge = CompactRange()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def complete_root(row: bytes) -> bytes:
    """The root over 2**k hashes that stand one after another."""
    while len(row) > HASH_BYTES:
        row = b"".join([sha256(b"\x01" + row[i : i + 64]).digest() for i in range(0, len(row), 64)])
    return row


def complete_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The fewest complete subtrees that cover the leaves [start, end), left to right.

    `start` must be a multiple of the largest power of two that is at most `end - start`, as it is
    in every range that section 2.1 forms.
    """
    subtrees = []
    while start < end:
        level = (end - start).bit_length() - 1
        subtrees.append((level, start >> level))
        start += 1 << level
    return subtrees


def inclusion_path(index: int, size: int, read: NodeReader) -> list[bytes]:
    """PATH(index, D[size]) of section 2.1.1, lowest hash first.

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a tree of {size}")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start = middle
    return path[::-1]


def consistency_path(old: int, new: int, read: NodeReader) -> list[bytes]:
    """PROOF(old, D[new]) of section 2.1.2; empty when the sizes are equal.

    Raises ValueError unless 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof leads from size {old} to size {new}")
    path = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start, whole = middle, False
    if not whole:
        path.append(_range_root(start, end, read))
    return path[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion path leads to (RFC 9162 2.1.3.2); None if it fits no such tree."""
    if not 0 <= index < size or not _hashes(leaf, *path):
        return None
    position, last, node = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            node = node_hash(step, node)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, step)
        position, last = position >> 1, last >> 1
    return node if last == 0 else None


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], tree_root: bytes
) -> bool:
    """Whether the path proves that the leaf hash stands at `index` of the tree. Never raises."""
    return root_of_inclusion(leaf, index, size, path) == tree_root


def verify_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the path proves that the new tree begins with the old one (RFC 9162 2.1.4.2).

    False for size 0 on either side. Never raises.
    """
    return verify_subtree_consistency(0, old, new, path, old_root, new_root)


def verify_subtree_inclusion(
    leaf: bytes, index: int, start: int, end: int, path: Sequence[bytes], subtree_root: bytes
) -> bool:
    """Whether the leaf hash stands at `index` of the subtree over [start, end). Never raises."""
    if not is_subtree(start, end):
        return False
    return verify_inclusion(leaf, index - start, end - start, path, subtree_root)


def verify_subtree_consistency(
    start: int, end: int, size: int, path: Sequence[bytes], subtree_root: bytes, tree_root: bytes
) -> bool:
    """Whether the tree of `size` leaves has this subtree over its leaves [start, end).

    The walk of draft-ietf-plants-merkle-tree-certs 4.4; with start 0 that of RFC 9162 2.1.4.2.
    Never raises.
    """
    if not is_subtree(start, end) or end > size or not _hashes(subtree_root, tree_root, *path):
        return False
    first, last, end_of_tree = start, end - 1, size - 1
    # Up to the largest complete subtree at the end of [start, end): it need not be in the path.
    while first != last and (last & 1 or last == end_of_tree):
        first, last, end_of_tree = first >> 1, last >> 1, end_of_tree >> 1
    steps = iter(path)
    if first == last:
        before = after = subtree_root
        if end == size and start == 0:
            return not path and subtree_root == tree_root
    else:
        node = next(steps, None)
        if node is None:
            return False
        before = after = node
    for step in steps:
        if end_of_tree == 0:
            return False
        if last & 1 or last == end_of_tree:
            if first < last:
                before = node_hash(step, before)
            after = node_hash(step, after)
            while last and not last & 1:
                first, last, end_of_tree = first >> 1, last >> 1, end_of_tree >> 1
        else:
            after = node_hash(after, step)
        first, last, end_of_tree = first >> 1, last >> 1, end_of_tree >> 1
    return end_of_tree == 0 and before == subtree_root and after == tree_root


def is_subtree(start: int, end: int) -> bool:
    """Whether [start, end) begins where a complete subtree that could hold it begins."""
    return 0 <= start < end and start & ((1 << (end - start - 1).bit_length()) - 1) == 0


def _split(size: int) -> int:
    """The largest power of two below `size` (k of section 2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(start: int, end: int, read: NodeReader) -> bytes:
    return _folded([read(level, index) for level, index in complete_subtrees(start, end)])


def _folded(nodes: Sequence[bytes]) -> bytes:
    if not nodes:
        return EMPTY_ROOT
    node = nodes[-1]
    for left in reversed(nodes[:-1]):
        node = node_hash(left, node)
    return node


def _hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
