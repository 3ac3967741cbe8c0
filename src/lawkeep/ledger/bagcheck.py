#!/usr/bin/env python3
"""Check an export of a Lawkeep ledger, or one proof from it. 核验 Lawkeep 账簿导出包或单个证明。

    python3 verify.py [BAG | PROOF] [--key KEY] [--witness KEY]... [--needed N]
                      [--earlier CHECKPOINT] [--event FILE] [--json]

It needs Python 3.9 and `cryptography`, no network and nothing of Lawkeep: every export has a copy
of this file as verify.py. KEY is a public key (NAME+ID+BASE64, or a file with it) that you got from
its owner, not from the export. Exit codes: 0 all fits; 1 something does not fit; 2 this cannot be
read; 3 all fits, but no key of your own was given, so nobody outside the export vouches for it.

Formats: BagIt (RFC 8493), Merkle trees (RFC 6962, RFC 9162), C2SP signed-note, tlog-checkpoint,
tlog-cosignature, tlog-proof. long because it must be one file that stands alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time as clock
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "lawkeep-bag/1"
PROOF_HEADER = b"c2sp.org/tlog-proof@v1\n"
FITS, WRONG, UNREADABLE, UNVOUCHED = 0, 1, 2, 3
_MOST_BYTES = 65_535
_MANIFEST_LINE = re.compile(r"([0-9a-f]{64})[ \t]+\*?(\S.*)")
_SIGNATURE_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_NUMBER = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)


# What reading a file of another form can raise.
_MALFORMED = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


class Wrong(Exception):  # noqa: N818 -- a finding about the bag, told in two languages
    """Something that does not fit. `what`: a stable word for programs."""

    def __init__(self, what: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.what, self.en, self.zh = what, en, zh


@dataclass
class Report:
    """What a check came to. `problems`: what does not fit (word, English, Chinese).

    `notes`: what the reader should know and no check can settle. `figures`: counts and names.
    """

    vouched: bool = False
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The exit code."""
        if self.problems:
            return UNREADABLE if self.problems[0][0] == "unreadable" else WRONG
        return FITS if self.vouched else UNVOUCHED

    def wrong(self, problem: Wrong) -> None:
        self.problems.append((problem.what, problem.en, problem.zh))


@dataclass(frozen=True)
class Key:
    """A public key of a signed note: of a ledger (algorithm 1) or of a witness (4)."""

    name: str
    algorithm: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Key:
        name, _, rest = text.strip().partition("+")
        hex_id, _, encoded = rest.partition("+")
        raw = _base64(encoded)
        if not name or len(raw) != 33 or raw[0] not in (1, 4):
            raise Wrong("key", f"{text!r} is not a public key", f"{text!r} 不是公钥")
        key = cls(name, raw[0], raw[1:])
        if key.id.hex() != hex_id:
            raise Wrong("key", f"the id of the key {name} is wrong", f"公钥 {name} 的编号有误")
        return key

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[
            :4
        ]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint with its signatures (name, key id, blob), not verified."""

    text: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, raw: bytes) -> Checkpoint:
        try:
            text, found, below = raw.decode().rpartition("\n\n")
            origin, size, root, *_ = text.split("\n")
        except ValueError:
            raise _unlike("a checkpoint", "检查点") from None
        lines = below.removesuffix("\n").split("\n")
        matches = [_SIGNATURE_LINE.fullmatch(line) for line in lines]
        decoded = _base64(root)
        well = found and below.endswith("\n") and _NUMBER.fullmatch(size) and all(matches)
        if not well or len(decoded) != 32 or len(lines) > 64 or "" in text.split("\n"):
            raise _unlike("a checkpoint", "检查点")
        signatures = []
        for match in matches:
            assert match is not None
            blob = _base64(match[2])
            signatures.append((match[1], blob[:4], blob[4:]))
        return cls(text + "\n", origin, int(size), decoded, tuple(signatures))

    def signed_by(self, key: Key) -> int | None:
        """Time of the key's cosignature (seconds), 0 for a plain signature, None without one."""
        for name, key_id, blob in self.signatures:
            if (name, key_id) != (key.name, key.id):
                continue
            message, signature, time = self.text.encode(), blob, 0
            if key.algorithm == 4:
                time = int.from_bytes(blob[:8], "big")
                message = f"cosignature/v1\ntime {time}\n{self.text}".encode()
                signature = blob[8:]
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
            except (InvalidSignature, ValueError):
                raise Wrong(
                    "signature",
                    f"the signature of {name} does not fit the checkpoint",
                    f"{name} 的签名与检查点不符",
                ) from None
            return time
        return None


