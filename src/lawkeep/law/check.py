"""What a pack must say rightly before it is used: names that exist, fields that fit, examples.

Each problem is one `yaml_value_invalid` error at its line and column.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from lawkeep.law.calendar import parse_day, parse_period
from lawkeep.law.check_duty import DutyCheck, words_of
from lawkeep.law.duty import Duty
from lawkeep.model.errors import Both, LawkeepError
from lawkeep.model.source import Document, Path
from lawkeep.model.vocabulary import Vocabulary, nearest

if TYPE_CHECKING:
    from lawkeep.law.pack import Pack


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
            words_of(vocabulary["operator.profiled"]).get("roles")
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
                raise document.problem(
                    Both(
                        f"the duty “{duty.duty}” stands in two files",
                        f"义务“{duty.duty}”出现在两个文件中",
                    ),
                    ("duty",),
                )
            seen[duty.duty] = name
            if name != f"duties/{duty.duty}.yaml":
                raise document.problem(
                    Both(
                        f"the duty “{duty.duty}” belongs in the file {duty.duty}.yaml",
                        f"义务“{duty.duty}”应当写在文件 {duty.duty}.yaml 中",
                    ),
                    ("duty",),
                )
            DutyCheck(self, document, duty).check()

    def _instruments(self) -> None:
        document = self.documents.get("instruments.yaml")
        for index, instrument in enumerate(self.pack.instruments.values()):
            assert document is not None
            last: date | None = None
            for place, edition in enumerate(instrument.editions):
                where: Path = ("instruments", index, "editions", place)
                start = self._day(document, edition.effective, (*where, "effective"))
                if place and (last is None or start <= last):
                    problem = Both(
                        f"two editions of {instrument.id} are in force on {start}: "
                        "an edition ends before the next begins",
                        f"{instrument.id} 有两个版本在 {start} 同时施行：前一版应当先失效",
                    )
                    raise document.problem(problem, (*where, "effective"))
                last = None
                if edition.expires is not None:
                    last = self._day(document, edition.expires, (*where, "expires"))
                    if last < start:
                        problem = Both("it expires before it begins", "失效早于生效")
                        raise document.problem(problem, (*where, "expires"))
                for code in edition.caveats:
                    self.caveat(document, code, (*where, "caveats"))

    def _day(self, document: Document, text: str, path: Path) -> date:
        day = parse_day(text)
        if day is None:
            problem = Both(
                f"“{text}” is not a day such as 2017-06-01", f"“{text}”不是 2017-06-01 这样的日期"
            )
            raise document.problem(problem, path)
        return day

    def law(self, document: Document, law: str, path: Path) -> None:
        name, _, day = law.partition("@")
        instrument = self.pack.instruments.get(name)
        if instrument is None:
            near = nearest(name, self.pack.instruments)
            problem = Both(f"there is no instrument “{name}”", f"没有法规“{name}”")
            raise document.problem(problem, path, near)
        days = [e.effective for e in instrument.editions]
        if day not in days:
            listed = ", ".join(days)
            problem = Both(
                f"{name} has no edition “{day}”; it has {listed}",
                f"{name} 没有“{day}”版；现有 {listed}",
            )
            raise document.problem(problem, path)

    def caveat(self, document: Document, code: str, path: Path) -> None:
        if code not in self.pack.caveats:
            near = nearest(code, self.pack.caveats)
            problem = Both(
                f"the caveat “{code}” is not in caveats.yaml", f"caveats.yaml 中没有“{code}”"
            )
            raise document.problem(problem, path, near)

    def _rows(self) -> None:
        document = self.documents.get("sanctions.yaml")
        names: set[str] = set()
        for index, written in enumerate(document.value["rows"] if document else []):
            assert document is not None
            row = self.pack.rows[written["row"]]
            where: Path = ("rows", index)
            if row.row in names:
                problem = Both(f"the row “{row.row}” stands twice", f"条款“{row.row}”出现两次")
                raise document.problem(problem, (*where, "row"))
            names.add(row.row)
            self.law(document, row.law, (*where, "law"))
            for name in ("fine_entity", "fine_persons"):
                fine = getattr(row, name)
                if fine and fine.min is not None and fine.max is not None and fine.min > fine.max:
                    problem = Both("the smallest fine is above the largest", "罚款下限高于上限")
                    raise document.problem(problem, (*where, name))
                cap = self.pack.instruments[row.law.partition("@")[0]].fine_cap
                high = (
                    max((v for v in (fine.min, fine.max) if v is not None), default=0)
                    if fine
                    else 0
                )
                if cap is not None and high > cap:
                    problem = Both(
                        f"a fine of {high} under an instrument that may fix at most {cap}: "
                        "the amount or the instrument is wrong",
                        f"罚款 {high} 超过该类法规可以设定的最高额 {cap}：金额或法规有误",
                    )
                    raise document.problem(problem, (*where, name))
            for code in row.caveats:
                self.caveat(document, code, (*where, "caveats"))
            if row.status == "substance" and not row.caveats:
                problem = Both(
                    "a row held in substance says why in `caveats`",
                    "仅核对内容要点的条款应当在 caveats 中说明原因",
                )
                raise document.problem(problem, where)

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
            raise document.problem(
                Both("a purpose stands twice", "同一目的出现两次"), ("retention",)
            )
        for index, rule in enumerate(self.pack.retention.values()):
            assert document is not None
            where: Path = ("retention", index)
            for name in ("floor", "ceiling"):
                text = getattr(rule, name)
                if text is not None:
                    self.period(document, text, (*where, name))
            if rule.floor is None and rule.ceiling is None:
                raise document.problem(
                    Both("it says neither a floor nor a ceiling", "既没有下限也没有上限"), where
                )
            if not rule.cites:
                raise document.problem(
                    Both("it cites at least one article", "至少引用一个条文"), where
                )
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
                    raise document.problem(
                        Both("the ceiling is below the floor", "上限低于下限"), (*where, "ceiling")
                    )

    def period(self, document: Document, text: str, path: Path) -> None:
        try:
            parse_period(text)
        except LawkeepError as problem:
            raise problem.at(document.file, *document.place(path)) from None
