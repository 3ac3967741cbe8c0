"""`lawkeep ledger hold|release|erase`: what must stay, and what must go."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter
from rich.text import Text as Line

from lawkeep.app import vocabulary
from lawkeep.app.erasing import Keepers, destroy_due, erase_again, settle
from lawkeep.app.erasing import erase as erased
from lawkeep.app.holding import holds_of, place_hold, release_hold
from lawkeep.app.packs import packs
from lawkeep.cli import output
from lawkeep.cli.evidence import (
    BlobsPath,
    LanguageOf,
    LedgerPath,
    actor_of,
    instant_of,
    opened_ledger,
    store_of,
)
from lawkeep.cli.language import Language, language
from lawkeep.cli.options import Json, Signer
from lawkeep.cli.speech import plain
from lawkeep.ledger import Ledger
from lawkeep.ledger.blobs import digest_of
from lawkeep.ledger.holds import Hold
from lawkeep.model.errors import BREACHED, CLEAN, error
from lawkeep.model.time import format_instant
from lawkeep.vault import KeyFile, KeyService, Vault

_Document = Annotated[
    Path | None, Parameter(help="The paper that it rests on; only its hash stays.")
]
MasterKeys = Annotated[Path | None, Parameter(metavar="FILE", help="Master key file of the vault.")]
Hsm = Annotated[
    Path | None,
    Parameter(metavar="FILE", help="PKCS#11 library instead; the PIN is LAWKEEP_HSM_PIN."),
]
TokenLabel = Annotated[str, Parameter(metavar="LABEL", help="Label of its token.")]
_Actor = Annotated[str | None, Parameter(help="Who acts, as it shall stand in the event.")]
_DONE = {
    "destroyed": ("destroyed", "已销毁"),
    "held": ("held", "保全中"),
    "kept": ("kept", "保存期内"),
    "unruled": ("no rule", "无规则"),
}


def hold(
    path: LedgerPath,
    /,
    *,
    case: Annotated[str | None, Parameter(help="Case that it belongs to.")] = None,
    scope: Annotated[
        str, Parameter(help="What must stay: subject=s1, or content=c9,type=content.*; or all.")
    ] = "all",
    authority: Annotated[str | None, Parameter(help="Who ordered it.")] = None,
    review: Annotated[
        str | None, Parameter(metavar="DAY", help="Day by which it is reviewed.")
    ] = None,
    document: _Document = None,
    blobs: BlobsPath = None,
    signer: Signer = None,
    actor: _Actor = None,
    json: Json = False,
    language_: LanguageOf = None,
) -> int:
    """Place a hold; without --case, list those that stand. Exit code 1: a review is overdue."""
    shown = language(language_)
    now = output.now()
    if case is None:
        with Ledger.open(path) as ledger:
            return _listed(holds_of(ledger, now), now, shown, json)
    if authority is None or review is None:
        missing = "--authority" if authority is None else "--review"
        raise error("usage_value", option=missing, value="", form="--authority NAME --review DAY")
    loaded = packs(vocabulary())
    with opened_ledger(path, signer) as ledger:
        placed = place_hold(
            ledger,
            actor_of(ledger, actor),
            case=case,
            scope=scope,
            authority=authority,
            review_at=instant_of("--review", review, loaded, end=True),
            now=now,
            document=None if document is None else digest_of(document.read_bytes()),
            blobs=store_of(blobs),
        )
        return _listed([placed], now, shown, json)


def release(
    path: LedgerPath,
    /,
    *,
    case: Annotated[str, Parameter(help="Case whose holds are released.")],
    scope: Annotated[str | None, Parameter(help="Only the hold of this scope.")] = None,
    authority: Annotated[str | None, Parameter(help="Who released it.")] = None,
    document: _Document = None,
    blobs: BlobsPath = None,
    signer: Signer = None,
    actor: _Actor = None,
    language_: LanguageOf = None,
) -> int:
    """Release the holds of a case."""
    with opened_ledger(path, signer) as ledger:
        ended = release_hold(
            ledger,
            actor_of(ledger, actor),
            case=case,
            scope=scope,
            authority=authority,
            now=output.now(),
            document=None if document is None else digest_of(document.read_bytes()),
            blobs=store_of(blobs),
        )
    zh = language(language_) == "zh"
    output.say(f"已解除 {len(ended)} 项保全" if zh else f"{len(ended)} hold(s) released")
    return CLEAN


def erase(
    path: LedgerPath,
    /,
    *,
    vault: Annotated[Path, Parameter(metavar="FILE", help="File of the vault.")],
    keys: MasterKeys = None,
    hsm: Hsm = None,
    token: TokenLabel = "lawkeep",  # noqa: S107 -- a label, no secret
    subject: Annotated[str | None, Parameter(metavar="ID", help="Whose data, by its id.")] = None,
    purpose: Annotated[
        tuple[str, ...], Parameter(negative="", help="Only data of this purpose; repeatable.")
    ] = (),
    basis: Annotated[str | None, Parameter(help="The request or rule that it rests on.")] = None,
    due: Annotated[
        bool, Parameter(negative="", help="Destroy whatever the law says is due.")
    ] = False,
    again: Annotated[
        bool, Parameter(negative="", help="After restoring the vault: repeat what was erased.")
    ] = False,
    blobs: BlobsPath = None,
    signer: Signer = None,
    actor: _Actor = None,
    json: Json = False,
    language_: LanguageOf = None,
) -> int:
    """Erase sealed personal data: of a subject, or all that is due. Holds and periods stand first."""
    shown = language(language_)
    now = output.now()
    if sum((subject is not None, due, again)) != 1 or (subject is not None and not basis):
        form = "--subject ID --basis TEXT, or --due, or --again"
        raise error("usage_value", option="erase", value=subject or "", form=form)
    with (
        opened_ledger(path, signer) as ledger,
        key_service(keys, hsm, token) as service,
        Vault.open(vault, service) as opened,
    ):
        keepers = Keepers(ledger, opened, packs(vocabulary()), store_of(blobs))
        who = actor_of(ledger, actor)
        settle(keepers, who.operator, now)
        if again:
            count = erase_again(keepers, now)
            output.say(f"重新抹除 {count} 项" if shown == "zh" else f"{count} erased again")
            return CLEAN
        if subject is None:
            return _destroyed(keepers, who.operator, now, shown, json)
        done = erased(
            keepers, subject, who, basis=basis or "", now=now, purposes=set(purpose) or None
        )
    effective = format_instant(done.effective_at)
    if json:
        value = {"event": done.id, "subject": subject, "purposes": done.purposes}
        output.put_json(value | {"destroyed": done.keys, "effective_at": effective})
    elif shown == "zh":
        output.say(
            f"已抹除 {subject}（{'、'.join(done.purposes)}）；自 {effective} 起备份中亦不复存在"
        )
    else:
        output.say(
            f"{subject} erased ({', '.join(done.purposes)}); gone from backups by {effective}"
        )
    return CLEAN


def _listed(holds: list[Hold], now: int, shown: Language, json: bool) -> int:
    late = [h for h in holds if h.overdue(now)]
    if json:
        output.put_json(
            [
                {
                    "event": h.id,
                    "case": h.case,
                    "scope": h.scope,
                    "authority": h.authority,
                    "document": h.document,
                    "placed_at": format_instant(h.placed_at),
                    "review_at": None if h.review_at is None else format_instant(h.review_at),
                    "overdue": h.overdue(now),
                }
                for h in holds
            ]
        )
        return BREACHED if late else CLEAN
    console = output.screen()
    if not holds:
        console.print("没有生效中的保全" if shown == "zh" else "no hold stands")
    for h in holds:
        line = Line(
            "✗ " if h.overdue(now) else "● ", style="bold red" if h.overdue(now) else "green"
        )
        line.append(f"{plain(h.case)}  {plain(h.scope)}  {plain(h.authority or '-')}  ")
        day = "-" if h.review_at is None else format_instant(h.review_at)[:10]
        word = ("复核已逾期" if h.overdue(now) else "复核") if shown == "zh" else (
            "review overdue since" if h.overdue(now) else "review by")  # fmt: skip
        line.append(f"{word} {day}", style="dim")
        console.print(line)
    return BREACHED if late else CLEAN


def _destroyed(keepers: Keepers, operator: str, now: int, shown: Language, json: bool) -> int:
    rows = list(destroy_due(keepers, operator, now, lambda: str(uuid4())))
    if json:
        output.put_json(
            [
                {
                    "subject": r.holding.subject,
                    "purpose": r.holding.purpose,
                    "what": r.what,
                    "late": r.late,
                    "keep_until": _told(r.term.keep_until if r.term else None),
                    "destroy_by": _told(r.term.destroy_by if r.term else None),
                    "hold": r.why,
                }
                for r in rows
            ]
        )
    else:
        for what, words in _DONE.items():
            count = sum(1 for r in rows if r.what == what)
            output.say(f"{words[1] if shown == 'zh' else words[0]}: {count}")
    # What is past its ceiling and still there, held or not, is for a person to look at.
    return BREACHED if any(r.late and r.what != "destroyed" for r in rows) else CLEAN


def _told(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)


@contextmanager
def key_service(file: Path | None, hsm: Path | None, token: str) -> Iterator[KeyService]:
    if (file is None) == (hsm is None):
        raise error("usage_value", option="--keys", value="", form="--keys FILE or --hsm LIBRARY")
    if file is not None:
        yield KeyFile.open(file)
        return
    try:
        from lawkeep.vault.hsm import Token
    except ModuleNotFoundError as problem:
        raise error("extra_missing", package=problem.name or "pkcs11", extra="hsm") from None
    assert hsm is not None
    with Token.open(hsm, token, os.environ.get("LAWKEEP_HSM_PIN", "")) as service:
        yield service
