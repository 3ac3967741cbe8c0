"""What every store of the ledger must do, SQLite and PostgreSQL alike."""

import threading
from collections.abc import Callable, Iterator

import pytest

from lawkeep.ledger import Appended
from lawkeep.ledger import proof as proofs
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Checkpoint, opened
from lawkeep.ledger.group import GroupCommit
from lawkeep.ledger.merkle import EMPTY_ROOT, leaf_hash, root, verify_consistency, verify_inclusion
from lawkeep.ledger.note import COSIGNATURE, Note, SignerKey
from lawkeep.ledger.proof import Proof
from lawkeep.model.errors import ENVIRONMENT, LawkeepError
from lawkeep.model.event import Event, encode
from support.stores import KEY, ORIGIN, Store

Fact = Callable[..., Event]
WITNESS = SignerKey("w.example", COSIGNATURE, bytes(32))


def refused(call: Callable[[], object]) -> LawkeepError:
    with pytest.raises(LawkeepError) as raised:
        call()
    for language in ("en", "zh"):
        assert "{" not in raised.value.text(language) + raised.value.advice(language)
    return raised.value


def sound(ledger: BaseLedger) -> bool:
    verified = ledger.verify(KEY.verifier)
    assert verified.fault is None
    assert verified.checked == verified.size == ledger.size
    return True


def test_a_new_ledger(store: Store) -> None:
    ledger = store.create()
    assert (ledger.origin, ledger.created_at, ledger.public_key) == (ORIGIN, 7, KEY.verifier)
    assert (ledger.size, ledger.root) == (0, EMPTY_ROOT)
    assert list(ledger.read()) == []
    assert sound(ledger)
    assert ledger.stats().by_type == {}
    assert refused(store.create).code == "ledger_exists"
    assert store.open().head == ledger.head


def test_nothing_there(store: Store) -> None:
    assert refused(store.open).code in ("ledger_missing", "ledger_unreadable")


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "x" * 201])
def test_origins_that_no_checkpoint_can_carry(store: Store, origin: str) -> None:
    cls = type(store.create(signer=None))
    problem = refused(lambda: cls.create(store.where + "x", origin, 0))  # type: ignore[attr-defined]  # both have it
    assert problem.code == "ledger_origin_malformed"


def test_stored_bytes_are_the_encoded_event(store: Store, fact: Fact) -> None:
    full = fact(1, evidence=("sha256:" + "0" * 64,), actor="a", source="s", corrects="e0")
    events = [fact(0), full, fact(2, occurred_at=-62_135_596_800_000_000, data={"文": ["1", 2.5]})]
    ledger = store.create()
    assert ledger.append(events) == Appended(0, 2, 3, 0)
    entries = list(store.open().read())
    assert [entry.raw for entry in entries] == [encode(event) for event in events]
    assert [entry.event for entry in entries] == events
    assert [entry.recorded_at for entry in entries] == [event.recorded_at for event in events]
    assert ledger.root == root([leaf_hash(encode(event)) for event in events])
    assert ledger.get("e1") == entries[1]
    assert ledger.get("e3") is None


def test_every_commit_is_signed(store: Store, fact: Fact) -> None:
    ledger = store.create()
    for n in range(3):
        ledger.append([fact(n)])
        head = ledger.head
        assert head.checkpoint is not None
        checkpoint, _ = opened(head.checkpoint, KEY.verifier)
        assert checkpoint == Checkpoint(ORIGIN, n + 1, head.root)


def test_without_the_key_it_can_only_be_read(store: Store, fact: Fact) -> None:
    store.create().append([fact(0)])
    ledger = store.open(signer=None, wait=0.05)
    code = "ledger_key_needed" if store.kind == "sqlite" else "ledger_inbox_waiting"
    assert refused(lambda: ledger.append([fact(1)])).code == code
    assert (ledger.size, ledger.verify().sound) == (1, True)
    stranger = SignerKey(ORIGIN, 1, bytes(32))
    assert refused(lambda: store.open(signer=stranger)).code == "key_foreign"
    other = SignerKey("example.com/other", 1, bytes(32))
    assert refused(lambda: store.open(signer=other)).code == "key_foreign"


def test_a_ledger_gets_its_key_later(store: Store, fact: Fact) -> None:
    ledger = store.create(signer=None)
    ledger.append([fact(0)])
    assert ledger.head.checkpoint is None
    assert refused(lambda: ledger.prove(0)).code == "ledger_unsigned"
    signing = store.open()
    signing.append([fact(1)])
    assert signing.public_key == store.open(signer=None).public_key == KEY.verifier
    assert sound(signing)


