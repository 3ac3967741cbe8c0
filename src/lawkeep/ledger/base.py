"""What all stores of the ledger have in common: appending, reading, proving, signing.

A store brings the transaction and a few reads; the meaning of each call is here, once, so that
SQLite and PostgreSQL cannot differ in it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from types import TracebackType
from typing import Protocol, Self, TypeVar

import msgspec

import lawkeep.ledger.errors  # noqa: F401  -- declares the error codes raised here
from lawkeep.ledger.audit import Row, Verified
from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.entry import Appended, Entry, Head, Stats, decode, names
from lawkeep.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_path,
    inclusion_path,
    leaf_hash,
)
from lawkeep.ledger.note import Note, SignerKey, VerifierKey, named_well
from lawkeep.ledger.proof import Proof
from lawkeep.ledger.tiles import TILE_BYTES, WIDTH, TileMissingError, TileReader, TileTree
from lawkeep.model.errors import error
from lawkeep.model.event import Event, encode, sameness

_T = TypeVar("_T")
_PAGE = 500


class Transaction(Protocol):
    """The writer's view of a store, from the lock to the commit."""

    def insert(self, rows: list[Row]) -> int:
        """Add entries; how many of the first were added, if the id of the next is there already.

        A store that cannot stop half-way adds none then.
        """

    def known(self, ids: list[str]) -> dict[str, tuple[int, bytes]]:
        """Place and bytes of those of the ids that are there."""

    def finish(self, tiles: dict[tuple[int, int], bytes], head: Head) -> None:
        """Write changed tiles and the new head."""


Guard = Callable[["BaseLedger"], None]
"""Called before the first signature after opening; raises to refuse it."""


