"""The vocabulary: each event type with its keys and data fields, and the check of an event.

A room declares a type once, in its `facts.py`:

    @fact("content.stopped", keys="content", en="Stopped", zh="已停止传输")
    class ContentStopped(Fact, frozen=True):
        \"\"\"Transmission of the content was stopped.\"\"\"
        scope: str | None = None

`keys` reads like the reference page: `subject, service (agent)`; `product or system` for
alternatives; parentheses for keys that are usually absent.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from lawkeep.model.errors import Both, declare, error
from lawkeep.model.event import MAX_ID, MAX_KEY, Event, as_json, encode
from lawkeep.model.refusals import refusal
from lawkeep.model.time import TIME_PATTERN, format_instant, parse_instant

KEY_KINDS = [
    "subject",
    "service",
    "agent",
    "filing",
    "domain",
    "content",
    "complaint",
    "product",
    "release",
    "vulnerability",
    "system",
    "stream",
    "incident",
    "item",
    "processor",
    "number",
    "line",
    "call",
    "device",
    "card",
    "order",
    "request",
    "case",
    "penalty",
    "check",
    "grant",
    "gate",
]
# Role names for a second key of a kind in one event.
KEY_ROLES = {"original": "content", "upstream": "product", "principal": "subject"}
MAX_NOTE = 1000
"""Most characters of `actor`, `source` and `corrects`."""

ALL_KEYS = frozenset(KEY_KINDS) | frozenset(KEY_ROLES)

Time = Annotated[
    str,
    msgspec.Meta(
        extra={"time": True}, extra_json_schema={"format": "date-time", "pattern": TIME_PATTERN}
    ),
]
"""A data field that holds an instant: RFC 3339 with an offset, stored canonical."""

declare(
    "event_type_unknown",
    "There is no event type “{type}”.{near_en}",
    "没有事件类型“{type}”。{near_zh}",
    "See `lawkeep events list`.",
    "请查看 lawkeep events list。",
)
declare(
    "event_field_unknown",
    "{type} has no field “{field}”.{near_en}",
    "{type} 没有字段“{field}”。{near_zh}",
    "See `lawkeep events schema {type}`.",
    "请查看 lawkeep events schema {type}。",
)
declare(
    "event_key_unknown",
    "“{key}” is not a kind of key.{near_en}",
    "“{key}”不是键的种类。{near_zh}",
    "See `lawkeep events list` for the kinds of key.",
    "键的种类请查看 lawkeep events list。",
)
declare(
    "event_keys_missing",
    "{type} names none of its keys ({keys}), so no duty can be matched to it.",
    "{type} 没有给出任何一个键（{keys}），无法与义务对应。",
    "Give at least one of them.",
    "请至少给出其中一个。",
)
declare(
    "event_keys_ambiguous",
    "{type} takes {alternatives}: exactly one, not several.",
    "{type} 的键为 {alternatives}，只能给出其中一个。",
    "Write one event for each.",
    "请分别写成不同的事件。",
)
declare(
    "event_value_invalid",
    "{type}: {problem}",
    "事件 {type} 不符合要求：{problem}",
    "See `lawkeep events schema {type}` for what the field takes.",
    "字段允许的值请查看 lawkeep events schema {type}。",
)


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the data of an event type. Every field is optional: what is not known is left out."""


@dataclass(frozen=True)
class FactType:
    """A declared event type. `keys`: alternatives by position, each with whether usually present.

    `times`: data fields that hold an instant. `title`: `en`, `zh` for screens.
    """

    name: str
    data: type[Fact]
    keys: tuple[tuple[tuple[str, ...], bool], ...]
    title: dict[str, str]
    doc: str
    times: frozenset[str]
    fields: tuple[str, ...]

    @property
    def key_names(self) -> tuple[str, ...]:
        return tuple(name for group, _ in self.keys for name in group)

    @property
    def keys_text(self) -> str:
        """As the reference page writes them: `subject, service (agent)`."""
        usual = ", ".join(" or ".join(group) for group, usual in self.keys if usual)
        rest = ", ".join(" or ".join(group) for group, usual in self.keys if not usual)
        return f"{usual} ({rest})".strip() if rest else usual


