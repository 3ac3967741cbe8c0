"""Limitation, one fine and the lighter law, on rows made here."""

import math
from datetime import date
from importlib.resources import files
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.app import vocabulary
from lawkeep.law.calendar import Calendar
from lawkeep.law.pack import load_pack
from lawkeep.law.procedure import Band, BandsOnly, Cn, procedure_of, reach
from lawkeep.law.tables import PackHead, Row
from lawkeep.model.finding import Fine, Text

CALENDAR = Calendar("Asia/Shanghai")
CN = Cn()


def day(text: str) -> int:
    return CALENDAR.day_start(date.fromisoformat(text))


def row(name: str = "R", **fields: Any) -> Row:
    fields = {"tier": 1, "opens": ["breach"], "status": "verified"} | fields
    return Row(row=name, law="L@2017-06-01", article="1", authority="a", **fields)


def fined(name: str, low: int | None, high: int | None, **fields: Any) -> Row:
    return row(name, fine_entity=Fine(low, high), must=["fine"], **fields)


def limited(end: str | None, as_of: str, *, harm: bool = False, seen: str | None = None) -> Any:
    return CN.limitation(
        None if end is None else day(end),
        day(as_of),
        CALENDAR,
        harm=harm,
        discovered=lambda by: seen is not None and day(seen) <= by,
    )


class TestLimitation:
    def test_the_last_day_of_the_two_years_is_inside(self) -> None:
        end = day("2018-03-05")
        last = CALENDAR.day_end(date(2020, 3, 5))
        for as_of, barred in ((last, False), (last + 1, True)):
            found = CN.limitation(end, as_of, CALENDAR, harm=False, discovered=lambda by: False)
            assert found.barred is barred
            assert not found.unsure

    def test_unknown_end(self) -> None:
        assert limited(None, "2099-01-01").barred is None

    @pytest.mark.parametrize(
        ("seen", "barred"), [("2019-01-01", False), ("2020-03-05", False), ("2020-03-06", True)]
    )
    def test_discovery_counts_until_the_limit(self, seen: str, barred: bool) -> None:
        assert limited("2018-03-05", "2024-01-01", seen=seen).barred is barred

    def test_harm_gives_five_years_and_a_lawyer_between(self) -> None:
        assert limited("2018-03-05", "2020-01-01", harm=True).unsure is False
        between = limited("2018-03-05", "2022-01-01", harm=True)
        assert (between.barred, between.unsure) == (False, True)
        late = limited("2018-03-05", "2023-03-06", harm=True)
        assert (late.barred, late.unsure) == (True, False)
        found = limited("2018-03-05", "2030-01-01", harm=True, seen="2021-01-01")
        assert (found.barred, found.unsure) == (False, True)


class TestReach:
    @pytest.mark.parametrize(
        ("fine", "gain", "high", "low"),
        [
            (None, None, 0, 0),
            (Fine(10, 20), None, 20, 10),
            (Fine(None, 20), None, 20, 0),
            (Fine(10, None), None, math.inf, 10),
            (Fine(None, 50, None, 5.0), None, 50, 0),
            (Fine(None, None, None, 5.0), None, math.inf, 0),
            (Fine(of_gain=(3, 5)), 100.0, 500, 300),
            (Fine(of_gain=(3, 5)), None, 0, 0),
        ],
    )
    def test_ends(self, fine: Fine | None, gain: float | None, high: float, low: float) -> None:
        assert reach(fine, gain) == (high, low)