def test_appending_again_adds_nothing(store: Store, fact: Fact) -> None:
    ledger = store.create()
    ledger.append(fact(n) for n in range(5))
    head = ledger.head
    later = [fact(n, recorded_at=1, source="again.csv") for n in range(5)]
    assert ledger.append(later) == Appended(None, None, 0, 5)
    assert ledger.head == head
    assert ledger.append([*later, fact(5), fact(5), fact(6)], batch=2) == Appended(5, 6, 2, 6)
    assert ledger.append([]) == Appended(None, None, 0, 0)
    many = [fact(n) for n in range(200)]
    assert ledger.append(many) == Appended(7, 199, 193, 7)
    assert ledger.append(many[::-1]) == Appended(None, None, 0, 200)
    assert sound(ledger)


@pytest.mark.parametrize("batch", [1, 3, 1000])
@pytest.mark.parametrize("changed", [{"data": {"n": 99}}, {"type": "content.removed"}])
def test_a_conflict_writes_nothing(
    store: Store, fact: Fact, batch: int, changed: dict[str, object]
) -> None:
    ledger = store.create()
    ledger.append([fact(n) for n in range(3)])
    head = ledger.head
    for events in (
        [fact(3), fact(4), fact(1, **changed), fact(5)],
        [fact(3), fact(4), fact(3, **changed)],
        [fact(1, **changed), *(fact(n) for n in range(100, 160))],
    ):
        assert refused(lambda events=events: ledger.append(events, batch)).code == (  # type: ignore[misc]  # bound at once
            "ledger_id_conflict"
        )
        assert ledger.head == head
    assert ledger.append([fact(3)], batch) == Appended(3, 3, 1, 0)
    assert sound(ledger)


def test_what_the_iterable_raises_writes_nothing(store: Store, fact: Fact) -> None:
    ledger = store.create()

    def failing() -> Iterator[Event]:
        yield from (fact(n) for n in range(700))
        raise KeyError("the file ended in the middle of a line")

    with pytest.raises(KeyError):
        ledger.append(failing(), batch=100)
    large = refused(lambda: ledger.append([fact(0), fact(1, data={"n": "x" * 70_000})]))
    assert large.code == "event_too_large"
    assert ledger.size == 0
    assert ledger.append([fact(0)]).first == 0
    assert sound(ledger)


def test_read_by_range_and_type(store: Store, fact: Fact) -> None:
    ledger = store.create()
    ledger.append(
        fact(n, type="content.removed" if n % 3 == 0 else "content.stopped") for n in range(1200)
    )

    def seqs(*span: int, types: list[str] | None = None) -> list[int]:
        return [entry.seq for entry in ledger.read(*span, types=types)]

    assert seqs() == list(range(1200))
    assert seqs(499, 501) == [499, 500]
    assert seqs(-5, 2) == [0, 1]
    assert seqs(1199, 5000) == [1199]
    assert seqs(1200) == seqs(5, 5) == seqs(5, 3) == []
    assert seqs(types=["content.removed"]) == list(range(0, 1200, 3))
    assert seqs(types=[]) == seqs(types=["no.such"]) == []
    stats = ledger.stats()
    assert stats.by_type == {"content.removed": 400, "content.stopped": 800}
    assert stats.first_recorded_at == fact(0).recorded_at
    assert stats.last_recorded_at == fact(1199).recorded_at
    assert stats.event_bytes == sum(len(e.raw) for e in ledger.read())
    assert stats.file_bytes > stats.event_bytes


def test_readers_see_a_snapshot_while_a_writer_appends(store: Store, fact: Fact) -> None:
    ledger = store.create()
    ledger.append(fact(n) for n in range(600))
    head = ledger.head
    other = store.open(signer=None)
    seen = []

    def watched() -> Iterator[Event]:
        for n in range(600, 1300):
            if n in (600, 1000, 1299):
                assert other.head == ledger.head == head
                assert [e.seq for e in other.read()] == list(range(600))
                assert other.get("e700") is None
                assert other.verify().sound
                seen.append(n)
            yield fact(n)

    late = ledger.read()
    ledger.append(watched(), batch=50)
    assert seen == [600, 1000, 1299]
    assert [entry.seq for entry in late] == list(range(600))
    assert other.size == 1300