class BaseLedger(ABC):
    """An open ledger. Use it as a context manager; threads may share it.

    `origin` is its name (the origin line of its checkpoints). `created_at`: microseconds of UTC.
    `public_key`: whose signature its checkpoints carry, None if they are not signed.
    """

    origin: str
    created_at: int
    public_key: VerifierKey | None

    def __init__(self, signer: SignerKey | None, guard: Guard | None) -> None:
        self._signer = signer
        self._guard = guard
        # The tree as of the last commit of ours; None when it must be read from the store.
        self._tree: TileTree | None = None
        self._nodes: TileReader | None = None

    # What a store brings.

    @property
    @abstractmethod
    def head(self) -> Head:
        """Size, root and checkpoint as last committed, by whomever."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[tuple[Transaction, TileTree]]:
        """The writer and the tree at the head, locked; commits at the end of the block."""

    @abstractmethod
    def _page(self, start: int, end: int, types: list[str] | None, limit: int) -> list[Entry]:
        """Entries of a range, in order, at most `limit`."""

    @abstractmethod
    def get(self, id: str) -> Entry | None:  # noqa: A002  -- the word of the envelope
        """The entry of an event id, None if the ledger has no such event."""

    @abstractmethod
    def _stored_tile(self, level: int, n: int) -> bytes:
        """The stored hashes of a tile, empty if there is none."""

    @abstractmethod
    def verify(self, key: VerifierKey | None = None) -> Verified:
        """Recompute everything from the stored bytes and name the first entry that does not fit.

        It sees one snapshot; writers may go on. A damaged store is a fault in the answer. `key`:
        the ledger's public key from elsewhere; without it the one in the store is believed.
        """

    @abstractmethod
    def stats(self) -> Stats:
        """Figures of the ledger; reads every entry."""

    @abstractmethod
    def keep_checkpoint(self, note: Note) -> None:
        """Keep a checkpoint that witnesses cosigned.

        For one size the first cosignature of each witness is kept and the last: the first says by
        when the tree was there, the last until when there was no larger one.
        """

    @abstractmethod
    def kept_checkpoints(self, size: int = 0) -> list[tuple[int, bytes, bytes]]:
        """Cosigned checkpoints over at least `size` entries, smallest first.

        Each with its size, the note with the first cosignatures and that with the last.
        """

    @abstractmethod
    def keep_token(self, size: int, note: bytes, token: bytes) -> None:
        """Keep an RFC 3161 token over the bytes of a signed checkpoint of `size` entries."""

    @abstractmethod
    def kept_tokens(self, size: int = 0) -> list[tuple[int, bytes, bytes]]:
        """Tokens over checkpoints of at least `size` entries: size, note, token."""

    @abstractmethod
    def place(self) -> str:
        """Where it is, for messages: a path, or a database without its password."""

    @abstractmethod
    def close(self) -> None:
        """Close it."""

    # What follows from it.

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def size(self) -> int:
        return self.head.size

    @property
    def root(self) -> bytes:
        return self.head.root

    @property
    def can_sign(self) -> bool:
        """Whether it was opened with its key, or needs none."""
        return self._signer is not None or self.public_key is None

    def append(self, events: Iterable[Event], batch: int = 1000) -> Appended:
        """Store events in order, all or none; durable, and signed, when it returns.

        An event that is there already (same id, same content: `model.event.sameness`) is counted
        and not stored again. Events are taken from the iterable `batch` at a time while the
        ledger is locked for other writers, so it should not wait for anybody. What the iterable
        raises passes through, and nothing is written.

        Errors: `ledger_id_conflict`, `event_too_large`, `ledger_locked`, `ledger_read_only`,
        `ledger_storage`, `ledger_damaged`, `ledger_key_needed`, and what the guard raises.
        """
        if batch < 1:
            raise ValueError("batch must be at least 1")
        self.allowed()
        same = 0
        with self._transaction() as (store, tree):
            start = tree.size
            remaining = iter(events)
            while chunk := list(islice(remaining, batch)):
                same += self._stored(store, tree, chunk)
            if tree.size > start:
                store.finish(stored_tiles(tree), self._signed(tree))
        if tree.size == start:
            return Appended(None, None, 0, same)
        return Appended(start, tree.size - 1, tree.size - start, same)

    def restore(self, entries: Iterable[bytes], expected: Checkpoint) -> None:
        """Append stored bytes as they are, until the tree is exactly the expected one, or not.

        For entries that a restored backup lacks. Errors: `ledger_restore_differs` (nothing was
        written), those of `append`.
        """
        with self._transaction() as (store, tree):
            remaining = islice(entries, max(0, expected.size - tree.size))
            while chunk := list(islice(remaining, 1000)):
                try:
                    told = [names(raw) for raw in chunk]
                except msgspec.MsgspecError:
                    raise error("ledger_restore_differs", size=expected.size) from None
                places = enumerate(zip(told, chunk, strict=True), tree.size)
                if not store.insert(
                    [(seq, name.id, name.type, raw) for seq, (name, raw) in places]
                ):
                    raise error("ledger_restore_differs", size=expected.size)
                tree.extend([leaf_hash(raw) for raw in chunk])
            if (tree.size, tree.root()) != (expected.size, expected.root):
                raise error("ledger_restore_differs", size=expected.size)
            store.finish(stored_tiles(tree), self._signed(tree))

    def read(
        self, start: int = 0, end: int | None = None, types: Iterable[str] | None = None
    ) -> Iterator[Entry]:
        """Entries with `start` <= seq < `end`, in order, of these event types only if given.

        What is appended after the call is not seen, however long the reading takes; it holds no
        lock and keeps no more than 500 entries in memory.
        """
        size = self.size
        wanted = None if types is None else sorted(set(types))
        return self._pages(max(start, 0), size if end is None else min(end, size), wanted)

    def tile(self, level: int, n: int) -> bytes:
        """The hashes of a tile (`lawkeep.ledger.tiles`), empty if there is none.

        The last, open tile of leaf hashes is not stored: rewriting up to 8 KiB for each event
        would cost more than hashing at most 255 entries when somebody asks.
        """
        stored = self._stored_tile(level, n)
        if stored or level:
            return stored
        return open_tile(entry.raw for entry in self.read(n * WIDTH, (n + 1) * WIDTH))

    def inclusion(self, seq: int, size: int | None = None) -> list[bytes]:
        """The proof that entry `seq` is in the tree of the first `size` entries (RFC 6962 2.1.1).

        Errors: `ledger_no_entry`, `ledger_damaged`.
        """
        size = self._checked_size(size)
        if not 0 <= seq < size:
            raise error("ledger_no_entry", size=size, asked=f"entry {seq}")
        return self._proved(lambda nodes: inclusion_path(seq, size, nodes), size)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """The proof that the tree of `new` entries begins with that of `old` (RFC 6962 2.1.2).

        Errors: `ledger_no_entry`, `ledger_damaged`.
        """
        new = self._checked_size(new)
        if not 0 < old <= new:
            raise error("ledger_no_entry", size=new, asked=f"size {old}")
        return self._proved(lambda nodes: consistency_path(old, new, nodes), new)

    def root_at(self, size: int) -> bytes:
        """The root that the tree had at an earlier size, 0 included.

        Errors: `ledger_no_entry`, `ledger_damaged`.
        """
        if size == 0:
            return EMPTY_ROOT
        size = self._checked_size(size)
        return self._proved(lambda nodes: CompactRange.at(size, nodes).root(), size)

    def prove(self, seq: int, extra: bytes | None = None) -> Proof:
        """An offline proof of an entry: on the first cosigned checkpoint over it, else on the head.

        Errors: `ledger_no_entry`, `ledger_unsigned`, `ledger_damaged`.
        """
        head = self.head
        if not 0 <= seq < head.size:
            raise error("ledger_no_entry", size=head.size, asked=f"entry {seq}")
        size, note = next(
            ((size, note) for size, note, _ in self.kept_checkpoints(seq + 1) if size <= head.size),
            (head.size, head.checkpoint),
        )
        if note is None:
            raise error("ledger_unsigned", path=self.place())
        return Proof(seq, tuple(self.inclusion(seq, size)), note, extra)

    def allowed(self) -> None:
        """Refuse what may not be signed: no key, or a head that the witnesses have not confirmed.

        Errors: `ledger_key_needed`, `key_foreign`, and what the guard raises.
        """
        if not self.can_sign:
            raise error("ledger_key_needed", path=self.place())
        if self._guard is not None:
            self._guard(self)
            self._guard = None

    def _signed(self, tree: TileTree) -> Head:
        size, root = tree.size, tree.root()
        if self._signer is None:
            return Head(size, root)
        note = Checkpoint(self.origin, size, root).signed(self._signer)
        return Head(size, root, note.bytes())

    def _check_signer(self) -> None:
        """The key given must be the ledger's. Error: `key_foreign`."""
        if self._signer is None:
            return
        found, mine = self._signer.verifier, self.public_key
        expected = self.origin if mine is None else mine.text()
        if found.name != self.origin or (mine is not None and found != mine):
            raise error("key_foreign", found=found.text(), expected=expected)

    def _stored(self, store: Transaction, tree: TileTree, chunk: list[Event]) -> int:
        """Insert what is new of a chunk; the number of events already there."""
        start = tree.size
        rows = [
            (seq, event.id, event.type, encode(event)) for seq, event in enumerate(chunk, start)
        ]
        # Nearly always all are new: only after the first that is not are ids looked up.
        added = store.insert(rows) if len({event.id for event in chunk}) == len(chunk) else 0
        if added < len(rows):
            known = store.known([event.id for event in chunk[added:]])
            rest = self._new_ones(known, start + added, chunk[added:], rows[added:])
            if store.insert(rest) < len(rest):
                raise error("ledger_damaged", path=self.place(), reason="its index of ids")
            rows[added:] = rest
        tree.extend([leaf_hash(row[3]) for row in rows])
        return len(chunk) - len(rows)

    def _new_ones(
        self, known: dict[str, tuple[int, bytes]], size: int, chunk: list[Event], rows: list[Row]
    ) -> list[Row]:
        """The rows whose ids are not known, numbered from `size`. Error: `ledger_id_conflict`."""
        new: list[Row] = []
        for event, row in zip(chunk, rows, strict=True):
            seq = size + len(new)
            place, raw = known.setdefault(event.id, (seq, row[3]))
            if place == seq:
                new.append((seq, *row[1:]))
            elif sameness(decode(raw)) != sameness(event):
                raise error("ledger_id_conflict", id=event.id, seq=place)
        return new

    def _matching_tree(
        self, size: int, root: bytes, next_seq: int, load: Callable[[int, int], bytes]
    ) -> TileTree:
        """The tree at the committed head; another process may have moved it since our commit."""
        tree = self._tree
        if tree is None or (tree.size, tree.root()) != (size, root):
            try:
                tree = TileTree(size, load)
            except TileMissingError as problem:
                raise error("ledger_damaged", path=self.place(), reason=str(problem)) from None
        if tree.root() != root or next_seq != size:
            reason = f"its entries and tiles do not fit the recorded head of {size} entries"
            raise error("ledger_damaged", path=self.place(), reason=reason)
        return tree

    def _pages(self, start: int, end: int, types: list[str] | None) -> Iterator[Entry]:
        # Entries never change, so a fixed end is a snapshot; a transaction kept open by a slow
        # reader would let the log of the database grow without bound.
        while start < end:
            page = self._page(start, end, types, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            start = page[-1].seq + 1

    def _checked_size(self, size: int | None) -> int:
        nodes = self._nodes
        if nodes is not None and nodes.size == size:
            return size  # it was there once, and a ledger only grows
        present = self.size
        if size is None:
            return present
        if not 0 < size <= present:
            raise error("ledger_no_entry", size=present, asked=f"size {size}")
        return size

    def _proved(self, prove: Callable[[TileReader], _T], size: int) -> _T:
        nodes = self._nodes
        if nodes is None or nodes.size != size:
            nodes = self._nodes = TileReader(size, self.tile)
        try:
            return prove(nodes)
        except TileMissingError as problem:
            raise error("ledger_damaged", path=self.place(), reason=str(problem)) from None


def open_tile(entries: Iterable[bytes]) -> bytes:
    """The tile of leaf hashes over at most 256 stored entries."""
    return b"".join([leaf_hash(raw) for raw in entries])


def stored_tiles(tree: TileTree) -> dict[tuple[int, int], bytes]:
    """The changed tiles that are kept: all but the open tile of leaf hashes."""
    changed = tree.changed()
    return {k: tile for k, tile in changed.items() if k[0] or len(tile) == TILE_BYTES}


def kept_notes(kept: tuple[bytes, bytes] | None, note: Note) -> tuple[bytes, bytes]:
    """What to keep of a checkpoint, given what is kept of this size: first and last."""
    if kept is None:
        return note.bytes(), note.bytes()
    first, last = (Note.parse(bytes(raw)) for raw in kept)
    if first.text != note.text:
        return note.bytes(), note.bytes()
    more = note.signatures
    return first.joined(more, newest=False).bytes(), last.joined(more).bytes()


def checked_origin(origin: str) -> str:
    """A name that a checkpoint can carry. Error: `ledger_origin_malformed`."""
    if len(origin) > 200 or not named_well(origin):
        raise error("ledger_origin_malformed", origin=origin)
    return origin
