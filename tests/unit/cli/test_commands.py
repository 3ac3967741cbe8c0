"""The other commands, the start of the program, and pipes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lawkeep import __version__
from lawkeep.ledger import Ledger

from .conftest import KNOWN, STOPPED, event

HEAVY = ("duckdb", "pyarrow", "jinja2", "openpyxl", "python_calamine", "yaml", "cryptography")


def _python(code: str, *arguments: str, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **more,
    )


def test_the_version_is_said_at_once():
    """No heavy package is imported, and it costs little."""
    code = (
        "import sys, time; from lawkeep.cli.main import run; c = run(['--version']);"
        f"print([m for m in {HEAVY!r} if m in sys.modules], time.process_time()); sys.exit(c)"
    )
    spent = []
    for _ in range(3):
        ran = _python(code)
        assert ran.returncode == 0
        version, figures = ran.stdout.splitlines()
        assert version == __version__
        loaded, _, seconds = figures.rpartition(" ")
        assert loaded == "[]"
        spent.append(float(seconds))
    assert min(spent) < 0.3


@pytest.mark.parametrize("arguments", [["--help"], ["audit", "--help"], ["law", "--help"]])
def test_help(lawkeep, arguments):
    ran = lawkeep(*arguments)
    assert ran.code == 0
    assert "Usage: lawkeep" in ran.out


def test_a_small_audit_does_without_duckdb(folder):
    code = (
        "import sys; from lawkeep.cli.main import run;"
        "c = run(sys.argv[1:]); sys.stderr.write(str('duckdb' in sys.modules)); sys.exit(c)"
    )
    place = str(folder(KNOWN, STOPPED))
    ran = _python(code, "audit", place, "--only", "CO-1", "--on", "2017-09-17")
    assert (ran.returncode, ran.stderr) == (0, "False")


def test_a_missing_extra_is_told(folder):
    code = (
        "import sys; sys.modules['duckdb'] = None; from lawkeep.cli.main import run;"
        "sys.exit(run(sys.argv[1:]))"
    )
    ran = _python(code, "audit", str(folder(KNOWN)), "--engine", "duckdb", "--language", "en")
    assert ran.returncode == 5
    assert "lawkeep[analytics]" in ran.stderr


def test_a_closed_pipe_is_not_a_verdict():
    """`lawkeep ... | head` must not leave with 1, which means breached."""
    command = [sys.executable, "-c", "from lawkeep.cli.main import main; main()", "law", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr is not None
        told = running.stderr.read().decode()
    assert running.returncode == 5
    assert "Traceback" not in told


def test_explain_a_breach(lawkeep, folder):
    place = folder(KNOWN)
    audited = lawkeep("audit", place, "--only", "CO-1", "--on", "2017-09-17", "--json").json
    (finding,) = audited["findings"]
    ran = lawkeep("explain", finding["id"][:10], place, "--on", "2017-09-17", "--json")
    assert ran.code == 0
    assert ran.json["findings"] == [finding]
    assert [t["counts"] for t in ran.json["triggers"]] == [True]
    assert {c["check"]: c["holds"] for c in ran.json["checks"]} == {
        "in_force": True,
        "role": True,
        "trigger_records": True,
        "demand_records": True,
    }
    told = lawkeep("explain", finding["id"], place, "--on", "2017-09-17").out
    assert "due" in told
    assert "breached after 24 hours" in " ".join(told.split())


@pytest.mark.parametrize(
    ("name", "operator", "check", "words"),
    [
        ("content.stop", "operator: talk\nroles: [resolver]\n", "role", "Does not apply"),
        (
            "content.stop",
            "operator: talk\nroles: [publishing]\n",
            "trigger_records",
            "not declared",
        ),
    ],
)
def test_explain_why_not(lawkeep, folder, name, operator, check, words):
    place = folder(operator=operator)
    ran = lawkeep("explain", name, place, "--on", "2017-09-17", "--json")
    (told,) = [c for c in ran.json["checks"] if c["check"] == check]
    assert told["holds"] is False
    assert words in told["text"]["en"]
    assert words in lawkeep("explain", name, place, "--on", "2017-09-17").out


def test_explain_each_record(lawkeep, folder):
    """Which records could have opened it, and why one did not."""
    early = event("e0", "content.known_unlawful", "2010-08-20T10:00:00", "c0")
    place = folder(KNOWN, early)
    ran = lawkeep("explain", "content.block_spread", place, "--on", "2017-09-17", "--json")
    triggers = {t["event"]: t for t in ran.json["triggers"]}
    assert triggers["e1"]["counts"] is True
    assert triggers["e0"]["counts"] is False
    assert "not in force" in triggers["e0"]["why"]["en"]
    one = lawkeep(
        *("explain", "content.block_spread", place, "--on", "2017-09-17"),
        *("--key", "content=c1", "--json"),
    )
    assert [t["event"] for t in one.json["triggers"]] == ["e1"]


def test_explain_a_code_of_several_duties(lawkeep, folder):
    ran = lawkeep("explain", "CO-3", folder(KNOWN), "--on", "2017-09-17", "--json")
    assert {e["code"] for e in ran.json} == {"CO-3"}
    assert len(ran.json) > 1


def test_law_list_and_show(lawkeep):
    packs = lawkeep("law", "list", "--json").json
    assert {p["pack"] for p in packs} >= {"cn"}
    assert "CO-1" in lawkeep("law", "list").out
    duty = lawkeep("law", "show", "CO-1", "--json").json
    assert duty["duty"] == "content.stop"
    assert duty["deadline"]["en"].startswith("at once")
    assert "Cybersecurity Law (2017-06-01) art. 47" in lawkeep("law", "show", "content.stop").out


def test_shipped_packs_are_sound(lawkeep, root):
    for pack in sorted(p.parent for p in (root / "src/lawkeep/law/packs").glob("*/pack.yaml")):
        ran = lawkeep("law", "check", pack, "--json")
        assert (ran.code, ran.json["failed"]) == (0, []), pack.name
        assert ran.json["examples"] >= 2 * ran.json["duties"] - 20


def test_law_diff(lawkeep):
    found = {
        c["duty"]: c for c in lawkeep("law", "diff", "2017-09-17", "2026-03-01", "--json").json
    }
    stop = found["content.stop"]
    assert stop["kind"] == "changes"
    assert "CN-CSL@2017-06-01 47" in stop["cited"]["before"]
    assert "CN-CSL@2026-01-01 49" in stop["cited"]["after"]
    assert lawkeep("law", "diff", "2017-09-17", "2017-09-18").out.count("\n") == 3


def test_events(lawkeep):
    assert "content.stopped" in lawkeep("events", "list", "content.*").out
    every = lawkeep("events", "list", "--json").json
    assert len(every) > 100
    schema = lawkeep("events", "schema", "content.stopped").json
    assert schema["properties"]["type"]["enum"] == ["content.stopped"]
    assert len(lawkeep("events", "schema").json["$defs"]) == len(every)


def test_sniff(lawkeep, tmp_path):
    file = tmp_path / "records.csv"
    file.write_text("when,id\n2017-08-20 10:00:00,c1\n2017-08-20 10:05:00,c2\n", encoding="utf-8")
    draft = yaml.safe_load(lawkeep("ingest", "sniff", file).out)
    assert draft["file"] == "records.csv"
    assert draft["events"][0]["occurred_at"]["column"] == "when"


def test_import_twice_adds_nothing(lawkeep, folder, tmp_path):
    ledger = tmp_path / "talk.ledger"
    place = folder(KNOWN, STOPPED)
    assert lawkeep("ingest", "run", place, "--to", ledger).code == 0
    size = json.loads(lawkeep("ledger", "show", ledger, "--json").out)["size"]
    again = lawkeep("ingest", "run", place, "--to", ledger)
    assert again.code == 0
    assert f"0 events written to {ledger}, {size} were there" in again.err.replace("\n", "")


def test_ledger(lawkeep, folder, tmp_path):
    ledger, file = tmp_path / "talk.ledger", tmp_path / "talk.jsonl"
    assert lawkeep("ledger", "init", ledger, "--origin", "example.org/talk").code == 0
    assert lawkeep("ledger", "init", ledger).code == 2
    assert lawkeep("ingest", "run", folder(KNOWN), "--jsonl", file).code == 0
    assert lawkeep("ledger", "append", ledger, file).code == 0
    shown = lawkeep("ledger", "show", ledger, "--type", "content.*", "--json").json
    assert shown["origin"] == "example.org/talk"
    assert [e["id"] for e in shown["entries"]] == ["e1"]
    assert "content.known_unlawful" in lawkeep("ledger", "show", ledger).out
    assert lawkeep("ledger", "verify", ledger).code == 0
    checked = lawkeep("ledger", "verify", ledger, "--json").json
    with Ledger.open(ledger) as opened:
        assert checked["root"] == opened.root.hex()


def test_verify_finds_a_changed_byte(lawkeep, folder, tmp_path):
    ledger = tmp_path / "talk.ledger"
    lawkeep("ingest", "run", folder(KNOWN), "--to", ledger)
    raw = ledger.read_bytes()
    assert raw.count(b'"source":"complaint"') == 1
    ledger.write_bytes(raw.replace(b'"source":"complaint"', b'"source":"complainT"'))
    ran = lawkeep("ledger", "verify", ledger, "--json")
    assert ran.code == 1
    assert ran.json["sound"] is False
    assert ran.json["fault"]["seq"] is not None
    assert "does not fit" in lawkeep("ledger", "verify", ledger).out


def test_init_then_audit(lawkeep, tmp_path):
    place = tmp_path / "new"
    assert lawkeep("init", place, "--role", "publishing", "--role", "access").code == 0
    text = (place / "operator.yaml").read_text("utf-8")
    assert yaml.safe_load(text)["roles"] == ["publishing", "access"]
    needed = next(line for line in text.splitlines() if line.startswith("#   content.stopped "))
    assert "CO-1" in needed.split()
    assert "telephony.call" not in text
    ran = lawkeep("audit", place)
    assert ran.code == 3
    assert ran.err == ""


@pytest.mark.parametrize(
    ("role", "types"),
    [
        ("publishing", "content.known_unlawful, content.stopped"),
        ("access", "access.granted, filing.registrant_matched"),
        ("telephony", "service.started, identity.verified"),
        ("software", "vulnerability.known, vulnerability.remedy_started"),
    ],
)
def test_init_begins_with_what_the_role_is_about(lawkeep, tmp_path, role, types):
    assert lawkeep("init", tmp_path / "new", "--role", role).code == 0
    text = (tmp_path / "new" / "operator.yaml").read_text("utf-8")
    assert f"#   - types: [{types}]\n" in text


def test_language_of_the_locale(folder, root):
    place = str(folder(KNOWN))
    command = "from lawkeep.cli.main import main; main()"
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "src"), "PYTHONUTF8": "1"}
    told = {
        name: _python(command, "audit", place, "--on", "2017-09-17", env=base | more).stdout
        for name, more in {
            "none": {},
            "zh": {"LANG": "zh_CN.UTF-8"},
            "set": {"LANG": "zh_CN.UTF-8", "LAWKEEP_LANG": "en"},
        }.items()
    }
    assert "Not legal advice" in told["none"]
    assert "不构成法律意见" in told["zh"]
    assert "Not legal advice" in told["set"]


def test_a_terminal_without_the_characters(folder, root):
    """The words are there, whatever the encoding of the terminal."""
    command = "from lawkeep.cli.main import main; main()"
    env = {"PYTHONPATH": str(root / "src"), "PYTHONIOENCODING": "ascii", "LAWKEEP_LANG": "en"}
    ran = _python(command, "audit", str(folder(KNOWN)), "--on", "2017-09-17", env=env)
    assert ran.returncode == 1
    assert " breached" in ran.stdout
    assert "internal_error" not in ran.stderr


def test_demo(lawkeep, tmp_path, monkeypatch):
    """The published cases: each of the four operators breached; the kept set has none."""
    monkeypatch.chdir(tmp_path)
    ran = lawkeep("demo", "--once", "--language", "en")
    assert ran.code == 0, ran.err
    page = tmp_path / "out" / "guangdong-2017.html"
    assert page.is_file()
    assert str(Path("out/guangdong-2017.html")) in ran.out
    first, _, rest = ran.out.partition("had they begun on 2026-03-01")
    for operator in ("access-provider", "audio-platform", "browser-cloud", "internet-telephony"):
        assert operator in first
    kept = rest.partition("duties kept")[2]
    assert "✗ 0 breached" in kept
