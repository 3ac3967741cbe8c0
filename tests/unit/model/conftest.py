"""Generated events: any type, any fields that the type takes, as a sender would write them."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import strategies as st
from msgspec import inspect

from lawkeep.app import vocabulary as every_type
from lawkeep.model.vocabulary import ALL_KEYS, FactType, Vocabulary

OFFSETS = st.sampled_from([0, 60, 480, -570, 839, -720]).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
# Years 2 to 9998, so that the instant can be printed in UTC whatever the offset.
TIMES = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS).map(  # noqa: DTZ001 - the zone is drawn
    lambda moment: moment.isoformat()
)


def texts(limit: int) -> st.SearchStrategy[str]:
    """Text that is not empty, has no NUL and no half surrogates."""
    letters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    return st.text(letters, min_size=1, max_size=limit)


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """JSON values of a field's declared type."""
    match kind:
        case inspect.UnionType(types):
            return st.one_of(
                [values(one) for one in types if not isinstance(one, inspect.NoneType)]
            )
        case inspect.Metadata(extra={"time": True}):
            return TIMES
        case inspect.Metadata(inner):
            return values(inner)
        case inspect.LiteralType(words):
            return st.sampled_from(words)
        case inspect.StrType():
            return texts(30)
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=low, le=high):
            return st.integers(low, high)
        case inspect.FloatType(ge=low, le=high):
            return st.floats(low, high)
        case inspect.ListType(item_type=item):
            return st.lists(values(item), max_size=3)
        case inspect.DictType(value_type=item):
            return st.dictionaries(texts(10), values(item), max_size=3)
    raise AssertionError(f"no strategy for {kind}")


def fields(kind: FactType) -> st.SearchStrategy[dict[str, Any]]:
    """The data of a type, any of its fields left out."""
    info = inspect.type_info(kind.data)
    assert isinstance(info, inspect.StructType)
    return st.fixed_dictionaries(
        {}, optional={one.encode_name: values(one.type) for one in info.fields}
    )


@st.composite
def key_names(draw: st.DrawFn, kind: FactType) -> list[str]:
    """Kinds of key: at least one of the type's own, one of each alternatives, some others."""
    chosen = {draw(st.sampled_from(group)) for group, _ in kind.keys if draw(st.booleans())}
    if kind.keys and not chosen:
        chosen.add(kind.keys[0][0][0])
    others = sorted(ALL_KEYS - set(kind.key_names))
    return sorted(chosen | draw(st.sets(st.sampled_from(others), max_size=2)))


@st.composite
def envelopes(draw: st.DrawFn, kinds: Vocabulary) -> dict[str, Any]:
    """Valid events of any type, as JSON values."""
    kind = draw(st.sampled_from(list(kinds.types.values())))
    hexes = st.binary(min_size=32, max_size=32).map(lambda raw: f"sha256:{raw.hex()}")
    required = {
        "id": texts(128),
        "type": st.just(kind.name),
        "occurred_at": TIMES,
        "operator": texts(200),
        "keys": key_names(kind).flatmap(
            lambda names: st.fixed_dictionaries({name: texts(200) for name in names})
        ),
        "data": fields(kind),
    }
    notes = {name: st.none() | texts(40) for name in ("actor", "source", "corrects")}
    optional = notes | {
        "recorded_at": st.none() | TIMES,
        "evidence": st.lists(hexes, max_size=2),
    }
    return draw(st.fixed_dictionaries(required, optional=optional))


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """Every event type."""
    return every_type()


@pytest.fixture(scope="session")
def raw_events(vocabulary: Vocabulary) -> st.SearchStrategy[dict[str, Any]]:
    """Draws valid events as JSON values."""
    return envelopes(vocabulary)
