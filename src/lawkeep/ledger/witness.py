"""A witness (C2SP tlog-witness): remembers one size and root per ledger, and cosigns growth only.

Run by somebody else than the keeper of the ledger: another department, an auditor, a second
account. Its state is a small SQLite file of its own, written before it answers. An honest witness
never cosigns two checkpoints of a ledger that contradict each other; one that it is shown anyway,
rightly signed, it keeps as evidence.
"""

import re
import sqlite3
import threading
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from lawkeep.ledger.note import COSIGNATURE, Note, SignerKey, VerifierKey
from lawkeep.model.errors import ENVIRONMENT, LawkeepError, declare, error

MAX_PROOF = 63
_OLD = re.compile(r"old (0|[1-9]\d{0,18})", re.ASCII)
_MOST_EVIDENCE = 1000
TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"

declare(
    "witness_key_wrong",
    "The key of {name} is not one for cosignatures.",
    "{name} 的密钥不是联署密钥。",
    "Make one with `lawkeep witness init`; it is another kind of key than that of a ledger.",
    "请用 lawkeep witness init 制作；它与账本密钥种类不同。",
)
declare(
    "witness_state_lost",
    "The state of the witness at {path} cannot be used: {reason}.",
    "见证方的状态文件 {path} 无法使用：{reason}。",
    "Do not start with an empty state: a witness that forgot can be shown a fork. Repair the disk "
    "or retire this witness and its key.",
    "切勿以空白状态启动：遗忘的见证方可能被人展示分叉。请修复存储，或停用该见证方及其密钥。",
    ENVIRONMENT,
)

