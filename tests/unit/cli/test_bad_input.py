"""Bad input: one clear error with its place and what to do, exit code 2, and nothing changed."""

import json
import subprocess
import sys

import pytest

from lawkeep.cli.main import main
from lawkeep.ledger import Ledger
from lawkeep.model.event import MAX_BYTES

from .conftest import KNOWN, OPERATOR, STOPPED, event

MAPPING = """\
file: records.csv
zone: Asia/Shanghai
events:
  - type: content.stopped
    occurred_at: when
    keys: {content: id}
"""


def _raw(folder, *lines: bytes, name: str = "events.jsonl"):
    place = folder()
    (place / name).write_bytes(b"".join(lines))
    return place


def _csv(folder, text: str, mapping: str = MAPPING):
    place = _raw(folder, text.encode(), name="records.csv")
    (place / "mapping.yaml").write_text(mapping, encoding="utf-8")
    return place


def _line(**changes) -> bytes:
    return json.dumps(STOPPED | changes).encode() + b"\n"


GOOD = _line(id="good")

CASES = {
    "broken json": (lambda f: _raw(f, GOOD, b'{"id": "x", \n'), "json_malformed", ":2:"),
    "time without zone": (
        lambda f: _raw(f, GOOD, _line(occurred_at="2017-08-20T10:00:00")),
        "time_without_zone",
        ":2",
    ),
    "unknown type": (lambda f: _raw(f, _line(type="content.stoped")), "event_type_unknown", ":1"),
    "unknown field": (
        lambda f: _raw(f, GOOD, _line(data={"scop": "x"})),
        "event_field_unknown",
        ":2",
    ),
    "unknown kind of key": (
        lambda f: _raw(f, _line(keys={"conten": "c1"})),
        "event_key_unknown",
        ":1",
    ),
    "same id, other content": (
        lambda f: _raw(f, GOOD, _line(id="good", keys={"content": "c2"})),
        "event_id_conflict",
        "events.jsonl:2",
    ),
    "event too large": (
        lambda f: _raw(f, GOOD, _line(data={"scope": "x" * MAX_BYTES})),
        "event_too_large",
        ":2",
    ),
    "NUL in text": (lambda f: _raw(f, GOOD, b'{"id": "a\x00"}\n'), "nul_byte", ":2:"),
    "NUL escaped": (
        lambda f: _raw(f, GOOD, _line(data={"scope": "a\0b"})),
        "event_value_invalid",
        ":2",
    ),
    "not UTF-8": (lambda f: _raw(f, GOOD, b'{"id": "\xff\xfe"}\n'), "encoding_broken", ":2:"),
    "deep nesting": (lambda f: _raw(f, GOOD, b"[" * 5000 + b"\n"), "json_", ":2"),
    "another operator": (lambda f: _raw(f, _line(operator="x")), "operator_differs", ":1"),
    "csv: quote never closed": (
        lambda f: _csv(f, 'when,id\n2017-08-20 10:00:00,"c1\n2017-08-21 10:00:00,c2\n'),
        "csv_quote_open",
        "records.csv:2:",
    ),
    "csv: field too many": (
        lambda f: _csv(f, "when,id\n2017-08-20 10:00:00,c1,c2\n"),
        "csv_field_count",
        "records.csv:2",
    ),
    "csv: no such day": (
        lambda f: _csv(f, "when,id\n2017-02-30 10:00:00,c1\n"),
        "time_",
        "records.csv:2",
    ),
    "mapping: unknown column": (
        lambda f: _csv(f, "when,id\n", MAPPING.replace("content: id", "content: idd")),
        "mapping_column_unknown",
        "mapping.yaml:6:",
    ),
    "record file without mapping": (
        lambda f: _raw(f, b"a,b\n", name="left.csv"),
        "folder_file_unmapped",
        "left.csv",
    ),
    "operator.yaml: yaml bomb": (
        lambda f: f(operator="a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
        "yaml_refused",
        "operator.yaml:1:4",
    ),
    "operator.yaml: typo": (
        lambda f: f(operator=OPERATOR.replace("roles:", "rolls:")),
        "yaml_value_invalid",
        "operator.yaml:",
    ),
    "operator.yaml: unknown jurisdiction": (
        lambda f: f(KNOWN, operator=OPERATOR + "jurisdictions: [xx]\n"),
        "jurisdiction_without_pack",
        "talk",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_clear_error(lawkeep, folder, tmp_path, case):
    make, code, place = CASES[case]
    ledger = tmp_path / "talk.ledger"
    assert lawkeep("ingest", "run", folder(KNOWN), "--to", ledger).code == 0
    assert lawkeep("audit", ledger, "--on", "2017-09-17", "--append", ledger).code == 1
    (tmp_path / "talk" / "events.jsonl").unlink()
    before = ledger.read_bytes()
    bad = make(folder)
    runs = [("audit", bad, "--on", "2017-09-17", "--append", ledger)]
    if code != "jurisdiction_without_pack":
        runs.append(("ingest", "run", bad, "--to", ledger))
    for arguments in runs:
        ran = lawkeep(*arguments)
        assert ran.code == 2
        assert ran.out == ""
        assert "Traceback" not in ran.err
        assert len(ran.err.splitlines()) == 2, ran.err
        assert f"[{code}" in ran.err or "[ledger_id_conflict]" in ran.err
        first = ran.err.splitlines()[0]
        assert first.startswith("error: ")
        assert place in first
        assert ran.err.splitlines()[1].startswith("what to do: ")
        assert ledger.read_bytes() == before


def test_errors_in_chinese_and_as_json(lawkeep, folder):
    bad = _raw(folder, _line(type="content.stoped"))
    zh = lawkeep("audit", bad, "--language", "zh").err
    assert "错误: events.jsonl:1" in zh
    assert "是否为“content.stopped”" in zh
    problem = json.loads(lawkeep("audit", bad, "--json").err)
    assert (problem["code"], problem["file"], problem["line"]) == (
        "event_type_unknown",
        "events.jsonl",
        1,
    )
    assert problem["exit_code"] == 2


def test_an_endless_line_takes_no_memory(tmp_path, folder):
    """A line of one gigabyte (a sparse file) is refused in bounded memory."""
    place = folder()
    with (place / "events.jsonl").open("wb") as file:
        file.write(GOOD)
        file.seek(1 << 30, 1)
        file.write(b"\n")
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31));"
        "from lawkeep.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", limited, "audit", place, "--language", "en"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert "events.jsonl:2" in ran.stderr
    assert "record_too_long" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["audit"], "usage_choice"),
        (["audit", "FOLDER", "--unknown"], "usage_choice"),
        (["audit", "FOLDER", "--engine", "magic"], "usage_choice"),
        (["audit", "FOLDER", "--on", "yesterday"], "usage_value"),
        (["audit", "FOLDER", "--on", "2017-02-30"], "usage_value"),
        (["audit", "FOLDER", "--key", "content"], "usage_value"),
        (["audit", "FOLDER", "--key", "conten=c1"], "event_key_unknown"),
        (["audit", "FOLDER", "--only", "CO-1x"], "duty_unknown"),
        (["audit", "nowhere"], "input_missing"),
        (["audit", "FOLDER/operator.yaml"], "input_format_unknown"),
        (["audit", "FOLDER", "--against", "FOLDER/operator.yaml"], "audit_file_malformed"),
        (["audit", "FOLDER", "--moved-to", "9998-12-31"], "date_out_of_range"),
        (["audit", "FOLDER", "--law", "FOLDER"], "pack_not_found"),
        (["explain", "zzzz", "FOLDER"], "finding_unknown"),
        (["law", "show", "CO-1x"], "duty_unknown"),
        (["law", "check", "FOLDER"], "pack_not_found"),
        (["events", "schema", "content.stoped"], "event_type_unknown"),
        (["ingest", "run", "FOLDER"], "usage_choice"),
        (["ingest", "sniff", "nowhere.csv"], "input_missing"),
        (["ledger", "verify", "FOLDER/operator.yaml"], "ledger_foreign"),
        (["ledger", "show", "nowhere.ledger"], "ledger_missing"),
        (["ledger", "append", "nowhere.ledger", "FOLDER/events.jsonl"], "ledger_missing"),
        (["init", "FOLDER", "--role", "publishing"], "output_exists"),
        (["init", "NEW", "--role", "publisher"], "role_unknown"),
        (["nonsense"], "usage_choice"),
    ],
)
def test_wrong_usage(lawkeep, folder, tmp_path, arguments, code):
    place = folder(KNOWN)
    named = [
        str(a).replace("FOLDER", str(place)).replace("NEW", str(tmp_path / "n")) for a in arguments
    ]
    ran = lawkeep(*named)
    assert ran.code == 2
    assert f"[{code}]" in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def _pack(tmp_path, **files):
    """A small pack: one instrument, one duty; each file may be replaced."""
    duty = """\
duty: content.own
code: OWN-1
title: {zh: 停止, en: Stop}
summary: {zh: 停止。, en: Stop.}
pattern: response
applies_to: [publishing]
cites: [{law: OWN@2017-01-01, article: "1", status: verified}]
after: content.known_unlawful
must: content.stopped
same: content
within: PT24H
number: text
act: [content]
sanctions: none
examples:
  met: |
    2017-08-20 10:00  content.known_unlawful  content=c1
    2017-08-20 10:05  content.stopped  content=c1
  breached: |
    2017-08-20 10:00  content.known_unlawful  content=c1
"""
    texts = {
        "pack": "pack: own\nversion: '1'\ntitle: {zh: 自有, en: Own}\njurisdiction: cn\n"
        "zone: Asia/Shanghai\ndisclaimer: {zh: 无, en: none}\n",
        "instruments": "instruments:\n  - id: OWN\n    short: {zh: 规则, en: Rules}\n"
        "    rank: other\n    source: ours\n    editions:\n"
        "      - {effective: 2017-01-01, title: {zh: 一, en: One}}\n",
        "duty": duty,
    } | files
    root = tmp_path / "own"
    (root / "duties").mkdir(parents=True)
    for name in ("pack", "instruments"):
        (root / f"{name}.yaml").write_text(texts[name], encoding="utf-8")
    (root / "duties" / "content.own.yaml").write_text(texts["duty"], encoding="utf-8")
    return root


