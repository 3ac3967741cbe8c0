"""How long data stays: figures of the cn pack with their articles, and what a pack may not say."""

import shutil
from pathlib import Path

import pytest

from lawkeep.app import vocabulary
from lawkeep.app.packs import packs
from lawkeep.law.pack import Pack, load_pack
from lawkeep.law.retention import term
from lawkeep.model.errors import LawkeepError
from lawkeep.model.time import parse_instant

ROOT = Path(__file__).resolve().parents[3]
# Purpose: what the law says, from where, by which article.
FIGURES = {
    "network_log": ("P6M", "recorded", "text", {"21(3)", "23(3)"}),
    "publishing_record": ("P60D", "recorded", "text", {"14"}),
    "phone_identity": ("P2Y", "ended", "text", {"11"}),
    "vulnerability_intake": ("P6M", "recorded", "text", {"5"}),
    "impact_assessment": ("P3Y", "recorded", "text", {"56"}),
    "transfer_record": ("P3Y", "recorded", "text", {"12"}),
    "site_video": ("P90D", "recorded", "text", {"32"}),
    "dns_log": ("P6M", "recorded", "policy", {"24"}),
    "takedown_record": ("P60D", "recorded", "policy", {"47", "49"}),
}


def at(text: str) -> int:
    return parse_instant(f"{text}+08:00")


def cn() -> Pack:
    return next(pack for pack in packs(vocabulary()) if pack.id == "cn")


def test_the_figures_of_the_pack() -> None:
    rules = cn().retention
    assert {
        p: (r.floor, r.starts, r.floor_basis, {c.article for c in r.cites})
        for p, r in rules.items()
    } == FIGURES
    for rule in rules.values():
        # The law names no ceiling, so each one is a policy number that cites PIPL 19.
        assert (rule.ceiling is None) == (not rule.ceiling_cites)
        assert rule.ceiling is None or rule.ceiling_basis == "policy"


def test_a_log_stays_six_months_and_then_goes() -> None:
    found = term([cn()], "network_log", at("2026-01-31T10:00:00"), None)
    assert found is not None
    assert found.keep_until == at("2026-07-31T23:59:59.999999")
    assert found.destroy_by == at("2026-08-31T23:59:59.999999")
    for now, stays, due, late in (
        ("2026-07-31T23:59:59", True, False, False),
        ("2026-08-01T00:00:00", False, True, False),
        ("2026-09-01T00:00:00", False, True, True),
    ):
        assert (found.must_stay(at(now)), found.is_due(at(now)), found.is_late(at(now))) == (
            stays, due, late,
        )  # fmt: skip


def test_a_period_from_the_end_does_not_begin_before_it() -> None:
    begun = at("2020-03-01T00:00:00")
    found = term([cn()], "phone_identity", begun, None)
    assert found is not None
    assert found.running
    assert found.must_stay(at("2040-01-01T00:00:00"))
    assert not found.is_due(at("2040-01-01T00:00:00"))
    found = term([cn()], "phone_identity", begun, at("2024-02-29T12:00:00"))
    assert found is not None
    assert found.keep_until == at("2026-02-28T23:59:59.999999")


def test_a_floor_without_ceiling_is_never_due() -> None:
    found = term([cn()], "impact_assessment", at("2022-01-01T00:00:00"), None)
    assert found is not None
    assert not found.must_stay(at("2030-01-01T00:00:00"))
    assert not found.is_due(at("2030-01-01T00:00:00"))
    assert term([cn()], "marketing", 0, None) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("floor: P3Y", "floor: soon", "soon"),
        ("ceiling: P25M", "ceiling: P1Y", "ceiling is below the floor"),
        ('CN-PIPL@2021-11-01, article: "56"', 'CN-PIPL@2020-01-01, article: "56"', "no edition"),
        ("purpose: dns_log", "purpose: network_log", "twice"),
        ("    floor: P3Y\n", "", "neither a floor nor a ceiling"),
        ("    starts: ended", "    starts: sometime", "sometime"),
    ],
)
def test_a_pack_that_says_it_wrongly_is_refused(
    old: str, new: str, says: str, tmp_path: Path
) -> None:
    folder = tmp_path / "cn"
    shutil.copytree(ROOT / "src/lawkeep/law/packs/cn", folder)
    path = folder / "retention.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LawkeepError) as told:
        load_pack(folder, vocabulary())
    assert says in str(told.value)
    assert told.value.location is not None
    assert told.value.location.file == "cn/retention.yaml"
