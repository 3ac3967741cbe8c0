"""A real log of workflow steps: read by a mapping, judged on rules of order, and counted by hand.

The log has no data-protection events, so the pack beside this file has rules of order on its
steps. The same counts are made here with `csv` and dictionaries.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lawkeep.ingest import load_mappings, read_events
from lawkeep.ingest.spool import spool
from lawkeep.judge.duckdb import DuckJudge
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.law.timeline import OPERATOR, read_timeline
from lawkeep.model.event import Event
from lawkeep.model.facts import operator as _operator  # noqa: F401  (declares its types)
from lawkeep.model.vocabulary import DECLARED, Fact, FactType, Vocabulary, fact

Result = Callable[[str, object], None]
Rows = list[tuple[int, str, str]]
"""Instant in microseconds, application, title of the step."""

HERE = Path(__file__).parent
ZONE = ZoneInfo("Europe/Copenhagen")
STEPS = {
    "Første udbetaling": "step.paid",
    "Godkend ansøgning": "step.approved",
    "Afvis ansøgning": "step.rejected",
    "Account number changed": "step.account_changed",
    "Godkend ændret kontonummer": "step.account_approved",
    "ansøger informeret": "step.told",
    "Register Decision": "step.decided",
    "Lawyer Review": "step.reviewed_by_lawyer",
    "Architect Review": "step.reviewed_by_architect",
}
OTHER = "step.other"
MAPPING = """
format: csv
encoding: utf-8
delimiter: ";"
null_values: [NULL]
zone: Europe/Copenhagen
fold: earlier
operator: o
events:
  - type: {column: Title, map: {TITLES}, default: step.other, empty: step.other}
    occurred_at: {column: Date, format: "%Y-%m-%d %H:%M:%S.%f"}
    keys: {case: ID}
covers:
  - {types: ["step.*"]}
