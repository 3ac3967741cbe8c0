"""The work of live judging within one transaction: take entries, judge groups, follow the law."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from lawkeep.judge.knowledge import META, Knowledge
from lawkeep.judge.live_fast import TIMER, Fast, Looked, look, make_fast
from lawkeep.judge.live_groups import Groups, Located, label_of, plain, targets
from lawkeep.judge.live_plan import Plan, make_plans
from lawkeep.judge.live_rows import encode_json, row_of, what_of, withdrawn
from lawkeep.judge.live_still import Still
from lawkeep.judge.live_store import Row, Store
from lawkeep.judge.live_world import Shared, Wake, judge_group
from lawkeep.law.pack import Pack
from lawkeep.ledger.entry import decode
from lawkeep.model.event import Event
from lawkeep.model.finding import Finding

CHUNK = 1000
OPERATOR = -1
"""Number of the wake that is about who the operator is, not about a duty."""


@dataclass(frozen=True)
class Update:
    """What a change of the law did: duties by name, and how many findings are not as before."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    findings: int = 0
    taken: int = 0
    """Entries that had not been judged yet."""


class Judging:
    """The findings of one operator as of the instant of its last transaction.

    What is in memory (who the operator is, short ways) belongs to the last commit of ours; a
    transaction begins with `_refresh` and ends with `_stamp`, which notice anybody else's.
    """

    def __init__(
        self,
        packs: Iterable[Pack],
        *,
        operator: str,
        drafts: bool,
        only: frozenset[str],
    ) -> None:
        self.operator, self.drafts = operator, drafts
        self.packs = tuple(packs)
        self.plans = make_plans(self.packs, drafts=drafts, only=only)
        self.numbers: dict[str, int] = {}
        self._by_number: dict[int, Plan] = {}
        self._by_type: dict[str, list[Plan]] = defaultdict(list)
        self._kinds: dict[str, set[str]] = defaultdict(set)
        for plan in self.plans:
            for name in plan.types:
                self._by_type[name].append(plan)
                if plan.how == "key":
                    self._kinds[name].add(f"={plan.key}")
                else:
                    self._kinds[name].add("")
                    if plan.how == "linked":
                        self._kinds[name] |= plan.kinds.keys()
        for name in META:
            self._kinds[name].add("")
        self._every = [plan for plan in self.plans if plan.every]
        self._shared: dict[str, Shared] = {}
        self._serial: str | None = None
        self._looked: Looked | None = None
        self.displaced = False
        self.law = sha256(repr([(p.name, p.digest) for p in self.plans]).encode()).hexdigest()
        self._still: dict[str, Still | None] = {}
        self._fast: dict[str, Fast] = {}
        self._fast_kinds: set[str] = set()
        self._recorded = 0
        self._changed = 0
        self._latest = 0

    # The law.

    def _follow_law(self, store: Store) -> Update:
        """Judge what the law of now asks differently from that of before."""
        rows = store.db.execute("SELECT name, number, digest FROM live_plans").fetchall()
        known = {name: (number, digest) for name, number, digest in rows}
        wanted = {plan.name: plan for plan in self.plans}
        free = max((number for _, number, _ in rows), default=0) + 1
        for at, name in enumerate(sorted(wanted.keys() - known.keys())):
            known[name] = (free + at, "")
        store.set_meta("law", self.law)
        self.displaced = False
        self.numbers = {name: known[name][0] for name in wanted}
        self._by_number = {self.numbers[name]: plan for name, plan in wanted.items()}
        self._refresh(store, 0)
        fresh = [p for p in self.plans if known[p.name][1] != p.digest]
        gone = sorted(known.keys() - wanted.keys())
        self._widen(store)
        self._changed = 0
        now = self._latest
        groups = Groups(store, self.operator, now)
        for name in gone:
            self._forget(store, known[name][0], now)
        for plan in fresh:
            self._judge_all(groups, plan)
            store.db.execute(
                "INSERT OR REPLACE INTO live_plans VALUES (?, ?, ?)",
                (plan.name, self.numbers[plan.name], plan.digest),
            )
        self._stamp(store)
        return Update(
            tuple(p.name for p in fresh if not known[p.name][1]),
            tuple(gone),
            tuple(p.name for p in fresh if known[p.name][1]),
            self._changed,
        )

    def _widen(self, store: Store) -> None:
        """Index what the duties of now read and those of before did not."""
        have: dict[str, set[str]] = defaultdict(set)
        for name, kind in store.db.execute("SELECT type, kind FROM live_indexed").fetchall():
            have[name].add(kind)
        lacking = {n: k - have[n] for n, k in self._kinds.items() if k - have[n]}
        if not lacking:
            return
        end = int(store.meta("cursor") or 0)
        at = 0
        while at < end and (page := store.entries(at, min(CHUNK, end - at))):
            rows: list[tuple[str, str, str, int]] = []
            for seq, raw in page:
                event = decode(raw)
                rows += _index_rows(event, seq, lacking.get(event.type, set()))
            store.index(rows)
            at = page[-1][0] + 1
        store.db.executemany(
            "INSERT OR IGNORE INTO live_indexed VALUES (?, ?)",
            [(name, kind) for name, kinds in lacking.items() for kind in kinds],
        )

    def _forget(self, store: Store, number: int, now: int) -> None:
        """A duty that is not asked any more: its findings arise no longer."""
        rows = store.db.execute("SELECT * FROM live_obligations WHERE plan = ?", (number,))
        self._replace(store, [Row(*row) for row in rows.fetchall()], [], now)
        store.db.execute("DELETE FROM live_wakes WHERE plan = ?", (number,))
        store.db.execute("DELETE FROM live_plans WHERE number = ?", (number,))

    # Entries.

    def _take_range(self, store: Store, start: int, end: int) -> None:
        while start < end:
            page = store.entries(start, min(CHUNK, end - start))
            self._take(store, [(seq, decode(raw)) for seq, raw in page], self._latest)
            start = page[-1][0] + 1

    def _take(self, store: Store, entries: list[Located], now: int) -> None:
        """Judge what some entries touch. They must follow the last ones taken."""
        groups = Groups(store, self.operator, now)
        links: list[tuple[str, int]] = []
        index: list[tuple[str, str, str, int]] = []
        dirty: dict[Plan, dict[str, None]] = defaultdict(dict)
        about = False
        mine = [(seq, e) for seq, e in entries if e.operator == self.operator]
        looked = self._remembered(store)
        self._prepare(looked, mine)
        for seq, event in mine:
            groups.keep(seq, event)
            links += [(name, seq) for name in self._targets(store, event)]
            index += _index_rows(event, seq, self._kinds.get(event.type, set()))
        store.link(links)
        linked = {seq for _, seq in links}
        heard = {name for name, _ in links}
        for seq, event in mine:
            if event.type in ("finding.judged", "law.loaded"):
                self._heard(store, event)
            if seq in linked or (
                groups.any_links and (event.id in heard or store.linked(event.id))
            ):
                looked.linked = True
                for at, other in groups.family(event.id):
                    about |= self._mark(dirty, at, other)
            else:
                about |= self._mark(dirty, seq, event, now, looked)
            if event.type in self._by_type:
                looked.seen(seq, event, self._fast_kinds)
        store.index(index)  # not before: the short ways ask what was there before an event
        for plan in self._every:
            if mine:
                dirty[plan]["*"] = None
        if about:
            dirty |= self._new_operator(groups)
        store.set_meta("cursor", str(entries[-1][0] + 1))
        self._recorded = looked.recorded
        self._changed += looked.write()
        self._judge(groups, dirty)

    def _targets(self, store: Store, event: Event) -> list[str]:
        """What an event corrects or retracts; a finding told anew concerns no duty."""
        found = targets(event)
        if found and event.type == "finding.judged" and event.type not in self._by_type:
            told = store.said(str(event.data.get("finding")))
            if told is not None and found == [told[0]]:
                return []
        return found

    def _remembered(self, store: Store) -> Looked:
        """What is remembered of the groups, for one more transaction."""
        if self._looked is None:
            self._looked = look(store, self._recorded)
        self._looked.begin(store)
        return self._looked

    def _prepare(self, looked: Looked, mine: list[Located]) -> None:
        """Look up together what the short ways will ask of the groups of a batch."""
        values: dict[str, set[str]] = defaultdict(set)
        groups: set[tuple[int, str]] = set()
        for _, event in mine:
            for plan in self._by_type.get(event.type, ()):
                fast = self._fast.get(plan.name)
                value = None if fast is None else event.keys.get(fast.key)
                if fast is not None and value is not None:
                    values[fast.key].add(value)
                    if event.type in fast.demands:
                        groups.add((fast.number, f"={value}"))
        for kind, named in values.items():
            looked.prepare(kind, named)
        looked.fetch(groups)

    def _mark(
        self,
        dirty: dict[Plan, dict[str, None]],
        seq: int,
        event: Event,
        now: int | None = None,
        looked: Looked | None = None,
    ) -> bool:
        """Note the groups of an event; whether it is about the operator. Events that only add to
        a group in a way that needs no second look (`live_fast`, `live_still`) are dealt with."""
        plans = self._by_type.get(event.type, ())
        known = plain(event) if plans and now is not None else None
        for plan in plans:
            label = label_of(plan, seq, event)
            if now is not None and known is not None and label not in dirty.get(plan, ()):
                still = self._still.get(plan.name)
                if still is not None and still.changes_nothing(event, now):
                    continue
                fast = self._fast.get(plan.name)
                if fast is not None and looked is not None and fast.take(known, label, now, looked):
                    continue
            dirty[plan][label] = None
        return event.type in META

    def _new_operator(self, groups: Groups) -> dict[Plan, dict[str, None]]:
        """Who the operator is has changed: the groups of every duty that it bears on."""
        old = next(iter(self._shared.values())).knowledge if self._shared else None
        new = self._know(groups)
        dirty: dict[Plan, dict[str, None]] = {}
        roles = old is None or old.profiles != new.profiles
        for plan in self.plans:
            if roles or any(
                old is not None and old.covered_spans(t) != new.covered_spans(t) for t in plan.types
            ):
                dirty[plan] = dict.fromkeys(self._labels(groups, plan))
        return dirty

    def _know(self, groups: Groups) -> Knowledge:
        wake = Wake(groups.now)
        knowledge = groups.operator_knowledge(wake)
        if wake.at is not None:
            groups.store.wake([(wake.at, OPERATOR, "")])
        self._shared = {}
        for plan in self.plans:
            if plan.pack.id not in self._shared:
                self._shared[plan.pack.id] = Shared(knowledge, plan.pack, plan.states, {})
        self._still = {}
        self._looked = None
        self._fast = make_fast(self.plans, self._shared, self.numbers, self.operator, self.drafts)
        self._fast_kinds = {fast.key for fast in self._fast.values()}
        return knowledge

    # Judging.

    def _labels(self, groups: Groups, plan: Plan) -> Iterator[str]:
        """Every group of a plan."""
        store = groups.store
        if plan.how == "whole":
            yield "*"
        elif plan.how == "linked":
            seen: set[str] = set()
            for seq in store.typed(plan.types):
                if f"#{seq}" not in seen:
                    _, labels = groups.members(plan, f"#{seq}")
                    seen.update(labels)
                    yield labels[0]
        else:
            for value in store.values(str(plan.key), plan.types):
                if value or plan.started:
                    yield f"={value}"
                    continue
                for type_name, seq in store.found(str(plan.key), ""):
                    if type_name in plan.types:
                        yield f"#{seq}"

    def _judge_all(self, groups: Groups, plan: Plan) -> None:
        self._judge(groups, {plan: dict.fromkeys(self._labels(groups, plan))})

    def _judge(self, groups: Groups, dirty: dict[Plan, dict[str, None]]) -> None:
        for plan, labels in dirty.items():
            done: set[str] = set()
            for label in labels:
                if label not in done:
                    done.update(self._judge_one(groups, plan, label))

    def _judge_one(self, groups: Groups, plan: Plan, label: str) -> tuple[str, ...]:
        """Judge a group anew and keep what is different; its labels."""
        store, now, number = groups.store, groups.now, self.numbers[plan.name]
        events, labels = groups.members(plan, label)
        wake = Wake(now)
        instants = None
        if plan.every:
            counted = groups.everything(wake)
            instants = sorted({k.t for k in counted})
            counted = [k for k in counted if k.type in plan.types]
        else:
            counted = groups.known(events, wake)
        judged = judge_group(
            plan,
            self._shared[plan.pack.id],
            counted,
            now,
            wake,
            operator=self.operator,
            drafts=self.drafts,
            instants=instants,
        )
        if plan.how == "whole" and not plan.every:
            self._still[plan.name] = Still.make(plan, counted)
        kept = store.group(number, labels)
        if self._looked is not None:
            self._looked.forget(number, labels[0])
        self._replace(store, kept, [(number, labels[0], j.finding) for j in judged], now)
        if wake.at is not None:
            store.wake([(wake.at, number, labels[0])])
        return labels

    def _replace(
        self, store: Store, kept: list[Row], found: list[tuple[int, str, Finding]], now: int
    ) -> None:
        """Keep the findings of a group in the place of those kept before."""
        old = {row.id: row for row in kept}
        rows: list[Row] = []
        gone: list[Row] = []
        for number, label, finding in found:
            before = old.pop(finding.id, None)
            row = row_of(number, label, finding)
            if before is not None and before[3:11] == row[3:11]:
                if before.grp != label:
                    gone.append(before)
                    rows.append(before._replace(grp=label))
                continue
            if before is not None and before.grp != label:
                gone.append(before)
            if row.decided_at is not None:
                rows.append(row._replace(unsaid=row.decided_at))
            else:
                rows.append(row._replace(unsaid=now if store.said(row.id) else None))
            self._changed += 1
        for before in old.values():
            if before.state == "withdrawn":
                continue
            self._changed += 1
            if store.said(before.id):
                rows.append(before._replace(state="withdrawn", unsaid=now))
            else:
                gone.append(before)
        store.drop(gone)
        store.put(rows)

    # Time.

    def _wake_up(self, store: Store, due: list[tuple[int, int, str]]) -> None:
        groups = Groups(store, self.operator, self._latest)
        dirty: dict[Plan, dict[str, None]] = defaultdict(dict)
        if any(number == OPERATOR for _, number, _ in due):
            dirty |= self._new_operator(groups)
        looked = self._remembered(store)
        for _, number, name in due:
            plan = self._by_number.get(number)
            if plan is None:
                continue
            label = name.removeprefix(TIMER)
            if label != name:
                fast = self._fast.get(plan.name)
                if fast is not None and fast.expire(label, self._latest, looked):
                    continue
            dirty[plan][label] = None
        self._changed += looked.write()
        self._judge(groups, dirty)

    # Our place.

    def _refresh(self, store: Store, now: int) -> bool:
        """Go on from the last commit; forget what is in memory if it was somebody else's.

        False: somebody judges this ledger by another law since, and we must not.
        """
        serial = store.meta("serial") or ""
        self._latest = max(now, int(store.meta("now") or 0))
        self._recorded = int(store.meta("recorded") or 0)
        if serial != self._serial or not self._shared:
            if store.meta("law") not in (None, self.law):
                self.displaced = True
                return False
            self._know(Groups(store, self.operator, self._latest))
        return True

    def _stamp(self, store: Store) -> None:
        # Not a number: an append that was undone must not be taken for one of somebody else's.
        self._serial = secrets.token_hex(8)
        store.set_meta("serial", self._serial)
        store.set_meta("now", str(self._latest))
        store.set_meta("recorded", str(self._recorded))

    def _heard(self, store: Store, event: Event) -> None:
        """The ledger has been told a finding, or the law."""
        if event.type == "law.loaded":
            store.set_meta("law_loaded", encode_json(event.data))
            return
        name = event.data.get("finding")
        if isinstance(name, str):
            store.db.execute(
                "INSERT OR REPLACE INTO live_said VALUES (?, ?, ?)",
                (name, event.id, what_of(event.data)),
            )

    def _reconcile(self, store: Store) -> None:
        """What the ledger was told and is so no longer, after the ledger was judged anew."""
        rows = store.db.execute(
            "SELECT id, event FROM live_said WHERE id NOT IN (SELECT id FROM live_obligations)"
        ).fetchall()
        numbers = {plan.form.id: self.numbers[plan.name] for plan in self.plans}
        gone = []
        for name, event_id in rows:
            entry = store.named(event_id)
            if entry is None or entry[1].data.get("state") == "withdrawn":
                continue
            number = numbers.get(str(entry[1].data.get("duty")))
            if number is not None:
                gone.append(withdrawn(number, name, entry[1], self._latest))
        store.put(gone)
        store.db.execute(
            "UPDATE live_obligations SET unsaid = ? WHERE decided_at IS NULL AND unsaid IS NULL "
            "AND id IN (SELECT id FROM live_said)",
            (self._latest,),
        )


def _index_rows(event: Event, seq: int, kinds: Iterable[str]) -> list[tuple[str, str, str, int]]:
    """Rows of the index. `=kind`: also where the event has no such key, as the empty value."""
    rows = []
    for kind in kinds:
        name = kind.removeprefix("=")
        value = event.keys.get(name)
        if value is not None or kind == "" or name != kind:
            rows.append((name, value or "", event.type, seq))
    return rows
