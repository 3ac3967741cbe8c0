"""YAML of people into structs, with the nearest known name for a name that is not known."""

from typing import Any, TypeVar

from msgspec import inspect

from lawkeep.model.errors import Both
from lawkeep.model.source import Document
from lawkeep.model.vocabulary import nearest

T = TypeVar("T")
Path = tuple[str | int, ...]


def decoded(document: Document, kind: type[T], path: Path = ()) -> T:
    """The value at a path as a struct. Error: `yaml_value_invalid` at the file, line and column."""
    value = document.value
    for step in path:
        value = value[step]
    _check_names(document, value, inspect.type_info(kind), path)
    return document.into(kind, path)


def _check_names(document: Document, value: Any, kind: inspect.Type, path: Path) -> None:
    if isinstance(kind, inspect.UnionType):
        kind = _member(value, kind)
    if isinstance(value, dict):
        if isinstance(kind, inspect.StructType):
            fields = {field.encode_name: field.type for field in kind.fields}
            for name, child in value.items():
                if name not in fields:
                    known = ", ".join(fields)
                    problem = Both(
                        f"“{name}” is not known here; known are {known}",
                        f"“{name}”不是此处的字段；可用字段：{known}",
                    )
                    raise document.problem(problem, (*path, name), nearest(name, fields))
                _check_names(document, child, fields[name], (*path, name))
        elif isinstance(kind, inspect.DictType):
            for name, child in value.items():
                _check_names(document, child, kind.value_type, (*path, name))
    elif isinstance(value, list) and isinstance(
        kind, inspect.ListType | inspect.VarTupleType | inspect.FrozenSetType
    ):
        for index, child in enumerate(value):
            _check_names(document, child, kind.item_type, (*path, index))


def _member(value: Any, union: inspect.UnionType) -> inspect.Type:
    wanted: tuple[type, ...] = ()
    if isinstance(value, dict):
        wanted = (inspect.StructType, inspect.DictType)
    elif isinstance(value, list):
        wanted = (inspect.ListType, inspect.VarTupleType)
    return next((m for m in union.types if isinstance(m, wanted)), inspect.AnyType())


__all__ = ["decoded"]
