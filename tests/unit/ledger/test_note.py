"""Signed notes, checkpoints and proofs: the spec's own examples, and what must be refused."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.ledger import checkpoint as checkpoints
from lawkeep.ledger import layout, proof
from lawkeep.ledger.checkpoint import Checkpoint, Policy
from lawkeep.ledger.merkle import EMPTY_ROOT, inclusion_path, leaf_hash, node_hash, root
from lawkeep.ledger.note import (
    COSIGNATURE,
    ED25519,
    Note,
    SignerKey,
    VerifierKey,
    signature_lines,
    signed,
)
from lawkeep.ledger.proof import Proof
from lawkeep.model.errors import LawkeepError

LOG = SignerKey("example.com/records", ED25519, bytes(range(32)))
WITNESSES = [SignerKey(f"w{n}.example", COSIGNATURE, bytes([n] * 32)) for n in range(3)]
TREE = Checkpoint("example.com/records", 7, bytes(32))

# The example of C2SP signed-note, with the key that its text names.
SPEC_TEXT = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
)


def refused(code: str, call: Callable[[], object]) -> LawkeepError:
    with pytest.raises(LawkeepError) as raised:
        call()
    assert raised.value.code == code
    for language in ("en", "zh"):
        assert "{" not in raised.value.text(language) + raised.value.advice(language)
    return raised.value


def test_keys_survive_their_text() -> None:
    for key in (LOG, *WITNESSES):
        assert SignerKey.parse(key.text()) == key
        assert VerifierKey.parse(key.verifier.text() + "\n") == key.verifier
        assert key.seed.hex() not in repr(key)
        assert b64encode(key.seed).decode() not in repr(key)


def test_the_key_of_go_is_read() -> None:
    """PeterNeumann, the key pair of the documentation of Go's sumdb/note."""
    secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    public = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert SignerKey.parse(secret).verifier.text() == public
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    line = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
        "dngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert signed(text, SignerKey.parse(secret)).signatures == signature_lines(line)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        "name+00000000+AAAA",
        VerifierKey("x", ED25519, bytes(32)).text()[:-1],
        LOG.verifier.text().replace("records", "record"),
        VerifierKey("x", 0x02, bytes(32)).text(),
        LOG.text(),
    ],
)
def test_malformed_public_keys(text: str) -> None:
    refused("note_key_malformed", lambda: VerifierKey.parse(text))


def test_malformed_secret_keys_are_not_shown() -> None:
    for text in (LOG.text()[:-2], LOG.text().replace("records", "r"), LOG.verifier.text()):
        problem = refused("note_key_malformed", lambda text=text: SignerKey.parse(text))
        assert text[40:] not in str(problem)


def test_a_note_with_empty_lines_in_its_text() -> None:
    note = signed(SPEC_TEXT, LOG)
    assert Note.parse(note.bytes()) == note
    assert note.signed_by([LOG.verifier])[0][0] == LOG.verifier


def test_unknown_signatures_are_skipped_and_wrong_ones_spoil_the_note() -> None:
    note = signed(SPEC_TEXT, LOG, *WITNESSES, time=5)
    assert [key.name for key, _ in note.signed_by([WITNESSES[1].verifier])] == ["w1.example"]
    stranger = SignerKey("w1.example", COSIGNATURE, bytes(32))
    refused("note_unsigned", lambda: note.signed_by([stranger.verifier]))
    other = Note(note.text.replace("sera", "mattina"), note.signatures)
    refused("note_signature_wrong", lambda: other.signed_by([LOG.verifier]))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 name AAAA\n",
        b"text\n\n\xe2\x80\x94 na+me AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 name AAAAAAA=",
        b"text\n\n\xe2\x80\x94 name AAAAAAB=\n",
        b"te\rxt\n\n\xe2\x80\x94 name AAAAAAAA\n",
        b"\xff\n\n\xe2\x80\x94 name AAAAAAAA\n",
        b"text\n\n" + b"\xe2\x80\x94 name AAAAAAAA\n" * 65,
        b"x" * (1 << 20) + b"\n\n\xe2\x80\x94 name AAAAAAAA\n",
    ],
)
def test_malformed_notes(raw: bytes) -> None:
    refused("note_malformed", lambda: Note.parse(raw))


def test_a_cosignature_binds_its_time() -> None:
    note = signed(TREE.text(), WITNESSES[0], time=1_700_000_000)
    (line,) = note.signatures
    assert line.time == 1_700_000_000
    later = (1_700_000_001).to_bytes(8, "big") + line.blob[8:]
    moved = Note(note.text, (type(line)(line.name, line.key_id, later),))
    refused("note_signature_wrong", lambda: moved.signed_by([WITNESSES[0].verifier]))


@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32), st.booleans())
def test_a_checkpoint_survives_its_text(size: int, tree_root: bytes, more: bool) -> None:
    tree_root = tree_root if size else EMPTY_ROOT
    made = Checkpoint("example.com/records", size, tree_root, ("x y",) if more else ())
    note = made.signed(LOG)
    assert checkpoints.opened(note.bytes(), LOG.verifier) == (made, note)


