"""Keys, checkpoints, witnesses, proofs, publishing, recovery and proved times, as people run them."""

import io
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lawkeep.ledger import Ledger
from lawkeep.ledger.checkpoint import opened
from lawkeep.ledger.keys import read_key, read_public_key
from lawkeep.ledger.proof import Proof, verify

from .conftest import KNOWN, STOPPED, Ran, event

ORIGIN = "example.org/talk"
NAME = "audit.example.org/w"


@pytest.fixture
def made(lawkeep: Callable[..., Ran], tmp_path: Path) -> Path:
    """A new ledger; its key in `key`."""
    ran = lawkeep("ledger", "init", tmp_path / "l.sqlite", "--origin", ORIGIN, "--key", tmp_path / "key")  # fmt: skip
    assert ran.code == 0, ran.err
    return tmp_path / "l.sqlite"


def written(folder: Path, *events: dict[str, object]) -> Path:
    """A file of native events of the operator `talk`."""
    file = folder / f"{events[0]['id']}.jsonl"
    file.write_text("".join(json.dumps(e | {"operator": "talk"}) + "\n" for e in events))
    return file


@dataclass
class Neighbour:
    """A witness on a free port of the loopback, in a process of its own."""

    folder: Path
    policy: Path
    process: "subprocess.Popen[str]"
    line: str

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def neighbour(lawkeep: Callable[..., Ran], made: Path, tmp_path: Path) -> Iterator[Neighbour]:
    ran = lawkeep("witness", "init", tmp_path / "w.key", tmp_path / "w.state", "--name", NAME)
    assert ran.code == 0, ran.err
    command = [sys.executable, "-m", "lawkeep", "witness", "serve", tmp_path / "w.key"]
    command += [tmp_path / "w.state", "--log", tmp_path / "key.pub", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout is not None
    line = process.stdout.readline()
    policy = tmp_path / "policy"
    log = (tmp_path / "key.pub").read_text().strip()
    policy.write_text(f"log {log}\n{line}quorum {NAME}\n")
    told = Neighbour(tmp_path, policy, process, line)
    yield told
    told.end()
    process.stdout.close()


def test_a_ledger_with_its_key(lawkeep, tmp_path):
    key = tmp_path / "key"
    ran = lawkeep("ledger", "init", tmp_path / "l.sqlite", "--origin", ORIGIN, "--key", key)
    assert ran.code == 0
    assert ran.out == (tmp_path / "key.pub").read_text()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().strip() not in ran.out + ran.err
    with Ledger.open(tmp_path / "l.sqlite") as ledger:
        assert ledger.public_key == read_key(key).verifier
    again = lawkeep("ledger", "init", tmp_path / "m.sqlite", "--key", key)
    assert again.code == 2
    assert "[key_exists]" in again.err
    assert not (tmp_path / "m.sqlite").exists()
    there = lawkeep("ledger", "init", tmp_path / "l.sqlite", "--key", tmp_path / "other")
    assert "[ledger_exists]" in there.err
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "other.pub").exists()
    plain = lawkeep("ledger", "init", tmp_path / "n o.sqlite", "--json")
    assert plain.json == {"ledger": str(tmp_path / "n o.sqlite"), "origin": "lawkeep/n-o", "key": None}  # fmt: skip
    ran = lawkeep("ledger", "checkpoint", tmp_path / "n o.sqlite")
    assert (ran.code, "[ledger_unsigned]" in ran.err) == (2, True)


def test_a_checkpoint_is_printed(lawkeep, made, tmp_path):
    public = read_public_key(str(tmp_path / "key.pub"))
    file = written(tmp_path, KNOWN, STOPPED)
    assert lawkeep("ledger", "append", made, file).code == 2
    assert lawkeep("ledger", "append", made, file, "--signer", tmp_path / "key").code == 0
    ran = lawkeep("ledger", "checkpoint", made)
    assert (ran.code, opened(ran.out.encode(), public)[0].size) == (0, 2)
    told = lawkeep("ledger", "checkpoint", made, "--json").json
    assert told == {"checkpoint": ran.out, "size": 2, "witnesses": [], "cosigned_at": None, "stamped_at": None}  # fmt: skip
    ran = lawkeep("ledger", "checkpoint", made, "--key")
    assert ran.out.strip() == public.text()
    assert lawkeep("ledger", "checkpoint", made, "--stamp", "http://127.0.0.1:1").code == 2
    other = tmp_path / "other"
    assert lawkeep("ledger", "init", tmp_path / "o.sqlite", "--key", other).code == 0
    ran = lawkeep("ledger", "checkpoint", made, "--signer", other)
    assert (ran.code, "[key_foreign]" in ran.err) == (2, True)


