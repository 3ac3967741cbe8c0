"""What msgspec says of a value that does not fit, in both languages.

Its messages are English only. A message of an unknown form stays English in both.
"""

import re

from lawkeep.model.errors import Both

_WORDS = {
    "str": "文本",
    "int": "整数",
    "float": "数值",
    "bool": "布尔值",
    "array": "列表",
    "object": "对象",
    "null": "空值",
}
_LIMITS = {">=": "不小于", "<=": "不大于", ">": "大于", "<": "小于"}

_FORMS = [
    (r"Expected `(?P<a>[^`]+)`, got `(?P<b>[^`]+)`", "应为{a}，实际为{b}"),
    (r"Expected `(?P<a>[^`]+)` of length (?P<op>[<>]=?) (?P<n>\d+)", "{a}的长度应{op} {n}"),
    (r"Expected `(?P<a>[^`]+)` (?P<op>[<>]=?) (?P<n>\S+)", "{a}应{op} {n}"),
    (r"Expected `(?P<a>[^`]+)` matching regex (?P<v>.+)", "{a}应符合正则表达式 {v}"),
    (r"Invalid enum value (?P<v>.+)", "{v} 不在允许的取值之内"),
    (r"Invalid value (?P<v>.+)", "{v} 不是允许的值"),
    (r"Object missing required field `(?P<v>[^`]+)`", "缺少必需的字段 `{v}`"),
    (r"Object contains unknown field `(?P<v>[^`]+)`", "含有未知的字段 `{v}`"),
]


def refusal(message: str) -> Both:
    """A `msgspec.ValidationError` message, with or without ` - at `$.place``, in both languages."""
    said, dash, place = message.partition(" - at ")
    for form, chinese in _FORMS:
        match = re.fullmatch(form, said, re.DOTALL)
        if match:
            parts = match.groupdict()
            for name in ("a", "b"):
                if name in parts:
                    parts[name] = "或".join(_WORDS.get(w, w) for w in parts[name].split(" | "))
            if "op" in parts:
                parts["op"] = _LIMITS[parts["op"]]
            where = f"（位置：{place}）" if dash else ""
            return Both(message, chinese.format(**parts) + where)
    return Both(message, message)
