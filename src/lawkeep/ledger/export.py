"""An export that anybody can check without us: a BagIt bag (RFC 8493) of events and their proofs.

It discloses the chosen events and nothing of the others but hashes of subtrees, as few as lead to
the signed root; with the whole ledger, none. `verify.py` in the bag is `lawkeep.ledger.bagcheck`,
byte for byte: one program checks, whoever runs it.
"""

import json
import shutil
import tempfile
from base64 import b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from lawkeep import __version__
from lawkeep.ledger import bagcheck
from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import opened
from lawkeep.ledger.export_readme import readme
from lawkeep.ledger.merkle import verify_consistency
from lawkeep.ledger.tiles import TileReader
from lawkeep.model.errors import ENVIRONMENT, declare, error
from lawkeep.model.time import format_instant

MOST_PROOFS = 1000
"""Above this, events have no proof file of their own: the tree of the bag proves them all."""
MOST_EARLIER = 200

declare(
    "export_exists",
    "{path} exists already, so nothing was exported there.",
    "{path} 已存在，未导出到该处。",
    "Name a folder that does not exist yet.",
    "请指定尚不存在的文件夹。",
)
declare(
    "export_nothing",
    "No event was chosen, so there is nothing to export.",
    "没有选中任何事件，无可导出。",
    "Widen the choice: see `lawkeep ledger show`.",
    "请放宽选择条件：可用 lawkeep ledger show 查看。",
)
declare(
    "export_failed",
    "The export to {path} failed: {reason}.",
    "导出到 {path} 失败：{reason}。",
    "Nothing was left there. Check permissions and free space.",
    "未留下任何内容。请检查权限和可用空间。",
    ENVIRONMENT,
)
declare(
    "export_earlier_differs",
    "The ledger does not begin with the {size} entries of the checkpoint given as earlier.",
    "账簿并非以所给先前检查点的 {size} 条开头。",
    "It is of another ledger, or this one was rewritten: compare them with the witness.",
    "它属于另一账簿，或本账簿被改写过：请与见证方核对。",
)
declare(
    "bag_unsound",
    "The export {path} does not fit: {reason}.",
    "导出包 {path} 不相符：{reason}。",
    "Nothing was taken from it. Ask for it again, and do not rely on it.",
    "未从中取用任何内容。请重新索取，且不要采信。",
)

Blob = Callable[[str], bytes | None]
"""`blob(digest)`: the file of a digest `sha256:...`, None if it is not at hand."""


@dataclass(frozen=True)
class Exported:
    """What an export holds. `size`: of the checkpoint; `verifier`: SHA-256 of its verify.py."""

    events: int
    size: int
    files: int
    files_absent: int
    cosignatures: int
    verifier: str


def export_bag(
    ledger: BaseLedger,
    folder: str | Path,
    seqs: Iterable[int],
    *,
    now: int,
    blob: Blob = lambda _: None,
    payload: Mapping[str, bytes] | None = None,
    findings: Sequence[Mapping[str, Any]] = (),
    earlier: Sequence[bytes] = (),
) -> Exported:
    """Write a bag for the entries chosen, whole or not at all.

    `payload`: further files below `data/`. `findings`: for `data/findings.json`, each with `event`,
    the id of the event that holds it. `earlier`: checkpoints that the reader has; the bag proves
    that the ledger only grew since.

    Errors: `export_exists`, `export_nothing`, `export_failed`, `export_earlier_differs`,
    `ledger_unsigned`, those of reading.
    """
    folder = Path(folder)
    if folder.exists():
        raise error("export_exists", path=str(folder))
    chosen = sorted(set(seqs))
    if not chosen:
        raise error("export_nothing")
    note = _checkpoint(ledger, chosen[-1])
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", dir=folder.parent))
        try:
            bag = _Bag(made, ledger, chosen, note)
            exported = bag.write(now, blob, payload or {}, findings, earlier)
            made.chmod(0o755)
            made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise error("export_failed", path=str(folder), reason=reason) from None
    return exported


def _checkpoint(ledger: BaseLedger, last: int) -> bytes:
    """The newest cosigned checkpoint over all that was chosen, else the head.

    Errors: `ledger_no_entry`, `ledger_unsigned`.
    """
    head = ledger.head
    if last >= head.size:
        raise error("ledger_no_entry", size=head.size, asked=f"entry {last}")
    kept = [note for size, note, _ in ledger.kept_checkpoints(last + 1) if size <= head.size]
    note = kept[-1] if kept else head.checkpoint
    if note is None:
        raise error("ledger_unsigned", path=ledger.place())
    return note