def test_a_key_given_to_a_ledger_without_one_signs_it(lawkeep, tmp_path):
    bare = tmp_path / "b.sqlite"
    assert lawkeep("ledger", "init", bare, "--origin", ORIGIN).code == 0
    assert lawkeep("ledger", "append", bare, written(tmp_path, KNOWN)).code == 0
    assert lawkeep("ledger", "init", tmp_path / "l.sqlite", "--origin", ORIGIN, "--key", tmp_path / "key").code == 0  # fmt: skip
    ran = lawkeep("ledger", "checkpoint", bare, "--signer", tmp_path / "key")
    assert ran.code == 0, ran.err
    public = read_public_key(str(tmp_path / "key.pub"))
    assert opened(ran.out.encode(), public)[0].size == 1


def test_a_proof_is_checked_without_the_ledger(lawkeep, made, tmp_path):
    file = written(tmp_path, KNOWN, STOPPED)
    assert lawkeep("ledger", "append", made, file, "--signer", tmp_path / "key").code == 0
    out = tmp_path / "proof"
    ran = lawkeep("ledger", "prove", made, "--id", "e2", "--out", out, "--json")
    assert ran.json == {"file": str(out), "seq": 1, "witnesses": []}
    proof = Proof.parse(out.read_bytes())
    assert proof.extra is not None
    assert verify(proof.extra, proof, read_public_key(str(tmp_path / "key.pub"))).index == 1
    ran = lawkeep("verify", out, "--key", tmp_path / "key.pub")
    assert (ran.code, "everything fits" in ran.out) == (0, True)
    assert "[output_exists]" in lawkeep("ledger", "prove", made, "--seq", 0, "--out", out).err
    for wrong in (["--seq", 2], ["--seq", -1], ["--id", "e9"]):
        ran = lawkeep("ledger", "prove", made, *wrong, "--out", tmp_path / "p")
        assert (ran.code, "[ledger_no_entry]" in ran.err) == (2, True)
    for wrong in ([], ["--seq", 0, "--id", "e1"]):
        ran = lawkeep("ledger", "prove", made, *wrong, "--out", tmp_path / "p")
        assert (ran.code, "[usage_value]" in ran.err) == (2, True)
    assert not (tmp_path / "p").exists()
    assert lawkeep("ledger", "prove", made, "--seq", 0, "--out", tmp_path / "no" / "p").code == 5


def test_figures(lawkeep, made, tmp_path):
    file = written(tmp_path, KNOWN, STOPPED)
    assert lawkeep("ledger", "append", made, file, "--signer", tmp_path / "key").code == 0
    told = lawkeep("ledger", "stats", made, "--json").json
    assert (told["size"], told["cosigned"], told["stamped"]) == (2, 0, 0)
    assert told["types"] == {"content.known_unlawful": 1, "content.stopped": 1}
    ran = lawkeep("ledger", "stats", made, "--language", "zh")
    assert "条目数" in ran.out
    assert "content.stopped" in ran.out
    assert lawkeep("ledger", "stats", tmp_path / "none.sqlite").code == 2


def test_verify_names_what_does_not_fit(lawkeep, made, tmp_path):
    file = written(tmp_path, KNOWN, STOPPED)
    assert lawkeep("ledger", "append", made, file, "--signer", tmp_path / "key").code == 0
    ran = lawkeep("ledger", "verify", made, "--key", tmp_path / "key.pub")
    assert ran.code == 0
    assert lawkeep("ledger", "init", tmp_path / "o.sqlite", "--origin", ORIGIN, "--key", tmp_path / "k2").code == 0  # fmt: skip
    ran = lawkeep("ledger", "verify", made, "--key", tmp_path / "k2.pub", "--json")
    assert (ran.code, ran.json["fault"]["what"]) == (1, "checkpoint")
    assert lawkeep("ledger", "verify", made, "--key", "nonsense").code == 5
    with sqlite3.connect(made) as db:  # as somebody would who has the file, not the program
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.execute(
            "UPDATE entries SET bytes = CAST(replace(bytes, 'complaint', 'newspaper') AS BLOB)"
        )
    ran = lawkeep("ledger", "verify", made)
    assert ran.code == 1
    assert "the ledger does not fit: root #0" in ran.out


