"""Live judging: obligations opened and discharged in the ledger's own commit, and one timer.

`Live` keeps the findings of one operator beside the entries of its ledger. Each append re-judges
the groups of events that it touches, in its own transaction; `advance` does what only the passing
of time decides. At any instant, after `advance`, the findings are those that
`judge.reference.judge_pack` gives for the ledger as of that instant.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from lawkeep.judge.knowledge import META
from lawkeep.judge.live_core import CHUNK, Judging, Update
from lawkeep.judge.live_groups import WHOLE, Groups, label_of
from lawkeep.judge.live_rows import LiveFinding, live_finding
from lawkeep.judge.live_store import VERSION, Row, Store
from lawkeep.law.pack import Pack
from lawkeep.ledger import Ledger
from lawkeep.ledger.audit import Row as EntryRow
from lawkeep.ledger.entry import Appended, decode
from lawkeep.ledger.schema import connect
from lawkeep.model.event import Event


class Live(Judging):
    """Live findings of one operator over an open ledger. `attach` before use.

    `clock`: the present, microseconds of UTC; time that goes back is not followed. `only`: ids or
    codes of duties; empty: all.
    """

    def __init__(
        self,
        ledger: Ledger,
        packs: Iterable[Pack],
        *,
        operator: str,
        clock: Callable[[], int],
        drafts: bool = False,
        only: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(packs, operator=operator, drafts=drafts, only=only)
        self.ledger, self.clock = ledger, clock
        self._db: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._reader_turn = threading.Lock()
        self._given: dict[str, Event] = {}

    def attach(self) -> Update:
        """Take over what the ledger holds, follow the law, and listen to every append from now on.

        The first time this judges the whole ledger. A law that differs from the one used last is
        applied to the duties that differ.
        """
        with self._writing() as store:
            store.make()
            marks = store.meta("version"), store.meta("for")
            fresh = marks != (VERSION, self._for())
            if fresh:
                store.clear()
                store.set_meta("version", VERSION)
                store.set_meta("for", self._for())
        return self._take_over(fresh=fresh)

    def _take_over(self, *, fresh: bool) -> Update:
        with self._writing() as store:
            update = self._follow_law(store)
        taken = self._catch_up()
        if fresh:
            with self._writing() as store:
                self._refresh(store, self._latest)
                self._reconcile(store)
                self._stamp(store)
        self.ledger.on_append = self._appended
        return replace(update, taken=taken)

    def close(self) -> None:
        """Stop listening; the ledger stays open."""
        if self.ledger.on_append == self._appended:
            self.ledger.on_append = None
        for db in (self._db, self._reader):
            if db is not None:
                db.close()
        self._db = self._reader = None

    def rebuild(self, now: int) -> None:
        """Forget everything and judge the whole ledger anew, as of `now`."""
        with self._writing() as store:
            store.make()
            store.clear()
            store.set_meta("version", VERSION)
            store.set_meta("for", self._for())
        self._latest = 0
        self._take_over(fresh=True)
        self.advance(now)

    def _for(self) -> str:
        return f"{self.operator} {self.drafts}"

    @contextmanager
    def _writing(self) -> Iterator[Store]:
        """A transaction of our own: the lock of SQLite is the turn-taking with every append."""
        if self._db is None:
            self._db = connect(self.ledger.path, "rw", 60.0)
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield Store(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            self._serial = None
            raise

    # Entries.

    def append(self, events: Sequence[Event]) -> Appended:
        """`Ledger.append`, without reading back what was just written. For one thread."""
        self._given = {event.id: event for event in events}
        try:
            return self.ledger.append(events)
        finally:
            self._given = {}

    def _appended(self, db: sqlite3.Connection, rows: list[EntryRow]) -> None:
        """The ledger's hook: entries in their own transaction."""
        store = Store(db)
        try:
            if not self._refresh(store, self.clock()):
                return
            cursor = int(store.meta("cursor") or 0)
            if cursor < rows[0][0]:
                self._take_range(store, cursor, rows[0][0])
            given = self._given
            taken = [(seq, given.get(id_) or decode(raw)) for seq, id_, _, raw in rows]
            self._take(store, taken, self._latest)
            self._stamp(store)
        except BaseException:
            self._serial = None
            raise

    def _catch_up(self) -> int:
        """Entries that came while nobody listened, at the pace of their own recording."""
        taken = 0
        while True:
            with self._writing() as store:
                if not self._refresh(store, self._latest):
                    break
                cursor = int(store.meta("cursor") or 0)
                page = store.entries(cursor, CHUNK)
                if not page:
                    break
                events = [(seq, decode(raw)) for seq, raw in page]
                present = self.clock()
                self._latest = max(self._latest, *(min(e.recorded_at, present) for _, e in events))
                self._take(store, events, self._latest)
                self._stamp(store)
                taken += len(page)
        return taken

    # Time.

    def advance(self, now: int, *, limit: int | None = None, chunk: int = CHUNK) -> int:
        """Judge every group whose time has come, the earliest first; how many groups.

        Entries that others appended are taken first. `limit`: at most about so many; what is
        left is still due. Does nothing while another law is in charge (`displaced`).
        """
        done = 0
        while limit is None or done < limit:
            with self._writing() as store:
                if not self._refresh(store, now):
                    return done
                cursor = int(store.meta("cursor") or 0)
                if page := store.entries(cursor, CHUNK):
                    self._take(store, [(seq, decode(raw)) for seq, raw in page], self._latest)
                    self._stamp(store)
                    continue
                due = store.due(self._latest, chunk)
                if not due:
                    self._stamp(store)
                    return done
                self._wake_up(store, due)
                self._stamp(store)
            done += len(due)
        return done

    def next_wake(self) -> int | None:
        """When something is due at the earliest; None: nothing is."""
        with self._reading() as db:
            row = db.execute("SELECT at FROM live_wakes ORDER BY at LIMIT 1").fetchone()
            told = db.execute(
                "SELECT unsaid FROM live_obligations WHERE unsaid IS NOT NULL "
                "ORDER BY unsaid LIMIT 1"
            ).fetchone()
        times = [r[0] for r in (row, told) if r is not None]
        return min(times, default=None)

    # Looking.

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that only reads; threads take turns."""
        with self._reader_turn:
            if self._reader is None:
                self._reader = connect(self.ledger.path, "ro", 60.0)
            try:
                yield self._reader
            finally:
                if self._reader.in_transaction:
                    self._reader.execute("ROLLBACK")

    def unsaid(self, now: int, limit: int) -> list[Row]:
        """Findings that the ledger has not been told as they are, and may be by now."""
        query = (
            "SELECT * FROM live_obligations WHERE unsaid IS NOT NULL AND unsaid <= ? "
            "ORDER BY unsaid, id LIMIT ?"
        )
        with self._reading() as db:
            return [Row(*row) for row in db.execute(query, (now, limit))]

    def said(self, names: Iterable[str]) -> dict[str, tuple[Event, str]]:
        """Per finding the event that the ledger was last told of it with, and what it said."""
        found = {}
        with self._reading() as db:
            store = Store(db)
            for name in names:
                told = store.said(name)
                entry = None if told is None else store.named(told[0])
                if told is not None and entry is not None:
                    found[name] = (entry[1], told[1])
        return found

    def law_loaded(self) -> str | None:
        """Canonical JSON of what the ledger was last told of the law."""
        with self._reading() as db:
            return Store(db).meta("law_loaded")

    def tell(self, rows: Iterable[Row]) -> None:
        """The ledger has been told of these; one that has changed since stays to be told."""
        same = "plan = ? AND grp = ? AND id = ? AND state = ? AND events = ? AND unsaid = ?"
        with self._writing() as store:
            marks = [(r.plan, r.grp, r.id, r.state, r.events, r.unsaid) for r in rows]
            store.db.executemany(
                f"DELETE FROM live_obligations WHERE {same} AND state = 'withdrawn'",  # noqa: S608 -- ours
                marks,
            )
            store.db.executemany(
                f"UPDATE live_obligations SET unsaid = NULL WHERE {same}",  # noqa: S608 -- ours
                marks,
            )

    def findings(self) -> list[LiveFinding]:
        """Every finding that arises, as it stands; call `advance` first for the present."""
        return self._look("state != 'withdrawn' ORDER BY plan, grp, id")

    def obligations(self, until: int | None = None) -> list[LiveFinding]:
        """What is pending with a deadline, the earliest first. `until`: due by then."""
        bound = "" if until is None else f" AND due_at <= {until:d}"
        return self._look(f"state = 'pending' AND due_at IS NOT NULL{bound} ORDER BY due_at, id")

    def snapshot(self) -> tuple[list[LiveFinding], int, int]:
        """The findings, how many entries they rest on, and the instant as of which they stand."""
        with self._reading() as db:
            db.execute("BEGIN")
            store = Store(db)
            found = self._rows(db, "state != 'withdrawn'")
            return found, int(store.meta("cursor") or 0), int(store.meta("now") or 0)

    def part(self, duty: str, ids: Iterable[str], keys: dict[str, str], end: int) -> list[Event]:
        """The events before entry `end` that a finding of a duty rests on, and may rest on.

        `ids`: of events that show it. `keys`: of the finding.
        """
        plan = next(p for p in self.plans if p.name == duty)
        with self._reading() as db:
            groups = Groups(Store(db), self.operator, self._latest)
            labels = {f"={keys[plan.key]}"} if plan.how == "key" and plan.key in keys else set()
            for name in ids:
                entry = groups.store.named(name)
                if entry is not None and entry[1].type in plan.types:
                    labels.add(label_of(plan, *entry))
            found = dict(groups.read(groups.store.typed(META)))
            if plan.every:
                found.update(groups.read(range(end)))
            elif plan.how == "whole":
                labels = {WHOLE}
            for label in labels:
                found.update(groups.members(plan, label)[0])
            for event in list(found.values()):
                found.update(groups.family(event.id))
        return [event for seq, event in sorted(found.items()) if seq < end]

    def _look(self, where: str) -> list[LiveFinding]:
        with self._reading() as db:
            return self._rows(db, where)

    def _rows(self, db: sqlite3.Connection, where: str) -> list[LiveFinding]:
        names = {number: name for name, number in self.numbers.items()}
        query = f"SELECT * FROM live_obligations WHERE {where}"  # noqa: S608 -- ours
        rows = db.execute(query).fetchall()
        return [live_finding(Row(*row), names) for row in rows if row[0] in names]