class TestOneFine:
    @pytest.mark.parametrize(
        ("rows", "stands"),
        [
            ([fined("a", 10, 30), fined("b", 50, 500)], "b"),
            ([fined("a", 60, 500), fined("b", 50, 500)], "a"),
            ([fined("a", 500, None), fined("b", 50, 5000)], "a"),
            ([row("a"), row("b")], None),
            ([row("a"), fined("b", 1, 2)], "b"),
        ],
    )
    def test_highest_maximum_then_highest_minimum(self, rows: list[Row], stands: str) -> None:
        for order in permutations(rows):
            fine = CN.one_fine([Band(r, "law") for r in order])
            assert fine.row == stands
            others = {r.row for r in rows if r.fine_entity and r.row != stands}
            assert fine.absorbed == others

    def test_higher_rank_among_equals(self) -> None:
        bands = [
            Band(fined("a", 1, 2), "departmental_rule"),
            Band(fined("b", 1, 2), "law"),
            Band(fined("c", 1, 2), "regulation"),
        ]
        for order in permutations(bands):
            assert CN.one_fine(order).row == "b"

    def test_substance_never_stands_before_verified_text(self) -> None:
        weak = Band(fined("weak", 10, 900, status="substance"), "law")
        firm = Band(fined("firm", 10, 30), "departmental_rule")
        both = CN.one_fine([weak, firm])
        assert (both.row, both.absorbed, both.unsure) == ("firm", {"weak"}, False)
        alone = CN.one_fine([weak])
        assert (alone.row, alone.absorbed, alone.unsure) == ("weak", frozenset(), True)

    def test_arguable_neither_stands_nor_absorbs_nor_is_absorbed(self) -> None:
        maybe = Band(fined("maybe", 1000, 9000), "law", "arguable")
        sure = Band(fined("sure", 1, 2), "law")
        fine = CN.one_fine([maybe, sure])
        assert (fine.row, fine.absorbed) == ("sure", frozenset())
        assert CN.one_fine([maybe]).row is None

    def test_times_the_gain_with_the_gain_that_was_determined(self) -> None:
        times = row("times", fine_entity=Fine(of_gain=(1, 5)))
        flat = fined("flat", 20_000, 100_000)
        for gain, stands in ((200_000.0, "times"), (10_000.0, "flat"), (None, "flat")):
            bands = [Band(times, "law", gain=gain), Band(flat, "law", gain=gain)]
            assert CN.one_fine(bands).row == stands

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 5),
                st.integers(5, 9),
                st.sampled_from(["yes", "arguable"]),
                st.sampled_from(["verified", "substance"]),
                st.booleans(),
            ),
            max_size=6,
        ),
        st.randoms(),
    )
    def test_at_most_one_stands_in_any_order(self, rows: list[Any], random: Any) -> None:
        bands = [
            Band(fined(f"r{n}", low, high, status=status) if has else row(f"r{n}"), "law", opened)
            for n, (low, high, opened, status, has) in enumerate(rows)
        ]
        fine = CN.one_fine(bands)
        sure = {b.row.row for b in bands if b.opened == "yes" and b.row.fine_entity}
        assert sure == fine.absorbed | ({fine.row} - {None})
        assert fine.row not in fine.absorbed
        random.shuffle(bands)
        assert CN.one_fine(bands) == fine


OLD_59 = [
    row("1", must=["rectify", "warn"]),
    fined("2", 10_000, 100_000, fine_persons=Fine(5_000, 50_000), persons="managers"),
]


class TestLighter:
    def test_only_acts_ended_before_and_judged_after(self) -> None:
        newer = day("2026-01-01")
        asks = CN.asks_lighter
        assert asks(newer - 1, newer, newer, CALENDAR)
        assert not asks(newer, newer, newer, CALENDAR)
        assert not asks(newer - 1, newer, newer - 1, CALENDAR)

    def test_not_before_the_rule_itself(self) -> None:
        newer = day("2019-01-01")
        assert not CN.asks_lighter(newer - 1, newer, day("2021-07-15") - 1, CALENDAR)
        assert CN.asks_lighter(newer - 1, newer, day("2021-07-15"), CALENDAR)

    @pytest.mark.parametrize(
        ("old", "new", "verdict"),
        [
            # A new fine in the first tier: the old text is lighter.
            (
                OLD_59[:1],
                [row("n", must=["rectify", "warn"], may=["fine"], fine_entity=Fine(1, 5))],
                "old",
            ),
            (OLD_59, OLD_59, "old"),
            # Confiscation is general law, so that dropping the words is no relief.
            ([row(must=["rectify", "confiscate_gains"])], [row(must=["rectify"])], "old"),
            ([row(must=["rectify_by_date"])], [row(must=["rectify"])], "old"),
            # An order first, the fine only after it.
            (
                [row(must=["rectify", "fine"], fine_entity=Fine(5, 10))],
                [row(must=["rectify"])],
                "new",
            ),
            # What was ordered is only allowed.
            ([row(must=["warn", "fine"])], [row(must=["warn"], may=["fine"])], "new"),
            ([row(must=["close_site"])], [row(must=["close_site or suspend_business"])], "unclear"),
            ([row(must=["close_site_or_app"])], [row(must=["close_site"])], "new"),
            # Less at the top, more at the bottom.
            ([fined("o", 10, 100)], [fined("n", 20, 50)], "unclear"),
            ([fined("o", 10, 100)], [fined("n", 10, 50)], "new"),
            ([fined("o", 10, None)], [fined("n", 10, 50)], "new"),
            # The newer text has nothing of its own.
            (OLD_59, [row("referral")], "unclear"),
            (OLD_59, [], "unclear"),
            ([], OLD_59, "old"),
        ],
    )
    def test_vector(self, old: list[Row], new: list[Row], verdict: str) -> None:
        assert CN.lighter(old, new, None) == verdict

    def test_another_circle_of_persons_is_not_comparable(self) -> None:
        old = fined("o", 10, 100, fine_persons=Fine(1, 5), persons="managers")
        new = fined("n", 10, 50, fine_persons=Fine(1, 5), persons="managers and others")
        assert CN.lighter([old], [new], None) == "unclear"

    @given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
    def test_new_is_never_heavier_in_any_end(self, a: int, b: int, c: int, d: int) -> None:
        old, new = fined("o", min(a, b), max(a, b)), fined("n", min(c, d), max(c, d))
        verdict = CN.lighter([old], [new], None)
        before, after = reach(old.fine_entity, None), reach(new.fine_entity, None)
        lighter = after != before and all(x <= y for x, y in zip(after, before, strict=True))
        heavier = all(x >= y for x, y in zip(after, before, strict=True))
        assert verdict == ("new" if lighter else "old" if heavier else "unclear")