@dataclass(frozen=True)
class Asked:
    """What the reader trusts and holds: key of the ledger, witnesses, an earlier checkpoint."""

    key: Key | None = None
    witnesses: tuple[Key, ...] = ()
    needed: int = 0
    earlier: bytes | None = None

    @property
    def enough(self) -> int:
        return self.needed or len(self.witnesses) // 2 + 1


def check_bag(bag: Path, asked: Asked) -> Report:
    """Check everything in an export. Never raises for what is in it."""
    report = Report(vouched=asked.key is not None)
    try:
        _check(bag, asked, report)
    except Wrong as problem:
        report.wrong(problem)
    except _MALFORMED as problem:
        told = f"{type(problem).__name__}: {problem}"
        report.wrong(
            Wrong("malformed", f"a file is not as it should be: {told}", f"文件格式不符：{told}")
        )
    return report


def check_proof(proof: bytes, event: bytes | None, asked: Asked) -> Report:
    """Check one proof; the event from elsewhere, or the one that the proof carries along."""
    report = Report(vouched=asked.key is not None)
    try:
        index, path, checkpoint, extra = _proof(proof)
        raw = _either(event, extra)
        _checkpoint(checkpoint, asked.key, asked, report)
        _included(raw, index, path, checkpoint)
        report.figures |= {
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "index": index,
            "event": json.loads(raw),
        }
    except Wrong as problem:
        report.wrong(problem)
    except _MALFORMED:
        report.wrong(_unlike("a proof", "证明"))
    return report


def _either(event: bytes | None, extra: bytes | None) -> bytes:
    raw = extra if event is None else event
    if raw is None:
        raise Wrong("unreadable", "the event is missing: --event FILE", "缺少事件：--event 文件")
    return raw


def _check(bag: Path, asked: Asked, report: Report) -> None:
    if not (bag / "bagit.txt").is_file():
        raise Wrong("unreadable", f"{bag} is not a bag (no bagit.txt)", f"{bag} 不是 BagIt 包")
    manifest = _manifests(bag, report)
    if report.problems:
        return
    data = bag / "data"
    ledger = json.loads((data / "ledger.json").read_bytes())
    if ledger["format"] != FORMAT:
        raise Wrong(
            "unreadable", f"unknown format {ledger['format']}", f"未知格式 {ledger['format']}"
        )
    key = asked.key or Key.parse(ledger["public_key"])
    checkpoint = Checkpoint.parse((data / "checkpoint").read_bytes())
    _checkpoint(checkpoint, key, asked, report)
    with (data / "events.jsonl").open("rb") as file:
        count = sum(1 for _ in file)
    ranges = [(first, last) for first, last in ledger["places"]]
    if sum(last - first + 1 for first, last in ranges) != count:
        raise Wrong("events", "places and events differ in number", "序号与事件数量不一致")
    places = [seq for first, last in ranges for seq in range(first, last + 1)]
    if sorted(set(places)) != places or (places and places[-1] >= checkpoint.size):
        raise Wrong("places", "the places of the events are not in order", "事件序号无序")
    events = _Events(data / "events.jsonl", places)
    nodes = {n: _base64(h) for n, h in json.loads((data / "tree.json").read_bytes()).items()}
    used: set[str] = set()
    if _root(0, checkpoint.size, places, events.leaves, nodes, used) != checkpoint.root:
        raise Wrong(
            "root",
            "the events do not lead to the root that was signed: one was changed, moved or left out",
            "事件不能得出已签名的根：有事件被改动、移动或遗漏",
        )
    if used != set(nodes):
        raise Wrong("nodes", "hashes are given that nothing needs", "含有多余的散列值")
    _proofs(data, events, key)
    _earlier(
        data,
        checkpoint,
        key,
        asked,
        report,
        events.leaves if len(places) == checkpoint.size else None,
    )
    _blobs(data, manifest, events, report)
    _findings(data, events, report)
    _tokens(data, report)
    report.figures |= {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "disclosed": len(places),
        "root": checkpoint.root.hex(),
        "key": f"{key.name}+{key.id.hex()}",
    }


