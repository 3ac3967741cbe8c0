"""Exposure: the sanction rows that breaches open. Never "the penalty".

`docs/explanation/judging.md`, sentences 23 to 29. A row is listed once per act, with all its
findings; amounts are never multiplied or added. Order: the act with the largest standing fine
first, then by act, then by tier.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lawkeep.judge.act import Act, acts
from lawkeep.judge.discretion import Steps
from lawkeep.judge.opener import Facts, Opener, discovered, gain, harm, openers
from lawkeep.judge.outcome import Judged
from lawkeep.judge.world import World
from lawkeep.law.pack import Pack
from lawkeep.law.procedure import Band, procedure_of, reach
from lawkeep.law.tables import RANKS, Rank, Row
from lawkeep.model.finding import Exposure, Finding
from lawkeep.model.time import format_local, parse_instant

SUBSTANCE_ONLY = "substance-only"
"""Caveat: no verified row of the act has a fine, so this one stands without a text behind it."""


@dataclass(frozen=True)
class Opened:
    """A row, what opens it and the findings that name it."""

    row: Row
    by: Opener
    findings: tuple[Finding, ...]
    needs_lawyer: bool = False

    @property
    def instrument(self) -> str:
        return self.row.law.partition("@")[0]

    @property
    def edition(self) -> str:
        return self.row.law.partition("@")[2]


def exposure(
    judged: list[Judged],
    world: World,
    pack: Pack,
    *,
    as_of: int,
    drafts: bool,
    place: str | None = None,
) -> tuple[Exposure, ...]:
    """The rows that the breaches among the findings open, act by act.

    `place`: where the operator is, as it wrote it; with none, or one that the pack does not know,
    only discretion standards of the whole jurisdiction are shown.
    """
    facts = Facts(world)
    steps = Steps(pack, place, as_of, drafts=drafts)
    weighed = [
        _weigh(act, rows, facts, pack, as_of, steps)
        for act in acts(judged, world)
        if (rows := _Rows(act, facts, pack, as_of, drafts=drafts).opened())
    ]
    weighed.sort(key=lambda pair: (-pair[0][0], -pair[0][1], pair[1][0].act))
    return tuple(row for _, rows in weighed for row in rows)


class _Rows:
    """The rows of one act."""

    def __init__(self, act: Act, facts: Facts, pack: Pack, as_of: int, *, drafts: bool) -> None:
        self.act, self.pack, self.as_of, self.drafts = act, pack, as_of, drafts
        self.openers = openers(act, facts)
        self.gain = gain(act, facts)
        self.procedure = procedure_of(pack.head)

    def opened(self) -> list[Opened]:
        """[25] [29] Rows of the editions in force during the act, or of a lighter newer one."""
        laws: dict[str, list[Finding]] = defaultdict(list)
        for one, time in self.act.parts:
            for law in self._laws(one, time.sure):
                laws[law].append(one.finding)
        instruments: dict[str, list[str]] = defaultdict(list)
        for law in sorted(laws):
            instruments[law.partition("@")[0]].append(law)
        found: list[Opened] = []
        for editions in instruments.values():
            if len(editions) == 1:
                found += self._lighter(editions[0], laws[editions[0]])
                continue
            with_rows = [rows for law in editions if (rows := self._open(law, laws[law]))]
            across = len(with_rows) > 1
            found += [replace(o, needs_lawyer=across) for rows in with_rows for o in rows]
        return found

    def _laws(self, one: Judged, until: int) -> list[str]:
        """Editions with rows: in force at the trigger, and later ones of the same instruments
        that the act certainly ran on into."""
        duty = one.form.duty
        if isinstance(duty.sanctions, str):
            return []
        switched_off = {c.law for c in duty.cites if c.status == "draft" and not self.drafts}
        switched_off -= {c.law for c in duty.cites if c.status != "draft"}
        laws = [law for law in duty.sanctions if law not in switched_off]
        trigger = one.finding.trigger
        first = [law for law in laws if self._in_force(law, trigger)]
        names = {law.partition("@")[0] for law in first}
        later = [
            law
            for law in laws
            if law.partition("@")[0] in names and trigger < self.pack.span(law)[0] <= until
        ]
        return first + later

    def _in_force(self, law: str, instant: int) -> bool:
        start, end = self.pack.span(law)
        return start <= instant and (end is None or instant <= end)

    def _lighter(self, law: str, findings: list[Finding]) -> list[Opened]:
        """[29] The rows of the text at the act, or those of a lighter one in force when judged."""
        old = self._open(law, findings)
        newer = self._newer(law)
        if newer is None or not old:
            return old
        named = all(newer in self._sanctions(f) for f in findings if self._sanctions(f).get(law))
        new = self._open(newer, findings) if named else []
        verdicts = {
            self.procedure.lighter([o.row for o in before], [o.row for o in after], self.gain)
            for before, after in ((_sure(old), _sure(new)), (old, new))
        }
        if verdicts == {"old"}:
            return old
        if verdicts == {"new"}:
            unsure = any(o.row.status != "verified" for o in new)
            edition = newer.partition("@")[2]
            return [
                replace(
                    o,
                    by=replace(o.by, because=f"{o.by.because}; lighter edition {edition}"),
                    needs_lawyer=unsure,
                )
                for o in new
            ]
        return [replace(o, needs_lawyer=True) for o in old]

    def _newer(self, law: str) -> str | None:
        """The edition in force when judged, where the procedure compares it with this one."""
        end = self.act.end
        if end is None or self.act.goes_on:
            return None
        name = law.partition("@")[0]
        for edition in self.pack.instruments[name].editions:
            newer = f"{name}@{edition.effective}"
            if newer != law and self._in_force(newer, self.as_of):
                start = self.pack.span(newer)[0]
                if self.procedure.asks_lighter(end, start, self.as_of, self.pack.calendar):
                    return newer
        return None

    def _sanctions(self, finding: Finding) -> Mapping[str, list[str]]:
        written = next(
            j.form.duty.sanctions for j, _ in self.act.parts if j.finding.duty == finding.duty
        )
        return {} if isinstance(written, str) else written

    def _open(self, law: str, findings: list[Finding]) -> list[Opened]:
        """[26] The rows of an edition that facts open, each with the findings that name it."""
        named: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            for row_id in self._sanctions(finding).get(law, ()):
                named[row_id].append(finding)
        rows = [self.pack.rows[n] for n in named]
        found = []
        for row in rows:
            if (row.status == "draft" and not self.drafts) or not self._for_gain(row, rows):
                continue
            by_id = {f.id: f for f in named[row.row]}
            own = sorted(by_id.values(), key=lambda f: (f.trigger, f.code, f.id))
            duties = {name for f in own for name in (f.duty, f.code)}
            by = next(
                (
                    fact
                    for fact in self.openers
                    if fact.kind in row.opens and (fact.duties is None or fact.duties & duties)
                ),
                None,
            )
            if by is not None:
                found.append(Opened(row, by, tuple(own)))
        return found

    def _for_gain(self, row: Row, rows: Sequence[Row]) -> bool:
        """Rows that hang on the gain: without one determined, only those for no or little gain."""
        if row.gain_below is not None and self.gain is not None and self.gain >= row.gain_below:
            return False
        if _hangs_on_gain(row):
            return bool(self.gain) and (self.gain or 0) >= (row.gain_from or 0)
        if row.gain_below is not None or not self.gain or row.fine_entity is None:
            return True
        # The row for "no gain" beside one for a gain, where the text gives no figure between.
        return not any(
            _hangs_on_gain(other)
            and (other.law, other.article, other.tier) == (row.law, row.article, row.tier)
            and self.gain >= (other.gain_from or 0)
            for other in rows
        )


def _hangs_on_gain(row: Row) -> bool:
    fine = row.fine_entity
    times_only = fine is not None and fine.of_gain is not None and fine.max is None
    return row.gain_from is not None or times_only


def _sure(opened: list[Opened]) -> list[Opened]:
    return [o for o in opened if o.by.opened == "yes"]


def _weigh(
    act: Act, rows: list[Opened], facts: Facts, pack: Pack, as_of: int, steps: Steps
) -> tuple[tuple[float, float], list[Exposure]]:
    """[27] [28] The rows of an act with what stands, what is absorbed and what is barred."""
    procedure, profit = procedure_of(pack.head), gain(act, facts)
    bands = [Band(o.row, _rank(pack, o), o.by.opened, profit) for o in rows]
    fine = procedure.one_fine(bands)
    limit = procedure.limitation(
        act.end,
        as_of,
        pack.calendar,
        harm=harm(act, facts),
        discovered=lambda by: discovered(act, facts, by),
    )
    # An act that goes on has no end from which time could run.
    barred, unsure = (False, False) if act.goes_on else (limit.barred, limit.unsure)
    if pack.head.procedure is None:
        barred = limit.barred
    shown = []
    for o in rows:
        alone = fine.unsure and o.row.row == fine.row
        caveats = (*o.row.caveats, *pack.edition(o.row.law).caveats)
        if alone and o.row.status == "substance":
            caveats = (*caveats, SUBSTANCE_ONLY)
        shown.append(
            Exposure(
                act=act.name,
                duties=tuple(dict.fromkeys(f.duty for f in o.findings)),
                row=o.row.row,
                instrument=o.instrument,
                edition=o.edition,
                article=o.row.article,
                tier=o.row.tier,
                status=o.row.status,
                opened=o.by.opened,
                because=o.by.because,
                must=tuple(o.row.must),
                may=tuple(o.row.may),
                fine_entity=o.row.fine_entity,
                fine_persons=o.row.fine_persons,
                currency=pack.head.currency,
                absorbed_by=fine.row if o.row.row in fine.absorbed else None,
                barred=barred,
                needs_lawyer=o.needs_lawyer or alone or unsure,
                caveats=tuple(dict.fromkeys(caveats)),
                findings=tuple(f.id for f in o.findings),
                discretion=steps.of(o.row, act),
            )
        )
    ranks = {o.row.row: RANKS.index(_rank(pack, o)) for o in rows}
    shown.sort(key=lambda e: (e.tier, ranks[e.row], e.instrument, e.edition, e.row))
    standing = next((o.row.fine_entity for o in rows if o.row.row == fine.row), None)
    return reach(standing, profit), shown


def _rank(pack: Pack, opened: Opened) -> Rank:
    return pack.instruments[opened.instrument].rank


def imposed(world: World) -> list[dict[str, Any]]:
    """What authorities really did, by time, as JSON values: to be shown beside exposure.

    An order to rectify is not a penalty (`penalty: false`); `met_at`: when it was carried out.
    Instants are RFC 3339 in law time.
    """

    def moment(instant: int | None) -> str | None:
        return None if instant is None else format_local(instant, world.calendar.zone)

    facts = Facts(world)
    paid: dict[str | None, list[float]] = defaultdict(list)
    for event in world.by_type.get("fine.paid", ()):
        paid[event.keys.get("penalty")].append(event.data.get("amount") or 0)
    found: list[tuple[int, str, dict[str, Any]]] = []
    for event in world.by_type.get("order.issued", ()):
        due = event.data.get("due")
        done = [
            d.t
            for d in facts.of_order("order.met", event.keys.get("order"))
            if all(event.keys.get(k, v) == v for k, v in d.keys.items())
        ]
        entry = {
            "kind": event.data.get("kind"),
            "acts": event.data.get("acts") or [],
            "duties": event.data.get("duties") or [],
            "due": moment(None if due is None else parse_instant(due)),
            "met_at": moment(min(done, default=None)),
        }
        found.append((event.t, event.id, _entry(event, entry, moment(event.t), penalty=False)))
    for event in world.by_type.get("penalty.decided", ()):
        entry = {
            "measures": event.data.get("measures") or [],
            "fine_entity": event.data.get("fine_entity"),
            "fine_persons": event.data.get("fine_persons"),
            "paid": sum(paid[event.keys.get("penalty")]) or None,
        }
        found.append((event.t, event.id, _entry(event, entry, moment(event.t), penalty=True)))
    return [entry for _, _, entry in sorted(found, key=lambda f: f[:2])]


def _entry(event: Any, more: Mapping[str, Any], at: str | None, *, penalty: bool) -> dict[str, Any]:
    return {
        "event": event.id,
        "type": event.type,
        "at": at,
        "penalty": penalty,
        "by": event.data.get("by"),
        "keys": dict(event.keys),
        **more,
    }
