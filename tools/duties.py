"""docs/reference/duties.md: every duty of every shipped pack, and what is no rule, with its reason.

`make reference` writes it (tools/reference.py). Nothing on the page is written by hand.
"""

import re
from collections.abc import Iterable
from typing import Any

import duty_words as words

from lawkeep.app import vocabulary
from lawkeep.app.packs import packs
from lawkeep.law.duty import Cite, Duty
from lawkeep.law.pack import Pack
from lawkeep.law.tables import Row
from lawkeep.model.finding import Text

OUTCOMES = {
    "met": Text("已履行", "met"),
    "breached": Text("未履行", "breached"),
    "open": Text("无法判定", "open"),
    "pending": Text("期限未到", "pending"),
}
_HEADS = {
    "duties": Text(
        "代码|义务|内容|适用对象|条款（按文本版本）|类型|期限|依据|数字来源|核对状态|罚则|示例数",
        "code|duty|what|who|article per edition|pattern|deadline|basis|number from|status"
        "|sanction rows|examples",
    ),
    "not": Text("代码|内容|未成为规则的原因", "code|what|why it is no rule"),
    "rows": Text(
        "罚则|条款|档次|适用行为|触发|应当|可以（由重到轻）|对单位罚款|对个人罚款|机关|核对状态",
        "row|article|tier|conduct|opened by|must|may, heaviest first|fine, organisation|fine, persons"
        "|authority|status",
    ),
    "policy": Text("名称|视为已履行|视为未履行|来源", "name|met within|breached after|source"),
    "states": Text("名称|含义|开始|结束", "name|meaning|begins|ends"),
}
_TEXTS = {
    "title": Text("义务一览", "Duties"),
    "intro": Text(
        "每个法律包中的全部义务、罚则、政策数字，以及法律有规定而本包不作判断的事项及其原因。"
        "示例即测试：每个示例都由判断引擎运行，结果与标题一致。条文原文不随软件发布。",
        "Every duty, sanction row and policy number of every law pack, and what the law says that "
        "no rule judges, with the reason. The examples are tests: the judge runs each of them, and "
        "it comes out as its heading says. The wording of statutes is not shipped.",
    ),
    "duties": Text("义务", "Duties"),
    "not": Text("未成为规则的事项", "What is no rule"),
    "rows": Text("罚则", "Sanction rows"),
    "rows_intro": Text(
        "条文对违反行为规定的后果，是可能面临的幅度，不是处罚决定。",
        "What a text attaches to a breach: exposure, never a decision.",
    ),
    "policy": Text("政策数字", "Policy numbers"),
    "policy_intro": Text(
        "法条没有写明数字时（“立即”“及时”）由本包给出，运营者可以自行更改。两者之间由人判断。",
        "For words such as “immediately”, where the law gives no number. Every number is open to "
        "the operator. Between the two a person must say.",
    ),
    "states": Text("状态", "States"),
    "each": Text("逐项说明", "Each duty"),
    "trigger": Text("触发", "Trigger"),
    "demand": Text("要求", "Demand"),
    "while": Text("期间", "While"),
    "deadline": Text("期限", "Deadline"),
    "who": Text("适用对象", "Who"),
    "each_of": Text("逐一", "For each"),
    "known": Text("起算于知悉", "From knowledge"),
    "same": Text("匹配", "Matched by"),
    "unless": Text("解除", "Released by"),
    "contrary": Text("相反证据", "Contrary evidence"),
    "valid": Text("有效期", "Valid"),
    "sources": Text("依据", "Sources"),
    "sanctions": Text("罚则", "Sanction rows"),
    "none": Text("条文未规定罚则", "the text attaches none"),
    "not_held": Text("有罚则，但未收入本包", "rows exist in law, none is held here"),
    "note": Text("说明", "Note"),
    "only": Text("有下列情形时", "Only where"),
}


# The tables are wide: the page has no columns beside it.
_FRONT = "---\ntitle: {title}\nhide: [navigation, toc]\n---\n"


def pages(made: str) -> dict[str, str]:
    """File name to text: the English page and its Chinese twin. `made`: what says who wrote it."""
    loaded = packs(vocabulary())
    both = {"duties.md": "en", "duties.zh-CN.md": "zh"}
    return {name: _page(loaded, language, made) for name, language in both.items()}


def _page(loaded: Iterable[Pack], language: str, made: str) -> str:
    title = _say("title", language)
    out = [_FRONT.format(title=title), made, f"# {title}", "", _say("intro", language)]
    packs_here = ", ".join(
        f"[{_in(pack.head.title, language)}](#{pack.id}-duties)" for pack in loaded
    )
    out += ["", packs_here]
    for pack in loaded:
        out += _Part(pack, language).lines()
    return "\n".join(out) + "\n"


