"""The keeper's side of its witnesses: ask them to cosign, and refuse to sign what they deny.

A ledger restored from a backup that goes on as if nothing had happened would tell two stories.
So before the first signature after opening, `Circle.guard` asks the witnesses about the head: they
must have seen nothing larger, and nothing else.
"""

import http.client
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Checkpoint, Policy, opened
from lawkeep.ledger.note import Note, Signature, VerifierKey, signature_lines
from lawkeep.model.errors import ENVIRONMENT, LawkeepError, declare, error

declare(
    "ledger_behind",
    "The ledger {path} has {size} entries, but {names} cosigned it at {seen}: entries are missing, "
    "as after restoring a backup.",
    "账本 {path} 有 {size} 条，但 {names} 曾在 {seen} 条时联署：有条目缺失，如同恢复了旧备份。",
    "Nothing was signed. Run `lawkeep ledger recover` with an export or a replica that has them.",
    "未签署任何内容。请用含有缺失条目的导出包或副本运行 lawkeep ledger recover。",
    ENVIRONMENT,
)
declare(
    "ledger_witnesses_few",
    "Only {found} of the witnesses of {path} could be asked, {needed} must answer: {reasons}.",
    "账本 {path} 的见证方中只有 {found} 个作答，须有 {needed} 个：{reasons}。",
    "Nothing was signed on their behalf. Check their addresses and try again.",
    "未取得联署。请检查其地址后重试。",
    ENVIRONMENT,
)
declare(
    "witness_address_wrong",
    "“{url}” is not the address of a witness.",
    "“{url}”不是见证方的地址。",
    "Write it like https://witness.example.org/path.",
    "请写成 https://witness.example.org/path 的形式。",
)

Send = Callable[[str, str, bytes | None, float], tuple[int, bytes]]
"""`send(method, url, body, timeout)`: status and body. OSError when there is no answer."""


@dataclass(frozen=True)
class Member:
    """A witness as the keeper knows it: its public key and where it answers."""

    key: VerifierKey
    url: str


@dataclass(frozen=True)
class Cosigned:
    """What the witnesses confirmed: size, and when they were enough (microseconds of UTC)."""

    size: int
    at: int
    names: tuple[str, ...]


@dataclass
class _Asked:
    """What came of asking them all. `larger`: sizes seen by name; `denied`: names."""

    signatures: list[Signature]
    larger: dict[str, int]
    denied: list[str]
    silent: dict[str, str]