class _Bag:
    """A bag in the making."""

    def __init__(self, root: Path, ledger: BaseLedger, chosen: list[int], note: bytes) -> None:
        assert ledger.public_key is not None
        self.root, self.ledger, self.chosen, self.note = root, ledger, chosen, note
        self.key = ledger.public_key
        self.checkpoint, self.signed = opened(note, self.key)
        self.payload: dict[str, tuple[str, int]] = {}

    def write(
        self,
        now: int,
        blob: Blob,
        payload: Mapping[str, bytes],
        findings: Sequence[Mapping[str, Any]],
        earlier: Sequence[bytes],
    ) -> Exported:
        digests = self._events()
        self._put("checkpoint", self.note)
        self._put("tree.json", _json(self._nodes()))
        self._earlier(earlier)
        absent = 0
        for digest in sorted(digests):
            content = blob(digest)
            if content is None:
                absent += 1
            else:
                self._put(f"blobs/{digest.removeprefix('sha256:')}", content)
        self._put("findings.json", _json(list(findings)))
        for name, content in payload.items():
            self._put(name, content)
        self._put(
            "ledger.json",
            _json(
                {
                    "format": bagcheck.FORMAT,
                    "origin": self.ledger.origin,
                    "public_key": self.key.text(),
                    "size": self.checkpoint.size,
                    "places": ranges(self.chosen),
                    "exported_at": format_instant(now),
                    "lawkeep": __version__,
                }
            ),
        )
        source = Path(bagcheck.__file__).read_bytes()
        cosignatures = len(self.signed.signatures) - 1
        exported = Exported(
            events=len(self.chosen),
            size=self.checkpoint.size,
            files=len(digests) - absent,
            files_absent=absent,
            cosignatures=cosignatures,
            verifier=sha256(source).hexdigest(),
        )
        self._tags(now, source, exported)
        return exported

    def _events(self) -> set[str]:
        """Write the events, and a proof for each if they are few; digests that they name."""
        digests: set[str] = set()
        proofs = len(self.chosen) <= MOST_PROOFS
        lines = self.root / "data" / "events.jsonl"
        lines.parent.mkdir()
        whole, length = sha256(), 0
        with lines.open("wb") as file:
            for first, last in ranges(self.chosen):
                for entry in self.ledger.read(first, last + 1):
                    line = entry.raw + b"\n"
                    file.write(line)
                    whole.update(line)
                    length += len(line)
                    digests.update(entry.event.evidence)
                    if proofs:
                        proof = self.ledger.prove(entry.seq, entry.raw).bytes()
                        self._put(f"proofs/{entry.seq}.tlog-proof", proof)
        self.payload["data/events.jsonl"] = (whole.hexdigest(), length)
        return digests

    def _nodes(self) -> dict[str, str]:
        read = TileReader(self.checkpoint.size, self.ledger.tile)
        return {
            f"{level}/{index}": b64encode(read(level, index)).decode()
            for level, index in undisclosed(self.chosen, self.checkpoint.size)
        }

    def _earlier(self, given: Sequence[bytes]) -> None:
        """Consistency from what the reader holds, and from what others cosigned or stamped."""
        notes = {}
        for raw in given:
            old, _ = opened(raw, self.key)
            notes[old.size] = raw
        firsts = {}
        kept = {size: note for size, note, _ in self.ledger.kept_checkpoints()}
        sizes = sorted(kept)
        for seq in self.chosen:
            place = bisect_right(sizes, seq)
            if place < len(sizes):
                firsts[sizes[place]] = kept[sizes[place]]
        tokens = [t for t in self.ledger.kept_tokens(1) if t[0] <= self.checkpoint.size]
        for place, (size, note, token) in enumerate(tokens[-MOST_EARLIER:]):
            self._put(f"tokens/{size}-{place}.tsr", token)
            self._put(f"tokens/{size}-{place}.note", note)
            firsts.setdefault(size, note)
        for size in sorted(firsts)[:MOST_EARLIER]:
            notes.setdefault(size, firsts[size])
        for size, note in sorted(notes.items()):
            self._one_earlier(size, note)

    def _one_earlier(self, size: int, note: bytes) -> None:
        old, _ = opened(note, self.key)
        new = self.checkpoint
        if not 0 < size <= new.size:
            return
        path = self.ledger.consistency(size, new.size)
        if not verify_consistency(size, new.size, path, old.root, new.root):
            raise error("export_earlier_differs", size=size)
        self._put(f"earlier/{size}.checkpoint", note)
        steps = "".join(b64encode(step).decode() + "\n" for step in path)
        self._put(f"earlier/{size}.consistency", steps.encode())

    def _put(self, name: str, content: bytes) -> None:
        path = self.root / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.payload[f"data/{name}"] = (sha256(content).hexdigest(), len(content))

    def _tags(self, now: int, source: bytes, exported: Exported) -> None:
        """The files of RFC 8493 2, the two READMEs, the verifier."""
        octets = sum(length for _, length in self.payload.values())
        info = (
            f"Bag-Software-Agent: Lawkeep {__version__}\n"
            f"Bagging-Date: {format_instant(now)[:10]}\n"
            f"External-Identifier: {self.ledger.origin}\n"
            f"Payload-Oxum: {octets}.{len(self.payload)}\n"
        )
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "bag-info.txt": info.encode(),
            "manifest-sha256.txt": _manifest({n: d for n, (d, _) in self.payload.items()}),
            "verify.py": source,
        }
        for name, language in (("README.md", "en"), ("README.zh-CN.md", "zh")):
            text = readme(language, self.checkpoint, self.key, exported.events, exported.verifier)
            tags[name] = text.encode()
        for name, content in tags.items():
            (self.root / name).write_bytes(content)
        digests = {name: sha256(content).hexdigest() for name, content in tags.items()}
        (self.root / "tagmanifest-sha256.txt").write_bytes(_manifest(digests))


