"""`obligations`, `watch` and `judge`: what people see of live judging."""

import json
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from lawkeep.ledger import Ledger

from .conftest import KNOWN, STOPPED


@pytest.fixture
def ledger(lawkeep, folder, tmp_path: Path) -> Path:
    """Two old facts, and something that became known an hour ago."""
    path = tmp_path / "talk.ledger"
    since = datetime.now(UTC) - timedelta(hours=1)
    fresh = KNOWN | {"id": "e9", "occurred_at": since.isoformat(), "keys": {"content": "c9"}}
    assert lawkeep("ingest", "run", folder(KNOWN, STOPPED, fresh), "--to", path).code == 0
    return path


def test_obligations_by_due_time(lawkeep, ledger: Path, tmp_path: Path) -> None:
    calendar = tmp_path / "d.ics"
    ran = lawkeep("obligations", ledger, "--json", "--ics", calendar)
    assert ran.code == 0
    due = [(one["due_at"], one["id"]) for one in ran.json]
    assert due == sorted(due)
    assert {"content": "c9"} in [one["keys"] for one in ran.json]
    entries = icalendar.Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")
    assert [str(e["uid"]) for e in entries] == [f"{one['id']}@lawkeep" for one in ran.json]
    soon = lawkeep("obligations", ledger, "--json", "--due-within", "PT24H").json
    assert 0 < len(soon) < len(ran.json)
    shown = lawkeep("obligations", ledger, "--due-within", "PT24H").out
    assert "CO-1" in shown
    assert "content=c9" in shown
    assert "小时" in lawkeep("obligations", ledger, "--language", "zh").out
    wrong = lawkeep("obligations", ledger, "--due-within", "soon")
    assert (wrong.code, "period_malformed" in wrong.err) == (2, True)


def test_watch_tells_the_ledger_once(lawkeep, ledger: Path) -> None:
    assert lawkeep("watch", ledger, "--once").code == 0
    with Ledger.open(ledger) as opened:
        told = [e.event for e in opened.read(types=["finding.judged"])]
        size = opened.size
    assert {"met"} <= {e.data["state"] for e in told}
    assert all(e.data["state"] != "pending" for e in told)
    assert lawkeep("watch", ledger, "--once").code == 0
    with Ledger.open(ledger) as opened:
        assert opened.size == size
        assert opened.verify().sound


def test_check_finds_a_difference_and_keeps_its_events(
    lawkeep, ledger: Path, tmp_path: Path
) -> None:
    part = tmp_path / "part.jsonl"
    good = lawkeep("judge", ledger, "--check", "--json")
    assert (good.code, good.json["differ"], good.json["first"]) == (0, 0, None)
    assert not part.exists()
    with sqlite3.connect(ledger) as db:
        db.execute(
            "UPDATE live_obligations SET reason = 'released' WHERE state = 'met' AND grp = '=c1'"
        )
    db.close()
    bad = lawkeep("judge", ledger, "--check", "--part", part, "--json")
    assert bad.code == 1
    assert bad.json["first"]["live"]["reason"] == "released"
    assert bad.json["first"]["batch"]["reason"] is None
    names = [json.loads(line)["id"] for line in part.read_text().splitlines()]
    assert {"e1", "e2"} <= set(names)
    assert "e9" not in names
    shown = lawkeep("judge", ledger, "--check", "--part", part)
    assert shown.code == 1
    assert "differ" in shown.out
    assert "batch  state=met" in shown.out


def test_what_if(lawkeep, ledger: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "policy:\n  content.stop: {met_within: PT1M, breached_after: PT2M, source: ours}\n"
    )
    ran = lawkeep("judge", "--with", policy, "--against", ledger, "--on", "2017-09-17", "--json")
    assert ran.code == 1
    (change,) = [c for c in ran.json["changed"] if c["duty"] == "content.stop"]
    assert (change["before"]["state"], change["state"]) == ("met", "breached")
    shown = lawkeep("judge", "--with", policy, "--against", ledger, "--on", "2017-09-17")
    assert "met → breached" in shown.out
    same = tmp_path / "same.yaml"
    same.write_text(
        "policy:\n  content.stop: {met_within: PT1H, breached_after: PT24H, source: ours}\n"
    )
    none = lawkeep("judge", "--with", same, "--against", ledger, "--on", "2017-09-17", "--json")
    assert (none.code, none.json["changed"]) == (0, [])


def test_what_cannot_be_done_is_said(lawkeep, ledger: Path, folder, tmp_path: Path) -> None:
    for arguments, code in (
        (("judge",), "usage_choice"),
        (("judge", ledger, "--check", "--with", tmp_path), "usage_choice"),
        (("obligations", folder(KNOWN)), "live_needs_ledger"),
        (("obligations", tmp_path / "none"), "input_missing"),
        (("watch", ledger, "--once", "--webhook", "http://example.org/"), "usage_choice"),
    ):
        ran = lawkeep(*arguments)
        assert ran.code == 2
        assert code in ran.err
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + "QUJD" * 8)
    ran = lawkeep("watch", ledger, "--once", "--webhook", "http://example.org/", "--secret", secret)
    assert (ran.code, "webhook_address" in ran.err) == (2, True)
    began = time.monotonic()
    ran = lawkeep(
        *("watch", ledger, "--once", "--webhook", "http://127.0.0.1:9/", "--secret", secret)
    )
    assert (ran.code, "webhook_failing" in ran.err) == (5, True)
    assert time.monotonic() - began < 30
