"""Findings, exposure and coverage gaps as tables: the columns, and CSV for Excel.

A cell is data, never a formula: see `guarded`. Times are in law time with their offset.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from lawkeep.documents import charts, moments, svg, words
from lawkeep.documents.inputs import ReportInput
from lawkeep.model.finding import Fine, Text
from lawkeep.model.time import MICROSECONDS

Cell = str | int | datetime | None

FINDINGS = (
    "operator", "finding", "duty", "code", "title_zh", "title_en", "state", "state_zh", "reason",
    "reason_zh", "reason_en", "basis", "citation_zh", "citation_en", "also_cited", "caveats",
    "keys", "act", "trigger", "due", "decided", "cured", "ended", "opening", "events",
    "summary_zh", "summary_en", "missing",
)  # fmt: skip
EXPOSURE = (
    "operator", "act", "row", "instrument", "edition", "article", "tier", "status", "opened",
    "because", "absorbed_by", "barred", "needs_lawyer", "must_zh", "must_en", "may_zh", "may_en",
    "organisation_min", "organisation_max", "persons_min", "persons_max", "currency",
    "organisation_en", "persons_en", "duties", "findings", "caveats",
)  # fmt: skip
GAPS = ("operator", "duty", "code", "title_zh", "title_en", "records_to_declare")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(value: str) -> str:
    """The text so that no spreadsheet reads it as a formula (OWASP: CSV injection).

    A cell that starts with a sign that opens a formula, also full width, gets an apostrophe.
    """
    value = svg.clean(value)
    return "'" + value if value.lstrip(" \u3000\ufeff").startswith(_FORMULA) else value


def findings_rows(audits: Sequence[ReportInput]) -> list[list[Cell]]:
    """A row for each finding, in the order of the audits; columns are `FINDINGS`."""
    rows: list[list[Cell]] = []
    for given in audits:
        for f in given.audit.findings:
            duty = given.duties.get(f.duty)
            title = duty.title if duty else words.plain(f.duty)
            reason = words.look_up(f.reason, given.reasons, words.REASONS) if f.reason else _NONE
            cited = words.citation(f.citation, given.instruments)
            also = [words.citation(c, given.instruments).en for c in f.also_cited]
            rows.append([
                given.audit.operator, f.id, f.duty, f.code, title.zh, title.en, f.state,
                words.STATES[f.state].zh, f.reason, reason.zh, reason.en, f.basis, cited.zh,
                cited.en, "; ".join(also), "; ".join(f.caveats), _pairs({**f.keys, **f.for_each}),
                f.act, *(_time(i, given.zone) for i in (
                    f.trigger, f.due_at, f.decided_at, f.cured_at, f.ended_at)),
                f.opening, " ".join(f.events), f.summary.zh, f.summary.en, " ".join(f.missing),
            ])  # fmt: skip
    return rows


def exposure_rows(audits: Sequence[ReportInput]) -> list[list[Cell]]:
    """A row for each sanction row that an act opens; columns are `EXPOSURE`."""
    rows: list[list[Cell]] = []
    for given in audits:
        for e in given.audit.exposure:
            must = [words.measure(m, given.measures) for m in e.must]
            may = [words.measure(m, given.measures) for m in e.may]
            barred = "unknown" if e.barred is None else "yes" if e.barred else "no"
            rows.append([
                given.audit.operator, e.act, e.row, e.instrument, e.edition, e.article, e.tier,
                e.status, e.opened, e.because, e.absorbed_by, barred,
                "yes" if e.needs_lawyer else "no", "、".join(t.zh for t in must),
                ", ".join(t.en for t in must), "、".join(t.zh for t in may),
                ", ".join(t.en for t in may), *_ends(e.fine_entity), *_ends(e.fine_persons),
                e.currency, _band(e.fine_entity, e.currency), _band(e.fine_persons, e.currency),
                " ".join(e.duties), " ".join(e.findings), "; ".join(e.caveats),
            ])  # fmt: skip
    return rows


def gap_rows(audits: Sequence[ReportInput]) -> list[list[Cell]]:
    """A row for each duty that could not be asked; columns are `GAPS`."""
    return [
        [given.audit.operator, g.duty, g.code, g.title.zh, g.title.en, " ".join(g.types)]
        for given in audits
        for g in given.audit.coverage_gaps
    ]


def findings_csv(audits: Sequence[ReportInput]) -> bytes:
    """All findings as CSV: UTF-8 with a byte order mark, CRLF, so that Excel opens Chinese."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FINDINGS)
    for row in findings_rows(audits):
        writer.writerow([_flat(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


_NONE = Text(zh="", en="")


def _flat(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return guarded(cell) if isinstance(cell, str) else cell


def _time(instant: int | None, zone: str) -> datetime | None:
    """Law time cut to the second: the last microsecond of a day must not become the next day."""
    if instant is None:
        return None
    return moments.local(instant - instant % MICROSECONDS, zone)


def _pairs(keys: dict[str, str]) -> str:
    return "; ".join(f"{kind}={value}" for kind, value in keys.items())


def _ends(fine: Fine | None) -> tuple[int | None, int | None]:
    return (fine.min, fine.max) if fine else (None, None)


def _band(fine: Fine | None, currency: str) -> str | None:
    return charts.band(fine, currency).en if fine else None
