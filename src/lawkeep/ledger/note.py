"""Signed notes (C2SP signed-note) with Ed25519, and timestamped cosignatures (tlog-cosignature).

A note is a text with signature lines below it. A key is known by its name and a four-byte id made
of name, algorithm and public key; signatures of keys that one does not know are skipped, a wrong
signature of a known key spoils the whole note. Pure: keys and times are arguments.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lawkeep.model.errors import Both, LawkeepError, declare, error

ED25519 = 0x01
COSIGNATURE = 0x04
MAX_SIGNATURES = 64
MAX_NOTE_BYTES = 1 << 20

_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_PRIVATE = "PRIVATE+KEY+"

declare(
    "note_malformed",
    "This is not a signed note: {problem}.",
    "这不是签名文书（signed note）：{problem}。",
    "Ask for the file again, byte for byte; an editor or a mail program may have changed it.",
    "请重新索取原文件，逐字节保持不变；编辑器或邮件程序可能改动过它。",
)
declare(
    "note_key_malformed",
    "“{key}” is not a key of a signed note.",
    "“{key}”不是签名文书的密钥。",
    "A public key reads NAME+8 hex digits+base64, as `lawkeep ledger checkpoint --key` prints it.",
    "公钥的写法为 名称+8 位十六进制+base64，即 lawkeep ledger checkpoint --key 的输出。",
)
declare(
    "note_signature_wrong",
    "The signature of {name} does not fit the text.",
    "{name} 的签名与文本不符。",
    "The text was changed after signing, or somebody else signed it. Do not rely on it.",
    "文本在签名后被改动，或由他人签署。请勿采信。",
)
declare(
    "note_unsigned",
    "No key that is trusted here signed this: it carries the signatures of {names}.",
    "没有任何受信任的密钥签署过它：所带签名来自 {names}。",
    "Get the public key from its owner in a way that you trust, and name it.",
    "请以可信的途径向其所有者取得公钥并指定。",
)


@dataclass(frozen=True)
class Signature:
    """A signature line: name of the key, its id (4 bytes), and what follows the id."""

    name: str
    key_id: bytes
    blob: bytes

    def line(self) -> str:
        return f"— {self.name} {b64encode(self.key_id + self.blob).decode()}\n"

    @property
    def time(self) -> int | None:
        """The timestamp of a cosignature, in seconds; None for a plain signature."""
        return int.from_bytes(self.blob[:8], "big") if len(self.blob) == 72 else None


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name; `algorithm` is ED25519 or COSIGNATURE."""

    name: str
    algorithm: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NAME+ID+BASE64`. Error: `note_key_malformed`."""
        name, _, rest = text.strip().partition("+")
        hex_id, _, encoded = rest.partition("+")
        raw = _base64(encoded)
        if not named_well(name) or raw is None or len(raw) != 33:
            raise error("note_key_malformed", key=text)
        key = cls(name, raw[0], raw[1:])
        if key.algorithm not in (ED25519, COSIGNATURE) or key.id.hex() != hex_id:
            raise error("note_key_malformed", key=text)
        return key

    @cached_property
    def id(self) -> bytes:
        material = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return sha256(material).digest()[:4]

    @cached_property
    def _verifier(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public)

    def text(self) -> str:
        encoded = b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    def made(self, signature: Signature) -> bool:
        """Whether the line claims to be of this key."""
        return (signature.name, signature.key_id) == (self.name, self.id)

    def verifies(self, text: str, signature: Signature) -> bool:
        """Whether this key made the signature over the text. Never raises."""
        message, blob = text.encode(), signature.blob
        if self.algorithm == COSIGNATURE:
            if len(blob) != 72 or blob[0] & 0x80:
                return False
            message = _cosigned(text, int.from_bytes(blob[:8], "big"))
            blob = blob[8:]
        try:
            self._verifier.verify(blob, message)
        except (InvalidSignature, ValueError):
            return False
        return self.made(signature)


@dataclass(frozen=True)
class SignerKey:
    """A private key with its name. `seed`: the 32 bytes of RFC 8032; never shown."""

    name: str
    algorithm: int
    seed: bytes

    def __repr__(self) -> str:
        return f"SignerKey({self.name!r}, {self.algorithm})"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the form of Go's `note.GenerateKey`. Error: `note_key_malformed`."""
        name, _, rest = text.strip().removeprefix(_PRIVATE).partition("+")
        hex_id, _, encoded = rest.partition("+")
        raw = _base64(encoded)
        well = text.startswith(_PRIVATE) and named_well(name) and raw is not None and len(raw) == 33
        if not well or raw is None or raw[0] not in (ED25519, COSIGNATURE):
            raise error("note_key_malformed", key=f"{_PRIVATE}…")
        key = cls(name, raw[0], raw[1:])
        if key.verifier.id.hex() != hex_id:
            raise error("note_key_malformed", key=f"{_PRIVATE}…")
        return key

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def verifier(self) -> VerifierKey:
        public = self._private.public_key().public_bytes_raw()
        return VerifierKey(self.name, self.algorithm, public)

    def text(self) -> str:
        """The secret text for the key file."""
        encoded = b64encode(bytes([self.algorithm]) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{encoded}"

    def sign(self, text: str, time: int = 0) -> Signature:
        """Sign the text. `time`: seconds since 1970, for a cosignature."""
        blob = b""
        message = text.encode()
        if self.algorithm == COSIGNATURE:
            message, blob = _cosigned(text, time), time.to_bytes(8, "big")
        return Signature(self.name, self.verifier.id, blob + self._private.sign(message))


@dataclass(frozen=True)
class Note:
    """A text (ending in a newline) with its signature lines, not verified."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a note. Error: `note_malformed`."""
        if len(raw) > MAX_NOTE_BYTES:
            raise _malformed("it is larger than 1 MiB", "超过 1 MiB")
        try:
            whole = raw.decode()
        except UnicodeDecodeError:
            raise _malformed("it is not UTF-8 text", "不是 UTF-8 文本") from None
        if any(c < " " and c != "\n" for c in whole):
            raise _malformed("it has control characters", "含有控制字符")
        text, found, below = whole.rpartition("\n\n")
        if not found or not below.endswith("\n"):
            raise _malformed("no signature lines after an empty line", "空行之后没有签名行")
        return cls(text + "\n", signature_lines(below))

    def bytes(self) -> bytes:
        return (self.text + "\n" + "".join(s.line() for s in self.signatures)).encode()

    def signed_by(self, keys: Iterable[VerifierKey]) -> list[tuple[VerifierKey, Signature]]:
        """The signatures of these keys, verified.

        Errors: `note_signature_wrong` (a known key, a wrong signature), `note_unsigned`.
        """
        keys = list(keys)
        found = []
        for signature in self.signatures:
            for key in keys:
                if key.made(signature):
                    if not key.verifies(self.text, signature):
                        raise error("note_signature_wrong", name=key.name)
                    found.append((key, signature))
        if not found:
            names = ", ".join(sorted({s.name for s in self.signatures}))
            raise error("note_unsigned", names=names)
        return found

    def joined(self, more: Iterable[Signature], *, newest: bool = True) -> "Note":
        """The note with further signatures; of two by one key the newest stays, or the oldest."""
        merged = {(s.name, s.key_id): s for s in self.signatures}
        for signature in more:
            key = (signature.name, signature.key_id)
            if newest or key not in merged:
                merged[key] = signature
        return Note(self.text, tuple(merged.values()))


def signed(text: str, *keys: SignerKey, time: int = 0) -> Note:
    """The text signed by these keys."""
    return Note(text, tuple(key.sign(text, time) for key in keys))


def signature_lines(below: str) -> tuple[Signature, ...]:
    """The signature lines of a note or of a witness's answer. Error: `note_malformed`."""
    lines = below.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise _malformed("it has more than 64 signatures", "签名超过 64 个")
    signatures = []
    for line in lines:
        match = _LINE.fullmatch(line)
        raw = _base64(match[2]) if match else None
        if match is None or not named_well(match[1]) or raw is None or len(raw) < 5:
            raise _malformed("a signature line is not one", "签名行格式不符")
        signatures.append(Signature(match[1], raw[:4], raw[4:]))
    return tuple(signatures)


def named_well(name: str) -> bool:
    """Whether a key may have this name: not empty, no space, no `+`, no control character."""
    return bool(name) and "+" not in name and name.isprintable() and not re.search(r"\s", name)


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _base64(text: str) -> bytes | None:
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        return None
    # One text for one value: padding bits that are not zero would make a second one.
    return raw if b64encode(raw).decode() == text else None


def _malformed(en: str, zh: str) -> LawkeepError:
    return error("note_malformed", problem=Both(en, zh))
