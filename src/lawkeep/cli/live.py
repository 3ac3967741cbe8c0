"""`lawkeep judge`, `lawkeep obligations`, `lawkeep watch`: live judging of a ledger."""

import signal
import threading
import time
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.app.audits import packs_of
from lawkeep.app.checking import Checked, check, told
from lawkeep.app.due import Due, due
from lawkeep.app.live import Opened, Watch, open_live
from lawkeep.app.packs import packs
from lawkeep.app.records import open_records
from lawkeep.app.webhook import Hook, deliver, read_secret
from lawkeep.app.whatif import WATCHED, WhatIf, what_if
from lawkeep.cli import output
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import Drafts, Json, LanguageOption, Law, On, Policy, day
from lawkeep.cli.speech import plain
from lawkeep.law.calendar import Calendar
from lawkeep.law.pack import load_pack
from lawkeep.model.errors import BREACHED, CLEAN, LawkeepError, error
from lawkeep.model.event import encode
from lawkeep.model.finding import Finding
from lawkeep.model.time import format_instant, format_local

_Language = Annotated[LanguageOption, Parameter(name="--language")]
_Ledger = Annotated[Path, Parameter(help="File of the ledger.")]


def judge(
    ledger: Annotated[
        Path | None, Parameter(help="File of the ledger whose live findings are checked.")
    ] = None,
    /,
    *,
    check_: Annotated[
        bool,
        Parameter(
            name="--check",
            negative="",
            help="Judge the ledger in batch and compare with its live findings.",
        ),
    ] = False,
    part: Annotated[
        Path, Parameter(name="--part", help="Where --check writes the events of a difference.")
    ] = Path("lawkeep-difference.jsonl"),
    with_: Annotated[
        tuple[Path, ...],
        Parameter(
            name="--with",
            negative="",
            help="What if: folder of a law pack, or file of policy numbers; may be repeated.",
        ),
    ] = (),
    against: Annotated[
        Path | None, Parameter(help="The records for --with: a ledger, a folder or a file.")
    ] = None,
    on: On = None,
    law: Law = (),
    policy: Policy = (),
    drafts: Drafts = False,
    json: Json = False,
    language_: _Language = None,
) -> int:
    """Check live findings against a batch, or ask what another law would have found.

    Exit codes: 0 no difference; 1 --check found one, or --with would add a breach; 2 bad input.
    """
    shown = language(language_)
    if check_ and ledger is not None and not with_:
        return _check(ledger, part, law, policy, drafts=drafts, json=json, shown=shown)
    records = against or ledger
    if with_ and records is not None and not check_:
        return _what_if(records, with_, on, law, policy, drafts=drafts, json=json, shown=shown)
    raise error(
        "usage_choice",
        problem="name --check with a ledger, or --with with --against",
        command="judge",
    )


def _check(
    path: Path,
    part: Path,
    law: tuple[Path, ...],
    policy: tuple[Path, ...],
    *,
    drafts: bool,
    json: bool,
    shown: Language,
) -> int:
    words = vocabulary()
    loaded = packs(words, folders=law, policies=policy)
    with open_live(path, loaded, words, output.now, drafts=drafts) as opened:
        found = check(opened, output.now())
    first = found.first
    if first is not None:
        lines = b"".join(encode(event) + b"\n" for event in first.part)
        output.write_file(part, lambda file: _fill(file, lines))
    if json:
        output.put_json(_checked(found, part))
    else:
        _say_checked(found, part, shown)
    return CLEAN if first is None else BREACHED


def _checked(found: Checked, part: Path) -> dict[str, Any]:
    first = found.first
    return {
        "as_of": format_instant(found.as_of),
        "engine": found.engine,
        "agree": found.count,
        "differ": found.differing,
        "first": first
        and {
            "id": first.id,
            "duty": first.duty,
            "live": told(first.live),
            "batch": told(first.batch),
            "part": str(part),
            "events": len(first.part),
        },
    }


