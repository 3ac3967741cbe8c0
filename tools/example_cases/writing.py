"""Draws that are the same on every machine, and files that are the same at every run."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

NOTE_ZH = "说明：示例数据，全部虚构；仅主管部门2017年9月17日通告所载事实除外（见README）。"
NOTE_EN = (
    "Example: everything here is invented, "
    "except the facts of the notice of 2017-09-17 (see README)."
)
NOTE = f"{NOTE_ZH} {NOTE_EN}"

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (clock readings of Asia/Shanghai)


class Draw:
    """Numbers drawn from a name: the same name always gives the same numbers.

    `random` may change between Python versions; SHA-256 does not. Each row draws from a name of
    its own, so that a change in one row moves no other.
    """

    def __init__(self, *name: object) -> None:
        self._name = "/".join(map(str, name))
        self._count = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to below `limit`."""
        raw = hashlib.sha256(f"{self._name}#{self._count}".encode()).digest()
        self._count += 1
        return int.from_bytes(raw[:8]) % limit

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[Any]) -> Any:
        """One of several."""
        return options[self.below(len(options))]

    def id(self, prefix: str) -> str:
        """An opaque id, such as `c-7hq2m9xk`."""
        return prefix + "-" + "".join(self.pick(_ALPHABET) for _ in range(8))

    def minutes(self, low: int, high: int) -> timedelta:
        """A span in whole seconds between two numbers of minutes."""
        return timedelta(seconds=self.between(low * 60, high * 60))


def at(text: str) -> datetime:
    """A clock reading, `2017-08-09 10:12` or with seconds."""
    return datetime.fromisoformat(text)


def clock(value: datetime | None) -> str:
    """A clock reading as a table shows it; nothing for None."""
    return "" if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


def office(moment: datetime) -> datetime:
    """The same order of things, between nine and six: a whole day shrunk into office hours."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(hours=9, seconds=(moment - day).seconds * 9 // 24)


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, encoding: str
) -> None:
    """A note, the header, the rows. Line ends as a spreadsheet writes them."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow([NOTE])
    table.writerow(header)
    table.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """A note as the first object, then one object a line."""
    lines = [{"note": NOTE}, *rows]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_bytes(text.encode())


def write_xlsx(
    path: Path, sheet: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """A workbook of one sheet, byte for byte the same at every run: note, header, rows.

    Clock readings become date cells, as a person's workbook has them. Written by hand because the
    usual libraries put the time of writing into the file.
    """
    lines = [_row(1, [NOTE]), _row(2, header)]
    lines += [_row(number, row) for number, row in enumerate(rows, 3)]
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELS,
        "xl/workbook.xml": _WORKBOOK.format(sheet=escape(sheet)),
        "xl/_rels/workbook.xml.rels": _WORKBOOK_RELS,
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": _SHEET.format(rows="".join(lines)),
    }
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, date_time=(2017, 9, 17, 0, 0, 0))
            # Stored, not deflated: another version of zlib would give other bytes.
            info.external_attr = 0o644 << 16
            book.writestr(info, text)


def _row(number: int, cells: Sequence[Any]) -> str:
    found = []
    for index, value in enumerate(cells):
        place = f"{_letters(index)}{number}"
        if isinstance(value, datetime):
            serial = (value - _EXCEL_ZERO) / timedelta(days=1)
            found.append(f'<c r="{place}" s="1"><v>{serial:.9f}</v></c>')
        elif isinstance(value, int):
            found.append(f'<c r="{place}"><v>{value}</v></c>')
        elif value:
            text = escape(str(value))
            found.append(f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>')
    return f'<row r="{number}">{"".join(found)}</row>'


def _letters(index: int) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OPEN = "http://schemas.openxmlformats.org"
_MAIN = f"{_OPEN}/spreadsheetml/2006/main"
_OFFICE = f"{_OPEN}/officeDocument/2006/relationships"
_PACKAGE = f"{_OPEN}/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    "</Types>"
)
_RELS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
_WORKBOOK = (
    f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_WORKBOOK_RELS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    "</Relationships>"
)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="SimSun"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_SHEET = f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{{rows}}</sheetData></worksheet>'
