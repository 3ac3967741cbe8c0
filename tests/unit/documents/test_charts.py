"""Bands: words, the common scale, and which band stands."""

import math
from types import ModuleType
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawkeep.documents import charts
from lawkeep.documents.exposures import acts_of, common_scale, look_of, weight
from lawkeep.documents.views import finding_weights, ordered
from lawkeep.model.finding import Fine, Text

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("fine", "zh", "en"),
    [
        (Fine(100_000, 500_000), "10 万元至 50 万元", "CNY 100,000 to 500,000"),
        (Fine(10_000, 10_000), "1 万元", "CNY 10,000"),
        (Fine(max=15_000), "15,000 元以下", "up to CNY 15,000"),
        (Fine(min=500_000), "50 万元以上，条文未设上限", "from CNY 500,000, no upper end set"),
        (Fine(of_gain=(1, 10)), "违法所得 1 倍至 10 倍", "1 to 10 times the unlawful gain"),
        (Fine(), "条文未规定数额", "no amount set by the text"),
        (
            Fine(max=50_000_000, pct_turnover=5.0),
            "5,000 万元以下；或者上一年度营业额的 5% 以下",
            "up to CNY 50,000,000; or up to 5% of the previous year’s turnover",
        ),
    ],
)
def test_a_band_in_words(fine: Fine, zh: str, en: str) -> None:
    assert charts.band(fine, "CNY").zh == zh
    assert charts.band(fine, "CNY").en == en


amounts = st.none() | st.integers(1, 10**12)
fines = st.builds(Fine, min=amounts, max=amounts)


@given(st.lists(st.none() | fines, max_size=6), st.sampled_from(("zh", "en")))
def test_bars_stay_inside_their_common_scale(
    given_fines: list[Fine | None], language: charts.Language
) -> None:
    scale = charts.scale_of(given_fines)
    assert scale.high >= scale.low + 2
    for fine in given_fines:
        drawn = charts.bands(fine, None, "CNY", scale, "standing", language)
        if fine is None:
            assert drawn == ""
            continue
        for bar in ET.fromstring(drawn).iter(SVG + "rect"):
            left, wide = float(bar.attrib["x"]), float(bar.attrib["width"])
            assert wide >= 5
            assert left >= 0
            assert left + wide <= charts.WIDTH


def test_the_scale_is_logarithmic() -> None:
    scale = charts.scale_of([Fine(1_000, 1_000_000)])
    steps = [scale.x(10.0**n) for n in range(3, 7)]
    assert steps[1] - steps[0] == pytest.approx(steps[3] - steps[2])


def test_looks_differ_by_more_than_colour() -> None:
    scale = charts.Scale(3, 6)
    fine = Fine(10_000, 100_000)
    drawn = {look: charts.bands(fine, fine, "CNY", scale, look, "en") for look in charts.LOOKS}
    for look, picture in drawn.items():
        assert charts.LOOKS[look].en in picture
    assert "bd-strike" in drawn["barred"]
    assert "bd-strike" not in drawn["absorbed"]


def test_an_open_end_has_an_arrow() -> None:
    scale = charts.Scale(3, 6)
    assert "bd-open" in charts.bands(Fine(min=10_000), None, "CNY", scale, "standing", "en")
    assert "bd-open" not in charts.bands(Fine(1_000, 2_000), None, "CNY", scale, "standing", "en")


def test_barred_outweighs_absorbed_and_neither_weighs(sample: ModuleType) -> None:
    row = msgspec.structs.replace(sample.EXPOSURE[1], absorbed_by="X")
    assert look_of(row) == "absorbed"
    assert weight(row) == (0.0, 0.0)
    assert look_of(msgspec.structs.replace(row, barred=True)) == "barred"


def test_an_arguable_band_never_comes_before_one_that_stands(sample: ModuleType) -> None:
    row = sample.EXPOSURE[1]
    small = msgspec.structs.replace(row, fine_entity=Fine(1, 1))
    arguable = msgspec.structs.replace(row, opened="arguable", fine_entity=Fine(min=10**12))
    assert (0.0, 0.0) < weight(arguable) < weight(small)
    assert weight(msgspec.structs.replace(row, fine_entity=Fine(min=1)))[0] == math.inf


def test_acts_are_listed_once_the_heaviest_first_and_never_added(sample: ModuleType) -> None:
    acts = acts_of(sample.SAMPLE, "op1", common_scale([sample.SAMPLE]))
    assert acts[0].name == Text(zh="内容 c1", en="content c1")
    assert len({a.name for a in acts}) == len(acts)
    assert sum(len(a.rows) for a in acts) == len(sample.EXPOSURE)
    first = acts[0]
    assert first.organisation is not None
    assert first.organisation.en == "CNY 100,000 to 500,000"
    assert [a.look for a in acts] == ["standing", "standing", "arguable", None]


def test_findings_without_exposure_come_last(sample: ModuleType) -> None:
    weights = finding_weights(sample.EXPOSURE)
    listed = ordered(sample.FINDINGS, weights)
    tops = [weights.get(f.id, (0.0, 0.0)) for f in listed]
    assert tops == sorted(tops, reverse=True)
