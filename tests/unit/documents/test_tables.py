"""Tables: Excel opens them, and no cell is ever a formula."""

import csv
import io
from datetime import datetime
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lawkeep.documents import svg, tables, workbook
from lawkeep.documents.workbook import findings_xlsx
from lawkeep.model.finding import Text

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def _read(raw: bytes) -> list[dict[str, str]]:
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_csv_has_every_finding_in_both_languages(sample: ModuleType) -> None:
    rows = _read(tables.findings_csv([sample.SAMPLE, sample.SECOND]))
    assert len(rows) == len(sample.FINDINGS) + len(sample.SECOND.audit.findings)
    first = rows[0]
    assert first["state_zh"] == "未履行"
    assert first["trigger"] == "2017-08-20T10:00:00+08:00"
    assert first["keys"] == "content=c1; service=fm"
    assert first["citation_zh"] == "《网络安全法》（2017-06-01）第47条"


def test_the_end_of_a_day_stays_on_its_day(sample: ModuleType) -> None:
    rows = _read(tables.findings_csv([sample.SAMPLE]))
    assert rows[1]["due"] == "2017-08-23T23:59:59+08:00"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_formulas_are_defused(sample: ModuleType, text: str) -> None:
    finding = msgspec.structs.replace(
        sample.FINDINGS[0], summary=Text(zh=text, en=text), act=text, keys={}, for_each={}
    )
    audit = msgspec.structs.replace(sample.AUDIT, findings=(finding,), operator=text)
    row = _read(tables.findings_csv([msgspec.structs.replace(sample.SAMPLE, audit=audit)]))[0]
    for column in ("summary_zh", "summary_en", "act", "operator"):
        assert row[column] == "'" + text


@given(st.text())
def test_no_guarded_cell_starts_with_a_formula_sign(text: str) -> None:
    shown = tables.guarded(text)
    assert not shown.lstrip(" \u3000\ufeff").startswith(SIGNS)
    assert shown in (svg.clean(text), "'" + svg.clean(text))


def test_workbook_has_three_sheets_with_real_dates(sample: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "audit.xlsx"
    findings_xlsx([sample.SAMPLE], path)
    book = load_workbook(path)
    assert book.sheetnames == ["findings", "exposure", "coverage gaps"]
    sheet = book["findings"]
    assert sheet.freeze_panes == "A2"
    head = [str(cell.value) for cell in sheet[1]]
    trigger = head.index("trigger (Asia/Shanghai)")
    assert sheet.cell(2, trigger + 1).value == datetime(2017, 8, 20, 10)  # noqa: DTZ001 - a cell has no zone
    assert sheet.cell(2, trigger + 1).is_date
    assert sheet.max_row == len(sample.FINDINGS) + 1
    assert sheet.column_dimensions["A"].width > 10
    exposure = book["exposure"]
    columns = [cell.value for cell in exposure[1]]
    assert exposure.cell(3, columns.index("organisation_max") + 1).value == 500_000
    assert book["coverage gaps"].max_row == 3


def test_workbook_cells_are_text_and_never_formulas(sample: ModuleType, tmp_path: Path) -> None:
    hostile = Text(zh="=HYPERLINK(1)", en="=1+1\x00" + "x" * 40_000)
    finding = msgspec.structs.replace(sample.FINDINGS[0], summary=hostile)
    audit = msgspec.structs.replace(sample.AUDIT, findings=(finding,))
    path = tmp_path / "audit.xlsx"
    findings_xlsx([msgspec.structs.replace(sample.SAMPLE, audit=audit)], path)
    cells = [cell for row in load_workbook(path)["findings"].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]


def test_a_long_table_goes_on_in_a_further_sheet(
    sample: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 6)
    path = tmp_path / "audit.xlsx"
    findings_xlsx([sample.SAMPLE], path)
    book = load_workbook(path)
    assert book["findings"].max_row == 6
    assert book["findings 2"].max_row == len(sample.FINDINGS) - 5 + 1


def test_dates_that_excel_cannot_hold_are_text(sample: ModuleType, tmp_path: Path) -> None:
    finding = msgspec.structs.replace(sample.FINDINGS[0], trigger=-3_000_000_000_000_000)
    audit = msgspec.structs.replace(sample.AUDIT, findings=(finding,))
    path = tmp_path / "audit.xlsx"
    findings_xlsx([msgspec.structs.replace(sample.SAMPLE, audit=audit)], path)
    values = [c.value for c in load_workbook(path)["findings"][2]]
    assert any(isinstance(v, str) and v.startswith("1874-") for v in values)
