"""A small vocabulary of its own; files read in one call; errors that must read well."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from lawkeep.ingest import load_mappings, read_events
from lawkeep.model.errors import LawkeepError
from lawkeep.model.event import Event
from lawkeep.model.facts import operator as _operator  # noqa: F401  (declares its types)
from lawkeep.model.vocabulary import DECLARED, Fact, FactType, Time, Vocabulary, fact


class Trial(Fact, frozen=True):
    """A fact with a field of each kind."""

    word: Literal["red", "green"] | None = None
    note: str | None = None
    count: int | None = None
    share: float | None = None
    sure: bool | None = None
    tags: list[str] | None = None
    until: Time | None = None


def _trial(name: str) -> FactType:
    fact(name, keys="content (subject, case)", en="Trial", zh="试验")(Trial)
    # The types of a test are nobody else's.
    return DECLARED.pop(name)


TYPES = [_trial("trial.seen"), _trial("trial.gone")]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """`trial.seen`, `trial.gone` and the statements of an operator."""
    ours = [kind for name, kind in DECLARED.items() if name.startswith(("operator.", "records."))]
    return Vocabulary([*TYPES, *ours])


@pytest.fixture
def read(tmp_path: Path, vocabulary: Vocabulary) -> Callable[..., list[Event]]:
    """`read("a.csv", content, mapping text, **options)`: write the file, read its events."""

    def call(name: str, content: bytes | None, mapping: str | None = None, **options: Any) -> Any:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        placed = load_mappings(mapping, "m.yaml")[0] if mapping is not None else None
        return list(read_events(path, vocabulary, mapping=placed, **options))

    return call


@pytest.fixture
def refusal() -> Callable[[Callable[[], Any]], LawkeepError]:
    """The error of a call; it must say what and what to do in both languages."""

    def of(call: Callable[[], Any]) -> LawkeepError:
        with pytest.raises(LawkeepError) as caught:
            call()
        found = caught.value
        for language in ("en", "zh"):
            assert found.text(language)
            assert found.advice(language)
        return found

    return of
