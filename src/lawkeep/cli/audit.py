"""`lawkeep audit`: judge operators and show, write or append what was found."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from lawkeep.app import vocabulary
from lawkeep.app.audits import Audited, audit_path
from lawkeep.app.compare import compare, read_audits
from lawkeep.app.packs import packs
from lawkeep.app.proving import Trust
from lawkeep.app.question import Question
from lawkeep.app.recording import record_findings
from lawkeep.app.records import name_of
from lawkeep.cli import output
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import (
    Drafts,
    Json,
    Keys,
    LanguageOption,
    Law,
    On,
    Policy,
    Signer,
    TimeRoots,
    WitnessPolicy,
    authority,
    day,
    pairs,
)
from lawkeep.cli.summary import show_changes, show_proved, summary
from lawkeep.documents.report import render
from lawkeep.documents.tables import findings_csv
from lawkeep.ledger.policyfile import read_policy
from lawkeep.model.errors import BREACHED, CLEAN, UNDECIDED, error


def audit(
    paths: Annotated[
        list[str],
        Parameter(
            help="A folder with operator.yaml, a ledger (file or postgresql:// address), or a file "
            "of native events."
        ),
    ],
    /,
    *,
    on: On = None,
    moved_to: Annotated[
        str | None,
        Parameter(
            metavar="DAY", help="Ask what the same facts would mean if they had begun on this day."
        ),
    ] = None,
    only: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="DUTY", negative="", help="Only this duty, by id or code; may be repeated."
        ),
    ] = (),
    keys: Keys = (),
    since: Annotated[
        str | None,
        Parameter(
            metavar="DAY", help="Only findings whose trigger or due time lies on or after this day."
        ),
    ] = None,
    policy: Policy = (),
    law: Law = (),
    drafts: Drafts = False,
    engine: Annotated[
        Literal["auto", "reference", "duckdb"],
        Parameter(help="auto: the reference up to 50,000 events, DuckDB above."),
    ] = "auto",
    json: Json = False,
    csv: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write the findings as CSV.")
    ] = None,
    xlsx: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write the tables as a workbook.")
    ] = None,
    html: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write the report as one HTML page.")
    ] = None,
    append: Annotated[
        Path | None,
        Parameter(
            metavar="LEDGER",
            help="Append what is new or changed to this ledger, as finding.judged.",
        ),
    ] = None,
    signer: Signer = None,
    against: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="Compare what both were asked with an earlier --json: new, gone, changed.",
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        Parameter(
            metavar="FILE", help="Go on at bad lines and keep them in this file, with the reason."
        ),
    ] = None,
    as_proved: Annotated[
        bool,
        Parameter(
            negative="",
            help="Of a ledger: judge by when others had seen each event, not by its own claim.",
        ),
    ] = False,
    witness_policy: WitnessPolicy = None,
    time_roots: TimeRoots = None,
    allow_open: Annotated[
        bool, Parameter(negative="", help="Exit 0 although something cannot be said.")
    ] = False,
    language_: Annotated[LanguageOption, Parameter(name="--language")] = None,
) -> int:
    """Judge operators: findings, exposure, what cannot be said.

    Exit codes: 0 nothing breached or open; 1 breached; 2 bad input; 3 something cannot be said
    from the records (0 with --allow-open); 5 the environment failed.
    """
    shown = language(language_)
    question = Question(
        now=output.now(),
        on=day("--on", on),
        moved_to=day("--moved-to", moved_to),
        drafts=drafts,
        only=frozenset(only),
        keys=pairs(keys),
        since=day("--since", since),
        engine=engine,
    )
    old = None if against is None else read_audits(against)
    trusted = trust(as_proved, witness_policy, time_roots, question.now)
    audited = judge(paths, question, policy=policy, law=law, rejects=rejects, as_proved=trusted)
    write_files(audited, shown, csv=csv, xlsx=xlsx, html=html)
    if append is not None:
        for one in audited:
            added = record_findings(append, one, now=output.now(), signer=signer)
            output.say(_appended(added, append, shown))
    # Of a large log the JSON alone costs seconds: it is made where it is asked for.
    wanted = json or old is not None
    values = [a.as_json() for a in audited] if wanted else []
    changes = None if old is None else compare(old, values)
    if json:
        output.put_json(_json(values, changes))
    else:
        console = output.screen()
        show_proved(console, audited, shown)
        summary(console, [a.report for a in audited], shown)
        if changes is not None:
            show_changes(console, changes, shown)
    return exit_code(audited, allow_open=allow_open)


def trust(as_proved: bool, policy: Path | None, roots: Path | None, now: int) -> Trust | None:
    """Whose word about times counts. Errors: `usage_value`, `as_proved_needs_policy`."""
    if not as_proved:
        if policy is not None or roots is not None:
            option = "--witness-policy" if policy is not None else "--time-roots"
            form = f"--as-proved {option} FILE"
            raise error("usage_value", option=option, value=str(policy or roots), form=form)
        return None
    told = None if policy is None else read_policy(policy).policy
    return Trust(told, None if roots is None else authority(roots).time_of, now)


def judge(
    paths: Sequence[str | Path],
    question: Question,
    *,
    policy: Sequence[Path] = (),
    law: Sequence[Path] = (),
    rejects: Path | None = None,
    as_proved: Trust | None = None,
) -> list[Audited]:
    """Every operator at the paths, judged. Bad lines go to `rejects`, which is then made."""
    words = vocabulary()
    loaded = packs(words, folders=law, policies=policy)
    audited: list[Audited] = []
    with ExitStack() as stack:
        kept = None
        if rejects is not None:
            kept = stack.enter_context(rejects.open("w", encoding="utf-8"))
        for path in paths:
            with output.progress(name_of(path)) as bar:
                audited += audit_path(
                    path,
                    loaded,
                    question,
                    words,
                    progress=bar,
                    rejects=kept,
                    as_proved=as_proved,
                )
    return audited


def write_files(
    audited: Sequence[Audited],
    shown: Language,
    *,
    csv: Path | None = None,
    xlsx: Path | None = None,
    html: Path | None = None,
) -> None:
    """The files that were asked for, each whole or not at all. Error: `output_failed`."""
    reports = [a.report for a in audited]
    if csv is not None:
        output.write_file(csv, lambda file: _write(file, findings_csv(reports)))
    if xlsx is not None:
        workbook = load_workbook_writer()
        output.write_file(xlsx, lambda file: workbook(reports, file))
    if html is not None:
        page = render(reports, language=shown)
        output.write_file(html, lambda file: _write(file, page.encode()))


def load_workbook_writer() -> Any:
    """`findings_xlsx`, if its package is installed. Error: `extra_missing`."""
    try:
        from lawkeep.documents.workbook import findings_xlsx
    except ModuleNotFoundError as problem:
        from lawkeep.model.errors import error

        raise error("extra_missing", package=problem.name or "openpyxl", extra="excel") from None
    return findings_xlsx


def _write(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)


def exit_code(audited: Sequence[Audited], *, allow_open: bool = False) -> int:
    """1 if anything is breached; 3 if anything cannot be said, or nothing was judged; else 0."""
    states = {f.state for a in audited for f in a.audit.findings}
    if "breached" in states:
        return BREACHED
    unsaid = "open" in states or any(a.audit.coverage_gaps or not a.all_findings for a in audited)
    return UNDECIDED if unsaid and not allow_open else CLEAN


def _json(values: list[dict[str, Any]], changes: dict[str, dict[str, Any]] | None) -> Any:
    if changes is not None:
        values = [v | {"against": changes[v["operator"]]} for v in values]
    return values[0] if len(values) == 1 else values


def _appended(added: int, ledger: Path, shown: Language) -> str:
    if shown == "zh":
        return f"已向 {ledger} 追加 {added} 个事件"
    return f"{added} events appended to {ledger}"