def test_a_pack_of_ones_own(lawkeep, folder, tmp_path):
    own = _pack(tmp_path)
    ran = lawkeep("law", "check", own, "--json")
    assert ran.code == 0
    assert (ran.json["examples"], ran.json["failed"]) == (2, [])
    found = lawkeep(
        *("audit", folder(KNOWN), "--law", own, "--only", "OWN-1", "--on", "2017-09-17", "--json")
    )
    assert found.code == 1
    assert [f["duty"] for f in found.json["findings"]] == ["content.own"]
    assert set(found.json["law"]["packs"]) == {"cn", "own"}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("after: content.known_unlawful", "after: content.known_unlawfull"), 8),
        (("must: content.stopped", "mst: content.stopped"), 1),
        (("OWN@2017-01-01", "OWN@2016-01-01"), 7),
        (("within: PT24H", "within: 24 hours"), 11),
        (("same: content", "same: contents"), 10),
    ],
)
def test_a_pack_with_a_typo(lawkeep, tmp_path, change, line):
    own = _pack(tmp_path)
    file = own / "duties" / "content.own.yaml"
    file.write_text(file.read_text("utf-8").replace(*change), encoding="utf-8")
    ran = lawkeep("law", "check", own)
    assert ran.code == 2
    assert f"own/duties/content.own.yaml:{line}:" in ran.err


