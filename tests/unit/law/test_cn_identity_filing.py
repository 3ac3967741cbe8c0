"""The `cn` pack: identity, telephony, filing; editions, dates and rows as the sources state them."""

from importlib.resources import files

import pytest

from lawkeep.app import vocabulary
from lawkeep.judge.reference import judge_pack
from lawkeep.law.grading import grade
from lawkeep.law.pack import load_pack
from lawkeep.law.timeline import OPERATOR, read_timeline
from lawkeep.model.finding import Finding

VOCABULARY = vocabulary()
PACK = load_pack(files("lawkeep.law").joinpath("packs", "cn"), VOCABULARY)
ALL_ROLES = ["access", "domain", "telephony", "publishing", "messaging", "hosting", "site"]


def found(text: str, *only: str, roles: list[str] = ALL_ROLES) -> list[Finding]:
    timeline = read_timeline(text, VOCABULARY, PACK.head.zone, roles, PACK.head.jurisdiction)
    judged, _, _ = judge_pack(
        timeline.events,
        PACK,
        operator=OPERATOR,
        as_of=timeline.as_of,
        only=frozenset(only),
    )
    return [j.finding for j in judged]


def laws(finding: Finding) -> list[str]:
    return [
        f"{c.instrument}@{c.edition} {c.article}" for c in (finding.citation, *finding.also_cited)
    ]


def test_the_edition_changes_with_the_year() -> None:
    before = found("2025-12-31 23:59:59.999999 service.confirmed subject=u service=s kind=access")
    after = found("2026-01-01 00:00 service.confirmed subject=u service=s kind=access")
    assert [laws(f) for f in before if f.code == "ID-1"] == [["CN-CSL@2017-06-01 24(1)"]]
    assert [laws(f) for f in after if f.code == "ID-1"] == [["CN-CSL@2026-01-01 26(1)"]]


@pytest.mark.parametrize(
    ("day", "cited"),
    [
        ("2017-05-31", None),
        ("2017-06-01", ["CN-CSL"]),
        ("2018-04-27", ["CN-CSL", "CN-CTL", "CN-MIIT264"]),
        ("2022-12-01", ["CN-CSL", "CN-ATFL", "CN-CTL", "CN-MIIT264"]),
    ],
)
def test_no_law_is_cited_before_its_day(day: str, cited: list[str] | None) -> None:
    findings = found(f"{day} 00:00 service.started subject=u service=s kind=access", "ID-3")
    assert [[law.partition("@")[0] for law in laws(f)] for f in findings] == (
        [cited] if cited else []
    )
    assert all(f.basis == "practice" for f in findings)


def test_hosting_is_asked_from_december_2022() -> None:
    for day, codes in (("2022-11-30", set()), ("2022-12-01", {"ID-1", "ID-2", "ID-3"})):
        text = f"""
            {day} 10:00 service.confirmed subject=u service=s kind=hosting
            {day} 10:01 service.started subject=u service=s
        """
        breached = {f.code for f in found(text, "ID-1", "ID-2", "ID-3") if f.state == "breached"}
        late = {"ID-2"} if day == "2022-11-30" else set()  # still served when the law came
        assert breached == codes | late


def test_a_resumed_service_is_a_lapse_of_its_own() -> None:
    findings = found(
        """
        2017-08-01 09:00 service.started subject=u service=s kind=access
        2017-08-02 09:00 service.suspended subject=u service=s
        2017-09-02 09:00 service.resumed subject=u service=s
        """,
        "identity.serve_identified",
    )
    assert [f.state for f in findings] == ["breached", "breached"]
    assert len({f.id for f in findings}) == 2


def test_the_identity_of_another_user_does_not_help() -> None:
    states = {
        f.duty: f.state
        for f in found(
            """
            2017-08-01 09:00 identity.submitted subject=other
            2017-08-01 09:00 identity.verified subject=other
            2017-08-01 09:05 service.started subject=u service=s kind=telephony
            """,
            "ID-2",
            "ID-3",
            "ID-4",
        )
    }
    assert states["identity.serve_identified"] == "breached"
    assert states["identity.verify_telephony"] == "breached"
    assert states["telephony.identity_document"] == "breached"
    assert states["identity.refuse"] == "met"


def test_other_peoples_sites_bind_the_access_provider_alone() -> None:
    text = """
        2017-08-01 09:00 site.opened domain=d subject=u
        2017-08-02 09:00 filing.data_changed filing=f domain=d key.subject=u
        2017-08-03 09:00 site.closed domain=d subject=u
    """
    assert found(text, "FI-1", "FI-7", "FI-8", "FI-9", "FI-10") == []


