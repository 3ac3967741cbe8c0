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
    Window,
    decide_backward,
    decide_forward,
    look_back,
    window,
)
from lawkeep.judge.form import Leg, Pick, Picks, types_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.live_groups import plain, targets
from lawkeep.judge.live_plan import STARTED, Plan
from lawkeep.judge.live_rows import encode_json
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
_KEPT = 100_000
_QUARTER = 900_000_000
_QUARTERS_SINCE = 631_152_000_000_000  # 1990-01-01


class Present(dict[str, list[int]]):
    """Places of the events of a group by type, those of the batch so far included."""

    def any_of(self, types: frozenset[str]) -> bool:
        """Whether there is an event of one of the types."""
        return not types.isdisjoint(self)

    def seqs(self, types: frozenset[str]) -> list[int]:
        """Places of the events of some types."""
        return [seq for name in types for seq in self.get(name, ())]

    def add(self, name: str, seq: int) -> None:
        """An event came."""
        self.setdefault(name, []).append(seq)


@dataclass
class Looked:
    """What is known of the groups lately in use, and what a batch will write.

    It is kept from one batch to the next, while nobody else writes. `recorded`: the latest
    `recorded_at` before; `linked`: something corrects or retracts something.
    """

    store: Store
    recorded: int
    linked: bool
    present: dict[str, dict[str, Present]] = field(default_factory=dict)
    rows: dict[tuple[int, str], dict[str, Row]] = field(default_factory=dict)
    new: dict[tuple[int, str], dict[str, Row]] = field(default_factory=dict)
    wakes: set[tuple[int, int, str]] = field(default_factory=set)
    ended: set[tuple[int, int, str]] = field(default_factory=set)
    events: dict[int, Event] = field(default_factory=dict)

    def begin(self, store: Store) -> None:
        """Another transaction; what is too much to remember is forgotten."""
        self.store = store
        self.events = {}
        if len(self.rows) > _KEPT:
            self.rows = {}
        for kind, known in self.present.items():
            if len(known) > _KEPT:
                self.present[kind] = {}

    def prepare(self, kind: str, values: set[str]) -> None:
        """Look up many groups at once."""
        known = self.present.setdefault(kind, {})
        new = [value for value in values if value not in known]
        for value in new:
            known[value] = Present()
        rows = self.store.db.execute(
            # CROSS JOIN: from the values to the index, whatever SQLite thinks of its size.
            "SELECT i.value, i.type, i.seq FROM json_each(?) j "
            "CROSS JOIN live_index i ON i.kind = ? AND i.value = j.value",
            (encode_json(new), kind),
        )
        for value, name, seq in rows:
            known[value].add(name, seq)

    def at(self, kind: str, value: str) -> Present:
        """The events of a group."""
        known = self.present.get(kind, {}).get(value)
        if known is None:
            self.prepare(kind, {value})
            known = self.present[kind][value]
        return known

    def seen(self, seq: int, event: Event, kinds: Iterable[str]) -> None:
        """An event of the batch has been dealt with; the next ones come after it."""
        self.recorded = max(self.recorded, event.recorded_at)
        self.events[seq] = event
        for kind in kinds:
            value = event.keys.get(kind)
            if value is not None:
                known = self.present.get(kind, {}).get(value)
                if known is not None:
                    known.add(event.type, seq)

    def fetch(self, wanted: Iterable[tuple[int, str]]) -> None:
        """Look up the findings of many groups at once."""
        new = [group for group in wanted if group not in self.rows]
        for group in new:
            self.rows[group] = {}
        rows = self.store.db.execute(
            "SELECT o.* FROM json_each(?) j CROSS JOIN live_obligations o "
            "ON o.plan = j.value ->> 0 AND o.grp = j.value ->> 1",
            (encode_json(new),),
        )
        for found in map(Row._make, rows):
            self.rows[found.plan, found.grp][found.id] = found

    def group(self, number: int, label: str) -> dict[str, Row]:
        """Findings kept of a group, by id, with those that the batch will write."""
        if (number, label) not in self.rows:
            self.fetch([(number, label)])
            self.rows[number, label] |= self.new.get((number, label), {})
        return self.rows[number, label]

    def forget(self, number: int, label: str) -> None:
        """The findings of a group are written by somebody else."""
        self.rows.pop((number, label), None)

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
        self.others = plan.types - self.triggers - self.demands - {STARTED[1]}
        self.world = GroupWorld(shared, [], 0, shared.pack.calendar)
        self.spans = self.world.duty_spans(plan.form, drafts)
        self.parts = tuple(part.names[0] for part in plan.form.same)
        self.further = tuple(name for name in self.parts if name != self.key)
        self.forward = plan.form.pattern == "response"
        self.ends: dict[int, int] = {}
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
        picks: list[Pick] = [leg.pick, *leg.undone_by, *form.unless, *form.contrary]
        if any(part.space != "key" or part.root or len(part.names) > 1 for part in form.same):
            return None
        if any(p.match.trigger != form.same or p.match.other != form.same for p in picks):
            return None
        if "incident.measured" in plan.types:
            return None
        triggers, demands = set(types_of(form.triggers)), set(leg.pick.types)
        if plan.started and (STARTED[1] in triggers | demands or STARTED[0] not in triggers):
            return None
        rest = set(types_of(picks[1:]))
        if triggers & demands or (triggers | demands) & rest:
            return None
        return cls(plan, leg, shared, number, operator, drafts)

    def take(self, event: Known, label: str, now: int, looked: Looked) -> bool:
        """Deal with an event that nothing corrects or retracts, or say that the group must be."""
        value = event.keys.get(self.key)
        if value is None or event.t > now or event.r > now:
            return False
        present = looked.at(self.key, value)
        if event.type in self.triggers:
            if event.type == STARTED[0] and event.data.get("kind") is None:
                return False  # its kind may come from another event
            return self._open(event, label, now, looked, present)
        if not present.any_of(self.triggers):
            return True  # nothing is open, and what comes later will see this event
        if event.type not in self.demands:
            return False
        if not holds(self.leg.pick.where, event):
            return True
        rows = looked.group(self.number, label).values()
        if not self.forward:
            return all(r.state == "met" and r.trigger < event.t for r in rows)
        if self.by or present.any_of(self.others | self.demands):
            return False
        return self._discharge(event, rows, now, looked)

    def _open(self, known: Known, label: str, now: int, looked: Looked, present: Present) -> bool:
        if not _fits(self.form.triggers, known):
            return True
        if not self._holds(known.t):
            return True
        if self.further and not known.keys.keys() >= set(self.further):
            return False
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
        return any(start <= at <= end for start, end in self.spans)

    def _pending(
        self, trigger: Known, label: str, now: int, looked: Looked, present: Present
    ) -> Row | None:
        if present.any_of(self.demands):
            return None
        due = self._due(trigger)
        if due is None or now > due:
            return None
        looked.wakes.add((due + 1, self.number, TIMER + label))
        return self._row(trigger, label, Outcome("pending", None, None, due))

    def _due(self, trigger: Known) -> int | None:
        """The end of the window. Ends in law days are the same for a quarter of an hour, which
        divides every offset from UTC in use since 1990."""
        length = self.leg.deadline.due
        if self.by or length is None or length.unit == "us" or trigger.t < _QUARTERS_SINCE:
            return window(self.world, self.leg.deadline, trigger.t, trigger).due
        quarter = trigger.t // _QUARTER
        due = self.ends.get(quarter)
        if due is None:
            due = self.ends[quarter] = self.world.calendar.end(trigger.t, length)
            if len(self.ends) > _KEPT:
                self.ends = {}
        return due

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
            if self._same(known.keys, trigger.keys) and holds(self.leg.pick.where, known):
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

    def _same(self, mine: dict[str, str], other: dict[str, str]) -> bool:
        return all(mine.get(name) == other.get(name) for name in self.further)

    def _valid(self, demand: Known, at: int) -> bool:
        until = demand.data.get(self.leg.valid_until) if self.leg.valid_until else None
        return until is None or parse_instant(until) >= at

    def _row(self, trigger: Known, label: str, outcome: Outcome) -> Row:
        keys = {k: trigger.keys[k] for k in self.form.id_keys if k in trigger.keys}
        if outcome.evidence:
            shown = {e.id: e for e in (trigger, *outcome.evidence)}
            names = [e.id for e in sorted(shown.values(), key=lambda k: k.order)]
        else:
            names = [trigger.id]
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
            encode_json(names),
            encode_json(keys),
            "{}",
            decided,
        )

    def _discharge(self, demand: Known, rows: Iterable[Row], now: int, looked: Looked) -> bool:
        """The first demand in time, recorded after every trigger."""
        listed = list(rows)
        if self.further:
            listed = [r for r in listed if self._same(msgspec.json.decode(r.keys), demand.keys)]
        at = demand.t
        if demand.r < looked.recorded:
            return False
        for row in listed:
            due = row.due_at
            if row.state != "pending" or due is None or not row.trigger <= at <= due:
                return False
        self.world.as_of = now
        met = self.leg.deadline.met_within
        facts = ForwardFacts(good=demand)
        for row in listed:
            due = row.due_at
            assert due is not None
            met_by = due if met is None else self.world.calendar.end(row.trigger, met)
            time = Window(met_by, due)
            outcome = decide_forward(self.world, self.form, self.leg, row.trigger, time, facts)
            opened: list[str] = msgspec.json.decode(row.events)
            marks = [*((row.trigger, name) for name in opened), (at, demand.id)]
            marks.sort()
            looked.put(
                Row(
                    row.plan,
                    row.grp,
                    row.id,
                    outcome.state,
                    outcome.reason,
                    row.trigger,
                    due,
                    outcome.decided,
                    encode_json([name for _, name in marks]),
                    row.keys,
                    row.for_each,
                    outcome.decided,
                )
            )
            looked.ended.add((due + 1, row.plan, TIMER + row.grp))
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
