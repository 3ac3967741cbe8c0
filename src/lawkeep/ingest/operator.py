"""operator.yaml: who the operator is, what it offers, and what its records cover."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from lawkeep.ingest.decode import Path, decoded
from lawkeep.ingest.mapping import Covers, Form
from lawkeep.ingest.times import ZONE_OF_OPERATOR, parser, zone_of
from lawkeep.model.errors import Both, LawkeepError, error
from lawkeep.model.event import Event, imported_id
from lawkeep.model.finding import Coverage, Profile, Text
from lawkeep.model.source import Document, read_yaml
from lawkeep.model.time import format_instant
from lawkeep.model.vocabulary import Vocabulary

FILE = "operator.yaml"


class Service(Form, frozen=True, kw_only=True):
    """Something the operator offers. `kind`: one of the kinds of `service.started`."""

    id: str
    kind: str


class Name(Form, frozen=True, kw_only=True):
    """A name in each language."""

    zh: str
    en: str


class OperatorForm(Form, frozen=True, kw_only=True):
    """The written form of operator.yaml.

    `operator`: opaque id in every event. `name`: for screens and reports alone, never in an event;
    a text, or one for each language.
    `name_ref`: where the name is kept (a vault reference), which events may hold. `since`,
    `records.from`, `records.until`: days (whole, in `zone`) or instants. `place`: administrative
    division (code or name), for discretion standards. `zone`: of clock readings in records and of days here.
    `ignore`: globs of files in the folder that are not records.
    """

    operator: str
    roles: list[str]
    name: str | Name | None = None
    name_ref: str | None = None
    since: str | None = None
    jurisdictions: tuple[str, ...] = ("cn",)
    place: str | None = None
    zone: str | None = None
    services: tuple[Service, ...] = ()
    records: tuple[Covers, ...] = ()
    ignore: tuple[str, ...] = ()


class OperatorFile(msgspec.Struct, frozen=True):
    """operator.yaml with its places."""

    form: OperatorForm
    document: Document

    @property
    def name(self) -> Text | None:
        """The name in both languages; a plain text stands for both."""
        name = self.form.name
        if isinstance(name, Name):
            return Text(zh=name.zh, en=name.en)
        return Text(zh=name, en=name) if name else None

    def profile(self) -> Profile:
        """Who the operator is. Error: `yaml_value_invalid`."""
        since = instant(self.document, self.form.since, self.form.zone, False, ("since",))
        return Profile(
            roles=frozenset(self.form.roles),
            since=since,
            jurisdictions=tuple(self.form.jurisdictions),
        )

    def coverage(self) -> list[Coverage]:
        """What `records` declares complete."""
        return coverage(self.document, self.form.records, self.form.zone, ("records",))

    def events(self, vocabulary: Vocabulary, now: int | None) -> list[Event]:
        """`operator.profiled`, then `records.covered`. The ids change when the statement does."""
        profile, form = self.profile(), self.form
        raw = {
            "roles": sorted(set(form.roles)),
            "since": None if profile.since is None else format_instant(profile.since),
            "jurisdictions": list(form.jurisdictions),
            "name_ref": form.name_ref,
        }
        place = self.document.place(("roles",))
        try:
            statement = _statement(
                vocabulary, "operator.profiled", form.operator, raw, profile.since, FILE, now
            )
        except LawkeepError as problem:
            raise problem.at(self.document.file, *place) from None
        covered = covered_events(
            vocabulary, self.document, ("records",), self.coverage(), form.operator, FILE, now
        )
        return [statement, *covered]


def read_operator(text: str, file: str = FILE) -> OperatorFile:
    """operator.yaml from its text. Errors: `yaml_*`, with line and column."""
    document = read_yaml(text, file)
    form = decoded(document, OperatorForm)
    for name in ("operator", "roles", "jurisdictions"):
        if not getattr(form, name):
            raise document.problem(Both(f"`{name}` is empty", f"{name} 为空"), (name,))
    found = OperatorFile(form, document)
    found.profile()
    found.coverage()
    return found


def coverage(
    document: Document, written: Sequence[Covers], zone: str | None, path: Path
) -> list[Coverage]:
    """Written coverage as instants; `until` a day means to its end."""
    found = []
    for index, one in enumerate(written):
        at = (*path, index)
        if not one.types:
            raise document.problem(Both("`types` is empty", "types 为空"), (*at, "types"))
        start = instant(document, one.from_, zone, False, (*at, "from"))
        end = instant(document, one.until, zone, True, (*at, "until"))
        if start is not None and end is not None and end < start:
            raise document.problem(
                Both("`until` is before `from`", "until 早于 from"), (*at, "until")
            )
        found.append(Coverage(types=tuple(one.types), start=start, end=end, by=one.by))
    return found


def covered_events(
    vocabulary: Vocabulary,
    document: Document,
    path: Path,
    found: Sequence[Coverage],
    operator: str,
    source: str,
    now: int | None,
) -> list[Event]:
    """`records.covered` for each coverage, written in a document under a path.

    Errors, with place: `event_type_unknown` and those of `Vocabulary.check`.
    """
    events = []
    for index, one in enumerate(found):
        raw = {
            "types": list(one.types),
            "from": None if one.start is None else format_instant(one.start),
            "until": None if one.end is None else format_instant(one.end),
            "by": one.by,
        }
        at = one.start if one.start is not None else one.end
        try:
            for pattern in one.types:
                vocabulary.matching(pattern)
            events.append(_statement(vocabulary, "records.covered", operator, raw, at, source, now))
        except LawkeepError as problem:
            place = document.place((*path, index, "types"))
            raise problem.at(document.file, *place) from None
    return events


def _statement(
    vocabulary: Vocabulary,
    kind: str,
    operator: str,
    fields: Mapping[str, object],
    at: int | None,
    source: str,
    now: int | None,
) -> Event:
    data = {name: value for name, value in fields.items() if value is not None}
    # A statement about all of time still needs an instant, and the same one at every reading.
    occurred = 0 if at is None else at
    recorded = occurred if now is None else now
    raw = msgspec.json.encode([operator, kind, data], order="sorted")
    return vocabulary.check(
        Event(
            id=imported_id(source, 0, raw),
            type=kind,
            occurred_at=occurred,
            recorded_at=recorded,
            operator=operator,
            data=data,
            source=source,
        )
    )


def instant(
    document: Document, text: str | None, zone: str | None, end: bool, path: Path
) -> int | None:
    """A day or an instant that a person wrote. `end`: a day means its last microsecond."""
    if text is None:
        return None
    try:
        place: ZoneInfo | None = None if zone is None else zone_of(zone)
        day = _day(text)
        if day is None:
            return parser("iso", place, None)(text)
        if not end:
            return parser("iso", place, "earlier")(f"{day} 00:00")
        following = day + timedelta(days=1)
        return parser("iso", place, "earlier")(f"{following} 00:00") - 1
    except LawkeepError as problem:
        if problem.code == "time_without_zone" and path[0] in ("since", "records"):
            problem = error(problem.code, **{**problem.details, "otherwise": ZONE_OF_OPERATOR})
        raise problem.at(document.file, *document.place(path)) from None
    except OverflowError:
        raise document.problem(Both("the day is out of range", "日期超出范围"), path) from None


def _day(text: str) -> date | None:
    try:
        if len(text) != 10:
            return None
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  (a day, not an instant)
    except ValueError:
        return None
