"""The written form of a mapping: how the rows of a file become events.

Read by `load_mappings` from YAML with places; the meaning of each field is in
docs/reference/mapping.md. There is no way to hash a value: a plain digest of a name, a telephone
or an identity number is found by trying all of them, so it would be the personal data itself.
Give such a thing a random id in the system it comes from.
"""

from typing import Literal

import msgspec

from lawkeep.ingest.cells import text_of
from lawkeep.ingest.decode import Path, decoded
from lawkeep.model.errors import Both
from lawkeep.model.source import Document, read_yaml

Format = Literal["csv", "tsv", "jsonl", "xlsx", "parquet", "xes", "ocel"]
As = Literal["text", "int", "float", "bool", "list", "time", "json"]
Scalar = str | int | float | bool | None
Fold = Literal["earlier", "later"]


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is written by hand: a name that is not known is refused."""


class Value(Form, frozen=True, kw_only=True):
    """Where a value comes from. Exactly one of `column` and `constant`.

    `map`: word to value; a word that is not in it takes `default`, without one it is an error.
    `empty`: the value of an empty cell, which is left out otherwise. `prefix`: put before the text.
    `as`: conversion; without it the type of the event's own field decides. `separator`: of the
    parts of a list. `format`, `zone`, `fold`: for times.
    """

    column: str | None = None
    constant: Scalar | list[Scalar] | msgspec.UnsetType = msgspec.UNSET
    map: dict[str, Scalar | list[Scalar]] | None = None
    default: Scalar | list[Scalar] | msgspec.UnsetType = msgspec.UNSET
    empty: Scalar | list[Scalar] | msgspec.UnsetType = msgspec.UNSET
    prefix: str = ""
    as_: As | None = msgspec.field(default=None, name="as")
    separator: str = ";"
    format: str | list[str] = "iso"
    zone: str | None = None
    fold: Fold | None = None


class When(Form, frozen=True, kw_only=True):
    """A condition on a row, over the text of one column; one test, or several that all hold."""

    column: str
    equals: str | int | float | bool | msgspec.UnsetType = msgspec.UNSET
    in_: list[str | int | float | bool] | msgspec.UnsetType = msgspec.field(
        default=msgspec.UNSET, name="in"
    )
    not_in: list[str | int | float | bool] | msgspec.UnsetType = msgspec.UNSET
    empty: bool | msgspec.UnsetType = msgspec.UNSET


class TimeOf(Form, frozen=True, kw_only=True):
    """When: one column, or a date column and a time column whose texts are joined by a space.

    `format`: `iso`, `epoch_s`, `epoch_ms`, `epoch_us`, `excel`, or a strptime pattern; a list is
    tried in order.
    """

    column: str | None = None
    columns: list[str] | None = None
    constant: str | None = None
    format: str | list[str] = "iso"
    zone: str | None = None
    fold: Fold | None = None


class EventOf(Form, frozen=True, kw_only=True):
    """One event that a row makes, when all conditions hold."""

    type: str | Value
    occurred_at: str | TimeOf
    recorded_at: str | TimeOf | None = None
    when: When | list[When] = []
    id: str | Value | None = None
    keys: dict[str, str | Value] = {}
    data: dict[str, str | Value] = {}
    evidence: str | Value | None = None
    actor: str | Value | None = None
    corrects: str | Value | None = None


class Covers(Form, frozen=True, kw_only=True):
    """For these types the records are complete from a day or instant until another, both in."""

    types: list[str]
    from_: str | None = msgspec.field(default=None, name="from")
    until: str | None = None
    by: str | None = None


class Mapping(Form, frozen=True, kw_only=True):
    """How one file, or several of one kind, become events."""

    file: str | None = None
    files: str | None = None
    format: Format | None = None
    encoding: str = "auto"
    delimiter: str | None = None
    header_row: int = 1
    sheet: str | None = None
    zone: str | None = None
    fold: Fold | None = None
    source: str | None = None
    operator: str | None = None
    null_values: list[str | int | float | None] = []
    trim: bool = True
    events: list[EventOf]
    covers: list[Covers] = []


class MappingList(Form, frozen=True, kw_only=True):
    """Several mappings in one file."""

    sources: list[Mapping]


class Placed(msgspec.Struct, frozen=True):
    """A mapping with the document and path that it was read from, for errors about it."""

    mapping: Mapping
    document: Document
    path: Path = ()

    def problem(self, text: Both, *path: str | int) -> Exception:
        """A `yaml_value_invalid` error at a place inside the mapping."""
        return self.document.problem(text, self.path + path)


def load_mappings(text: str, file: str) -> list[Placed]:
    """The mappings of a YAML text: one at the top, or a list under `sources`.

    Errors: `yaml_malformed`, `yaml_refused`, `yaml_value_invalid`, with file, line and column.
    """
    document = read_yaml(text, file)
    if isinstance(document.value, dict) and "sources" in document.value:
        found = decoded(document, MappingList).sources
        placed = [Placed(m, document, ("sources", i)) for i, m in enumerate(found)]
    else:
        placed = [Placed(decoded(document, Mapping), document)]
    for one in placed:
        _check(one)
    return placed


def separator_of(mapping: Mapping) -> str | None:
    """The delimiter as a character: `\\t` and `tab` are written for a tab."""
    return "\t" if mapping.delimiter in ("\\t", "tab") else mapping.delimiter


def null_words(mapping: Mapping) -> frozenset[str]:
    """Texts of cells that hold nothing. An unquoted NULL in YAML is no text: all its forms."""
    words = {""}
    for word in mapping.null_values:
        words |= {"null", "Null", "NULL", "~"} if word is None else {text_of(word)}
    return frozenset(words)


def _check(placed: Placed) -> None:
    mapping = placed.mapping
    if mapping.file is not None and mapping.files is not None:
        raise placed.problem(
            Both("`file` and `files` exclude each other", "file 与 files 只能写一个"), "files"
        )
    if not mapping.events:
        raise placed.problem(
            Both(
                "`events` is empty, so no row would make an event",
                "events 为空，任何行都不会产生事件",
            ),
            "events",
        )
    if not 0 <= mapping.header_row <= 1000:
        raise placed.problem(
            Both("`header_row` must be 0 to 1000", "header_row 应为 0 至 1000"), "header_row"
        )
    delimiter = separator_of(mapping)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise placed.problem(
            Both(
                "`delimiter` must be one character, not a quote",
                "delimiter 应为一个字符，且不是引号",
            ),
            "delimiter",
        )
    for index, event in enumerate(mapping.events):
        for name in ("occurred_at", "recorded_at"):
            time = getattr(event, name)
            if isinstance(time, TimeOf):
                given = sum(x is not None for x in (time.column, time.columns, time.constant))
                if given != 1:
                    problem = Both(
                        f"`{name}` takes exactly one of column, columns, constant",
                        f"{name} 应在 column、columns、constant 中写且只写一个",
                    )
                    raise placed.problem(problem, "events", index, name)
                if time.columns is not None and not 1 <= len(time.columns) <= 4:
                    raise placed.problem(
                        Both("`columns` takes 1 to 4", "columns 应有 1 至 4 项"),
                        "events",
                        index,
                        name,
                    )
        for path, value in _values(event):
            constant = value.constant is not msgspec.UNSET
            if (value.column is None) == (not constant):
                problem = Both(
                    "exactly one of `column` and `constant` is needed",
                    "应在 column 与 constant 中写且只写一个",
                )
                raise placed.problem(problem, "events", index, *path)
            if not value.separator:
                raise placed.problem(
                    Both("`separator` is empty", "separator 为空"), "events", index, *path
                )


def _values(event: EventOf) -> list[tuple[tuple[str, ...], Value]]:
    named: list[tuple[tuple[str, ...], object]] = [
        (("type",), event.type),
        (("id",), event.id),
        (("evidence",), event.evidence),
        (("actor",), event.actor),
        (("corrects",), event.corrects),
    ]
    named += [(("keys", name), value) for name, value in event.keys.items()]
    named += [(("data", name), value) for name, value in event.data.items()]
    return [(path, value) for path, value in named if isinstance(value, Value)]
