"""Files that events name by SHA-256: kept once, under their digest, never changed.

Here the port and the store in a folder. Writing is: a temporary file, fsync, link under its name,
fsync of the folder; so a name is only ever a whole file. `lawkeep.ledger.objects` keeps them in an
object store. What must stay says so by a date (retention) or until further notice (legal hold).
"""

import json
import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from lawkeep.model.errors import BREACHED, ENVIRONMENT, LawkeepError, declare, error
from lawkeep.model.time import format_instant

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")

declare(
    "blob_digest_malformed",
    "“{digest}” is not a digest of a file.",
    "“{digest}”不是文件的摘要。",
    "Write it like sha256: and 64 hexadecimal digits.",
    "请写成 sha256: 加 64 位十六进制数字。",
)
declare(
    "blob_missing",
    "The store has no file {digest}.",
    "存储中没有文件 {digest}。",
    "It was erased, or it is in another store.",
    "该文件已被抹除，或位于其他存储中。",
)
declare(
    "blob_damaged",
    "The file {digest} is not what it was: its content has another hash.",
    "文件 {digest} 已非原貌：其内容的散列值不同。",
    "Restore it from a copy; the digest tells which one is right.",
    "请从副本恢复；摘要可辨别哪一份正确。",
    ENVIRONMENT,
)
declare(
    "blob_kept",
    "The file {digest} must stay: {reason}.",
    "文件 {digest} 须予保留：{reason}。",
    "Nothing was deleted. It can go when its period has passed and no hold stands.",
    "未删除任何内容。期限届满且无保全时方可删除。",
    BREACHED,
)
declare(
    "blob_storage",
    "The store of files {place} failed: {reason}.",
    "文件存储 {place} 出错：{reason}。",
    "Check its address, permissions and free space, and try again.",
    "请检查地址、权限和可用空间后重试。",
    ENVIRONMENT,
)


class Blobs(Protocol):
    """A store of files. Digests are `sha256:` and 64 hexadecimal digits."""

    def put(self, content: bytes) -> str:
        """Keep a file, durable when it returns; its digest. The same file twice is one."""

    def get(self, digest: str) -> bytes:
        """The file, checked. Errors: `blob_missing`, `blob_damaged`, `blob_storage`."""

    def has(self, digest: str) -> bool:
        """Whether the file is there."""

    def retain(self, digest: str, until: int) -> None:
        """It must stay until this instant; a period is only ever made longer."""

    def hold(self, digest: str, on: bool) -> None:
        """Put it under legal hold, or take it out."""

    def kept(self, digest: str) -> tuple[int, bool]:
        """Until when it is retained (0: not), and whether it is under hold."""

    def delete(self, digest: str, now: int) -> None:
        """Remove it for good; what is not there is no error. Error: `blob_kept`."""


def digest_of(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def hex_of(digest: str) -> str:
    """The hexadecimal part. Error: `blob_digest_malformed`."""
    match = _DIGEST.fullmatch(digest)
    if match is None:
        raise error("blob_digest_malformed", digest=digest)
    return match[1]


class Folder:
    """Files in a folder of this machine: `sha256/ab/abcd...`, mode 0440.

    Retention and hold stand in a file beside and bind this program only; a store with Object Lock
    binds everybody.
    """

    def __init__(self, root: str | Path) -> None:
        """The folder is made if it is not there. Error: `blob_storage`."""
        self.root = Path(root)
        try:
            (self.root / "sha256").mkdir(parents=True, exist_ok=True, mode=0o750)
        except OSError as problem:
            raise self._failed(problem) from None

    def put(self, content: bytes) -> str:
        digest = digest_of(content)
        path = self._path(digest)
        try:
            if path.exists():
                return digest
            path.parent.mkdir(exist_ok=True, mode=0o750)
            self._write(path, content, 0o440, replace=False)
            _sync(path.parent.parent)
        except OSError as problem:
            raise self._failed(problem) from None
        return digest

    def get(self, digest: str) -> bytes:
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise error("blob_missing", digest=digest) from None
        except OSError as problem:
            raise self._failed(problem) from None
        if digest_of(content) != digest:
            raise error("blob_damaged", digest=digest)
        return content

    def has(self, digest: str) -> bool:
        return self._path(digest).is_file()

    def retain(self, digest: str, until: int) -> None:
        kept, held = self.kept(digest)
        self._keep(digest, max(kept, until), held)

    def hold(self, digest: str, on: bool) -> None:
        self._keep(digest, self.kept(digest)[0], on)

    def delete(self, digest: str, now: int) -> None:
        until, held = self.kept(digest)
        if held or until > now:
            raise error("blob_kept", digest=digest, reason=reason_kept(until, held))
        path = self._path(digest)
        try:
            path.unlink(missing_ok=True)
            self._note(digest).unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync(path.parent)
        except OSError as problem:
            raise self._failed(problem) from None

    def _path(self, digest: str) -> Path:
        name = hex_of(digest)
        return self.root / "sha256" / name[:2] / name

    def _note(self, digest: str) -> Path:
        path = self._path(digest)
        return path.with_name(f"{path.name}.kept")

    def kept(self, digest: str) -> tuple[int, bool]:
        try:
            value = json.loads(self._note(digest).read_bytes())
            return int(value["until"]), bool(value["hold"])
        except FileNotFoundError:
            return 0, False
        except (OSError, ValueError, KeyError, TypeError) as problem:
            # What cannot be read may be a hold, so it is one.
            raise self._failed(problem) from None

    def _keep(self, digest: str, until: int, held: bool) -> None:
        if not self.has(digest):
            raise error("blob_missing", digest=digest)
        content = json.dumps({"until": until, "hold": held}).encode()
        try:
            self._write(self._note(digest), content, 0o640, replace=True)
        except OSError as problem:
            raise self._failed(problem) from None

    def _write(self, path: Path, content: bytes, mode: int, *, replace: bool) -> None:
        handle, made = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                os.fchmod(handle, mode)
                file.flush()
                os.fsync(handle)
            if replace:
                os.replace(made, path)
            else:
                # A link never takes the place of a file that is there; that one is the same then.
                try:
                    os.link(made, path)
                except FileExistsError:
                    return
            _sync(path.parent)
        finally:
            Path(made).unlink(missing_ok=True)

    def _failed(self, problem: Exception) -> LawkeepError:
        reason = getattr(problem, "strerror", None) or str(problem)
        return error("blob_storage", place=str(self.root), reason=reason)


def reason_kept(until: int, held: bool) -> str:
    """Why a file must stay, for `blob_kept`."""
    return "legal hold" if held else f"retention until {format_instant(until)}"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
