"""Checkpoints (C2SP tlog-checkpoint): what a ledger signs, and who must have cosigned it. Pure.

The text of a checkpoint is its origin, size and root, one a line, and extension lines. The ledger
signs it; a witness cosigns it after it has seen that the tree only grew.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Self

from lawkeep.ledger.merkle import EMPTY_ROOT, HASH_BYTES
from lawkeep.ledger.note import COSIGNATURE, Note, Signature, SignerKey, VerifierKey, signed
from lawkeep.model.errors import Both, LawkeepError, declare, error
from lawkeep.model.time import MICROSECONDS

_SIZE = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)
_HASH = re.compile(r"[A-Za-z0-9+/]{43}=")

declare(
    "checkpoint_malformed",
    "This is not a checkpoint: {problem}.",
    "这不是检查点（checkpoint）：{problem}。",
    "Ask for the file again, byte for byte.",
    "请重新索取原文件，逐字节保持不变。",
)
declare(
    "checkpoint_foreign",
    "This is a checkpoint of {found}, not of {expected}.",
    "这是 {found} 的检查点，而不是 {expected} 的检查点。",
    "Name the ledger and the public key that belong together.",
    "请指定相互对应的账本与公钥。",
)
declare(
    "checkpoint_too_few_witnesses",
    "{found} of the trusted witnesses cosigned this checkpoint; {needed} must.",
    "受信任的见证方中有 {found} 个联署了该检查点，须有 {needed} 个。",
    "Without them nobody but its keeper vouches for the ledger. Ask for a cosigned checkpoint.",
    "没有它们，只有保管者自己为账本作证。请索取经联署的检查点。",
)
declare(
    "witness_policy_impossible",
    "{needed} of {count} witnesses is no policy: more than half must cosign, and no more than all.",
    "{count} 个见证方中须 {needed} 个联署，此规则不成立：须超过半数且不超过总数。",
    "Only a majority makes sure that two answers share one witness.",
    "只有过半数才能保证任意两次答复至少有一个共同的见证方。",
)


@dataclass(frozen=True)
class Checkpoint:
    """Name, size and root (32 bytes) of a tree; `extensions`: further lines, not empty ones."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note. Error: `checkpoint_malformed`."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise _malformed("it needs three lines or more, none empty", "须有至少三行且无空行")
        origin, size, root, *extensions = lines[:-1]
        if not _SIZE.fullmatch(size):
            raise _malformed("its second line is not a size", "第二行不是大小")
        decoded = b64decode(root) if _HASH.fullmatch(root) else b""
        if len(decoded) != HASH_BYTES or b64encode(decoded).decode() != root:
            raise _malformed("its third line is not a hash", "第三行不是散列值")
        if int(size) == 0 and decoded != EMPTY_ROOT:
            raise _malformed("the root of nothing is another one", "空树的根不是该值")
        return cls(origin, int(size), decoded, tuple(extensions))

    def text(self) -> str:
        lines = [self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions]
        return "\n".join(lines) + "\n"

    def signed(self, key: SignerKey) -> Note:
        return signed(self.text(), key)


def opened(raw: bytes, key: VerifierKey) -> tuple[Checkpoint, Note]:
    """A checkpoint whose signature by the ledger's key is right and whose origin is the key's name.

    Errors: `note_malformed`, `note_signature_wrong`, `note_unsigned`, `checkpoint_malformed`,
    `checkpoint_foreign`.
    """
    note = Note.parse(raw)
    note.signed_by([key])
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != key.name:
        raise error("checkpoint_foreign", found=checkpoint.origin, expected=key.name)
    return checkpoint, note


@dataclass(frozen=True)
class Policy:
    """Which witnesses are trusted, and how many of them must have cosigned.

    More than half: two checkpoints that both satisfy it share a witness, and an honest witness
    never cosigns two that contradict each other.
    """

    witnesses: tuple[VerifierKey, ...]
    needed: int = field(default=0)

    def __post_init__(self) -> None:
        # One key under two names would let one witness count twice.
        count = min(len({w.name for w in self.witnesses}), len({w.public for w in self.witnesses}))
        needed = self.needed or count // 2 + 1
        if count != len(self.witnesses) or not count < 2 * needed <= 2 * count:
            raise error("witness_policy_impossible", needed=needed, count=len(self.witnesses))
        object.__setattr__(self, "needed", needed)

    def cosignatures(self, note: Note) -> dict[str, Signature]:
        """The valid cosignatures by name of the witness. Error: `note_signature_wrong`."""
        found: dict[str, Signature] = {}
        for signature in note.signatures:
            for key in self.witnesses:
                if key.algorithm == COSIGNATURE and key.made(signature):
                    if not key.verifies(note.text, signature):
                        raise error("note_signature_wrong", name=key.name)
                    found[key.name] = signature
        return found

    def satisfied_at(self, note: Note) -> int:
        """When the cosignatures became enough: microseconds of UTC, whole seconds.

        Errors: `note_signature_wrong`, `checkpoint_too_few_witnesses`.
        """
        times = sorted(s.time or 0 for s in self.cosignatures(note).values())
        if len(times) < self.needed:
            raise error("checkpoint_too_few_witnesses", found=len(times), needed=self.needed)
        # A cosignature of second n was made before n + 1: the proved time must not be too early.
        return (times[self.needed - 1] + 1) * MICROSECONDS

    def largest_until(self, note: Note) -> int | None:
        """Until when enough witnesses had seen no larger tree: microseconds of UTC, or None.

        Error: `note_signature_wrong`.
        """
        times = sorted((s.time or 0 for s in self.cosignatures(note).values()), reverse=True)
        return times[self.needed - 1] * MICROSECONDS if len(times) >= self.needed else None


def _malformed(en: str, zh: str) -> LawkeepError:
    return error("checkpoint_malformed", problem=Both(en, zh))