@pytest.mark.parametrize(
    "text",
    [
        "o\n1\n",
        "o\n01\n" + TREE.text().split("\n")[2] + "\n",
        "o\n-1\n" + TREE.text().split("\n")[2] + "\n",
        "o\n1\nAAAA\n",
        "o\n0\n" + TREE.text().split("\n")[2] + "\n",
        TREE.text() + "\n",
        TREE.text()[:-1],
        "\n" + TREE.text().partition("\n")[2],
        "o\n9\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
    ],
)
def test_malformed_checkpoints(text: str) -> None:
    refused("checkpoint_malformed", lambda: Checkpoint.parse(text))


def test_a_checkpoint_of_another_ledger() -> None:
    note = signed(Checkpoint("example.com/other", 7, bytes(32)).text(), LOG)
    refused("checkpoint_foreign", lambda: checkpoints.opened(note.bytes(), LOG.verifier))


def test_a_policy_needs_a_majority() -> None:
    keys = tuple(key.verifier for key in WITNESSES)
    assert Policy(keys).needed == 2
    for needed, some in ((1, keys), (4, keys), (1, keys[:2]), (2, (keys[0], keys[0]))):
        refused("witness_policy_impossible", lambda needed=needed, some=some: Policy(some, needed))
    twice = VerifierKey("other.example", COSIGNATURE, keys[0].public)
    refused("witness_policy_impossible", lambda: Policy((keys[0], twice)))
    policy = Policy(keys)
    note = TREE.signed(LOG)
    times = [1_700_000_030, 1_700_000_010, 1_700_000_020]
    for count, (key, time) in enumerate(zip(WITNESSES, times, strict=True)):
        if count < 2:
            refused("checkpoint_too_few_witnesses", lambda: policy.satisfied_at(note))  # noqa: B023 -- called at once
        note = note.joined([key.sign(note.text, time)])
    # The second of three, rounded up.
    assert policy.satisfied_at(note) == 1_700_000_021_000_000


EVENTS = [b"first", b"second", b"third"]
LEAVES = [leaf_hash(raw) for raw in EVENTS]


def node(level: int, index: int) -> bytes:
    if level == 0:
        return LEAVES[index]
    return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))


def proof_of(index: int, extra: bytes | None = None) -> Proof:
    head = Checkpoint(LOG.name, 3, root(LEAVES)).signed(LOG)
    head = head.joined(key.sign(head.text, 50) for key in WITNESSES[:2])
    return Proof(index, tuple(inclusion_path(index, 3, node)), head.bytes(), extra)


@pytest.mark.parametrize("extra", [None, b"", b"more \n bytes"])
def test_a_proof_is_checked_from_its_text(extra: bytes | None) -> None:
    policy = Policy(tuple(key.verifier for key in WITNESSES))
    for index, raw in enumerate(EVENTS):
        made = proof_of(index, extra)
        read = Proof.parse(made.bytes())
        assert read == made
        proved = proof.verify(raw, read, LOG.verifier, policy)
        assert (proved.index, proved.checkpoint.size, proved.cosigned_at) == (index, 3, 51_000_000)
        refused("proof_wrong", lambda read=read: proof.verify(b"fourth", read, LOG.verifier))


def test_a_proof_does_not_fit_elsewhere() -> None:
    made = proof_of(0)
    moved = Proof(1, made.path, made.checkpoint)
    refused("proof_wrong", lambda: proof.verify(EVENTS[0], moved, LOG.verifier))
    stranger = SignerKey(LOG.name, ED25519, bytes(32)).verifier
    refused("note_unsigned", lambda: proof.verify(EVENTS[0], made, stranger))
    strict = Policy(tuple(key.verifier for key in WITNESSES), 3)
    refused(
        "checkpoint_too_few_witnesses",
        lambda: proof.verify(EVENTS[0], made, LOG.verifier, strict),
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"@v1", b"@v2"),
        lambda raw: raw.replace(b"index 0", b"index 00"),
        lambda raw: raw.replace(b"index 0\n", b""),
        lambda raw: raw.replace(b"index 0\n", b"index 0\nAAAA\n"),
        lambda raw: raw.replace(b"index 0\n", b"extra !\nindex 0\n"),
        lambda raw: raw.replace(b"index 0\n", b"index 0\n\xff\n"),
        lambda raw: raw.partition(b"\n\n")[0],
        lambda raw: b"",
        lambda raw: b"c2sp.org/tlog-proof@v1\nextra AAAA\n\nx",
    ],
)
def test_malformed_proofs(change: Callable[[bytes], bytes]) -> None:
    refused("proof_malformed", lambda: Proof.parse(change(proof_of(0).bytes())))


def test_paths_of_tiles() -> None:
    assert layout.tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert layout.tile_path(2, 0, 1) == "tile/2/000.p/1"
    assert layout.bundle_path(1000, 112) == "tile/entries/x001/000.p/112"
    for n, width in ((-1, 1), (0, 0), (0, 257)):
        with pytest.raises(ValueError, match="tile"):
            layout.tile_path(0, n, width)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    content = layout.bundle(entries)
    assert list(layout.unbundled(content)) == entries
    if content:
        with pytest.raises(ValueError, match="ends inside"):
            list(layout.unbundled(content + b"\x00"))


def test_a_bundle_takes_no_entry_that_is_too_large() -> None:
    assert len(layout.bundle([b"x" * 65_535])) == 65_537
    with pytest.raises(ValueError, match="65536"):
        layout.bundle([b"x" * 65_536])
