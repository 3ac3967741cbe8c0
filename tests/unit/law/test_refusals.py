"""What a pack says wrongly is told in both languages, at its place."""

from pathlib import Path

import pytest

from lawkeep.app import vocabulary
from lawkeep.law.pack import load_pack
from lawkeep.model.errors import LawkeepError

SHIPPED = Path(__file__).resolve().parents[3] / "src" / "lawkeep" / "law" / "packs" / "eu"
VOCABULARY = vocabulary()


def _changed(tmp_path: Path, file: str, old: str, new: str) -> LawkeepError:
    """The refusal of the eu pack with one change."""
    folder = tmp_path / "eu"
    for source in SHIPPED.rglob("*.yaml"):
        target = folder / source.relative_to(SHIPPED)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(LawkeepError) as refused:
        load_pack(folder, VOCABULARY)
    return refused.value


@pytest.mark.parametrize(
    ("file", "old", "new", "en", "zh"),
    [
        ("sanctions.yaml", "law: EU-GDPR@", "law: EU-GDRP@", "there is no instrument", "没有法规"),
        ("sanctions.yaml", "law: EU-GDPR@2018-05-25", "law: EU-GDPR@2019-05-25", "no edition", "现有"),
        ("instruments.yaml", "effective: 2018-05-25", "effective: soon", "is not a day", "不是"),
    ],
)  # fmt: skip
def test_in_both_languages(tmp_path: Path, file: str, old: str, new: str, en: str, zh: str) -> None:
    found = _changed(tmp_path, file, old, new)
    assert found.code == "yaml_value_invalid"
    assert en in found.text()
    assert zh in found.text("zh")
    assert en not in found.text("zh")
    assert found.location is not None
    assert found.location.line is not None


def test_a_discretion_step_names_a_row_and_a_place_that_exist(tmp_path: Path) -> None:
    cn = SHIPPED.parent / "cn"
    for source in cn.rglob("*.yaml"):
        target = tmp_path / "cn" / source.relative_to(cn)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    file = tmp_path / "cn" / "discretion.yaml"
    text = file.read_text("utf-8")
    for old, new, zh in (
        ("row: S59-1", "row: S59-9", "没有罚则条款“S59-9”"),
        ("place: CN-SX", "place: Atlantis", "divisions.yaml 中没有“Atlantis”"),
        ("effective: 2018-01-17", "effective: 2018-01-17\n    expires: 2017-01-01", "失效早于生效"),
    ):
        file.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(LawkeepError) as refused:
            load_pack(tmp_path / "cn", VOCABULARY)
        assert zh in refused.value.text("zh")
