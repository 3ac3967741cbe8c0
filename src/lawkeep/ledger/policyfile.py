"""Trust policy files (C2SP tlog-policy): which ledgers and witnesses count, in one text.

The keeper uses it to reach the witnesses, an outsider to check a proof:

    log example.com/records+9367f632+AQOh...
    witness audit   audit.example.org/w+1c2d3e4f+BJq...  https://audit.example.org/w
    witness branch  branch.example.org/w+5a6b7c8d+BOx... https://branch.example.org/w
    group all-of-us all audit branch
    quorum all-of-us

The quorum is one witness, a group of witnesses, or `none`. Groups of groups are refused, and so is a
quorum of half of its witnesses or fewer: two histories could both satisfy it.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from lawkeep.ledger.checkpoint import Policy
from lawkeep.ledger.note import COSIGNATURE, VerifierKey
from lawkeep.ledger.witnesses import Circle, Member, Send
from lawkeep.model.errors import Both, LawkeepError, declare, error

_WORDS = re.compile(rb"[^ \t]+")

declare(
    "policy_malformed",
    "This is not a policy about ledgers and witnesses: {problem}.",
    "这不是关于账本与见证方的策略文件：{problem}。",
    "See docs/threat-model.md and c2sp.org/tlog-policy for its lines: log, witness, group, quorum.",
    "各行（log、witness、group、quorum）的写法见 docs/threat-model.md 和 c2sp.org/tlog-policy。",
)


@dataclass(frozen=True)
class PolicyFile:
    """What a policy says. `members`: the witnesses of the quorum; `policy`: None for `none`."""

    logs: tuple[VerifierKey, ...]
    members: tuple[Member, ...]
    policy: Policy | None

    def log(self, origin: str) -> VerifierKey | None:
        """The key of a ledger by its name."""
        return next((key for key in self.logs if key.name == origin), None)

    def circle(self, send: Send | None = None) -> Circle | None:
        """The witnesses to ask, None for `none`. Error: `witness_address_wrong`."""
        if self.policy is None:
            return None
        return Circle(self.members, self.policy.needed, send=send)


def read_policy(path: str | Path) -> PolicyFile:
    """Read a policy file. Errors: `policy_malformed`, those of `parse_policy`."""
    try:
        raw = Path(path).read_bytes()
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise _bad(f"{path}: {reason}", f"{path}：{reason}").at(str(path)) from None
    try:
        return parse_policy(raw)
    except LawkeepError as problem:
        raise problem.at(str(path)) from None


def parse_policy(raw: bytes) -> PolicyFile:
    """The policy of a text.

    Errors, with their line: `policy_malformed`, `note_key_malformed`, `witness_policy_impossible`.
    """
    reader = _Reader()
    for number, line in enumerate(raw.split(b"\n"), 1):
        words = [word.decode("utf-8", "surrogateescape") for word in _WORDS.findall(line)]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.take(words)
        except LawkeepError as problem:
            raise problem.at(line=number) from None
    return reader.made()


class _Reader:
    def __init__(self) -> None:
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, Member] = {}
        self._groups: dict[str, tuple[int, list[str]]] = {}
        self._quorum: str | None = None

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", key, *rest] if len(rest) <= 1:
                self._log(VerifierKey.parse(key))
            case ["witness", name, key, *rest] if len(rest) <= 1:
                self._witness(name, VerifierKey.parse(key), rest[0] if rest else "")
            case ["group", name, count, *members] if members:
                self._group(name, count, members)
            case ["quorum", name]:
                if self._quorum is not None:
                    raise _bad("it has two quorum lines", "有两行 quorum")
                if name != "none" and name not in self._witnesses and name not in self._groups:
                    raise _bad(f"{name} is not defined before", f"此前未定义 {name}")
                self._quorum = name
            case _:
                shown = " ".join(words)[:80]
                raise _bad(f"“{shown}” is not one of its lines", f"不认识“{shown}”这一行")

    def made(self) -> PolicyFile:
        if self._quorum is None:
            raise _bad("it has no quorum line", "缺少 quorum 行")
        if self._quorum == "none":
            return PolicyFile(tuple(self._logs), (), None)
        needed, names = self._groups.get(self._quorum, (1, [self._quorum]))
        members = tuple(self._witnesses[name] for name in names)
        policy = Policy(tuple(member.key for member in members), needed)
        return PolicyFile(tuple(self._logs), members, policy)

    def _log(self, key: VerifierKey) -> None:
        if any(known.public == key.public for known in self._logs):
            raise _bad("it lists a log twice", "重复列出同一 log")
        self._logs.append(key)

    def _witness(self, name: str, key: VerifierKey, url: str) -> None:
        self._new(name)
        if key.algorithm != COSIGNATURE:
            raise _bad(
                f"the key of {name} is not one for cosignatures", f"{name} 的密钥不是联署密钥"
            )
        if any(known.key.public == key.public for known in self._witnesses.values()):
            raise _bad("it lists a witness twice", "重复列出同一 witness")
        self._witnesses[name] = Member(key, url)

    def _group(self, name: str, count: str, members: list[str]) -> None:
        self._new(name)
        for member in members:
            if member in self._groups:
                raise _bad("groups of groups are not supported", "不支持由组构成的组")
            if member not in self._witnesses:
                raise _bad(f"{member} is not defined before", f"此前未定义 {member}")
        if len(set(members)) < len(members):
            raise _bad(f"the group {name} names a member twice", f"组 {name} 重复列出成员")
        counts = {"all": len(members), "any": 1}
        if count not in counts and not re.fullmatch(r"[1-9]\d{0,3}", count, re.ASCII):
            raise _bad(f"“{count}” is not a number of members", f"“{count}”不是成员数")
        needed = counts.get(count) or int(count)
        if needed > len(members):
            raise _bad(f"the group {name} needs more than it has", f"组 {name} 所需超过其成员数")
        self._groups[name] = needed, members

    def _new(self, name: str) -> None:
        if name == "none" or name in self._witnesses or name in self._groups:
            raise _bad(f"the name {name} is taken", f"名称 {name} 已被占用")


def _bad(en: str, zh: str) -> LawkeepError:
    return error("policy_malformed", problem=Both(en, zh))
