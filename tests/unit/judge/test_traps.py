"""The traps of the legal brief, row by row: what must come out of each."""

from pathlib import Path

import pytest

from lawkeep.app import vocabulary
from lawkeep.law.pack import Pack, load_pack
from lawkeep.model.errors import LawkeepError
from lawkeep.model.finding import Audit, Finding
from lawkeep.model.time import format_local

FAMILY = "CO-1, CO-2, CO-3, CO-4, CO-5a, CO-5b, CO-8"


def of(audit: Audit, code: str) -> list[Finding]:
    return [f for f in audit.findings if code in (f.code, f.duty)]


def one(audit: Audit, code: str) -> Finding:
    (finding,) = of(audit, code)
    return finding


def due(finding: Finding, pack: Pack) -> str | None:
    return None if finding.due_at is None else format_local(finding.due_at, pack.calendar.zone)


def test_known_in_the_last_second_of_the_old_edition_and_never_stopped(judged) -> None:
    audit = judged(
        """as of 2026-06-01
        2025-12-31 23:59:59  content.known_unlawful  content=c1 source=complaint""",
        only="content.stop",
    )
    finding = one(audit, "content.stop")
    assert finding.state == "breached"
    assert (finding.citation.edition, finding.citation.article[:2]) == ("2017-06-01", "47")
    rows = {e.row: e for e in audit.exposure}
    assert {"S68-1", "S69-1"} <= set(rows)
    assert all(e.needs_lawyer for e in audit.exposure if e.instrument == "CN-CSL")


def test_known_in_the_first_second_of_the_new_edition(judged) -> None:
    audit = judged(
        """as of 2026-06-01
        2026-01-01 00:00:00  content.known_unlawful  content=c1 source=complaint""",
        only="content.stop",
    )
    finding = one(audit, "content.stop")
    assert (finding.citation.edition, finding.citation.article[:2]) == ("2026-01-01", "49")
    csl = {e.row for e in audit.exposure if e.instrument == "CN-CSL"}
    assert "S69-1" in csl
    assert not any(row.startswith("S68") for row in csl)


def test_report_before_knowledge_and_none_after(judged) -> None:
    audit = judged(
        """2017-08-20 09:00  content.reported        content=c1 to=authority
        2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint""",
        only="content.report_authority",
    )
    finding = one(audit, "content.report_authority")
    assert (finding.state, finding.reason) == ("open", "act_before_trigger")


def test_known_by_complaint_and_later_cleared(judged) -> None:
    audit = judged(
        """2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
        2017-08-25 10:00  content.cleared         content=c1""",
        only="content.stop",
    )
    finding = one(audit, "content.stop")
    assert (finding.state, finding.reason) == ("met", "released")


def test_order_and_own_discovery_of_one_item(judged) -> None:
    audit = judged(
        """2017-08-20 10:00  content.known_unlawful  content=c1 source=own_screening
        2017-08-21 10:00  order.issued            order=o1 content=c1 kind=content due=2017-08-23T10:00""",
        only=FAMILY,
    )
    own = one(audit, "content.stop")
    ordered = [f for f in of(audit, "CO-8") if f.state == "breached"]
    assert own.state == "breached"
    assert ordered
    assert own.due_at not in {f.due_at for f in ordered}
    assert {own.act} == {f.act for f in ordered}


def test_records_kept_after_removal(judged) -> None:
    audit = judged(
        """2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
        2017-08-20 10:05  content.stopped         content=c1
        2017-08-20 10:06  content.removed         content=c1
        2017-08-20 10:30  content.records_kept    content=c1""",
        only="CO-4",
    )
    assert one(audit, "content.keep_before_removal").state == "breached"
    assert one(audit, "content.keep_records").state == "met"


def test_two_days_over_a_holiday_are_not_moved(judged, cn) -> None:
    audit = judged(
        """2023-09-29 10:00  vulnerability.known  vulnerability=v1 product=p1 role=provider severity=high""",
        roles="software",
        only="PR-4",
    )
    assert due(one(audit, "PR-4"), cn) == "2023-10-01T23:59:59.999999+08:00"


def test_finder_and_provider_at_once_and_finder_alone(judged) -> None:
    both = judged(
        """2021-11-24 10:00  vulnerability.known  vulnerability=v1 product=p1 role=finder
        2021-11-24 10:00  vulnerability.known  vulnerability=v1 product=p1 role=provider""",
        roles="software",
        only="PR-4",
    )
    assert one(both, "PR-4").state == "breached"
    alone = judged(
        """2021-11-24 10:00  vulnerability.known  vulnerability=v1 product=p1 role=finder""",
        roles="software",
        only="PR-4",
    )
    assert not of(alone, "PR-4")


def test_filing_valid_at_grant_and_later_found_false(judged) -> None:
    audit = judged(
        """2017-07-01 10:00  filing.accepted      filing=f1 domain=d1 subject=u1
        2017-07-02 10:00  access.granted       domain=d1 subject=u1 filing=f1
        2017-08-01 10:00  filing.false_known   filing=f1 source=complaint""",
        roles="access",
        only="FI-2, FI-15",
    )
    assert [f.state for f in of(audit, "FI-2")] == ["met"]
    assert [f.state for f in of(audit, "FI-15")] == ["breached"]


