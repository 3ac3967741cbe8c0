"""A mapping compiled once into functions from a row to its events."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from lawkeep.ingest import times
from lawkeep.ingest.cells import KINDS, checked, natural_kind, text_of, to_list
from lawkeep.ingest.mapping import EventOf, Placed, TimeOf, Value, When, null_words
from lawkeep.ingest.rows import Row
from lawkeep.ingest.table import column_index
from lawkeep.model.errors import Both, LawkeepError, error
from lawkeep.model.event import Event, imported_id
from lawkeep.model.time import format_instant
from lawkeep.model.vocabulary import ALL_KEYS, Vocabulary, nearest

Get = Callable[[Any], Any]
Path = tuple[str | int, ...]
_UNSET = msgspec.UNSET


class Plan:
    """The events of each row of one file.

    `columns`: names of a table, or None when rows are objects (a name that a row lacks is empty).
    `name`: the file, for `source` of the events. Errors of the constructor stand in the mapping:
    `yaml_value_invalid`, `mapping_column_unknown`, `event_type_unknown`, `event_field_unknown`,
    `event_key_unknown`, `zone_unknown`.
    """

    def __init__(
        self,
        placed: Placed,
        vocabulary: Vocabulary,
        columns: tuple[str, ...] | None,
        *,
        name: str,
        operator: str | None,
        zone: str | None = None,
        now: int | None = None,
    ) -> None:
        mapping = placed.mapping
        self.placed = placed
        self.vocabulary = vocabulary
        self.columns = columns
        self.name = name
        self.source = mapping.source or name
        self.now = now
        self.nulls = null_words(mapping)
        self.zone = self._zone(mapping.zone or zone, ("zone",))
        if mapping.operator and operator and mapping.operator != operator:
            raise self._at(
                error("operator_differs", found=mapping.operator, expected=operator), ("operator",)
            )
        self.operator = operator or mapping.operator
        if not self.operator:
            raise self._at(error("operator_unnamed"), ())
        self._makers = [self._event(e, i) for i, e in enumerate(mapping.events)]

    def events(self, row: Row) -> list[Event]:
        """The checked events of a row. Errors: those of values, times and `Vocabulary.check`."""
        found = []
        for make in self._makers:
            event = make(row)
            if event is not None:
                found.append(event)
        return found

    # The parts of one event.

    def _event(self, spec: EventOf, index: int) -> Callable[[Row], Event | None]:
        at: Path = ("events", index)
        type_of, types = self._type(spec, at)
        self._check_names(spec, types, at)
        when = self._when(spec.when, (*at, "when"))
        occurred = self._time(spec.occurred_at, (*at, "occurred_at"))
        recorded = self._optional_time(spec.recorded_at, (*at, "recorded_at"))
        identity = self._text(spec.id, (*at, "id"), "id")
        keys = [
            (name, self._text(value, (*at, "keys", name), f"keys.{name}"))
            for name, value in spec.keys.items()
        ]
        evidence = self._evidence(spec.evidence, (*at, "evidence"))
        actor = self._text(spec.actor, (*at, "actor"), "actor")
        corrects = self._text(spec.corrects, (*at, "corrects"), "corrects")
        data_by_type = {name: self._data(spec, name, at) for name in types}
        operator, name, now = self.operator, self.name, self.now
        # The first event of a row has the plain id of the row; the others are told apart by their
        # place, so that new entries go to the end of `events`.
        id_source = self.source if index == 0 else f"{self.source}#{index}"
        check = self.vocabulary.check
        assert operator is not None

        def make(row: Row) -> Event | None:
            values = row.values
            if not when(values):
                return None
            kind = type_of(values)
            if kind is None:
                return None
            instant = occurred(values)
            if instant is None:
                raise error("row_value_missing", field="occurred_at", type=kind)
            seen = recorded(values)
            if seen is None:
                seen = instant if now is None else now
            if kind not in data_by_type:
                data_by_type[kind] = self._data(spec, kind, at)
            return check(
                Event(
                    id=identity(values) or imported_id(id_source, row.number, row.raw),
                    type=kind,
                    occurred_at=instant,
                    recorded_at=seen,
                    operator=operator,
                    keys=_present(keys, values),
                    data=_present(data_by_type[kind], values),
                    evidence=evidence(values),
                    actor=actor(values),
                    source=f"{name}:{row.line}",
                    corrects=corrects(values),
                )
            )

        return make

    def _type(self, spec: EventOf, at: Path) -> tuple[Get, list[str]]:
        where = (*at, "type")
        if isinstance(spec.type, str):
            name = spec.type
            self._known(name, where)
            return (lambda _: name), [name]
        value = spec.type
        named = [*(value.map or {}).values(), value.constant, value.default, value.empty]
        types = [name for name in named if isinstance(name, str)]
        for name in types:
            self._known(name, where)
        if any(n is not _UNSET and n is not None and not isinstance(n, str) for n in named):
            raise self.placed.problem(Both("a type is a text", "事件类型应为文本"), *where)
        return self._value(value, where, "type", "text"), list(dict.fromkeys(types))

    def _known(self, name: str, where: Path) -> None:
        try:
            self.vocabulary[name]
        except LawkeepError as problem:
            raise self._at(problem, where) from None

    def _check_names(self, spec: EventOf, types: list[str], at: Path) -> None:
        for key in spec.keys:
            if key not in ALL_KEYS:
                raise self._at(
                    error("event_key_unknown", key=key, **nearest(key, ALL_KEYS)),
                    (*at, "keys", key),
                )
        for name in types:
            fields = self.vocabulary[name].fields
            for field in spec.data:
                if field not in fields:
                    details = {"type": name, "field": field, **nearest(field, fields)}
                    raise self._at(error("event_field_unknown", **details), (*at, "data", field))

    def _data(self, spec: EventOf, kind: str, at: Path) -> list[tuple[str, Get]]:
        fact = self.vocabulary[kind]
        return [
            (
                name,
                self._value(value, (*at, "data", name), f"data.{name}", natural_kind(fact, name)),
            )
            for name, value in spec.data.items()
        ]

    def _text(self, spec: str | Value | None, at: Path, field: str) -> Get:
        if spec is None:
            return _nothing
        value = self._value(spec, at, field, "text")
        return lambda values: None if (found := value(values)) is None else text_of(found)

    def _evidence(self, spec: str | Value | None, at: Path) -> Callable[[Any], tuple[str, ...]]:
        if spec is None:
            return lambda _: ()
        value = self._value(spec, at, "evidence", "list")

        def digests(values: Any) -> tuple[str, ...]:
            found = value(values) or ()
            found = [found] if isinstance(found, str) else found
            lowered = (text_of(item).lower() for item in found)
            return tuple(d if d.startswith("sha256:") else f"sha256:{d}" for d in lowered)

        return digests

    # Values.

    def _value(self, spec: str | Value, at: Path, field: str, natural: str) -> Get:
        value = Value(column=spec) if isinstance(spec, str) else spec
        if value.constant is not _UNSET:
            constant = value.constant
            return lambda _: constant
        assert value.column is not None
        cell = self._cell(value.column, at)
        empty = None if value.empty is _UNSET else value.empty
        if value.map is not None:
            return self._mapped(value, cell, empty, field)
        convert = self._convert(value, value.as_ or natural, field, at)

        def get(values: Any) -> Any:
            found = cell(values)
            return empty if found is None else convert(found)

        return get

    def _mapped(self, value: Value, cell: Get, empty: Any, field: str) -> Get:
        words, default = value.map or {}, value.default

        def get(values: Any) -> Any:
            found = cell(values)
            if found is None:
                return empty
            word = text_of(found)
            if word in words:
                return words[word]
            if default is not _UNSET:
                return default
            raise error("row_value_unmapped", value=word, field=field, **nearest(word, words))

        return get

    def _convert(self, value: Value, kind: str, field: str, at: Path) -> Get:
        if kind == "time":
            parse = self._parser(value.format, value.zone, value.fold, at)
            return lambda found: format_instant(parse(found))
        if kind == "list":
            return to_list(value.separator)
        if value.prefix:
            prefix = value.prefix
            return lambda found: prefix + text_of(found)
        function, shown = KINDS[kind]
        return checked(function, shown, field)

    def _cell(self, column: str, at: Path) -> Get:
        nulls, trim = self.nulls, self.placed.mapping.trim
        if self.columns is None:
            fetch = _member(column)
        else:
            try:
                index = column_index(self.columns, column)
            except LawkeepError as problem:
                raise self._at(problem, at) from None

            def fetch(values: Any) -> Any:
                # A row of a workbook may be shorter than its header.
                return values[index] if index < len(values) else None

        def cell(values: Any) -> Any:
            found = fetch(values)
            if type(found) is str:
                if trim:
                    found = found.strip()
                return None if found in nulls else found
            # Tools that know no null write a missing number as NaN.
            return None if found != found else found

        return cell

    # Times.

    def _optional_time(self, spec: str | TimeOf | None, at: Path) -> Get:
        return _nothing if spec is None else self._time(spec, at)

    def _time(self, spec: str | TimeOf, at: Path) -> Get:
        given = TimeOf(column=spec) if isinstance(spec, str) else spec
        parse = self._parser(given.format, given.zone, given.fold, at)
        if given.constant is not None:
            try:
                instant = parse(given.constant)
            except LawkeepError as problem:
                raise self._at(problem, at) from None
            return lambda _: instant
        cells = [self._cell(c, at) for c in given.columns or [given.column or ""]]
        if len(cells) == 1:
            cell = cells[0]
            return lambda values: None if (found := cell(values)) is None else parse(found)

        def joined(values: Any) -> int | None:
            parts = [part for c in cells if (part := c(values)) is not None]
            if not parts:
                return None
            return parse(_together(parts))

        return joined

    def _parser(
        self, formats: str | list[str], zone: str | None, fold: str | None, at: Path
    ) -> times.Parser:
        place = self.zone if zone is None else self._zone(zone, (*at, "zone"))
        try:
            return times.parser(formats, place, fold or self.placed.mapping.fold)
        except ValueError as problem:
            raise self.placed.problem(problem.args[0], *at, "format") from None

    def _zone(self, name: str | None, at: Path) -> ZoneInfo | None:
        if name is None:
            return None
        try:
            return times.zone_of(name)
        except LawkeepError as problem:
            raise self._at(problem, at) from None

    # Conditions.

    def _when(self, spec: When | list[When], at: Path) -> Callable[[Any], bool]:
        conditions = spec if isinstance(spec, list) else [spec]
        tests = [self._test(one, at) for one in conditions]
        if not tests:
            return lambda _: True
        if len(tests) == 1:
            return tests[0]
        return lambda values: all(test(values) for test in tests)

    def _test(self, spec: When, at: Path) -> Callable[[Any], bool]:
        cell = self._cell(spec.column, at)
        given = [n for n in ("equals", "in_", "not_in", "empty") if getattr(spec, n) is not _UNSET]
        if len(given) != 1:
            problem = Both(
                "exactly one of equals, in, not_in, empty is needed",
                "应在 equals、in、not_in、empty 中写且只写一个",
            )
            raise self.placed.problem(problem, *at)
        if spec.empty is not _UNSET:
            wanted = spec.empty
            return lambda values: (cell(values) is None) is wanted
        if spec.not_in is not _UNSET:
            words = {text_of(word) for word in spec.not_in}
            return lambda values: _word(cell(values)) not in words
        listed = spec.in_ if spec.in_ is not _UNSET else [spec.equals]
        words = {text_of(word) for word in listed}
        return lambda values: _word(cell(values)) in words

    def _at(self, problem: LawkeepError, path: Path) -> LawkeepError:
        document = self.placed.document
        return problem.at(document.file, *document.place(self.placed.path + path))


def _nothing(_: Any) -> None:
    return None


def _word(found: Any) -> str | None:
    return None if found is None else text_of(found)


def _present(parts: list[tuple[str, Get]], values: Any) -> dict[str, Any]:
    found = {}
    for name, get in parts:
        value = get(values)
        if value is not None:
            found[name] = value
    return found


def _member(name: str) -> Get:
    """A member of an object; `a.b` is `b` inside `a` where the object has no member `a.b`."""
    steps = name.split(".")

    def fetch(values: Any) -> Any:
        if name in values or len(steps) == 1:
            return values.get(name)
        for step in steps:
            values = values.get(step) if isinstance(values, dict) else None
        return values

    return fetch


def _together(parts: list[Any]) -> Any:
    """A day and a time of day, of workbooks or as texts, to one value."""
    day, clock = parts[0], parts[-1]
    if len(parts) == 2 and isinstance(day, date) and not isinstance(clock, str):
        if isinstance(day, datetime):
            day = day.date()
        if isinstance(clock, datetime):
            clock = clock.time()
        if isinstance(clock, time):
            return datetime.combine(day, clock)
    return " ".join(text_of(part) for part in parts)