def _say_checked(found: Checked, part: Path, shown: Language) -> None:
    console, zh = output.screen(), shown == "zh"
    first = found.first
    if first is None:
        text = (
            f"实时判断与批量重算（{found.engine}）一致：{found.count} 项认定"
            if zh
            else f"live and batch ({found.engine}) agree on all {found.count} findings"
        )
        console.print(Line(f" ✓ {text}", style="bold green"))
        return
    text = (
        f"实时判断与批量重算不一致：{found.differing} 项不同，{found.count} 项相同"
        if zh
        else f"live and batch differ: {found.differing} findings, {found.count} agree"
    )
    console.print(Line(f" ✗ {text}", style="bold red"))
    console.print(Line(f"   {first.duty}  {first.id}  {format_instant(found.as_of)}"))
    for name, side in (("live ", first.live), ("batch", first.batch)):
        values = told(side)
        said = "-" if values is None else "  ".join(f"{k}={_word(v)}" for k, v in values.items())
        console.print(output.inset(Line(f"{name}  {said}")))
    where = "相关事件" if zh else "its events"
    console.print(Line(f"   {where}: {part} ({len(first.part)})", style="dim"))


def _word(value: Any) -> str:
    return ",".join(map(plain, value)) if isinstance(value, list) else plain(str(value))


def _fill(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)


def _what_if(
    path: Path,
    changed: tuple[Path, ...],
    on: str | None,
    law: tuple[Path, ...],
    policy: tuple[Path, ...],
    *,
    drafts: bool,
    json: bool,
    shown: Language,
) -> int:
    words = vocabulary()
    before = packs(words, folders=law, policies=policy)
    folders = [p for p in changed if p.is_dir()]
    named = {load_pack(folder, words).id for folder in folders}
    kept = [folder for folder in law if not named or load_pack(folder, words).id not in named]
    after = packs(
        words,
        folders=[*kept, *folders],
        policies=[*policy, *(p for p in changed if not p.is_dir())],
    )
    adds = False
    told_all = []
    asked = day("--on", on)
    for records in open_records(path, words):
        one, two = packs_of(records, before), packs_of(records, after)
        as_of = output.now() if asked is None else one[0].calendar.day_end(asked)
        found = what_if(
            one, two, records.events(), operator=records.operator, as_of=as_of, drafts=drafts
        )
        adds |= found.breaches()[0] > 0
        if json:
            told_all.append({"operator": records.operator, **_what_if_json(found)})
        else:
            _say_what_if(records.operator, found, one[0].calendar, shown)
    if json:
        output.put_json(told_all[0] if len(told_all) == 1 else told_all)
    return BREACHED if adds else CLEAN


def _short(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "duty": finding.duty,
        "code": finding.code,
        "keys": finding.keys,
        "trigger": format_instant(finding.trigger),
        **_values(finding),
    }


def _values(finding: Finding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in WATCHED}
    for name in ("due_at", "decided_at"):
        values[name] = None if values[name] is None else format_instant(values[name])
    return values


def _what_if_json(found: WhatIf) -> dict[str, Any]:
    return {
        "same": found.same,
        "added": [_short(f) for f in found.added],
        "removed": [_short(f) for f in found.removed],
        "changed": [_short(b) | {"before": _values(a)} for a, b in found.changed],
    }