def test_cropped_copy_calls_for_nothing_by_itself(judged) -> None:
    known = """2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
        2017-08-20 10:05  content.stopped         content=c1
        2017-08-21 10:00  content.published       content=c2"""
    audit = judged(known, only=FAMILY)
    assert not [f for f in audit.findings if f.keys.get("content") == "c2"]
    again = judged(
        known + "\n2017-08-21 10:00  content.republished  content=c2 original=c1", only=FAMILY
    )
    assert [f.state for f in again.findings if f.keys.get("content") == "c2"] == ["breached"]
    own = judged(
        known + "\n2017-08-21 11:00  content.known_unlawful  content=c2 source=complaint",
        only="content.stop",
    )
    assert [f.state for f in own.findings if f.keys.get("content") == "c2"] == ["breached"]


def test_two_authorities_want_to_fine_one_act(judged) -> None:
    audit = judged(
        """as of 2026-09-01
        2026-03-01 10:00  content.known_unlawful  content=c1 source=complaint
        2026-03-05 10:00  order.issued  order=o1 content=c1 kind=rectify by=cac due=2026-03-08T10:00
        2026-03-06 10:00  order.issued  order=o2 content=c1 kind=rectify by=miit due=2026-03-09T10:00""",
        only="content.stop, ES-1",
    )
    fines = [
        e
        for e in audit.exposure
        if e.act == "content=c1" and e.fine_entity and e.opened == "yes" and e.absorbed_by is None
    ]
    assert [e.row for e in fines] == ["S69-2"]
    assert len(of(audit, "ES-1")) == 2


def test_refusal_tier_is_closed_without_an_order(judged) -> None:
    audit = judged(
        """as of 2017-09-30
        2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint""",
        only="content.stop",
    )
    assert "S68-1" in {e.row for e in audit.exposure}
    assert "S68-2" not in {e.row for e in audit.exposure}


@pytest.mark.parametrize(
    ("covered", "barred"),
    [("covered *", False), ("covered * until 2017-10-01", None)],
)
def test_limitation_without_a_known_end(judged, covered: str, barred: bool | None) -> None:
    audit = judged(
        f"""as of 2024-01-01
        {covered}
        2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint""",
        only="content.stop",
    )
    assert {e.barred for e in audit.exposure} == {barred}


def test_limitation_passed(judged) -> None:
    audit = judged(
        """as of 2024-01-01
        2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
        2017-09-20 10:00  content.stopped         content=c1""",
        only="content.stop",
    )
    assert audit.exposure
    assert {e.barred for e in audit.exposure} == {True}


def test_fine_of_the_telephone_rule_above_its_cap(cn: Pack, tmp_path: Path) -> None:
    from importlib.resources import files

    source = files("lawkeep.law") / "packs" / "cn"
    (tmp_path / "cn" / "duties").mkdir(parents=True)
    for node in [*source.iterdir(), *(source / "duties").iterdir()]:
        if node.is_file():
            text = node.read_text(encoding="utf-8")
            folder = (
                tmp_path
                / "cn"
                / ("duties" if node.name in {n.name for n in (source / "duties").iterdir()} else "")
            )
            (folder / node.name).write_text(text, encoding="utf-8")
    load_pack(tmp_path / "cn", vocabulary())
    sanctions = tmp_path / "cn" / "sanctions.yaml"
    written = sanctions.read_text(encoding="utf-8")
    at = written.index("row: M25")
    sanctions.write_text(written[:at] + written[at:].replace("30000", "50000", 1), encoding="utf-8")
    with pytest.raises(LawkeepError) as refused:
        load_pack(tmp_path / "cn", vocabulary())
    assert refused.value.location is not None
    assert refused.value.location.line is not None
    assert "30000" in str(refused.value)


def test_late_event_gives_the_finding_another_state(judged) -> None:
    lines = """2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
        2017-08-20 10:05  content.stopped  content=c1 recorded=2017-09-10T10:00"""
    before = judged("as of 2017-09-01\n" + lines, only="content.stop")
    after = judged("as of 2017-10-01\n" + lines, only="content.stop")
    assert one(before, "content.stop").state == "breached"
    assert one(after, "content.stop").state == "met"
    assert one(before, "content.stop").id == one(after, "content.stop").id


def test_nothing_recorded_about_a_duty_is_no_breach(judged) -> None:
    audit = judged(
        """covered content.known_unlawful content.stopped
        2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
        2017-08-20 10:05  content.stopped         content=c1"""
    )
    assert not of(audit, "breached")
    assert {f.state for f in audit.findings} <= {"met", "open"}
    assert {(f.reason) for f in audit.findings if f.state == "open" and f.code != "CO-6"} <= {
        "not_recorded"
    }
    assert "SE-1" in {g.code for g in audit.coverage_gaps}


def test_only_the_moderation_log_is_shown(judged) -> None:
    audit = judged(
        """covered content.*
        2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
        2017-08-22 10:05  content.stopped         content=c1"""
    )
    charged = {f.code for f in audit.findings if f.state == "breached"}
    assert charged
    assert all(code.startswith("CO-") for code in charged)


def test_file_order_and_simultaneous_events_make_no_difference(judged) -> None:
    lines = [
        "2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint id=a",
        "2017-08-20 10:00  content.stopped         content=c1 id=b",
        "2017-08-20 10:00  content.restored        content=c1 id=c",
        "2017-08-20 12:00  content.removed         content=c1 id=d",
    ]
    forth = judged("\n".join(lines), only=FAMILY)
    back = judged("\n".join(reversed(lines)), only=FAMILY)
    assert forth.findings == back.findings
