"""Opening records, engines chosen by size, repeated events, comparing audits."""

import json
from datetime import date

import pytest

from lawkeep.app import engines, vocabulary
from lawkeep.app.audits import audit_path
from lawkeep.app.compare import compare, read_audits
from lawkeep.app.packs import packs
from lawkeep.app.question import Question
from lawkeep.app.records import Distinct, open_records, place_of
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event

WORDS = vocabulary()
ASKED = Question(now=0, on=date(2017, 9, 17), only=frozenset({"CO-1"}))


def _lines(*events):
    return "".join(json.dumps(e) + "\n" for e in events)


def _known(number: int, **more):
    return {
        "id": f"e{number}",
        "type": "content.known_unlawful",
        "occurred_at": "2017-08-20T10:00:00+08:00",
        "operator": "talk",
        "keys": {"content": f"c{number}"},
    } | more


def _folder(tmp_path, *events):
    (tmp_path / "operator.yaml").write_text(
        "operator: talk\nroles: [publishing]\nrecords: [{types: ['*']}]\n", encoding="utf-8"
    )
    (tmp_path / "events.jsonl").write_text(_lines(*events), encoding="utf-8")
    return tmp_path


def _audit(path, question=ASKED):
    return next(audit_path(path, packs(WORDS), question, WORDS))


@pytest.mark.parametrize(("count", "engine"), [(2, "reference"), (3, "duckdb")])
def test_the_engine_is_chosen_by_size(tmp_path, monkeypatch, count, engine):
    """Two statements of the folder and `count` records, against a limit of four events."""
    monkeypatch.setattr(engines, "SMALL", 4)
    found = _audit(_folder(tmp_path, *(_known(n) for n in range(count))))
    assert found.audit.law.engine == engine
    assert found.count == count + 2
    assert [f.state for f in found.audit.findings] == ["breached"] * count
    assert {"e0", "e1"} <= set(found.report.events)


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_the_same_event_twice_counts_once(tmp_path, engine):
    """Once more with another time of recording: what the sender gave is the same."""
    again = _known(1, recorded_at="2017-08-21T10:00:00+08:00")
    question = Question(now=0, on=date(2017, 9, 17), only=frozenset({"CO-1"}), engine=engine)
    found = _audit(_folder(tmp_path, _known(1), _known(2), again), question)
    assert found.count == 4
    assert len(found.audit.findings) == 2


@pytest.mark.parametrize("engine", ["reference", "duckdb"])
def test_the_same_id_with_other_content_is_refused(tmp_path, engine):
    other = _known(1, keys={"content": "cx"})
    question = Question(now=0, on=date(2017, 9, 17), engine=engine)
    with pytest.raises(LawkeepError) as refused:
        _audit(_folder(tmp_path, _known(1), _known(2), other), question)
    assert refused.value.code == "event_id_conflict"
    assert str(refused.value.location) == "events.jsonl:3"
    assert refused.value.details["first"] == "events.jsonl:1"


def test_distinct():
    first = Distinct()
    event = Event(id="a", type="t", occurred_at=0, recorded_at=0, operator="o")
    assert first(event) is True
    assert first(event) is False


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a.csv:12", ("a.csv", 12)),
        ("a.csv", ("a.csv", None)),
        ("http://x:y", ("http://x:y", None)),
        (None, (None, None)),
        (":3", (":3", None)),
    ],
)
def test_place_of(source, place):
    assert place_of(source) == place


def test_a_file_with_several_operators(tmp_path):
    file = tmp_path / "all.jsonl"
    profile = {
        "id": "p",
        "type": "operator.profiled",
        "occurred_at": "2017-06-01T00:00:00Z",
        "operator": "b",
        "data": {"roles": ["publishing"], "jurisdictions": ["CN"]},
    }
    file.write_text(_lines(profile, _known(1), _known(2, operator="b")), encoding="utf-8")
    one, two = open_records(file, WORDS)
    assert (one.operator, two.operator) == ("b", "talk")
    assert [e.id for e in one.events()] == ["p", "e2"]
    assert [e.id for e in two.events()] == ["e1"]
    assert one.jurisdictions == two.jurisdictions == {"cn"}


def test_an_empty_ledger_of_events_is_refused(tmp_path):
    file = tmp_path / "none.jsonl"
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(LawkeepError) as refused:
        open_records(file, WORDS)
    assert refused.value.code == "records_without_operator"


