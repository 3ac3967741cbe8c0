"""Exposure brought together per act: which band stands, what is absorbed, arguable or barred."""

import math
from collections import defaultdict
from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from lawkeep.documents import charts, sayings, words
from lawkeep.documents.charts import Look
from lawkeep.documents.inputs import ReportInput
from lawkeep.model.finding import Exposure, Fine, Step, Text

LIMIT = 200
MET_LIMIT = 40  # what was done in time is shown by example; each picture weighs 9 KB
"""How many findings of one state, and how many acts, a page lists; JSON has all."""


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """A sanction row that an act opens, in words and as bars (zh, en; empty without a fine)."""

    row: str
    title: Text | None
    citation: Text
    tier: int
    status: str
    look: Look
    because: Text
    must: tuple[Text, ...]
    may: tuple[Text, ...]
    organisation: Text | None
    persons: Text | None
    absorbed_by: str | None
    barred_unknown: bool
    needs_lawyer: bool
    caveats: tuple[Text, ...]
    bars_zh: Markup
    bars_en: Markup


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a discretion standard beside the rows `rows` of an act."""

    authority: Text
    place: str
    since: str
    until: str | None
    step: Text
    circumstances: tuple[Text, ...]
    rows: tuple[str, ...]
    bands: tuple[Text, ...]
    status: str
    fits: bool


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act with its rows, the standing ones first. `anchor` None: beyond what a page lists. `look`: of the heaviest band
    that may apply, whose amounts are `organisation` and `persons`; None: no such band."""

    anchor: str | None
    name: Text
    duties: tuple[Text, ...]
    findings: tuple[str, ...]
    rows: tuple[RowView, ...]
    steps: tuple[StepView, ...]
    look: Look | None
    organisation: Text | None
    persons: Text | None


def look_of(row: Exposure) -> Look:
    """How a row is drawn. Barred outweighs absorbed, absorbed outweighs arguable."""
    if row.barred:
        return "barred"
    if row.absorbed_by is not None:
        return "absorbed"
    return "arguable" if row.opened == "arguable" else "standing"


def weight(row: Exposure) -> tuple[float, float]:
    """Highest maximum, then highest minimum; only a band that stands weighs its full amount.

    An arguable row comes after every standing one: it weighs less than one currency unit.
    """
    look = look_of(row)
    if look in ("absorbed", "barred") or row.fine_entity is None:
        return (0.0, 0.0)
    most = _top(row.fine_entity)
    least = float(row.fine_entity.min or 0)
    if look == "arguable":
        return (0.5 - 0.5 / (1.0 + math.log10(1.0 + min(most, 1e15))), 0.0)
    return (most, least)


def _top(fine: Fine) -> float:
    if fine.max is not None:
        return float(fine.max)
    open_end = fine.min is not None or fine.of_gain is not None or fine.pct_turnover is not None
    return math.inf if open_end else 0.0


_LOOK_ORDER: dict[Look, int] = {"standing": 0, "arguable": 1, "absorbed": 2, "barred": 3}


def acts_of(given: ReportInput, anchor: str, scale: charts.Scale) -> tuple[ActView, ...]:
    """The acts of an audit, the heaviest first."""
    rows: defaultdict[str, list[Exposure]] = defaultdict(list)
    for row in given.audit.exposure:
        rows[row.act].append(row)
    heaviest = sorted(
        rows.items(), key=lambda item: (tuple(-part for part in _heaviest(item[1])), item[0])
    )
    return tuple(
        _act(act, of_act, given, scale, f"{anchor}-act{n + 1}" if n < LIMIT else None)
        for n, (act, of_act) in enumerate(heaviest)
    )


def _heaviest(rows: list[Exposure]) -> tuple[float, float]:
    return max(weight(row) for row in rows)


