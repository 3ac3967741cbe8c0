"""Where the keys that wrap all other keys live: a port, and the adapter for a file.

Such a key belongs to an epoch of a vault. Destroying it makes every older copy of the vault
unreadable at once, wherever the copies are. The vault's database never holds one.
"""

import json
import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag

import lawkeep.vault.errors  # noqa: F401  -- declares the error codes raised here
from lawkeep.model.errors import LawkeepError, error
from lawkeep.vault.cipher import KEY_BYTES, new_key, seal, unseal


class KeyService(Protocol):
    """Makes, uses and destroys epoch keys; they need not leave it. Names are given by the vault."""

    def make(self, name: str) -> None:
        """Make a key; one of this name that is there already stays."""

    def names(self) -> list[str]:
        """Every key that is there."""

    def wrap(self, name: str, key: bytes, context: str) -> bytes:
        """Encrypt a data key, bound to its context. Error: `vault_key_gone`."""

    def unwrap(self, name: str, wrapped: bytes, context: str) -> bytes:
        """The data key. Errors: `vault_key_gone`, `vault_damaged`."""

    def destroy(self, name: str) -> None:
        """Destroy a key for good; one that is not there is no error."""


class KeyFile:
    """Epoch keys in one file, mode 0600, which belongs on another disk than the vault's backups."""

    def __init__(self, path: Path) -> None:
        """Used by `create` and `open`."""
        self.path = path

    @classmethod
    def create(cls, path: str | Path) -> Self:
        """A new file without keys. Error: `keyfile_unusable`."""
        made = cls(Path(path))
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as problem:
            raise made._unusable(problem.strerror or str(problem)) from None
        with os.fdopen(handle, "w", encoding="ascii") as file:
            os.fchmod(handle, 0o600)
            file.write("{}\n")
            file.flush()
            os.fsync(handle)
        return made

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Read it once, to see that it can be. Error: `keyfile_unusable`."""
        found = cls(Path(path))
        found._read()
        return found

    def make(self, name: str) -> None:
        keys = self._read()
        if name not in keys:
            self._write(keys | {name: new_key()})

    def names(self) -> list[str]:
        return sorted(self._read())

    def wrap(self, name: str, key: bytes, context: str) -> bytes:
        return seal(self._key(name), key, "wrap", name, context)

    def unwrap(self, name: str, wrapped: bytes, context: str) -> bytes:
        try:
            return unseal(self._key(name), wrapped, "wrap", name, context)
        except InvalidTag:
            raise error("vault_damaged", what=context) from None

    def destroy(self, name: str) -> None:
        keys = self._read()
        if keys.pop(name, None) is not None:
            self._write(keys)

    def _key(self, name: str) -> bytes:
        key = self._read().get(name)
        if key is None:
            raise error("vault_key_gone", name=name)
        return key

    def _read(self) -> dict[str, bytes]:
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode)
            if mode & 0o077:
                raise self._unusable(f"other users may read it (mode {mode:04o})")
            written = json.loads(self.path.read_bytes())
            keys = {str(name): b64decode(text, validate=True) for name, text in written.items()}
        except OSError as problem:
            raise self._unusable(problem.strerror or str(problem)) from None
        except (ValueError, AttributeError, TypeError):
            raise self._unusable("it is not a file of keys") from None
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise self._unusable("a key in it has another length")
        return keys

    def _write(self, keys: dict[str, bytes]) -> None:
        """Replace the file whole; the bytes of the old one are overwritten, as far as a disk can."""
        text = json.dumps({name: b64encode(key).decode() for name, key in keys.items()}) + "\n"
        new = self.path.with_name(self.path.name + ".new")
        try:
            handle = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                os.fchmod(handle, 0o600)
                file.write(text)
                file.flush()
                os.fsync(handle)
            with self.path.open("r+b", buffering=0) as old:
                length = os.fstat(old.fileno()).st_size
                os.replace(new, self.path)
                folder = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
                old.write(b"\0" * length)
                os.fsync(old.fileno())
        except OSError as problem:
            raise self._unusable(problem.strerror or str(problem)) from None

    def _unusable(self, reason: str) -> LawkeepError:
        return error("keyfile_unusable", path=str(self.path), reason=reason)
