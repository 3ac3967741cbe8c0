"""`lawkeep ledger init|append|show|stats|verify`: make one, fill it, look at it, check it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.app.ledgers import Checked, check_ledger, circle_of, default_origin, make_ledger
from lawkeep.app.records import shown_place
from lawkeep.app.taking import to_ledger
from lawkeep.cli import output
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import Json, LanguageOption, LedgerPlace, Signer, WitnessPolicy
from lawkeep.cli.speech import plain
from lawkeep.ingest.read import read_events
from lawkeep.ledger.keys import read_public_key
from lawkeep.ledger.locate import open_ledger
from lawkeep.ledger.policyfile import read_policy
from lawkeep.model.errors import BREACHED, CLEAN, UNDECIDED
from lawkeep.model.event import as_json
from lawkeep.model.time import format_instant

_LanguageOf = Annotated[LanguageOption, Parameter(name="--language")]


def init(
    path: LedgerPlace,
    /,
    *,
    origin: Annotated[
        str | None, Parameter(help="Its name in checkpoints, such as example.org/lawkeep.")
    ] = None,
    key: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="Make a signing key in this new file, not beside the ledger, and print its public "
            "key.",
        ),
    ] = None,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Make a new, empty ledger, signed from the first checkpoint on if it gets a key."""
    name = origin or default_origin(path)
    public = make_ledger(path, name, output.now(), key)
    place = shown_place(path)
    if json:
        output.put_json(
            {"ledger": place, "origin": name, "key": None if public is None else public.text()}
        )
        return CLEAN
    zh = language(language_) == "zh"
    output.say(f"已新建账本 {place}（{name}）" if zh else f"made the ledger {place} ({name})")
    if public is not None:
        output.say(
            f"签名密钥在 {key}，请勿与数据库及其备份放在一起；公钥（请交给核验方和见证方）："
            if zh
            else f"its signing key is {key}: keep it away from the database and its backups; "
            "public key, for whoever checks and for witnesses:"
        )
        print(public.text())
    return CLEAN


def append(
    path: LedgerPlace,
    files: Annotated[list[Path], Parameter(help="Files of native events, one a line.")],
    /,
    *,
    signer: Signer = None,
    witness_policy: WitnessPolicy = None,
    language_: _LanguageOf = None,
) -> int:
    """Append native events, all or none."""
    words = vocabulary()
    with open_ledger(path):
        pass
    circle = None
    if witness_policy is not None:
        circle = circle_of(read_policy(witness_policy), witness_policy)
    events = (e for file in files for e in read_events(file, words))
    added, same = to_ledger(path, events, default_origin(path), output.now(), signer, circle)
    if language(language_) == "zh":
        output.say(f"已追加 {added} 个事件，另有 {same} 个已存在")
    else:
        output.say(f"{added} events appended, {same} were there")
    return CLEAN