def test_a_pack_without_procedure_weighs_nothing() -> None:
    title = Text("x", "x")
    head = PackHead(
        pack="p", version="1", title=title, jurisdiction="x", zone="UTC", disclaimer=title
    )
    procedure = procedure_of(head)
    assert isinstance(procedure, BandsOnly)
    end = day("2000-01-01")
    never = procedure.limitation(end, day("2026-01-01"), CALENDAR, harm=True, discovered=bool)
    assert never.barred is None
    assert procedure.one_fine([Band(fined("a", 1, 2), "law")]).row is None
    assert not procedure.asks_lighter(end, end + 1, end + 2, CALENDAR)
    assert procedure.lighter(OLD_59, [row("r")], None) == "old"


ROWS = load_pack(files("lawkeep.law") / "packs" / "cn", vocabulary()).rows
FACTS = [
    {"breach"},
    {"breach", "refusal"},
    {"breach", "consequence"},
    {"breach", "serious"},
    {"breach", "consequence", "severe"},
    {"breach", "serious", "especially_severe"},
]


def opened_by(names: str, facts: set[str]) -> list[Row]:
    return [ROWS[n] for n in names.split() if facts & set(ROWS[n].opens)]


@pytest.mark.parametrize("facts", FACTS, ids=lambda f: "+".join(sorted(f)))
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("S59-1 S59-2", "S61-1 S61-2 S61-3 S61-4"),
        ("S59c-1 S59c-2", "S61c-1 S61c-2 S61-3 S61-4"),
        ("S60-1 S60-2", "S62-1 S62-2 S62-3 S62-4"),
        ("S61o-1 S61o-2", "S64-1 S64-2"),
        ("S62o-1 S62o-2", "S65-1 S65-2 S65-3 S65-4"),
        ("S68-1 S68-2", "S69-1 S69-2 S69-3"),
        ("S69o-1 S69o-2", "S69-1 S69-2 S69-3"),
        ("S69o-1 S69o-2", "S70-1 S70-2"),
    ],
)
def test_the_law_of_2017_is_never_heavier_than_that_of_2026(
    old: str, new: str, facts: set[str]
) -> None:
    assert CN.lighter(opened_by(old, facts), opened_by(new, facts), None) == "old"


def test_an_order_before_the_fine_is_lighter_since_2024() -> None:
    old, new = "MII33-25", "MII33-25-1-2024 MII33-25-2-2024"
    assert CN.lighter(opened_by(old, FACTS[0]), opened_by(new, FACTS[0]), None) == "new"
    assert CN.lighter(opened_by(old, FACTS[1]), opened_by(new, FACTS[1]), None) == "old"


def test_a_referral_to_another_law_is_not_lighter() -> None:
    facts = {"breach", "serious"}
    assert CN.lighter(opened_by("S64o-1 S64o-2", facts), opened_by("S71", facts), None) == "unclear"
