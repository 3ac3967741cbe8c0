"""Lines of bytes, capped, from plain or gzip files; and which encoding a text file has.

Encoding `auto` is a rule, not a guess: UTF-8 if the whole file is; GB18030 if the whole file is
and its text is nearly all of the common set GB 2312, as real Chinese text is and Latin-1 read as
GB18030 is not; otherwise, or if both fit, an error. The same file always gives the same answer.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from lawkeep.ingest.rows import MAX_RECORD, Progress, open_input
from lawkeep.model.errors import LawkeepError, error

ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5hkscs",
    "latin-1": "latin-1",
}
BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CHUNK = 1 << 16
# Lines with other than ASCII after which being valid UTF-8 is no chance.
_PROOF = 50


class Lines:
    """The lines of a file with their offsets; the byte order mark of UTF-8 is left out."""

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.path = path
        self._raw = open_input(path)
        self._total = path.stat().st_size
        self._progress = progress
        packed = self._raw.read(2) == b"\x1f\x8b"
        self._raw.seek(0)
        self._file = cast(IO[bytes], gzip.GzipFile(fileobj=self._raw) if packed else self._raw)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()

    def __iter__(self) -> Iterator[tuple[int, bytes, int]]:
        """(offset, line without its end, bytes that were cut off). Line ends: LF or CR LF.

        Errors: `input_broken` (gzip), `encoding_utf16`, `input_empty`.
        """
        offset = 0
        limit = MAX_RECORD + 2
        try:
            line = self._file.readline(limit)
            if line.startswith(_UTF16):
                raise error("encoding_utf16").at(self.path.name)
            if line.startswith(BOM):
                line, offset = line[3:], 3
            if not line:
                raise error("input_empty").at(self.path.name)
            count = 0
            while line:
                cut = 0
                size = len(line)
                if size == limit and not line.endswith(b"\n"):
                    cut = self._skip()
                    size += cut
                if line.endswith(b"\n"):
                    line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
                yield offset, line, cut
                offset += size
                count += 1
                if self._progress is not None and count % 2048 == 0:
                    self._progress(self._raw.tell(), self._total)
                line = self._file.readline(limit)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise error("input_broken", format="gzip", problem=str(problem)).at(
                self.path.name
            ) from None
        if self._progress is not None:
            self._progress(self._total, self._total)

    def _skip(self) -> int:
        """Read to the end of an endless line in small pieces; how much there was."""
        skipped = 0
        while piece := self._file.readline(_CHUNK):
            skipped += len(piece)
            if piece.endswith(b"\n"):
                break
        return skipped


def encoding_named(name: str) -> str:
    """Python's name of a declared encoding. Errors: `encoding_unknown`, `encoding_utf16`."""
    folded = name.lower().replace("_", "-")
    if folded.startswith(("utf-16", "utf16", "utf-32", "utf32")):
        raise error("encoding_utf16")
    if folded not in ENCODINGS:
        raise error("encoding_unknown", name=name)
    return ENCODINGS[folded]


def detect(path: Path) -> str:
    """`utf-8` or `gb18030` by the rule above; reads the whole file once.

    Errors: `encoding_unclear`, `encoding_ambiguous`, `encoding_broken` for a UTF-8 file with broken bytes.
    """
    lines = Lines(path)
    try:
        return _detect(lines)
    finally:
        lines.close()


def _detect(lines: Lines) -> str:
    good = bad = 0
    first: tuple[int, int] | None = None
    start = 0
    chinese, latin = _Chinese(), 0
    for number, (offset, line, _) in enumerate(lines, 1):
        if line.isascii():
            continue
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as problem:
            bad += 1
            first = first or (number, offset + problem.start)
        else:
            good += 1
            if good <= _PROOF and not bad:
                start = start or number
                latin += sum(0x80 <= ord(c) < 0x180 for c in text)
        if bad or good <= _PROOF:
            chinese.see(line)
    name = lines.path.name
    if first is None:
        # A few short Chinese words can be valid UTF-8 by chance (诈骗 is); many never are.
        if start and good <= _PROOF and chinese.likely and latin * 2 < chinese.common:
            raise error("encoding_ambiguous").at(name, start)
        return "utf-8"
    if chinese.likely and good * 10 <= bad:
        return "gb18030"
    if good > bad:
        raise error("encoding_broken", encoding="UTF-8", offset=first[1]).at(name, first[0])
    raise error("encoding_unclear", offset=first[1]).at(name, first[0])


class _Chinese:
    """Whether lines read as GB18030 are Chinese text of the common set."""

    def __init__(self) -> None:
        self.common = self.rare = 0
        self.valid = True

    def see(self, line: bytes) -> None:
        if not self.valid:
            return
        try:
            text = line.decode("gb18030")
        except UnicodeDecodeError:
            self.valid = False
            return
        for character in text:
            if not character.isascii():
                if _common(character):
                    self.common += 1
                else:
                    self.rare += 1

    @property
    def likely(self) -> bool:
        return self.valid and self.rare * 10 <= self.common


def _common(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def decode_line(raw: bytes, encoding: str, offset: int, line: int) -> str:
    """The text of a line. Errors with place: `encoding_broken`, `nul_byte`."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as problem:
        before = raw[: problem.start].decode(encoding, "replace")
        details = {"encoding": encoding.upper(), "offset": offset + problem.start}
        raise _placed(error("encoding_broken", **details), before, line) from None
    if "\0" in text:
        before = text[: text.index("\0")]
        at = offset + len(before.encode(encoding))
        raise _placed(error("nul_byte", offset=at), before, line)
    return text


def _placed(problem: LawkeepError, before: str, line: int) -> LawkeepError:
    """The error at the end of the text before it; a record may have several lines."""
    return problem.at(None, line + before.count("\n"), len(before) - before.rfind("\n"))
