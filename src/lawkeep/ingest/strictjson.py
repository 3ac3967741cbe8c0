"""JSON as RFC 8259 and RFC 7493 (I-JSON) mean it: no key twice, no NaN, no endless numbers.

A reader that keeps the last of two equal keys lets two people see different events in one line.
"""

import json
import math
from typing import Any

from lawkeep.model.errors import Both, error

MAX_DEPTH = 32
_MAX_INT = 2**63


class _RefusedError(ValueError):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _RefusedError(
                    Both(
                        f"the key “{name[:80]}” stands twice in one object",
                        f"键“{name[:80]}”在同一对象中出现两次",
                    )
                )
            seen.add(name)
    return values


def _constant(name: str) -> Any:
    raise _RefusedError(Both(f"{name} is not a number of JSON", f"{name} 不是 JSON 数字"))


def _integer(text: str) -> int:
    if len(text) > 20 or abs(int(text)) >= _MAX_INT:
        raise _RefusedError(
            Both(f"the number {text[:40]} has more than 64 bits", f"数字 {text[:40]} 超过 64 位")
        )
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _RefusedError(Both(f"the number {text[:40]} is too large", f"数字 {text[:40]} 过大"))
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_float
)


def parse_json(text: str) -> Any:
    """The value of one JSON text.

    Errors: `json_malformed` (line and column inside the text), `json_refused`.
    """
    # Most texts cannot be deep; only those with many brackets are counted out.
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise error(
            "json_refused",
            problem=Both(f"nested deeper than {MAX_DEPTH} levels", f"嵌套超过 {MAX_DEPTH} 层"),
        )
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as problem:
        raise error("json_malformed", problem=problem.msg).at(
            None, problem.lineno, problem.colno
        ) from None
    except _RefusedError as problem:
        raise error("json_refused", problem=problem.args[0]) from None
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise error(
                "json_refused", problem=Both("a lone surrogate is not text", "孤立代理不是文本")
            ) from None
    return value


def _depth(text: str) -> int:
    """Deepest nesting, brackets inside texts not counted. Right for valid JSON."""
    deepest = depth = 0
    for index, piece in enumerate(_outside_texts(text)):
        if index % 2 == 0:
            for character in piece:
                if character in "{[":
                    depth += 1
                    deepest = max(deepest, depth)
                elif character in "}]":
                    depth -= 1
    return deepest


def _outside_texts(text: str) -> list[str]:
    return text.replace("\\\\", "").replace('\\"', "").split('"')
