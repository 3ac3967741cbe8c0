"""Exports: what fits is accepted, what was altered is not, and nothing else is disclosed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import cryptography
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.ledger import Ledger, bagcheck
from lawkeep.ledger.export import bag_events, export_bag, ranges, undisclosed, verify_bag
from lawkeep.ledger.keys import new_key
from lawkeep.ledger.merkle import CompactRange, consistency_path, leaf_hash, verify_consistency
from lawkeep.ledger.note import SignerKey
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from support.witnessing import Town

from .conftest import START

NAME = "example.com/records"
Make = Callable[..., Event]


@pytest.fixture
def signer(tmp_path: Path) -> SignerKey:
    return new_key(tmp_path / "key", NAME)


@pytest.fixture
def signed(tmp_path: Path, signer: SignerKey, fact: Make) -> Iterator[Ledger]:
    """A signed ledger of 300 events; event 7 names a file."""
    with Ledger.create(tmp_path / "signed.sqlite", NAME, START, signer=signer) as ledger:
        file = f"sha256:{sha256(b'picture').hexdigest()}"
        events = [fact(n, evidence=(file,) if n == 7 else ()) for n in range(300)]
        ledger.append(events)
        yield ledger


def _reason(bag: Path, **asked: object) -> str:
    report = verify_bag(bag, **asked)  # type: ignore[arg-type]  # options of verify_bag
    return report.problems[0][0] if report.problems else ""


def _blob(digest: str) -> bytes | None:
    return b"picture" if digest.endswith(sha256(b"picture").hexdigest()) else None


def test_a_whole_export_fits_and_needs_no_hash(signed: Ledger, tmp_path: Path) -> None:
    done = export_bag(signed, tmp_path / "bag", range(300), now=START, blob=_blob)
    assert (done.events, done.size, done.files, done.files_absent) == (300, 300, 1, 0)
    assert json.loads((tmp_path / "bag/data/tree.json").read_bytes()) == {}
    assert signed.public_key is not None
    report = verify_bag(tmp_path / "bag", signed.public_key.text())
    assert (report.code, report.problems) == (0, [])
    assert report.figures["disclosed"] == report.figures["size"] == 300
    assert [n[0] for n in report.notes] == ["no_witness"]
    assert list(bag_events(tmp_path / "bag")) == [e.raw for e in signed.read()]
    # With the key from the bag alone nobody vouches for it.
    assert verify_bag(tmp_path / "bag").code == 3


def test_a_selective_export_shows_nothing_else(signed: Ledger, tmp_path: Path) -> None:
    export_bag(signed, tmp_path / "bag", [7, 8, 250], now=START, blob=_blob)
    report = verify_bag(tmp_path / "bag", str(tmp_path / "key.pub"))
    assert (report.code, report.problems) == (0, [])
    assert report.figures["disclosed"] == 3
    others = [e for e in signed.read() if e.seq not in (7, 8, 250)]
    whole = b"".join(p.read_bytes() for p in (tmp_path / "bag").rglob("*") if p.is_file())
    assert not [e for e in others if e.raw in whole or f'"{e.id}"'.encode() in whole]
    # Leaf hashes of others only where a disclosed one is their sibling: 6, 9 and 251 here.
    nodes = json.loads((tmp_path / "bag/data/tree.json").read_bytes())
    assert sorted(n for n in nodes if n.startswith("0/")) == ["0/251", "0/6", "0/9"]
    assert len(nodes) < 20


def test_every_proof_stands_alone(signed: Ledger, tmp_path: Path) -> None:
    export_bag(signed, tmp_path / "bag", [7, 250], now=START)
    key = bagcheck.key_from(str(tmp_path / "key.pub"))
    for seq in (7, 250):
        proof = (tmp_path / f"bag/data/proofs/{seq}.tlog-proof").read_bytes()
        report = bagcheck.check_proof(proof, None, bagcheck.Asked(key=key))
        assert (report.code, report.figures["index"]) == (0, seq)
        assert report.figures["event"]["id"] == f"e{seq}"
        other = bagcheck.check_proof(proof, b"{}", bagcheck.Asked(key=key))
        assert other.problems[0][0] == "proof"
    assert bagcheck.check_proof(b"no", None, bagcheck.Asked(key=key)).code == 2


def test_it_runs_with_python_and_cryptography_alone(signed: Ledger, tmp_path: Path) -> None:
    """In an environment that has neither Lawkeep nor any other library."""
    export_bag(signed, tmp_path / "bag", [3, 4], now=START)
    bare = tmp_path / "bare"
    bare.mkdir()
    packages = Path(cryptography.__file__).parent.parent
    for name in ("cryptography", "cffi", "_cffi_backend*.so", "pycparser"):
        for path in packages.glob(name):
            (bare / path.name).symlink_to(path)
    key = (tmp_path / "key.pub").read_text().strip()
    script = tmp_path / "run.py"
    script.write_text(
        "import runpy, sys\n"
        f"sys.path[:] = [p for p in sys.path if 'site-packages' not in p] + [{str(bare)!r}]\n"
        "sys.argv[0] = sys.argv.pop(1)\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "assert 'lawkeep' not in sys.modules\n"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-S", script, tmp_path / "bag/verify.py", *arguments],
            capture_output=True, text=True, check=False, cwd="/", env={"PATH": os.environ["PATH"]},
        )  # fmt: skip

    ran = run("--key", key)
    assert ran.returncode == 0, ran.stderr
    assert "everything fits" in ran.stdout
    assert run().returncode == 3
    told = json.loads(run("--key", key, "--json").stdout)
    assert told["figures"]["disclosed"] == 2
    proof = str(tmp_path / "bag/data/proofs/3.tlog-proof")
    assert run(proof, "--key", key).returncode == 0
    events = tmp_path / "bag/data/events.jsonl"
    events.write_bytes(events.read_bytes().replace(b'"e3"', b'"e9"'))
    ran = run("--key", key)
    assert ran.returncode == 1
    assert "events.jsonl was changed" in ran.stdout


def _again(bag: Path) -> None:
    """Whoever alters a bag can write its manifests anew."""
    for name, files in (
        ("manifest-sha256.txt", sorted(p for p in (bag / "data").rglob("*") if p.is_file())),
        (
            "tagmanifest-sha256.txt",
            sorted(p for p in bag.iterdir() if p.is_file() and not p.name.startswith("tagman")),
        ),
    ):
        lines = [
            f"{sha256(p.read_bytes()).hexdigest()}  {p.relative_to(bag).as_posix()}\n"
            for p in files
        ]
        (bag / name).write_text("".join(lines))


def _edit(bag: Path, name: str, old: bytes, new: bytes) -> None:
    path = bag / "data" / name
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))


def _json(bag: Path, name: str, change: Callable[[dict[str, object]], None]) -> None:
    path = bag / "data" / name
    value = json.loads(path.read_bytes())
    change(value)
    path.write_text(json.dumps(value))


def _swap(bag: Path) -> None:
    path = bag / "data/events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))


def _drop(bag: Path) -> None:
    path = bag / "data/events.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    _json(bag, "ledger.json", lambda v: v.update(places=[[7, 8], [250, 250]]))


def _resigned(bag: Path) -> None:
    """Somebody else's ledger under the same name, whole and rightly signed."""
    other = new_key(bag.parent / "forged", NAME)
    with Ledger.create(bag.parent / "forged.sqlite", NAME, START, signer=other) as ledger:
        ledger.append([Event(id=f"f{n}", type="content.stopped", occurred_at=START,
                             recorded_at=START, operator="o") for n in range(300)])  # fmt: skip
        shutil.rmtree(bag)
        export_bag(ledger, bag, [7, 8, 250], now=START)


