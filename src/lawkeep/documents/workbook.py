"""The tables as an Excel workbook. Needs openpyxl, which is in the extra `excel`."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lawkeep.documents import svg, tables
from lawkeep.documents.inputs import ReportInput
from lawkeep.documents.tables import Cell

MAX_ROWS = 1_048_576
_MAX_TEXT = 32_767
_EARLIEST = date(1900, 3, 1)  # Excel takes 1900 for a leap year: earlier days come out wrong

_WIDE = {"summary": 60, "title": 34, "citation": 40, "must": 40, "may": 40, "reason": 36}
_TIMES = ("trigger", "due", "decided", "cured", "ended")


def findings_xlsx(audits: Sequence[ReportInput], path: Path | str) -> None:
    """Write the sheets findings, exposure and coverage gaps; times are real dates in law time.

    Text stays text: a cell never holds a formula. A table longer than a sheet goes on in a
    further sheet. Errors: `OSError` when the file cannot be written.
    """
    book = Workbook(write_only=True)
    zones = ", ".join(sorted({given.zone for given in audits}))
    for title, columns, rows in (
        ("findings", tables.FINDINGS, tables.findings_rows(audits)),
        ("exposure", tables.EXPOSURE, tables.exposure_rows(audits)),
        ("coverage gaps", tables.GAPS, tables.gap_rows(audits)),
    ):
        step = MAX_ROWS - 1
        for part, start in enumerate(range(0, max(len(rows), 1), step)):
            name = title if part == 0 else f"{title} {part + 1}"
            _sheet(book, name, columns, rows[start : start + step], zones)
    book.save(path)


def _sheet(
    book: Workbook, name: str, columns: tuple[str, ...], rows: list[list[Cell]], zones: str
) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        kind = column.rsplit("_", 1)[0]
        width = 20 if column in _TIMES else _WIDE.get(kind, max(14, len(column) + 3))
        sheet.column_dimensions[get_column_letter(place)].width = width
    head = []
    for column in columns:
        label = f"{column} ({zones})" if column in _TIMES else column
        cell = WriteOnlyCell(sheet, value=label)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    last = get_column_letter(len(columns))
    sheet.auto_filter.ref = f"A1:{last}{len(rows) + 1}"


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, datetime):
        if value.date() < _EARLIEST:
            return _cell(sheet, value.isoformat(timespec="seconds"))
        cell = WriteOnlyCell(sheet, value=value.replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
        return cell
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=svg.clean(value)[:_MAX_TEXT])
        # openpyxl takes a text with a leading "=" for a formula unless told that it is text.
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell
    return value
