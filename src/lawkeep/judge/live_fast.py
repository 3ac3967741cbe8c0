"""Frequent plain duties without judging a group again: open, discharge, expire.

A plain duty has one demand and matches by one kind of key. Where the group of an event holds
nothing unusual (no release, no contrary evidence, no second demand, nothing corrected, nothing
recorded out of order), what the event does to it follows from the event and the findings kept.
What the finding then says is decided by the functions that the reference uses. Everything else
is left to the judging of the group.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from lawkeep.judge.demand import (
    BackwardFacts,
    ForwardFacts,
    decide_backward,
    decide_forward,
    look_back,
    window,
)
from lawkeep.judge.form import Leg, Part, Pick, Picks, types_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.live_groups import plain, targets
from lawkeep.judge.live_plan import STARTED, Plan
from lawkeep.judge.live_store import Row, Store
from lawkeep.judge.live_world import GroupWorld, Shared
from lawkeep.judge.outcome import Outcome, finding_id
from lawkeep.judge.world import holds
from lawkeep.law.calendar import CalendarUnknownError
from lawkeep.ledger.entry import decode
from lawkeep.model.event import Event
from lawkeep.model.time import parse_instant

TIMER = "!"
"""Before the label of a group in `live_wakes`: only a deadline, nothing else, is due."""
_MANY = 64
_JSON = msgspec.json.Encoder(order="sorted")


class Present:
    """Which events a group has of which types, those of the batch so far included."""

    def __init__(self, store: Store, kind: str, value: str) -> None:
        self._store, self._kind, self._value = store, kind, value
        rows = store.db.execute(
            "SELECT type, seq FROM live_index WHERE kind = ? AND value = ? LIMIT ?",
            (kind, value, _MANY + 1),
        ).fetchall()
        self.crowded = len(rows) > _MANY
        self.types: set[str] = {name for name, _ in rows}
        self._seqs: dict[str, list[int]] = {}
        for name, seq in () if self.crowded else rows:
            self._seqs.setdefault(name, []).append(seq)

    def any_of(self, types: frozenset[str]) -> bool:
        """Whether there is an event of one of the types."""
        if not self.types.isdisjoint(types):
            return True
        return self.crowded and any(self._look(name) for name in types)

    def seqs(self, types: frozenset[str]) -> list[int]:
        """Places of the events of some types."""
        if self.crowded:
            return [seq for name in types for seq in self._look(name)]
        return [seq for name in types for seq in self._seqs.get(name, ())]

    def _look(self, name: str) -> list[int]:
        if name not in self._seqs:
            rows = self._store.db.execute(
                "SELECT seq FROM live_index WHERE kind = ? AND value = ? AND type = ?",
                (self._kind, self._value, name),
            )
            self._seqs[name] = [seq for (seq,) in rows]
        return self._seqs[name]

    def add(self, name: str, seq: int) -> None:
        known = self._look(name) if self.crowded else self._seqs.setdefault(name, [])
        if seq not in known:
            known.append(seq)
        self.types.add(name)


@dataclass
class Looked:
    """What a batch has looked up and what it will write.

    `recorded`: the latest `recorded_at` before; `linked`: something corrects or retracts something.
    """

    store: Store
    recorded: int
    linked: bool
    present: dict[tuple[str, str], Present] = field(default_factory=dict)
    rows: dict[tuple[int, str], dict[str, Row]] = field(default_factory=dict)
    new: dict[tuple[int, str], dict[str, Row]] = field(default_factory=dict)
    wakes: set[tuple[int, int, str]] = field(default_factory=set)
    ended: set[tuple[int, int, str]] = field(default_factory=set)
    events: dict[int, Event] = field(default_factory=dict)

    def at(self, kind: str, value: str) -> Present:
        found = self.present.get((kind, value))
        if found is None:
            found = self.present[kind, value] = Present(self.store, kind, value)
        return found

    def seen(self, seq: int, event: Event, kinds: Iterable[str]) -> None:
        """An event of the batch has been dealt with; the next ones come after it."""
        self.recorded = max(self.recorded, event.recorded_at)
        self.events[seq] = event
        for kind in kinds:
            value = event.keys.get(kind)
            if value is not None:
                known = self.present.get((kind, value))
                if known is not None:
                    known.add(event.type, seq)

    def group(self, number: int, label: str) -> dict[str, Row]:
        """Findings kept of a group, by id."""
        found = self.rows.get((number, label))
        if found is None:
            found = {row.id: row for row in self.store.group(number, (label,))}
            found |= self.new.get((number, label), {})
            self.rows[number, label] = found
        return found

    def put(self, row: Row) -> None:
        self.new.setdefault((row.plan, row.grp), {})[row.id] = row
        known = self.rows.get((row.plan, row.grp))
        if known is not None:
            known[row.id] = row

    def read(self, seqs: Iterable[int]) -> list[Event]:
        """Events by place, from the batch or the log."""
        found = []
        for seq in seqs:
            event = self.events.get(seq)
            if event is None:
                query = "SELECT bytes FROM entries WHERE seq = ?"
                event = decode(self.store.db.execute(query, (seq,)).fetchone()[0])
                self.events[seq] = event
            found.append(event)
        return found

    def write(self) -> int:
        """Write everything; how many findings."""
        rows = [row for group in self.new.values() for row in group.values()]
        if rows:
            self.store.put(rows)
        if self.ended - self.wakes:
            self.store.db.executemany(
                "DELETE FROM live_wakes WHERE at = ? AND plan = ? AND grp = ?",
                self.ended - self.wakes,
            )
        if self.wakes - self.ended:
            self.store.wake(self.wakes - self.ended)
        self.new, self.wakes, self.ended = {}, set(), set()
        return len(rows)


class Fast:
    """A plain duty. `take` says whether it has dealt with an event."""

    def __init__(
        self, plan: Plan, leg: Leg, shared: Shared, number: int, operator: str, drafts: bool
    ) -> None:
        self.plan, self.form, self.leg, self.number = plan, plan.form, leg, number
        self.key = str(plan.key)
        self.operator, self.drafts = operator, drafts
        self.triggers = frozenset(types_of(plan.form.triggers))
        self.demands = frozenset(leg.pick.types)
        self.others = plan.types - self.triggers - self.demands
        self.world = GroupWorld(shared, [], 0, shared.pack.calendar)
        self.roles = self.world.role_spans(plan.form.duty.applies_to)
        self.forward = plan.form.pattern == "response"
        self.by = leg.deadline.by is not None

    @classmethod
    def make(
        cls, plan: Plan, shared: Shared, number: int, operator: str, drafts: bool
    ) -> "Fast | None":
        """The fast way for a plan, None if it has none."""
        form = plan.form
        if plan.how != "key" or form.pattern not in ("response", "precedence"):
            return None
        if form.given or form.for_each or form.known_by or form.via or form.duty.occurrence:
            return None
        if plan.standing or len(form.demands) != 1 or not isinstance(form.demands[0], Leg):
            return None
        leg = form.demands[0]
        if leg.covers or (
            form.pattern == "response" and leg.deadline.kind not in ("period", "policy")
        ):
            return None
        part = (Part("key", (str(plan.key),)),)
        picks: list[Pick] = [leg.pick, *leg.undone_by, *form.unless, *form.contrary]
        if form.same != part or any(
            p.match.trigger != part or p.match.other != part for p in picks
        ):
            return None
        if set(STARTED) & plan.types or "incident.measured" in plan.types:
            return None
        triggers, demands = set(types_of(form.triggers)), set(leg.pick.types)
        rest = set(types_of(picks[1:]))
        if triggers & demands or (triggers | demands) & rest:
            return None
        return cls(plan, leg, shared, number, operator, drafts)

    def take(self, event: Event, label: str, now: int, looked: Looked) -> bool:
        """Deal with an event that nothing corrects or retracts, or say that the group must be."""
        value = event.keys.get(self.key)
        if value is None or max(event.occurred_at, event.recorded_at) > now:
            return False
        present = looked.at(self.key, value)
        if event.type in self.triggers:
            return self._open(event, label, now, looked, present)
        if not present.any_of(self.triggers):
            return True  # nothing is open, and what comes later will see this event
        if event.type not in self.demands:
            return False
        known = plain(event)
        if not holds(self.leg.pick.where, known):
            return True
        rows = looked.group(self.number, label).values()
        if not self.forward:
            return all(r.state == "met" and r.trigger < event.occurred_at for r in rows)
        if self.by or present.any_of(self.others | self.demands):
            return False
        return self._discharge(known, rows, now, looked)

    def _open(self, event: Event, label: str, now: int, looked: Looked, present: Present) -> bool:
        known = plain(event)
        if not _fits(self.form.triggers, known):
            return True
        if not self._holds(event.occurred_at):
            return True
        if present.any_of(self.others):
            return False
        try:
            row = (
                self._pending(known, label, now, looked, present)
                if self.forward
                else self._before(known, label, now, looked, present)
            )
        except CalendarUnknownError:
            return False
        if row is None:
            return False
        looked.put(row)
        return True

    def _holds(self, at: int) -> bool:
        if not self.plan.pack.cites_at(self.form.duty, at, self.drafts):
            return False
        return any(start <= at <= end for start, end in self.roles)

    def _pending(
        self, trigger: Known, label: str, now: int, looked: Looked, present: Present
    ) -> Row | None:
        if present.any_of(self.demands):
            return None
        due = window(self.world, self.leg.deadline, trigger.t, trigger).due
        if due is None or now > due:
            return None
        looked.wakes.add((due + 1, self.number, TIMER + label))
        return self._row(trigger, label, Outcome("pending", None, None, due))

    def _before(
        self, trigger: Known, label: str, now: int, looked: Looked, present: Present
    ) -> Row | None:
        done = []
        for event in looked.read(present.seqs(self.demands)):
            if max(event.occurred_at, event.recorded_at) > now:
                return None
            if looked.linked and (targets(event) or looked.store.linked(event.id)):
                return None
            known = plain(event)
            if holds(self.leg.pick.where, known):
                done.append(known)
        done.sort(key=lambda k: k.order)
        low, high = look_back(self.world, self.form, trigger.t)
        before = [d for d in done if d.t <= high and (low is None or d.t >= low)]
        good = next((d for d in before if self._valid(d, trigger.t)), None)
        facts = BackwardFacts(
            () if good is None else (good,),
            before[-1] if before else None,
            next((d for d in done if d.t > trigger.t), None),
        )
        self.world.as_of = now
        outcome = decide_backward(self.world, self.form, self.leg, trigger.t, facts)
        return self._row(trigger, label, outcome)

    def _valid(self, demand: Known, at: int) -> bool:
        until = demand.data.get(self.leg.valid_until) if self.leg.valid_until else None
        return until is None or parse_instant(until) >= at

    def _row(self, trigger: Known, label: str, outcome: Outcome) -> Row:
        keys = {k: trigger.keys[k] for k in self.form.id_keys if k in trigger.keys}
        shown = {e.id: e for e in (trigger, *outcome.evidence)}
        decided = outcome.decided
        if decided is not None:
            decided = max(decided, trigger.r, trigger.t)
        return Row(
            self.number,
            label,
            finding_id(self.operator, self.form.id, trigger.id, keys, {}),
            outcome.state,
            outcome.reason,
            trigger.t,
            outcome.due,
            decided,
            _JSON.encode([e.id for e in sorted(shown.values(), key=lambda k: k.order)]).decode(),
            _JSON.encode(keys).decode(),
            "{}",
            decided,
        )

    def _discharge(self, demand: Known, rows: Iterable[Row], now: int, looked: Looked) -> bool:
        """The first demand in time, recorded after every trigger."""
        listed = list(rows)
        if demand.r < looked.recorded or any(
            r.state != "pending" or r.due_at is None or not r.trigger <= demand.t <= r.due_at
            for r in listed
        ):
            return False
        self.world.as_of = now
        for row in listed:
            time = window(self.world, self.leg.deadline, row.trigger, demand)
            facts = ForwardFacts(good=demand)
            outcome = decide_forward(self.world, self.form, self.leg, row.trigger, time, facts)
            opened: list[str] = msgspec.json.decode(row.events)
            marks = sorted([*((row.trigger, name) for name in opened), (demand.t, demand.id)])
            looked.put(
                row._replace(
                    state=outcome.state,
                    reason=outcome.reason,
                    decided_at=outcome.decided,
                    events=_JSON.encode([name for _, name in marks]).decode(),
                    unsaid=outcome.decided,
                )
            )
            assert row.due_at is not None
            looked.ended.add((row.due_at + 1, row.plan, TIMER + row.grp))
        return True

    def expire(self, label: str, now: int, looked: Looked) -> bool:
        """Nothing came in time: decide what is past its deadline, if nothing else is there."""
        if not self.forward or not label.startswith("="):
            return False
        present = looked.at(self.key, label[1:])
        if present.any_of(self.others | self.demands):
            return False
        self.world.as_of = now
        for row in list(looked.group(self.number, label).values()):
            if row.state == "pending" and row.due_at is not None and row.due_at < now:
                time = window(self.world, self.leg.deadline, row.trigger, _NOTHING)
                if time.due != row.due_at:
                    return False
                outcome = decide_forward(
                    self.world, self.form, self.leg, row.trigger, time, ForwardFacts()
                )
                looked.put(
                    row._replace(
                        state=outcome.state,
                        reason=outcome.reason,
                        decided_at=outcome.decided,
                        unsaid=outcome.decided,
                    )
                )
        return True


_NOTHING = Known("", "", "", 0, 0, {}, {})


def _fits(picks: Picks, event: Known) -> bool:
    return any(event.type in pick.types and holds(pick.where, event) for pick in picks)


def look(store: Store, recorded: int) -> Looked:
    """Begin a batch. `recorded`: the latest `recorded_at` of the entries before it."""
    linked = store.db.execute("SELECT 1 FROM live_links LIMIT 1").fetchone() is not None
    return Looked(store, recorded, linked)


def make_fast(
    plans: Iterable[Plan],
    shared: Mapping[str, Shared],
    numbers: Mapping[str, int],
    operator: str,
    drafts: bool,
) -> dict[str, Fast]:
    """The fast ways there are, by the name of the plan."""
    found = {}
    for plan in plans:
        fast = Fast.make(plan, shared[plan.pack.id], numbers[plan.name], operator, drafts)
        if fast is not None:
            found[plan.name] = fast
    return found
