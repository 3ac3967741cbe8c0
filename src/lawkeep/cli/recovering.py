"""`lawkeep ledger recover`: bring a restored ledger back into agreement with its witnesses."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter

from lawkeep.app.ledgers import Outlook, circle_of, outlook, recover_from
from lawkeep.cli import output
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import Json, LanguageOption, LedgerPlace
from lawkeep.cli.speech import plain
from lawkeep.ledger.locate import open_ledger
from lawkeep.ledger.policyfile import read_policy
from lawkeep.model.errors import BREACHED, CLEAN, declare, error

declare(
    "recover_unasked",
    "A recovery writes to the ledger, and nobody is here to be asked.",
    "恢复会写入账本，而此处无人可以确认。",
    "Nothing was written. Run it in a terminal, or say `--yes`.",
    "未写入任何内容。请在终端中运行，或加上 --yes。",
)

_STEPS = {
    "seen": (
        "the entries here fit; the witnesses saw {size}",
        "此处条目相符；见证方见过 {size} 条",
    ),
    "restored": ("{size} entries put back", "已补回 {size} 条"),
    "agreed": (
        "it is the tree that the witnesses saw ({size})",
        "与见证方所见的树一致（{size} 条）",
    ),
    "cosigned": ("signed, and cosigned at {size}", "已签署，并在 {size} 条处取得联署"),
}


def recover(
    path: LedgerPlace,
    /,
    *,
    policy: Annotated[
        Path, Parameter(metavar="FILE", help="Policy that names the witnesses of the ledger.")
    ],
    signer: Annotated[Path, Parameter(metavar="FILE", help="Key file of the ledger.")],
    sources: Annotated[
        tuple[str, ...],
        Parameter(
            name="--from",
            metavar="SOURCE",
            negative="",
            help="Where missing entries may be: another copy of the ledger, an export of all of "
            "it, or a folder of `ledger publish`; may be repeated.",
        ),
    ] = (),
    yes: Annotated[bool, Parameter(negative="", help="Do not ask before writing.")] = False,
    json: Json = False,
    language_: Annotated[LanguageOption, Parameter(name="--language")] = None,
) -> int:
    """After restoring a backup: put back what is missing, sign again, and write down that it happened.

    Exit codes: 0 it signs again; 1 you said no, and nothing was written; 5 entries are lost, the
    history was changed, or witnesses do not answer.
    """
    shown = language(language_)
    place = 1 if shown == "zh" else 0
    circle = circle_of(read_policy(policy), policy)

    def tell(step: str, size: int) -> None:
        output.say("· " + _STEPS[step][place].format(size=size))

    with open_ledger(path, key=signer) as ledger:
        with output.busy("witnesses"):
            found = outlook(ledger, circle)
        for line in _situation(found, sources, shown):
            output.say(line)
        if not yes and not _agreed(shown):
            output.say("未写入任何内容" if place else "nothing was written")
            return BREACHED
        done = recover_from(
            ledger, circle, sources, event_id=str(uuid4()), now=output.now(), tell=tell
        )
        size = ledger.size
    if json:
        output.put_json(
            {
                "restored": done.restored,
                "from_size": done.from_size,
                "size": size,
                "witnesses": list(done.witnesses),
                "event": None if done.event is None else done.event.id,
            }
        )
        return CLEAN
    if done.event is not None:
        told = plain(done.event.id)
        output.say(f"已记入事件 {told}" if place else f"written down as event {told}")
    output.say("账本可以继续签署" if place else "the ledger signs on from here")
    return CLEAN


def _situation(found: Outlook, sources: tuple[str, ...], shown: Language) -> list[str]:
    zh = shown == "zh"
    lines = [f"此处有 {found.size} 条" if zh else f"{found.size} entries are here"]
    for name, size in found.seen.items():
        told = f"见证方 {plain(name)} 最后见到 {size} 条"
        lines.append(told if zh else f"the witness {plain(name)} saw {size} last")
    if not found.seen:
        lines.append("见证方从未见过此账本" if zh else "the witnesses never saw this ledger")
    if not found.missing:
        lines.append(
            "没有缺失；将取得联署，不写入条目"
            if zh
            else "none is missing; it will be cosigned, and no entry is written"
        )
        return lines
    told = ", ".join(plain(source) for source in sources)
    if zh:
        lines.append(f"缺少 {found.missing} 条；来源：{told or '未指定（--from）'}")
        lines.append("将补回缺失条目、核对见证方所见的每一大小、重新签署，并另记一条事件")
    else:
        lines.append(f"{found.missing} are missing; sources: {told or 'none given (--from)'}")
        lines.append(
            "they will be put back and compared with what each witness saw; then it is signed, "
            "and an event says that it was recovered"
        )
    return lines


def _agreed(shown: Language) -> bool:
    """Ask. Error: `recover_unasked`, where nobody answers."""
    print("继续？[y/N] " if shown == "zh" else "go on? [y/N] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline() if sys.stdin is not None else ""
    if not answer:
        print(file=sys.stderr)
        raise error("recover_unasked")
    return answer.strip().lower() in ("y", "yes", "是", "好")