def _manifests(bag: Path, report: Report) -> dict[str, str]:
    """Every file is in its manifest and has the hash that stands there (RFC 8493 3)."""
    payload = _manifest(bag / "manifest-sha256.txt")
    tags = _manifest(bag / "tagmanifest-sha256.txt")
    there = set()
    for path in bag.rglob("*"):
        if path.is_symlink():
            raise Wrong("manifest", f"{path.name} is a link", f"{path.name} 是链接")
        if path.is_file():
            there.add(path.relative_to(bag).as_posix())
    told = set(payload) | set(tags) | {"tagmanifest-sha256.txt"}
    for name in sorted(told - there):
        report.wrong(Wrong("missing", f"{name} is missing", f"缺少 {name}"))
    for name in sorted(there - told):
        report.wrong(Wrong("extra", f"{name} is in no manifest", f"{name} 不在清单中"))
    for name, digest in sorted((payload | tags).items()):
        if name in there and _digest(bag / name) != digest:
            report.wrong(Wrong("changed", f"{name} was changed", f"{name} 被改动"))
    return payload


def _manifest(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _MANIFEST_LINE.fullmatch(line)
        name = unquote(match[2]) if match else ""
        if match is None or name.startswith("/") or ".." in name.split("/") or name in found:
            raise Wrong("manifest", f"{path.name}: {line!r}", f"{path.name}：{line!r}")
        found[name] = match[1]
    return found


def _checkpoint(checkpoint: Checkpoint, key: Key | None, asked: Asked, report: Report) -> None:
    """The ledger's signature, if its key is known, and enough witnesses, if any are trusted."""
    if key is not None and (checkpoint.origin != key.name or checkpoint.signed_by(key) is None):
        raise Wrong(
            "signature",
            f"the checkpoint of {checkpoint.origin} is not signed by the key {key.name}",
            f"{checkpoint.origin} 的检查点并非由密钥 {key.name} 签署",
        )
    times = {w.name: checkpoint.signed_by(w) for w in asked.witnesses}
    seen = sorted(time for time in times.values() if time is not None)
    if asked.witnesses and len(seen) < asked.enough:
        raise Wrong(
            "witnesses",
            f"{len(seen)} of the trusted witnesses cosigned; {asked.enough} must",
            f"受信任的见证方中有 {len(seen)} 个联署，须有 {asked.enough} 个",
        )
    if asked.witnesses:
        # A cosignature of second n was made before n + 1.
        at = clock.gmtime(seen[asked.enough - 1] + 1)
        report.figures["cosigned_at"] = clock.strftime("%Y-%m-%dT%H:%M:%SZ", at)
    else:
        report.notes.append(
            (
                "no_witness",
                "No witness was asked (--witness): only the keeper's own word was checked.",
                "未指定见证方（--witness）：仅核验了保管者自己的签名。",
            )
        )


class _Events:
    """The disclosed events: leaf hashes by place, and what else refers to."""

    def __init__(self, path: Path, places: list[int]) -> None:
        self.leaves: dict[int, bytes] = {}
        self.findings: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, int] = {}
        self.digests: set[str] = set()
        lines = self._lines(path)
        for seq in places:
            raw = next(lines, None)
            if raw is None:
                raise Wrong(
                    "events", f"the event of entry {seq} is missing", f"缺少第 {seq} 条事件"
                )
            event = json.loads(raw)
            if event["id"] in self.ids:
                raise Wrong("events", f"{event['id']} stands twice", f"{event['id']} 重复出现")
            self.ids[event["id"]] = seq
            self.leaves[seq] = sha256(b"\x00" + raw).digest()
            self.digests.update(event.get("evidence", ()))
            if event["type"] == "finding.judged":
                self.findings[event["id"]] = event["data"]
        if next(lines, None) is not None:
            raise Wrong("events", "there are more events than places", "事件多于序号")

    @staticmethod
    def _lines(path: Path) -> Iterator[bytes]:
        with path.open("rb") as file:
            while line := file.readline(_MOST_BYTES + 2):
                if not line.endswith(b"\n"):
                    raise Wrong(
                        "events", "a line of events is too long or cut off", "事件行过长或被截断"
                    )
                yield line[:-1]


def _root(
    start: int,
    end: int,
    places: Sequence[int],
    leaves: dict[int, bytes],
    nodes: dict[str, bytes],
    used: set[str],
) -> bytes:
    """The root over [start, end) from disclosed leaves and, where none is, from given hashes."""
    width = end - start
    if width == 0:
        return sha256(b"").digest()
    if not places and width & (width - 1) == 0:
        name = f"{width.bit_length() - 1}/{start // width}"
        node = nodes.get(name, b"")
        if len(node) != 32:
            raise Wrong("nodes", f"the hash {name} is missing", f"缺少散列值 {name}")
        used.add(name)
        return node
    if width == 1:
        return leaves[start]
    middle = start + (1 << ((width - 1).bit_length() - 1))
    cut = _before(places, middle)
    left = _root(start, middle, places[:cut], leaves, nodes, used)
    right = _root(middle, end, places[cut:], leaves, nodes, used)
    return sha256(b"\x01" + left + right).digest()