def _say_what_if(operator: str, found: WhatIf, calendar: Calendar, shown: Language) -> None:
    console, zh = output.screen(), shown == "zh"
    come, go = found.breaches()
    head = (
        f"新增 {len(found.added)}，减少 {len(found.removed)}，变化 {len(found.changed)}，"
        f"不变 {found.same}；未履行增加 {come}，减少 {go}"
        if zh
        else f"{len(found.added)} new, {len(found.removed)} gone, {len(found.changed)} changed, "
        f"{found.same} as before; breached: {come} more, {go} fewer"
    )
    console.print(Line(f"\n {plain(operator)}  ", style="bold").append(head, style="dim"))
    grid = Table.grid(padding=(0, 2))
    for style in ("", "bold", "", "dim", "dim"):
        grid.add_column(style=style)
    rows: list[tuple[str, Finding | None, Finding | None]] = []
    rows += [("+", None, f) for f in found.added]
    rows += [("-", f, None) for f in found.removed]
    rows += [("~", a, b) for a, b in found.changed if _state(a) != _state(b)]
    for mark, a, b in rows:
        one = b or a
        assert one is not None
        states = " → ".join(_state(f) for f in (a, b) if f is not None)
        keys = " ".join(f"{k}={plain(v)}" for k, v in one.keys.items())
        when = format_local(one.trigger, calendar.zone)[:16]
        grid.add_row(f"   {mark}", one.code, states, keys, when)
    if rows:
        console.print(grid)
    later = len([a for a, b in found.changed if _state(a) == _state(b)])
    if later:
        text = f"{later} 项仅期限或判定时间不同" if zh else f"{later} differ only in their times"
        console.print(Line(f"   {text}", style="dim"))


def _state(finding: Finding) -> str:
    return finding.state + (f" ({finding.reason})" if finding.reason else "")


def obligations(
    ledger: _Ledger,
    /,
    *,
    due_within: Annotated[
        str | None, Parameter(help="Only what is due in this period from now: P1D, PT12H, P5BD.")
    ] = None,
    ics: Annotated[
        Path | None, Parameter(help="Write the deadlines as an iCalendar file to subscribe to.")
    ] = None,
    law: Law = (),
    policy: Policy = (),
    drafts: Drafts = False,
    json: Json = False,
    language_: _Language = None,
) -> int:
    """What must be done until when, the earliest first."""
    shown = language(language_)
    words = vocabulary()
    loaded = packs(words, folders=law, policies=policy)
    now = output.now()
    with open_live(ledger, loaded, words, output.now, drafts=drafts) as opened:
        found = due(opened, now, due_within)
        if ics is not None:
            write_ics(ics, found, opened, now, shown)
        calendar = opened.calendar
    if json:
        output.put_json([_due_json(one) for one in found])
        return CLEAN
    console = output.screen()
    if not found:
        console.print("没有待履行的义务" if shown == "zh" else "nothing is pending", style="dim")
        return CLEAN
    grid = Table.grid(padding=(0, 2))
    for style in ("bold", "dim", "cyan", "", "dim"):
        grid.add_column(style=style)
    for one in found:
        grid.add_row(
            f" {format_local(one.due_at, calendar.zone)[:16]}",
            _left(one.due_at - now, shown),
            one.code,
            one.title.zh if shown == "zh" else one.title.en,
            " ".join(f"{k}={plain(v)}" for k, v in one.keys.items()),
        )
    console.print(grid)
    return CLEAN


def _due_json(one: Due) -> dict[str, Any]:
    return {
        "id": one.id,
        "duty": one.duty,
        "code": one.code,
        "title": {"zh": one.title.zh, "en": one.title.en},
        "keys": one.keys,
        "trigger": format_instant(one.trigger),
        "due_at": format_instant(one.due_at),
        "cites": list(one.cites),
    }


def _left(micros: int, shown: Language) -> str:
    hours = max(micros, 0) // 3_600_000_000
    days, hours = divmod(hours, 24)
    if shown == "zh":
        return f"{days} 天 {hours} 小时" if days else f"{hours} 小时"
    return f"{days} d {hours} h" if days else f"{hours} h"


