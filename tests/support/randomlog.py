"""Random logs that a given duty has something to say about, from a seed."""

import random
from typing import Any

import msgspec.inspect

from lawkeep.judge.form import Form, compile_duty, compile_states, legs_of, types_of
from lawkeep.judge.sql import form_types
from lawkeep.law.duty import Duty
from lawkeep.law.pack import Pack
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from lawkeep.model.time import DAY, format_instant, parse_instant
from lawkeep.model.vocabulary import FactType, Vocabulary

# Around the change of edition, with a public holiday and the end of the year in it.
START = parse_instant("2025-11-20T00:00:00+08:00")
STARTS = (
    "2025-11-20T00:00:00+08:00",
    "2025-11-20T00:00:00+08:00",
    "2024-02-01T00:00:00+08:00",  # a leap day, and the summer time of Europe
    "2026-09-15T00:00:00+02:00",  # its end, and days of another zone
    "1988-03-01T00:00:00+08:00",  # the summer time of China
)
STEP = 3 * 3600 * 1_000_000
ROLES = [
    "publishing",
    "messaging",
    "access",
    "telephony",
    "hosting",
    "app_store",
    "software",
    "site",
    "cii",
    "domain",
    "controller",
    "processor",
    "platform",
    "manufacturer",
    "essential_entity",
    "important_entity",
    "resolver",
    "state_body",
]


def types_for(form: Form, pack: Pack) -> list[str]:
    """Every event type that a duty reads, its states included."""
    states = compile_states(pack)
    types = list(form_types(form))
    types += types_of(leg.pick for demand in form.demands for leg in legs_of(demand))
    names = [form.duty.while_, form.duty.keep.still if form.duty.keep else None]
    while names:
        name = names.pop()
        if name not in (None, "role"):
            state = states[str(name)]
            types += types_of((*state.begins, *state.ends))
            names.append(state.within)
    return [t for t in dict.fromkeys(types) if t != "operator.profiled"]


def random_log(
    rng: random.Random, vocabulary: Vocabulary, pack: Pack, duty: Duty
) -> tuple[list[Event], int]:
    """Events with ties, late records, corrections, retractions and gaps; and a date to judge at.

    Times lie on three-hour steps, so that many are equal, or a microsecond beside one, so that
    some lie at the very edge of a day. Keys are few, or many, or nearly all one.
    """
    start = parse_instant(rng.choice(STARTS))
    values = rng.choice((1, 3, 3, 12, 60))
    most = rng.choice((0.0, 0.0, 0.0, 0.5))
    types = [*types_for(compile_duty(duty, pack), pack), "log.kept"]
    raw = [_meta("m0", "operator.profiled", {"roles": ROLES}, start), *_coverage(rng, start)]
    for number in range(rng.randrange(1, 60)):
        kind = vocabulary[rng.choice(types)]
        at = start + rng.randrange(90 * 8) * STEP + rng.choice((0, 0, 0, 0, 0, -1, 1))
        event: dict[str, Any] = {
            "id": f"e{number}",
            "type": kind.name,
            "occurred_at": format_instant(at),
            "operator": "o",
            "keys": _keys(rng, kind, values, most),
            "data": _data(rng, kind, start),
        }
        if rng.random() < 0.1:
            event["recorded_at"] = format_instant(at + rng.randrange(40) * DAY)
        if number and rng.random() < 0.05:
            event["corrects"] = f"e{rng.randrange(number)}"
        raw.append(event)
        if rng.random() < 0.02:
            raw.append(_meta(f"x{number}", "event.retracted", {"of": f"e{number}"}, at))
    events = []
    for one in raw:
        try:
            events.append(vocabulary.event(one))
        except LawkeepError:
            continue  # a value out of its range: the log is a little shorter
    rng.shuffle(events)
    return events, start + rng.randrange(20, 200) * DAY


def _meta(name: str, kind: str, data: dict[str, Any], at: int) -> dict[str, Any]:
    when = format_instant(at)
    return {"id": name, "type": kind, "occurred_at": when, "operator": "o", "data": data}


def _coverage(rng: random.Random, start: int) -> list[dict[str, Any]]:
    data: dict[str, Any] = {"types": ["*"]}
    if rng.random() < 0.5:
        data["from"] = format_instant(start + 10 * DAY)
    if rng.random() < 0.5:
        data["until"] = format_instant(start + 60 * DAY)
    return [_meta("m1", "records.covered", data, start)] if rng.random() < 0.9 else []


def _keys(rng: random.Random, kind: FactType, values: int = 3, most: float = 0.0) -> dict[str, str]:
    keys = {}
    for group, usual in kind.keys:
        if usual or rng.random() < 0.5:
            name = rng.choice(group)
            keys[name] = f"{name[0]}{0 if rng.random() < most else rng.randrange(values)}"
    if kind.keys and not keys:
        keys[kind.keys[0][0][0]] = "k0"
    return keys


def _data(rng: random.Random, kind: FactType, start: int = START) -> dict[str, Any]:
    info = msgspec.inspect.type_info(kind.data)
    assert isinstance(info, msgspec.inspect.StructType)
    data = {}
    for field in info.fields:
        if rng.random() < 0.6:
            value = _value(
                rng, field.type, start=start if field.encode_name in kind.times else None
            )
            if value is not None:
                data[field.encode_name] = value
    return data


def _value(rng: random.Random, kind: msgspec.inspect.Type, *, start: int | None) -> Any:
    """`start`: of a time."""
    if start is not None:
        return format_instant(start + rng.randrange(90 * 8) * STEP)
    if isinstance(kind, msgspec.inspect.LiteralType):
        return rng.choice(kind.values)
    if isinstance(kind, msgspec.inspect.UnionType):
        options = [k for k in kind.types if not isinstance(k, msgspec.inspect.NoneType)]
        return _value(rng, rng.choice(options), start=start)
    if isinstance(kind, msgspec.inspect.ListType):
        return [_value(rng, kind.item_type, start=None) for _ in range(rng.randrange(1, 3))]
    if isinstance(kind, msgspec.inspect.BoolType):
        return rng.random() < 0.5
    if isinstance(kind, msgspec.inspect.IntType):
        return rng.choice([1, 2, 3])
    if isinstance(kind, msgspec.inspect.FloatType):
        return 2.5
    return rng.choice("abc") if isinstance(kind, msgspec.inspect.StrType) else None