class Circle:
    """The witnesses of a ledger and how many of them must agree (more than half)."""

    def __init__(
        self,
        members: Sequence[Member],
        needed: int = 0,
        *,
        send: Send | None = None,
        timeout: float = 10.0,
    ) -> None:
        """Errors: `witness_policy_impossible`, `witness_address_wrong`."""
        for member in members:
            if urlsplit(member.url).scheme not in ("http", "https"):
                raise error("witness_address_wrong", url=member.url)
        self.members = tuple(members)
        self.policy = Policy(tuple(member.key for member in members), needed)
        self._send = send or http_send
        self._timeout = timeout
        # What each saw last, so that one question is enough while nothing unexpected happens.
        self._sizes: dict[str, int] = {}

    def cosign(self, ledger: BaseLedger) -> Cosigned:
        """Have the head cosigned and keep the checkpoint with its cosignatures.

        Errors: `ledger_unsigned`, `ledger_behind`, `ledger_forked`, `ledger_witnesses_few`.
        """
        head = ledger.head
        if head.checkpoint is None:
            raise error("ledger_unsigned", path=ledger.place())
        note = Note.parse(head.checkpoint)
        size = Checkpoint.parse(note.text).size
        asked = _Asked([], {}, [], {})
        for member in self.members:
            self._ask(member, ledger, note, size, asked)
        self._raise_denials(ledger, size, asked)
        if len(asked.signatures) < self.policy.needed:
            raise self._too_few(ledger, len(asked.signatures), asked.silent)
        note = note.joined(asked.signatures)
        ledger.keep_checkpoint(note)
        names = tuple(sorted(signature.name for signature in asked.signatures))
        return Cosigned(size, self.policy.satisfied_at(note), names)

    def guard(self, ledger: BaseLedger) -> None:
        """For `Ledger.open(guard=...)`: the head must stand with the witnesses before a signature.

        Errors: those of `cosign`.
        """
        if ledger.head.checkpoint is not None:
            self.cosign(ledger)
            return
        # Nothing was ever signed here, so nobody may have seen this ledger signed.
        seen = self.latest(ledger, ledger.public_key)
        if seen:
            larger = {name: checkpoint.size for name, checkpoint in seen.items()}
            self._raise_denials(ledger, ledger.size, _Asked([], larger, [], {}))

    def latest(self, ledger: BaseLedger, key: VerifierKey | None) -> dict[str, Checkpoint]:
        """What each witness that answers saw last, verified by its cosignature.

        Error: `ledger_witnesses_few`.
        """
        found: dict[str, Checkpoint] = {}
        silent: dict[str, str] = {}
        page = sha256(ledger.origin.encode()).hexdigest()
        for member in self.members:
            url = f"{member.url.rstrip('/')}/checkpoint/{page}"
            try:
                status, body = self._send("GET", url, None, self._timeout)
            except OSError as problem:
                silent[member.key.name] = str(problem)
                continue
            if status == 404:
                continue
            try:
                note = Note.parse(body)
                note.signed_by([member.key])
                if key is not None:
                    opened(body, key)
                checkpoint = Checkpoint.parse(note.text)
            except LawkeepError as problem:
                silent[member.key.name] = problem.text()
                continue
            if status == 200 and checkpoint.origin == ledger.origin:
                found[member.key.name] = checkpoint
            else:
                silent[member.key.name] = f"status {status}"
        answered = len(self.members) - len(silent)
        if answered < self.policy.needed:
            raise self._too_few(ledger, answered, silent)
        return found

    def _ask(
        self, member: Member, ledger: BaseLedger, note: Note, size: int, asked: _Asked
    ) -> None:
        name = member.key.name
        old = min(self._sizes.get(name, 0), size)
        for _ in range(3):
            path = ledger.consistency(old, size) if 0 < old < size else []
            lines = [f"old {old}", *(b64encode(step).decode() for step in path)]
            body = "\n".join(lines).encode() + b"\n\n" + note.bytes()
            try:
                status, said = self._send(
                    "POST", f"{member.url.rstrip('/')}/add-checkpoint", body, self._timeout
                )
            except OSError as problem:
                asked.silent[name] = str(problem)
                return
            if status == 200:
                self._accept(member, note, said, size, asked)
                return
            if status == 422:
                asked.denied.append(name)
                return
            seen = int(said) if status == 409 and said.strip().isdigit() else None
            if seen is None:
                asked.silent[name] = f"status {status}"
                return
            if seen > size:
                asked.larger[name] = seen
                return
            if seen == old:
                asked.denied.append(name)
                return
            old = seen
        asked.silent[name] = "its size changed while it was asked"

    def _accept(self, member: Member, note: Note, said: bytes, size: int, asked: _Asked) -> None:
        try:
            for signature in signature_lines(said.decode()):
                if member.key.verifies(note.text, signature):
                    asked.signatures.append(signature)
                    self._sizes[member.key.name] = size
                    return
        except (LawkeepError, UnicodeDecodeError):
            pass
        asked.silent[member.key.name] = "it answered without a valid cosignature"

    def _raise_denials(self, ledger: BaseLedger, size: int, asked: _Asked) -> None:
        """One honest witness is enough to stop: it never denies what it saw grow."""
        if asked.denied:
            names = ", ".join(sorted(asked.denied))
            raise error("ledger_forked", path=ledger.place(), names=names)
        if asked.larger:
            names = ", ".join(sorted(asked.larger))
            seen = max(asked.larger.values())
            raise error("ledger_behind", path=ledger.place(), size=size, names=names, seen=seen)

    def _too_few(self, ledger: BaseLedger, found: int, silent: dict[str, str]) -> LawkeepError:
        reasons = "; ".join(f"{name}: {why}" for name, why in sorted(silent.items())) or "-"
        return error(
            "ledger_witnesses_few",
            path=ledger.place(),
            found=found,
            needed=self.policy.needed,
            reasons=reasons,
        )


def http_send(method: str, url: str, body: bytes | None, timeout: float) -> tuple[int, bytes]:
    """Send over HTTP or HTTPS; certificates are checked against the system's."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    made = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target or "/", body)
        answer = connection.getresponse()
        return answer.status, answer.read(1 << 20)
    except http.client.HTTPException as problem:
        raise OSError(f"no HTTP answer: {problem!r}") from None
    finally:
        connection.close()
