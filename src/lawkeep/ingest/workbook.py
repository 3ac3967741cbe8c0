"""Workbooks (.xlsx) as rows. Needs the extra `excel`.

A sheet is decoded whole by its library, so its size is capped.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    WorksheetNotFound,
    XmlError,
    ZipError,
)

from lawkeep.ingest.rows import Row, broken, canonical, open_input
from lawkeep.ingest.unpack import check_workbook
from lawkeep.model.errors import Both, error
from lawkeep.model.vocabulary import nearest

MAX_WORKBOOK = 256 << 20
"""Bytes of a workbook file."""
T = TypeVar("T")
_CALAMINE = (CalamineError, PasswordError, WorksheetNotFound, XmlError, ZipError)


class Workbook:
    """One sheet: its header, then its rows. `line` of a row is its number in the sheet.

    Errors: `input_broken`, `input_too_large`, `sheet_missing`, `header_missing`,
    `header_repeated`.
    """

    def __init__(self, path: Path, sheet: str | None, header_row: int) -> None:
        self._path = path
        with open_input(path):
            pass
        if path.stat().st_size > MAX_WORKBOOK:
            raise error("input_too_large", limit=MAX_WORKBOOK, format="workbook").at(path.name)
        check_workbook(path)
        book = _native(path, lambda: CalamineWorkbook.from_path(str(path)))
        names = book.sheet_names
        if not names:
            raise broken(path, "workbook", Both("it has no sheet", "没有工作表"))
        if sheet is not None and sheet not in names:
            raise error("sheet_missing", sheet=sheet, **nearest(sheet, names)).at(path.name)
        found = _native(path, lambda: book.get_sheet_by_name(sheet or names[0]))
        self._rows = _native(path, lambda: iter(found.iter_rows()))
        # Rows above the first cell that holds something are not given.
        self._line = found.start[0] if found.start else 0
        self.columns = self._header(header_row)

    def _next(self) -> list[Any] | None:
        row: list[Any] | None = _native(self._path, lambda: next(self._rows, None))
        self._line += row is not None
        return row

    def _header(self, header_row: int) -> tuple[str, ...]:
        if header_row == 0:
            first = self._next()
            if first is None:
                raise error("header_missing", row=0).at(self._path.name)
            self._held: list[Any] | None = first
            return tuple(str(i + 1) for i in range(len(first)))
        self._held = None
        cells: list[Any] | None = None
        while self._line < header_row:
            cells = self._next()
            if cells is None:
                break
        names = tuple(str(cell).strip() for cell in cells or ())
        if cells is None or not any(names) or self._line != header_row:
            raise error("header_missing", row=header_row).at(self._path.name)
        for name in names:
            if name and names.count(name) > 1:
                raise error("header_repeated", column=name).at(self._path.name, self._line)
        return names

    def rows(self) -> Iterator[Row]:
        """Each row after the header that holds something."""
        number = 0
        row = self._held or self._next()
        while row is not None:
            if any(cell not in ("", None) for cell in row):
                number += 1
                yield Row(number, self._line, canonical(row), row)
            row = self._next()


def _native(path: Path, call: Callable[[], T]) -> T:
    """A call of the workbook library. Error: `input_broken`."""
    try:
        return call()
    except (*_CALAMINE, OSError, ValueError) as problem:
        raise broken(path, "workbook", str(problem)) from None
    except BaseException as problem:
        # A panic of native code is no `Exception`, and only its name tells it from others.
        if type(problem).__name__ != "PanicException":
            raise
        raise broken(path, "workbook", str(problem)) from None
