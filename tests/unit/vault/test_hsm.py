"""The same vault with its epoch keys in a PKCS#11 token, run against SoftHSM."""

from pathlib import Path

import pytest
from pkcs11 import Attribute
from pkcs11.exceptions import AttributeSensitive

from lawkeep.model.errors import LawkeepError
from lawkeep.vault import Vault, back_up
from lawkeep.vault.hsm import Token

from .conftest import NOW, nothing_held


def test_a_vault_with_its_keys_in_a_token(softhsm: str, tmp_path: Path) -> None:
    with (
        Token.open(softhsm, "lawkeep", "1234") as keys,
        Vault.create(tmp_path / "vault.sqlite", keys, NOW) as vault,
    ):
        vault.seal("s1", "identity", "r1", {"number": "13912345678"}, NOW, searched={"number"})
        assert vault.read("s1", "identity", "r1") == {"number": "13912345678"}
        assert vault.find("identity", "number", "13912345678") == [("s1", "r1")]
        key = keys._found(vault.epoch)[0]
        with pytest.raises(AttributeSensitive):
            _ = key[Attribute.VALUE]
        copy = back_up(vault, tmp_path / "backups", NOW)
        old = vault.epoch
        vault.rotate()
        assert keys.names() == [vault.epoch]
        assert old not in keys.names()
        assert vault.read("s1", "identity", "r1") == {"number": "13912345678"}
        with Vault.open(copy, keys) as before, pytest.raises(LawkeepError) as told:
            before.read("s1", "identity", "r1")
        assert told.value.code == "vault_key_gone"
        vault.erase("s1", None, id="x", now=NOW, basis="b", held=nothing_held)
        assert vault.read("s1", "identity", "r1") == {}


def test_a_changed_wrapping_or_context_does_not_open(softhsm: str) -> None:
    with Token.open(softhsm, "lawkeep", "1234") as keys:
        keys.make("k1")
        keys.make("k1")
        wrapped = keys.wrap("k1", b"x" * 32, "for s1")
        assert keys.unwrap("k1", wrapped, "for s1") == b"x" * 32
        flipped = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
        for raw, context in ((flipped, "for s1"), (wrapped, "for s2")):
            with pytest.raises(LawkeepError) as told:
                keys.unwrap("k1", raw, context)
            assert told.value.code in ("vault_damaged", "hsm_unusable")
        keys.destroy("k1")
        keys.destroy("k1")
        with pytest.raises(LawkeepError) as told:
            keys.wrap("k1", b"x" * 32, "for s1")
        assert told.value.code == "vault_key_gone"


def test_what_is_no_module_or_token_is_told(softhsm: str, tmp_path: Path) -> None:
    for module, token, pin in (
        (str(tmp_path / "no.so"), "lawkeep", "1234"),
        (softhsm, "another", "1234"),
        (softhsm, "lawkeep", "wrong"),
    ):
        with pytest.raises(LawkeepError) as told:
            Token.open(module, token, pin)
        assert told.value.code == "hsm_unusable"