def _say(name: str, language: str) -> str:
    return _in(_TEXTS[name], language)


def _in(text: Text, language: str) -> str:
    said = text.zh if language == "zh" else text.en
    return said.replace("<", "&lt;")


class _Part:
    """One pack in one language."""

    def __init__(self, pack: Pack, language: str) -> None:
        self.pack = pack
        self.language = language

    def say(self, text: Text) -> str:
        return _in(text, self.language)

    def lines(self) -> list[str]:
        pack = self.pack
        out = ["", f"## {self.say(pack.head.title)} (`{pack.id}`, {pack.head.version})", ""]
        out += [self.say(pack.head.disclaimer)]
        duties = sorted(pack.duties, key=lambda d: (_by_number(d.code), d.duty))
        out += self.section("duties", "", map(self.duty_row, duties))
        if pack.not_formalised:
            rows = ([n.code, self.say(n.title), self.say(n.why)] for n in pack.not_formalised)
            out += self.section("not", "", rows)
        if pack.rows:
            told = _say("rows_intro", self.language)
            out += self.section("rows", told, map(self.sanction_row, pack.rows.values()))
        if pack.policy:
            told = _say("policy_intro", self.language)
            out += self.section("policy", told, map(self.policy_row, pack.policy))
        if pack.states:
            out += self.section("states", "", map(self.state_row, pack.states))
        out += ["", f"### {_say('each', self.language)} {{ #{pack.id}-each }}"]
        for duty in duties:
            out += self.duty(duty)
        return out

    def section(self, name: str, intro: str, rows: Iterable[list[str]]) -> list[str]:
        head = self.say(_HEADS[name]).split("|")
        out = ["", f"### {_say(name, self.language)} {{ #{self.pack.id}-{name} }}", ""]
        out += [intro, ""] if intro else []
        out += [_line(head), _line(["---"] * len(head))]
        return out + [_line(row) for row in rows]

    # Tables.

    def duty_row(self, duty: Duty) -> list[str]:
        examples = sum(
            len(given) if isinstance(given, list) else 1
            for name in OUTCOMES
            if (given := getattr(duty.examples, name))
        )
        return [
            duty.code,
            f"[`{duty.duty}`](#{self.anchor(duty.duty)})",
            self.say(duty.title),
            self.roles(duty),
            "<br>".join(self.articles(duty.cites)),
            self.say(words.PATTERNS[duty.pattern]),
            self.say(words.deadline(self.pack, duty)),
            self.say(words.BASES[duty.basis]),
            self.say(words.BASES[duty.number]) if duty.number else "—",
            self.status(duty),
            self.sanctions(duty),
            str(examples),
        ]

    def sanction_row(self, row: Row) -> list[str]:
        currency = self.pack.head.currency
        conduct = self.say(row.conduct) if row.conduct else "—"
        persons = self.say(words.fine(row.fine_persons, currency))
        if row.persons:
            persons += f" ({self.say(words.PERSONS[row.persons])})"
        return [
            f'<span id="{self.anchor(row.row)}">{row.row}</span>',
            f"{_short(row.law)} {row.article}",
            str(row.tier),
            conduct,
            self.say(words.openers(list(row.opens))),
            self.say(words.measures(row.must)),
            self.say(words.measures(row.may[::-1])),
            self.say(words.fine(row.fine_entity, currency)),
            persons,
            words.AUTHORITIES[row.authority] if self.language == "zh" else row.authority,
            "<br>".join([self.say(words.STATUSES[row.status]), *self.caveats(row.caveats)]),
        ]

    def policy_row(self, name: str) -> list[str]:
        found = self.pack.policy[name]
        both = (words.period(found.met_within), words.period(found.breached_after))
        return [f"`{name}`", *map(self.say, both), found.source]

    def state_row(self, name: str) -> list[str]:
        state = self.pack.states[name]
        ends = words.selector(state.ends) if state.ends else "—"
        return [f"`{name}`", self.say(state.title), words.selector(state.begins), ends]

    # Cells.

    def anchor(self, name: str) -> str:
        return f"{self.pack.id}-{name}".lower()

    def roles(self, duty: Duty) -> str:
        stop = "、" if self.language == "zh" else ", "
        return stop.join(self.say(words.ROLES[role]) for role in duty.applies_to)

    def articles(self, cites: Iterable[Cite]) -> list[str]:
        """`CSL 2017-06-01: 47`, one edition a line."""
        found: dict[str, list[str]] = {}
        for cite in cites:
            found.setdefault(cite.law, []).append(cite.article)
        return [_whole(f"{_short(law)}: {', '.join(places)}") for law, places in found.items()]

    def status(self, duty: Duty) -> str:
        """The statuses of the citations, and in words what a reader must know."""
        stop = "、" if self.language == "zh" else ", "
        kinds = dict.fromkeys(self.say(words.STATUSES[c.status]) for c in duty.cites)
        codes = dict.fromkeys(code for c in duty.cites for code in c.caveats)
        return "<br>".join([stop.join(kinds), *self.caveats(tuple(codes))])

    def caveats(self, codes: tuple[str, ...]) -> list[str]:
        return [self.say(self.pack.caveats[code]) for code in codes]

    def sanctions(self, duty: Duty) -> str:
        if isinstance(duty.sanctions, str):
            return _say(duty.sanctions, self.language)
        parts = []
        for law, rows in duty.sanctions.items():
            links = ", ".join(f"[{_whole(row)}](#{self.anchor(row)})" for row in rows) or "—"
            parts.append(f"{_whole(_short(law))}: {links}")
        return "<br>".join(parts)

    # One duty.

    def duty(self, duty: Duty) -> list[str]:
        out = ["", f"#### {duty.duty} {{ #{self.anchor(duty.duty)} }}", ""]
        out += [f"**{duty.code} {self.say(duty.title)}.** {self.say(duty.summary)}", ""]
        out += [f"- {_say(name, self.language)}: {text}" for name, text in self.parts(duty) if text]
        out += [f"- {_say('sources', self.language)}:"]
        out += [f"    - {self.source(cite)}" for cite in duty.cites]
        out += [f"- {_say('sanctions', self.language)}: {self.sanctions(duty)}"]
        if duty.note:
            out += [f"- {_say('note', self.language)}: {self.say(duty.note)}"]
        for name, title in OUTCOMES.items():
            given = getattr(duty.examples, name)
            for text in [given] if isinstance(given, str) else given or []:
                out += ["", f"{self.say(title)}:", "", "```text", text.rstrip(), "```"]
        return out

    def parts(self, duty: Duty) -> list[tuple[str, str]]:
        trigger = duty.after or duty.before or duty.never or duty.on
        state = duty.while_ and f"`{duty.while_}`"
        valid = duty.valid and f"{duty.valid.since or '…'} – {duty.valid.until or '…'}"
        return [
            ("who", self.roles(duty)),
            ("trigger", words.selector(trigger) if trigger else ""),
            ("known", words.selector(duty.known_by.event) if duty.known_by else ""),
            ("only", "; ".join(self.given(duty))),
            ("while", state or ""),
            ("demand", words.demands(duty)),
            ("each_of", self.for_each(duty)),
            ("deadline", self.say(words.deadline(self.pack, duty))),
            ("same", _same(duty.same)),
            ("unless", words.selector(duty.unless) if duty.unless else ""),
            ("contrary", words.selector(duty.contrary) if duty.contrary else ""),
            ("valid", valid or ""),
        ]

    def for_each(self, duty: Duty) -> str:
        each = duty.for_each
        if each is None:
            return ""
        if each.event is not None:
            return f"`{each.take}` ({words.selector(each.event)})"
        values = each.values or {}
        return "; ".join(f"`{name}`: {', '.join(told)}" for name, told in values.items())

    def given(self, duty: Duty) -> list[str]:
        told = []
        for given in duty.given:
            for name in ("once", "ever", "never"):
                value = getattr(given, name)
                if value is not None:
                    ended = (
                        f" `ended_by` {words.selector(given.ended_by)}" if given.ended_by else ""
                    )
                    told.append(f"`{name}` {words.selector(value)}{ended}")
        return told

    def source(self, cite: Cite) -> str:
        name, _, day = cite.law.partition("@")
        instrument = self.say(self.pack.instruments[name].short)
        head = f"{instrument} ({day}) {cite.article}: {self.say(words.STATUSES[cite.status])}"
        return " — ".join([head, *self.caveats(cite.caveats)])


def _by_number(code: str) -> list[tuple[str, int]]:
    """CO-2 before CO-10."""
    return [(word, int(number or 0)) for word, number in re.findall(r"(\D+)(\d*)", code)]


def _short(law: str) -> str:
    """`CN-CSL@2017-06-01` as `CSL 2017-06-01`."""
    name, _, day = law.partition("@")
    return f"{name.partition('-')[2] or name} {day}"


def _whole(text: str) -> str:
    """A date or an id that no line breaks at its hyphens."""
    return text.replace("-", "\N{NON-BREAKING HYPHEN}")


def _same(same: Any) -> str:
    terms = [] if same is None else same if isinstance(same, list) else [same]
    said = []
    for term in terms:
        pairs = [f"{a} = {b}" for a, b in term.items()] if isinstance(term, dict) else [term]
        said += [f"`{pair}`" for pair in pairs]
    return ", ".join(said)


def _line(cells: list[str]) -> str:
    # What stands in a link or in code keeps its bar; a table would end the cell there.
    return "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"
