"""Offline proofs (C2SP tlog-proof@v1): this event stands in that ledger, and others saw it. Pure.

A proof is one text: the place of the entry, the hashes up to the root, and the checkpoint with its
signatures. Whoever has the event and trusts the public keys needs nothing else.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from lawkeep.ledger.checkpoint import Checkpoint, Policy, opened
from lawkeep.ledger.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from lawkeep.ledger.note import VerifierKey
from lawkeep.model.errors import Both, LawkeepError, declare, error

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9]\d{0,18})", re.ASCII)
_MOST_HASHES = 64

declare(
    "proof_malformed",
    "This is not a proof of a ledger: {problem}.",
    "这不是账本证明：{problem}。",
    "A proof is a text of kind c2sp.org/tlog-proof@v1. Ask for the file again, byte for byte.",
    "证明是 c2sp.org/tlog-proof@v1 格式的文本。请重新索取原文件，逐字节保持不变。",
)
declare(
    "proof_wrong",
    "The proof does not show that this event is entry {index} of the ledger {origin}.",
    "该证明不能表明此事件是账本 {origin} 的第 {index} 条。",
    "The event, its place or the proof was changed, or it belongs to another event. Do not rely "
    "on it.",
    "事件、其位置或证明被改动过，或该证明属于另一事件。请勿采信。",
)


@dataclass(frozen=True)
class Proof:
    """`index`: place of the entry, `path`: hashes from the leaf up, `checkpoint`: a signed note.

    `extra` is carried along and proved by nobody.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a proof file. Error: `proof_malformed`."""
        above, found, checkpoint = raw.partition(b"\n\n")
        try:
            lines = above.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise _malformed("its upper part is not plain text", "上半部分不是纯文本") from None
        if not found or lines[0] != HEADER or len(lines) < 2:
            raise _malformed(f"it does not begin with {HEADER}", f"开头不是 {HEADER}")
        extra = None
        if lines[1].startswith("extra "):
            extra = _decoded(lines.pop(1).removeprefix("extra "))
        match = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
        if match is None:
            raise _malformed("it names no index", "没有写明序号")
        hashes = [_decoded(line) for line in lines[2:]]
        if len(hashes) > _MOST_HASHES or any(len(h) != HASH_BYTES for h in hashes):
            raise _malformed("a line is not a hash", "有一行不是散列值")
        return cls(int(match[1]), tuple(hashes), checkpoint, extra)

    def bytes(self) -> bytes:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [b64encode(step).decode() for step in self.path]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint


@dataclass(frozen=True)
class Proved:
    """What a proof showed. `cosigned_at`: when enough witnesses had seen it, if any was asked."""

    index: int
    checkpoint: Checkpoint
    cosigned_at: int | None


def verify(raw: bytes, proof: Proof, key: VerifierKey, policy: Policy | None = None) -> Proved:
    """Check that the stored bytes of an event are entry `index` of the ledger of this key.

    Without a policy only the ledger's own word is checked. Errors: those of `checkpoint.opened`,
    `proof_wrong`, `checkpoint_too_few_witnesses`.
    """
    checkpoint, note = opened(proof.checkpoint, key)
    path: Sequence[bytes] = proof.path
    if not verify_inclusion(leaf_hash(raw), proof.index, checkpoint.size, path, checkpoint.root):
        raise error("proof_wrong", index=proof.index, origin=checkpoint.origin)
    cosigned_at = policy.satisfied_at(note) if policy is not None else None
    return Proved(proof.index, checkpoint, cosigned_at)


def _decoded(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if b64encode(raw).decode() != text:
        raise _malformed("a line is not base64", "有一行不是 base64")
    return raw


def _malformed(en: str, zh: str) -> LawkeepError:
    return error("proof_malformed", problem=Both(en, zh))