_TABLES = """
CREATE TABLE IF NOT EXISTS witness (
    one INTEGER PRIMARY KEY CHECK (one = 1), public_key TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS latest (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,
    note BLOB NOT NULL, time INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS evidence (
    origin TEXT NOT NULL, at INTEGER NOT NULL, shown BLOB NOT NULL, seen BLOB NOT NULL
) STRICT;
"""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: status, media type, body."""

    status: int
    body: bytes = b""
    media: str = TEXT


class Witness:
    """Decides about checkpoints. Threads and processes may share one state file.

    `logs`: public keys of the ledgers that it watches; a key's name is the ledger's origin.
    """

    def __init__(self, path: str | Path, key: SignerKey, logs: Iterable[VerifierKey]) -> None:
        """Errors: `witness_key_wrong`, `witness_state_lost`."""
        if key.algorithm != COSIGNATURE:
            raise error("witness_key_wrong", name=key.name)
        self.path = Path(path)
        self.key = key
        self.logs: dict[str, list[VerifierKey]] = {}
        for log in logs:
            self.logs.setdefault(log.name, []).append(log)
        self._turn = threading.Lock()
        try:
            self._db = sqlite3.connect(
                self.path, isolation_level=None, check_same_thread=False, timeout=10
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_TABLES)
            mine = key.verifier.text()
            self._db.execute("INSERT OR IGNORE INTO witness VALUES (1, ?)", (mine,))
            (known,) = self._db.execute("SELECT public_key FROM witness").fetchone()
        except sqlite3.Error as problem:
            raise self._lost(problem) from None
        if known != mine:
            self._db.close()
            raise error("witness_state_lost", path=str(path), reason=f"it is that of {known}")

    def close(self) -> None:
        self._db.close()

    def add_checkpoint(self, body: bytes, now: int) -> Answer:
        """Answer a request to cosign. `now`: seconds since 1970.

        200 with the cosignature; 400 malformed; 403 not signed by the ledger; 404 a ledger that
        is not watched; 409 another size or root is the latest; 422 the proof does not show growth.
        Error: `witness_state_lost`.
        """
        try:
            old, path, note = _request(body)
            checkpoint = Checkpoint.parse(note.text)
        except (LawkeepError, ValueError) as problem:
            return Answer(400, f"{problem}\n".encode())
        keys = self.logs.get(checkpoint.origin)
        if keys is None:
            return Answer(404, b"this ledger is not watched here\n")
        try:
            note.signed_by(keys)
        except LawkeepError as problem:
            return Answer(403, f"{problem.text()}\n".encode())
        if old > checkpoint.size:
            return Answer(400, b"the old size is larger than that of the checkpoint\n")
        with self._transaction() as db:
            return self._decided(db, old, path, checkpoint, note, now)

    def latest(self, origin: str) -> bytes | None:
        """The latest checkpoint of a ledger that it cosigned, with both signatures."""
        with self._turn:
            try:
                row = self._db.execute(
                    "SELECT note FROM latest WHERE origin = ?", (origin,)
                ).fetchone()
            except sqlite3.Error as problem:
                raise self._lost(problem) from None
        return bytes(row[0]) if row else None

    def evidence(self) -> list[tuple[str, int, bytes, bytes]]:
        """Contradictions it was shown: origin, time, the note shown, the latest one seen before."""
        with self._turn:
            rows = self._db.execute("SELECT origin, at, shown, seen FROM evidence ORDER BY at")
            return rows.fetchall()

    def _decided(
        self,
        db: sqlite3.Connection,
        old: int,
        path: list[bytes],
        checkpoint: Checkpoint,
        note: Note,
        now: int,
    ) -> Answer:
        row = db.execute(
            "SELECT size, root, note, time FROM latest WHERE origin = ?", (checkpoint.origin,)
        ).fetchone()
        size, root, seen, last = row or (0, EMPTY_ROOT, b"", 0)
        if old != size:
            if checkpoint.size == size and checkpoint.root != root:
                self._remember(db, checkpoint.origin, note, seen, now)
            return Answer(409, f"{size}\n".encode(), SIZE)
        if checkpoint.size == size and checkpoint.root != root:
            self._remember(db, checkpoint.origin, note, seen, now)
            return Answer(409, f"{size}\n".encode(), SIZE)
        # Nothing is to be proved about the first checkpoint, nor about one that is known.
        grew = (
            not path
            if size in (0, checkpoint.size)
            else verify_consistency(size, checkpoint.size, path, root, checkpoint.root)
        )
        if not grew:
            self._remember(db, checkpoint.origin, note, seen, now)
            return Answer(422, b"the proof does not lead from the checkpoint seen before\n")
        # A clock that was set back must not make this look older than what was seen before it.
        time = max(now, last)
        cosigned = self.key.sign(note.text, time)
        signatures = [
            s for s in note.signatures if any(k.made(s) for k in self.logs[checkpoint.origin])
        ]
        kept = Note(note.text, (*signatures, cosigned)).bytes()
        values = (checkpoint.origin, checkpoint.size, checkpoint.root, kept, time)
        db.execute("INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?)", values)
        return Answer(200, cosigned.line().encode())

    def _remember(
        self, db: sqlite3.Connection, origin: str, note: Note, seen: bytes, now: int
    ) -> None:
        (count,) = db.execute(
            "SELECT count(*) FROM evidence WHERE origin = ?", (origin,)
        ).fetchone()
        if count < _MOST_EVIDENCE:
            values = (origin, now, note.bytes(), seen)
            db.execute("INSERT INTO evidence VALUES (?, ?, ?, ?)", values)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as problem:
                raise self._lost(problem) from None

    def _lost(self, problem: sqlite3.Error) -> LawkeepError:
        return error("witness_state_lost", path=str(self.path), reason=str(problem))


def _request(body: bytes) -> tuple[int, list[bytes], Note]:
    """Old size, consistency path and note of an add-checkpoint request."""
    above, found, below = body.partition(b"\n\n")
    lines = above.decode("ascii").split("\n")
    match = _OLD.fullmatch(lines[0])
    if not found or match is None or len(lines) > MAX_PROOF + 1:
        raise ValueError("the request is not `old SIZE`, a proof of at most 63 lines, a checkpoint")
    path = [b64decode(line, validate=True) for line in lines[1:]]
    if any(len(step) != HASH_BYTES for step in path):
        raise ValueError("a line of the proof is not a hash")
    return int(match[1]), path, Note.parse(below)
