"""What a pack must say rightly before it is used: names that exist, fields that fit, examples.

Each problem is one `yaml_value_invalid` error at its line and column.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from lawkeep.law.calendar import parse_day, parse_period
from lawkeep.law.duty import Demand, Duty, Same
from lawkeep.model.errors import Both, LawkeepError
from lawkeep.model.source import Document, Path
from lawkeep.model.vocabulary import ALL_KEYS, FactType, Vocabulary, nearest

if TYPE_CHECKING:
    from lawkeep.law.pack import Pack

# Fields that a pattern takes besides the common ones, and those that it needs.
_COMMON = {"given", "via", "same", "for_each", "known_by", "occurrence", "unless", "unless_by"}
_TAKES: dict[str, tuple[set[str], set[str]]] = {
    "response": ({"after", "must", "within", "policy", "contrary", *_COMMON}, {"after", "must"}),
    "chain": ({"after", "then", *_COMMON}, {"after", "then"}),
    "precedence": (
        {"before", "must", "look_back", "before_by", *_COMMON},
        {"before", "must"},
    ),
    "prohibition": ({"never", "while", *_COMMON}, {"never"}),
    "retention": ({"on", "keep", *_COMMON}, {"on", "keep"}),
    "existence": (
        {"while", "must", "within", "policy", "start_grace", "same"},
        {"while", "must"},
    ),
    "recurrence": ({"while", "must", "every", "same"}, {"while", "must", "every"}),
    "continuity": ({"while", "must", "policy", "same"}, {"while", "must", "policy"}),
    "inventory": ({"while", "look_for", "same"}, {"while", "look_for"}),
}
_PATTERN_FIELDS = set().union(*(takes for takes, _ in _TAKES.values()))
_WITHIN = {"immediately", "end of day", "due", "next", "eventually"}
_OPS = {"is", "not", "gte", "lte", "has"}
# Fields that the judge adds: the grade that the annex gives to a measured incident.
_DERIVED = {"incident.measured": {"level"}}


class Checker:
    """Checks one pack against itself and the vocabulary; stops at the first problem."""

    def __init__(
        self,
        pack: "Pack",
        vocabulary: Vocabulary,
        documents: Mapping[str, Document],
        duties: Mapping[str, Duty],
    ) -> None:
        self.pack = pack
        self.vocabulary = vocabulary
        self.documents = documents
        self.duties = duties
        self.roles = (
            _words(vocabulary["operator.profiled"]).get("roles")
            if "operator.profiled" in vocabulary
            else None
        )

    def check(self) -> None:
        """Raise the first problem, or return."""
        self._instruments()
        self._rows()
        self._discretion()
        self._policy()
        self._retention()
        seen: dict[str, str] = {}
        for name, duty in self.duties.items():
            document = self.documents[name]
            if duty.duty in seen:
                raise document.problem(f"the duty “{duty.duty}” stands in two files", ("duty",))
            seen[duty.duty] = name
            if name != f"duties/{duty.duty}.yaml":
                raise document.problem(
                    f"the duty “{duty.duty}” belongs in the file {duty.duty}.yaml", ("duty",)
                )
            _DutyCheck(self, document, duty).check()

    def _instruments(self) -> None:
        document = self.documents.get("instruments.yaml")
        for index, instrument in enumerate(self.pack.instruments.values()):
            assert document is not None
            last: date | None = None
            for place, edition in enumerate(instrument.editions):
                where: Path = ("instruments", index, "editions", place)
                start = self._day(document, edition.effective, (*where, "effective"))
                if place and (last is None or start <= last):
                    problem = (
                        f"two editions of {instrument.id} are in force on {start}: "
                        "an edition ends before the next begins"
                    )
                    raise document.problem(problem, (*where, "effective"))
                last = None
                if edition.expires is not None:
                    last = self._day(document, edition.expires, (*where, "expires"))
                    if last < start:
                        raise document.problem("it expires before it begins", (*where, "expires"))
                for code in edition.caveats:
                    self.caveat(document, code, (*where, "caveats"))

    def _day(self, document: Document, text: str, path: Path) -> date:
        day = parse_day(text)
        if day is None:
            raise document.problem(f"“{text}” is not a day such as 2017-06-01", path)
        return day

    def law(self, document: Document, law: str, path: Path) -> None:
        name, _, day = law.partition("@")
        instrument = self.pack.instruments.get(name)
        if instrument is None:
            near = nearest(name, self.pack.instruments)
            raise document.problem(f"there is no instrument “{name}”", path, near)
        days = [e.effective for e in instrument.editions]
        if day not in days:
            problem = f"{name} has no edition “{day}”; it has {', '.join(days)}"
            raise document.problem(problem, path)

    def caveat(self, document: Document, code: str, path: Path) -> None:
        if code not in self.pack.caveats:
            near = nearest(code, self.pack.caveats)
            raise document.problem(f"the caveat “{code}” is not in caveats.yaml", path, near)

    def _rows(self) -> None:
        document = self.documents.get("sanctions.yaml")
        names: set[str] = set()
        for index, written in enumerate(document.value["rows"] if document else []):
            assert document is not None
            row = self.pack.rows[written["row"]]
            where: Path = ("rows", index)
            if row.row in names:
                raise document.problem(f"the row “{row.row}” stands twice", (*where, "row"))
            names.add(row.row)
            self.law(document, row.law, (*where, "law"))
            for name in ("fine_entity", "fine_persons"):
                fine = getattr(row, name)
                if fine and fine.min is not None and fine.max is not None and fine.min > fine.max:
                    raise document.problem("the smallest fine is above the largest", (*where, name))
                cap = self.pack.instruments[row.law.partition("@")[0]].fine_cap
                high = (
                    max((v for v in (fine.min, fine.max) if v is not None), default=0)
                    if fine
                    else 0
                )
                if cap is not None and high > cap:
                    problem = (
                        f"a fine of {high} under an instrument that may fix at most {cap}: "
                        "the amount or the instrument is wrong"
                    )
                    raise document.problem(problem, (*where, name))
            for code in row.caveats:
                self.caveat(document, code, (*where, "caveats"))
            if row.status == "substance" and not row.caveats:
                raise document.problem("a row held in substance says why in `caveats`", where)

    def _discretion(self) -> None:
        document = self.documents.get("discretion.yaml")
        codes = {*self.pack.divisions, self.pack.head.jurisdiction.upper()}
        for index, step in enumerate(self.pack.discretion):
            assert document is not None
            where: Path = ("discretion", index)
            if step.row != "*" and step.row not in self.pack.rows:
                near = nearest(step.row, self.pack.rows)
                raise document.problem(
                    Both(f"there is no sanction row “{step.row}”", f"没有罚则条款“{step.row}”"),
                    (*where, "row"),
                    near,
                )
            if self.pack.divisions and self.pack.division(step.place) not in codes:
                raise document.problem(
                    Both(
                        f"“{step.place}” is not in divisions.yaml",
                        f"divisions.yaml 中没有“{step.place}”",
                    ),
                    (*where, "place"),
                    nearest(step.place, codes),
                )
            start = self._day(document, step.effective, (*where, "effective"))
            if step.expires is not None:
                last = self._day(document, step.expires, (*where, "expires"))
                if last < start:
                    problem = Both("it expires before it begins", "失效早于生效")
                    raise document.problem(problem, (*where, "expires"))

    def _policy(self) -> None:
        document = self.documents.get("policy.yaml")
        for name, bound in self.pack.policy.items():
            assert document is not None
            for key in ("met_within", "breached_after"):
                self.period(document, getattr(bound, key), ("policy", name, key))

    def _retention(self) -> None:
        document = self.documents.get("retention.yaml")
        rules = document.value["retention"] if document else []
        if document is not None and len(rules) != len(self.pack.retention):
            raise document.problem("a purpose stands twice", ("retention",))
        for index, rule in enumerate(self.pack.retention.values()):
            assert document is not None
            where: Path = ("retention", index)
            for name in ("floor", "ceiling"):
                text = getattr(rule, name)
                if text is not None:
                    self.period(document, text, (*where, name))
            if rule.floor is None and rule.ceiling is None:
                raise document.problem("it says neither a floor nor a ceiling", where)
            if not rule.cites:
                raise document.problem("it cites at least one article", where)
            for field in ("cites", "ceiling_cites"):
                for place, cite in enumerate(getattr(rule, field)):
                    self.law(document, cite.law, (*where, field, place, "law"))
                    for code in cite.caveats:
                        self.caveat(document, code, (*where, field, place, "caveats"))
            if rule.floor is not None and rule.ceiling is not None:
                low, high = (
                    self.pack.calendar.end(0, parse_period(p)) for p in (rule.floor, rule.ceiling)
                )
                if high < low:
                    raise document.problem("the ceiling is below the floor", (*where, "ceiling"))

    def period(self, document: Document, text: str, path: Path) -> None:
        try:
            parse_period(text)
        except LawkeepError as problem:
            raise problem.at(document.file, *document.place(path)) from None


class _DutyCheck:
    """Checks of one duty file."""

    def __init__(self, checker: Checker, document: Document, duty: Duty) -> None:
        self.all = checker
        self.document = document
        self.duty = duty

    def check(self) -> None:
        duty = self.duty
        self._pattern()
        for index, role in enumerate(duty.applies_to):
            if self.all.roles is not None and role not in self.all.roles:
                near = nearest(role, self.all.roles)
                self._refuse(f"“{role}” is not a role", ("applies_to", index), near)
        if not duty.cites or not duty.applies_to:
            self._refuse("a duty cites at least one article and applies to at least one role", ())
        for index, cite in enumerate(duty.cites):
            self.all.law(self.document, cite.law, ("cites", index, "law"))
            for code in cite.caveats:
                self.all.caveat(self.document, code, ("cites", index, "caveats"))
            if cite.status == "substance" and not cite.caveats:
                self._refuse("a citation in substance says why in `caveats`", ("cites", index))
        self._sanctions()
        self._selectors(self.document.value, ())
        self._numbers()
        self._examples()
        if duty.act != "duty":
            for index, group in enumerate(duty.act):
                for name in group.split("|"):
                    self._key(name, ("act", index))

    def _refuse(self, problem: str, path: Path, near: dict[str, str] | None = None) -> None:
        raise self.document.problem(problem, path, near)

    def _pattern(self) -> None:
        takes, needs = _TAKES[self.duty.pattern]
        written = set(self.document.value)
        for name in sorted(written & _PATTERN_FIELDS - takes):
            self._refuse(f"a {self.duty.pattern} takes no `{name}`", (name,))
        for name in sorted(needs - written):
            self._refuse(f"a {self.duty.pattern} needs `{name}`", ())
        state = self.duty.while_
        if state is not None and state != "role" and state not in self.all.pack.states:
            near = nearest(state, [*self.all.pack.states, "role"])
            self._refuse(f"there is no state “{state}”", ("while",), near)
        keep = self.duty.keep
        if keep and keep.still is not None and keep.still not in self.all.pack.states:
            self._refuse(f"there is no state “{keep.still}”", ("keep", "still"))
        if self.duty.for_each:
            each = self.duty.for_each
            if (each.event is None) == (each.values is None) or (each.event and not each.take):
                self._refuse("`for_each` takes `event` and `take`, or `values`", ("for_each",))

    def _sanctions(self) -> None:
        if isinstance(self.duty.sanctions, str):
            return
        for law, rows in self.duty.sanctions.items():
            self.all.law(self.document, law, ("sanctions", law))
            for index, name in enumerate(rows):
                row = self.all.pack.rows.get(name)
                path: Path = ("sanctions", law, index)
                if row is None:
                    near = nearest(name, self.all.pack.rows)
                    self._refuse(f"there is no sanction row “{name}”", path, near)
                elif row.law != law:
                    self._refuse(f"the row “{name}” belongs to {row.law}", path)

    def _selectors(self, value: Any, path: Path) -> None:
        """Walk the written duty; check every selector, period and match in it."""
        if isinstance(value, dict):
            for name, child in value.items():
                here = (*path, name)
                if name == "event" or (path == () and name in _SELECTOR_FIELDS):
                    self._types(child, here)
                if name in _NESTED_SELECTORS and isinstance(child, str):
                    self._types(child, here)
                if name == "where":
                    self._where(value.get("event"), child, here)
                elif name == "same" and path[:1] != ("known_by",):
                    self._same(child, here)
                elif name in ("within", "every", "look_back", "before_by", "start_grace", "period"):
                    if child not in _WITHIN:
                        self.all.period(self.document, str(child), here)
                elif name == "policy":
                    self._policy(child, here)
                if name not in ("examples", "title", "summary", "cites", "sanctions", "note"):
                    self._selectors(child, here)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                if isinstance(child, str) and path and path[-1] in _DEMAND_LISTS:
                    self._types(child, (*path, index))
                self._selectors(child, (*path, index))

    def _types(self, value: Any, path: Path) -> None:
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and name not in self.all.vocabulary:
                near = nearest(name, self.all.vocabulary.types)
                self._refuse(f"there is no event type “{name}”", path, near)

    def _where(self, event: Any, where: dict[str, Any], path: Path) -> None:
        for name, value in where.items():
            if name.startswith("key."):
                self._key(name[4:], (*path, name))
                continue
            plain = name.removeprefix("data.")
            for type_name in event if isinstance(event, list) else [event]:
                kind = self.all.vocabulary[type_name]
                if plain not in kind.fields and plain not in _DERIVED.get(type_name, ()):
                    near = nearest(plain, kind.fields)
                    self._refuse(f"{type_name} has no field “{plain}”", (*path, name), near)
                self._values(kind, plain, value, (*path, name))

    def _values(self, kind: FactType, name: str, value: Any, path: Path) -> None:
        words = _words(kind).get(name)
        values: Iterable[Any] = value if isinstance(value, list) else [value]
        if isinstance(value, dict):
            unknown = set(value) - _OPS
            if unknown:
                self._refuse(f"“{min(unknown)}” is not an operation of `where`", path)
            values = [v for op in ("not", "has") for v in _listed(value.get(op))]
        for word in values:
            if words is not None and word is not None and word not in words:
                near = nearest(str(word), words)
                self._refuse(f"{kind.name}.{name} is never “{word}”", path, near)

    def _same(self, same: Same, path: Path) -> None:
        for term in same if isinstance(same, list) else [same]:
            for name in [*term, *term.values()] if isinstance(term, dict) else [term]:
                plain = name.removeprefix("root(").removesuffix(")")
                if not plain.startswith("data."):
                    for part in plain.split("|"):
                        self._key(part, path)

    def _key(self, name: str, path: Path) -> None:
        if name not in ALL_KEYS:
            self._refuse(f"“{name}” is not a kind of key", path, nearest(name, ALL_KEYS))

    def _policy(self, value: Any, path: Path) -> None:
        keys = [k for n, k in value.items() if n != "by"] if isinstance(value, dict) else [value]
        if isinstance(value, dict) and "by" not in value:
            self._refuse("a policy by field names the field in `by`", path)
        for key in keys:
            if key not in self.all.pack.policy:
                near = nearest(str(key), self.all.pack.policy)
                self._refuse(f"there is no policy number “{key}”", path, near)

    def _numbers(self) -> None:
        duty = self.duty
        written = [duty.every, duty.look_back, duty.before_by, duty.policy, duty.start_grace]
        written += [
            duty.within if duty.within not in (None, *(_WITHIN - {"immediately"})) else None
        ]
        written += [duty.keep.period if duty.keep else None]
        demands = [d for d in _listed(duty.must) + _listed(duty.then) if isinstance(d, Demand)]
        written += [d.policy or d.within for d in demands]
        if any(w is not None for w in written) and duty.number is None:
            self._refuse("a duty with a number says in `number` where it comes from", ())
        if duty.within == "immediately" and duty.policy is None:
            self._refuse("`immediately` needs a `policy` number", ("within",))
        for leg in duty.then or []:
            if isinstance(leg, str) or leg.within is None or leg.within in _WITHIN:
                self._refuse("each leg of a chain has a period of its own", ("then",))

    def _examples(self) -> None:
        given = self.duty.examples
        if self.duty.pattern == "inventory":
            if not given.open:
                self._refuse("an inventory needs an `open` example", ("examples",))
        elif not given.met or not (given.breached or self.duty.within == "eventually"):
            self._refuse(
                "a duty needs at least one `breached` and one `met` example", ("examples",)
            )


_SELECTOR_FIELDS = {"after", "before", "never", "on", "unless", "contrary", "must"}
_NESTED_SELECTORS = {"undone_by", "once", "never", "ever", "ended_by"}
_DEMAND_LISTS = {
    *("must", "all_of", "any_of", "then", "look_for", "undone_by", "ended_by"),
    *("after", "before", "never", "on", "unless", "contrary", "event"),
}


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _words(kind: FactType) -> dict[str, frozenset[Any]]:
    """Closed enumerations of a type's fields (also of list items)."""
    info = msgspec.inspect.type_info(kind.data)
    assert isinstance(info, msgspec.inspect.StructType)
    found = {}
    for field in info.fields:
        words = _literals(field.type)
        if words:
            found[field.encode_name] = frozenset(words)
    return found


def _literals(kind: msgspec.inspect.Type) -> list[Any]:
    if isinstance(kind, msgspec.inspect.LiteralType):
        return list(kind.values)
    if isinstance(kind, msgspec.inspect.UnionType):
        return [w for part in kind.types for w in _literals(part)]
    if isinstance(kind, msgspec.inspect.ListType | msgspec.inspect.VarTupleType):
        return _literals(kind.item_type)
    return []
