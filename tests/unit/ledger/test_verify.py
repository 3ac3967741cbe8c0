"""What a full check finds when somebody changed the file, and what it cannot find alone."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from lawkeep.ledger import Ledger, Verified
from lawkeep.ledger.merkle import leaf_hash, root, verify_consistency
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event, encode

Fact = Callable[..., Event]
SIZE = 600


@pytest.fixture
def closed(ledger: Ledger, fact: Fact, path: Path) -> Path:
    ledger.append(fact(n) for n in range(SIZE))
    ledger.close()
    return path


def tampered(path: Path, *changes: tuple[str, tuple[object, ...]]) -> Verified:
    """The check after these statements, by somebody who can drop the triggers."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("DROP TRIGGER IF EXISTS entries_never_change")
    db.execute("DROP TRIGGER IF EXISTS entries_never_go")
    for statement, values in changes:
        db.execute(statement, values)
    db.close()
    with Ledger.open(path) as ledger:
        return ledger.verify()


def found(verified: Verified) -> tuple[str, int | None]:
    assert not verified.sound
    assert verified.fault is not None
    return verified.fault.what, verified.fault.seq


def test_nothing_wrong(closed: Path) -> None:
    verified = tampered(closed)
    assert verified.sound
    assert (verified.size, verified.checked) == (SIZE, SIZE)


@pytest.mark.parametrize("statement", ["UPDATE entries SET type = 'x'", "DELETE FROM entries"])
def test_slips_are_refused(closed: Path, statement: str) -> None:
    db = sqlite3.connect(closed)
    with pytest.raises(sqlite3.IntegrityError, match="entry of the ledger"):
        db.execute(statement)
    db.close()


def test_an_edited_body(closed: Path, fact: Fact) -> None:
    edit = ("UPDATE entries SET bytes = ? WHERE seq = 300", (encode(fact(300, data={"n": 0})),))
    verified = tampered(closed, edit)
    assert found(verified) == ("leaf", 300)
    assert verified.checked == 300


def test_an_edited_body_with_its_hashes_and_tile(closed: Path, fact: Fact) -> None:
    """The level above still knows the old hash of the 256 entries."""
    raw = encode(fact(300, data={"n": 0}))
    db = sqlite3.connect(closed)
    (tile,) = db.execute("SELECT hashes FROM tiles WHERE level = 0 AND n = 1").fetchone()
    db.close()
    forged = tile[: 44 * 32] + leaf_hash(raw) + tile[45 * 32 :]
    verified = tampered(
        closed,
        ("UPDATE entries SET bytes = ? WHERE seq = 300", (raw,)),
        ("UPDATE tiles SET hashes = ? WHERE level = 0 AND n = 1", (forged,)),
    )
    assert found(verified) == ("tile", 256)
    assert verified.fault is not None
    assert verified.fault.until == 512


def test_a_deleted_row(closed: Path) -> None:
    assert found(tampered(closed, ("DELETE FROM entries WHERE seq = 123", ()))) == ("gap", 123)


def test_two_bodies_swapped(closed: Path) -> None:
    swap = (
        "UPDATE entries SET bytes = (SELECT bytes FROM entries AS o WHERE o.seq = 30 - entries.seq)"
        " WHERE seq IN (10, 20)"
    )
    assert found(tampered(closed, (swap, ()))) == ("leaf", 10)


@pytest.mark.parametrize("change", ["type = 'content.removed'", "id = 'e9999'"])
def test_a_column_that_differs_from_the_bytes(closed: Path, change: str) -> None:
    verified = tampered(closed, (f"UPDATE entries SET {change} WHERE seq = 599", ()))
    assert found(verified) == ("columns", 599)


def test_the_tail_cut_off(closed: Path) -> None:
    assert found(tampered(closed, ("DELETE FROM entries WHERE seq >= 590", ()))) == ("gap", 590)


def test_an_entry_put_behind_the_head(closed: Path, fact: Fact) -> None:
    event = fact(600)
    raw = encode(event)
    insert = ("INSERT INTO entries VALUES (600, ?, ?, ?)", (event.id, event.type, raw))
    assert found(tampered(closed, insert)) == ("extra", 600)