"""
# The rules that the pack states, with the type that opens an obligation of each.
RULES = {
    "pay.after_approval": "step.paid",
    "pay.approved_account": "step.paid",
    "reject.tell_applicant": "step.rejected",
    "decide.both_reviews": "step.decided",
}


def _step(name: str) -> FactType:
    class Step(Fact, frozen=True):
        """A step of an application."""

    fact(name, keys="case", en="Step", zh="步骤")(Step)
    return DECLARED.pop(name)  # the types of a test are nobody else's


ABOUT = [kind for name, kind in DECLARED.items() if name.startswith(("operator.", "records."))]
VOCABULARY = Vocabulary([*map(_step, [*STEPS.values(), OTHER]), *ABOUT])


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(HERE / "workflow", VOCABULARY)


@pytest.fixture(scope="module")
def log(data: Callable[[str], Path]) -> Path:
    return data("data/gdpr-log/debois_slaats_2015.csv")


def test_the_rules_do_as_their_examples_say(pack: Pack) -> None:
    for duty in pack.duties:
        for outcome in ("met", "breached"):
            text = getattr(duty.examples, outcome)
            told = read_timeline(text, VOCABULARY, pack.head.zone, duty.applies_to)
            asked = {"operator": OPERATOR, "as_of": told.as_of, "only": frozenset({duty.duty})}
            judged, _, _ = judge_pack(told.events, pack, **asked)
            assert [j.finding.state for j in judged] == [outcome], duty.duty


def _ingested(path: Path) -> list[Event]:
    titles = ", ".join(f'"{title}": {name}' for title, name in STEPS.items())
    placed = load_mappings(MAPPING.replace("TITLES", titles), "mapping.yaml")[0]
    return list(read_events(path, VOCABULARY, mapping=placed))


def _by_hand(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [(_instant(row["Date"]), row["ID"], row["Title"].strip()) for row in rows]


def _instant(text: str) -> int:
    local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=ZONE, fold=0)
    return (local.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_every_row_is_read(log: Path, result: Result) -> None:
    events, rows = _ingested(log), _by_hand(log)
    assert [(e.occurred_at, e.keys["case"]) for e in events] == [(t, case) for t, case, _ in rows]
    assert [e.type for e in events] == [STEPS.get(title, OTHER) for _, _, title in rows]
    assert len({e.id for e in events}) == len(events)
    applications = {case for _, case, _ in rows}
    assert (len(rows), len(applications)) == (12_151, 587)
    offsets = Counter(
        datetime.fromtimestamp(t / 1e6, ZONE).utcoffset() // timedelta(hours=1) for t, _, _ in rows
    )
    assert set(offsets) == {1, 2}, "the log has both winter and summer time"
    result("workflow log: rows read with the instants computed by hand", f"{len(rows)}/{len(rows)}")
    result("workflow log: applications", len(applications))
    result("workflow log: rows in winter and in summer time", f"{offsets[1]} and {offsets[2]}")


def test_the_hour_that_comes_twice(tmp_path: Path) -> None:
    """The log has no row in it, so this is a file of the same form."""
    path = tmp_path / "fold.csv"
    times = ["2014-10-26 01:59:59.999", "2014-10-26 02:30:00.000", "2014-10-26 03:00:00.000"]
    lines = [f"14a-001;x;NULL;NULL;{time};" for time in times]
    path.write_text("\r\n".join(["ID;Event;Title;Role;Date;", *lines, ""]), encoding="utf-8")
    expected = [
        datetime(2014, 10, 25, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2014, 10, 26, 0, 30, tzinfo=UTC),
        datetime(2014, 10, 26, 2, 0, tzinfo=UTC),
    ]
    found = [datetime.fromtimestamp(e.occurred_at / 1e6, UTC) for e in _ingested(path)]
    assert found == expected
    assert [t for t, _, _ in _by_hand(path)] == [e.occurred_at for e in _ingested(path)]


def _expected(rows: Rows, as_of: int) -> dict[str, Counter[str]]:
    """The counts of the four rules, from dictionaries of times alone."""
    at: dict[tuple[str, str], list[int]] = defaultdict(list)
    for time, case, title in rows:
        at[STEPS.get(title, OTHER), case].append(time)

    def last(name: str, case: str, by: int) -> int:
        return max((t for t in at[name, case] if t <= by), default=-1)

    counts: dict[str, Counter[str]] = {rule: Counter() for rule in RULES}
    for (name, case), times in list(at.items()):
        for time in times:
            if name == "step.paid":
                approved = last("step.approved", case, time)
                valid = approved >= 0 and approved >= last("step.rejected", case, time)
                counts["pay.after_approval"]["met" if valid else "breached"] += 1
                changed = last("step.account_changed", case, time)
                unchecked = changed >= 0 and changed >= last("step.account_approved", case, time)
                counts["pay.approved_account"]["breached" if unchecked else "met"] += 1
            elif name == "step.decided":
                reviews = ("step.reviewed_by_lawyer", "step.reviewed_by_architect")
                both = all(last(review, case, time) >= 0 for review in reviews)
                counts["decide.both_reviews"]["met" if both else "breached"] += 1
            elif name == "step.rejected":
                counts["reject.tell_applicant"][_told(at["step.told", case], time, as_of)] += 1
    return counts


def _told(told: list[int], rejected: int, as_of: int) -> str:
    day = datetime.fromtimestamp(rejected / 1e6, ZONE).date() + timedelta(days=15)
    due = int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()) * 1_000_000 - 1
    if any(rejected <= t <= due for t in told):
        return "met"
    if as_of <= due:
        return "pending"
    # Told before, and never after: a person must say which rejection was meant (judging.md 10).
    before_only = bool(told) and all(t < rejected for t in told)
    return "open" if before_only else "breached"


def test_rules_of_order(log: Path, pack: Pack, tmp_path: Path, result: Result) -> None:
    events = [*_about(), *_ingested(log)]
    rows = _by_hand(log)
    as_of = max(time for time, _, _ in rows)
    asked = {"operator": "o", "as_of": as_of}
    judged, gaps, _ = judge_pack(events, pack, **asked)
    engine = DuckJudge(spool(iter(events), tmp_path), as_of, threads=1)
    try:
        other, other_gaps, _ = engine.judge_pack(pack, **asked)
    finally:
        engine.close()
    mine = {j.finding.id: j.finding for j in judged}
    assert mine == {j.finding.id: j.finding for j in other}
    assert gaps == other_gaps == []
    found: dict[str, Counter[str]] = {rule: Counter() for rule in RULES}
    for finding in mine.values():
        found[finding.duty][finding.state] += 1
    assert found == _expected(rows, as_of)
    titles = Counter(STEPS.get(title, OTHER) for _, _, title in rows)
    assert {rule: states.total() for rule, states in found.items()} == {
        rule: titles[opened_by] for rule, opened_by in RULES.items()
    }
    result("workflow log: findings equal, reference and DuckDB", f"{len(mine)}/{len(other)}")
    for rule, states in found.items():
        told = ", ".join(f"{states[s]} {s}" for s in ("met", "breached", "open", "pending"))
        result(f"workflow log: {rule} (judge and count by hand equal)", told)


def _about() -> list[Event]:
    """The operator, and that its records of the steps are complete."""
    told = [("operator.profiled", {"roles": []}), ("records.covered", {"types": ["*"]})]
    return [
        VOCABULARY.event(
            {
                "id": f"about-{index}",
                "type": kind,
                "occurred_at": "2013-01-01T00:00:00Z",
                "operator": "o",
                "data": data,
            }
        )
        for index, (kind, data) in enumerate(told)
    ]
