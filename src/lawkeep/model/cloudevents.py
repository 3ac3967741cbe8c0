"""CloudEvents 1.0, JSON structured mode: in and out without a mapping, and back unchanged.

| CloudEvents | Lawkeep |
| --- | --- |
| `id` | `id` |
| `type` | `lawkeep.` and `type` |
| `source` | `operator` |
| `time`, extension `recordedtime` | `occurred_at`, `recorded_at` |
| `data` | an object of `keys`, `data`, `evidence` |
| extensions `lkactor`, `lkorigin`, `lkcorrects` | `actor`, `source`, `corrects` |

A batch is an array of these. Other attributes (`subject`, `dataschema`, what a broker adds) say
how the event travelled, not what happened, and are left out.
"""

from typing import Any

from lawkeep.model.errors import LawkeepError, declare, error
from lawkeep.model.event import Event, as_json
from lawkeep.model.vocabulary import nearest

PREFIX = "lawkeep."

_ATTRIBUTES = {
    "id": "id",
    "source": "operator",
    "time": "occurred_at",
    "recordedtime": "recorded_at",
    "lkactor": "actor",
    "lkorigin": "source",
    "lkcorrects": "corrects",
}
_PARTS = ("keys", "data", "evidence")

declare(
    "cloudevent_invalid",
    "This is not a CloudEvent of Lawkeep: {problem_en}.{near_en}",
    "这不是 Lawkeep 的 CloudEvent：{problem_zh}。{near_zh}",
    "Send CloudEvents 1.0 JSON with `type` “lawkeep.” and an event type, `time` with an offset,"
    " `source` naming the operator, and `data` an object of keys, data and evidence.",
    "请发送 CloudEvents 1.0 JSON：type 为“lawkeep.”加事件类型，time 带时区偏移，"
    "source 为运营者，data 为含 keys、data、evidence 的对象。",
)


def is_cloudevent(raw: dict[str, Any]) -> bool:
    """Whether JSON values claim to be a CloudEvent of any version."""
    return "specversion" in raw


def to_cloudevent(event: Event) -> dict[str, Any]:
    """The event as a CloudEvent, as JSON values."""
    fields = as_json(event)
    values = {
        "specversion": "1.0",
        "type": PREFIX + event.type,
        "datacontenttype": "application/json",
    }
    values |= {ours: fields[name] for ours, name in _ATTRIBUTES.items() if name in fields}
    data = {"keys": fields["keys"], "data": fields["data"]}
    if event.evidence:
        data["evidence"] = list(event.evidence)
    return values | {"data": data}


def from_cloudevent(raw: dict[str, Any]) -> dict[str, Any]:
    """The envelope of a CloudEvent, as JSON values for `Vocabulary.event`, which checks the rest.

    Error: `cloudevent_invalid`.
    """
    if raw.get("specversion") != "1.0":
        raise _refused("`specversion` is not “1.0”", "specversion 不是“1.0”")
    kind = raw.get("type")
    if not isinstance(kind, str) or not kind.startswith(PREFIX):
        raise _refused("`type` does not begin with “lawkeep.”", "type 不以“lawkeep.”开头")
    for name in ("id", "source", "time"):
        if not isinstance(raw.get(name), str):
            raise _refused(f"`{name}` is missing or not a text", f"缺少 {name} 或其不是文本")
    media = raw.get("datacontenttype")
    if media is not None and not _is_json(media):
        raise _refused("`datacontenttype` is not JSON", "datacontenttype 不是 JSON")
    if raw.get("data_base64") is not None:
        raise _refused("`data_base64` instead of `data`", "使用了 data_base64 而不是 data")
    # A misspelt extension of ours would lose its value in silence.
    for name in raw:
        if name.startswith("lk") and name not in _ATTRIBUTES:
            near = nearest(name, [known for known in _ATTRIBUTES if known.startswith("lk")])
            raise _refused(f"unknown extension `{name}`", f"未知的扩展属性 {name}", near)
    values = {ours: raw[name] for name, ours in _ATTRIBUTES.items() if raw.get(name) is not None}
    return values | {"type": kind.removeprefix(PREFIX)} | _parts(raw.get("data"))


def _parts(data: Any) -> dict[str, Any]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise _refused("`data` is not an object", "data 不是对象")
    for name in data:
        if name not in _PARTS:
            near = nearest(name, _PARTS)
            raise _refused(f"`data` has a member `{name}`", f"data 含有成员 {name}", near)
    return dict(data)


def _is_json(media: Any) -> bool:
    if not isinstance(media, str):
        return False
    kind = media.partition(";")[0].strip().lower()
    return kind.endswith(("/json", "+json"))


def _refused(en: str, zh: str, near: dict[str, str] | None = None) -> LawkeepError:
    details = near or {"near_en": "", "near_zh": ""}
    return error("cloudevent_invalid", problem_en=en, problem_zh=zh, **details)
