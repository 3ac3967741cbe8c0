"""A look into a workbook before its library decodes it whole.

The library makes room for the rectangle that the cells of a sheet span. Two cells far apart ask
for hundreds of gigabytes and end the process, so the rectangle is measured first, in one stream.
"""

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO
from xml.parsers import expat

from lawkeep.model.errors import Both, LawkeepError, error

MAX_PARTS = 5_000
MAX_UNPACKED = 1 << 30
"""Bytes of all parts of a workbook."""
MAX_CELLS = 20_000_000
"""Cells of the rectangle that a sheet spans."""
_CHUNK = 1 << 16
_MAX_ROW, _MAX_COLUMN = 1_048_576, 16_384
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def check_workbook(path: Path) -> None:
    """Errors: `input_broken`, `input_too_large`, `xml_refused`."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            # Two readers of an archive may take different parts of one name.
            if len({part.filename.lower() for part in parts}) != len(parts):
                raise _broken(path, Both("a part stands in it twice", "同名部分出现两次"))
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise error("input_too_large", limit=MAX_UNPACKED, format="workbook").at(path.name)
            for part in parts:
                with packed.open(part) as file:
                    _Sheet(path).read(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as problem:
        raise _broken(path, str(problem)) from None
    except (OSError, ValueError, RuntimeError, LookupError) as problem:
        raise _broken(path, str(problem)) from None


class _Sheet:
    """The rectangle of the cells of one part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._row = self._column = 0
        self._rows: tuple[int, int] | None = None
        self._columns: tuple[int, int] | None = None

    def read(self, file: IO[bytes]) -> None:
        head = file.read(_CHUNK)
        if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            while file.read(_CHUNK):  # to the end, so that its checksum is checked
                pass
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            while head:
                parser.Parse(head, False)
                head = file.read(_CHUNK)
            parser.Parse(b"", True)
        except expat.ExpatError as problem:
            raise _broken(self._path, f"XML: {expat.ErrorString(problem.code)}") from None

    def _refuse(self, *_: object) -> None:
        raise error(
            "xml_refused", problem=Both("it declares a document type", "声明了文档类型")
        ).at(self._path.name)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "row":
            given = attributes.get("r", "")
            known = given.isascii() and given.isdigit() and len(given) < 10
            self._row = int(given) if known else self._row + 1
            self._column = 0
        elif name == "c":
            self._column += 1
            if "r" in attributes:
                self._place(attributes["r"])
            self._measure()

    def _place(self, text: str) -> None:
        match = _CELL.fullmatch(text)
        if match is None:
            return  # a `c` of another kind of part
        letters, digits = match.groups()
        self._row = int(digits)
        self._column = 0
        for letter in letters:
            self._column = self._column * 26 + ord(letter) - 64

    def _measure(self) -> None:
        row, column = self._row, self._column
        first, last = self._rows or (row, row)
        left, right = self._columns or (column, column)
        self._rows = min(first, row), max(last, row)
        self._columns = min(left, column), max(right, column)
        high = self._rows[1] - self._rows[0] + 1
        wide = self._columns[1] - self._columns[0] + 1
        if row > _MAX_ROW or column > _MAX_COLUMN or high * wide > MAX_CELLS:
            problem = Both(
                f"a sheet spans more than {MAX_CELLS} cells (a cell far from the others?)",
                f"工作表跨度超过 {MAX_CELLS} 个单元格（是否有远离其他内容的单元格？）",
            )
            raise _broken(self._path, problem)


def _broken(path: Path, problem: str) -> LawkeepError:
    return error(
        "input_broken", format="workbook", problem=problem or Both("cut off", "不完整")
    ).at(path.name)
