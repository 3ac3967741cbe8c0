"""Tiles hold the same tree, whatever the batches were and wherever one goes on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.ledger.merkle import (
    CompactRange,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from lawkeep.ledger.tiles import TileMissingError, TileReader, TileTree

Store = dict[tuple[int, int], bytes]
LEAVES = [leaf_hash(b"%d" % i) for i in range(1300)]


def grown(leaves: list[bytes], cuts: list[int], store: Store) -> TileTree:
    """A tree written to the store after each cut, and read from it again."""

    def load(level: int, n: int) -> bytes:
        return store.get((level, n), b"")

    tree = TileTree()
    at = 0
    for cut in [*sorted(cuts), len(leaves)]:
        tree = TileTree(tree.size, load)
        for leaf in leaves[at:cut]:
            tree.append(leaf)
        at = max(at, cut)
        store.update(tree.changed())
    return tree


@given(
    st.one_of(st.integers(0, 1300), st.sampled_from([255, 256, 257, 512, 1024])),
    st.lists(st.integers(0, 1300), max_size=4),
)
def test_any_batches_give_the_same_tiles(size: int, cuts: list[int]) -> None:
    leaves = LEAVES[:size]
    store: Store = {}
    tree = grown(leaves, [c for c in cuts if c <= size], store)
    assert (tree.size, tree.root()) == (size, root(leaves))
    at_once: Store = {}
    grown(leaves, [], at_once)
    assert store == at_once
    assert all(store.values())
    assert b"".join(store[0, n] for n in range((size + 255) // 256)) == b"".join(leaves)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 600])
def test_going_on_from_a_size_that_the_store_has_passed(size: int) -> None:
    store: Store = {}
    grown(LEAVES, [], store)
    tree = TileTree(size, lambda level, n: store.get((level, n), b""))
    for leaf in LEAVES[size:700]:
        tree.append(leaf)
    assert tree.root() == root(LEAVES[:700])
    at_once: Store = {}
    grown(LEAVES[:700], [], at_once)
    changed = tree.changed()
    assert changed == {place: at_once[place] for place in changed}
    assert changed[0, 2] == at_once[0, 2]


@given(st.integers(1, 1300), st.data())
def test_proofs_from_tiles(size: int, data: st.DataObject) -> None:
    store: Store = {}
    grown(LEAVES, [], store)  # the store has grown beyond the size that is asked about
    read = TileReader(size, lambda level, n: store[level, n])
    index = data.draw(st.integers(0, size - 1))
    top = root(LEAVES[:size])
    path = inclusion_path(index, size, read)
    assert verify_inclusion(LEAVES[index], index, size, path, top)
    old = data.draw(st.integers(1, size))
    assert verify_consistency(old, size, consistency_path(old, size, read), root(LEAVES[:old]), top)


def test_three_levels_of_tiles() -> None:
    size = 65_536 + 300
    leaves = [leaf_hash(b"%d" % i) for i in range(size)]
    store: Store = {}
    tree = grown(leaves, [1000, 65_500], store)
    nodes = {}
    edge = CompactRange()
    for leaf in leaves:
        edge.append(leaf, lambda level, index, node: nodes.__setitem__((level, index), node))
    assert tree.root() == edge.root()
    assert len(store[2, 0]) == 32
    read = TileReader(size, lambda level, n: store[level, n])
    for (level, index), node in nodes.items():
        if level > 3 or index % 1000 == 0:
            assert read(level, index) == node


def test_a_missing_or_short_tile_is_named() -> None:
    store: Store = {}
    grown(LEAVES, [], store)
    for broken in (b"", store[0, 1][:-32], store[0, 1][:-1]):
        read = TileReader(1300, lambda level, n, broken=broken: broken)
        with pytest.raises(TileMissingError) as raised:
            read(0, 300)
        assert (raised.value.level, raised.value.index) == (0, 1)


def test_only_complete_nodes_can_be_read() -> None:
    read = TileReader(3, lambda level, n: b"".join(LEAVES[:4]))
    assert read(0, 2) == LEAVES[2]
    for level, index in ((0, 3), (1, 1), (2, 0), (-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="not complete"):
            read(level, index)


@given(st.lists(st.integers(0, 700), max_size=5))
def test_many_leaves_at_once_are_the_same_as_one_by_one(steps: list[int]) -> None:
    bulk, single = TileTree(), TileTree()
    at = 0
    for step in steps:
        some = LEAVES[at : at + step]
        at += len(some)
        bulk.extend(some)
        for leaf in some:
            single.append(leaf)
        assert (bulk.size, bulk.root()) == (single.size, single.root())
        assert bulk.changed() == single.changed()


def test_a_subtree_goes_only_where_one_begins() -> None:
    edge = CompactRange()
    edge.append(LEAVES[0])
    with pytest.raises(ValueError, match="begins at 1"):
        edge.append_subtree(1, LEAVES[1])
