"""A small law pack and events for live judging: content known to be unlawful, and stopped."""

import importlib.util
from pathlib import Path
from typing import Any

from lawkeep.app import vocabulary
from lawkeep.law.pack import Pack, load_pack
from lawkeep.model.event import Event
from lawkeep.model.time import DAY, format_instant, parse_instant

ONLY = frozenset({"stop"})
VOCABULARY = vocabulary()
START = parse_instant("2020-03-01T00:00:00+08:00")
HOUR = DAY // 24


class Clock:
    now = START

    def __call__(self) -> int:
        return self.now


def event(name: str, kind: str, at: int, recorded: int | None = None, **more: object) -> Event:
    raw = {
        "id": name,
        "type": kind,
        "occurred_at": format_instant(at),
        "recorded_at": format_instant(at if recorded is None else recorded),
        "operator": "o",
        **more,
    }
    return VOCABULARY.event(raw)


def known(thing: str, at: int, **more: object) -> Event:
    return event(
        f"k-{thing}", "content.known_unlawful", at, keys={"content": thing}, data={}, **more
    )


def stopped(thing: str, at: int, recorded: int | None = None) -> Event:
    return event(f"s-{thing}", "content.stopped", at, recorded, keys={"content": thing})


ABOUT = [
    event("m0", "operator.profiled", START, data={"roles": ["publishing"]}),
    event("m1", "records.covered", START, data={"types": ["*"]}),
]


def small_pack() -> Any:
    """The module that writes the small pack of the judge's own tests."""
    place = Path(__file__).parents[1] / "unit" / "judge" / "small_pack.py"
    spec = importlib.util.spec_from_file_location("small_pack_of_live", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def small(folder: Path) -> Pack:
    """The small pack, written to a folder if it is not there."""
    if not folder.exists():
        small_pack().write(folder)
    return load_pack(folder, VOCABULARY)
