"""Records and law to an audit: one operator judged, with the words that a reader needs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from lawkeep.app.engines import bench
from lawkeep.app.proving import ProvedFigures, Trust
from lawkeep.app.question import Question
from lawkeep.app.records import Records, open_records
from lawkeep.app.report import report_input
from lawkeep.documents.inputs import ReportInput
from lawkeep.ingest.rows import Progress, Writer
from lawkeep.judge.audit import as_json, audit
from lawkeep.judge.moved import days_to, moved, shift
from lawkeep.law.calendar import Calendar
from lawkeep.law.pack import Pack
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.event import Event
from lawkeep.model.finding import Audit, Finding
from lawkeep.model.vocabulary import Vocabulary, nearest


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """An audit, what a report of it needs, and what the filters of the question left out.

    `all_findings`: before `keys` and `since`. `packs`: those that were used. `count`: events read.
    `proved`: of a ledger judged by proved times.
    """

    audit: Audit
    report: ReportInput
    all_findings: tuple[Finding, ...]
    packs: tuple[Pack, ...]
    calendar: Calendar
    count: int
    question: Question
    proved: ProvedFigures | None = None

    def as_json(self) -> dict[str, Any]:
        """The audit as JSON values, with what it was asked (`docs/reference/audit-json.md`)."""
        values = as_json(self.audit, self.calendar.zone)
        told = {
            "operator": values.pop("operator"),
            "judged_as_of": values.pop("judged_as_of"),
            "law": values.pop("law"),
            "asked": self.question.as_json(self.calendar),
        }
        if self.proved is not None:
            told["as_proved"] = self.proved.as_json()
        return told | values


def audit_path(
    path: str | Path,
    loaded: Sequence[Pack],
    question: Question,
    vocabulary: Vocabulary,
    *,
    progress: Progress | None = None,
    rejects: Writer | None = None,
    as_proved: Trust | None = None,
) -> Iterator[Audited]:
    """An audit for each operator at a path, in the order of their ids.

    Errors: those of `open_records`, of reading and of `audit_records`.
    """
    for records in open_records(path, vocabulary, lenient=rejects is not None, as_proved=as_proved):
        yield audit_records(
            records, loaded, question, vocabulary, progress=progress, rejects=rejects
        )


def audit_records(
    records: Records,
    loaded: Sequence[Pack],
    question: Question,
    vocabulary: Vocabulary,
    *,
    progress: Progress | None = None,
    rejects: Writer | None = None,
) -> Audited:
    """The audit of one operator.

    Errors: `jurisdiction_without_pack`, `duty_unknown`, `date_out_of_range`, and those of reading.
    """
    used = packs_of(records, loaded)
    check_duties(used, question.only)
    calendar = used[0].calendar
    as_of = question.as_of(calendar)
    days = 0
    first_rejects = rejects
    if question.moved_to is not None:
        looked = records.events(None, _Drop() if rejects is not None else None)
        days = days_to(looked, question.moved_to, calendar.zone)
    try:
        as_of = shift(as_of, days, calendar.zone) if days else as_of
        with bench(
            _log(records, days, calendar, vocabulary, progress, first_rejects),
            as_of,
            question.engine,
        ) as judge:
            everything: list[Finding] = []

            def keep(finding: Finding) -> bool:
                everything.append(finding)
                return question.shows(finding, calendar)

            result = audit(
                judge.engine,
                used,
                operator=records.operator,
                as_of=as_of,
                jurisdictions=frozenset(p.head.jurisdiction for p in used),
                engine_name=judge.name,
                drafts=question.drafts,
                only=question.only,
                place=records.place,
                keep=keep,
            )
            report = report_input(
                result, used, vocabulary, judge.events, name=records.name, zone=str(calendar.zone)
            )
            if records.proved is not None:
                notes = (*report.notes, records.proved.note())
                report = msgspec.structs.replace(report, notes=notes)
    except OverflowError:
        raise error("date_out_of_range", value=str(question.moved_to)) from None
    return Audited(
        audit=result,
        report=report,
        all_findings=tuple(everything),
        packs=used,
        calendar=calendar,
        count=judge.count,
        question=question,
        proved=records.proved,
    )


class _Drop:
    def write(self, _text: str, /) -> None:
        """The look ahead for the earliest time; the bad lines are written when they are read."""


def _log(
    records: Records,
    days: int,
    calendar: Calendar,
    vocabulary: Vocabulary,
    progress: Progress | None,
    rejects: Writer | None,
) -> Iterator[Event]:
    for event in records.events(progress, rejects):
        if days:
            try:
                yield from moved([event], days, calendar.zone, vocabulary)
            except (LawkeepError, ValueError):
                raise OverflowError from None
        else:
            yield event


def packs_of(records: Records, loaded: Sequence[Pack]) -> tuple[Pack, ...]:
    """The packs of the operator's jurisdictions. Error: `jurisdiction_without_pack`."""
    used = tuple(p for p in loaded if p.head.jurisdiction.lower() in records.jurisdictions)
    missing = records.jurisdictions - {p.head.jurisdiction.lower() for p in used}
    if missing:
        names = ", ".join(sorted(missing))
        raise error("jurisdiction_without_pack", names=names, operator=records.operator).at(
            records.file
        )
    return used


def check_duties(used: Sequence[Pack], only: frozenset[str]) -> None:
    """Every name is a duty's. Error: `duty_unknown`."""
    known = {name for pack in used for d in pack.duties for name in (d.duty, d.code)}
    for name in sorted(only - known):
        raise error("duty_unknown", name=name, **nearest(name, known))


__all__ = ["Audited", "audit_path", "audit_records", "check_duties", "packs_of"]