def _before(places: Sequence[int], limit: int) -> int:
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if places[middle] < limit else (low, middle)
    return low


def _proof(raw: bytes) -> tuple[int, list[bytes], Checkpoint, bytes | None]:
    above, found, below = raw.partition(b"\n\n")
    lines = above.decode("ascii").split("\n")
    if not found or not raw.startswith(PROOF_HEADER) or len(lines) < 2:
        raise _unlike("a proof", "证明")
    extra = _base64(lines.pop(1).removeprefix("extra ")) if lines[1].startswith("extra ") else None
    word, _, index = lines[1].partition(" ")
    path = [_base64(line) for line in lines[2:]]
    if word != "index" or not _NUMBER.fullmatch(index) or any(len(h) != 32 for h in path):
        raise _unlike("a proof", "证明")
    return int(index), path, Checkpoint.parse(below), extra


def _included(raw: bytes, index: int, path: Sequence[bytes], checkpoint: Checkpoint) -> None:
    """RFC 9162 2.1.3.2."""
    position, last, node = index, checkpoint.size - 1, sha256(b"\x00" + raw).digest()
    fits = 0 <= index < checkpoint.size
    for step in path:
        fits = fits and last > 0
        if position & 1 or position == last:
            node = sha256(b"\x01" + step + node).digest()
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + step).digest()
        position, last = position >> 1, last >> 1
    if not fits or last or node != checkpoint.root:
        raise Wrong(
            "proof",
            f"the proof does not show that this event is entry {index} of {checkpoint.origin}",
            f"该证明不能表明此事件是 {checkpoint.origin} 的第 {index} 条",
        )


def _proofs(data: Path, events: _Events, key: Key) -> None:
    for path in sorted((data / "proofs").glob("*.tlog-proof")):
        index, steps, checkpoint, raw = _proof(path.read_bytes())
        known = raw is not None and events.leaves.get(index) == sha256(b"\x00" + raw).digest()
        if raw is None or not known or path.name != f"{index}.tlog-proof":
            raise Wrong(
                "proof", f"{path.name} is about another event", f"{path.name} 针对的是另一事件"
            )
        _checkpoint(checkpoint, key, Asked(), Report())
        _included(raw, index, steps, checkpoint)


def _grown(old: int, new: int, path: Sequence[bytes], before: bytes, after: bytes) -> bool:
    """Whether the tree of `new` entries begins with that of `old` (RFC 9162 2.1.4.2)."""
    if not 0 < old <= new or (old == new and (path or before != after)):
        return False
    if old == new:
        return True
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, before)
    if not steps:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    one = two = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            one = sha256(b"\x01" + step + one).digest()
            two = sha256(b"\x01" + step + two).digest()
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            two = sha256(b"\x01" + two + step).digest()
        first, last = first >> 1, last >> 1
    return last == 0 and one == before and two == after


def _earlier(
    data: Path,
    checkpoint: Checkpoint,
    key: Key,
    asked: Asked,
    report: Report,
    leaves: dict[int, bytes] | None,
) -> None:
    """The ledger only grew since checkpoints that were handed out before."""
    known = set()
    for path in sorted((data / "earlier").glob("*.checkpoint")):
        old = Checkpoint.parse(path.read_bytes())
        _checkpoint(old, key, Asked(), Report())
        steps = [_base64(h) for h in path.with_suffix(".consistency").read_text().split()]
        if not _grown(old.size, checkpoint.size, steps, old.root, checkpoint.root):
            raise _shrunk(old.size)
        known.add((old.size, old.root))
    if asked.earlier is None:
        return
    held = Checkpoint.parse(asked.earlier)
    _checkpoint(held, key, Asked(), Report())
    if (held.size, held.root) in known | {(checkpoint.size, checkpoint.root)}:
        report.figures["grown_from"] = held.size
    elif leaves is not None and held.size <= checkpoint.size:
        if _root(0, held.size, range(held.size), leaves, {}, set()) != held.root:
            raise _shrunk(held.size)
        report.figures["grown_from"] = held.size
    elif any(size == held.size for size, _ in known) or held.size >= checkpoint.size:
        raise _shrunk(held.size)
    else:
        raise Wrong(
            "earlier",
            f"the export has no proof from your checkpoint of {held.size} entries: ask for one made "
            "with --earlier",
            f"导出包没有从您持有的 {held.size} 条检查点出发的证明：请索取以 --earlier 制作的导出包",
        )


def _shrunk(size: int) -> Wrong:
    return Wrong(
        "rewritten",
        f"the ledger does not begin with the {size} entries of the earlier checkpoint: it was rewritten",
        f"账簿并非以先前检查点的 {size} 条开头：账簿被改写过",
    )


