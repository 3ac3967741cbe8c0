"""`lawkeep ledger prove|checkpoint|publish`: what others can check, of one event and of all."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from lawkeep.app.ledgers import circle_of, sign_head
from lawkeep.cli import output
from lawkeep.cli.language import language
from lawkeep.cli.options import (
    Json,
    LanguageOption,
    LedgerPlace,
    Signer,
    TimeRoots,
    WitnessPolicy,
    authority,
)
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.locate import open_ledger
from lawkeep.ledger.note import Note
from lawkeep.ledger.policyfile import read_policy
from lawkeep.ledger.publish import publish as published
from lawkeep.ledger.witnesses import Cosigned
from lawkeep.model.errors import CLEAN, error
from lawkeep.model.time import format_instant

_LanguageOf = Annotated[LanguageOption, Parameter(name="--language")]


def prove(
    path: LedgerPlace,
    /,
    *,
    seq: Annotated[int | None, Parameter(help="Place of the entry, from 0.")] = None,
    id_: Annotated[str | None, Parameter(name="--id", help="Id of the event.")] = None,
    out: Annotated[Path, Parameter(metavar="FILE", help="New file for the proof.")],
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Write a proof that an event stands in the ledger; `lawkeep verify FILE` checks it."""
    if (seq is None) == (id_ is None):
        raise error("usage_value", option="prove", value="", form="--seq N, or --id ID")
    if out.exists():
        raise error("output_exists", name=str(out))
    with open_ledger(path) as ledger:
        if id_ is not None:
            entry = ledger.get(id_)
            if entry is None:
                raise error("ledger_no_entry", size=ledger.size, asked=f"event {id_}")
            seq = entry.seq
        assert seq is not None
        entry = next(ledger.read(seq, seq + 1), None) if seq >= 0 else None
        proof = ledger.prove(seq, None if entry is None else entry.raw)
    output.write_file(out, lambda file: _write(file, proof.bytes()))
    cosigned = [s.name for s in Note.parse(proof.checkpoint).signatures if s.time is not None]
    if json:
        output.put_json({"file": str(out), "seq": seq, "witnesses": sorted(cosigned)})
        return CLEAN
    zh = language(language_) == "zh"
    output.say(f"第 {seq} 条的证明：{out}" if zh else f"proof of entry {seq}: {out}")
    output.say(_witnesses(sorted(cosigned), zh))
    return CLEAN


def checkpoint(
    path: LedgerPlace,
    /,
    *,
    signer: Signer = None,
    witness_policy: WitnessPolicy = None,
    stamp: Annotated[
        str | None,
        Parameter(
            metavar="URL", help="Have it stamped by this time-stamping authority (RFC 3161)."
        ),
    ] = None,
    time_roots: TimeRoots = None,
    key: Annotated[
        bool, Parameter(negative="", help="Print the public key of the ledger instead.")
    ] = False,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Sign the head, have it cosigned by the witnesses and stamped, and print it."""
    if (stamp is None) != (time_roots is None):
        raise error("usage_value", option="--stamp", value=stamp or "", form="--stamp with --time-roots")  # fmt: skip
    circle = None
    if witness_policy is not None:
        circle = circle_of(read_policy(witness_policy), witness_policy)
    cosigned: Cosigned | None = None
    stamped_at: int | None = None
    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(path, key=signer))
        if key:
            if ledger.public_key is None:
                raise error("ledger_unsigned", path=ledger.place())
            print(ledger.public_key.text())
            return CLEAN
        raw = sign_head(ledger)
        if circle is not None:
            with output.busy("witnesses"):
                cosigned = circle.cosign(ledger)
            raw = _kept(ledger, cosigned.size) or raw
        if stamp is not None and time_roots is not None:
            with output.busy(stamp):
                stamped_at = _stamped(ledger, stamp, time_roots)
        size = Note.parse(raw).text.split("\n")[1]
    if json:
        output.put_json(_json(raw, int(size), cosigned, stamped_at))
        return CLEAN
    zh = language(language_) == "zh"
    output.put(raw)
    if cosigned is not None:
        output.say(_witnesses(list(cosigned.names), zh))
    if stamped_at is not None:
        at = format_instant(stamped_at)
        output.say(f"时间戳：{at}" if zh else f"stamped: there by {at}")
    return CLEAN


def publish(
    path: LedgerPlace,
    folder: Annotated[Path, Parameter(help="Folder for the files; again: only what is new.")],
    /,
    *,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Write the ledger out as files of C2SP tlog-tiles, for a web server or other tools.

    All events stand in them: give them to whom may read them all.
    """
    with open_ledger(path) as ledger, output.busy(str(folder)):
        head = published(ledger, folder)
    if json:
        output.put_json({"folder": str(folder), "size": head.size, "root": head.root.hex()})
        return CLEAN
    zh = language(language_) == "zh"
    output.say(
        f"已将 {head.size} 条写到 {folder}" if zh else f"{head.size} entries published in {folder}"
    )
    return CLEAN


def _write(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)


def _kept(ledger: BaseLedger, size: int) -> bytes | None:
    """The checkpoint of this size with the newest cosignatures."""
    return next((last for kept, _, last in ledger.kept_checkpoints(size) if kept == size), None)


def _stamped(ledger: BaseLedger, url: str, roots: Path) -> int:
    asked = authority(roots, url)
    from lawkeep.ledger.timestamps import stamp_head  # its package is there: `authority` says

    return stamp_head(ledger, asked)


def _witnesses(names: list[str], zh: bool) -> str:
    if not names:
        return "没有见证方联署" if zh else "no witness has cosigned: only you vouch for it"
    told = ", ".join(names)
    return f"联署：{told}" if zh else f"cosigned by {told}"


def _json(raw: bytes, size: int, cosigned: Cosigned | None, stamped_at: int | None) -> Any:
    return {
        "checkpoint": raw.decode(),
        "size": size,
        "witnesses": [] if cosigned is None else list(cosigned.names),
        "cosigned_at": None if cosigned is None else format_instant(cosigned.at),
        "stamped_at": None if stamped_at is None else format_instant(stamped_at),
    }