def ranges(places: Sequence[int]) -> list[list[int]]:
    """Sorted places as ranges [first, last], both included."""
    found: list[list[int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1][1] = place
        else:
            found.append([place, place])
    return found


def undisclosed(places: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
    """Level and index of the largest complete subtrees without any of the (sorted) places."""
    waiting = [(0, size, 0, len(places))]
    while waiting:
        start, end, low, high = waiting.pop()
        width = end - start
        if low == high and width & (width - 1) == 0:
            if width:
                yield width.bit_length() - 1, start // width
        elif width > 1 and high - low < width:
            middle = start + (1 << ((width - 1).bit_length() - 1))
            cut = bisect_left(places, middle, low, high)
            waiting += [(start, middle, low, cut), (middle, end, cut, high)]


def bag_events(bag: str | Path) -> Iterator[bytes]:
    """The stored bytes of the events of a bag, in order; not checked."""
    with (Path(bag) / "data" / "events.jsonl").open("rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")


def bag_source(bag: str | Path) -> Callable[[int], Iterator[bytes]]:
    """A bag as a source for `lawkeep.ledger.recovery`: its entries from a place on, to the first
    gap; not checked, since recovery takes only what leads to a tree that was cosigned."""

    def source(start: int) -> Iterator[bytes]:
        told = json.loads((Path(bag) / "data" / "ledger.json").read_bytes())
        places = (seq for first, last in told["places"] for seq in range(first, last + 1))
        expected = start
        for seq, raw in zip(places, bag_events(bag), strict=False):
            if seq > expected:
                return
            if seq == expected:
                yield raw
                expected += 1

    return source


def verify_bag(
    bag: str | Path,
    key: str | None = None,
    witnesses: Sequence[str] = (),
    needed: int = 0,
    earlier: bytes | None = None,
) -> bagcheck.Report:
    """Check a bag with no server, no network and no extra. Keys as text, or files that hold them.

    Never raises for what is in the bag; a key that is none is a problem in the report.
    """
    try:
        asked = bagcheck.Asked(
            key=bagcheck.key_from(key) if key else None,
            witnesses=tuple(bagcheck.key_from(text) for text in witnesses),
            needed=needed,
            earlier=earlier,
        )
    except bagcheck.Wrong as problem:
        report = bagcheck.Report()
        report.wrong(bagcheck.Wrong("unreadable", problem.en, problem.zh))
        return report
    return bagcheck.check_bag(Path(bag), asked)


def _manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def _json(value: Any) -> bytes:
    return msgspec.json.format(json.dumps(value, ensure_ascii=False).encode(), indent=1) + b"\n"