def test_contradictory_editions(lawkeep, tmp_path):
    """Two editions in force on one day cannot both be the law."""
    twice = (
        "instruments:\n  - id: OWN\n    short: {zh: 规则, en: Rules}\n    rank: other\n"
        "    source: ours\n    editions:\n"
        "      - {effective: 2017-01-01, expires: 2018-06-30, title: {zh: 一, en: One}}\n"
        "      - {effective: 2018-01-01, title: {zh: 二, en: Two}}\n"
    )
    ran = lawkeep("law", "check", _pack(tmp_path, instruments=twice))
    assert ran.code == 2
    assert "own/instruments.yaml:8:" in ran.err


def test_an_example_that_does_not_come_out(lawkeep, tmp_path):
    own = _pack(tmp_path)
    file = own / "duties" / "content.own.yaml"
    text = file.read_text("utf-8").replace("2017-08-20 10:05", "2017-08-22 10:05")
    file.write_text(text, encoding="utf-8")
    ran = lawkeep("law", "check", own)
    assert ran.code == 2
    assert "content.own met #1" in ran.out
    assert "examples_fail" in ran.err


def test_a_bug_is_no_traceback(lawkeep, monkeypatch):
    """What nobody foresaw is told in one message, exit code 5, never 0, 1 or 3."""

    def broken(*_arguments, **_options):
        raise RuntimeError("boom")

    monkeypatch.setattr("lawkeep.cli.main.app", broken)
    ran = lawkeep("audit", "x")
    assert ran.code == 5
    assert "boom" in ran.err
    assert "Traceback" not in ran.err


def test_main_leaves_with_the_code(monkeypatch):
    monkeypatch.setattr("sys.argv", ["lawkeep", "nonsense"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2


def test_ledger_made_for_a_failed_import_is_gone(lawkeep, folder, tmp_path):
    ledger = tmp_path / "new.ledger"
    bad = _raw(folder, GOOD, _line(type="content.stoped"))
    assert lawkeep("ingest", "run", bad, "--to", ledger).code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["talk"]
    jsonl = tmp_path / "new.jsonl"
    assert lawkeep("ingest", "run", bad, "--jsonl", jsonl).code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["talk"]


def test_late_events_do_not_change_what_was_said(lawkeep, folder, tmp_path):
    """The whole ledger stays a prefix of itself."""
    ledger = tmp_path / "talk.ledger"
    assert lawkeep("ingest", "run", folder(KNOWN), "--to", ledger).code == 0
    with Ledger.open(ledger) as opened:
        first = [e.raw for e in opened.read()]
    more = folder(KNOWN, event("e7", "content.stopped", "2017-08-20T10:30:00"))
    assert lawkeep("ingest", "run", more, "--to", ledger).code == 0
    with Ledger.open(ledger) as opened:
        assert [e.raw for e in opened.read()][: len(first)] == first
