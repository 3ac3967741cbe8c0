"""Remarks of the judge in both languages."""

import re

import pytest

from lawkeep.documents import sayings, words
from lawkeep.model.finding import Citation, Text

TITLES = {"vulnerability.exploited": Text(zh="漏洞被利用", en="Vulnerability exploited")}


@pytest.mark.parametrize(
    ("remark", "zh", "en"),
    [
        ("breach", "存在违反行为", "a breach"),
        (
            "order or-1 not met by its due time",
            "责令 or-1 逾期未完成",
            "order or-1 was not met in time",
        ),
        (
            "order or-1 not met by its due time, but older than the act",
            "责令 or-1 逾期未完成，但早于该行为",
            "order or-1 was not met in time, but is older than the act",
        ),
        (
            "order or-1 not met by its due time, but it names neither a thing nor a duty",
            "责令 or-1 逾期未完成，但未指明对象和义务",
            "order or-1 was not met in time, but names neither a thing nor a duty",
        ),
        (
            "order or-1 not recorded as met by its due time",
            "没有责令 or-1 按期完成的记录",
            "no record says that order or-1 was met in time",
        ),
        (
            "circumstance.found severe (c1) suggests serious",
            "已认定后果严重（记录 c1），提示可能“已认定情节严重”",
            "found severe (record c1); suggests “found serious”",
        ),
        (
            "circumstance.found serious (c1) names nothing that it is about",
            "已认定情节严重（记录 c1），但未指明对象",
            "found serious (record c1), which does not say what it is about",
        ),
        (
            "vulnerability.exploited (x1) suggests consequence; lighter edition 2026-01-01",
            "漏洞被利用（记录 x1）提示可能“已认定造成后果”；适用较轻的 2026-01-01 版",
            (
                "Vulnerability exploited (record x1) suggests “consequences were determined”; "
                "the lighter edition of 2026-01-01 applies"
            ),
        ),
        ("something new", "something new", "something new"),
    ],
)
def test_what_opened_a_row(remark: str, zh: str, en: str) -> None:
    assert sayings.because(remark, TITLES) == Text(zh=zh, en=en)


@pytest.mark.parametrize(
    ("act", "zh", "en"),
    [
        ("content=c1", "内容 c1", "content c1"),
        ("subject=u1,service=s,1", "用户 u1，服务 s,1", "subject u1, service s,1"),
        ("content=c1#2", "内容 c1#2", "content c1#2"),
        ("duty=d", "义务名", "Title"),
        ("duty=d#2", "义务名#2", "Title#2"),
        ("event=e1", "记录 e1", "record e1"),
        ("no pairs", "no pairs", "no pairs"),
        ("", "", ""),
    ],
)
def test_the_name_of_an_act(act: str, zh: str, en: str) -> None:
    assert sayings.act_name(act, {"d": Text(zh="义务名", en="Title")}) == Text(zh=zh, en=en)


@pytest.mark.parametrize(
    ("number", "zh"),
    [
        ("47", "第47条"),
        ("24(1)", "第24条（1）"),
        ("286-1", "第286条之1"),
        ("6(2)(3)", "第6条（2）（3）"),
        ("annex", "annex"),
    ],
)
def test_articles_as_people_cite_them(number: str, zh: str) -> None:
    cited = words.citation(Citation("X", "2020-01-01", number), {"X": Text(zh="某法", en="Law X")})
    assert cited == Text(zh=f"《某法》（2020-01-01）{zh}", en=f"Law X (2020-01-01) art. {number}")


@pytest.mark.parametrize(
    "code",
    [
        "one of: suspend_business, stop_for_rectification, close_site_or_app, revoke_permit, revoke_business_licence",
        "stop_for_rectification or temporary_closure",
        "revoke_permit (commercial) or close_site (non-commercial)",
        "warn_or_stop_6_months",
    ],
)
def test_choices_of_measures_are_put_into_words(code: str) -> None:
    told = words.measure(code, {})
    assert "_" not in told.zh + told.en
    assert re.search("[\u3400-\u9fff]", told.zh)


def test_own_words_for_a_measure_come_first() -> None:
    own = {"warn": Text(zh="警示", en="caution")}
    assert words.measure("warn", own) == own["warn"]
    assert words.measure("warn or fine", own).en == "caution or fine"


def test_articles_of_one_edition_are_cited_together() -> None:
    names = {"X": Text(zh="某法", en="Law X")}
    cited = [Citation("X", "2020-01-01", "6(1)"), Citation("X", "2020-01-01", "7")]
    cited.append(Citation("Y", "2021-01-01", "8"))
    assert words.citations(cited, names) == (
        Text(zh="《某法》（2020-01-01）第6条（1）、第7条", en="Law X (2020-01-01) art. 6(1), 7"),
        Text(zh="Y（2021-01-01）第8条", en="Y (2021-01-01) art. 8"),
    )
