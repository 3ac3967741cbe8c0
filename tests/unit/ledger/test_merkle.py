"""The tree against the recursive definitions of RFC 6962 section 2.1, written out here."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.ledger import merkle
from lawkeep.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    complete_subtrees,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries: list[bytes]) -> bytes:
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path_of(m: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path_of(m, entries[:k]), mth(entries[k:])]
    return [*path_of(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def reader(entries: list[bytes]) -> merkle.NodeReader:
    """Only complete subtrees can be read, as from a store."""

    def read(level: int, index: int) -> bytes:
        end = (index + 1) << level
        assert end <= len(entries)
        return mth(entries[index << level : end])

    return read


def numbered(size: int) -> list[bytes]:
    return [b"entry %d" % i for i in range(size)]


sizes = st.integers(1, 70)


def test_the_empty_tree_has_the_root_of_the_rfc() -> None:
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert EMPTY_ROOT.hex() == CompactRange().root().hex() == merkle.root([]).hex() == expected


def test_leaves_and_nodes_cannot_be_confused() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_the_paths_drawn_in_the_rfc() -> None:
    """Section 2.1.3: the tree of seven leaves with nodes a to l."""
    entries = numbered(7)
    a, b, c, d, e, f, j = (leaf_hash(entry) for entry in entries)
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(g, h), node_hash(i, j)
    read = reader(entries)
    assert inclusion_path(0, 7, read) == [b, h, last]
    assert inclusion_path(3, 7, read) == [c, g, last]
    assert inclusion_path(4, 7, read) == [f, j, k]
    assert inclusion_path(6, 7, read) == [i, k]
    assert consistency_path(3, 7, read) == [c, d, g, last]
    assert consistency_path(4, 7, read) == [last]
    assert consistency_path(6, 7, read) == [i, j, k]


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_root(entries: list[bytes]) -> None:
    assert merkle.root(map(leaf_hash, entries)) == mth(entries)


@given(sizes, st.data())
def test_a_range_goes_on_from_any_size(size: int, data: st.DataObject) -> None:
    entries = numbered(size)
    edge = CompactRange.at(data.draw(st.integers(0, size)), reader(entries))
    completed = {}
    before = edge.size
    for entry in entries[before:]:
        edge.append(leaf_hash(entry), lambda k, i, node: completed.__setitem__((k, i), node))
    assert (edge.size, edge.root()) == (size, mth(entries))
    whole = {
        (level, index)
        for level in range(8)
        for index in range(size >> level)
        if (index + 1) << level > before
    }
    assert completed == {(k, i): reader(entries)(k, i) for k, i in whole}


@given(sizes, st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    entries = numbered(size)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, reader(entries))
    assert path == path_of(index, entries)
    leaf, top = leaf_hash(entries[index]), mth(entries)
    assert verify_inclusion(leaf, index, size, path, top)
    for other in range(size):
        assert verify_inclusion(leaf, other, size, path, top) == (other == index)
    assert not verify_inclusion(leaf_hash(b"other"), index, size, path, top)
    assert not verify_inclusion(leaf, index, size, path, leaf_hash(b"other"))
    for spoiled in spoiled_paths(path, data):
        assert not verify_inclusion(leaf, index, size, spoiled, top)


@given(sizes, st.data())
def test_consistency(new: int, data: st.DataObject) -> None:
    entries = numbered(new)
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, reader(entries))
    assert path == subproof(old, entries, True)
    old_root, new_root = mth(entries[:old]), mth(entries)
    assert verify_consistency(old, new, path, old_root, new_root)
    assert not verify_consistency(old, new, path, leaf_hash(b"other"), new_root)
    assert not verify_consistency(old, new, path, old_root, leaf_hash(b"other"))
    for spoiled in spoiled_paths(path, data):
        assert not verify_consistency(old, new, spoiled, old_root, new_root)
    rewritten = [b"rewritten", *entries[1:]]
    false_path = consistency_path(old, new, reader(rewritten))
    assert not verify_consistency(old, new, false_path, old_root, mth(rewritten))


def spoiled_paths(path: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    extra = leaf_hash(b"extra")
    spoiled = [[*path, extra], [extra, *path], [*path, b""]]
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        bit = 1 << data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(path[at]) ^ bit).to_bytes(32)
        spoiled += [[*path[:at], flipped, *path[at + 1 :]], path[:at] + path[at + 1 :]]
        spoiled.append([*path[:at], path[at][:31], *path[at + 1 :]])
    return spoiled


def test_nothing_is_proved_about_the_empty_tree() -> None:
    one = leaf_hash(b"a")
    assert not verify_consistency(0, 1, [], EMPTY_ROOT, one)
    assert not verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_inclusion(EMPTY_ROOT, 0, 0, [], EMPTY_ROOT)
    assert not verify_inclusion(b"", 0, 1, [], b"")
    for old, new in ((0, 1), (0, 0), (2, 1), (-1, 1)):
        with pytest.raises(ValueError, match="consistency"):
            consistency_path(old, new, reader([b"a"]))
        assert not verify_consistency(old, new, [], one, one)
    for index, size in ((0, 0), (1, 1), (-1, 1)):
        with pytest.raises(ValueError, match="not in a tree"):
            inclusion_path(index, size, reader([b"a"]))
        assert not verify_inclusion(one, index, size, [], one)


def test_a_range_needs_a_node_for_each_bit() -> None:
    with pytest.raises(ValueError, match="do not make a tree"):
        CompactRange(3, [leaf_hash(b"a")])


@given(st.integers(0, 10_000))
def test_complete_subtrees_cover_a_prefix(size: int) -> None:
    at = 0
    for level, index in complete_subtrees(0, size):
        assert index << level == at
        at = (index + 1) << level
    assert at == size
