"""What a person points at: a folder with operator.yaml, a ledger, or a file of native events."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

import lawkeep.app.errors  # noqa: F401  (registers the codes of this room)
from lawkeep.app.proving import ProvedFigures, Trust, proved_events, proved_figures
from lawkeep.ingest.folder import read_folder
from lawkeep.ingest.read import format_of, read_events
from lawkeep.ingest.rows import Progress, Writer
from lawkeep.ledger.locate import in_postgres, open_ledger
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
    proved: ProvedFigures | None = None

    def events(
        self, progress: Progress | None = None, rejects: Writer | None = None
    ) -> Iterator[Event]:
        """Every event, checked, in the order of the source."""
        return self.read(progress, rejects)


class _Drop:
    def write(self, _text: str, /) -> None:
        """A look ahead: what is wrong is told when the records are read."""


def open_records(
    path: str | Path,
    vocabulary: Vocabulary,
    *,
    lenient: bool = False,
    as_proved: Trust | None = None,
) -> list[Records]:
    """The operators found at a path; one for a folder, any number for a ledger or a file.

    A ledger in PostgreSQL is named by its address, as text. `lenient`: bad lines will be put aside
    when the records are read, so they are no error here. `as_proved`: the times of a ledger are
    those that others prove. Errors: those of `read_folder`, `read_events` and `open_ledger`;
    `records_without_operator`, `as_proved_needs_ledger`, those of `proved_times`.
    """
    if in_postgres(path):
        return _ledger(path, as_proved)
    path = Path(path)
    if path.is_file() and is_ledger(path):
        return _ledger(path, as_proved)
    if as_proved is not None and path.exists():
        raise error("as_proved_needs_ledger", name=path.name)
    if path.is_dir():
        return [_folder(path, vocabulary)]
    if not path.is_file():
        raise error("input_missing", name=str(path), problem="no such file or folder")
    if format_of(path) not in ("jsonl", "json"):
        raise error("input_format_unknown", name=path.name).at(path.name)

    def read(progress: Progress | None, rejects: Writer | None) -> Iterator[Event]:
        return read_events(path, vocabulary, progress=progress, rejects=rejects)

    return _several(path.name, read, _Drop() if lenient else None)


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


def shown_place(where: str | Path) -> str:
    """A path, or the address of a database without its password."""
    text = str(where)
    parts = urlsplit(text)
    if not in_postgres(text) or parts.password is None:
        return text
    user, _, rest = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}@{rest}").geturl()


def name_of(where: str | Path) -> str:
    """A short name for messages: of a file its name."""
    return shown_place(where) if in_postgres(where) else Path(where).name


def _ledger(where: str | Path, as_proved: Trust | None) -> list[Records]:
    if as_proved is None:
        return _several(name_of(where), lambda *_: _ledger_events(where), None)
    with open_ledger(where) as ledger:
        figures = proved_figures(ledger, as_proved)
    found = _several(name_of(where), lambda *_: proved_events(where, as_proved), None)
    return [msgspec.structs.replace(r, proved=figures.get(r.operator)) for r in found]


def _ledger_events(where: str | Path) -> Iterator[Event]:
    with open_ledger(where) as ledger:
        for entry in ledger.read():
            yield entry.event


def _several(name: str, read: Read, rejects: Writer | None) -> list[Records]:
    """One `Records` per operator named in the events."""
    stated: dict[str, set[str]] = {}
    for event in read(None, rejects):
        known = stated.setdefault(event.operator, set())
        if event.type == "operator.profiled":
            known.update(event.data.get("jurisdictions") or ("cn",))
    if not stated:
        raise error("records_without_operator", name=name)

    def only(operator: str) -> Read:
        def chosen(progress: Progress | None, rejects: Writer | None) -> Iterator[Event]:
            return (e for e in read(progress, rejects) if e.operator == operator)

        return chosen

    return [
        Records(
            operator=operator,
            file=name,
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
