"""Selections of a duty's form as SQL over the events of a laid out log (`judge.log`).

Columns of an event: n (its place by time and id), id, origin, type, t, r, data (JSON text), and
for each kind of key `key_KIND` (text) and `k_KIND` (a number for the text).
"""

from collections.abc import Iterable
from typing import Any, Protocol

from lawkeep.judge.form import Condition, Form, Leg, Part, Pick, Picks, legs_of, types_of
from lawkeep.model.vocabulary import ALL_KEYS

KEY_COLUMNS = tuple(f"key_{name}" for name in sorted(ALL_KEYS))


class Events(Protocol):
    """Where events are selected from."""

    def of(self, types: Iterable[str], keys: Iterable[str] = ()) -> str:
        """The events of some types, in parentheses, with at least these kinds of key."""
        ...


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def _column(space: str, name: str) -> str:
    if space == "key":
        return f"e.key_{name}"
    return f"json_extract_string(e.data, {text(f'$.{name}')})"


def _plain(value: Any) -> str:
    """A JSON scalar as `json_extract_string` shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def condition(one: Condition) -> str:
    """A condition as a boolean that is never null."""
    column = _column(one.space, one.name)
    if one.op == "null":
        return f"({column} IS {'' if one.value else 'NOT '}NULL)"
    if one.op in ("in", "not_in"):
        numbers = [v for v in one.value if isinstance(v, int | float) and not isinstance(v, bool)]
        words = ", ".join(text(_plain(v)) for v in one.value if v not in numbers) or "NULL"
        found = f"coalesce({column} IN ({words}), false)"
        if numbers:
            listed = ", ".join(str(n) for n in numbers)
            found = f"({found} OR coalesce(TRY_CAST({column} AS DOUBLE) IN ({listed}), false))"
        return found if one.op == "in" else f"(NOT {found})"
    if one.op == "has":
        path = text(f"$.{one.name}")
        listing = f"from_json(json_extract(e.data, {path}), '[\"VARCHAR\"]')"
        return f"coalesce(list_contains({listing}, {text(_plain(one.value))}), false)"
    sign = ">=" if one.op == "gte" else "<="
    if isinstance(one.value, str):
        return f"coalesce({column} {sign} {text(one.value)}, false)"
    return f"coalesce(TRY_CAST({column} AS DOUBLE) {sign} {one.value}, false)"


def picked(pick: Pick) -> str:
    """The WHERE of a pick."""
    return " AND ".join(condition(c) for c in pick.where) or "true"


def values(part: Part) -> list[str]:
    """The matched value, one for each alternative; null where it is missing."""
    if part.space == "key":
        return [f"e.k_{name}" for name in part.names]
    field = f"json_extract(e.data, {text(f'$.{part.names[0]}')})"
    return [f"nullif(CAST({field} AS VARCHAR), 'null')"]


def key_names(picks: Iterable[Pick]) -> tuple[str, ...]:
    """Kinds of key that the picks read."""
    names = []
    for pick in picks:
        names += [c.name for c in pick.where if c.space == "key"]
        for part in (*pick.match.trigger, *pick.match.other):
            names += part.names if part.space == "key" else ()
    return tuple(dict.fromkeys(names))


def source(log: Events, picks: Picks, more: str = "") -> str:
    """Events of any of the picks with their matched values `o0_0`, `o1_0`, ...

    `o1_2` is the third alternative of the second value. An event that fits two picks is twice.
    """
    branches = []
    for pick in picks:
        matched = "".join(
            f", {column} AS o{i}_{j}"
            for i, part in enumerate(pick.match.other)
            for j, column in enumerate(values(part))
        )
        branches.append(
            f"SELECT e.n, e.t, e.r{more}{matched} "
            f"FROM {log.of(pick.types, key_names((pick,)))} e WHERE {picked(pick)}"
        )
    return " UNION ALL ".join(branches)


def simple(form: Form) -> bool:
    """Whether a duty is judged in SQL: plain matches, no path that leads through other events."""
    if form.pattern not in ("response", "precedence"):
        return False
    if form.via or form.for_each or form.known_by or form.duty.occurrence:
        return False
    legs = [leg for demand in form.demands for leg in legs_of(demand)]
    if any(leg.covers or leg.deadline.kind == "next" for leg in legs):
        return False
    picks = [*form.triggers, *form.unless, *form.contrary]
    picks += [p for leg in legs for p in (leg.pick, *leg.undone_by)]
    picks += [p for g in form.given for p in (g.pick, *g.ended_by)]
    for pick in picks:
        for mine, other in zip(pick.match.trigger, pick.match.other, strict=True):
            if mine.root or other.root or len(mine.names) != len(other.names):
                return False
            if len(mine.names) > 1 and mine.names != other.names:
                return False
            if (mine.space == "data") != (other.space == "data"):
                return False
    return _same_width(form, legs)


def _same_width(form: Form, legs: list[Leg]) -> bool:
    """Several picks of one question are matched by the same number of values."""
    groups = [form.unless, form.contrary, *(leg.undone_by for leg in legs)]
    groups += [g.ended_by for g in form.given]
    return all(len({p.match for p in picks}) <= 1 for picks in groups)


def form_types(form: Form) -> tuple[str, ...]:
    """Every event type that a duty opened by an event reads, states apart."""
    legs = [leg for demand in form.demands for leg in legs_of(demand)] + list(form.chain)
    picks = [*form.triggers, *form.unless, *form.contrary]
    picks += [p for leg in legs for p in (leg.pick, *leg.undone_by)]
    picks += [p for g in form.given for p in (g.pick, *g.ended_by)]
    for one in (form.known_by, form.newest, form.for_each.pick if form.for_each else None):
        if one is not None:
            picks.append(one)
    roots = any(p.root for pick in picks for p in (*pick.match.trigger, *pick.match.other))
    through = tuple(type_name for type_name, _ in form.via.values())
    return (*types_of(picks), *through, *(("content.republished",) if roots else ()))
