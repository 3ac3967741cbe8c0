"""The signing key of a ledger or a witness: a file of its own, outside the database, mode 0600.

Whoever has the database and this file can sign; a copy of the database alone cannot. The file holds
one line in the form of Go's sumdb/note; beside it stands the public key as NAME.pub.
"""

import os
import secrets
import stat
from pathlib import Path

import lawkeep.ledger.errors  # noqa: F401  -- declares `key_foreign`
from lawkeep.ledger.note import ED25519, SignerKey, VerifierKey, named_well
from lawkeep.model.errors import ENVIRONMENT, LawkeepError, declare, error

declare(
    "key_exists",
    "{path} exists already, so no new key was made there.",
    "{path} 已存在，未在该处新建密钥。",
    "A key that has signed is never overwritten. Use it, or name another file.",
    "已用于签名的密钥不得覆盖。请使用该密钥，或另选文件名。",
)
declare(
    "key_unreadable",
    "The key file {path} cannot be used: {reason}.",
    "密钥文件 {path} 无法使用：{reason}。",
    "Check path and permissions; restore it from where keys are kept, never from the ledger.",
    "请检查路径和权限；应从密钥保管处恢复，不应从账本备份恢复。",
    ENVIRONMENT,
)
declare(
    "key_exposed",
    "Other users may read the key file {path} (mode {mode}).",
    "其他用户可读取密钥文件 {path}（权限 {mode}）。",
    "Run chmod 600 on it. If others had access, make a new ledger with a new key.",
    "请对其执行 chmod 600。如他人已可接触，请以新密钥另立新账本。",
    ENVIRONMENT,
)


def new_key(path: str | Path, name: str, algorithm: int = ED25519) -> SignerKey:
    """Make a key pair and its two files. Errors: `key_exists`, `key_unreadable`."""
    if not named_well(name):
        raise error("note_key_malformed", key=name)
    key = SignerKey(name, algorithm, secrets.token_bytes(32))
    path = Path(path)
    _write(path, key.text() + "\n", 0o600)
    _write(public_path(path), key.verifier.text() + "\n", 0o644)
    return key


def public_path(path: Path) -> Path:
    """Where the public key stands: beside the secret one."""
    return path.with_name(path.name + ".pub")


def read_key(path: str | Path, name: str | None = None) -> SignerKey:
    """Read a key file; `name`: whose it must be.

    Errors: `key_unreadable`, `key_exposed`, `key_foreign`, `note_key_malformed`.
    """
    path = Path(path)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise error("key_exposed", path=str(path), mode=f"{mode:04o}")
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise _unreadable(path, problem) from None
    except UnicodeDecodeError:
        raise error("note_key_malformed", key=str(path)) from None
    key = SignerKey.parse(text)
    if name is not None and key.name != name:
        raise error("key_foreign", found=key.name, expected=name)
    return key


def read_public_key(text: str) -> VerifierKey:
    """A public key from its text, or from a file that holds it.

    Errors: `note_key_malformed`, `key_unreadable`.
    """
    if "+" not in text or Path(text).is_file():
        try:
            text = Path(text).read_text(encoding="utf-8")
        except OSError as problem:
            raise _unreadable(Path(text), problem) from None
        except UnicodeDecodeError:
            raise error("note_key_malformed", key=text) from None
    return VerifierKey.parse(text)


def _write(path: Path, text: str, mode: int) -> None:
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        raise error("key_exists", path=str(path)) from None
    except OSError as problem:
        raise _unreadable(path, problem) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, mode)
        file.write(text)
        file.flush()
        os.fsync(handle)


def _unreadable(path: Path, problem: OSError) -> LawkeepError:
    return error("key_unreadable", path=str(path), reason=problem.strerror or str(problem))
