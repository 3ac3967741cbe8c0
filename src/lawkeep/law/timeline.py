"""Example timelines of duties: a few lines of text that become events.

    as of 2017-09-01
    2017-08-20 10:00  content.known_unlawful  content=c1 source=complaint
    2017-08-20 10:05  content.stopped         content=c1

Times are law time of the pack. `name=value` is a key of the type, else a data field of it, else
any kind of key; `key.` and `data.` force one. Header lines: `as of`, `roles`, `since`, `covered`.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lawkeep.model.errors import declare, error
from lawkeep.model.event import Event
from lawkeep.model.time import format_instant, to_instant
from lawkeep.model.vocabulary import ALL_KEYS, FactType, Vocabulary

declare(
    "timeline_malformed",
    "This line of an example is not understood: “{line}” ({problem}).",
    "无法理解示例中的这一行：“{line}”（{problem}）。",
    "Write it like: 2017-08-20 10:00  content.stopped  content=c1.",
    "请写成：2017-08-20 10:00  content.stopped  content=c1。",
)

OPERATOR = "example"
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s+(\S+)\s*(.*)")
_PAIR = re.compile(r"([a-z._]+)=(\[[^\]]*\]|\"[^\"]*\"|\S+)")
_DEFAULT_REACH = timedelta(days=3 * 365)


@dataclass(frozen=True)
class Timeline:
    """Events of an example, with who the operator is and what is covered among them."""

    events: tuple[Event, ...]
    as_of: int


def read_timeline(
    text: str, vocabulary: Vocabulary, zone: str, roles: list[str], jurisdiction: str = "cn"
) -> Timeline:
    """The events of an example. Error: `timeline_malformed`, or those of an event."""
    where = ZoneInfo(zone)
    events: list[Event] = []
    as_of: int | None = None
    since: str | None = None
    covered: list[dict[str, Any]] = []
    last = datetime(2000, 1, 1, tzinfo=where)
    for number, line in enumerate((raw.strip() for raw in text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match:
            moment = _moment(f"{match[1]}T{match[2]}", where, line)
            last = max(last, moment)
            events.append(_event(number, moment, match[3], match[4], vocabulary, where, line))
        elif line.startswith("as of "):
            as_of = to_instant(_moment(line[6:].strip().replace(" ", "T"), where, line))
        elif line.startswith("roles "):
            roles = [r.strip() for r in line[6:].split(",")]
        elif line.startswith("since "):
            since = format_instant(to_instant(_moment(line[6:].strip(), where, line)))
        elif line.startswith("covered "):
            covered.append(_covered(line[8:].split(), where, line))
        else:
            raise error("timeline_malformed", line=line, problem="no time or header")
    if as_of is None:
        as_of = to_instant(last + _DEFAULT_REACH)
    profile = {"roles": roles, "jurisdictions": [jurisdiction]} | (
        {"since": since} if since else {}
    )
    meta = [("operator.profiled", profile)]
    meta += [("records.covered", c) for c in covered or [{"types": ["*"]}]]
    about = [
        vocabulary.event(
            {
                "id": f"about-{index}",
                "type": name,
                "occurred_at": format_instant(to_instant(last)),
                "operator": OPERATOR,
                "data": data,
            }
        )
        for index, (name, data) in enumerate(meta)
    ]
    return Timeline((*about, *events), as_of)


def _moment(text: str, zone: ZoneInfo, line: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise error("timeline_malformed", line=line, problem=str(problem)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _covered(words: list[str], zone: ZoneInfo, line: str) -> dict[str, Any]:
    data: dict[str, Any] = {"types": []}
    while words:
        word = words.pop(0)
        if word in ("from", "until") and words:
            data[word] = format_instant(to_instant(_moment(words.pop(0), zone, line)))
        else:
            data["types"].append(word.rstrip(","))
    return data


def _event(
    number: int,
    moment: datetime,
    name: str,
    rest: str,
    vocabulary: Vocabulary,
    zone: ZoneInfo,
    line: str,
) -> Event:
    kind = vocabulary[name]
    raw: dict[str, Any] = {
        "id": f"line-{number:02d}",
        "type": name,
        "occurred_at": format_instant(to_instant(moment)),
        "operator": OPERATOR,
        "keys": {},
        "data": {},
    }
    left = _PAIR.sub("", rest).strip()
    if left:
        raise error("timeline_malformed", line=line, problem=f"“{left}” is not name=value")
    for word, text in _PAIR.findall(rest):
        value = text.strip('"')
        if word in ("recorded", "id", "corrects"):
            moment_text = word == "recorded"
            raw[f"{word}_at" if moment_text else word] = (
                format_instant(to_instant(_moment(value, zone, line))) if moment_text else value
            )
        elif word.startswith("key."):
            raw["keys"][word[4:]] = value
        elif not word.startswith("data.") and (
            word in kind.key_names or (word not in kind.fields and word in ALL_KEYS)
        ):
            raw["keys"][word] = value
        else:
            plain = word.removeprefix("data.")
            raw["data"][plain] = _value(kind, plain, value, zone, line)
    return vocabulary.event(raw)


def _value(kind: FactType, name: str, text: str, zone: ZoneInfo, line: str) -> Any:
    """The text as the field takes it; a time in law time becomes one with its offset."""
    if name in kind.times:
        return format_instant(to_instant(_moment(text, zone, line)))
    if text.startswith("["):
        return [part.strip() for part in text[1:-1].split(",") if part.strip()]
    if name not in kind.fields:
        return text
    info = msgspec.inspect.type_info(kind.data)
    assert isinstance(info, msgspec.inspect.StructType)
    declared = next(f for f in info.fields if f.encode_name == name)
    for word, value in (("true", True), ("false", False)):
        if text == word and "Bool" in repr(declared.type):
            return value
    if "IntType" in repr(declared.type) or "FloatType" in repr(declared.type):
        try:
            return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
        except ValueError:
            return text
    return text
