"""Exposure on a small pack: acts, rows by edition, openers, limitation, lighter law.

long because the sentences 23 to 29 are tested side by side on one small pack.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.app import vocabulary
from lawkeep.judge.act import acts, extent
from lawkeep.judge.exposure import SUBSTANCE_ONLY, exposure, imposed
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.law.timeline import OPERATOR, read_timeline
from lawkeep.model.finding import Exposure

VOCABULARY = vocabulary()
Opened = Callable[..., tuple[Exposure, ...]]


def _small_pack() -> Any:
    """The module beside this file: tests are not a package."""
    place = Path(__file__).with_name("small_pack.py")
    spec = importlib.util.spec_from_file_location("small_pack", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(_small_pack().write(tmp_path_factory.mktemp("p") / "small"), VOCABULARY)


@pytest.fixture(scope="module")
def opened(pack: Pack) -> Opened:
    def judge(text: str, *, only: str = "", drafts: bool = False, turn: bool = False):
        judged, world = judge_text(text, pack, only, drafts)
        rows = judged[::-1] if turn else judged
        return exposure(rows, world, pack, as_of=world.as_of, drafts=drafts)

    return judge


def judge_text(text: str, pack: Pack, only: str = "", drafts: bool = False):
    timeline = read_timeline(text, VOCABULARY, pack.head.zone, ["publishing"])
    names = frozenset(only.split()) if only else frozenset()
    judged, _, world = judge_pack(
        timeline.events, pack, operator=OPERATOR, as_of=timeline.as_of, drafts=drafts, only=names
    )
    return judged, world


def rows(found: tuple[Exposure, ...], opened: str = "yes") -> list[str]:
    return [e.row for e in found if e.opened == opened]


KNOWN = "2018-03-01 10:00  content.known_unlawful  content=c1\n"
STOPPED = "2018-03-05 10:00  content.stopped  content=c1\n"


class TestActs:
    def test_a_breach_at_once_runs_from_the_trigger_to_its_cure(self, pack: Pack) -> None:
        (one,), world = judge_text(KNOWN + STOPPED, pack, "stop")
        time = extent(one, world)
        assert time.start == one.finding.trigger
        assert time.end == one.finding.cured_at == time.sure
        assert not time.goes_on

    def test_a_breach_of_a_period_runs_from_its_due(self, pack: Pack) -> None:
        (one,), world = judge_text("as of 2019-01-01\n" + KNOWN, pack, "keep")
        time = extent(one, world)
        assert time.start == one.finding.due_at
        assert (time.end, time.goes_on) == (world.as_of, True)

    def test_the_end_is_unknown_where_the_records_end(self, pack: Pack) -> None:
        text = "as of 2019-01-01\ncovered * until 2018-06-01\n" + KNOWN
        (one,), world = judge_text(text, pack, "stop")
        time = extent(one, world)
        assert time.end is None
        assert time.start < time.sure < world.as_of

    def test_what_nothing_can_cure_ends_with_itself(self, pack: Pack) -> None:
        text = "2018-03-01 10:00  vulnerability.disclosed  vulnerability=v1 to=public"
        (one,), world = judge_text(text, pack, "disclose")
        time = extent(one, world)
        assert time.start == time.end == one.finding.trigger

    def test_several_duties_on_one_thing_are_one_act(self, pack: Pack) -> None:
        judged, world = judge_text("as of 2018-06-01\n" + KNOWN, pack, "stop keep report")
        (act,) = acts(judged, world)
        assert len(act.parts) == 3
        assert act.name == "content=c1"

    def test_times_that_do_not_meet_are_two_acts(self, pack: Pack, opened: Opened) -> None:
        text = KNOWN + STOPPED + KNOWN.replace("2018", "2019") + STOPPED.replace("2018", "2019")
        judged, world = judge_text(text, pack, "stop")
        assert [a.name for a in acts(judged, world)] == ["content=c1", "content=c1#2"]
        assert [e.act for e in opened(text, only="stop")] == ["content=c1", "content=c1#2"]

    def test_an_unknown_end_reaches_the_next_breach(self, pack: Pack) -> None:
        text = "as of 2020-01-01\ncovered * until 2018-06-01\n"
        text += KNOWN + KNOWN.replace("03-01", "05-01")
        judged, world = judge_text(text, pack, "stop")
        (act,) = acts(judged, world)
        assert len(act.parts) == 2
        assert act.end is None

    def test_a_standing_duty_of_the_operator_is_one_act(self, pack: Pack) -> None:
        text = """as of 2021-01-01
        2018-01-01 00:00  plan.adopted    kind=incident
        2019-01-01 00:00  plan.withdrawn  kind=incident
        2019-06-01 00:00  plan.adopted    kind=incident"""
        judged, world = judge_text(text, pack, "plan")
        assert [j.finding.state for j in judged].count("breached") == 2
        (act,) = acts(judged, world)
        assert act.nameless

    def test_only_breaches(self, opened: Opened) -> None:
        assert opened(KNOWN + "2018-03-01 10:05  content.stopped  content=c1", only="stop") == ()
        assert opened("as of 2018-03-01 12:00\n" + KNOWN, only="stop") == ()
        assert opened("as of 2019-01-01\ncovered content.known_unlawful\n" + KNOWN) == ()


class TestEditions:
    def test_one_row_once_with_all_its_findings(self, opened: Opened) -> None:
        found = opened("as of 2018-06-01\n" + KNOWN, only="stop keep report")
        (row,) = found
        assert (row.row, len(row.findings), row.duties) == ("A1", 2, ("stop", "keep"))
        assert (row.opened, row.because, row.needs_lawyer) == ("yes", "breach", False)

    def test_an_act_that_runs_into_the_next_edition_shows_both(self, opened: Opened) -> None:
        found = opened(
            "as of 2026-03-01\n2025-12-31 23:59:59  content.known_unlawful  content=c1",
            only="stop report",
        )
        assert rows(found) == ["A1", "B1"]
        assert all(e.needs_lawyer for e in found)
        assert found[1].duties == ("stop", "report")

    def test_the_first_second_of_the_new_edition(self, opened: Opened) -> None:
        found = opened(
            "as of 2026-03-01\n2026-01-01 00:00:00  content.known_unlawful  content=c1",
            only="stop",
        )
        assert rows(found) == ["B1"]
        assert not found[0].needs_lawyer

    def test_where_its_end_is_unknown_it_did_not_surely_run_on(self, opened: Opened) -> None:
        text = "as of 2026-03-01\ncovered * until 2025-12-01\n"
        found = opened(text + "2025-11-01 10:00  content.known_unlawful  content=c1", only="stop")
        assert rows(found) == ["A1"]
        assert found[0].barred is None

    def test_drafts_only_when_switched_on(self, opened: Opened) -> None:
        text = "as of 2026-03-01\n2026-01-01 00:00:00  content.known_unlawful  content=c1"
        found = opened(text, only="stop", drafts=True)
        assert rows(found) == ["B1", "D1"]
        assert [e.absorbed_by for e in found] == [None, "B1"]

    @pytest.mark.parametrize(
        ("gain", "row"),
        [("", "G0"), ("amount=99", "G0"), ("amount=100", "G1"), ("amount=0", "G0")],
    )
    def test_rows_by_gain(self, opened: Opened, gain: str, row: str) -> None:
        text = "2018-03-01 10:00  vulnerability.disclosed  vulnerability=v1 to=public\n"
        if gain:
            text += f"2018-04-01 10:00  circumstance.found  vulnerability=v1 kind=gain {gain}"
        assert rows(opened(text, only="disclose")) == [row]


ORDER = "2018-03-10 10:00  order.issued  order=o1 kind=rectify by=bureau due=2018-03-20"
ACT = "as of 2018-06-01\n" + KNOWN
MET = "2018-03-19 10:00  order.met  order=o1"


class TestRefusal:
    @pytest.mark.parametrize(
        "order",
        [
            f"{ORDER} content=c1",
            f"{ORDER} content=c1 duties=[stop]",
            f"{ORDER} duties=[T-1]",
            f"{ORDER} domain=d1 duties=[T-1]",
            f"{ORDER} content=c1\n2018-03-21 10:00  order.met  order=o1",
            f"{ORDER} content=c1\n2018-03-19 10:00  order.met  order=o2",
            f"{ORDER} content=c1\n2018-03-19 10:00  order.met  order=o1 content=c9",
        ],
    )
    def test_open(self, opened: Opened, order: str) -> None:
        found = opened(ACT + order, only="stop")
        assert rows(found) == ["A1", "A2"]
        assert found[1].because == "order o1 not met by its due time"

    @pytest.mark.parametrize(
        "order",
        [
            f"{ORDER} content=c1\n{MET}",
            f"{ORDER} content=c1\n{MET} content=c1",
            f"{ORDER} duties=[stop]\n{MET} content=c1",
            f"{ORDER} content=c1\n{MET.replace('order.met', 'order.accepted')}",
            f"{ORDER.replace('2018-03-20', '2018-07-20')} content=c1",
            f"{ORDER} content=c2",
            f"{ORDER} content=c2 duties=[stop]",
            f"{ORDER} content=c1 duties=[keep]",
            f"{ORDER.replace('rectify', 'information')} content=c1",
            ORDER.replace(" due=2018-03-20", "") + " content=c1",
        ],
    )
    def test_closed(self, opened: Opened, order: str) -> None:
        assert rows(opened(ACT + order, only="stop")) == ["A1"]
        assert rows(opened(ACT + order, only="stop"), "arguable") == []

    @pytest.mark.parametrize(
        ("before", "order", "says"),
        [
            ("", ORDER, "names neither a thing nor a duty"),
            ("", f"{ORDER.replace('03-10', '02-10')} content=c1", "older than the act"),
            ("covered content.*\n", f"{ORDER} content=c1", "not recorded as met"),
        ],
    )
    def test_arguable(self, opened: Opened, before: str, order: str, says: str) -> None:
        found = opened(before + ACT + order, only="stop")
        assert rows(found) == ["A1"]
        assert rows(found, "arguable") == ["A2"]
        assert says in found[1].because

    def test_at_its_due_time_it_is_still_open(self, opened: Opened) -> None:
        order = f"{ORDER} content=c1"
        early = opened(f"as of 2018-03-20\n{KNOWN}{order}", only="stop")
        assert rows(early) == ["A1"]
        late = opened(f"as of 2018-03-20 00:00:00.000001\n{KNOWN}{order}", only="stop")
        assert rows(late) == ["A1", "A2"]

    def test_only_the_duties_that_it_names(self, opened: Opened) -> None:
        found = opened(f"{ACT}{ORDER} content=c1 duties=[keep]", only="stop keep")
        tier = next(e for e in found if e.row == "A2")
        assert tier.opened == "yes"
        assert set(tier.duties) == {"stop", "keep"}


class TestCircumstances:
    @pytest.mark.parametrize("who", ["", "determined_by=operator", "determined_by=authority"])
    def test_whoever_determined_it(self, opened: Opened, who: str) -> None:
        text = f"{ACT}2018-04-01 10:00  circumstance.found  content=c1 kind=serious {who}"
        found = opened(text, only="stop")
        assert rows(found) == ["A1", "A3"]
        assert found[1].because == "circumstance.found serious (line-03)"
        assert found[1].tier == 2

    @pytest.mark.parametrize(
        "found",
        [
            "2018-04-01 10:00  circumstance.found  content=c2 kind=serious",
            "2018-02-01 10:00  circumstance.found  content=c1 kind=serious",
            "2018-04-01 10:00  circumstance.found  content=c1 kind=repeated",
            "2018-04-01 10:00  circumstance.found  service=s1 kind=serious",
            "2018-04-01 10:00  circumstance.found  content=c1 service=s1 kind=no_fault",
        ],
    )
    def test_about_something_else_or_opening_nothing(self, opened: Opened, found: str) -> None:
        assert opened(ACT + found, only="stop") == opened(ACT, only="stop")

    def test_a_part_of_the_keys_is_enough_and_a_conflict_too_much(self, opened: Opened) -> None:
        act = "as of 2018-06-01\n2018-03-01 10:00  service.started  subject=u1 service=s1\n"
        fact = "2018-04-01 10:00  circumstance.found  kind=serious "
        assert "A3" in rows(opened(f"{act}{fact} service=s1", only="identify"))
        assert "A3" in rows(opened(f"{act}{fact} service=s1 subject=u1", only="identify"))
        assert "A3" not in rows(opened(f"{act}{fact} service=s1 subject=u2", only="identify"))

    def test_one_that_names_nothing(self, opened: Opened) -> None:
        fact = "2018-04-01 10:00  circumstance.found  kind=serious"
        found = opened(ACT + fact, only="stop")
        assert rows(found, "arguable") == ["A3"]
        assert "names nothing" in found[1].because
        operator = opened(f"as of 2018-06-01\n{fact}", only="plan")
        assert rows(operator) == ["A1", "A3"]

    def test_a_graver_word_only_suggests_the_lighter_tier(self, opened: Opened) -> None:
        fact = "2018-04-01 10:00  circumstance.found  content=c1 kind=severe"
        found = opened(ACT + fact, only="stop")
        assert rows(found) == ["A1"]
        assert rows(found, "arguable") == ["A2", "A3"]

    def test_exploited_suggests_a_consequence(self, opened: Opened) -> None:
        act = (
            "as of 2018-06-01\n2018-03-01 10:00  vulnerability.known  vulnerability=v1 product=p\n"
        )
        for line, tier in (
            ("2018-04-01 10:00  vulnerability.exploited  vulnerability=v1 product=p", ["A2"]),
            ("2018-02-01 10:00  vulnerability.exploited  vulnerability=v1 product=p", ["A2"]),
            ("2018-04-01 10:00  vulnerability.exploited  vulnerability=v2 product=p", []),
            ("2018-04-01 10:00  vulnerability.exploited  vulnerability=v1 product=q", []),
        ):
            found = opened(act + line, only="remedy")
            assert rows(found) == ["A1"]
            assert rows(found, "arguable") == tier

    def test_found_and_suggested_is_open(self, opened: Opened) -> None:
        found = opened(
            """as of 2018-06-01
            2018-03-01 10:00  vulnerability.known      vulnerability=v1 product=p
            2018-04-01 10:00  vulnerability.exploited  vulnerability=v1 product=p
            2018-05-01 10:00  circumstance.found       vulnerability=v1 kind=consequence""",
            only="remedy",
        )
        assert rows(found) == ["A1", "A2"]

    @pytest.mark.parametrize(
        ("day", "tier"), [("2018-02-01", []), ("2018-04-01", ["A2"]), ("2018-07-01", [])]
    )
    def test_an_outsider_while_the_control_was_missing(
        self, opened: Opened, day: str, tier: list[str]
    ) -> None:
        found = opened(
            f"""2018-03-01 10:00  system.started  system=s1
            {day} 10:00  data.accessed_by_outsider  system=s1
            2018-06-01 10:00  control.installed  system=s1""",
            only="guard",
        )
        assert rows(found, "arguable") == tier


class TestOneFine:
    def test_the_lower_rank_is_absorbed_and_its_measures_remain(self, opened: Opened) -> None:
        found = opened(
            """as of 2018-06-01
            2018-03-01 10:00  service.started     subject=u1 service=s1
            2018-04-01 10:00  circumstance.found  service=s1 kind=serious determined_by=bureau""",
            only="identify",
        )
        assert [(e.row, e.absorbed_by) for e in found] == [
            ("A1", None),
            ("R1", "A3"),
            ("A3", None),
        ]
        assert found[1].must == ("warn", "fine")

    def test_only_in_substance_does_not_stand_without_a_lawyer(self, opened: Opened) -> None:
        found = opened(
            """as of 2025-06-01
            2025-03-01 10:00  service.started  subject=u1 service=s1
            2025-03-10 10:00  order.issued     order=o1 service=s1 kind=rectify due=2025-03-20""",
            only="identify",
        )
        fine = next(e for e in found if e.row == "R3")
        assert (fine.absorbed_by, fine.needs_lawyer) == (None, True)
        assert SUBSTANCE_ONLY in fine.caveats
        other = next(e for e in found if e.row == "R2")
        assert (other.needs_lawyer, SUBSTANCE_ONLY in other.caveats) == (False, False)

    def test_two_orders_one_act_one_fine(self, opened: Opened) -> None:
        second = ORDER.replace("order=o1", "order=o2").replace("bureau", "police")
        found = opened(f"{ACT}{ORDER} content=c1\n{second} content=c1", only="stop keep")
        assert rows(found) == ["A1", "A2"]
        assert len([e for e in found if e.fine_entity and e.absorbed_by is None]) == 1

    def test_the_largest_standing_fine_comes_first(self, opened: Opened) -> None:
        text = ACT + KNOWN.replace("c1", "c0") + KNOWN.replace("c1", "c2")
        text += "2018-04-01 10:00  circumstance.found  content=c2 kind=serious"
        found = opened(text, only="stop")
        assert [e.act for e in found] == ["content=c2", "content=c2", "content=c0", "content=c1"]


SERIOUS = "2019-01-01 10:00  circumstance.found  content=c1 kind=serious"
VISIT = "2018-01-01 10:00  authority.inspected  by=bureau"


class TestLimitation:
    def barred(self, opened: Opened, text: str, only: str = "stop") -> bool | None:
        (value,) = {e.barred for e in opened(text, only=only)}
        return value

    def test_two_years_from_the_cure(self, opened: Opened) -> None:
        cured = KNOWN + STOPPED
        assert self.barred(opened, f"as of 2020-03-05 23:59:59\n{cured}") is False
        assert self.barred(opened, f"as of 2020-03-06\n{cured}") is True

    def test_an_act_that_goes_on_is_not_barred(self, opened: Opened) -> None:
        assert self.barred(opened, f"as of 2025-01-01\n{KNOWN}") is False

    def test_an_unknown_end(self, opened: Opened) -> None:
        text = f"as of 2025-01-01\ncovered * until 2018-06-01\n{KNOWN}"
        assert self.barred(opened, text) is None

    @pytest.mark.parametrize(
        ("line", "barred"),
        [
            ("2019-01-01 10:00  authority.inspected  by=bureau", False),
            ("2019-01-01 10:00  case.opened  case=k1 by=bureau", False),
            ("2019-01-01 10:00  order.issued  order=o1 content=c1 kind=information", False),
            ("2019-01-01 10:00  order.issued  order=o1 content=c2 kind=information", True),
            ("2019-01-01 10:00  order.issued  order=o1 kind=rectify duties=[keep]", True),
            ("2019-01-01 10:00  order.issued  order=o1 kind=rectify duties=[stop]", False),
            ("2018-02-01 10:00  authority.inspected  by=bureau", True),
            ("2020-03-07 10:00  authority.inspected  by=bureau", True),
            (f"{SERIOUS} determined_by=authority", False),
            (f"{SERIOUS} determined_by=operator", True),
            (f"{SERIOUS} determined_by=bureau", True),
            (f"{SERIOUS} determined_by=bureau\n{VISIT}", False),
        ],
    )
    def test_discovery(self, opened: Opened, line: str, barred: bool) -> None:
        assert self.barred(opened, f"as of 2021-01-01\n{KNOWN}{STOPPED}{line}") is barred

    def test_harm_gives_five_years(self, opened: Opened) -> None:
        fact = "2018-04-01 10:00  circumstance.found  content=c1 kind=consequence"
        text = f"{KNOWN}{STOPPED}{fact}"
        between = opened(f"as of 2021-01-01\n{text}", only="stop")
        assert {(e.barred, e.needs_lawyer) for e in between} == {(False, True)}
        assert self.barred(opened, f"as of 2023-03-06\n{text}") is True

    def test_an_act_in_itself(self, opened: Opened) -> None:
        text = "2018-03-01 10:00  vulnerability.disclosed  vulnerability=v1 to=public"
        assert self.barred(opened, f"as of 2021-01-01\n{text}", "disclose") is True


class TestLighterLaw:
    def test_a_heavier_new_text_does_not_reach_back(self, opened: Opened) -> None:
        text = """as of 2026-02-01
        2025-06-01 10:00  content.known_unlawful  content=c1
        2025-06-05 10:00  content.stopped         content=c1
        2025-06-05 10:00  content.reported        content=c1 to=authority"""
        found = opened(text, only="stop report")
        assert rows(found) == ["A1"]
        assert not found[0].needs_lawyer

    START = """2023-06-01 10:00  service.started    subject=u1 service=s1
        2023-06-05 10:00  identity.verified  subject=u1\n"""

    def test_a_lighter_new_text_applies(self, opened: Opened) -> None:
        found = opened(f"as of 2024-06-01\n{self.START}", only="identify")
        assert [(e.row, e.edition) for e in found] == [("A1", "2017-06-01"), ("R2", "2024-01-01")]
        assert found[1].because == "breach; lighter edition 2024-01-01"
        assert found[1].needs_lawyer

    def test_not_before_it_is_in_force(self, opened: Opened) -> None:
        found = opened(f"as of 2023-12-31\n{self.START}", only="identify")
        assert "R1" in rows(found)

    def test_not_for_an_act_that_goes_on(self, opened: Opened) -> None:
        start = self.START.splitlines()[0]
        found = opened(f"as of 2024-06-01\n{start}", only="identify")
        assert {"R1", "R2"} <= set(rows(found))
        assert all(e.needs_lawyer for e in found if e.instrument == "RULE")

    def test_by_the_same_facts(self, opened: Opened) -> None:
        # With a refusal the newer text fines as well: equal, so that the older one stays.
        order = (
            "2023-06-10 10:00  order.issued  order=o1 key.subject=u1 kind=rectify due=2023-06-20"
        )
        found = opened(f"as of 2024-06-01\n{self.START}{order}", only="identify")
        assert "R1" in rows(found)
        assert "R3" not in rows(found)

    def test_no_rows_in_the_newer_text_is_for_a_lawyer(self, opened: Opened) -> None:
        found = opened(f"as of 2026-06-01\n{self.START}", only="identify")
        law = next(e for e in found if e.instrument == "LAW")
        assert (law.row, law.needs_lawyer) == ("A1", True)


class TestImposed:
    def test_an_order_is_not_a_penalty(self, pack: Pack) -> None:
        _, world = judge_text(
            f"""as of 2018-12-01
            {ORDER} content=c1 acts=[stop]
            {MET} content=c1
            2018-05-01 10:00  penalty.decided  penalty=p1 by=bureau measures=[warn] fine_entity=300
            2018-06-01 10:00  fine.paid  penalty=p1 amount=100
            2018-06-02 10:00  fine.paid  penalty=p1 amount=200""",
            pack,
        )
        order, penalty = imposed(world)
        assert (order["penalty"], order["kind"], order["by"]) == (False, "rectify", "bureau")
        assert order["met_at"] == "2018-03-19T10:00:00+08:00"
        assert order["due"] == "2018-03-20T00:00:00+08:00"
        assert (penalty["penalty"], penalty["fine_entity"], penalty["paid"]) == (True, 300, 300)
        assert penalty["measures"] == ["warn"]

    def test_nothing(self, pack: Pack) -> None:
        _, world = judge_text(KNOWN, pack)
        assert imposed(world) == []


class TestDiscretion:
    def _steps(self, pack: Pack, place: str | None, drafts: bool = False) -> list[dict[str, bool]]:
        """Per row of the act: the ids of its steps, and whether they fit."""
        judged, world = judge_text(f"{ACT}{ORDER} content=c1", pack, "stop", drafts)
        found = exposure(judged, world, pack, as_of=world.as_of, drafts=drafts, place=place)
        bands = exposure(judged, world, pack, as_of=world.as_of, drafts=drafts)
        assert [r.fine_entity for r in found] == [r.fine_entity for r in bands]
        return [{s.id: s.fits for s in row.discretion} for row in found]

    def test_the_whole_jurisdiction_where_the_place_is_unknown(self, pack: Pack) -> None:
        for place in (None, "CN", "somewhere"):
            assert self._steps(pack, place) == [{"X2": True, "X5": False}] * 2

    def test_by_code_and_by_name(self, pack: Pack) -> None:
        for place in ("CN-SX", "cn-sx-01", "Shanxi", "Taiyuan, Shanxi", "山西省", "山西省太原市"):
            lower, upper = self._steps(pack, place)
            # Its authority is not that of the row, so it is shown and does not fit.
            assert upper == {"X1": False, "X2": True, "X5": False}
            assert "X1" not in lower
        for place in ("CN-GD", "Guangdong", "广东"):
            assert "X1" not in self._steps(pack, place)[1]

    def test_drafts_only_with_drafts(self, pack: Pack) -> None:
        assert "X4" not in self._steps(pack, "CN-SX")[0]
        assert self._steps(pack, "CN-SX", drafts=True)[0]["X4"] is False


def test_a_pack_without_procedure(tmp_path: Path) -> None:
    pack = load_pack(_small_pack().write(tmp_path / "small", procedure="null"), VOCABULARY)
    text = "as of 2021-01-01\n" + KNOWN + STOPPED
    text += "2018-04-01 10:00  circumstance.found  content=c1 kind=serious\n"
    text += "2018-04-02 10:00  circumstance.found  content=c1 kind=consequence"
    judged, world = judge_text(text, pack, "stop")
    found = exposure(judged, world, pack, as_of=world.as_of, drafts=False)
    assert rows(found) == ["A1", "A2", "A3"]
    assert {(e.absorbed_by, e.barred) for e in found} == {(None, None)}


LINES = [
    "{day} 10:00  content.known_unlawful  content={c}",
    "{day} 11:00  content.stopped  content={c}",
    "{day} 11:00  content.records_kept  content={c}",
    "{day} 12:00  circumstance.found  content={c} kind=serious determined_by=authority",
    "{day} 12:00  circumstance.found  content={c} kind=consequence",
    "{day} 12:00  circumstance.found  kind=especially_severe",
    "{day} 13:00  order.issued  order=o{c} content={c} kind=rectify due={day}T20:00",
    "{day} 13:00  order.issued  order=o9 kind=rectify due={day}T20:00 duties=[stop]",
    "{day} 14:00  order.met  order=o{c}",
    "{day} 10:00  service.started  subject={c} service=s1",
    "{day} 10:00  vulnerability.known  vulnerability={c} product=p",
    "{day} 10:00  vulnerability.disclosed  vulnerability={c} to=public",
    "{day} 10:00  vulnerability.exploited  vulnerability={c} product=p",
    "{day} 10:00  system.started  system={c}",
    "{day} 10:00  data.exposed  system={c}",
    "{day} 10:00  authority.inspected  by=bureau",
]
LOGS = st.lists(
    st.builds(
        lambda line, c, day: line.format(c=c, day=day),
        st.sampled_from(LINES),
        st.sampled_from(["a", "b"]),
        st.sampled_from(["2018-03-01", "2018-03-04", "2021-05-01", "2025-12-30", "2026-01-02"]),
    ),
    max_size=10,
)
DATES = st.sampled_from(["2018-03-03", "2020-06-01", "2024-01-01", "2026-02-01", "2028-02-01"])


@given(LOGS, DATES)
def test_at_most_one_fine_stands_for_an_act(opened: Opened, lines: list[str], date: str) -> None:
    found = opened("\n".join([f"as of {date}", *lines]))
    for act in {e.act for e in found}:
        fined = [e for e in found if e.act == act and e.fine_entity and e.opened == "yes"]
        standing = [e for e in fined if e.absorbed_by is None]
        assert len(standing) == bool(fined)
        assert {e.absorbed_by for e in fined} - {None} <= {e.row for e in standing}
        assert len({e.row for e in found if e.act == act}) == len(
            [e for e in found if e.act == act]
        )
        assert all(e.absorbed_by is None for e in found if e.act == act and e.opened != "yes")


@given(LOGS, DATES)
def test_the_order_of_findings_does_not_matter(opened: Opened, lines: list[str], date: str) -> None:
    text = "\n".join([f"as of {date}", *lines])
    assert opened(text) == opened(text, turn=True)


@given(LOGS, DATES)
def test_an_unrelated_event_changes_nothing(opened: Opened, lines: list[str], date: str) -> None:
    text = "\n".join([f"as of {date}", *lines])
    more = """
    2018-03-02 09:00  circumstance.found  content=z kind=especially_severe
    2018-03-02 09:00  order.issued  order=oz content=z kind=rectify due=2018-03-02T10:00
    2018-03-02 09:00  vulnerability.exploited  vulnerability=z product=z
    2018-03-02 09:00  agent.authorised  agent=z"""
    assert opened(text) == opened(text + more)