def _spare_node(bag: Path) -> None:
    _json(bag, "tree.json", lambda v: v.update({"9/9": "A" * 43 + "="}))


def _other_node(bag: Path) -> None:
    _json(bag, "tree.json", lambda v: v.update({next(iter(v)): "A" * 43 + "="}))


def _places(*places: list[int]) -> Callable[[Path], None]:
    return lambda bag: _json(bag, "ledger.json", lambda v: v.update(places=list(places)))


# What is done to a bag of entries 7, 8, 250 and 300 (a finding), and the word for what is found.
ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "edit": (lambda b: _edit(b, "events.jsonl", b'"c7"', b'"c9"'), "root"),
    "swap": (_swap, "root"),
    "drop the last": (_drop, "nodes"),
    "move": (_places([7, 8], [249, 249], [300, 300]), "nodes"),
    "places out of order": (_places([8, 8], [7, 7], [250, 250], [300, 300]), "places"),
    "places without end": (_places([0, 10**15]), "events"),
    "place twice": (_places([7, 8], [8, 8], [300, 300]), "places"),
    "size": (lambda b: _edit(b, "checkpoint", b"\n301\n", b"\n302\n"), "signature"),
    "another key, all signed anew": (_resigned, "signature"),
    "node": (_other_node, "root"),
    "spare node": (_spare_node, "nodes"),
    "proof of another": (
        lambda b: shutil.copy(b / "data/proofs/7.tlog-proof", b / "data/proofs/8.tlog-proof"),
        "proof",
    ),
    "blob": (lambda b: next((b / "data/blobs").iterdir()).write_bytes(b"other"), "blob"),
    "blob that nobody names": (
        lambda b: (b / "data/blobs" / sha256(b"x").hexdigest()).write_bytes(b"x"),
        "blob",
    ),
    "finding": (lambda b: _edit(b, "findings.json", b'"breached"', b'"met"'), "finding"),
    "json": (lambda b: (b / "data/tree.json").write_bytes(b"[1]"), "malformed"),
    "deep json": (lambda b: (b / "data/tree.json").write_bytes(b"[" * 100_000), "malformed"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_altered_is_seen(name: str, signed: Ledger, tmp_path: Path, fact: Make) -> None:
    bag, key = tmp_path / "bag", str(tmp_path / "key.pub")
    data = {"finding": "f" * 32, "duty": "content.stop", "state": "breached"}
    signed.append([fact(300, id="j1", type="finding.judged", data=data)])
    told = [data | {"event": "j1"}]
    export_bag(signed, bag, [7, 8, 250, 300], now=START, blob=_blob, findings=told)
    assert _reason(bag, key=key) == ""
    attack, expected = ATTACKS[name]
    attack(bag)
    _again(bag)
    assert _reason(bag, key=key) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda b: (b / "README.md").write_text("?"), "changed"),
        (lambda b: (b / "data/checkpoint").unlink(), "missing"),
        (lambda b: (b / "data/more").write_text("?"), "extra"),
        (lambda b: (b / "data/link").symlink_to("/etc/hostname"), "manifest"),
        (lambda b: (b / "manifest-sha256.txt").write_text("0" * 64 + "  ../x\n"), "manifest"),
        (lambda b: (b / "manifest-sha256.txt").write_text("what\n"), "manifest"),
        (lambda b: (b / "bagit.txt").unlink(), "unreadable"),
    ],
)
def test_a_bag_is_whole(
    change: Callable[[Path], object], expected: str, signed: Ledger, tmp_path: Path
) -> None:
    export_bag(signed, tmp_path / "bag", [7], now=START)
    change(tmp_path / "bag")
    assert _reason(tmp_path / "bag") == expected