def test_a_witness_sees_what_the_keeper_cannot(lawkeep, made, neighbour, tmp_path):
    key, policy = tmp_path / "key", neighbour.policy
    assert neighbour.line.startswith(f"witness {NAME} {NAME}+")
    assert lawkeep("ledger", "append", made, written(tmp_path, KNOWN), "--signer", key).code == 0
    ran = lawkeep("ledger", "verify", made, "--policy", policy)
    assert (ran.code, "not enough witnesses" in ran.out) == (3, True)
    backup = tmp_path / "backup.sqlite"
    shutil.copy(made, backup)

    ran = lawkeep("ledger", "append", made, written(tmp_path, STOPPED), "--signer", key, "--witness-policy", policy)  # fmt: skip
    assert ran.code == 0, ran.err
    ran = lawkeep("ledger", "checkpoint", made, "--witness-policy", policy, "--json")
    assert (ran.code, ran.json["size"], ran.json["witnesses"]) == (0, 2, [NAME])
    witness = read_public_key(str(tmp_path / "w.key.pub"))
    public = read_public_key(str(tmp_path / "key.pub"))
    _, note = opened(ran.json["checkpoint"].encode(), public)
    assert note.signed_by([witness])
    ran = lawkeep("ledger", "verify", made, "--policy", policy, "--json")
    assert (ran.code, ran.json["proved"], ran.json["witnesses"]) == (0, 2, {NAME: 2})
    assert "cosigned by" in lawkeep("ledger", "prove", made, "--seq", 0, "--out", tmp_path / "p").err  # fmt: skip
    told = lawkeep("verify", tmp_path / "p", "--key", tmp_path / "key.pub", "--witness", tmp_path / "w.key.pub")  # fmt: skip
    assert told.code == 0, told.out

    # A restored backup fits in itself; the witness knows better, and nothing more is signed.
    assert lawkeep("ledger", "verify", backup).code == 0
    ran = lawkeep("ledger", "verify", backup, "--policy", policy)
    assert (ran.code, "1 entries are missing" in ran.out) == (1, True)
    third = written(tmp_path, event("e3", "content.stopped", "2017-08-20T11:00:00", "c2"))
    ran = lawkeep("ledger", "append", backup, third, "--signer", key, "--witness-policy", policy)
    assert (ran.code, "[ledger_behind]" in ran.err) == (5, True)
    # Whoever goes on without asking has made another history.
    assert lawkeep("ledger", "append", backup, third, "--signer", key).code == 0
    ran = lawkeep("ledger", "verify", backup, "--policy", policy, "--json")
    assert (ran.code, ran.json["denied_by"]) == (1, [NAME])
    ran = lawkeep("ledger", "recover", backup, "--policy", policy, "--signer", key, "--yes")
    assert (ran.code, "[ledger_forked]" in ran.err) == (5, True)

    offline = tmp_path / "offline"
    offline.write_text(policy.read_text().replace(neighbour.line.split()[-1], ""))
    ran = lawkeep("ledger", "verify", made, "--policy", offline)
    assert (ran.code, "no witness was asked" in ran.out) == (0, True)
    neighbour.end()
    ran = lawkeep("ledger", "verify", made, "--policy", policy)
    assert (ran.code, "[ledger_witnesses_few]" in ran.err) == (5, True)
    assert lawkeep("ledger", "checkpoint", made, "--witness-policy", policy).code == 5


def recover_answering(
    lawkeep: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, answer: str, *arguments: object
) -> Ran:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    return lawkeep("ledger", "recover", *arguments)


