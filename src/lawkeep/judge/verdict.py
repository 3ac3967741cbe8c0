"""Outcomes as SQL expressions, and the table `verdict` that they fill.

The same sentences as `judge.demand` and `judge.outcome`, over columns instead of events. A row of
`verdict` is a finding without its texts: numbers for duty, demand, state and reason, places (`n`)
for events.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import get_args

from lawkeep.judge import sql
from lawkeep.judge.knowledge import Knowledge
from lawkeep.judge.words import REASONS
from lawkeep.model.finding import State
from lawkeep.model.time import EARLIEST, LATEST

STATES: tuple[State, ...] = ("breached", "open", "pending", "met")
"""A state is its place here: `all_of` takes the least, `any_of` the greatest."""
REASON_CODES = tuple(REASONS)
BREACHED, OPEN, PENDING, MET = range(4)
assert set(STATES) == set(get_args(State))


def table(number: str) -> str:
    """The columns of `verdict`. `opening`: 0: `n` itself; 1: `ended:` and `n`."""
    return (
        f"duty SMALLINT, demand SMALLINT, n {number}, start BIGINT, opening TINYINT, "
        f"state TINYINT, reason TINYINT, due BIGINT, decided BIGINT, cured BIGINT, ended BIGINT, "
        f"events {number}[], missing VARCHAR[]"
    )


def reason(name: str) -> str:
    """The number of a reason."""
    return str(REASON_CODES.index(name))


@dataclass(frozen=True)
class Sql:
    """An outcome: one expression for each of its parts. `cured_n`, `cured`: the first late demand."""

    state: str
    reason: str
    decided: str
    due: str
    events: str
    cured_n: str = "NULL"
    cured: str = "NULL"
    ended: str = "NULL"
    missing: str = "NULL"


def case(subject: str, arms: dict[int, str], other: str = "NULL") -> str:
    """What an arm says for a number."""
    told = {k: v for k, v in arms.items() if v != other}
    if not told:
        return other
    return (
        f"CASE {subject} {' '.join(f'WHEN {k} THEN {v}' for k, v in told.items())} ELSE {other} END"
    )


def listed(*places: str) -> str:
    """The places that are there, as a list."""
    told = [p for p in places if p != "NULL"]
    if not told:
        return "NULL"
    return f"list_filter([{', '.join(told)}], lambda x: x IS NOT NULL)"


def uncovered(
    knowledge: Knowledge, types: Iterable[str], start: str | None, end: str, *, back: bool = False
) -> dict[str, str]:
    """[17] By type: whether its records are not complete over the window. Complete: left out.

    `back`: a look-back from `end`, bounded by `start` unless that is None.
    """
    found = {}
    for name in dict.fromkeys(types):
        spans = knowledge.covered_spans(name)
        terms = []
        for low, high in spans:
            if back:
                term = f"({end} BETWEEN {low} AND {high}"
                term += ")" if start is None else f" AND coalesce({low} <= {start}, true))"
            else:
                term = f"({low} <= {start} AND {end} <= {high})"
            terms.append(term)
        if (EARLIEST, LATEST) not in spans:
            found[name] = f"(NOT ({' OR '.join(terms) or 'false'}))"
    return found


def any_missing(missing: dict[str, str]) -> str:
    return f"({' OR '.join(missing.values())})" if missing else "false"


def missing_list(missing: dict[str, str]) -> str:
    """The types that are not covered, in order."""
    if not missing:
        return "NULL"
    arms = [
        f"CASE WHEN {test} THEN [{sql.text(name)}] ELSE [] END" for name, test in missing.items()
    ]
    return f"flatten([{', '.join(arms)}])"


def combine(mode: str, parts: list[Sql]) -> Sql:
    """[12] `all`: breached if a part is, else open, else pending, else met. `any`: the other way."""
    if len(parts) == 1:
        return parts[0]
    first, wins = ("least", BREACHED) if mode == "all" else ("greatest", MET)
    state = f"{first}({', '.join(p.state for p in parts)})"
    same = [f"({p.state}) = {state}" for p in parts]

    def of_same(function: str, values: list[str]) -> str:
        arms = ", ".join(f"CASE WHEN {s} THEN {v} END" for s, v in zip(same, values, strict=True))
        return f"{function}({arms})"

    reasons = " ".join(f"WHEN {s} THEN {p.reason}" for s, p in zip(same, parts, strict=True))
    dues = ", ".join(p.due for p in parts)
    all_decided = f"greatest({', '.join(p.decided for p in parts)})"
    hit = of_same("least", [p.decided for p in parts])
    by_order = "greatest" if mode == "all" else "least"
    cured_n, cured = (
        of_same(by_order, [getattr(p, c) for p in parts]) for c in ("cured_n", "cured")
    )
    lacking = " OR ".join(
        f"({s} AND {p.cured_n} IS NULL)" for s, p in zip(same, parts, strict=True)
    )
    if mode == "all":
        cured_n, cured = (f"CASE WHEN NOT ({lacking}) THEN {c} END" for c in (cured_n, cured))
    endless = " OR ".join(f"({s} AND {p.ended} IS NULL)" for s, p in zip(same, parts, strict=True))
    events = ", ".join(f"coalesce({p.events}, [])" for p in parts)
    missing = ", ".join(
        f"CASE WHEN {s} THEN coalesce({p.missing}, []) ELSE [] END"
        for s, p in zip(same, parts, strict=True)
    )
    return Sql(
        state,
        f"CASE {reasons} END",
        f"CASE {state} WHEN {PENDING} THEN NULL WHEN {wins} THEN {hit} ELSE {all_decided} END",
        f"{first}({dues})",
        f"flatten([{events}])",
        f"CASE WHEN {state} = {BREACHED} THEN {cured_n} END",
        f"CASE WHEN {state} = {BREACHED} THEN {cured} END",
        f"CASE WHEN {endless} THEN NULL ELSE {of_same('greatest', [p.ended for p in parts])} END",
        "NULL" if all(p.missing == "NULL" for p in parts) else f"flatten([{missing}])",
    )


def override(test: str, name: str, start: str, outcome: Sql) -> Sql:
    """Open with a reason, decided at the start, where a test is true."""
    if test == "false":
        return outcome

    def unless(value: str, then: str = "NULL") -> str:
        return value if value == then else f"CASE WHEN {test} THEN {then} ELSE {value} END"

    return Sql(
        unless(outcome.state, str(OPEN)),
        unless(outcome.reason, reason(name)),
        unless(outcome.decided, start),
        unless(outcome.due),
        unless(outcome.events),
        unless(outcome.cured_n),
        unless(outcome.cured),
        unless(outcome.ended),
        unless(outcome.missing),
    )


def release(outcome: Sql, found: tuple[str, str, str], *, by_due: bool) -> Sql:
    """[13] Met where an event (its place, instant, recording) releases the obligation."""
    n, t, r = found
    if n == "NULL":
        return outcome
    test = f"({n} IS NOT NULL"
    test += f" AND coalesce({t} <= {outcome.due}, true))" if by_due else ")"
    return replace(
        outcome,
        state=f"CASE WHEN {test} THEN {MET} ELSE {outcome.state} END",
        reason=f"CASE WHEN {test} THEN {reason('released')} ELSE {outcome.reason} END",
        decided=f"CASE WHEN {test} THEN greatest({r}, {t}) ELSE {outcome.decided} END",
        events=f"CASE WHEN {test} THEN list_append(coalesce({outcome.events}, []), {n}) "
        f"ELSE {outcome.events} END",
        ended=f"CASE WHEN {test} THEN {t} ELSE {outcome.ended} END",
        missing="NULL"
        if outcome.missing == "NULL"
        else f"CASE WHEN {test} THEN NULL ELSE {outcome.missing} END",
    )


def insert(duty: int, demand: int, outcome: Sql, rows: str, *, opening: str = "0") -> str:
    """Rows `q` (n, start, r: recorded, with what the expressions need) as verdicts."""
    return (
        f"INSERT INTO verdict SELECT {duty}, {demand}, q.n, q.start, {opening}, {outcome.state}, "
        f"{outcome.reason}, {outcome.due}, "
        # [18] Never before the trigger was recorded; a pending finding is not decided.
        f"CASE WHEN {outcome.state} <> {PENDING} "
        f"THEN greatest({outcome.decided}, q.r, q.start) END, "
        f"{outcome.cured}, {outcome.ended}, {outcome.events}, {outcome.missing} FROM {rows} q"
    )
