"""Deadlines in words: every pattern, and what a reader must be able to tell from them."""

import re

import pytest

from lawkeep.app import vocabulary
from lawkeep.app.deadlines import deadline, period
from lawkeep.app.packs import packs
from lawkeep.app.report import duty_view, event_roles
from lawkeep.judge.form import compile_duty
from lawkeep.law.calendar import parse_period

PACKS = packs(vocabulary())
DUTIES = [(pack, duty) for pack in PACKS for duty in pack.duties]
IDS = [f"{p.id}-{d.duty}" for p, d in DUTIES]


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("PT24H", "24 小时", "24 hours"),
        ("PT1H", "1 小时", "1 hour"),
        ("PT30M", "30 分钟", "30 minutes"),
        ("PT90M", "90 分钟", "90 minutes"),
        ("PT90S", "90 秒", "90 seconds"),
        ("P1D", "1 日", "1 day"),
        ("P60D", "60 日", "60 days"),
        ("P6M", "6 个月", "6 months"),
        ("P2Y", "2 年", "2 years"),
        ("P20BD", "20 个工作日", "20 working days"),
    ],
)
def test_periods(written, zh, en):
    told = period(parse_period(written))
    assert (told.zh, told.en) == (zh, en)


@pytest.mark.parametrize(("pack", "duty"), DUTIES, ids=IDS)
def test_every_shipped_duty_has_its_numbers_in_words(pack, duty):
    """Each number that the duty or its policy states is in the words, in both languages."""
    told = deadline(compile_duty(duty, pack), pack)
    assert re.search(r"[\u4e00-\u9fff]", told.zh)
    assert told.en.isascii() or "’" in told.en
    named = [duty.within, duty.every, duty.look_back, duty.before_by]
    named += [duty.keep.period if duty.keep else None]
    keys = duty.policy if isinstance(duty.policy, dict) else {"": duty.policy}
    bounds = [pack.policy[k] for word, k in keys.items() if word != "by" and k is not None]
    named += [p for b in bounds for p in (b.met_within, b.breached_after)]
    for text in named:
        if text and text.startswith("P"):
            words = period(parse_period(text))
            assert words.zh in told.zh
            assert words.en in told.en


@pytest.mark.parametrize(("pack", "duty"), DUTIES, ids=IDS)
def test_every_shipped_duty_has_a_view(pack, duty):
    view = duty_view(duty, pack)
    assert len(view.citations) == len(duty.cites)
    assert all("（" in c.zh for c in view.citations)
    form = compile_duty(duty, pack)
    roles = event_roles(form)
    assert set(roles.values()) <= {"trigger", "demand", "contrary", "release", "undo", "other"}
    demanded = {n for d in (duty.must,) if isinstance(d, str) for n in (d,)}
    assert all(roles[name] == "demand" for name in demanded)
