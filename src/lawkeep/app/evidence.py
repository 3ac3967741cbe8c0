"""Evidence for somebody else: an export with its findings in words, and taking one in."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from lawkeep.app.choice import FINDING, Choice, chosen
from lawkeep.app.report import duty_view
from lawkeep.documents.words import REASONS, STATES, look_up
from lawkeep.law.pack import Pack
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.blobs import Blobs
from lawkeep.ledger.entry import decode
from lawkeep.ledger.export import Blob, Exported, bag_events, export_bag, verify_bag
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.event import Event, encode
from lawkeep.model.finding import Text

_UNKNOWN = Text(zh="（所载法律包中没有该义务的说明）", en="(no loaded pack has words for it)")


def export(
    ledger: BaseLedger,
    folder: Path,
    choice: Choice,
    packs: Sequence[Pack],
    *,
    now: int,
    blobs: Blobs | None = None,
    earlier: Sequence[bytes] = (),
) -> Exported:
    """Write a bag for a choice, with its findings in words and the law that they rest on.

    Errors: those of `lawkeep.ledger.export.export_bag`.
    """
    seqs = chosen(ledger, choice)
    wanted = set(seqs)
    findings = [
        _in_words(entry.event, packs)
        for entry in ledger.read(types=(FINDING,))
        if entry.seq in wanted
    ]
    law = [e.event for e in ledger.read(types=("law.loaded",)) if e.seq in wanted]
    payload = {
        "findings.md": _page(findings, "en").encode(),
        "findings.zh-CN.md": _page(findings, "zh").encode(),
        "law.json": _law(law, packs),
    }
    return export_bag(
        ledger, folder, seqs, now=now, blob=_reader(blobs), payload=payload,
        findings=findings, earlier=earlier,
    )  # fmt: skip


def _reader(blobs: Blobs | None) -> Blob:
    def read(digest: str) -> bytes | None:
        return blobs.get(digest) if blobs is not None and blobs.has(digest) else None

    return read


def _in_words(event: Event, packs: Sequence[Pack]) -> dict[str, Any]:
    """A finding as the ledger has it, and its rule in words of the packs loaded now."""
    data = event.data
    told: dict[str, Any] = {"event": event.id, **data, "keys": event.keys}
    state = look_up(str(data.get("state")), STATES)
    told["words"] = {"state": msgspec.to_builtins(state)}
    if data.get("reason"):
        told["words"]["reason"] = msgspec.to_builtins(look_up(str(data["reason"]), REASONS))
    for pack in packs:
        duty = pack.duty(str(data.get("duty")))
        if duty is not None:
            view = duty_view(duty, pack)
            told["words"] |= {
                "duty": msgspec.to_builtins(view.title),
                "demand": msgspec.to_builtins(view.summary),
                "deadline": msgspec.to_builtins(view.deadline),
                "citations": msgspec.to_builtins(view.citations),
                "pack": {"id": pack.id, "version": pack.head.version, "sha256": pack.sha256},
            }
            # The finding names the law that it was made under; the words may be of a later text.
            judged = (data.get("law") or {}).get(pack.id)
            told["words"]["same_law"] = judged == pack.sha256
    return told


def _page(findings: Sequence[Mapping[str, Any]], language: str) -> str:
    zh = language == "zh"
    lines = ["# 认定" if zh else "# Findings", ""]
    lines += [
        "本页由 `findings.json` 生成；证据为账簿中的事件，本页仅为说明。"
        if zh
        else "Made from `findings.json`. The events of the ledger are the evidence; this page explains.",
    ]
    names = (
        ("要求", "期限", "依据", "对象", "截止", "可认定于", "所据事件")
        if zh
        else ("Demanded", "Deadline", "Cited", "About", "Due", "Decided", "Rests on")
    )
    for told in findings:
        words = told["words"]
        title = words.get("duty", {}).get(language) or told.get("duty")
        lines += ["", f"## {words['state'][language]}: {title}", ""]
        if "reason" in words:
            lines += [words["reason"][language], ""]
        cites = "; ".join(c[language] for c in words.get("citations", ()))
        about = ", ".join(f"{k} {v}" for k, v in told["keys"].items())
        values = (
            words.get("demand", msgspec.to_builtins(_UNKNOWN))[language],
            words.get("deadline", {}).get(language),
            cites,
            about,
            told.get("due_at"),
            told.get("decided_at"),
            ", ".join(f"`{i}`" for i in told.get("evidence_ids") or ()),
        )
        lines += [f"- {n}: {v}" for n, v in zip(names, values, strict=True) if v]
        if words.get("same_law") is False:
            lines.append(
                "- 说明：以上规则文字出自较新版本的法律包，认定当时的版本见 `law.json`。"
                if zh
                else "- Note: these words are of another version of the pack than the finding was "
                "made under; see `law.json`."
            )
        lines.append(f"- `{told.get('finding')}`, `{told['event']}`")
    if not findings:
        lines += [
            "",
            "所选事件中没有认定。" if zh else "There is no finding among the chosen events.",
        ]
    return "\n".join(lines) + "\n"


def _law(loaded: Iterable[Event], packs: Sequence[Pack]) -> bytes:
    value = {
        "loaded": [{"event": event.id, **event.data} for event in loaded],
        "words_from": {
            p.id: {"version": p.head.version, "sha256": p.sha256, "policy": p.policy_sha256}
            for p in packs
        },
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


@dataclass(frozen=True)
class Imported:
    """What was taken from a bag. `same`: events that were there already."""

    events: int
    same: int
    files: int


def import_bag(
    ledger: BaseLedger,
    bag: Path,
    *,
    key: str,
    witnesses: Sequence[str] = (),
    needed: int = 0,
    blobs: Blobs | None = None,
) -> Imported:
    """Append the events of a checked bag, byte for byte, all or none; its files go to the store.

    They get places of their own here; that they stood in the other ledger is what the bag proves.
    Errors: `bag_unsound`, those of `append`.
    """
    report = verify_bag(bag, key, witnesses, needed)
    if report.code:
        word, en, _ = report.problems[0] if report.problems else ("", "", "")
        raise error("bag_unsound", path=str(bag), reason=en or word)
    files = 0
    if blobs is not None:
        for path in sorted((bag / "data" / "blobs").glob("*")):
            blobs.put(path.read_bytes())
            files += 1
    done = ledger.append(_decoded(bag))
    return Imported(done.added, done.same, files)


def _decoded(bag: Path) -> Iterable[Event]:
    for raw in bag_events(bag):
        try:
            event = decode(raw)
            same = encode(event) == raw
        except (ValueError, LawkeepError) as problem:
            raise error("bag_unsound", path=str(bag), reason=str(problem)) from None
        if not same:
            reason = f"{event.id} is not in canonical form"
            raise error("bag_unsound", path=str(bag), reason=reason)
        yield event