@pytest.mark.parametrize(("level", "n", "seq"), [(0, 0, 0), (0, 1, 256), (1, 0, 0)])
def test_a_tile_gone(closed: Path, level: int, n: int, seq: int) -> None:
    gone = ("DELETE FROM tiles WHERE level = ? AND n = ?", (level, n))
    what, at = found(tampered(closed, gone))
    assert (what, at) == ("leaf" if level == 0 else "tile", seq)


def test_another_root(closed: Path) -> None:
    assert found(tampered(closed, ("UPDATE head SET root = zeroblob(32)", ()))) == ("root", 512)


def test_bytes_that_were_never_an_event(closed: Path) -> None:
    """Whoever holds the key can put them in, but not unseen."""
    db = sqlite3.connect(closed, isolation_level=None)
    (tile,) = db.execute("SELECT hashes FROM tiles WHERE level = 0 AND n = 1").fetchone()
    db.close()
    for raw in (b"", b"[1]", b'{"id":"e511"}', b"\xff"):
        forged = tile[: 255 * 32] + leaf_hash(raw)
        verified = tampered(
            closed,
            ("UPDATE entries SET bytes = ? WHERE seq = 511", (raw,)),
            ("UPDATE tiles SET hashes = ? WHERE level = 0 AND n = 1", (forged,)),
        )
        assert found(verified) == ("columns", 511)


def test_an_edited_body_in_the_last_tile(closed: Path, fact: Fact) -> None:
    """Its hashes are not stored while it is open: known is only that it is one of these."""
    raw = encode(fact(550, data={"n": 0}))
    verified = tampered(closed, ("UPDATE entries SET bytes = ? WHERE seq = 550", (raw,)))
    assert found(verified) == ("root", 512)
    assert verified.fault is not None
    assert verified.fault.until == 600


def test_any_flipped_byte_of_an_event_is_found(closed: Path, fact: Fact) -> None:
    """Anywhere in the stored text of an event, straight in the file."""
    content = bytearray(closed.read_bytes())
    at = content.index(encode(fact(411)))
    for offset in (0, 57, 150):
        content[at + offset] ^= 1
        closed.write_bytes(content)
        assert found(tampered(closed)) == ("leaf", 411)
        content[at + offset] ^= 1
    closed.write_bytes(content)
    assert tampered(closed).sound


def test_pages_overwritten(closed: Path) -> None:
    content = bytearray(closed.read_bytes())
    content[20 * 4096 : 40 * 4096] = b"\xa5" * (20 * 4096)
    closed.write_bytes(content)
    with Ledger.open(closed) as ledger:
        verified = ledger.verify()
        what, _ = found(verified)
        assert what == "store"
        with pytest.raises(LawkeepError) as raised:
            list(ledger.read())
        assert raised.value.code == "ledger_damaged"


def test_nothing_is_added_to_a_ledger_that_does_not_fit(closed: Path, fact: Fact) -> None:
    for change in (
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET size = 599",
        "UPDATE entries SET bytes = zeroblob(9) WHERE seq = 550",
        "DELETE FROM tiles WHERE level = 1",
        "DELETE FROM entries WHERE seq >= 590",
    ):
        copy = closed.with_name("copy.sqlite")
        copy.write_bytes(closed.read_bytes())
        assert not tampered(copy, (change, ())).sound
        with Ledger.open(copy) as ledger, pytest.raises(LawkeepError) as raised:
            ledger.append([fact(1000)])
        assert raised.value.code == "ledger_damaged"
        copy.unlink()


def test_a_rebuilt_ledger_only_contradicts_who_remembers(tmp_path: Path, fact: Fact) -> None:
    """The keeper can rewrite everything; one remembered size and root show it."""
    honest = [fact(n) for n in range(50)]
    with Ledger.create(tmp_path / "honest.sqlite", "example.com/records", 0) as ledger:
        ledger.append(honest[:30])
        remembered = ledger.head
    rewritten = [fact(7, data={"n": 0}) if e.id == "e7" else e for e in honest]
    with Ledger.create(tmp_path / "rewritten.sqlite", "example.com/records", 0) as ledger:
        ledger.append(rewritten)
        assert ledger.verify().sound
        path = ledger.consistency(remembered.size)
        head = ledger.head
    assert not verify_consistency(30, 50, path, remembered.root, head.root)
    assert head.root == root([leaf_hash(encode(event)) for event in rewritten])
