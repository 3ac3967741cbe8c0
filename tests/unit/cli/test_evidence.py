"""Key, export, verify, import, hold, release, erase and the vault, as people run them."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from lawkeep.ledger import Ledger
from lawkeep.ledger.objects import Objects
from lawkeep.ledger.s3sign import Credentials
from lawkeep.vault import KeyFile, Vault

from .conftest import KNOWN, STOPPED, event

NOW = 1_503_194_400_000_000
EXTRAS = ("duckdb", "pyarrow", "openpyxl", "python_calamine", "obstore", "pkcs11", "psycopg",
          "rfc3161_client", "uvicorn")  # fmt: skip


@pytest.fixture
def made(lawkeep, folder, tmp_path) -> Path:
    """A signed ledger with two events and a finding; its key in `key`."""
    records = folder(
        KNOWN, STOPPED, event("e3", "content.known_unlawful", "2017-08-21T10:00:00", "c2")
    )
    ledger = tmp_path / "l.sqlite"
    assert lawkeep("ledger", "init", ledger, "--origin", "example.org/talk").code == 0
    assert lawkeep("ingest", "run", records, "--to", ledger).code == 0
    assert lawkeep("audit", ledger, "--on", "2017-09-17", "--append", ledger).code in (1, 3)
    ran = lawkeep("ledger", "key", ledger, tmp_path / "key")
    assert ran.code == 0
    assert ran.out.startswith("example.org/talk+")
    return ledger


def test_an_export_is_checked_by_whom_it_concerns(lawkeep, made, tmp_path):
    bag = tmp_path / "bag"
    ran = lawkeep("ledger", "export", made, bag, "--key", "content=c1", "--json")
    assert ran.code == 0
    assert 0 < ran.json["events"] < ran.json["size"]
    key = (tmp_path / "key.pub").read_text().strip()
    ran = lawkeep("verify", bag, "--key", key)
    assert ran.code == 0, ran.out + ran.err
    assert "everything fits" in ran.out
    ran = lawkeep("verify", bag, "--json")
    assert (ran.code, ran.json["fits"], ran.json["vouched"]) == (3, True, False)
    assert lawkeep("verify", bag, "--allow-open").code == 0
    proof = next((bag / "data" / "proofs").iterdir())
    ran = lawkeep("verify", proof, "--key", tmp_path / "key.pub", "--language", "zh")
    assert ran.code == 0
    assert "全部相符" in ran.out
    events = bag / "data" / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(b'"c1"', b'"c9"'))
    ran = lawkeep("verify", bag, "--key", key)
    assert ran.code == 1
    assert "events.jsonl was changed" in ran.out
    assert lawkeep("ledger", "export", made, bag).code == 2


def test_the_whole_ledger_goes_to_another_one(lawkeep, made, tmp_path):
    bag, other = tmp_path / "bag", tmp_path / "other.sqlite"
    assert lawkeep("ledger", "export", made, bag).code == 0
    assert lawkeep("ledger", "init", other).code == 0
    ran = lawkeep("ledger", "import", bag, other, "--key", tmp_path / "key.pub")
    assert ran.code == 0, ran.err
    with Ledger.open(made) as one, Ledger.open(other) as two:
        assert [e.raw for e in one.read()] == [e.raw for e in two.read()]
    stranger = "example.org/talk+00000000+AQ=="
    assert lawkeep("ledger", "import", bag, other, "--key", stranger).code == 2


def test_growth_since_the_last_export(lawkeep, made, tmp_path):
    assert lawkeep("ledger", "export", made, tmp_path / "one").code == 0
    held = tmp_path / "one/data/checkpoint"
    ran = lawkeep("ledger", "hold", made, "--case", "k1", "--authority", "tribunal", "--review",
                  "2099-01-01", "--signer", tmp_path / "key", "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.json[0]["scope"] == "all"
    ran = lawkeep("ledger", "export", made, tmp_path / "two", "--case", "k1", "--earlier", held)
    assert ran.code == 0, ran.err
    ran = lawkeep("verify", tmp_path / "two", "--key", tmp_path / "key.pub", "--earlier", held)
    assert ran.code == 0, ran.out
    assert "grown_from" in ran.out


def test_holds_are_listed_and_alarm(lawkeep, made, tmp_path):
    assert lawkeep("ledger", "hold", made).out.strip() == "no hold stands"
    paper = tmp_path / "order.pdf"
    paper.write_bytes(b"%PDF order")
    options = ("--case", "k1", "--scope", "subject=s1", "--authority", "tribunal")
    assert lawkeep("ledger", "hold", made, *options, "--review", "2099-01-01").code == 2  # no key
    assert lawkeep("ledger", "hold", made, *options).code == 2
    ran = lawkeep("ledger", "hold", made, *options, "--review", "2017-01-01",
                  "--signer", tmp_path / "key")  # fmt: skip
    assert (ran.code, "hold_review_past" in ran.err) == (2, True)
    ran = lawkeep("ledger", "hold", made, *options, "--review", "2099-01-01", "--document", paper,
                  "--signer", tmp_path / "key")  # fmt: skip
    assert ran.code == 0, ran.err
    ran = lawkeep("ledger", "hold", made, "--json")
    assert ran.json[0]["document"].startswith("sha256:")
    assert (
        lawkeep("ledger", "release", made, "--case", "k2", "--signer", tmp_path / "key").code == 2
    )
    assert (
        lawkeep("ledger", "release", made, "--case", "k1", "--signer", tmp_path / "key").code == 0
    )
    assert lawkeep("ledger", "hold", made, "--json").json == []
    assert lawkeep("ledger", "verify", made).code == 0


def test_a_review_that_passed_is_an_alarm(lawkeep, folder, tmp_path):
    held = {"id": "h1", "type": "hold.placed", "occurred_at": "2017-08-20T10:00:00+08:00",
            "keys": {"case": "k1"}, "data": {"scope": "all", "review_at": "2018-01-01T00:00:00Z"}}  # fmt: skip
    ledger = tmp_path / "l.sqlite"
    lawkeep("ingest", "run", folder(KNOWN, held), "--to", ledger)
    ran = lawkeep("ledger", "hold", ledger)
    assert ran.code == 1
    assert "review overdue since 2018-01-01" in ran.out


def test_a_subject_is_erased_unless_it_is_held(lawkeep, made, tmp_path):
    vault, keys = tmp_path / "v.sqlite", tmp_path / "master"
    assert lawkeep("vault", "init", vault, "--keys", keys, "--backup-days", "3").code == 0
    with Vault.open(vault, KeyFile.open(keys)) as opened:
        opened.seal("s1", "identity", "r1", {"name": "NAME-OF-S1"}, NOW)
        opened.seal("s2", "network_log", "r1", {"address": "ADDRESS"}, NOW)
    signer = ("--signer", tmp_path / "key")
    common = (made, "--vault", vault, "--keys", keys, *signer)
    lawkeep("ledger", "hold", made, "--case", "k1", "--scope", "subject=s1", "--authority", "a",
            "--review", "2099-01-01", *signer)  # fmt: skip
    ran = lawkeep("ledger", "erase", *common, "--subject", "s1", "--basis", "request")
    assert (ran.code, "vault_held" in ran.err) == (1, True)
    lawkeep("ledger", "release", made, "--case", "k1", *signer)
    assert lawkeep("vault", "backup", vault, tmp_path / "backups", "--keys", keys).code == 0
    ran = lawkeep("ledger", "erase", *common, "--subject", "s1", "--basis", "request", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["purposes"] == ["identity"]
    with Ledger.open(made) as ledger:
        assert ledger.get(ran.json["event"]).type == "subject.erased"
    ran = lawkeep("ledger", "erase", *common, "--due", "--json")
    assert ran.code == 0, ran.err
    assert [(r["subject"], r["what"]) for r in ran.json] == [("s2", "destroyed")]
    assert lawkeep("vault", "show", vault, "--keys", keys, "--json").json["purposes"] == {}
    (copy,) = (tmp_path / "backups").iterdir()
    os.replace(copy, vault)
    ran = lawkeep("ledger", "erase", *common, "--again")
    assert (ran.code, "2 erased again" in ran.err) == (0, True)
    assert lawkeep("vault", "rotate", vault, "--keys", keys).code == 0
    assert lawkeep("ledger", "verify", made).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "NONE"],
        ["verify", "FILE"],
        ["verify", "FOLDER"],
        ["verify", "FILE", "--key", "nonsense"],
        ["ledger", "export", "FILE", "NEW"],
        ["ledger", "export", "LEDGER", "NEW", "--since", "yesterday"],
        ["ledger", "export", "LEDGER", "NEW", "--key", "person=x"],
        ["ledger", "export", "LEDGER", "NEW", "--entry", "999"],
        ["ledger", "import", "FOLDER", "LEDGER", "--key", "KEY"],
        ["ledger", "key", "LEDGER", "NEW"],
        ["ledger", "erase", "LEDGER", "--vault", "FILE", "--keys", "FILE", "--due"],
        ["ledger", "erase", "LEDGER", "--vault", "FILE"],
        ["ledger", "erase", "LEDGER", "--vault", "FILE", "--subject", "s1"],
        ["vault", "init", "NEW"],
        ["vault", "init", "FILE", "--keys", "NEW"],
        ["vault", "show", "FILE", "--keys", "FILE"],
    ],
)
def test_bad_input_is_told(lawkeep, made, tmp_path, arguments):
    (tmp_path / "file").write_text("hello")
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "folder").mkdir()
    places = {"NONE": "none", "FILE": "file", "FOLDER": "folder", "LEDGER": "l.sqlite",
              "KEY": "key.pub", "NEW": "new"}  # fmt: skip
    given = [str(tmp_path / places[a]) if a in places else a for a in arguments]
    before = made.read_bytes()
    ran = lawkeep(*given)
    assert ran.code in (2, 5), ran.out + ran.err
    assert "Traceback" not in ran.err
    assert "internal_error" not in ran.err
    assert ran.err or ran.out
    assert not (tmp_path / "new").is_dir()
    assert made.read_bytes() == before


def test_a_report_for_programs_names_what_is_wrong(lawkeep, made, tmp_path):
    lawkeep("ledger", "export", made, tmp_path / "bag")
    (tmp_path / "bag/more").write_text("?")
    ran = lawkeep("verify", tmp_path / "bag", "--json")
    assert [p["what"] for p in json.loads(ran.out)["problems"]] == ["extra"]


def test_a_signed_ledger_goes_on_with_its_key(lawkeep, made, folder, tmp_path):
    """Every command that writes takes the key; without it nothing is written."""
    key = ("--signer", tmp_path / "key")
    records = folder(KNOWN, STOPPED, event("e9", "content.removed", "2017-08-22T10:00:00"))
    lines = tmp_path / "more.jsonl"
    more = event("e10", "content.removed", "2017-08-23T10:00:00") | {"operator": "talk"}
    lines.write_text(json.dumps(more) + "\n")
    for command in (
        ("ingest", "run", records, "--to", made),
        ("ledger", "append", made, lines),
        ("audit", made, "--on", "2017-10-17", "--append", made),
    ):
        with Ledger.open(made) as ledger:
            size = ledger.size
        assert "ledger_key_needed" in lawkeep(*command).err
        assert lawkeep(*command, *key).code in (0, 1, 3)
        with Ledger.open(made) as ledger:
            assert ledger.size > size
    assert lawkeep("ledger", "verify", made).code == 0
    fresh = tmp_path / "fresh.sqlite"
    assert lawkeep("ingest", "run", records, "--to", fresh, *key).code == 0
    with Ledger.open(fresh) as ledger:
        assert ledger.origin == "example.org/talk"
        assert ledger.head.checkpoint is not None


def test_a_check_needs_no_extra(lawkeep, made, tmp_path):
    """The base install is enough: none of what the extras bring is imported."""
    lawkeep("ledger", "export", made, tmp_path / "bag")
    code = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name.partition('.')[0] in {EXTRAS!r}: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from lawkeep.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "verify", tmp_path / "bag", "--key", tmp_path / "key.pub"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_files_in_an_object_store(lawkeep, made, tmp_path, monkeypatch):
    """A hold locks them there; an export brings them along."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        place = "s3://evidence/files"
        assert lawkeep("ledger", "export", made, tmp_path / "no", "--blobs", place).code == 2
        for name, value in (
            ("AWS_ENDPOINT_URL", address),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ):
            monkeypatch.setenv(name, value)
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True)
        store = Objects("evidence", Credentials(address, "key", "secret"), clock=lambda: time.time_ns() // 1000,
                        prefix="files")  # fmt: skip
        digest = store.put(b"screenshot")
        lines = tmp_path / "more.jsonl"
        more = event("e10", "content.removed", "2017-08-23T10:00:00") | {
            "operator": "talk", "evidence": [digest],
        }  # fmt: skip
        lines.write_text(json.dumps(more) + "\n")
        signer = ("--signer", tmp_path / "key")
        assert lawkeep("ledger", "append", made, lines, *signer).code == 0
        ran = lawkeep("ledger", "hold", made, "--case", "k1", "--scope", "content=c1",
                      "--authority", "a", "--review", "2099-01-01", "--blobs", place, *signer)  # fmt: skip
        assert ran.code == 0, ran.err
        assert store.kept(digest) == (0, True)
        ran = lawkeep("ledger", "export", made, tmp_path / "bag", "--blobs", place, "--json")
        assert ran.json["files"] == 1
        assert lawkeep("verify", tmp_path / "bag", "--key", tmp_path / "key.pub").code == 0
        lawkeep("ledger", "release", made, "--case", "k1", "--blobs", place, *signer)
        assert store.kept(digest) == (0, False)
    finally:
        server.stop()