DECLARED: dict[str, FactType] = {}


def _parse_keys(text: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """`domain (subject, filing)` as groups of alternatives, each with whether usually present."""
    groups = []
    usually, _, sometimes = text.partition("(")
    for usual, part in ((True, usually), (False, sometimes.rstrip(") "))):
        for group in filter(None, (item.strip() for item in part.split(","))):
            names = tuple(group.split(" or "))
            for name in names:
                if name not in ALL_KEYS:
                    raise ValueError(f"unknown kind of key {name!r}")
            groups.append((names, usual))
    return tuple(groups)


def fact(name: str, *, keys: str = "", en: str, zh: str) -> Any:
    """Class decorator: declare an event type. A second name for the same data is a second call."""

    def declared(cls: type[Fact]) -> type[Fact]:
        if name in DECLARED and DECLARED[name].data is not cls:
            raise ValueError(f"event type {name} declared twice")
        info = msgspec.inspect.type_info(cls)
        assert isinstance(info, msgspec.inspect.StructType)
        times = frozenset(f.encode_name for f in info.fields if "'time': True" in repr(f.type))
        DECLARED[name] = FactType(
            name,
            cls,
            _parse_keys(keys),
            {"en": en, "zh": zh},
            (cls.__doc__ or "").strip(),
            times,
            tuple(f.encode_name for f in info.fields),
        )
        return cls

    return declared


def nearest(word: str, words: Iterable[str]) -> dict[str, str]:
    """Details `near_en`, `near_zh` that name the closest known word, or nothing."""
    close = difflib.get_close_matches(word, list(words), 1, 0.6)
    if not close:
        return {"near_en": "", "near_zh": ""}
    return {"near_en": f" Did you mean “{close[0]}”?", "near_zh": f"是否为“{close[0]}”？"}


class Vocabulary:
    """The event types of the rooms that were put together. Checks and normalises events."""

    def __init__(self, types: Iterable[FactType]) -> None:
        self.types = {t.name: t for t in types}

    def __getitem__(self, name: str) -> FactType:
        found = self.types.get(name)
        if found is None:
            raise error("event_type_unknown", type=name, **nearest(name, self.types))
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.types

    def matching(self, pattern: str) -> list[str]:
        """Type names of a pattern: a name, `content.*` or `*`. Error: `event_type_unknown`."""
        if pattern == "*":
            return list(self.types)
        if pattern.endswith(".*"):
            names = [n for n in self.types if n.startswith(pattern[:-1])]
            if names:
                return names
        return [self[pattern].name]

    def check(self, event: Event) -> Event:
        """The event with canonical data, or the first error in it.

        Errors: `event_type_unknown`, `event_field_unknown`, `event_key_unknown`,
        `event_keys_missing`, `event_keys_ambiguous`, `event_value_invalid`,
        `event_too_large`, `time_without_zone`, `time_malformed`.
        """
        kind = self[event.type]
        self._check_envelope(event, kind)
        self._check_keys(event, kind)
        data = self._checked_data(event.data, kind)
        if data != event.data:
            event = msgspec.structs.replace(event, data=data)
        try:
            encode(event)
        except UnicodeEncodeError:
            problem = Both(
                "a text has half a surrogate pair, which is not a Unicode character",
                "文本中含有半个代理对，不是 Unicode 字符",
            )
            raise error("event_value_invalid", type=kind.name, problem=problem) from None
        return event

    def event(self, raw: dict[str, Any], *, now: int | None = None) -> Event:
        """An event from its JSON values. `recorded_at` defaults to `now`, else `occurred_at`.

        Errors: those of `check`, and `event_value_invalid` for a malformed envelope.
        """
        kind_name = raw.get("type")
        if not isinstance(kind_name, str):
            missing = Both("`type` is missing or not a text", "缺少 `type` 或其不是文本")
            raise error("event_value_invalid", type="event", problem=missing)
        kind_name = self[kind_name].name
        for name in raw:
            if name not in _ENVELOPE:
                raise error(
                    "event_field_unknown", type="event", field=name, **nearest(name, _ENVELOPE)
                )
        values = dict(raw)
        for name in ("occurred_at", "recorded_at"):
            if isinstance(values.get(name), str):
                values[name] = parse_instant(values[name])
            elif values.get(name) is not None:
                must = Both(f"`{name}` must be text", f"`{name}` 必须是文本")
                raise error("event_value_invalid", type=kind_name, problem=must)
        if values.get("recorded_at") is None and values.get("occurred_at") is not None:
            values["recorded_at"] = values["occurred_at"] if now is None else now
        for name in ("keys", "data", "evidence"):
            if values.get(name) is None:
                values.pop(name, None)
        try:
            event = msgspec.convert(values, Event)
        except msgspec.ValidationError as problem:
            raise error(
                "event_value_invalid", type=kind_name, problem=refusal(str(problem))
            ) from None
        return self.check(event)

    def _check_envelope(self, event: Event, kind: FactType) -> None:
        texts = [("id", event.id, MAX_ID), ("operator", event.operator, MAX_KEY)]
        texts += [(f"keys.{k}", v, MAX_KEY) for k, v in event.keys.items()]
        texts += [(n, getattr(event, n) or "-", MAX_NOTE) for n in ("actor", "source", "corrects")]
        for name, text, limit in texts:
            if not text or len(text) > limit or "\x00" in text:
                problem = Both(
                    f"`{name}` must have 1 to {limit} characters and no NUL",
                    f"`{name}` 须为 1 至 {limit} 个字符，且不含 NUL",
                )
                raise error("event_value_invalid", type=kind.name, problem=problem)
        for digest in event.evidence:
            if not (digest.startswith("sha256:") and _is_hex(digest[7:])):
                shown = digest[:80]
                problem = Both(
                    f"evidence “{shown}” is not `sha256:` and 64 lower-case hex digits",
                    f"证据“{shown}”不是 `sha256:` 加 64 位小写十六进制数字",
                )
                raise error("event_value_invalid", type=kind.name, problem=problem)

    def _check_keys(self, event: Event, kind: FactType) -> None:
        for key in event.keys:
            if key not in ALL_KEYS:
                raise error("event_key_unknown", key=key, **nearest(key, ALL_KEYS))
        if kind.keys and not any(name in event.keys for name in kind.key_names):
            raise error("event_keys_missing", type=kind.name, keys=kind.keys_text)
        for group, usual in kind.keys:
            if usual and sum(name in event.keys for name in group) > 1:
                raise error("event_keys_ambiguous", type=kind.name, alternatives=" or ".join(group))

    def _checked_data(self, data: dict[str, Any], kind: FactType) -> dict[str, Any]:
        for name in data:
            if name not in kind.fields:
                raise error(
                    "event_field_unknown", type=kind.name, field=name, **nearest(name, kind.fields)
                )
        values = {name: _plain(value) for name, value in data.items() if value is not None}
        try:
            msgspec.convert(values, kind.data)
        except msgspec.ValidationError as problem:
            raise error(
                "event_value_invalid", type=kind.name, problem=refusal(str(problem))
            ) from None
        for name, value in values.items():
            if _has_nul(value):
                told = Both(f"`{name}` must have no NUL", f"`{name}` 不得含有 NUL")
                raise error("event_value_invalid", type=kind.name, problem=told)
        for name in kind.times & values.keys():
            values[name] = format_instant(parse_instant(values[name]))
        return values

    def typed(self, event: Event) -> Fact:
        """The data of a checked event as its struct."""
        return msgspec.convert(event.data, self[event.type].data)


_ENVELOPE = tuple(Event.__struct_fields__)


def _plain(value: Any) -> Any:
    """Tuples as lists, so that an event equals the one read back from its bytes."""
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _has_nul(value: Any) -> bool:
    """Whether a checked value holds a NUL, which PostgreSQL and C readers cannot keep."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(item) for pair in value.items() for item in pair)
    return isinstance(value, list) and any(_has_nul(item) for item in value)


def _is_hex(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)


__all__ = ["ALL_KEYS", "DECLARED", "Fact", "FactType", "Time", "Vocabulary", "as_json", "fact"]
