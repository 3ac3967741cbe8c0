"""What one duty of a pack must say rightly: its pattern, selectors, numbers, keys, examples."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from lawkeep.law.duty import Demand, Duty, Same
from lawkeep.model.errors import Both
from lawkeep.model.source import Document, Path
from lawkeep.model.vocabulary import ALL_KEYS, FactType, nearest

if TYPE_CHECKING:
    from lawkeep.law.check import Checker

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


class DutyCheck:
    """Checks of one duty file."""

    def __init__(self, checker: "Checker", document: Document, duty: Duty) -> None:
        self.all = checker
        self.document = document
        self.duty = duty

    def check(self) -> None:
        duty = self.duty
        self._pattern()
        for index, role in enumerate(duty.applies_to):
            if self.all.roles is not None and role not in self.all.roles:
                near = nearest(role, self.all.roles)
                self._refuse(
                    Both(f"“{role}” is not a role", f"“{role}”不是运营者的身份"),
                    ("applies_to", index),
                    near,
                )
        if not duty.cites or not duty.applies_to:
            self._refuse(
                Both(
                    "a duty cites at least one article and applies to at least one role",
                    "一项义务至少引用一个条文、适用于一种身份",
                ),
                (),
            )
        for index, cite in enumerate(duty.cites):
            self.all.law(self.document, cite.law, ("cites", index, "law"))
            for code in cite.caveats:
                self.all.caveat(self.document, code, ("cites", index, "caveats"))
            if cite.status == "substance" and not cite.caveats:
                self._refuse(
                    Both(
                        "a citation in substance says why in `caveats`",
                        "仅核对内容要点的引用应当在 caveats 中说明原因",
                    ),
                    ("cites", index),
                )
        self._sanctions()
        self._selectors(self.document.value, ())
        self._numbers()
        self._examples()
        if duty.act != "duty":
            for index, group in enumerate(duty.act):
                for name in group.split("|"):
                    self._key(name, ("act", index))

    def _refuse(self, problem: Both, path: Path, near: dict[str, str] | None = None) -> None:
        raise self.document.problem(problem, path, near)

    def _pattern(self) -> None:
        takes, needs = _TAKES[self.duty.pattern]
        written = set(self.document.value)
        for name in sorted(written & _PATTERN_FIELDS - takes):
            self._refuse(
                Both(
                    f"a {self.duty.pattern} takes no `{name}`", f"{self.duty.pattern} 不能有 {name}"
                ),
                (name,),
            )
        for name in sorted(needs - written):
            self._refuse(
                Both(f"a {self.duty.pattern} needs `{name}`", f"{self.duty.pattern} 需要 {name}"),
                (),
            )
        state = self.duty.while_
        if state is not None and state != "role" and state not in self.all.pack.states:
            near = nearest(state, [*self.all.pack.states, "role"])
            self._refuse(
                Both(f"there is no state “{state}”", f"没有状态“{state}”"), ("while",), near
            )
        keep = self.duty.keep
        if keep and keep.still is not None and keep.still not in self.all.pack.states:
            self._refuse(
                Both(f"there is no state “{keep.still}”", f"没有状态“{keep.still}”"),
                ("keep", "still"),
            )
        if self.duty.for_each:
            each = self.duty.for_each
            if (each.event is None) == (each.values is None) or (each.event and not each.take):
                self._refuse(
                    Both(
                        "`for_each` takes `event` and `take`, or `values`",
                        "for_each 应当有 event 和 take，或者 values",
                    ),
                    ("for_each",),
                )

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
                    self._refuse(
                        Both(f"there is no sanction row “{name}”", f"没有罚则条款“{name}”"),
                        path,
                        near,
                    )
                elif row.law != law:
                    self._refuse(
                        Both(
                            f"the row “{name}” belongs to {row.law}", f"条款“{name}”属于 {row.law}"
                        ),
                        path,
                    )

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
                self._refuse(
                    Both(f"there is no event type “{name}”", f"没有事件类型“{name}”"), path, near
                )

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
                    self._refuse(
                        Both(
                            f"{type_name} has no field “{plain}”", f"{type_name} 没有字段“{plain}”"
                        ),
                        (*path, name),
                        near,
                    )
                self._values(kind, plain, value, (*path, name))

    def _values(self, kind: FactType, name: str, value: Any, path: Path) -> None:
        words = words_of(kind).get(name)
        values: Iterable[Any] = value if isinstance(value, list) else [value]
        if isinstance(value, dict):
            unknown = set(value) - _OPS
            if unknown:
                self._refuse(
                    Both(
                        f"“{min(unknown)}” is not an operation of `where`",
                        f"where 中没有运算“{min(unknown)}”",
                    ),
                    path,
                )
            values = [v for op in ("not", "has") for v in _listed(value.get(op))]
        for word in values:
            if words is not None and word is not None and word not in words:
                near = nearest(str(word), words)
                self._refuse(
                    Both(
                        f"{kind.name}.{name} is never “{word}”",
                        f"{kind.name}.{name} 不会是“{word}”",
                    ),
                    path,
                    near,
                )

    def _same(self, same: Same, path: Path) -> None:
        for term in same if isinstance(same, list) else [same]:
            for name in [*term, *term.values()] if isinstance(term, dict) else [term]:
                plain = name.removeprefix("root(").removesuffix(")")
                if not plain.startswith("data."):
                    for part in plain.split("|"):
                        self._key(part, path)

    def _key(self, name: str, path: Path) -> None:
        if name not in ALL_KEYS:
            self._refuse(
                Both(f"“{name}” is not a kind of key", f"“{name}”不是标识的种类"),
                path,
                nearest(name, ALL_KEYS),
            )

    def _policy(self, value: Any, path: Path) -> None:
        keys = [k for n, k in value.items() if n != "by"] if isinstance(value, dict) else [value]
        if isinstance(value, dict) and "by" not in value:
            self._refuse(
                Both(
                    "a policy by field names the field in `by`",
                    "按字段设定时限的，应当在 by 中写明字段",
                ),
                path,
            )
        for key in keys:
            if key not in self.all.pack.policy:
                near = nearest(str(key), self.all.pack.policy)
                self._refuse(
                    Both(f"there is no policy number “{key}”", f"没有时限设定“{key}”"), path, near
                )

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
            self._refuse(
                Both(
                    "a duty with a number says in `number` where it comes from",
                    "有数字的义务应当在 number 中写明其来源",
                ),
                (),
            )
        if duty.within == "immediately" and duty.policy is None:
            self._refuse(
                Both("`immediately` needs a `policy` number", "immediately 需要一个 policy 时限"),
                ("within",),
            )
        for leg in duty.then or []:
            if isinstance(leg, str) or leg.within is None or leg.within in _WITHIN:
                self._refuse(
                    Both(
                        "each leg of a chain has a period of its own",
                        "链条的每一步都应当有自己的期限",
                    ),
                    ("then",),
                )

    def _examples(self) -> None:
        given = self.duty.examples
        if self.duty.pattern == "inventory":
            if not given.open:
                self._refuse(
                    Both("an inventory needs an `open` example", "inventory 需要一个 open 示例"),
                    ("examples",),
                )
        elif not given.met or not (given.breached or self.duty.within == "eventually"):
            self._refuse(
                Both(
                    "a duty needs at least one `breached` and one `met` example",
                    "一项义务至少需要 breached 和 met 示例各一个",
                ),
                ("examples",),
            )


_SELECTOR_FIELDS = {"after", "before", "never", "on", "unless", "contrary", "must"}
_NESTED_SELECTORS = {"undone_by", "once", "never", "ever", "ended_by"}
_DEMAND_LISTS = {
    *("must", "all_of", "any_of", "then", "look_for", "undone_by", "ended_by"),
    *("after", "before", "never", "on", "unless", "contrary", "event"),
}


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def words_of(kind: FactType) -> dict[str, frozenset[Any]]:
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