@pytest.mark.parametrize("source", ["copy", "export", "published"])
def test_a_recovery_asks_and_then_tells(lawkeep, made, neighbour, tmp_path, monkeypatch, source):
    key, policy = tmp_path / "key", neighbour.policy
    assert lawkeep("ledger", "append", made, written(tmp_path, KNOWN), "--signer", key).code == 0
    backup = tmp_path / "backup.sqlite"
    shutil.copy(made, backup)
    assert lawkeep("ledger", "append", made, written(tmp_path, STOPPED), "--signer", key).code == 0
    assert lawkeep("ledger", "checkpoint", made, "--witness-policy", policy).code == 0
    place = {"copy": made, "export": tmp_path / "bag", "published": tmp_path / "tiles"}[source]
    if source == "export":
        assert lawkeep("ledger", "export", made, place).code == 0
    if source == "published":
        ran = lawkeep("ledger", "publish", made, place, "--json")
        assert ran.json["size"] == 2
    before = backup.read_bytes()
    common = [backup, "--policy", policy, "--signer", key]

    ran = recover_answering(lawkeep, monkeypatch, "", *common, "--from", place)
    assert (ran.code, "[recover_unasked]" in ran.err) == (2, True)
    ran = recover_answering(lawkeep, monkeypatch, "n\n", *common, "--from", place)
    assert (ran.code, "nothing was written" in ran.err) == (1, True)
    ran = recover_answering(lawkeep, monkeypatch, "y\n", *common)
    assert (ran.code, "[ledger_entries_lost]" in ran.err) == (5, True)
    ran = recover_answering(lawkeep, monkeypatch, "y\n", *common, "--from", tmp_path / "e1.jsonl")
    assert (ran.code, "[recover_source_unknown]" in ran.err) == (2, True)
    assert backup.read_bytes() == before

    ran = recover_answering(lawkeep, monkeypatch, "y\n", *common, "--from", place)
    assert ran.code == 0, ran.err
    assert "1 are missing" in ran.err
    assert "1 entries put back" in ran.err
    with Ledger.open(backup) as ledger, Ledger.open(made) as other:
        entries = [e.raw for e in ledger.read()]
        assert entries[:2] == [e.raw for e in other.read()]
        last = next(ledger.read(2)).event
    assert (last.type, last.operator, last.data["from_size"]) == ("ledger.recovered", "talk", 1)
    assert lawkeep("ledger", "verify", backup, "--policy", policy).code == 0
    ran = lawkeep("ledger", "recover", *common, "--yes", "--json")
    assert (ran.code, ran.json["restored"], ran.json["event"]) == (0, 0, None)


def test_policies_that_do_not_do(lawkeep, made, tmp_path):
    policy = tmp_path / "policy"
    policy.write_text("quorum none\n")
    ran = lawkeep("ledger", "checkpoint", made, "--witness-policy", policy)
    assert (ran.code, "[policy_without_witness]" in ran.err) == (2, True)
    policy.write_text("quorum nobody\n")
    ran = lawkeep("ledger", "verify", made, "--policy", policy)
    assert (ran.code, "[policy_malformed]" in ran.err) == (2, True)
    assert f"{policy}:1" in ran.err
    ran = lawkeep("ledger", "recover", made, "--policy", tmp_path / "none", "--signer", tmp_path / "key")  # fmt: skip
    assert (ran.code, "[policy_malformed]" in ran.err) == (2, True)


def test_a_witness_is_never_begun_anew(lawkeep, made, tmp_path):
    key, state = tmp_path / "w.key", tmp_path / "w.state"
    ran = lawkeep("witness", "init", key, state, "--name", NAME, "--json")
    assert ran.json["key"] == (tmp_path / "w.key.pub").read_text().strip()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert lawkeep("witness", "init", key, tmp_path / "x", "--name", NAME).code == 2
    ran = lawkeep("witness", "init", tmp_path / "x", state, "--name", NAME)
    assert (ran.code, "[witness_state_exists]" in ran.err) == (2, True)
    assert not (tmp_path / "x").exists()
    assert lawkeep("witness", "init", tmp_path / "y", tmp_path / "z", "--name", "a b").code == 2
    ran = lawkeep("witness", "serve", key, state)
    assert (ran.code, "[witness_without_log]" in ran.err) == (2, True)
    log = ["--log", tmp_path / "key.pub"]
    ran = lawkeep("witness", "serve", tmp_path / "key", state, *log)
    assert (ran.code, "[witness_key_wrong]" in ran.err) == (2, True)
    ran = lawkeep("witness", "serve", key, state, *log, "--port", "70000")
    assert (ran.code, "[usage_value]" in ran.err) == (2, True)
    state.unlink()
    ran = lawkeep("witness", "serve", key, state, *log)
    assert (ran.code, "[witness_state_lost]" in ran.err) == (5, True)
    assert not state.exists()


