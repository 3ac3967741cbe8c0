"""Verdicts as findings: as values of Python for those that are looked at, as a table for all.

`Sheet` has what the findings of one duty have in common. The table has one column for each field
of `model.finding.Finding`; `keys` and `for_each` are maps, `also_cited` a list.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from lawkeep.judge.form import Form, legs_of, types_of
from lawkeep.judge.log import Log
from lawkeep.judge.outcome import Judged, cited, finding_id
from lawkeep.judge.trigger import at_trigger
from lawkeep.judge.verdict import REASON_CODES, STATES
from lawkeep.judge.words import summary
from lawkeep.judge.world import World
from lawkeep.law.duty import Cite
from lawkeep.model.finding import Basis, Citation, Finding, State, Text

Cited = tuple[Citation, tuple[Citation, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Sheet:
    """One duty with what its findings share. `types`: the events that its evidence may be.

    `state_keys`: of a standing duty, the kinds of key of its state.
    """

    form: Form
    number: int
    operator: str
    drafts: bool
    types: tuple[str, ...]
    state_keys: tuple[str, ...] | None = None
    _cited: dict[int, Cited] = field(default_factory=dict)
    _said: dict[tuple[State, str | None, bool], Text] = field(default_factory=dict)

    @property
    def standing(self) -> bool:
        return self.state_keys is not None

    @property
    def shown(self) -> tuple[str, ...]:
        """Kinds of key that a finding shows."""
        return self.form.id_keys if self.state_keys is None else self.state_keys

    @cached_property
    def triggers(self) -> tuple[str, ...]:
        """Types of the events that `n` of a verdict may be."""
        return self.types if self.standing else types_of(self.form.triggers)

    @property
    def names(self) -> tuple[str, ...]:
        """Kinds of key that a finding shows or is about."""
        return tuple(dict.fromkeys((*self.shown, *(n for g in self.form.act for n in g))))

    @cached_property
    def demands(self) -> list[tuple[tuple[str, ...], bool, bool]]:
        """By demand: its types; whether a policy sets its number; whether its act runs from the
        trigger."""
        found = []
        for demand in self.form.demands or (None,):
            legs = legs_of(demand) if demand is not None else []
            policy = any(leg.deadline.kind == "policy" for leg in legs)
            types = types_of(leg.pick for leg in legs)
            found.append((types, policy, not self.standing and at_trigger(self.form, legs)))
        return found

    def for_each(self, demand: int) -> dict[str, str]:
        return {"demand": " ".join(self.demands[demand][0])} if len(self.form.demands) > 1 else {}

    def cited(self, cites: tuple[Cite, ...]) -> Cited:
        found = self._cited.get(id(cites))
        if found is None:
            found = self._cited[id(cites)] = cited(cites)
        return found

    def said(self, state: State, reason: str | None, *, cured: bool) -> Text:
        found = self._said.get((state, reason, cured))
        if found is None:
            found = summary(self.form.duty, state, reason, cured=cured)
            self._said[state, reason, cured] = found
        return found

    def basis(self, state: State, reason: str | None, demand: int) -> Basis:
        """[14] A breach of a policy number, or doubt about it, rests on policy."""
        own = self.form.duty.basis
        doubtful = state == "breached" or reason == "judgement_needed"
        return "policy" if self.demands[demand][1] and doubtful and own == "text" else own

    def act(self, keys: dict[str, str], origin: str) -> str:
        """[24] The value of the act key."""
        if not self.form.act:
            return f"duty={self.form.id}"
        if self.standing:
            pairs = [f"{k}={v}" for g in self.form.act for k, v in keys.items() if k in g]
            return ",".join(pairs) or f"duty={self.form.id}"
        first = (next((n for n in group if n in keys), None) for group in self.form.act)
        return ",".join(f"{n}={keys[n]}" for n in first if n) or f"event={origin}"


def judged(
    db: duckdb.DuckDBPyConnection, log: Log, world: World, sheet: Sheet, where: str
) -> Iterator[Judged]:
    """The findings of those verdicts of a duty that a condition on `v` chooses."""
    chosen = f"(SELECT * FROM verdict v WHERE v.duty = {sheet.number} AND {where})"
    texts = dict(
        db.execute(
            f"SELECT DISTINCT e.n, e.id FROM (SELECT unnest(events) AS n FROM {chosen}) "
            f"JOIN {log.of(sheet.types)} e USING (n)"
        ).fetchall()
    )
    names = sheet.names
    columns = "".join(f", e.key_{name}" for name in names)
    rows = db.execute(
        f"SELECT v.demand, v.n, v.start, v.opening, v.state, v.reason, v.due, v.decided, "
        f"v.cured, v.ended, v.events, v.missing, e.id, e.origin, e.type{columns} "
        f"FROM {chosen} v JOIN {log.of(sheet.triggers, names)} e USING (n)"
    )
    while batch := rows.fetchmany(10_000):
        for row in batch:
            yield _judged(world, sheet, texts, row)


def _judged(world: World, sheet: Sheet, texts: dict[int, str], row: tuple[Any, ...]) -> Judged:
    demand, n, start, opening, code, why, due, decided, cured, ended, events, missing = row[:12]
    identity, origin, type_name, *values = row[12:]
    form = sheet.form
    state = STATES[code]
    reason = None if why is None else REASON_CODES[why]
    found = {
        name: value for name, value in zip(sheet.names, values, strict=True) if value is not None
    }
    keys = {k: found[k] for k in sheet.shown if k in found}
    shown = dict.fromkeys(sorted({n, *(events or ())}), "")
    cites = world.pack.cites_at(form.duty, start, sheet.drafts)
    citation, also, caveats = sheet.cited(cites)
    grading = world.pack.grading
    if grading and type_name == "incident.measured" and not sheet.standing:
        caveats = tuple(dict.fromkeys((*caveats, *grading.caveats)))
    for_each = sheet.for_each(demand)
    opened = f"ended:{origin}" if opening else origin
    types, _, from_trigger = sheet.demands[demand]
    finding = Finding(
        id=finding_id(sheet.operator, form.id, opened, keys, for_each),
        duty=form.id,
        code=form.duty.code,
        state=state,
        reason=reason,
        basis=sheet.basis(state, reason, demand),
        citation=citation,
        also_cited=also,
        caveats=caveats,
        keys=keys,
        for_each=for_each,
        opening=opened,
        trigger=start,
        due_at=due,
        decided_at=decided,
        cured_at=cured,
        ended_at=ended,
        events=tuple(identity if m == n else texts[m] for m in shown),
        act=sheet.act(keys if sheet.standing else found, origin),
        summary=sheet.said(state, reason, cured=cured is not None),
        missing=tuple(dict.fromkeys(missing or ())) if state == "open" else (),
    )
    starts = start if from_trigger or due is None else due
    covered = all(
        world.knowledge.covers(t, starts if sheet.standing else start, world.as_of) for t in types
    )
    return Judged(finding, form, starts, covered, types)
