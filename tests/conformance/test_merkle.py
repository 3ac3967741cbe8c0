"""Proof vectors of transparency-dev/merkle: ours agree but for what is decided otherwise."""

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lawkeep.ledger import merkle

# docs/decisions/ledger-edge-cases.md: accepted there, refused here. An empty subtree:
EMPTY = "subtreeconsistency/additional/subtree-is-empty-"
VALID = "subtree-root-valid-proof-is-empty"
RANDOM = "subtree-root-valid-tree-root-random-proof-is-empty"
DECIDED = {
    f"{EMPTY}{sizes}{roots}.json"
    for sizes in ("", "sizes-are-equal-one-", "sizes-are-equal-zero-")
    for roots in (VALID, RANDOM)
} | {
    # Roots of 12 bytes:
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
    "subtreeconsistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
}


def answer(kind: str, vector: dict[str, Any]) -> bool:
    def hashes(name: str) -> bytes:
        return b64decode(vector[name] or "")

    path = [b64decode(step) for step in vector["proof"] or []]
    match kind:
        case "inclusion":
            place = vector["leafIdx"], vector["treeSize"]
            return merkle.verify_inclusion(hashes("leafHash"), *place, path, hashes("root"))
        case "consistency":
            sizes = vector["size1"], vector["size2"]
            return merkle.verify_consistency(*sizes, path, hashes("root1"), hashes("root2"))
        case "subtreeinclusion":
            place = vector["leafIdx"], vector["start"], vector["end"]
            return merkle.verify_subtree_inclusion(hashes("leafHash"), *place, path, hashes("root"))
        case "subtreeconsistency":
            place = vector["start"], vector["end"], vector["size"]
            return merkle.verify_subtree_consistency(*place, path, hashes("root1"), hashes("root2"))
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("inclusion", 98),
        ("consistency", 98),
        ("subtreeinclusion", 204),
        ("subtreeconsistency", 118),
    ],
)
def test_vectors(
    data: Callable[[str], Path], result: Callable[[str, object], None], kind: str, count: int
) -> None:
    folder = data("data/merkle-vectors") / kind
    files = sorted(folder.rglob("*.json"))
    assert len(files) == count
    different = set()
    for file in files:
        vector = json.loads(file.read_text(encoding="utf-8"))
        if answer(kind, vector) == vector["wantErr"]:
            different.add(file.relative_to(folder.parent).as_posix())
    decided = {name for name in DECIDED if name.startswith(f"{kind}/")}
    assert different == decided
    agreed = f"{count - len(different)} of {count}, {len(decided)} decided otherwise"
    result(f"Merkle vectors: {kind}", agreed)
