"""Key files: made once, readable by their owner only, never mistaken for another's."""

from pathlib import Path

import pytest

from lawkeep.ledger.keys import new_key, public_path, read_key, read_public_key
from lawkeep.ledger.note import COSIGNATURE
from lawkeep.model.errors import LawkeepError


def code(raised: pytest.ExceptionInfo[LawkeepError]) -> str:
    for language in ("en", "zh"):
        assert "{" not in raised.value.text(language) + raised.value.advice(language)
    return raised.value.code


def test_a_key_is_made_and_read(tmp_path: Path) -> None:
    path = tmp_path / "records.key"
    key = new_key(path, "example.com/records")
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == read_key(path, "example.com/records") == key
    assert read_public_key(str(public_path(path))) == key.verifier
    assert read_public_key(key.verifier.text()) == key.verifier
    other = new_key(tmp_path / "w.key", "w.example", COSIGNATURE)
    assert other.seed != key.seed


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    key = new_key(tmp_path / "k", "a")
    with pytest.raises(LawkeepError) as raised:
        new_key(tmp_path / "k", "a")
    assert code(raised) == "key_exists"
    assert read_key(tmp_path / "k") == key


def test_keys_that_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "k"
    new_key(path, "a")
    with pytest.raises(LawkeepError) as raised:
        read_key(path, "b")
    assert code(raised) == "key_foreign"
    path.chmod(0o640)
    with pytest.raises(LawkeepError) as raised:
        read_key(path)
    assert code(raised) == "key_exposed"
    path.write_bytes(b"\xff")
    path.chmod(0o600)
    with pytest.raises(LawkeepError) as raised:
        read_key(path)
    assert code(raised) == "note_key_malformed"
    for missing in (tmp_path / "no", tmp_path):
        with pytest.raises(LawkeepError) as raised:
            read_key(missing)
        assert code(raised) in ("key_unreadable", "key_exposed")
    with pytest.raises(LawkeepError) as raised:
        read_public_key(str(tmp_path / "no"))
    assert code(raised) == "key_unreadable"
    with pytest.raises(LawkeepError) as raised:
        new_key(tmp_path / "no" / "k", "a")
    assert code(raised) == "key_unreadable"
    with pytest.raises(LawkeepError) as raised:
        new_key(tmp_path / "k2", "a b")
    assert code(raised) == "note_key_malformed"
