"""Opening what is not there, not a ledger, newer, unreadable or read-only: what one is told."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lawkeep.ledger import Ledger, schema
from lawkeep.model.errors import BAD_INPUT, ENVIRONMENT, LawkeepError
from lawkeep.model.event import Event

Fact = Callable[..., Event]


def refused(path: Path) -> LawkeepError:
    with pytest.raises(LawkeepError) as raised:
        Ledger.open(path)
    for language in ("en", "zh"):
        assert path.name in raised.value.text(language)
        assert "{" not in raised.value.text(language) + raised.value.advice(language)
    return raised.value


def changed(path: Path, statement: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(statement)
    db.close()


def test_what_is_no_ledger(tmp_path: Path, path: Path) -> None:
    assert refused(path).code == "ledger_missing"
    assert not path.exists()
    assert refused(tmp_path).code == "ledger_folder"
    for content in (b"", b"id,type\n1,content.stopped\n" * 200, b"SQLite format 3\0" + b"x" * 9000):
        path.write_bytes(content)
        problem = refused(path)
        assert (problem.code, problem.kind.exit_code) == ("ledger_foreign", BAD_INPUT)
        assert path.read_bytes() == content
        path.unlink()
    changed(path, "CREATE TABLE entries (seq INTEGER PRIMARY KEY)")
    assert refused(path).code == "ledger_foreign"


def test_a_newer_format(ledger: Ledger, path: Path) -> None:
    ledger.close()
    changed(path, "PRAGMA user_version = 3")
    problem = refused(path)
    assert (problem.code, problem.details["found"]) == ("ledger_newer", 3)
    changed(path, "PRAGMA user_version = 1")
    assert refused(path).code == "ledger_older"


def test_a_ledger_without_its_tables(ledger: Ledger, path: Path) -> None:
    ledger.close()
    changed(path, "DELETE FROM ledger")
    assert refused(path).code == "ledger_damaged"
    changed(path, "DROP TABLE ledger")
    problem = refused(path)
    assert (problem.code, problem.kind.exit_code) == ("ledger_damaged", ENVIRONMENT)


def test_names_with_signs_of_a_uri(tmp_path: Path, fact: Fact) -> None:
    path = tmp_path / "账本 100% #1?mode=ro.sqlite"
    with Ledger.create(path, "example.com/records", 0) as ledger:
        ledger.append([fact(0)])
    assert path.exists()
    with Ledger.open(str(path)) as ledger:
        assert ledger.size == 1


def test_create_overwrites_nothing(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    ledger.close()
    before = path.read_bytes()
    with pytest.raises(LawkeepError) as raised:
        Ledger.create(path, "example.com/other", 1)
    assert raised.value.code == "ledger_exists"
    assert path.read_bytes() == before
    with pytest.raises(LawkeepError) as raised:
        Ledger.create(tmp_path / "no" / "such.sqlite", "example.com/other", 1)
    assert (raised.value.code, raised.value.kind.exit_code) == ("ledger_unreadable", ENVIRONMENT)


def test_create_that_fails_leaves_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "TABLES", "CREATE TABLE ledger (one); no SQL;")
    with pytest.raises(LawkeepError):
        Ledger.create(path, "example.com/records", 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "x" * 201, "a\u2003b"])
def test_origins_that_no_checkpoint_can_carry(path: Path, origin: str) -> None:
    with pytest.raises(LawkeepError) as raised:
        Ledger.create(path, origin, 0)
    assert raised.value.code == "ledger_origin_malformed"
    assert not path.exists()


def test_a_closed_ledger_is_our_mistake_not_damage(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(sqlite3.ProgrammingError):
        _ = ledger.size


@pytest.fixture
def stranger() -> Iterator[Path]:
    """A folder where this test is a user who may look but not write: root steps down for it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    root = os.geteuid() == 0
    yield folder
    if root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def step_down(folder: Path) -> None:
    if os.geteuid() == 0:
        os.seteuid(65_534)
    else:
        folder.chmod(0o555)


def test_read_only_files_can_be_read(stranger: Path, fact: Fact) -> None:
    path = stranger / "records.sqlite"
    with Ledger.create(path, "example.com/records", 0) as ledger:
        ledger.append([fact(0)])
    path.chmod(0o444)
    before = path.read_bytes()
    step_down(stranger)
    with Ledger.open(path) as ledger:
        assert [entry.id for entry in ledger.read()] == ["e0"]
        assert ledger.verify().sound
        assert ledger.stats().size == 1
        with pytest.raises(LawkeepError) as raised:
            ledger.append([fact(1)])
        assert (raised.value.code, raised.value.kind.exit_code) == ("ledger_read_only", ENVIRONMENT)
        assert ledger.size == 1
    assert path.read_bytes() == before
    with pytest.raises(LawkeepError) as raised:
        Ledger.create(stranger / "new.sqlite", "example.com/records", 0)
    assert raised.value.code == "ledger_unreadable"


def test_a_read_only_copy_with_its_log(stranger: Path, tmp_path: Path, fact: Fact) -> None:
    """What stands only in the write-ahead log is never left out in silence."""
    source = tmp_path / "source.sqlite"
    with Ledger.create(source, "example.com/records", 0) as ledger:
        ledger.append([fact(0)])
        for end in ("", "-wal"):
            copy = stranger / f"records.sqlite{end}"
            copy.write_bytes(Path(f"{source}{end}").read_bytes())
            copy.chmod(0o444)
    step_down(stranger)
    problem = refused(stranger / "records.sqlite")
    assert (problem.code, problem.kind.exit_code) == ("ledger_unreadable", ENVIRONMENT)


def test_files_that_may_not_be_read(stranger: Path) -> None:
    path = stranger / "records.sqlite"
    Ledger.create(path, "example.com/records", 0).close()
    path.chmod(0o000)
    step_down(stranger)
    problem = refused(path)
    assert (problem.code, problem.kind.exit_code) == ("ledger_unreadable", ENVIRONMENT)