def write_ics(path: Path, found: list[Due], opened: Opened, now: int, shown: Language) -> None:
    """The deadlines as a file, whole or not at all. Errors: `extra_missing`, `output_failed`."""
    try:
        from lawkeep.app.ical import ical
    except ModuleNotFoundError as problem:
        missing = problem.name or "icalendar"
        raise error("extra_missing", package=missing, extra="calendar") from None
    name = f"{opened.live.operator} · Lawkeep"
    raw = ical(found, name=name, now=now, language=shown)
    output.write_file(path, lambda file: _fill(file, raw))


def watch(
    ledger: _Ledger,
    /,
    *,
    once: Annotated[
        bool, Parameter(negative="", help="Do what is due now and end, for a scheduler.")
    ] = False,
    ics: Annotated[
        Path | None, Parameter(help="Keep an iCalendar file of the deadlines up to date.")
    ] = None,
    webhook: Annotated[
        str | None, Parameter(help="Send every new event to this address, signed.")
    ] = None,
    secret: Annotated[
        tuple[Path, ...],
        Parameter(
            negative="", help="File with the webhook's secret (whsec_...); two while it changes."
        ),
    ] = (),
    kind: Annotated[
        tuple[str, ...],
        Parameter(
            name="--type",
            negative="",
            help="Send only this type, or finding.*; may be repeated.",
        ),
    ] = (),
    law: Law = (),
    policy: Policy = (),
    drafts: Drafts = False,
    language_: _Language = None,
) -> int:
    """Judge a ledger as time goes on: findings are appended at the earliest decidable moment.

    It ends with Ctrl-C or a TERM signal, after what it is doing.
    """
    shown = language(language_)
    words = vocabulary()
    loaded = packs(words, folders=law, policies=policy)
    hook = None
    if webhook is not None:
        if not secret:
            raise error("usage_choice", problem="--webhook needs --secret", command="watch")
        hook = Hook(webhook, webhook, tuple(read_secret(file) for file in secret), kind)
    stopping = threading.Event()
    with open_live(ledger, loaded, words, output.now, drafts=drafts) as opened:
        timer = Watch(opened.live, output.now)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stopping.set())
        update = opened.update
        output.say(
            _updated(update.taken, len(update.changed + update.added + update.removed), shown)
        )
        sender = None
        if hook is not None and not once:
            sender = threading.Thread(target=_send, args=(opened, hook, stopping, shown))
            sender.start()
        try:
            while not stopping.is_set():
                pause = timer.once()
                if ics is not None:
                    now = output.now()
                    write_ics(ics, due(opened, now), opened, now, shown)
                if once:
                    if hook is not None:
                        deliver(
                            opened.live.ledger,
                            hook,
                            clock=output.now,
                            pause=time.sleep,
                            matching=words.matching,
                            pauses=(),
                        )
                    break
                stopping.wait(max(pause, 0.01))
        finally:
            stopping.set()
            if sender is not None:
                sender.join()
    return CLEAN


def _send(opened: Opened, hook: Hook, stopping: threading.Event, shown: Language) -> None:
    """Send events until the end; what fails for good is told, and tried again after a while."""
    words = vocabulary()
    wait = 1.0
    while not stopping.is_set():
        try:
            deliver(
                opened.live.ledger,
                hook,
                clock=output.now,
                pause=lambda seconds: _pause(stopping, seconds),
                matching=words.matching,
            )
            wait = 1.0
        except _StoppedError:
            return
        except LawkeepError as problem:
            output.say(f"{problem.text(shown)} {problem.advice(shown)} [{problem.code}]")
            if problem.code != "webhook_failing":
                return
            wait = 3600.0
        stopping.wait(wait)


class _StoppedError(Exception):
    """The command ends while a delivery waits for its next attempt."""


def _pause(stopping: threading.Event, seconds: float) -> None:
    if stopping.wait(seconds):
        raise _StoppedError


def _updated(taken: int, duties: int, shown: Language) -> str:
    if shown == "zh":
        return f"已判断 {taken} 个新事件，{duties} 项义务有变化"
    return f"{taken} entries judged that were new, {duties} duties that were new or changed"
