"""CSV and TSV as RFC 4180 means them, record by record, with the bytes of each record."""

import re
from collections.abc import Iterator

from lawkeep.ingest.lines import Lines, decode_line
from lawkeep.ingest.rows import MAX_RECORD, Bad, Row
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.vocabulary import nearest

_SHOWN = 4096
Record = tuple[int, bytes, list[str]]
"""Line at which it begins, its bytes, its fields."""


class Table:
    """A delimited text file: its header, then its rows.

    `header_row`: the record that names the columns, from 1; 0: there is none, and the columns
    are named 1, 2, 3, ... Records before the header are left out.
    """

    def __init__(self, lines: Lines, encoding: str, delimiter: str, header_row: int) -> None:
        self.lines = lines
        self.encoding = encoding
        self.delimiter = delimiter
        # A field without quotes, or one in quotes with each inner quote twice.
        self._quoted = re.compile(r'"([^"]*(?:""[^"]*)*)"')
        self._records = self._read()
        self._first: Record | None = None
        self.columns: tuple[str, ...] = ()
        self._header(header_row)

    def _header(self, header_row: int) -> None:
        record = self._header_record(header_row)
        line, _, fields = record
        if header_row == 0:
            self._first = record
            self.columns = tuple(str(i + 1) for i in range(len(fields)))
            return
        names = [name.strip() for name in fields]
        while names and not names[-1]:  # a delimiter at the end of each line
            names.pop()
        if not any(names):
            raise error("header_missing", row=header_row).at(self.lines.path.name, line)
        for name in names:
            if name and names.count(name) > 1:
                raise error("header_repeated", column=name).at(self.lines.path.name, line)
        self.columns = tuple(names) + ("",) * (len(fields) - len(names))

    def _header_record(self, header_row: int) -> Record:
        for count, record in enumerate(self._records, 1):
            if isinstance(record, Bad):
                raise record.error.at(self.lines.path.name)
            if count >= header_row:
                return record
        raise error("header_missing", row=header_row).at(self.lines.path.name)

    def rows(self) -> Iterator[Row | Bad]:
        """Each record after the header; blank lines are left out."""
        number = 0
        expected = len(self.columns)
        if self._first is not None:
            number = 1
            line, raw, fields = self._first
            yield Row(number, line, raw, fields)
        for record in self._records:
            number += 1
            if isinstance(record, Bad):
                yield record
                continue
            line, raw, fields = record
            if len(fields) == expected:
                yield Row(number, line, raw, fields)
            else:
                wrong = error("csv_field_count", found=len(fields), expected=expected)
                yield Bad(wrong.at(None, line), raw[:_SHOWN])

    def _read(self) -> Iterator[Record | Bad]:
        """Records as (line, bytes, fields)."""
        source = _Pushback(self.lines)
        while (item := source.next()) is not None:
            line, offset, raw, cut = item
            if not raw:
                continue
            if cut or len(raw) > MAX_RECORD:
                yield Bad(error("record_too_long", limit=MAX_RECORD).at(None, line), raw[:_SHOWN])
                continue
            try:
                if b'"' not in raw:
                    text = decode_line(raw, self.encoding, offset, line)
                    if "\r" in text:
                        raise error("csv_return_stray").at(None, line, text.index("\r") + 1)
                    yield line, raw, text.split(self.delimiter)
                    continue
                whole = self._joined(source, item)
                text = decode_line(whole, self.encoding, offset, line)
                fields = self._fields(text, line)
            except LawkeepError as problem:
                # Only the first line is bad for sure: reading goes on at the second.
                source.push_back()
                yield Bad(problem, raw[:_SHOWN])
                continue
            source.settle()
            yield line, whole, fields

    def _joined(self, source: "_Pushback", item: tuple[int, int, bytes, int]) -> bytes:
        """All lines of a record: quotes are even in number where a record ends."""
        line, _, raw, _ = item
        parts = [raw]
        size = len(raw)
        odd = raw.count(b'"') % 2
        while odd:
            more = source.borrow()
            if more is None:
                raise error("csv_quote_open").at(None, line, _column(raw, self.encoding))
            parts.append(more)
            size += len(more) + 1
            if size > MAX_RECORD:
                raise error("record_too_long", limit=MAX_RECORD).at(
                    None, line, _column(raw, self.encoding)
                )
            odd ^= more.count(b'"') % 2
        return b"\n".join(parts) if len(parts) > 1 else raw

    def _fields(self, text: str, line: int) -> list[str]:
        fields: list[str] = []
        position, end = 0, len(text)
        while True:
            if text.startswith('"', position):
                match = self._quoted.match(text, position)
                if match is None:
                    raise self._at("csv_quote_open", text, position, line)
                fields.append(match.group(1).replace('""', '"'))
                position = match.end()
                if position < end and text[position] != self.delimiter:
                    raise self._at("csv_quote_stray", text, position, line)
            else:
                stop = text.find(self.delimiter, position)
                stop = end if stop < 0 else stop
                field = text[position:stop]
                for mark, code in (('"', "csv_quote_stray"), ("\r", "csv_return_stray")):
                    if mark in field:
                        raise self._at(code, text, position + field.index(mark), line)
                fields.append(field)
                position = stop
            if position >= end:
                return fields
            position += 1

    def _at(self, code: str, text: str, position: int, line: int) -> LawkeepError:
        before = text[:position]
        column = position - (before.rfind("\n") + 1) + 1
        return error(code).at(None, line + before.count("\n"), column)

    def index(self, column: str) -> int:
        """Position of a column. Error: `mapping_column_unknown`."""
        return column_index(self.columns, column)


def column_index(columns: tuple[str, ...], column: str) -> int:
    """Position of a named column. Error: `mapping_column_unknown`, with the nearest name."""
    if column and column in columns:
        return columns.index(column)
    shown = ", ".join(name for name in columns if name)
    raise error("mapping_column_unknown", column=column, columns=shown, **nearest(column, columns))


def _column(raw: bytes, encoding: str) -> int:
    return len(raw[: raw.rfind(b'"')].decode(encoding, "replace")) + 1


class _Pushback:
    """Lines with their numbers; lines that a record borrowed can be given back."""

    def __init__(self, lines: Lines) -> None:
        self._lines = enumerate(lines, 1)
        self._waiting: list[tuple[int, int, bytes, int]] = []  # in reverse
        self._borrowed: list[tuple[int, int, bytes, int]] = []

    def next(self) -> tuple[int, int, bytes, int] | None:
        if self._waiting:
            return self._waiting.pop()
        number, (offset, raw, cut) = next(self._lines, (0, (0, b"", -1)))
        return None if cut < 0 else (number, offset, raw, cut)

    def borrow(self) -> bytes | None:
        item = self.next()
        if item is None:
            return None
        self._borrowed.append(item)
        return item[2]

    def push_back(self) -> None:
        self._waiting.extend(reversed(self._borrowed))
        self._borrowed.clear()

    def settle(self) -> None:
        self._borrowed.clear()
