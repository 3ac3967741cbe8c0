"""A ledger from the keeper's side: made with its key, signed, cosigned, checked, brought back."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lawkeep.app.records import is_ledger
from lawkeep.ledger import Verified
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.export import bag_source
from lawkeep.ledger.keys import new_key, public_path
from lawkeep.ledger.locate import create_ledger, in_postgres, open_ledger
from lawkeep.ledger.note import VerifierKey
from lawkeep.ledger.policyfile import PolicyFile
from lawkeep.ledger.proved import proved_times
from lawkeep.ledger.publish import published_entries
from lawkeep.ledger.recovery import Recovered, Source, entries_of, recover
from lawkeep.ledger.witnesses import Circle
from lawkeep.model.errors import LawkeepError, declare, error

declare(
    "policy_without_witness",
    "The policy {path} names no witness (its quorum is `none`).",
    "策略 {path} 未指定任何见证方（quorum 为 none）。",
    "Name a policy with at least one witness; without one nobody can say what was there before.",
    "请指定至少含一个见证方的策略；没有见证方，无人能说明此前的内容。",
)
declare(
    "recover_source_unknown",
    "“{name}” holds no entries of a ledger.",
    "“{name}”不含账本条目。",
    "Name another copy of the ledger, an export of all of it, or a folder of `ledger publish`.",
    "请指定账本的另一副本、完整的导出包，或 ledger publish 写出的文件夹。",
)


def default_origin(where: str) -> str:
    """A name for a ledger, from that of its file or database."""
    if in_postgres(where):
        name = unquote(urlsplit(where).path).strip("/") or "database"
    else:
        name = Path(where).stem
    return f"lawkeep/{name}".replace(" ", "-").replace("+", "-")


def make_ledger(
    where: str, origin: str, now: int, key_file: Path | None = None
) -> VerifierKey | None:
    """Make a new, empty ledger, with a new key if a file for it is named; the public key.

    Where the ledger cannot be made, the key, with which nothing was signed, is removed again.
    Errors: those of `keys.new_key` and `create_ledger`.
    """
    if key_file is None:
        create_ledger(where, origin, now).close()
        return None
    public = new_key(key_file, origin).verifier
    try:
        create_ledger(where, origin, now, key=key_file).close()
    except BaseException:
        key_file.unlink(missing_ok=True)
        public_path(key_file).unlink(missing_ok=True)
        raise
    return public


def operator_of(ledger: BaseLedger) -> str:
    """A ledger serves one operator: that of its first event; of an empty one, its name."""
    first = next(ledger.read(end=1), None)
    return ledger.origin if first is None else first.event.operator


def sign_head(ledger: BaseLedger) -> bytes:
    """The signed checkpoint over the head; a ledger opened with its first key is signed now.

    Error: `ledger_unsigned`, if it has no key and none was given.
    """
    head = ledger.head
    if head.checkpoint is None and ledger.can_sign:
        # What no key ever signed: with the key given, the same head is written again, signed.
        ledger.restore([], Checkpoint(ledger.origin, head.size, head.root))
        head = ledger.head
    if head.checkpoint is None:
        raise error("ledger_unsigned", path=ledger.place())
    return head.checkpoint


def circle_of(policy: PolicyFile, path: Path) -> Circle:
    """The witnesses of a policy. Errors: `policy_without_witness`, `witness_address_wrong`."""
    circle = policy.circle()
    if circle is None:
        raise error("policy_without_witness", path=str(path))
    return circle


@dataclass(frozen=True)
class Checked:
    """A full check. `proved`: how many entries enough witnesses saw, None if none was asked about.

    `seen`: size that each witness saw last, of those that answered. `denied`: who saw another tree.
    `asked`: whether the policy has the addresses of its witnesses.
    """

    verified: Verified
    proved: int | None = None
    seen: dict[str, int] | None = None
    denied: tuple[str, ...] = ()
    asked: bool = False

    @property
    def missing(self) -> int:
        """Entries that a witness saw and that are not there."""
        return max(0, max((self.seen or {}).values(), default=0) - self.verified.size)

    @property
    def sound(self) -> bool:
        return self.verified.sound and not self.denied and not self.missing

    @property
    def vouched(self) -> bool:
        """Whether what was asked of witnesses could be said: they saw at least the beginning."""
        return self.proved is None or self.proved > 0 or self.verified.size == 0


def check_ledger(
    ledger: BaseLedger, key: VerifierKey | None = None, policy: PolicyFile | None = None
) -> Checked:
    """Recompute everything; with a policy also compare with what witnesses saw, then and now.

    The key is that of the policy's `log` line if it has one and no other is given. Errors:
    `ledger_unsigned`, `ledger_witnesses_few`.
    """
    if key is None and policy is not None:
        key = policy.log(ledger.origin)
    verified = ledger.verify(key)
    if not verified.sound or policy is None or policy.policy is None:
        return Checked(verified)
    try:
        proved = proved_times(ledger, policy.policy, key=key).size
    except LawkeepError as problem:
        if problem.code != "ledger_forked":
            raise
        return Checked(verified, 0, denied=tuple(w.key.name for w in policy.members))
    if not all(member.url for member in policy.members):
        return Checked(verified, proved)
    circle = Circle(policy.members, policy.policy.needed)
    seen = circle.latest(ledger, key or ledger.public_key)
    denied = tuple(
        sorted(
            name
            for name, checkpoint in seen.items()
            if checkpoint.size <= ledger.size and ledger.root_at(checkpoint.size) != checkpoint.root
        )
    )
    sizes = {name: checkpoint.size for name, checkpoint in sorted(seen.items())}
    return Checked(verified, proved, sizes, denied, asked=True)


@dataclass(frozen=True)
class Outlook:
    """Before a recovery: entries here, and what each witness that answered saw last."""

    size: int
    seen: dict[str, int]

    @property
    def missing(self) -> int:
        return max(0, max(self.seen.values(), default=0) - self.size)


def outlook(ledger: BaseLedger, circle: Circle) -> Outlook:
    """Ask the witnesses; nothing is written. Error: `ledger_witnesses_few`."""
    seen = circle.latest(ledger, ledger.public_key)
    return Outlook(ledger.size, {name: c.size for name, c in sorted(seen.items())})


def recover_from(
    ledger: BaseLedger,
    circle: Circle,
    sources: Iterable[str],
    *,
    event_id: str,
    now: int,
    tell: Callable[[str, int], None],
) -> Recovered:
    """Bring a restored ledger back, with what the sources hold.

    A source is another copy of the ledger (path or address), an export, or a published folder.
    Errors: `recover_source_unknown`, those of `recovery.recover`.
    """
    with ExitStack() as stack:
        return recover(
            ledger,
            circle,
            operator=operator_of(ledger),
            event_id=event_id,
            now=now,
            sources=[_source(name, stack) for name in sources],
            tell=tell,
        )


def _source(name: str, stack: ExitStack) -> Source:
    path = Path(name)
    if in_postgres(name) or (path.is_file() and is_ledger(path)):
        return entries_of(stack.enter_context(open_ledger(name)))
    if (path / "bagit.txt").is_file():
        return bag_source(path)
    if (path / "checkpoint").is_file():
        return lambda start: published_entries(path, start)
    raise error("recover_source_unknown", name=name)