def test_growth_since_a_checkpoint_that_the_reader_holds(
    signed: Ledger, tmp_path: Path, fact: Make
) -> None:
    held = signed.head.checkpoint
    assert held is not None
    signed.append([fact(n) for n in range(300, 420)])
    key = str(tmp_path / "key.pub")
    export_bag(signed, tmp_path / "with", [410], now=START, earlier=[held])
    report = verify_bag(tmp_path / "with", key, earlier=held)
    assert (report.code, report.figures["grown_from"]) == (0, 300)
    export_bag(signed, tmp_path / "without", [410], now=START)
    assert _reason(tmp_path / "without", key=key, earlier=held) == "earlier"
    export_bag(signed, tmp_path / "whole", range(420), now=START)
    assert verify_bag(tmp_path / "whole", key, earlier=held).figures["grown_from"] == 300


def test_a_rewritten_ledger_does_not_continue_the_old_one(
    signed: Ledger, signer: SignerKey, tmp_path: Path, fact: Make
) -> None:
    """The keeper writes everything anew, one event changed, and signs it."""
    held = signed.head.checkpoint
    assert held is not None
    key = str(tmp_path / "key.pub")
    with Ledger.create(tmp_path / "new.sqlite", NAME, START, signer=signer) as new:
        new.append([fact(n, data={"n": -n}) for n in range(400)])
        export_bag(new, tmp_path / "bag", range(400), now=START)
        assert _reason(tmp_path / "bag", key=key) == ""  # the keeper's word alone
        assert _reason(tmp_path / "bag", key=key, earlier=held) == "rewritten"
        with pytest.raises(LawkeepError) as told:
            export_bag(new, tmp_path / "bag2", [1], now=START, earlier=[held])
        assert told.value.code == "export_earlier_differs"
        assert not (tmp_path / "bag2").exists()


