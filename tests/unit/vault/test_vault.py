"""The vault seals, finds, rotates and forgets; nothing of what is erased stays in a file."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import DAY
from lawkeep.vault import KeyFile, Vault, back_up
from lawkeep.vault.cipher import seal, unseal
from support.personal import NUMBER

from .conftest import NOW, nothing_held

NAME = "ZHANG-SAN-OF-THE-TESTS"


def _sealed(vault: Vault, subject: str = "s1", purpose: str = "identity") -> dict[str, str]:
    return vault.seal(
        subject, purpose, "row1", {"name": NAME, "number": NUMBER}, NOW, searched={"number"}
    )


def _wrapped(vault: Vault) -> bytes:
    with sqlite3.connect(vault.path) as db:
        return bytes(db.execute("SELECT wrapped FROM keys").fetchone()[0])


def test_what_is_sealed_is_read_and_found(
    vault: Vault, found_in: Callable[[bytes], list[str]]
) -> None:
    digests = _sealed(vault)
    assert set(digests) == {"name", "number"}
    assert all(d.startswith("sha256:") and len(d) == 71 for d in digests.values())
    assert vault.read("s1", "identity", "row1") == {"name": NAME, "number": NUMBER}
    assert vault.find("identity", "number", f" {NUMBER}") == [("s1", "row1")]
    assert vault.find("identity", "number", "13912345679") == []
    assert vault.find("marketing", "number", NUMBER) == []  # one purpose is blind to another
    assert vault.find("identity", "name", NAME) == []  # was not said to be searched
    assert not found_in(NUMBER.encode())
    assert not found_in(NAME.encode())
    assert not found_in(b"13912")


def test_same_value_gives_other_bytes(vault: Vault) -> None:
    assert _sealed(vault)["number"] != _sealed(vault, "s2")["number"] != _sealed(vault)["number"]


def test_what_is_moved_does_not_open(vault: Vault) -> None:
    """Row and field are authenticated: a swap in the database is seen."""
    _sealed(vault)
    with sqlite3.connect(vault.path) as db:
        db.execute(
            "UPDATE sealed SET content = (SELECT content FROM sealed WHERE field = 'name')"
            " WHERE field = 'number'"
        )
    db.close()
    with pytest.raises(LawkeepError) as told:
        vault.read("s1", "identity", "row1")
    assert told.value.code == "vault_damaged"


def test_a_changed_byte_does_not_open() -> None:
    key = bytes(32)
    sealed = seal(key, b"value", "a", "b")
    assert unseal(key, sealed, "a", "b") == b"value"
    for parts in (("ab", ""), ("a", "c"), ("b", "a"), ("a", "b", "")):
        with pytest.raises(InvalidTag):
            unseal(key, sealed, *parts)
    for at in range(len(sealed)):
        broken = bytearray(sealed)
        broken[at] ^= 1
        with pytest.raises(InvalidTag):
            unseal(key, bytes(broken), "a", "b")


def test_erased_is_gone_from_every_file(
    vault: Vault, keys: KeyFile, found_in: Callable[[bytes], list[str]]
) -> None:
    _sealed(vault)
    vault.seal(
        "s2", "identity", "row1", {"name": NAME, "number": "13800000000"}, NOW, searched={"number"}
    )
    with sqlite3.connect(f"file:{vault.path}?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT content, wrapped, mac FROM sealed JOIN keys USING (key) JOIN lookup USING (key)"
            " WHERE subject = 's1'"
        ).fetchall()
    db.close()
    needles = {bytes(part) for row in rows for part in row}
    assert len(needles) == 4  # two ciphertexts, the wrapped key, the blind index entry
    assert all(found_in(needle) for needle in needles)
    done = vault.erase(
        "s1", None, id="x1", now=NOW + 5, basis="PIPL 47", held=nothing_held, actor="a1"
    )
    assert done.purposes == ("identity",)
    assert done.effective_at == NOW + 5 + 7 * DAY
    assert not any(found_in(needle) for needle in needles)
    assert vault.read("s1", "identity", "row1") == {}
    assert vault.find("identity", "number", NUMBER) == []
    assert vault.find("identity", "number", "13800000000") == [("s2", "row1")]
    assert vault.read("s2", "identity", "row1")["name"] == NAME
    assert vault.uncertified() == [done]
    vault.certified("x1")
    assert vault.uncertified() == []
    again = vault.erase("s1", None, id="x1", now=NOW + 9, basis="", held=nothing_held)
    assert again.erased_at == NOW + 5
    with pytest.raises(LawkeepError) as told:
        vault.erase("s1", None, id="x2", now=NOW + 9, basis="", held=nothing_held)
    assert told.value.code == "vault_nothing_held"


def test_a_hold_stops_all_of_an_erasure(vault: Vault) -> None:
    _sealed(vault)
    _sealed(vault, purpose="billing")
    with pytest.raises(LawkeepError) as told:
        vault.erase(
            "s1", None, id="x1", now=NOW, basis="b",
            held=lambda _, purpose: "case-7" if purpose == "billing" else None,
        )  # fmt: skip
    assert told.value.code == "vault_held"
    assert "case-7" in told.value.text()
    assert vault.read("s1", "identity", "row1")
    assert vault.erasure("x1") is None
    vault.erase("s1", {"identity"}, id="x1", now=NOW, basis="b", held=nothing_held)
    assert [h.purpose for h in vault.holdings("s1")] == ["billing"]


def test_no_certificate_while_the_log_is_read(vault: Vault) -> None:
    _sealed(vault)
    vault._db.execute("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(vault.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM sealed").fetchall()
    with pytest.raises(LawkeepError) as told:
        vault.erase("s1", None, id="x1", now=NOW, basis="b", held=nothing_held)
    assert told.value.code == "vault_erase_unfinished"
    reader.close()
    assert vault.erase("s1", None, id="x1", now=NOW, basis="b", held=nothing_held).keys


def test_a_file_is_sealed_and_named_by_the_erasure(vault: Vault) -> None:
    sealed = vault.seal_file("s1", "identity", "card.jpg", b"\xff\xd8" * 500, NOW)
    assert vault.read_file("s1", "identity", sealed) == b"\xff\xd8" * 500
    done = vault.erase("s1", None, id="x1", now=NOW, basis="b", held=nothing_held)
    assert len(done.blobs) == 1
    with pytest.raises(LawkeepError) as told:
        vault.read_file("s1", "identity", sealed)
    assert told.value.code == "vault_nothing_held"


def test_a_rotation_makes_older_copies_useless(vault: Vault, keys: KeyFile, tmp_path: Path) -> None:
    _sealed(vault)
    copy = back_up(vault, tmp_path / "backups", NOW)
    with Vault.open(copy, keys) as restored:
        assert restored.read("s1", "identity", "row1")["number"] == NUMBER
    old = vault.epoch
    assert vault.rotate() == 1
    assert vault.epoch != old
    assert keys.names() == [vault.epoch]
    assert vault.read("s1", "identity", "row1")["number"] == NUMBER
    assert vault.find("identity", "number", NUMBER) == [("s1", "row1")]
    with Vault.open(copy, keys) as restored, pytest.raises(LawkeepError) as told:
        restored.read("s1", "identity", "row1")
    assert told.value.code == "vault_key_gone"


def test_backups_are_few_and_hold_nothing_erased(
    vault: Vault, tmp_path: Path, found_in: Callable[[bytes], list[str]]
) -> None:
    _sealed(vault)
    wrapped = _wrapped(vault)
    folder = tmp_path / "backups"
    first = back_up(vault, folder, NOW)
    vault.erase("s1", None, id="x1", now=NOW + 1, basis="b", held=nothing_held)
    second = back_up(vault, folder, NOW + 6 * DAY)
    assert found_in(wrapped) == [first.name]
    third = back_up(vault, folder, NOW + 8 * DAY)
    assert sorted(folder.iterdir()) == [second, third]
    assert not found_in(wrapped)
    assert (third.stat().st_mode & 0o777) == 0o600


def test_two_vaults_share_a_key_service(tmp_path: Path, keys: KeyFile) -> None:
    with (
        Vault.create(tmp_path / "a.sqlite", keys, NOW) as one,
        Vault.create(tmp_path / "b.sqlite", keys, NOW) as two,
    ):
        _sealed(one)
        _sealed(two)
        one.rotate()
        assert two.read("s1", "identity", "row1")["name"] == NAME


def test_what_is_no_vault_is_refused(tmp_path: Path, keys: KeyFile) -> None:
    for name, content, code in (
        ("none", None, "vault_missing"),
        ("text", b"hello", "vault_foreign"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(LawkeepError) as told:
            Vault.open(tmp_path / name, keys)
        assert told.value.code == code
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE t (x)")
    with pytest.raises(LawkeepError) as told:
        Vault.open(tmp_path / "other", keys)
    assert told.value.code == "vault_foreign"
    with pytest.raises(LawkeepError) as told:
        Vault.create(tmp_path / "text", keys, NOW)
    assert told.value.code == "vault_exists"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"a": 1}', b'{"a": "AAAA"}', b"\xff", b'{"a": "*"}']
)
def test_a_bad_key_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(LawkeepError) as told:
        KeyFile.open(path)
    assert told.value.code == "keyfile_unusable"


def test_a_key_file_that_others_read_is_refused(keys: KeyFile) -> None:
    assert (keys.path.stat().st_mode & 0o777) == 0o600
    keys.path.chmod(0o640)
    with pytest.raises(LawkeepError) as told:
        KeyFile.open(keys.path)
    assert told.value.code == "keyfile_unusable"
    with pytest.raises(LawkeepError):
        KeyFile.create(keys.path)


def test_a_destroyed_key_is_overwritten(keys: KeyFile) -> None:
    keys.make("one")
    keys.make("two")
    secret = keys._read()["one"]
    with keys.path.open("rb") as old:  # the file as it was, seen through its open handle
        keys.destroy("one")
        assert set(os.pread(old.fileno(), 10_000, 0)) == {0}
    assert keys.names() == ["two"]
    keys.make("one")
    assert keys._read()["one"] != secret