def test_one_writer_at_a_time(store: Store, fact: Fact) -> None:
    ledger = store.create(wait=0.3)
    refusals = []

    def other(target: BaseLedger) -> None:
        try:
            target.append([fact(99)])
        except LawkeepError as problem:
            refusals.append((problem.code, problem.kind.exit_code))

    def during() -> Iterator[Event]:
        yield fact(0)
        other(store.open(wait=0.1))
        other(ledger)
        thread = threading.Thread(target=other, args=(ledger,))
        thread.start()
        thread.join()

    ledger.append(during(), batch=1)
    assert refusals == [("ledger_locked", ENVIRONMENT)] * 3
    assert [entry.id for entry in ledger.read()] == ["e0"]


def test_writers_take_turns(store: Store, fact: Fact) -> None:
    """Threads on one ledger, and a second one on the same store: no gap, nothing lost."""
    first, second = store.create(wait=30), store.open(wait=30)

    def work(target: BaseLedger, start: int) -> None:
        for n in range(start, start + 25):
            target.append([fact(n)])

    threads = [
        threading.Thread(target=work, args=(target, start))
        for target, start in ((first, 0), (first, 100), (second, 200), (second, 300))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.head == second.head
    expected = {f"e{n}" for start in (0, 100, 200, 300) for n in range(start, start + 25)}
    assert {entry.id for entry in first.read()} == expected
    assert sound(first)


def test_group_commit(store: Store, fact: Fact) -> None:
    ledger = store.create()
    with GroupCommit(ledger) as group:
        answers = [group.submit([fact(n)]) for n in range(300)]
        conflict = group.submit([fact(5, data={"n": 6})])
        assert [a.result().first for a in answers] == list(range(300))
        assert refused(conflict.result).code == "ledger_id_conflict"
    assert sound(ledger)


def test_proofs(store: Store, fact: Fact) -> None:
    ledger = store.create()
    ledger.append(fact(n) for n in range(300))
    early = ledger.head
    ledger.append(fact(n) for n in range(300, 900))
    late = ledger.head
    for seq in (0, 255, 256, 299):
        leaf = next(ledger.read(seq)).leaf
        for head in (early, late):
            path = ledger.inclusion(seq, head.size)
            assert verify_inclusion(leaf, seq, head.size, path, head.root)
    assert verify_consistency(300, 900, ledger.consistency(300), early.root, late.root)
    for asked in (
        lambda: ledger.inclusion(900),
        lambda: ledger.inclusion(300, 300),
        lambda: ledger.inclusion(-1),
        lambda: ledger.inclusion(0, 901),
        lambda: ledger.consistency(0),
        lambda: ledger.consistency(901),
        lambda: ledger.consistency(1, 0),
        lambda: ledger.prove(900),
        lambda: ledger.prove(-1),
    ):
        assert refused(asked).code == "ledger_no_entry"
    for seq in (0, 256, 899):
        entry = next(ledger.read(seq))
        proof = Proof.parse(ledger.prove(seq, b"extra").bytes())
        assert proofs.verify(entry.raw, proof, KEY.verifier).checkpoint.size == 900


def test_cosigned_checkpoints_are_kept(store: Store, fact: Fact) -> None:
    ledger = store.create()
    ledger.append(fact(n) for n in range(10))
    note = Note.parse(ledger.head.checkpoint or b"")
    ledger.append([fact(10)])
    other = SignerKey("v.example", COSIGNATURE, bytes([1] * 32))
    ledger.keep_checkpoint(note.joined([WITNESS.sign(note.text, 100)]))
    ledger.keep_checkpoint(note.joined([other.sign(note.text, 101)]))
    ledger.keep_checkpoint(note.joined([WITNESS.sign(note.text, 160)]))
    ((size, kept, last),) = store.open().kept_checkpoints(5)
    assert size == 10
    first, latest = (
        {s.name: s.time for s in Note.parse(raw).signatures if s.time} for raw in (kept, last)
    )
    assert first == {"w.example": 100, "v.example": 101}
    assert latest == {"w.example": 160, "v.example": 101}
    assert ledger.kept_checkpoints(11) == []
    # A proof stands on what others have seen, where there is such a checkpoint.
    proof = ledger.prove(3)
    assert proof.checkpoint == kept
    assert proofs.verify(encode(fact(3)), proof, KEY.verifier).checkpoint.size == 10
    assert Checkpoint.parse(Note.parse(ledger.prove(10).checkpoint).text).size == 11
    ledger.keep_token(10, note.bytes(), b"token")
    assert store.open().kept_tokens() == [(10, note.bytes(), b"token")]
    assert ledger.kept_tokens(11) == []


def test_entries_are_put_back_only_if_they_lead_to_the_expected_tree(
    store: Store, fact: Fact
) -> None:
    events = [fact(n) for n in range(1500)]
    raws = [encode(event) for event in events]
    expected = Checkpoint(ORIGIN, 1500, root(leaf_hash(raw) for raw in raws))
    ledger = store.create()
    ledger.append(events[:100])
    head = ledger.head
    changed = raws[100:]
    changed[700] = encode(fact(800, data={"n": 0}))
    for wrong in (raws[100:1499], raws[101:], changed, [raws[0], *raws[101:]], [b"{"], []):
        problem = refused(lambda wrong=wrong: ledger.restore(wrong, expected))  # type: ignore[misc]  # bound at once
        assert problem.code == "ledger_restore_differs"
        assert ledger.head == head
    ledger.restore(iter([*raws[100:], b"more"]), expected)
    assert (ledger.size, ledger.root) == (1500, expected.root)
    assert sound(ledger)


@pytest.mark.parametrize(
    ("statement", "what", "seq"),
    [
        ("UPDATE entries SET type = 'x' WHERE seq = 300", "columns", 300),
        ("UPDATE entries SET id = 'x' WHERE seq = 300", "columns", 300),
        ("DELETE FROM entries WHERE seq = 300", "gap", 300),
        ("DELETE FROM entries WHERE seq >= 590", "gap", 590),
        ("DELETE FROM tiles WHERE level = 0 AND n = 1", "leaf", 256),
        ("DELETE FROM tiles WHERE level = 1", "tile", 0),
        ("UPDATE head SET size = 599", "extra", 599),
    ],
)
def test_changes_are_found(store: Store, fact: Fact, statement: str, what: str, seq: int) -> None:
    ledger = store.create()
    ledger.append(fact(n) for n in range(600))
    store.sql(statement)
    fault = ledger.verify(KEY.verifier).fault
    assert fault is not None
    assert (fault.what, fault.seq) == (what, seq)


def test_changed_bytes_and_checkpoints_are_found(store: Store, fact: Fact) -> None:
    ledger = store.create()
    ledger.append(fact(n) for n in range(300))
    raw = encode(fact(7))
    early = ledger.head
    ledger.append([fact(300)])
    good = ledger.head.checkpoint

    def found() -> str:
        fault = ledger.verify(KEY.verifier).fault
        return "" if fault is None else fault.what

    store.sql("UPDATE entries SET bytes = ? WHERE seq = 7", raw.replace(b":7", b":8"))
    assert found() == "leaf"
    store.sql("UPDATE entries SET bytes = ? WHERE seq = 7", raw)
    assert found() == ""
    last = encode(fact(299))
    store.sql("UPDATE entries SET bytes = ? WHERE seq = 299", last.replace(b":299", b":298"))
    assert found() == "root"
    assert refused(lambda: store.open().append([fact(400)])).code == "ledger_damaged"
    store.sql("UPDATE entries SET bytes = ? WHERE seq = 299", last)
    forged = Checkpoint(ORIGIN, 301, ledger.root).signed(SignerKey(ORIGIN, 1, bytes(32))).bytes()
    for wrong in (early.checkpoint, None, b"x", forged):
        store.sql("UPDATE head SET checkpoint = ?", wrong)
        assert found() == "checkpoint"
    store.sql("UPDATE head SET checkpoint = ?", good)
    store.sql("UPDATE head SET root = ?", bytes(32))
    assert found() == "root"
    assert refused(lambda: store.open().append([fact(99)])).code == "ledger_damaged"


@pytest.mark.parametrize("statement", ["UPDATE entries SET type = 'x'", "DELETE FROM entries"])
def test_slips_are_refused(store: Store, fact: Fact, statement: str) -> None:
    """Without the tamperer's first step, the store itself refuses."""
    store.create().append([fact(0)])
    with pytest.raises(Exception, match="entry of the ledger"):
        store.slip(statement)
    assert store.open().size == 1


def test_batch_must_be_positive(store: Store) -> None:
    with pytest.raises(ValueError, match="batch"):
        store.create().append([], batch=0)
