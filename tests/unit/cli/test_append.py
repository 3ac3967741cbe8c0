"""`--append`: findings go back to the ledger as facts, each change once."""

import json

from lawkeep.ledger import Ledger

from .conftest import KNOWN, STOPPED, event

STOP = ("--only", "content.stop")


def _judged(ledger):
    with Ledger.open(ledger) as opened:
        return [e.event for e in opened.read(types=["finding.judged"])]


def _ledger(lawkeep, folder, tmp_path, *events):
    ledger = tmp_path / "talk.ledger"
    assert lawkeep("ingest", "run", folder(*events), "--to", ledger).code == 0
    return ledger


def test_twice_at_two_dates(lawkeep, folder, tmp_path):
    """Pending first, then breached: both stand in the ledger, in order."""
    ledger = _ledger(lawkeep, folder, tmp_path, KNOWN)
    assert lawkeep("audit", ledger, *STOP, "--on", "2017-08-20", "--append", ledger).code == 0
    assert lawkeep("audit", ledger, *STOP, "--on", "2017-08-25", "--append", ledger).code == 1
    first, second = _judged(ledger)
    assert (first.data["state"], second.data["state"]) == ("pending", "breached")
    assert first.data["finding"] == second.data["finding"]
    assert first.keys == {"content": "c1"}
    with Ledger.open(ledger) as opened:
        assert [e.type for e in opened.read()].count("law.loaded") == 1
        assert opened.verify().sound


def test_late_event_reopens(lawkeep, folder, tmp_path):
    """Recorded afterwards: the earlier word stays, a new one is added."""
    ledger = _ledger(lawkeep, folder, tmp_path, KNOWN)
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-01", "--append", ledger)
    late = STOPPED | {"recorded_at": "2017-09-10T09:00:00+08:00", "operator": "talk"}
    file = tmp_path / "late.jsonl"
    file.write_text(json.dumps(late) + "\n", encoding="utf-8")
    assert lawkeep("ledger", "append", ledger, file).code == 0
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-17", "--append", ledger)
    assert [e.data["state"] for e in _judged(ledger)] == ["breached", "met"]
    # The same question about the earlier date has the same answer, and nothing new is written.
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-01", "--append", ledger)
    assert len(_judged(ledger)) == 2


def test_unchanged_is_not_written_again(lawkeep, folder, tmp_path):
    ledger = _ledger(lawkeep, folder, tmp_path, KNOWN, STOPPED)
    for day in ("2017-09-01", "2017-09-02", "2017-09-02"):
        lawkeep("audit", ledger, *STOP, "--on", day, "--append", ledger)
    assert len(_judged(ledger)) == 1


def test_gone_is_withdrawn(lawkeep, folder, tmp_path):
    ledger = _ledger(lawkeep, folder, tmp_path, KNOWN)
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-01", "--append", ledger)
    gone = {
        "id": "r1",
        "type": "event.retracted",
        "operator": "talk",
        "occurred_at": "2017-09-05T00:00:00+08:00",
        "data": {"of": "e1"},
    }
    file = tmp_path / "gone.jsonl"
    file.write_text(json.dumps(gone) + "\n", encoding="utf-8")
    lawkeep("ledger", "append", ledger, file)
    # Another duty was not asked about this one, so it withdraws nothing.
    lawkeep("audit", ledger, "--only", "CO-2", "--on", "2017-09-17", "--append", ledger)
    assert [e.data["state"] for e in _judged(ledger)] == ["breached"]
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-17", "--append", ledger)
    assert [e.data["state"] for e in _judged(ledger)] == ["breached", "withdrawn"]
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-18", "--append", ledger)
    assert len(_judged(ledger)) == 2


def test_filters_hide_but_do_not_withdraw(lawkeep, folder, tmp_path):
    second = event("e9", "content.known_unlawful", "2017-08-21T10:00:00", "c9")
    ledger = _ledger(lawkeep, folder, tmp_path, KNOWN, second)
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-01", "--append", ledger)
    lawkeep("audit", ledger, *STOP, "--on", "2017-09-02", "--key", "content=c9", "--append", ledger)
    assert [e.data["state"] for e in _judged(ledger)] == ["breached", "breached"]


def test_a_hypothesis_is_not_appended(lawkeep, folder, tmp_path):
    ledger = _ledger(lawkeep, folder, tmp_path, KNOWN)
    before = ledger.read_bytes()
    ran = lawkeep("audit", ledger, *STOP, "--moved-to", "2026-03-01", "--append", ledger)
    assert ran.code == 2
    assert "append_hypothetical" in ran.err
    assert ledger.read_bytes() == before


def test_a_ledger_of_another_operator(lawkeep, folder, tmp_path):
    ledger = _ledger(lawkeep, folder, tmp_path, KNOWN)
    other = folder(KNOWN, operator="operator: chat\nroles: [messaging]\n", name="chat")
    before = ledger.read_bytes()
    ran = lawkeep("audit", other, *STOP, "--append", ledger)
    assert ran.code == 2
    assert "append_other_operator" in ran.err
    assert ledger.read_bytes() == before


def test_a_ledger_is_made_where_there_is_none(lawkeep, folder, tmp_path):
    ledger = tmp_path / "new.ledger"
    assert (
        lawkeep("audit", folder(KNOWN), *STOP, "--on", "2017-09-01", "--append", ledger).code == 1
    )
    assert [e.data["state"] for e in _judged(ledger)] == ["breached"]
