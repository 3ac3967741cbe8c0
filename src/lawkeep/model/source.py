"""YAML that people write (packs, mappings, operator.yaml), read with places for errors.

YAML 1.2 core scalars only: `no` is a text, `12:30` is a text, a date is a text. Anchors and
aliases are refused: they add nothing here and make a small file explode. A key twice is refused.
"""

import re
from typing import Any, TypeVar

import msgspec
import yaml

from lawkeep.model.errors import Both, LawkeepError, declare, error
from lawkeep.model.refusals import refusal

MAX_CHARACTERS = 4_000_000
MAX_DEPTH = 40

declare(
    "yaml_malformed",
    "This is not YAML: {problem}.",
    "无法解析为 YAML：{problem}。",
    "Mend the file at the place named.",
    "请在指出的位置修正文件。",
)
declare(
    "yaml_refused",
    "{problem}.",
    "不接受：{problem}。",
    "Write the value out in full; anchors, aliases, tags and repeated keys are not taken.",
    "请完整写出内容；不接受锚点、别名、标签和重复的键。",
)
declare(
    "yaml_value_invalid",
    "{problem}.{near_en}",
    "此处的值不符合要求：{problem}。{near_zh}",
    "See the JSON Schema of this file in docs/reference/schemas.",
    "请参阅 docs/reference/schemas 中该文件的 JSON Schema。",
)

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}", re.ASCII)

Path = tuple[str | int, ...]
T = TypeVar("T")


class Document:
    """Plain values of a YAML text, and where each one stands."""

    def __init__(self, file: str, value: Any, places: dict[Path, tuple[int, int]]) -> None:
        self.file = file
        self.value = value
        self.places = places

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column (from 1) of a value, or of its nearest holder."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def problem(self, text: Both, path: Path = (), near: dict[str, str] | None = None) -> Exception:
        """A `yaml_value_invalid` error at the place of a value."""
        line, column = self.place(path)
        details = near or {"near_en": "", "near_zh": ""}
        return error("yaml_value_invalid", problem=text, **details).at(self.file, line, column)

    def into(self, kind: type[T], path: Path = ()) -> T:
        """The value (at a path) as a msgspec struct. Error: `yaml_value_invalid` with its place."""
        value = self.value
        for step in path:
            value = value[step]
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as problem:
            message, _, where = str(problem).partition(" - at `")
            raise self.problem(refusal(message), path + _path(where.rstrip("`"))) from None


def read_yaml(text: str, file: str) -> Document:
    """Parse one YAML document. Errors: `yaml_malformed`, `yaml_refused`, with place."""
    if len(text) > MAX_CHARACTERS:
        raise error(
            "yaml_refused",
            problem=Both(f"More than {MAX_CHARACTERS} characters", f"超过 {MAX_CHARACTERS} 个字符"),
        ).at(file)
    places: dict[Path, tuple[int, int]] = {}
    try:
        try:
            node = _composed(text, file, _FAST)
        except (yaml.YAMLError, LawkeepError, ValueError, OverflowError):
            # libyaml says less about what is wrong, so the slow reader tells it.
            node = _composed(text, file, yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise error("yaml_malformed", problem=problem.problem or "syntax").at(
            file, *place
        ) from None
    except yaml.reader.ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        raise error("yaml_malformed", problem=f"{problem.reason}").at(file, line) from None
    except (ValueError, OverflowError):
        # PyYAML lets out what int() and chr() say of an endless version number or `\UFFFFFFFF`.
        problem_text = Both("a number or an escape out of range", "数字或转义字符超出范围")
        raise error("yaml_malformed", problem=problem_text).at(file) from None
    value = None if node is None else _build(node, (), places, file)
    return Document(file, value, places)


# libyaml, where PyYAML was built with it (all published wheels are): eight times as fast.
_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _composed(text: str, file: str, loader: Any) -> yaml.Node | None:
    _refuse(text, file, loader)
    return yaml.compose(text, Loader=loader)


def _refuse(text: str, file: str, loader: Any) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        mark = event.start_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise error("yaml_refused", problem=Both("An anchor or alias", "使用了锚点或别名")).at(
                file, *place
            )
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            raise error("yaml_refused", problem=Both(f"The tag {tag}", f"使用了标签 {tag}")).at(
                file, *place
            )
        value = getattr(event, "value", "")
        if not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value):
            raise error(
                "yaml_refused",
                problem=Both(
                    "Half a surrogate pair, which is no character", "含有半个代理对，不是字符"
                ),
            ).at(file, *place)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise error(
                "yaml_refused",
                problem=Both(f"Nested deeper than {MAX_DEPTH}", f"嵌套超过 {MAX_DEPTH} 层"),
            ).at(file, *place)


def _build(node: yaml.Node, path: Path, places: dict[Path, tuple[int, int]], file: str) -> Any:
    places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, i), places, file) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key, child in node.value:
            place = (key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, yaml.ScalarNode):
                raise error(
                    "yaml_refused", problem=Both("A key that is not a text", "键不是文本")
                ).at(file, *place)
            if key.value in values:
                problem = Both(f"The key “{key.value}” twice", f"键“{key.value}”重复")
                raise error("yaml_refused", problem=problem).at(file, *place)
            values[key.value] = _build(child, (*path, key.value), places, file)
        return values
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:  # quoted or block: always a text; libyaml gives a plain scalar an empty style
        return text
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _path(text: str) -> Path:
    """msgspec's `$.duties[0].within` as steps; `[...]` (a map key) ends the path."""
    steps: list[str | int] = []
    for name, index in re.findall(r"\.([^.\[\]]+)|\[([^\]]*)\]", text.removeprefix("$")):
        if name:
            steps.append(name)
        elif index.isdigit():
            steps.append(int(index))
        else:
            break
    return tuple(steps)
