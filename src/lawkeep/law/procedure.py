"""How a jurisdiction weighs the sanction rows that one act opens: limitation, one fine, lighter law.

Pure. `cn` is the Administrative Penalty Law (CN-APL@2021-07-15): 29 one fine for one act, 36
limitation, 37 the lighter newer law. A pack without a procedure shows its bands as they are:
no row absorbs another, no newer law replaces an older one, and limitation is unknown, since no
rule says how long it is (judging.md 27 to 29).
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from lawkeep.law.calendar import Calendar, parse_period
from lawkeep.law.tables import RANKS, PackHead, Rank, Row
from lawkeep.model.finding import Fine, Status

Verdict = Literal["old", "new", "unclear"]
# `one of: a, b` and `a or b`: the text orders one of them.
_CHOICE = re.compile(r"\s*,\s*|\s+or\s+")


@dataclass(frozen=True)
class Band:
    """A row as an act opens it. `rank`: of its instrument. `gain`: that was determined, if any."""

    row: Row
    rank: Rank
    opened: Literal["yes", "arguable"] = "yes"
    gain: float | None = None


@dataclass(frozen=True)
class OneFine:
    """Which fine of an act stands: `row`, None where none does.

    `absorbed`: the other rows with a fine. `unsure`: the standing row is not verified text, so
    that it may not stand alone.
    """

    row: str | None = None
    absorbed: frozenset[str] = frozenset()
    unsure: bool = False


@dataclass(frozen=True)
class Limitation:
    """`barred`: None where it cannot be said. `unsure`: it hangs on a fact nobody has recorded."""

    barred: bool | None
    unsure: bool = False


class Procedure(Protocol):
    """The rules of one jurisdiction."""

    def limitation(
        self,
        end: int | None,
        as_of: int,
        calendar: Calendar,
        *,
        harm: bool,
        discovered: Callable[[int], bool],
    ) -> Limitation:
        """Whether an act that ended at `end` (None: unknown) is barred at `as_of`.

        `harm`: a harmful result was determined. `discovered(instant)`: whether an authority
        found the act by then. An act that still runs ends at `as_of`.
        """

    def one_fine(self, bands: Sequence[Band]) -> OneFine:
        """Which fine stands for one act."""

    def asks_lighter(self, end: int, newer: int, as_of: int, calendar: Calendar) -> bool:
        """Whether a newer text, in force from `newer`, is compared for an act ended at `end`."""

    def lighter(self, old: Sequence[Row], new: Sequence[Row], gain: float | None) -> Verdict:
        """Which of two texts applies, by the rows that the same facts open under each."""


def reach(fine: Fine | None, gain: float | None) -> tuple[float, float]:
    """Highest and lowest amount of a band; no upper end: infinite.

    Times the gain: counted with the gain that was determined; without one it is nothing.
    """
    if fine is None:
        return (0.0, 0.0)
    low, high = float(fine.min or 0), float(fine.max or 0)
    if fine.of_gain is not None and gain is not None:
        low, high = max(low, fine.of_gain[0] * gain), max(high, fine.of_gain[1] * gain)
    if fine.max is None and (fine.min is not None or fine.pct_turnover is not None):
        high = math.inf
    return (high, low)


class Cn:
    """Administrative Penalty Law of the PRC."""

    LIGHTER_SINCE = date(2021, 7, 15)
    """First day of the second sentence of article 37."""
    LIMIT = parse_period("P2Y")
    LONG_LIMIT = parse_period("P5Y")
    _STATUS: Mapping[Status, int] = {"verified": 2, "substance": 1, "draft": 0}
    # Confiscation of gains is general law (CN-APL 28(2)): a text that drops it is no lighter.
    _GENERAL = frozenset({"confiscate_gain", "confiscate_gains"})
    # One measure under two names, and one that contains another.
    _KINDS: Mapping[str, tuple[str, ...]] = {
        "rectify_by_date": ("rectify",),
        "close_site_or_app": ("close_site", "close_app"),
    }

    def limitation(
        self,
        end: int | None,
        as_of: int,
        calendar: Calendar,
        *,
        harm: bool,
        discovered: Callable[[int], bool],
    ) -> Limitation:
        """[28] Two years from the end of the act; five where life, health or financial security
        was harmed.

        The records say that harm was determined, not whose: five years are taken, and in the
        years between the two the row is marked for a lawyer.
        """
        if end is None:
            return Limitation(None)
        short = calendar.end(end, self.LIMIT)
        limit = calendar.end(end, self.LONG_LIMIT) if harm else short
        if as_of <= short or discovered(short):
            return Limitation(barred=False)
        if discovered(limit):
            return Limitation(barred=False, unsure=True)
        return Limitation(as_of > limit, unsure=as_of <= limit)

    def one_fine(self, bands: Sequence[Band]) -> OneFine:
        """[27] The highest maximum, then the highest minimum, then the higher rank.

        Only rows that a fact opens: an arguable one neither stands nor absorbs. Verified text
        goes before text confirmed in substance, whatever the amounts.
        """
        fined = [b for b in bands if b.opened == "yes" and b.row.fine_entity is not None]
        if not fined:
            return OneFine()

        def weight(band: Band) -> tuple[int, float, float, int, int]:
            high, low = reach(band.row.fine_entity, band.gain)
            return (
                self._STATUS[band.row.status],
                high,
                low,
                -RANKS.index(band.rank),
                band.row.tier,
            )

        top = max(sorted(fined, key=lambda b: b.row.row), key=weight)
        others = frozenset(b.row.row for b in fined if b is not top)
        return OneFine(top.row.row, others - {top.row.row}, top.row.status != "verified")

    def asks_lighter(self, end: int, newer: int, as_of: int, calendar: Calendar) -> bool:
        """[29] Ended before the newer text, judged on or after it and on or after 2021-07-15."""
        return end < newer <= as_of and as_of >= calendar.day_start(self.LIGHTER_SINCE)

    def lighter(self, old: Sequence[Row], new: Sequence[Row], gain: float | None) -> Verdict:
        """[29] New only if it is at most as heavy in every component and less in one.

        A newer text with no consequence of its own (it refers to another law, or has no row) is
        not comparable: it does not say that the act is free.
        """
        if not old:
            return "old"
        if not any(_says_something(row) for row in new):
            return "unclear"
        before, after = self._vector(old, gain), self._vector(new, gain)
        names = {*before, *after}
        less = any(after.get(n, 0) < before.get(n, 0) for n in names)
        more = any(after.get(n, 0) > before.get(n, 0) for n in names)
        if not less:
            return "old"
        # Who is fined stands in words, which cannot be compared.
        same_circle = _circle(new) <= _circle(old)
        return "new" if not more and same_circle else "unclear"

    def _vector(self, rows: Sequence[Row], gain: float | None) -> dict[str, float]:
        """Each kind of measure (1 may, 2 one of several must, 3 must) and the ends of the fines."""
        vector: dict[str, float] = {}
        for row in rows:
            for kind, weight in self._measures(row):
                vector[kind] = max(weight, vector.get(kind, 0))
        for name in ("fine_entity", "fine_persons"):
            fines: list[Fine] = [f for f in (getattr(r, name) for r in rows) if f is not None]
            vector[f"{name} max"], vector[f"{name} min"] = max(
                (reach(f, gain) for f in fines), default=(0.0, 0.0)
            )
            vector[f"{name} share"] = max((f.pct_turnover or 0 for f in fines), default=0)
            vector[f"{name} times"] = max((f.of_gain[1] for f in fines if f.of_gain), default=0)
        return vector

    def _measures(self, row: Row) -> Iterable[tuple[str, float]]:
        for written, weight in [*((m, 3) for m in row.must), *((m, 1) for m in row.may)]:
            names = [p for p in _CHOICE.split(written.removeprefix("one of:").strip()) if p]
            for name in names:
                if name not in self._GENERAL:
                    for kind in self._KINDS.get(name, (name,)):
                        yield kind, weight if len(names) == 1 else min(weight, 2)


def _says_something(row: Row) -> bool:
    return bool(row.must or row.may or row.fine_entity or row.fine_persons)


def _circle(rows: Sequence[Row]) -> set[str]:
    return {r.persons for r in rows if r.persons is not None and r.fine_persons is not None}


class BandsOnly:
    """No procedure: rows are shown, nothing is weighed, and limitation is unknown."""

    def limitation(
        self,
        end: int | None,  # noqa: ARG002 - the protocol's arguments
        as_of: int,  # noqa: ARG002 - the same
        calendar: Calendar,  # noqa: ARG002 - the same
        *,
        harm: bool,  # noqa: ARG002 - the same
        discovered: Callable[[int], bool],  # noqa: ARG002 - the same
    ) -> Limitation:
        """Unknown: no rule says how long it is."""
        return Limitation(None)

    def one_fine(self, bands: Sequence[Band]) -> OneFine:  # noqa: ARG002 - the protocol's argument
        """None stands before another."""
        return OneFine()

    def asks_lighter(self, *_: object) -> bool:
        """Never."""
        return False

    def lighter(self, *_: object) -> Verdict:
        """The text in force when the act was done."""
        return "old"


_PROCEDURES: Mapping[str | None, Procedure] = {"cn": Cn(), None: BandsOnly()}


def procedure_of(head: PackHead) -> Procedure:
    """The procedure that a pack names."""
    return _PROCEDURES[head.procedure]