def test_witnesses_are_asked_for(signed: Ledger, tmp_path: Path, fact: Make) -> None:
    assert signed.public_key is not None
    town = Town(tmp_path / "town", [signed.public_key], 3)
    try:
        keys = [w.key.verifier.text() for w in town.witnesses.values()]
        key = str(tmp_path / "key.pub")
        export_bag(signed, tmp_path / "alone", [1], now=START)
        assert _reason(tmp_path / "alone", key=key, witnesses=keys) == "witnesses"
        town.circle().cosign(signed)
        signed.append([fact(500)])
        done = export_bag(signed, tmp_path / "seen", [1], now=START)
        assert (done.size, done.cosignatures) == (300, 3)  # the cosigned one, not the head
        report = verify_bag(tmp_path / "seen", key, keys, needed=3)
        assert (report.code, report.notes) == (0, [])
        assert report.figures["cosigned_at"] == "2023-11-14T22:13:21Z"
        stranger = SignerKey("w9.example", 4, bytes([9] * 32)).verifier.text()
        assert _reason(tmp_path / "seen", key=key, witnesses=[stranger]) == "witnesses"
        assert _reason(tmp_path / "seen", key="what+is+this") == "unreadable"
    finally:
        town.close()


def test_time_stamps_go_along_with_what_they_stamp(
    signed: Ledger, tmp_path: Path, fact: Make
) -> None:
    """The note of each is proved to be an earlier state of the same ledger."""
    note = signed.head.checkpoint
    assert note is not None
    signed.keep_token(300, note, b"a token")
    signed.append([fact(n) for n in range(300, 350)])
    export_bag(signed, tmp_path / "bag", [1, 340], now=START)
    report = verify_bag(tmp_path / "bag", str(tmp_path / "key.pub"))
    assert (report.code, report.figures["tokens"]) == (0, 1)
    assert "tokens" in [what for what, _, _ in report.notes]
    data = tmp_path / "bag" / "data"
    assert (data / "tokens/300-0.tsr").read_bytes() == b"a token"
    assert (data / "tokens/300-0.note").read_bytes() == note
    assert (data / "earlier/300.checkpoint").read_bytes() == note
    (data / "earlier/300.consistency").write_text("")
    _again(tmp_path / "bag")
    assert _reason(tmp_path / "bag") == "rewritten"


