"""Holds: which stand at an instant, whom and which files they reach, and that errors hold."""

from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.ledger.holds import Holds, parse_scope, standing
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from lawkeep.model.time import format_instant

from .conftest import START

Make = Callable[..., Event]
FILE = "sha256:" + "a" * 64


def _placed(fact: Make, n: int, scope: str | None, case: str = "k1", **more: object) -> Event:
    data = {"scope": scope, "authority": "tribunal", "review_at": format_instant(START + 1000)}
    if scope is None:
        del data["scope"]
    return fact(n, type="hold.placed", keys={"case": case}, data=data, **more)


def _released(fact: Make, n: int, case: str = "k1", scope: str | None = None) -> Event:
    data = {"scope": scope} if scope else {}
    return fact(n, type="hold.released", keys={"case": case}, data=data)


def test_a_hold_stands_until_its_case_releases_it(fact: Make) -> None:
    events = [
        _placed(fact, 1, "subject=s1"),
        _placed(fact, 2, "subject=s2"),
        _placed(fact, 3, "subject=s1", case="k2"),
        _released(fact, 5, scope="subject=s1"),
        _placed(fact, 6, "subject=s1"),
    ]
    expected = {0: [], 1: ["e1"], 2: ["e1", "e2"], 4: ["e1", "e2", "e3"], 5: ["e2", "e3"],
                6: ["e2", "e3", "e6"]}  # fmt: skip
    for order in permutations(events):  # the order in the ledger decides nothing
        for at, ids in expected.items():
            assert [h.id for h in standing(order, START + at)] == ids
    assert [h.id for h in standing([*events, _released(fact, 7)], START + 9)] == ["e3"]


def test_a_corrected_hold_is_its_correction(fact: Make) -> None:
    events = [_placed(fact, 1, "subject=s1"), _placed(fact, 2, "subject=s9", corrects="e1")]
    assert [h.scope for h in standing(events, START + 5)] == ["subject=s9"]


def test_a_review_that_passed_or_lacks_is_overdue(fact: Make) -> None:
    hold = standing([_placed(fact, 1, "all")], START + 5)[0]
    assert not hold.overdue(START + 999)
    assert hold.overdue(START + 1000)
    without = fact(2, type="hold.placed", keys={"case": "k"}, data={"scope": "all"})
    assert standing([without], START + 5)[0].overdue(0)


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ("all", {"s1", "s2", "s3"}),
        ("subject=s1", {"s1"}),
        ("subject=s1;subject=s3", {"s1", "s3"}),
        ("content=c1", {"s1"}),  # whoever an event about c1 names
        ("type=content.*", {"s1", "s2"}),
        ("content=c2,type=content.stopped", set()),
        ("content=c2, type=content.removed", {"s2"}),
        ("subject=s3,content=c1", set()),
        ("purpose=identity", {"s1", "s2", "s3"}),
        ("purpose=billing", set()),
        ("purpose=identity,subject=s2", {"s2"}),
        ("the mails of Mr. X", {"s1", "s2", "s3"}),  # unreadable: everything
        (None, {"s1", "s2", "s3"}),
    ],
)
def test_whom_a_scope_reaches(scope: str | None, held: set[str], fact: Make) -> None:
    events = [
        fact(1, keys={"content": "c1", "subject": "s1"}, evidence=(FILE,)),
        fact(2, type="content.removed", keys={"content": "c2", "subject": "s2"}),
        fact(3, type="service.ended", keys={"subject": "s3", "service": "v1"}),
        _placed(fact, 4, scope),
    ]
    holds = Holds(standing(events, START + 9), events)
    assert {s for s in ("s1", "s2", "s3") if holds.held(s, "identity")} == held
    reached = "s1" in held and "purpose" not in str(scope)
    assert (holds.file(FILE) is not None) == reached
    assert holds.files() == ({FILE} if reached else set())


@pytest.mark.parametrize(
    "scope", ["", "subject", "subject=", "=s1", "person=p", "subject=a,subject=b", "a=b;", ";"]
)
def test_a_scope_that_cannot_be_read_is_refused(scope: str) -> None:
    with pytest.raises(LawkeepError) as told:
        parse_scope(scope)
    assert told.value.code == "hold_scope_malformed"


@given(st.text(max_size=40))
def test_any_scope_is_read_or_refused(scope: str) -> None:
    code = ""
    try:
        assert parse_scope(scope)
    except LawkeepError as problem:
        code = problem.code
    assert code in ("", "hold_scope_malformed")