def _blobs(data: Path, manifest: dict[str, str], events: _Events, report: Report) -> None:
    there = {f"sha256:{p.name}" for p in (data / "blobs").glob("*") if p.is_file()}
    for digest in sorted(there):
        if manifest[f"data/blobs/{digest[7:]}"] != digest[7:]:
            raise Wrong("blob", f"the file {digest} is another", f"文件 {digest} 与其名称不符")
    if there - events.digests:
        raise Wrong("blob", "a file is named by no event", "有文件未被任何事件引用")
    missing = len(events.digests - there)
    report.figures |= {"files": len(there), "files_absent": missing}
    if missing:
        report.notes.append(
            (
                "files_absent",
                f"{missing} file(s) that events name are not in the export.",
                f"事件所引用的文件中有 {missing} 个未包含在导出包中。",
            )
        )


def _findings(data: Path, events: _Events, report: Report) -> None:
    """What is said in words about a finding is what the event of the ledger says."""
    for told in json.loads((data / "findings.json").read_bytes()):
        judged = events.findings.get(told["event"])
        same = ("finding", "duty", "state", "reason", "due_at", "decided_at", "evidence_ids")
        if judged is None or any(judged.get(n) != told.get(n) for n in same):
            raise Wrong(
                "finding",
                f"the finding {told['finding']} is not what the ledger says",
                f"认定 {told['finding']} 与账簿所载不符",
            )
    report.figures["findings"] = len(events.findings)


def _tokens(data: Path, report: Report) -> None:
    tokens = len(list((data / "tokens").glob("*.tsr")))
    report.figures["tokens"] = tokens
    if tokens:
        report.notes.append(
            (
                "tokens",
                f"{tokens} RFC 3161 time stamp(s) in data/tokens: see README.md to check them.",
                f"data/tokens 中有 {tokens} 个 RFC 3161 时间戳，核验方法见 README.zh-CN.md。",
            )
        )


def _digest(path: Path) -> str:
    whole = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()


def _base64(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if b64encode(raw).decode() != text:
        raise Wrong("malformed", f"{text[:60]!r} is not base64", f"{text[:60]!r} 不是 base64")
    return raw


def _unlike(en: str, zh: str) -> Wrong:
    return Wrong("unreadable", f"this is not {en}", f"这不是{zh}")


def key_from(text: str) -> Key:
    """A public key as text, or from a file that holds it."""
    if "+" not in text or Path(text).is_file():
        try:
            text = Path(text).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Wrong("key", f"{text!r} cannot be read", f"无法读取 {text!r}") from None
    return Key.parse(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of verify.py."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", help="public key of the ledger, from its owner / 账簿公钥")
    parser.add_argument("--witness", action="append", default=[], help="public key / 见证方公钥")
    parser.add_argument("--needed", type=int, default=0, help="witnesses that must have cosigned")
    parser.add_argument("--earlier", type=Path, help="a checkpoint that you hold / 您持有的检查点")
    parser.add_argument("--event", type=Path, help="the event of a proof / 证明所针对的事件")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        asked = Asked(
            key=key_from(options.key) if options.key else None,
            witnesses=tuple(key_from(text) for text in options.witness),
            needed=options.needed,
            earlier=options.earlier.read_bytes() if options.earlier else None,
        )
        if options.path.is_dir():
            report = check_bag(options.path, asked)
        else:
            event = options.event.read_bytes() if options.event else None
            report = check_proof(options.path.read_bytes(), event, asked)
    except (Wrong, OSError) as problem:
        print(problem, file=sys.stderr)
        return UNREADABLE
    print(json.dumps(vars(report), ensure_ascii=False) if options.json else told(report))
    return report.code


def told(report: Report) -> str:
    """The report for people, each line in both languages."""
    lines = [f"  {name}: {value}" for name, value in report.figures.items() if name != "event"]
    lines += [f"✗ {en}\n✗ {zh}" for _, en, zh in report.problems]
    lines += [f"! {en}\n! {zh}" for _, en, zh in report.notes]
    ends = {
        FITS: "✓ everything fits / 全部相符",
        WRONG: "✗ does not fit: do not rely on it / 不相符：请勿采信",
        UNREADABLE: "✗ cannot be read / 无法读取",
        UNVOUCHED: "~ everything fits, but only with the key that came with it: give --key / "
        "全部相符，但仅以随附公钥核验：请用 --key 指定公钥",
    }
    return "\n".join([*lines, ends[report.code]])


if __name__ == "__main__":
    sys.exit(main())