def test_compare():
    def audit(operator, **states):
        return {
            "operator": operator,
            "findings": [{"id": i, "state": s, "reason": None} for i, s in states.items()],
        }

    changes = compare(
        [audit("x", a="met", b="pending", c="met")],
        [audit("x", a="met", b="breached", d="open"), audit("y", z="met")],
    )
    assert [f["id"] for f in changes["x"]["new"]] == ["d"]
    assert [f["id"] for f in changes["x"]["gone"]] == ["c"]
    (changed,) = changes["x"]["changed"]
    assert (changed["from"]["state"], changed["to"]["state"]) == ("pending", "breached")
    assert [f["id"] for f in changes["y"]["new"]] == ["z"]


def _of(id_, code, status="verified", **more):
    keys = {"content": id_}
    citation = {"status": status}
    return {"id": id_, "duty": f"d.{code}", "code": code, "keys": keys, "state": "met",
            "trigger": "2017-08-20T10:00:00+08:00", "due_at": None, "citation": citation} | more  # fmt: skip


def _told(*findings, asked=None, drafts=False):
    value = {"operator": "x", "law": {"drafts": drafts}, "findings": list(findings)}
    return value if asked is None else value | {"asked": asked}


ALL = {"only": [], "keys": {}, "since": None}


@pytest.mark.parametrize(
    ("old", "new", "earlier", "left", "gone"),
    [
        # A full audit against one duty: the others were asked by one of the two only.
        (ALL, ALL | {"only": ["A-1"]}, "known", (1, 0), ["a2"]),
        (ALL, ALL | {"only": ["d.A-1"]}, "known", (1, 0), ["a2"]),
        (None, ALL | {"only": ["A-1"]}, "unknown", (1, 0), ["a2"]),
        (ALL | {"only": ["A-1"]}, ALL, "known", (1, 0), ["a2"]),
        (ALL, ALL | {"keys": {"content": "a1"}}, "known", (2, 0), []),
        (ALL | {"keys": {"content": "a2"}}, ALL, "known", (2, 1), ["a2"]),
        (ALL, ALL | {"since": "2017-09-01T00:00:00+08:00"}, "known", (3, 1), []),
        (ALL, ALL, "known", (0, 0), ["a2", "b1"]),
    ],
)
def test_only_what_both_were_asked_is_compared(old, new, earlier, left, gone):
    was = [_of("a1", "A-1"), _of("a2", "A-1"), _of("b1", "B-1")]
    (found,) = compare([_told(*was, asked=old)], [_told(_of("a1", "A-1"), asked=new)]).values()
    assert found["earlier"] == earlier
    assert (found["left_out"]["earlier"], found["left_out"]["this"]) == left
    assert [f["id"] for f in found["gone"]] == gone
    assert found["new"] == []


def test_an_audit_without_drafts_did_not_look_for_findings_of_drafts():
    was = _told(_of("a1", "A-1"), _of("dr", "D-1", "draft"), asked=ALL, drafts=True)
    (found,) = compare([was], [_told(_of("a1", "A-1"), asked=ALL)]).values()
    assert (found["gone"], found["left_out"]["earlier"]) == ([], 1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]x", '"a"', "{}", '{"operator": 1}', '{"operator": "a", "findings": [1]}'),
        '{"operator": "a", "findings": [], "asked": {"only": 1}}',
        '{"operator": "a", "findings": [], "asked": {"since": "soon"}}',
        '{"operator": "a", "findings": [{"id": "1", "keys": 7}]}',
        '{"operator": "a", "findings": [{"id": "1", "due_at": "soon"}]}',
    ],
)
def test_what_is_no_audit(tmp_path, text):
    file = tmp_path / "old.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LawkeepError):
        read_audits(file)


def test_moving_reads_the_same_distance_for_everything(tmp_path):
    """The earliest event falls on the day asked for; the others and the date keep their distance."""
    later = _known(2, occurred_at="2017-08-25T09:30:00+08:00")
    place = _folder(tmp_path, _known(1), later)
    question = Question(
        now=0, on=date(2017, 9, 17), only=frozenset({"CO-1"}), moved_to=date(2026, 3, 1)
    )
    found = _audit(place, question)
    days = (date(2026, 3, 1) - date(2017, 8, 20)).days
    plain = _audit(place)
    for one, other in zip(plain.audit.findings, found.audit.findings, strict=True):
        assert other.trigger - one.trigger == days * 86_400_000_000
    assert found.audit.judged_as_of - plain.audit.judged_as_of == days * 86_400_000_000
