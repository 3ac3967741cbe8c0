"""The example folders, read and judged under the shipped law."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from importlib.resources import files

import pytest

from lawkeep.judge.audit import audit
from lawkeep.judge.moved import days_to, moved, shift
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.model.finding import Audit
from lawkeep.model.time import to_instant
from unit.examples.reading import VOCABULARY, ours, read

NOTICE = date(2017, 9, 17)

JudgeFolder = Callable[..., Audit]


@pytest.fixture(scope="session")
def cn() -> Pack:
    return load_pack(files("lawkeep.law") / "packs" / "cn", VOCABULARY)


@pytest.fixture(scope="session")
def judge(cn: Pack) -> JudgeFolder:
    """Judge a folder at the end of a day; moved, that day moves along."""
    place = cn.calendar.zone

    @cache
    def judged(
        folder: str, *, on: date = NOTICE, to: date | None = None, authority: bool = True
    ) -> Audit:
        events = [e for e in read(folder) if authority or ours(e)]
        as_of = to_instant(datetime(on.year, on.month, on.day, 23, 59, 59, 999_999, tzinfo=place))
        if to is not None:
            days = days_to(events, to, place)
            as_of = shift(as_of, days, place)
            events = moved(events, days, place, VOCABULARY)
        return audit(
            lambda pack, **asked: judge_pack(events, pack, **asked),
            [cn],
            operator=folder.rpartition("/")[2],
            as_of=as_of,
            jurisdictions=frozenset({"cn"}),
            engine_name="reference",
        )

    return judged
