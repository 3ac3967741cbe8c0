"""`lawkeep audit`: what it says, what it writes, and its exit codes."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from .conftest import KNOWN, STOPPED, event

STOP = ("--only", "content.stop", "--on", "2017-09-17")


def _state(ran) -> list[str]:
    return [f["state"] for f in ran.json["findings"]]


def test_met_and_breached(lawkeep, folder):
    assert _state(lawkeep("audit", folder(KNOWN, STOPPED), *STOP, "--json")) == ["met"]
    late = event("e3", "content.stopped", "2017-08-22T10:00:00")
    ran = lawkeep("audit", folder(KNOWN, late), *STOP, "--json")
    assert ran.code == 1
    (finding,) = ran.json["findings"]
    assert finding["due_at"] == "2017-08-21T10:00:00+08:00"
    assert finding["cured_at"] == "2017-08-22T10:00:00+08:00"
    assert finding["citation"]["article"] == "47"
    assert {row["row"] for row in ran.json["exposure"]} >= {"S68-1"}


@pytest.mark.parametrize(
    ("events", "on", "code", "lenient"),
    [
        ((KNOWN, STOPPED), "2017-09-17", 0, 0),
        ((KNOWN,), "2017-09-17", 1, 1),
        ((KNOWN,), "2017-08-20", 0, 0),  # pending
        ((KNOWN, event("e2", "content.stopped", "2017-08-20T14:00:00")), "2017-09-17", 3, 0),
        ((KNOWN,), "2018-09-17", 1, 1),
    ],
)
def test_exit_codes(lawkeep, folder, events, on, code, lenient):
    place = folder(*events)
    asked = ("audit", place, "--only", "CO-1", "--on", on)
    assert lawkeep(*asked).code == code
    assert lawkeep(*asked, "--allow-open").code == lenient


def test_what_is_not_recorded_is_never_fine(lawkeep, folder):
    """No coverage: the duty could not be asked; that is 3, not 0, and not 1."""
    silent = folder(operator="operator: talk\nroles: [publishing]\n")
    ran = lawkeep("audit", silent, *STOP, "--json")
    assert (ran.code, ran.json["findings"]) == (3, [])
    assert [g["code"] for g in ran.json["coverage_gaps"]] == ["CO-1"]
    assert lawkeep("audit", silent, *STOP, "--allow-open").code == 0
    told = lawkeep("audit", silent, *STOP, "--language", "en").out
    assert "could not be asked" in told
    assert "content.known_unlawful" in told


def test_nothing_judged_is_not_clean(lawkeep, folder):
    """A role without the duty gives no finding; silence is 3."""
    other = folder(KNOWN, operator="operator: talk\nroles: [resolver]\nzone: Asia/Shanghai\n")
    ran = lawkeep("audit", other, *STOP)
    assert ran.code == 3
    assert "No finding" in ran.out


def test_where_every_rule_is_a_draft_the_summary_names_the_switch(lawkeep, folder):
    operator = "operator: talk\nroles: [publishing]\njurisdictions: [eu]\n"
    place = folder(operator=operator)
    ran = lawkeep("audit", place, "--on", "2025-09-17")
    assert ran.code == 3
    assert "--drafts" in ran.out
    told = " ".join(lawkeep("audit", place, "--on", "2025-09-17", "--drafts").out.split())
    assert "Every rule of the law used is a draft" not in told
    assert "--drafts" not in lawkeep("audit", folder(operator=operator.replace("eu", "cn"))).out


def test_summary_in_both_languages(lawkeep, folder):
    place = folder(KNOWN)
    en = lawkeep("audit", place, *STOP, "--language", "en").out
    zh = lawkeep("audit", place, *STOP, "--language", "zh").out
    assert "✗ 1 breached" in en
    assert "content c1" in en
    assert "Cybersecurity Law (2017-06-01) art. 47" in en
    assert "Not legal advice" in en
    assert "《网络安全法》（2017-06-01）第47条" in zh
    assert "不构成法律意见" in zh
    assert "\x1b[" not in en + zh


def test_data_is_never_markup_or_a_terminal_command(lawkeep, folder):
    evil = event("e1", "content.known_unlawful", "2017-08-20T10:00:00", "[red]x\x1b[2Jy")
    out = lawkeep("audit", folder(evil), *STOP).out
    assert "\x1b" not in out
    assert "[red]x" in out


def test_a_ledger_and_a_file_of_events_say_the_same(lawkeep, folder, tmp_path):
    place = folder(KNOWN)
    ledger, file = tmp_path / "talk.ledger", tmp_path / "talk.jsonl"
    assert lawkeep("ingest", "run", place, "--to", ledger).code == 0
    assert lawkeep("ingest", "run", place, "--jsonl", file).code == 0
    first, *others = (
        lawkeep("audit", source, "--on", "2017-09-17", "--json").json
        for source in (place, ledger, file)
    )
    assert first["findings"]
    for other in others:
        assert other == first


def test_engines_agree(lawkeep, folder):
    place = folder(KNOWN, event("e5", "content.known_unlawful", "2017-08-21T10:00:00", "c2"))
    both = [
        lawkeep("audit", place, "--on", "2017-09-17", "--json", "--engine", engine).json
        for engine in ("reference", "duckdb")
    ]
    assert [b["law"].pop("engine") for b in both] == ["reference", "duckdb"]
    assert both[0] == both[1]


def test_tables_and_report(lawkeep, folder, tmp_path):
    place = folder(KNOWN)
    files = {k: tmp_path / f"out.{k}" for k in ("csv", "xlsx", "html")}
    options = [part for k, path in files.items() for part in (f"--{k}", path)]
    assert lawkeep("audit", place, *STOP, *options, "--json").code == 1
    rows = list(csv.DictReader(files["csv"].read_text("utf-8-sig").splitlines()))
    assert [r["state"] for r in rows] == ["breached"]
    assert load_workbook(files["xlsx"]).sheetnames == ["findings", "exposure", "coverage gaps"]
    page = files["html"].read_text("utf-8")
    assert "c1" in page
    assert "47" in page
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.html", "out.xlsx", "talk"]


def test_an_audit_writes_nothing_unasked(lawkeep, folder, tmp_path, monkeypatch):
    place = folder(KNOWN)
    monkeypatch.chdir(tmp_path)
    before = sorted((p, p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file())
    lawkeep("audit", place, *STOP)
    assert before == sorted((p, p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file())


def test_moved_to_another_edition(lawkeep, folder):
    ran = lawkeep("audit", folder(KNOWN), *STOP, "--moved-to", "2026-03-01", "--json")
    (finding,) = ran.json["findings"]
    assert finding["trigger"] == "2026-03-01T10:00:00+08:00"
    assert (finding["citation"]["edition"], finding["citation"]["article"]) == ("2026-01-01", "49")
    assert ran.json["judged_as_of"].startswith("2026-03-29T23:59:59")


def test_filters(lawkeep, folder):
    later = event("e9", "content.known_unlawful", "2017-09-01T10:00:00", "c9")
    place = folder(KNOWN, later)

    def contents(*more):
        found = lawkeep("audit", place, *STOP, "--json", *more).json["findings"]
        return sorted(f["keys"]["content"] for f in found)

    assert contents() == ["c1", "c9"]
    assert contents("--key", "content=c9") == ["c9"]
    assert contents("--since", "2017-08-22") == ["c9"]
    assert contents("--since", "2017-08-21") == ["c1", "c9"]  # due on that day
    assert contents("--since", "2017-10-01") == []


def test_several_operators_are_a_list(lawkeep, folder):
    one = folder(KNOWN)
    two = folder(KNOWN, operator="operator: chat\nroles: [messaging]\n", name="chat")
    ran = lawkeep("audit", one, two, "--on", "2017-09-17", "--json")
    assert [a["operator"] for a in ran.json] == ["talk", "chat"]


def test_against_an_earlier_audit(lawkeep, folder, tmp_path):
    old = tmp_path / "old.json"
    old.write_text(lawkeep("audit", folder(KNOWN), *STOP, "--json").out, encoding="utf-8")
    place = folder(
        KNOWN, STOPPED, event("e9", "content.known_unlawful", "2017-09-01T10:00:00", "c9")
    )
    ran = lawkeep("audit", place, *STOP, "--json", "--against", old)
    change = ran.json["against"]
    assert [c["keys"]["content"] for c in change["new"]] == ["c9"]
    assert change["gone"] == []
    (changed,) = change["changed"]
    assert (changed["from"]["state"], changed["to"]["state"]) == ("breached", "met")
    told = lawkeep("audit", place, *STOP, "--against", old).out
    assert "new" in told
    gone = lawkeep("audit", folder(event("e8", *_other())), *STOP, "--json", "--against", old).json
    assert [c["keys"]["content"] for c in gone["against"]["gone"]] == ["c1"]


def test_against_an_audit_that_was_asked_more(lawkeep, folder, tmp_path):
    old = tmp_path / "old.json"
    place = folder(KNOWN, STOPPED)
    whole = lawkeep("audit", place, "--on", "2017-09-17", "--json")
    old.write_text(whole.out, encoding="utf-8")
    ran = lawkeep("audit", place, *STOP, "--json", "--against", old).json
    assert ran["asked"] == {"only": ["content.stop"], "keys": {}, "since": None}
    change = ran["against"]
    assert (change["new"], change["gone"], change["changed"]) == ([], [], [])
    assert change["left_out"] == {"earlier": len(whole.json["findings"]) - 1, "this": 0}
    told = lawkeep("audit", place, *STOP, "--against", old).out
    assert "Only what both were asked is compared" in told
    old.write_text(json.dumps({k: v for k, v in whole.json.items() if k != "asked"}), "utf-8")
    told = lawkeep("audit", place, *STOP, "--against", old).out
    assert "does not say what it was asked" in " ".join(told.split())


def _other() -> tuple[str, str, str]:
    return ("content.known_unlawful", "2017-08-20T10:00:00", "c7")


def test_own_policy_numbers(lawkeep, folder, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "policy:\n  content.stop: {met_within: P3D, breached_after: P5D, source: ours}\n",
        encoding="utf-8",
    )
    late = event("e3", "content.stopped", "2017-08-22T10:00:00")
    ran = lawkeep("audit", folder(KNOWN, late), *STOP, "--policy", policy, "--json")
    assert _state(ran) == ["met"]
    plain = lawkeep("audit", folder(KNOWN, late), *STOP, "--json").json
    assert ran.json["law"]["policy"] != plain["law"]["policy"]
    assert ran.json["law"]["packs"] == plain["law"]["packs"]


def test_rejects_go_on_and_are_kept(lawkeep, folder, tmp_path):
    place = folder(KNOWN, STOPPED)
    with (place / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "bad", "type": "content.stoped"}\n')
    assert lawkeep("audit", place, *STOP).code == 2
    kept = tmp_path / "rejects.jsonl"
    assert lawkeep("audit", place, *STOP, "--rejects", kept).code == 0
    (line,) = [json.loads(x) for x in kept.read_text("utf-8").splitlines()]
    assert (line["code"], line["line"]) == ("event_type_unknown", 3)
    moved = ("--moved-to", "2026-03-01")
    assert lawkeep("audit", place, *STOP, *moved, "--rejects", kept).code == 0
    assert len(kept.read_text("utf-8").splitlines()) == 1


def test_an_output_that_cannot_be_written(lawkeep, folder, tmp_path: Path):
    ran = lawkeep("audit", folder(KNOWN), *STOP, "--csv", tmp_path / "none" / "out.csv")
    assert ran.code == 5
    assert "output_failed" in ran.err