def show(
    path: LedgerPlace,
    /,
    *,
    kind: Annotated[
        tuple[str, ...],
        Parameter(
            name="--type", negative="", help="List only this type, or content.*; may be repeated."
        ),
    ] = (),
    start: Annotated[int, Parameter(name="--from", help="First entry to list.")] = 0,
    limit: Annotated[int, Parameter(help="Most entries to list; 0: figures alone.")] = 20,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """What a ledger holds: its figures, then entries in order."""
    zh = language(language_) == "zh"
    words = vocabulary()
    types = [name for pattern in kind for name in words.matching(pattern)] or None
    with open_ledger(path) as ledger:
        stats = ledger.stats()
        entries = list(islice(ledger.read(start, types=types), max(0, limit)))
    if json:
        output.put_json(
            {
                "origin": stats.origin,
                "size": stats.size,
                "root": stats.root.hex(),
                "created_at": format_instant(stats.created_at),
                "types": stats.by_type,
                "entries": [{"seq": e.seq, **as_json(e.event)} for e in entries],
            }
        )
        return CLEAN
    console = output.screen()
    head = Line(f"\n {plain(stats.origin)}  ", style="bold")
    head.append(
        f"{stats.size} {'个事件' if zh else 'events'} · root {stats.root.hex()[:16]}", style="dim"
    )
    console.print(head)
    figures = "  ".join(f"{name} ×{count}" for name, count in stats.by_type.items())
    console.print(output.inset(Line(figures, style="dim")))
    grid = Table.grid(padding=(0, 2))
    for style in ("dim", "", "bold", "cyan"):
        grid.add_column(style=style)
    for entry in entries:
        event = entry.event
        keys = "  ".join(f"{k}={plain(v)}" for k, v in event.keys.items())
        state = str(event.data.get("state", "")) if event.type == "finding.judged" else ""
        grid.add_row(
            f"   {entry.seq}",
            format_instant(event.occurred_at)[:19] + "Z",
            event.type,
            f"{keys} {state}",
        )
    console.print(grid)
    return CLEAN


def stats(path: LedgerPlace, /, *, json: Json = False, language_: _LanguageOf = None) -> int:
    """Figures of a ledger: how much, since when, signed and cosigned up to where."""
    with open_ledger(path) as ledger, output.busy(shown_place(path)):
        found = ledger.stats()
        public = ledger.public_key
        cosigned = max((size for size, _, _ in ledger.kept_checkpoints()), default=0)
        stamped = max((size for size, _, _ in ledger.kept_tokens()), default=0)
    first, last = (
        None if at is None else format_instant(at)
        for at in (found.first_recorded_at, found.last_recorded_at)
    )
    figures = {
        "origin": found.origin,
        "key": None if public is None else public.text(),
        "created_at": format_instant(found.created_at),
        "size": found.size,
        "root": found.root.hex(),
        "first_recorded_at": first,
        "last_recorded_at": last,
        "event_bytes": found.event_bytes,
        "stored_bytes": found.file_bytes,
        "cosigned": cosigned,
        "stamped": stamped,
    }
    if json:
        output.put_json(figures | {"types": found.by_type})
        return CLEAN
    place = 1 if language(language_) == "zh" else 0
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for name, value in figures.items():
        absent = value is None or (name in ("cosigned", "stamped") and not value)
        grid.add_row(_FIGURES[name][place], _NONE[place] if absent else plain(str(value)))
    for name, count in found.by_type.items():
        grid.add_row(name, f"×{count}")
    output.screen().print(output.inset(grid, 1))
    return CLEAN


def verify(
    path: LedgerPlace,
    /,
    *,
    policy: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="Policy about witnesses: compare with what they saw, and ask those with an address.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        Parameter(
            metavar="KEY", help="Public key of the ledger, from elsewhere; or a file with it."
        ),
    ] = None,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Recompute everything from the stored bytes.

    Exit codes: 0 all fits; 1 something does not, or contradicts what witnesses saw; 3 a policy was
    given, but not enough of its witnesses have seen anything of the ledger.
    """
    told = None if policy is None else read_policy(policy)
    public = None if key is None else read_public_key(key)
    with open_ledger(path) as ledger, output.busy(shown_place(path)):
        found = check_ledger(ledger, public, told)
    code = BREACHED if not found.sound else CLEAN if found.vouched else UNDECIDED
    if json:
        output.put_json(_checked_json(found))
        return code
    console = output.screen()
    for text, style in _checked_lines(found, language(language_)):
        console.print(Line(f" {text}", style=style))
    return code


def _checked_json(found: Checked) -> dict[str, Any]:
    verified = found.verified
    fault = verified.fault
    return {
        "sound": found.sound,
        "size": verified.size,
        "root": verified.root.hex(),
        "checked": verified.checked,
        "fault": fault
        and {
            "what": fault.what,
            "seq": fault.seq,
            "until": fault.until,
            "detail": fault.detail,
        },
        "proved": found.proved,
        "witnesses": found.seen,
        "denied_by": list(found.denied),
        "missing": found.missing,
    }


def _checked_lines(found: Checked, shown: Language) -> Iterator[tuple[str, str]]:
    """What a check says, line by line, with the style of each."""
    zh = shown == "zh"
    verified = found.verified
    fault = verified.fault
    if fault is not None:
        place = "" if fault.seq is None else f" #{fault.seq}"
        told = "账本不一致" if zh else "the ledger does not fit"
        yield f"✗ {told}: {fault.what}{place} {plain(fault.detail)}", "bold red"
        return
    size = verified.size
    yield (f"✓ {size} 个事件全部相符" if zh else f"✓ all {size} entries fit"), "bold green"
    yield f"  root {verified.root.hex()}", "dim"
    if found.denied:
        names = plain(", ".join(found.denied))
        yield (
            (
                f"✗ 与见证方 {names} 所见矛盾：历史被改动"
                if zh
                else f"✗ it contradicts what {names} saw: its history was changed"
            ),
            "bold red",
        )
        return
    if found.missing:
        yield (
            (
                f"✗ 缺少 {found.missing} 条：见证方曾见 {size + found.missing} 条"
                if zh
                else f"✗ {found.missing} entries are missing: a witness saw {size + found.missing}"
            ),
            "bold red",
        )
    if found.proved is None:
        return
    if not found.vouched:
        yield (
            (
                "? 见证方尚未联署任何条目"
                if zh
                else "? not enough witnesses have cosigned anything yet"
            ),
            "bold yellow",
        )
    else:
        yield (
            (
                f"✓ 前 {found.proved} 条经足够的见证方联署"
                if zh
                else f"✓ enough witnesses cosigned the first {found.proved}"
            ),
            "bold green",
        )
    for name, count in (found.seen or {}).items():
        yield f"  {plain(name)}: {count}", "dim"
    if not found.asked:
        yield (
            (
                "! 策略中没有见证方的地址，未向其询问：末尾是否被截断无从得知"
                if zh
                else "! the policy lacks addresses, so no witness was asked: a cut end would not show"
            ),
            "yellow",
        )


_NONE = ("none", "无")
_FIGURES = {
    "origin": ("name", "名称"),
    "key": ("public key", "公钥"),
    "created_at": ("made at", "建立时间"),
    "size": ("entries", "条目数"),
    "root": ("root", "根散列"),
    "first_recorded_at": ("first recorded", "最早记录"),
    "last_recorded_at": ("last recorded", "最近记录"),
    "event_bytes": ("bytes of events", "事件字节数"),
    "stored_bytes": ("bytes stored", "存储字节数"),
    "cosigned": ("cosigned up to", "联署至"),
    "stamped": ("time-stamped up to", "加盖时间戳至"),
}
