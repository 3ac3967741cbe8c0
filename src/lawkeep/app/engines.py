"""Which engine judges: the reference for small logs, DuckDB over Parquet for large ones.

DuckDB is in the extra `analytics`; it is loaded only when it is needed, so that a small audit
works without it.
"""

import importlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

import lawkeep.app.errors  # noqa: F401  (registers the codes of this room)
from lawkeep.app.question import EngineName
from lawkeep.app.records import Distinct
from lawkeep.judge.audit import Engine
from lawkeep.judge.outcome import Judged
from lawkeep.judge.reference import judge_pack
from lawkeep.judge.world import World
from lawkeep.law.pack import Pack
from lawkeep.model.errors import error
from lawkeep.model.event import Event
from lawkeep.model.finding import CoverageGap

SMALL = 50_000
"""Events up to which the reference engine judges, when nobody chose."""


@dataclass(frozen=True)
class Bench:
    """An engine with its log. `events(ids)`: those events, for showing them."""

    engine: Engine
    name: str
    count: int
    events: Callable[[Iterable[str]], dict[str, Event]]


class _Batch(Protocol):
    def bench(self, events: Iterable[Event], as_of: int) -> AbstractContextManager[Bench]: ...


@contextmanager
def bench(events: Iterator[Event], as_of: int, choice: EngineName) -> Iterator[Bench]:
    """The engine that fits. Errors: those of the events; `event_id_conflict`, `extra_missing`."""
    if choice == "duckdb":
        with _batch().bench(events, as_of) as made:
            yield made
        return
    first = Distinct()
    limit = None if choice == "reference" else SMALL
    log = list(itertools.islice((e for e in events if first(e)), limit))
    more = next(events, None) if limit is not None and len(log) == limit else None
    if more is None:
        yield reference(log)
        return
    with _batch().bench(itertools.chain(log, [more], events), as_of) as made:
        yield made


def reference(log: list[Event]) -> Bench:
    """The reference engine over events in memory."""

    def engine(
        pack: Pack, /, *, operator: str, as_of: int, drafts: bool, only: frozenset[str]
    ) -> tuple[list[Judged], list[CoverageGap], World]:
        return judge_pack(log, pack, operator=operator, as_of=as_of, drafts=drafts, only=only)

    def chosen(ids: Iterable[str]) -> dict[str, Event]:
        wanted = set(ids)
        return {event.id: event for event in log if event.id in wanted}

    return Bench(engine, "reference", len(log), chosen)


def _batch() -> _Batch:
    try:
        module: _Batch = importlib.import_module("lawkeep.app.batch")
    except ModuleNotFoundError as problem:
        raise error("extra_missing", package=problem.name or "duckdb", extra="analytics") from None
    return module