def common_scale(inputs: Sequence[ReportInput]) -> charts.Scale:
    """One scale for every band of these audits."""
    return charts.scale_of(
        fine
        for i in inputs
        for row in i.audit.exposure
        for fine in (row.fine_entity, row.fine_persons)
    )


def _act(
    act: str, of_act: list[Exposure], given: ReportInput, scale: charts.Scale, anchor: str | None
) -> ActView:
    ranked = sorted(
        of_act,
        key=lambda r: (
            not _has_fine(r), _LOOK_ORDER[look_of(r)], -weight(r)[0], -r.tier, r.row,
        ),
    )  # fmt: skip
    top = next((r for r in ranked if _has_fine(r) and look_of(r) in ("standing", "arguable")), None)
    duties = dict.fromkeys(d for r in of_act for d in r.duties)
    return ActView(
        anchor=anchor,
        name=sayings.act_name(act, {d: v.title for d, v in given.duties.items()}),
        duties=tuple(
            given.duties[d].title if d in given.duties else words.plain(d) for d in duties
        ),
        findings=tuple(dict.fromkeys(f for r in of_act for f in r.findings)),
        rows=tuple(_row(r, given, scale) for r in ranked) if anchor else (),
        steps=_steps(ranked) if anchor else (),
        look=look_of(top) if top else None,
        organisation=charts.band(top.fine_entity, top.currency)
        if top and top.fine_entity
        else None,
        persons=charts.band(top.fine_persons, top.currency) if top and top.fine_persons else None,
    )


def _steps(rows: list[Exposure]) -> tuple[StepView, ...]:
    """The steps beside the rows of an act, each once; those that fit first."""
    beside: dict[Step, dict[str, str]] = {}
    for row in rows:
        for step in row.discretion:
            beside.setdefault(step, {})[row.row] = row.currency
    return tuple(
        StepView(
            authority=words.look_up(step.authority, words.AUTHORITIES),
            place=step.place,
            since=step.effective,
            until=step.expires,
            step=step.step,
            circumstances=step.circumstances,
            rows=tuple(named),
            bands=tuple(
                charts.band(fine, next(iter(named.values())))
                for fine in (step.fine_entity, step.fine_persons)
                if fine is not None
            ),
            status=step.status,
            fits=step.fits,
        )
        for step, named in sorted(beside.items(), key=lambda pair: not pair[0].fits)
    )


def _has_fine(row: Exposure) -> bool:
    return row.fine_entity is not None or row.fine_persons is not None


def _row(row: Exposure, given: ReportInput, scale: charts.Scale) -> RowView:
    look = look_of(row)
    return RowView(
        row=row.row,
        title=given.row_titles.get(row.row),
        citation=words.cite(row.instrument, row.edition, row.article, given.instruments),
        tier=row.tier,
        status=row.status,
        look=look,
        because=sayings.because(row.because, titles_of(given)),
        must=tuple(words.measure(m, given.measures) for m in row.must),
        may=tuple(words.measure(m, given.measures) for m in row.may),
        organisation=charts.band(row.fine_entity, row.currency) if row.fine_entity else None,
        persons=charts.band(row.fine_persons, row.currency) if row.fine_persons else None,
        absorbed_by=row.absorbed_by,
        barred_unknown=row.barred is None,
        needs_lawyer=row.needs_lawyer,
        caveats=tuple(words.look_up(c, given.caveats, words.CAVEATS) for c in row.caveats),
        bars_zh=_bars(row, scale, "zh"),
        bars_en=_bars(row, scale, "en"),
    )


def _bars(row: Exposure, scale: charts.Scale, language: charts.Language) -> Markup:
    drawn = charts.bands(
        row.fine_entity, row.fine_persons, row.currency, scale, look_of(row), language
    )
    return Markup(drawn)  # noqa: S704 - the picture escapes every piece of data itself


def titles_of(given: ReportInput) -> dict[str, Text]:
    """Words for event types: those given, else those of the events that findings show."""
    return {e.type: e.title for e in given.events.values()} | given.event_titles
