"""One cell of a record to one value of an event: text, number, truth, list, JSON."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from msgspec import inspect

from lawkeep.ingest.rows import canonical
from lawkeep.ingest.strictjson import parse_json
from lawkeep.model.errors import Both, LawkeepError, error
from lawkeep.model.vocabulary import FactType

Convert = Callable[[Any], Any]

MAX_INT = 2**63
_INT = re.compile(r"[-+]?\d{1,19}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][-+]?\d{1,3})?", re.ASCII)
_TRUE = {"true", "1", "yes", "y", "t", "是", "有"}
_FALSE = {"false", "0", "no", "n", "f", "否", "无"}


def text_of(value: Any) -> str:
    """The text of a cell. Whole numbers have no `.0`: workbooks hold ids as floats."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def to_int(value: Any) -> int:
    """A whole number of at most 64 bits. Raises `ValueError`."""
    text = text_of(value)
    if isinstance(value, bool) or not _INT.fullmatch(text) or abs(int(text)) >= MAX_INT:
        raise ValueError
    return int(text)


def to_float(value: Any) -> float:
    """A finite decimal number. Raises `ValueError`."""
    text = text_of(value)
    if isinstance(value, bool) or not _FLOAT.fullmatch(text):
        raise ValueError
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def to_bool(value: Any) -> bool:
    """One of the usual words for yes and no. Raises `ValueError`."""
    word = text_of(value).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError


def to_json(value: Any) -> Any:
    """JSON in a text, or a value that has structure already, as plain JSON values."""
    try:
        return parse_json(value if isinstance(value, str) else canonical(value).decode())
    except LawkeepError:
        raise ValueError from None


def to_list(separator: str) -> Convert:
    """The trimmed, non-empty parts of a text; a list is taken as texts."""

    def convert(value: Any) -> list[str]:
        if isinstance(value, list | tuple):
            return [text_of(item) for item in value]
        parts = (part.strip() for part in text_of(value).split(separator))
        return [part for part in parts if part]

    return convert


KINDS: dict[str, tuple[Convert, str]] = {
    "text": (text_of, "text"),
    "int": (to_int, Both("a whole number", "整数")),
    "float": (to_float, Both("a number", "数字")),
    "bool": (
        to_bool,
        Both("one of true/false, yes/no, 1/0, 是/否", "true/false、yes/no、1/0、是/否之一"),
    ),
    "json": (to_json, "JSON"),
}


def checked(convert: Convert, kind: str, field: str) -> Convert:
    """A conversion whose failure is `row_value_unconvertible`."""

    def call(value: Any) -> Any:
        try:
            return convert(value)
        except ValueError:
            raise error(
                "row_value_unconvertible", value=text_of(value), field=field, kind=kind
            ) from None

    return call


def natural_kind(kind: FactType, field: str) -> str:
    """The conversion that a data field asks for by its own type."""
    if field in kind.times:
        return "time"
    info = inspect.type_info(kind.data)
    assert isinstance(info, inspect.StructType)
    found = next((f.type for f in info.fields if f.encode_name == field), inspect.AnyType())
    return _kind(found)


def _kind(found: inspect.Type) -> str:
    while isinstance(found, inspect.Metadata):
        found = found.type
    if isinstance(found, inspect.UnionType):
        rest = {_kind(t) for t in found.types if not isinstance(t, inspect.NoneType)}
        return rest.pop() if len(rest) == 1 else "text"
    if isinstance(found, inspect.IntType):
        return "int"
    if isinstance(found, inspect.FloatType):
        return "float"
    if isinstance(found, inspect.BoolType):
        return "bool"
    if isinstance(found, inspect.ListType | inspect.VarTupleType | inspect.FrozenSetType):
        return "list" if _kind(found.item_type) == "text" else "json"
    if isinstance(found, inspect.StructType | inspect.DictType):
        return "json"
    return "text"
