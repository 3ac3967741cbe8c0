"""Errors are public API: a stable code, what happened, why, what to do; English and Chinese.

A room declares its kinds once with `declare(...)`; code raises `error("code", name=value)`.
The catalogue feeds the reference page `docs/reference/errors.md`; a code that the page lacks
fails a test.
"""

from dataclasses import dataclass, field, replace
from typing import Any

# Exit codes, one table for every command (docs/reference/commands.md).
CLEAN, BREACHED, BAD_INPUT, UNDECIDED, BREAK_GLASS, ENVIRONMENT = 0, 1, 2, 3, 4, 5


@dataclass(frozen=True)
class ErrorKind:
    """One kind of error. Texts are `str.format` templates over the error's details."""

    code: str
    en: str
    zh: str
    do_en: str
    do_zh: str
    exit_code: int = BAD_INPUT


@dataclass(frozen=True)
class Location:
    """Where in the input: file name, line and column counted from 1, None if unknown."""

    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.file or "-"]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


CATALOGUE: dict[str, ErrorKind] = {}


class Both(str):
    """A detail that is a sentence: English as the text itself, Chinese in `zh`."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> "Both":
        both = super().__new__(cls, en)
        both.zh = zh
        return both


def declare(
    code: str, en: str, zh: str, do_en: str, do_zh: str, exit_code: int = BAD_INPUT
) -> ErrorKind:
    """Add a kind to the catalogue. A code is declared once and never changes its meaning."""
    if code in CATALOGUE:
        raise ValueError(f"error code {code} declared twice")
    kind = ErrorKind(code, en, zh, do_en, do_zh, exit_code)
    CATALOGUE[code] = kind
    return kind


@dataclass
class LawkeepError(Exception):
    """An error that a user can act on. `str()` is the English text with its place."""

    kind: ErrorKind
    details: dict[str, Any] = field(default_factory=dict)
    location: Location | None = None

    @property
    def code(self) -> str:
        return self.kind.code

    def text(self, language: str = "en") -> str:
        """What happened and why, in `en` or `zh`."""
        return self._filled(self.kind.en, self.kind.zh, language)

    def advice(self, language: str = "en") -> str:
        """What to do, in `en` or `zh`."""
        return self._filled(self.kind.do_en, self.kind.do_zh, language)

    def _filled(self, en: str, zh: str, language: str) -> str:
        if language != "zh":
            return en.format(**self.details)
        details = {k: v.zh if isinstance(v, Both) else v for k, v in self.details.items()}
        return zh.format(**details)

    def at(
        self, file: str | None = None, line: int | None = None, column: int | None = None
    ) -> "LawkeepError":
        """The same error with the parts of the place that it did not know yet."""
        old = self.location or Location()
        return replace(
            self,
            location=Location(
                old.file or file,
                old.line if old.line is not None else line,
                old.column if old.column is not None else column,
            ),
        )

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        return f"{place}{self.text()} {self.advice()} [{self.code}]"


def error(code: str, **details: Any) -> LawkeepError:
    """An error of a declared kind; long or unprintable details are shortened for display."""
    return LawkeepError(CATALOGUE[code], {k: _shown(v) for k, v in details.items()})


def _shown(value: Any) -> Any:
    if isinstance(value, Both):
        return Both(_shown(str(value)), _shown(value.zh))
    if isinstance(value, str):
        clean = "".join(c if c.isprintable() else repr(c)[1:-1] for c in value[:201])
        return clean if len(value) <= 200 else clean[:200] + "…"
    return value


declare(
    "time_without_zone",
    "The time “{value}” has no offset from UTC, so it names no instant.",
    "时间“{value}”没有时区偏移，无法确定具体时刻。",
    "Write it with an offset, such as 2017-08-20T10:05:00+08:00{otherwise}.",
    "请写明时区偏移，例如 2017-08-20T10:05:00+08:00{otherwise}。",
)
declare(
    "time_malformed",
    "“{value}” is not an RFC 3339 time between years 1 and 9999, exact to the microsecond.",
    "“{value}”不是 RFC 3339 时间（公元 1 至 9999 年，精确到微秒）。",
    "Write it like 2017-08-20T10:05:00+08:00.",
    "请写成 2017-08-20T10:05:00+08:00 的形式。",
)
declare(
    "extra_missing",
    "This needs the Python package {package}, which is not installed.",
    "此功能需要 Python 包 {package}，当前未安装。",
    "Install it with `pip install 'lawkeep[{extra}]'`.",
    "请运行 pip install 'lawkeep[{extra}]' 安装。",
    ENVIRONMENT,
)
