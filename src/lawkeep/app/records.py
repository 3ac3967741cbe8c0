"""What a person points at: a folder with operator.yaml, a ledger, or a file of native events."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

import lawkeep.app.errors  # noqa: F401  (registers the codes of this room)
from lawkeep.ingest.folder import read_folder
from lawkeep.ingest.read import format_of, read_events
from lawkeep.ingest.rows import Progress, Writer
from lawkeep.ledger import Ledger
from lawkeep.model.errors import error
from lawkeep.model.event import Event, sameness
from lawkeep.model.finding import Text
from lawkeep.model.vocabulary import Vocabulary

Read = Callable[[Progress | None, Writer | None], Iterator[Event]]


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one operator. `read` may be called again; it streams.

    `jurisdictions`: as stated, lower case. `file`: what was pointed at, for messages. `name`,
    `place`: of operator.yaml alone, since events do not hold them.
    """

    operator: str
    file: str
    jurisdictions: frozenset[str]
    read: Read
    name: Text | None = None
    place: str | None = None

    def events(
        self, progress: Progress | None = None, rejects: Writer | None = None
    ) -> Iterator[Event]:
        """Every event, checked, in the order of the source."""
        return self.read(progress, rejects)


class _Drop:
    def write(self, _text: str, /) -> None:
        """A look ahead: what is wrong is told when the records are read."""


def open_records(path: Path, vocabulary: Vocabulary, *, lenient: bool = False) -> list[Records]:
    """The operators found at a path; one for a folder, any number for a ledger or a file.

    `lenient`: bad lines will be put aside when the records are read, so they are no error here.
    Errors: those of `read_folder`, `read_events` and `Ledger.open`; `records_without_operator`.
    """
    if path.is_dir():
        return [_folder(path, vocabulary)]
    if not path.is_file():
        raise error("input_missing", name=str(path), problem="no such file or folder")
    if is_ledger(path):
        return _several(path, lambda *_: _ledger_events(path))
    if format_of(path) not in ("jsonl", "json"):
        raise error("input_format_unknown", name=path.name).at(path.name)

    def read(progress: Progress | None, rejects: Writer | None) -> Iterator[Event]:
        return read_events(path, vocabulary, progress=progress, rejects=rejects)

    return _several(path, read, _Drop() if lenient else None)


def _folder(path: Path, vocabulary: Vocabulary) -> Records:
    folder = read_folder(path)
    form = folder.form

    def read(progress: Progress | None, rejects: Writer | None) -> Iterator[Event]:
        return folder.events(vocabulary, progress=progress, rejects=rejects)

    return Records(
        operator=form.operator,
        file=path.name,
        jurisdictions=frozenset(j.lower() for j in form.jurisdictions),
        read=read,
        name=folder.operator.name,
        place=form.place,
    )


def is_ledger(path: Path) -> bool:
    """Whether a file is a SQLite database, as ledgers are."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _ledger_events(path: Path) -> Iterator[Event]:
    with Ledger.open(path) as ledger:
        for entry in ledger.read():
            yield entry.event


def _several(path: Path, read: Read, rejects: Writer | None = None) -> list[Records]:
    """One `Records` per operator named in the events."""
    stated: dict[str, set[str]] = {}
    for event in read(None, rejects):
        known = stated.setdefault(event.operator, set())
        if event.type == "operator.profiled":
            known.update(event.data.get("jurisdictions") or ("cn",))
    if not stated:
        raise error("records_without_operator", name=path.name)

    def only(operator: str) -> Read:
        def chosen(progress: Progress | None, rejects: Writer | None) -> Iterator[Event]:
            return (e for e in read(progress, rejects) if e.operator == operator)

        return chosen

    return [
        Records(
            operator=operator,
            file=path.name,
            jurisdictions=frozenset(j.lower() for j in named) or frozenset({"cn"}),
            read=only(operator),
        )
        for operator, named in sorted(stated.items())
    ]


class Distinct:
    """Lets each event through once. The same id with other content is refused.

    Error: `event_id_conflict`, at the second of the two.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[bytes, str | None]] = {}

    def __call__(self, event: Event) -> bool:
        """Whether this is the first with its id."""
        digest = sha256(sameness(event)).digest()[:16]
        first = self._seen.get(event.id)
        if first is None:
            self._seen[event.id] = (digest, event.source)
        elif first[0] != digest:
            raise conflict(event.id, first[1], event.source)
        return first is None


def conflict(id_: str, first: str | None, second: str | None) -> Exception:
    """`event_id_conflict` at the place that the second event's source names."""
    return error("event_id_conflict", id=id_, first=first or "?").at(*place_of(second))


def place_of(source: str | None) -> tuple[str | None, int | None]:
    """File and line of an event's `source`, as the readers write it (`events.jsonl:12`)."""
    file, _, line = (source or "").rpartition(":")
    return (file, int(line)) if file and line.isascii() and line.isdigit() else (source, None)
