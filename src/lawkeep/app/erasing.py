"""Erase personal data, on request or because its time has come: vault, files, ledger together.

The order makes an interruption harmless: holds and periods are asked, the keys and ciphertexts are
destroyed, the sealed files are deleted, and then the event says so. What stopped in between is
finished by `settle`. An event is never written about an erasure that did not happen.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lawkeep.app.holding import Actor
from lawkeep.law.pack import Pack
from lawkeep.law.retention import Term, term
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.blobs import Blobs, reason_kept
from lawkeep.ledger.holds import Holds
from lawkeep.model.errors import BREACHED, Both, declare, error
from lawkeep.model.event import Event
from lawkeep.model.time import format_instant
from lawkeep.vault.store import Erasure, Holding, Vault

declare(
    "erase_before_floor",
    "The data of {subject} ({purpose}) must be kept {until} ({cites}).",
    "{subject}（{purpose}）的数据须保存{until}（{cites}）。",
    "Nothing was erased. Until then it may only be stored and protected (CN-PIPL 47).",
    "未抹除任何内容。在此之前只能存储并采取必要的安全保护措施（个人信息保护法第四十七条）。",
    BREACHED,
)
declare(
    "erase_needs_files",
    "{count} sealed file(s) of {subject} are in a store that was not named.",
    "{subject} 有 {count} 个封存文件位于未指定的存储中。",
    "Nothing was erased. Name the store of files with `--blobs`.",
    "未抹除任何内容。请用 --blobs 指定文件存储。",
)


@dataclass(frozen=True)
class Keepers:
    """Where things are: the ledger, the vault, the store of files (if any), the law asked."""

    ledger: BaseLedger
    vault: Vault
    packs: Sequence[Pack] = ()
    blobs: Blobs | None = None


def erase(
    keepers: Keepers,
    subject: str,
    who: Actor,
    *,
    basis: str,
    now: int,
    purposes: Collection[str] | None = None,
) -> Erasure:
    """Erase the data of a subject, all of it or that of some purposes, and certify it.

    `who.id` becomes the id of the event; repeating with the same id finishes what was interrupted.
    Errors: `vault_held`, `erase_before_floor`, `blob_kept`, `erase_needs_files` (nothing was
    erased), those of the vault, the store and the ledger.
    """
    return _erase(keepers, subject, who, basis, now, purposes, None)


def _erase(
    keepers: Keepers,
    subject: str,
    who: Actor,
    basis: str,
    now: int,
    purposes: Collection[str] | None,
    holds: Holds | None,
) -> Erasure:
    if keepers.vault.erasure(who.id) is None:
        for holding in keepers.vault.holdings(subject):
            if purposes is None or holding.purpose in purposes:
                _allowed(keepers, holding, now)

    def held(subject_: str, purpose: str) -> str | None:
        # Asked within the transaction of the vault, so that a hold placed meanwhile is seen.
        nonlocal holds
        if holds is None:
            holds = Holds.read(keepers.ledger, now)
        found = holds.held(subject_, purpose)
        for digest in keepers.vault.files(subject_, purpose):
            found = found or holds.file(digest)
        return None if found is None else found.name()

    # Asked before the ledger may refuse to sign, so that no erasure stays without its event.
    keepers.ledger.allowed()
    done = keepers.vault.erase(
        subject, purposes, id=who.id, now=now, basis=basis, held=held, actor=who.name
    )
    _certify(keepers, done, who.operator, now)
    return done


def settle(keepers: Keepers, operator: str, now: int) -> list[Erasure]:
    """Finish erasures that were interrupted before their event was written."""
    waiting = keepers.vault.uncertified()
    for done in waiting:
        keepers.vault.erase(
            done.subject, None, id=done.id, now=now, basis=done.basis, held=lambda *_: None
        )
        _certify(keepers, done, operator, now)
    return waiting


def erase_again(keepers: Keepers, now: int) -> int:
    """After a backup of the vault was restored: erase what the ledger says was erased; how much.

    Data that was sealed after the erasure stays.
    """
    count = 0
    for entry in keepers.ledger.read(types=("subject.erased",)):
        event = entry.event
        subject = event.keys["subject"]
        told = event.data.get("purposes")
        back = {
            holding.purpose
            for holding in keepers.vault.holdings(subject)
            if holding.created_at <= event.occurred_at
            and (told is None or holding.purpose in told)
            and holding.key in (event.data.get("destroyed") or [holding.key])
        }
        if back:
            done = keepers.vault.erase(
                subject, back, id=f"{event.id}/{format_instant(now)}", now=now,
                basis=f"again: {event.id}", held=lambda *_: None,
            )  # fmt: skip
            _delete_files(keepers, done, now)
            keepers.vault.certified(done.id)
            count += len(back)
    return count


@dataclass(frozen=True)
class Destroyed:
    """What became of a holding. `kept`: its period runs; `held`: a hold stands; `unruled`: no pack
    has a rule for its purpose, so nothing destroys it by itself. `late`: its ceiling has passed."""

    holding: Holding
    what: Literal["destroyed", "held", "kept", "unruled"]
    term: Term | None
    late: bool
    why: str | None = None


def destroy_due(
    keepers: Keepers, operator: str, now: int, new_id: Callable[[], str]
) -> Iterator[Destroyed]:
    """Destroy whatever is past its floor and has a ceiling, unless it is held; say what became of
    each holding. Errors: those of the vault, the store and the ledger."""
    holds = Holds.read(keepers.ledger, now)
    for holding in keepers.vault.holdings():
        found = _term(keepers, holding)
        if found is None:
            yield Destroyed(holding, "unruled", None, False)
            continue
        late = found.is_late(now)
        hold = holds.held(holding.subject, holding.purpose)
        if not found.is_due(now):
            yield Destroyed(holding, "kept", found, late)
        elif hold is not None:
            yield Destroyed(holding, "held", found, late, hold.name())
        else:
            who = Actor(new_id(), operator, "retention")
            basis = f"retention: {holding.purpose} ({cited(found)})"
            _erase(keepers, holding.subject, who, basis, now, {holding.purpose}, holds)
            yield Destroyed(holding, "destroyed", found, late)


def cited(found: Term) -> str:
    """The articles behind a term, such as `CN-CSL@2017-06-01 21(3)`."""
    return "; ".join(f"{c.law} {c.article}" for _, rule in found.rules for c in rule.cites)


def _term(keepers: Keepers, holding: Holding) -> Term | None:
    return term(keepers.packs, holding.purpose, holding.created_at, holding.ended_at)


def _allowed(keepers: Keepers, holding: Holding, now: int) -> None:
    """Neither the law nor a lock of the store keeps it. Errors: as `erase`."""
    found = _term(keepers, holding)
    if found is not None and found.must_stay(now):
        until = Both("until the relation has ended, and then on", "至关系终止并再满规定期限")
        if not found.running and found.keep_until is not None:
            day = format_instant(found.keep_until)
            until = Both(f"until {day}", f"至 {day}")
        raise error(
            "erase_before_floor",
            subject=holding.subject,
            purpose=holding.purpose,
            until=until,
            cites=cited(found),
        )
    files = keepers.vault.files(holding.subject, holding.purpose)
    if files and keepers.blobs is None:
        raise error("erase_needs_files", subject=holding.subject, count=len(files))
    for digest in files:
        assert keepers.blobs is not None
        if keepers.blobs.has(digest):
            until_at, locked = keepers.blobs.kept(digest)
            if locked or until_at > now:
                raise error("blob_kept", digest=digest, reason=reason_kept(until_at, locked))


def _certify(keepers: Keepers, done: Erasure, operator: str, now: int) -> None:
    if done.certified:
        return
    _delete_files(keepers, done, now)
    keepers.ledger.append([certificate(done, operator, now)])
    keepers.vault.certified(done.id)


def _delete_files(keepers: Keepers, done: Erasure, now: int) -> None:
    if done.blobs and keepers.blobs is None:
        raise error("erase_needs_files", subject=done.subject, count=len(done.blobs))
    for digest in done.blobs:
        assert keepers.blobs is not None
        keepers.blobs.delete(digest, now)


def certificate(done: Erasure, operator: str, now: int) -> Event:
    """The event about an erasure: names of keys and purposes, never what they hid."""
    return Event(
        id=done.id,
        type="subject.erased",
        occurred_at=done.erased_at,
        recorded_at=now,
        operator=operator,
        keys={"subject": done.subject},
        data={
            "effective_at": format_instant(done.effective_at),
            "basis": done.basis,
            "purposes": list(done.purposes),
            "destroyed": list(done.keys),
        },
        actor=done.actor,
    )
