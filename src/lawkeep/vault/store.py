"""The vault: personal data sealed per subject and purpose, in one SQLite file that can forget.

Each pair of subject and purpose has a data key of its own, wrapped by the epoch key of a key
service outside the file. Events name the random subject id and the digest of a ciphertext, never
the data. Erasing destroys the data key and every ciphertext under it.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag

from lawkeep.model.errors import error
from lawkeep.model.time import DAY
from lawkeep.vault import schema
from lawkeep.vault.cipher import blind, new_key, seal, unseal
from lawkeep.vault.keys import KeyService

BACKUPS_KEPT = 7 * DAY
"""How long a backup of the vault is kept, unless its maker says otherwise."""

Held = Callable[[str, str], str | None]
"""`held(subject, purpose)`: what stands in the way of erasing it, None if nothing does."""


@dataclass(frozen=True)
class Holding:
    """That the vault holds data of a subject for a purpose. Instants; `ended_at`: of the relation
    that the data was for, None while it lasts or if nobody said."""

    subject: str
    purpose: str
    key: str
    created_at: int
    ended_at: int | None


@dataclass(frozen=True)
class Erasure:
    """What was erased. `keys`: names of the destroyed data keys. `effective_at`: when the last
    backup that still had them is gone. `blobs`: digests of sealed files that must go too.
    `certified`: whether the caller said that the event about it is written."""

    id: str
    subject: str
    purposes: tuple[str, ...]
    keys: tuple[str, ...]
    blobs: tuple[str, ...]
    erased_at: int
    effective_at: int
    basis: str
    actor: str | None
    certified: bool


class Vault:
    """An open vault. Use it as a context manager; threads may share it."""

    def __init__(self, path: Path, keys: KeyService, db: sqlite3.Connection) -> None:
        """Used by `create` and `open`."""
        self.path = path
        self._keys = keys
        self._db = db
        self._turn = threading.RLock()
        self.id, self.created_at, self.backups_kept = self._rows(
            "SELECT id, created_at, backups_kept FROM vault"
        )[0]

    @classmethod
    def create(
        cls,
        path: str | Path,
        keys: KeyService,
        now: int,
        *,
        backups_kept: int = BACKUPS_KEPT,
        wait: float = 5.0,
    ) -> Self:
        """Make a new, empty vault. `backups_kept`: microseconds.

        Errors: `vault_exists`, `vault_storage`, those of the key service.
        """
        path = Path(path)
        db = schema.create(path, wait)
        identity = secrets.token_hex(8)
        epoch = f"{identity}-1"
        keys.make(epoch)
        index = keys.wrap(epoch, new_key(), f"{identity} index")
        with schema.translated(path):
            db.execute(
                "INSERT INTO vault VALUES (?, ?, ?, ?, 1, ?)",
                (identity, now, backups_kept, epoch, index),
            )
        return cls(path, keys, db)

    @classmethod
    def open(cls, path: str | Path, keys: KeyService, *, wait: float = 5.0) -> Self:
        """Errors: `vault_missing`, `vault_foreign`, `vault_storage`."""
        path = Path(path)
        return cls(path, keys, schema.connect(path, wait))

    def close(self) -> None:
        """Close it; what was deleted is gone from the log too, if nobody else reads."""
        with self._turn:
            schema.truncated(self._db)
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Sealing and reading.

    def seal(
        self,
        subject: str,
        purpose: str,
        row: str,
        fields: Mapping[str, str],
        now: int,
        *,
        searched: Collection[str] = (),
    ) -> dict[str, str]:
        """Seal the fields of a row, in place of those that were there; digests by field.

        `row`: the caller's own id, such as that of the event. `searched`: fields that `find` may
        be asked about. The digests (`sha256:...`, of the ciphertext) may stand in events.
        """
        digests = {}
        with self._writing() as db:
            key, name, data_key = self._data_key(subject, purpose, now)
            for field, value in fields.items():
                content = seal(data_key, value.encode(), name, subject, purpose, row, field)
                digests[field] = f"sha256:{sha256(content).hexdigest()}"
                db.execute(
                    "INSERT OR REPLACE INTO sealed VALUES (?, ?, ?, ?, ?)",
                    (key, row, field, content, field in searched),
                )
                db.execute(
                    "DELETE FROM lookup WHERE key = ? AND row = ? AND field = ?", (key, row, field)
                )
                if field in searched:
                    mac = blind(self._index_key(), value, purpose, field)
                    db.execute("INSERT INTO lookup VALUES (?, ?, ?, ?)", (mac, key, row, field))
        return digests

    def read(self, subject: str, purpose: str, row: str) -> dict[str, str]:
        """The fields of a row in the clear; empty if there are none.

        Errors: `vault_damaged`, `vault_key_gone`.
        """
        with self._turn:
            rows = self._rows(
                "SELECT name, wrapped, field, content FROM sealed JOIN keys USING (key)"
                " WHERE subject = ? AND purpose = ? AND row = ?",
                (subject, purpose, row),
            )
            found = {}
            for name, wrapped, field, content in rows:
                data_key = self._unwrapped(name, wrapped)
                plain = self._opened(data_key, content, name, subject, purpose, row, field)
                found[field] = plain.decode()
        return found

    def find(self, purpose: str, field: str, value: str) -> list[tuple[str, str]]:
        """Subject and row of everything that was sealed with this value, searched for a purpose."""
        with self._turn:
            mac = blind(self._index_key(), value, purpose, field)
            rows = self._rows(
                "SELECT subject, row FROM lookup JOIN keys USING (key)"
                " WHERE mac = ? AND purpose = ? AND field = ? ORDER BY subject, row",
                (mac, purpose, field),
            )
        return [(subject, row) for subject, row in rows]

    def seal_file(self, subject: str, purpose: str, name: str, content: bytes, now: int) -> bytes:
        """The ciphertext of a file, to be kept as a blob under its own digest.

        The vault remembers the digest, so that erasing the subject names it.
        """
        with self._writing() as db:
            key, key_name, data_key = self._data_key(subject, purpose, now)
            sealed = seal(data_key, content, key_name, subject, purpose, "file", name)
            digest = f"sha256:{sha256(sealed).hexdigest()}"
            db.execute("INSERT INTO blobs VALUES (?, ?, ?)", (key, digest, name))
        return sealed

    def read_file(self, subject: str, purpose: str, sealed: bytes) -> bytes:
        """The file in the clear. Errors: `vault_nothing_held`, `vault_damaged`, `vault_key_gone`."""
        digest = f"sha256:{sha256(sealed).hexdigest()}"
        with self._turn:
            rows = self._rows(
                "SELECT keys.name, wrapped, blobs.name FROM blobs JOIN keys USING (key)"
                " WHERE subject = ? AND purpose = ? AND digest = ?",
                (subject, purpose, digest),
            )
            if not rows:
                raise error("vault_nothing_held", subject=subject, purpose=f" ({purpose})")
            name, wrapped, file = rows[0]
            data_key = self._unwrapped(name, wrapped)
            return self._opened(data_key, sealed, name, subject, purpose, "file", file)

    # What it holds, and until when.

    def holdings(self, subject: str | None = None) -> list[Holding]:
        """Everything it holds, or what it holds of a subject."""
        query = "SELECT subject, purpose, name, created_at, ended_at FROM keys"
        some = ("", ()) if subject is None else (" WHERE subject = ?", (subject,))
        return [Holding(*row) for row in self._rows(f"{query}{some[0]} ORDER BY key", some[1])]

    def files(self, subject: str, purpose: str) -> list[str]:
        """Digests of the sealed files of a subject for a purpose."""
        query = "SELECT digest FROM blobs JOIN keys USING (key) WHERE subject = ? AND purpose = ?"
        return [digest for (digest,) in self._rows(query, (subject, purpose))]

    def end(self, subject: str, purpose: str, at: int) -> None:
        """The relation that the data was for ended: periods counted from its end begin."""
        with self._writing() as db:
            query = "UPDATE keys SET ended_at = ? WHERE subject = ? AND purpose = ?"
            if not db.execute(query, (at, subject, purpose)).rowcount:
                raise error("vault_nothing_held", subject=subject, purpose=f" ({purpose})")

    # Erasing.

    def erase(
        self,
        subject: str,
        purposes: Collection[str] | None,
        *,
        id: str,  # noqa: A002  -- the word of the envelope
        now: int,
        basis: str,
        held: Held,
        actor: str | None = None,
    ) -> Erasure:
        """Destroy the data keys and all that is sealed under them; `purposes` None: all of them.

        `held` is asked inside the transaction; whatever is held is an error and nothing is erased.
        When it returns, neither file nor log of the vault has key or ciphertext. Repeating it with
        the same id finishes what was interrupted. Errors: `vault_held`, `vault_nothing_held`,
        `vault_erase_unfinished`, `vault_storage`.
        """
        done = self.erasure(id)
        if done is None:
            with self._writing() as db:
                done = self._deleted(db, subject, purposes, id, now, basis, held, actor)
        with self._turn, schema.translated(self.path):
            if not schema.truncated(self._db):
                raise error("vault_erase_unfinished", subject=subject, path=str(self.path))
        return done

    def _deleted(
        self,
        db: sqlite3.Connection,
        subject: str,
        purposes: Collection[str] | None,
        id_: str,
        now: int,
        basis: str,
        held: Held,
        actor: str | None,
    ) -> Erasure:
        rows = db.execute("SELECT key, purpose, name FROM keys WHERE subject = ?", (subject,))
        found = [row for row in rows.fetchall() if purposes is None or row[1] in purposes]
        if not found:
            told = "" if purposes is None else f" ({', '.join(sorted(purposes))})"
            raise error("vault_nothing_held", subject=subject, purpose=told)
        blobs: list[str] = []
        for key, purpose, _ in found:
            hold = held(subject, purpose)
            if hold is not None:
                raise error("vault_held", subject=subject, purpose=purpose, hold=hold)
            digests = db.execute("SELECT digest FROM blobs WHERE key = ?", (key,))
            blobs += [digest for (digest,) in digests]
        done = Erasure(
            id=id_,
            subject=subject,
            purposes=tuple(purpose for _, purpose, _ in found),
            keys=tuple(name for _, _, name in found),
            blobs=tuple(blobs),
            erased_at=now,
            effective_at=now + self.backups_kept,
            basis=basis,
            actor=actor,
            certified=False,
        )
        # The ciphertexts and look-up entries go with their key (ON DELETE CASCADE).
        db.executemany("DELETE FROM keys WHERE key = ?", [(key,) for key, _, _ in found])
        lists = [json.dumps(part) for part in (done.purposes, done.keys, done.blobs)]
        db.execute(
            "INSERT INTO erasures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (id_, subject, *lists, now, done.effective_at, basis, actor),
        )
        return done

    def erasure(self, id: str) -> Erasure | None:  # noqa: A002  -- the word of the envelope
        """An erasure by its id."""
        return next(self._erasures("WHERE id = ?", id), None)

    def uncertified(self) -> list[Erasure]:
        """Erasures that no event says yet: the program stopped between the two."""
        return list(self._erasures("WHERE certified = ?", 0))

    def certified(self, id: str) -> None:  # noqa: A002  -- the word of the envelope
        """The event about an erasure stands in the ledger."""
        with self._writing() as db:
            db.execute("UPDATE erasures SET certified = 1 WHERE id = ?", (id,))

    def _erasures(self, where: str, value: object) -> Iterator[Erasure]:
        query = f"SELECT * FROM erasures {where} ORDER BY erased_at, id"  # noqa: S608 -- fixed text
        for row in self._rows(query, (value,)):
            yield Erasure(
                id=row[0],
                subject=row[1],
                purposes=tuple(json.loads(row[2])),
                keys=tuple(json.loads(row[3])),
                blobs=tuple(json.loads(row[4])),
                erased_at=row[5],
                effective_at=row[6],
                basis=row[7],
                actor=row[8],
                certified=bool(row[9]),
            )

    # Epochs.

    @property
    def epoch(self) -> str:
        """Name of the epoch key that wraps all data keys now."""
        return str(self._rows("SELECT epoch FROM vault")[0][0])

    def rotate(self) -> int:
        """Wrap all data keys anew under a new epoch key and destroy the old one; how many.

        Every copy of the vault made before can no longer be opened: make a backup right after.
        The blind index gets a new key too. Interrupted, it is finished by the next call.
        """
        with self._writing() as db:
            epoch, count = db.execute("SELECT epoch, epochs FROM vault").fetchone()
            new = f"{self.id}-{count + 1}"
            self._keys.make(new)
            index = new_key()
            keys = db.execute("SELECT key, name, subject, purpose, wrapped FROM keys").fetchall()
            db.execute("DELETE FROM lookup")
            for key, name, subject, purpose, wrapped in keys:
                data_key = self._keys.unwrap(epoch, wrapped, f"{self.id} {name}")
                db.execute(
                    "UPDATE keys SET wrapped = ? WHERE key = ?",
                    (self._keys.wrap(new, data_key, f"{self.id} {name}"), key),
                )
                searched = db.execute(
                    "SELECT row, field, content FROM sealed WHERE key = ? AND searched", (key,)
                ).fetchall()
                for row, field, content in searched:
                    plain = self._opened(data_key, content, name, subject, purpose, row, field)
                    mac = blind(index, plain.decode(), purpose, field)
                    db.execute("INSERT INTO lookup VALUES (?, ?, ?, ?)", (mac, key, row, field))
            wrapped_index = self._keys.wrap(new, index, f"{self.id} index")
            db.execute(
                "UPDATE vault SET epoch = ?, epochs = epochs + 1, index_key = ?",
                (new, wrapped_index),
            )
        with self._turn, schema.translated(self.path):
            schema.truncated(self._db)
        for old in self._keys.names():
            if old != new and old.startswith(f"{self.id}-"):
                self._keys.destroy(old)
        return len(keys)

    def copy_to(self, path: Path) -> None:
        """A copy without anything deleted; made whole or not at all. Error: `vault_storage`."""
        with self._turn, schema.translated(path):
            partial = path.with_name(path.name + ".new")
            partial.unlink(missing_ok=True)
            self._db.execute("VACUUM INTO ?", (str(partial),))
            partial.chmod(0o600)
            partial.replace(path)

    # Within.

    def _data_key(self, subject: str, purpose: str, now: int) -> tuple[int, str, bytes]:
        """The key of a pair, made if it has none: number, name and the key itself."""
        rows = self._rows(
            "SELECT key, name, wrapped FROM keys WHERE subject = ? AND purpose = ?",
            (subject, purpose),
        )
        if rows:
            key, name, wrapped = rows[0]
            return key, name, self._unwrapped(name, wrapped)
        name, data_key = secrets.token_hex(8), new_key()
        wrapped = self._keys.wrap(self.epoch, data_key, f"{self.id} {name}")
        made = self._db.execute(
            "INSERT INTO keys (name, subject, purpose, wrapped, created_at) VALUES (?, ?, ?, ?, ?)",
            (name, subject, purpose, wrapped, now),
        )
        assert made.lastrowid is not None
        return made.lastrowid, name, data_key

    def _index_key(self) -> bytes:
        epoch, wrapped = self._rows("SELECT epoch, index_key FROM vault")[0]
        return self._keys.unwrap(epoch, wrapped, f"{self.id} index")

    def _unwrapped(self, name: str, wrapped: bytes) -> bytes:
        return self._keys.unwrap(self.epoch, wrapped, f"{self.id} {name}")

    def _opened(self, key: bytes, content: bytes, *parts: str) -> bytes:
        try:
            return unseal(key, content, *parts)
        except InvalidTag:
            raise error("vault_damaged", what=" ".join(parts[1:])) from None

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._turn, schema.translated(self.path):
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._turn:
            with schema.translated(self.path):
                self._db.execute("BEGIN IMMEDIATE")
            try:
                with schema.translated(self.path):
                    yield self._db
                    self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