def test_judged_by_proved_times(lawkeep, made, neighbour, tmp_path):
    key, policy = tmp_path / "key", neighbour.policy
    profile = {"id": "p", "type": "operator.profiled", "occurred_at": "2017-06-01T00:00:00+08:00",
               "data": {"roles": ["publishing"], "jurisdictions": ["cn"]}}  # fmt: skip
    covered = {"id": "r", "type": "records.covered", "occurred_at": "2017-06-01T00:00:00+08:00",
               "data": {"types": ["content.*"], "from": "2017-06-01T00:00:00+08:00"}}  # fmt: skip
    first = written(tmp_path, profile, covered, KNOWN)
    assert lawkeep("ledger", "append", made, first, "--signer", key).code == 0
    time.sleep(1.1)  # a cosignature has whole seconds
    assert lawkeep("ledger", "checkpoint", made, "--witness-policy", policy).code == 0
    # What should have been done at once in 2017 is written in now, and says that it is of then.
    assert lawkeep("ledger", "append", made, written(tmp_path, STOPPED), "--signer", key).code == 0
    asked = ["audit", made, "--as-proved", "--witness-policy", policy]
    ran = lawkeep(*asked)
    told = " ".join(ran.out.split())
    assert "3 of 4 events proved, 1 not yet; 1 written in afterwards" in told, ran.out
    assert "#3" in ran.out
    ran = lawkeep(*asked, "--language", "zh")
    assert "4 个事件中 3 个已证明" in ran.out
    assert lawkeep("ledger", "checkpoint", made, "--witness-policy", policy).code == 0
    told = lawkeep(*asked, "--json").json
    assert told["as_proved"] == {"events": 4, "proved": 4, "written_afterwards": [3]}
    # By its own claim the stop was there in 2017; proved is that nothing was there before today.
    claimed = lawkeep("audit", made, "--on", "2017-09-17", "--json").json
    assert "e1" in {e for finding in claimed["findings"] for e in finding["events"]}
    assert "as_proved" not in claimed
    proved = lawkeep(*asked, "--on", "2017-09-17", "--json").json
    assert {e for finding in proved["findings"] for e in finding["events"]} == set()
    page = tmp_path / "page.html"
    assert lawkeep(*asked, "--html", page).code in (1, 3)
    assert "not claimed ones" in page.read_text()

    ran = lawkeep(*asked, "--append", made, "--signer", key)
    assert (ran.code, "[append_as_proved]" in ran.err) == (2, True)
    ran = lawkeep("audit", made, "--as-proved")
    assert (ran.code, "[as_proved_needs_policy]" in ran.err) == (2, True)
    ran = lawkeep("audit", first, "--as-proved", "--witness-policy", policy)
    assert (ran.code, "[as_proved_needs_ledger]" in ran.err) == (2, True)
    ran = lawkeep("audit", made, "--witness-policy", policy)
    assert (ran.code, "[usage_value]" in ran.err) == (2, True)
    ran = lawkeep("audit", made, "--as-proved", "--time-roots", first)
    assert (ran.code, "[usage_value]" in ran.err) == (2, True)


def test_an_address_of_a_database_is_one(lawkeep, tmp_path):
    address = "postgresql://keeper:secret@127.0.0.1:1/records"
    for command in (
        ["ledger", "init", address],
        ["ledger", "stats", address],
        ["ledger", "verify", address],
        ["audit", address],
    ):
        ran = lawkeep(*command)
        assert ran.code == 5, ran.err
        assert "secret" not in ran.out + ran.err
    assert list(tmp_path.iterdir()) == []
