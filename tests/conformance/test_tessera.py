"""The log that Tessera keeps as its test data, written again by us from its entry bundles."""

from collections.abc import Callable
from pathlib import Path

from lawkeep.ledger.checkpoint import Checkpoint, opened
from lawkeep.ledger.layout import bundle, bundle_path, tile_files, unbundled
from lawkeep.ledger.merkle import leaf_hash
from lawkeep.ledger.note import Note, SignerKey, VerifierKey
from lawkeep.ledger.tiles import TileTree

# The key pair that Tessera publishes for its test data.
PUBLIC = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
SECRET = (
    "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"
)


def test_a_log_of_tessera_is_reproduced(
    data: Callable[[str], Path], result: Callable[[str, object], None]
) -> None:
    log = data("data/tessera-log") / "log"
    published = Checkpoint.parse(Note.parse((log / "checkpoint").read_bytes()).text)
    entries = list(unbundled((log / bundle_path(0, published.size)).read_bytes()))
    assert len(entries) == published.size == 15

    tree = TileTree()
    stored: dict[tuple[int, int], bytes] = {}

    def load(level: int, n: int) -> bytes:
        return stored[level, n]

    checkpoints = tiles = bundles = 0
    for size in range(published.size + 1):
        if size:
            tree.append(leaf_hash(entries[size - 1]))
            stored.update(tree.changed())
            assert (log / bundle_path(0, size)).read_bytes() == bundle(entries[:size])
            bundles += 1
        theirs = (log / f"checkpoint.{size}").read_bytes()
        ours = Checkpoint(published.origin, size, tree.root())
        assert opened(theirs, VerifierKey.parse(PUBLIC))[0] == ours
        assert ours.signed(SignerKey.parse(SECRET)).bytes() == theirs
        checkpoints += 1
        for path, content in tile_files(size, load):
            assert (log / path).read_bytes() == content
            tiles += 1
    result("Tessera log: checkpoints reproduced", f"{checkpoints} of 16")
    result("Tessera log: bundles and tiles reproduced", f"{bundles} and {tiles} of 15 and 15")