def test_a_filing_found_false_later_leaves_the_grant_right() -> None:
    findings = found(
        """
        2017-05-01 09:00 filing.accepted filing=f domain=d subject=u
        2017-06-01 09:00 access.granted domain=d subject=u
        2017-07-01 09:00 filing.false_known filing=f source=inspection
        """,
        "FI-2",
        "FI-15",
    )
    assert {f.code: f.state for f in findings} == {"FI-2": "met", "FI-15": "breached"}
    assert {f.act for f in findings} == {"domain=d"}


@pytest.mark.parametrize(("day", "count"), [("2024-01-17", 1), ("2024-01-18", 0)])
def test_the_mark_is_asked_up_to_its_last_day(day: str, count: int) -> None:
    text = f"{day} 09:00 site.number_shown domain=d marked=false"
    assert len(found(text, "site.mark")) == count


def test_what_no_record_says_about_link_and_mark_is_no_breach() -> None:
    findings = found(
        """
        2017-08-01 09:00 site.opened domain=d
        2017-08-01 09:10 site.number_shown domain=d
        """,
        "FI-9",
    )
    assert {f.duty: f.state for f in findings} == {"site.number": "met", "site.link": "met"}


def test_filing_measures_carry_their_doubts() -> None:
    (finding,) = found("2025-03-01 09:00 site.opened domain=d", "FI-1")
    assert {"iism-unchecked-after-2025-01-20", "inferred-unchanged-2024"} <= set(finding.caveats)


def test_mirror_rows_are_no_rules() -> None:
    codes = {row.code for row in PACK.not_formalised}
    assert {"ID-10", "FI-4", "FI-14"} <= codes
    assert not {"ID-10", "FI-4", "FI-14"} & {d.code for d in PACK.duties}


def test_rows_as_their_texts_state_them() -> None:
    def band(name: str) -> tuple[int | None, int | None]:
        fine = PACK.rows[name].fine_entity
        return (fine.min, fine.max) if fine else (None, None)

    assert len(PACK.rows) == 93
    assert band("S61o-2") == band("S64-2") == (50_000, 500_000)
    assert PACK.rows["S61o-1"].must == ["rectify"]  # the text names no warning
    assert band("M25") == (10_000, 30_000) == (10_000, PACK.instruments["CN-MIIT25"].fine_cap)
    assert band("MII33-24") == band("MII33-24-2024") == (10_000, 10_000)
    assert band("S69-3") == (2_000_000, 10_000_000)
    assert PACK.rows["PIPL66-2"].fine_entity.pct_turnover == 5.0
    assert PACK.rows["S62-3"].amounts_from == "61(3)"
    assert (PACK.rows["IISM19-1"].gain_below, PACK.rows["IISM19-1g"].gain_from) == (50_000, 50_000)
    assert all(r.conduct and r.conduct.zh and r.conduct.en for r in PACK.rows.values())


def test_rows_of_a_new_text_are_not_given_to_the_old_one() -> None:
    link = next(d for d in PACK.duties if d.duty == "site.link")
    assert link.sanctions == {
        "CN-MII33@2005-03-20": ["MII33-25"],
        "CN-MII33@2024-01-18": ["MII33-25-1-2024", "MII33-25-2-2024"],
    }
    assert PACK.rows["MII33-25-2-2024"].opens == ["refusal"]


def test_renumbering_covers_the_old_text_once() -> None:
    (table,) = PACK.renumbering
    assert list(table.articles) == [str(n) for n in range(1, 80)]
    assert (table.articles["24"], table.articles["61"]) == (["26"], ["64"])
    new = {article.partition("(")[0] for to in table.articles.values() for article in to}
    assert new == {str(n) for n in range(1, 82)} - {"3", "20", "63", "73"}


def test_grading_reaches_a_level_at_its_figure() -> None:
    assert PACK.grading is not None

    def level(indicator: str, value: float, scope: str | None = None) -> str:
        return grade(PACK.grading, {"indicator": indicator, "value": value, "scope": scope})

    assert level("personal_information_leaked", 999_999) == "general"
    assert level("personal_information_leaked", 1_000_000) == "larger"
    assert level("direct_loss", 100_000_000) == "especially_major"
    assert level("population_share", 50, "prefecture") == "major"
    assert level("defacement_main_page", 130, "small_platform") == "larger"
    for indicator in PACK.grading.indicators:
        figures = [indicator.levels[name] for name in ("larger", "major", "especially_major")]
        assert figures == sorted(figures)