def test_what_cannot_be_exported(
    ledger: Ledger, signed: Ledger, tmp_path: Path, fact: Make
) -> None:
    ledger.append([fact(1)])
    (tmp_path / "there").mkdir()
    for store, folder, seqs, code in (
        (ledger, "bag", [0], "ledger_unsigned"),
        (signed, "bag", [], "export_nothing"),
        (signed, "bag", [300], "ledger_no_entry"),
        (signed, "there", [1], "export_exists"),
        (signed, "no/such/folder", [1], "export_failed"),
    ):
        with pytest.raises(LawkeepError) as told:
            export_bag(store, tmp_path / folder, seqs, now=START)
        assert told.value.code == code
    assert not (tmp_path / "bag").exists()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".bag")]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A bag of three entries, and the key of its ledger."""
    folder = tmp_path_factory.mktemp("sample")
    signer = new_key(folder / "key", NAME)
    with Ledger.create(folder / "l.sqlite", NAME, START, signer=signer) as ledger:
        ledger.append([Event(id=f"e{n}", type="content.stopped", occurred_at=START + n,
                             recorded_at=START + n, operator="o") for n in range(20)])  # fmt: skip
        export_bag(ledger, folder / "bag", [3, 4, 17], now=START)
    return folder / "bag", signer.verifier.text()


BOUND = ("events.jsonl", "checkpoint", "tree.json", "proofs/4.tlog-proof")


@given(st.sampled_from((*BOUND, "ledger.json", "findings.json")), st.data())
def test_any_changed_byte_is_answered_and_bound_ones_are_seen(
    sample: tuple[Path, str], name: str, data: st.DataObject
) -> None:
    """Manifests are written anew, as whoever changes a bag would. It never raises."""
    bag, key = sample
    path = bag / "data" / name
    raw = path.read_bytes()
    at = data.draw(st.integers(0, len(raw) - 1))
    new = data.draw(st.binary(max_size=3).filter(lambda b: b != raw[at : at + 1]))
    path.write_bytes(raw[:at] + new + raw[at + 1 :])
    try:
        _again(bag)
        report = verify_bag(bag, key)
        if name == "tree.json":  # white space there says nothing
            same = _tree(path.read_bytes()) == _tree(raw)
            assert same or report.code in (1, 2)
        elif name in BOUND:
            assert report.code in (1, 2)
        assert report.code in (0, 1, 2)
    finally:
        path.write_bytes(raw)
        _again(bag)


def _tree(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:
        return None


@given(st.integers(1, 70), st.data())
def test_undisclosed_and_disclosed_lead_to_the_root(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    chosen = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    nodes: dict[tuple[int, int], bytes] = {}
    edge = CompactRange()
    for leaf in leaves:
        edge.append(leaf, lambda level, n, node: nodes.__setitem__((level, n), node))
    given_ = {f"{level}/{n}": nodes[level, n] for level, n in undisclosed(chosen, size)}
    used: set[str] = set()
    known = {n: leaves[n] for n in chosen}
    assert bagcheck._root(0, size, chosen, known, given_, used) == edge.root()
    assert used == set(given_)
    assert [n for first, last in ranges(chosen) for n in range(first, last + 1)] == chosen


@given(st.integers(1, 40), st.integers(1, 40))
def test_growth_is_judged_as_by_the_ledger(one: int, other: int) -> None:
    old, new = min(one, other), max(one, other)
    nodes: dict[tuple[int, int], bytes] = {}
    edge = CompactRange()
    roots = []
    for n in range(new):
        edge.append(
            leaf_hash(bytes([n])), lambda level, i, node: nodes.__setitem__((level, i), node)
        )
        roots.append(edge.root())
    path = consistency_path(old, new, lambda level, i: nodes[level, i])
    for before, after, steps in (
        (roots[old - 1], roots[new - 1], path),
        (roots[0], roots[new - 1], path),
        (roots[old - 1], roots[0], path),
        (roots[old - 1], roots[new - 1], path[1:]),
        (roots[old - 1], roots[new - 1], [*path, roots[0]]),
    ):
        assert bagcheck._grown(old, new, steps, before, after) == verify_consistency(
            old, new, steps, before, after
        )
