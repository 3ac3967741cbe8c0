"""The report page: everything escaped, both languages complete, what matters first."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from types import ModuleType
from typing import Any

import msgspec
import pytest

from lawkeep.documents import charts, imposed, marks, phrases, timeline, words
from lawkeep.documents.exposures import LIMIT, MET_LIMIT
from lawkeep.documents.report import ReportInput, content_security_policy, render
from lawkeep.documents.views import EVENTS
from lawkeep.model.finding import Fine, Step, Text

VOID = {"meta", "br", "input", "hr", "img", "link"}


class Page(HTMLParser):
    """Checks nesting; keeps the elements, and the text each language shows."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown: dict[str, list[str]] = {"zh": [], "en": []}
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> without a start"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if any(tag in ("style", "script", "title") and not a.get("class") for tag, a in self.open):
            return
        classes = {c for _, a in self.open for c in (a.get("class") or "").split()}
        for language, other in (("zh", "en"), ("en", "zh")):
            if other not in classes and data.strip():
                self.shown[language].append(data.strip())

    def with_class(self, name: str) -> int:
        return sum(1 for _, a in self.elements if name in (a.get("class") or "").split())


@pytest.fixture(scope="module")
def source(sample: ModuleType) -> str:
    return render([sample.SAMPLE, sample.SECOND], language="en")


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def _poisoned(value: Any, marker: str, path: str = "") -> Any:
    """The same structure with every free text made hostile; enumerations stay."""
    if isinstance(value, msgspec.Struct):
        changes = {}
        for field in value.__struct_fields__:
            if field in ("state", "basis", "status", "opened", "zone"):
                continue
            changes[field] = _poisoned(getattr(value, field), marker, f"{path}.{field}")
        return msgspec.structs.replace(value, **changes)
    if isinstance(value, str):
        return value if path.endswith(".roles") else value + marker
    if isinstance(value, tuple | list):
        return tuple(_poisoned(v, marker, path) for v in value)
    if isinstance(value, dict):
        return {
            (k if path.endswith((".roles", ".notes")) else k + marker): _poisoned(v, marker, path)
            for k, v in value.items()
        }
    return value


HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</style></script></svg><b id=owned>",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x1b\u202e]]>&amp;&#x3c;b id=owned&#x3e;",
)


@pytest.mark.parametrize("marker", HOSTILE)
def test_text_of_others_never_becomes_markup(sample: ModuleType, marker: str) -> None:
    clean, hostile = Page(render([sample.SAMPLE])), _poisoned(sample.SAMPLE, marker)
    assert hostile.audit.findings[0].summary.zh.endswith(marker)
    source = render([hostile])
    page = Page(source)
    assert marker not in source or "<" not in marker
    assert "\x00" not in source
    if "{{" in marker:
        assert any(marker in text for text in page.shown["zh"])
    tags = {tag for tag, _ in page.elements}
    assert tags == {tag for tag, _ in clean.elements}
    assert len(re.findall("<script", source)) == 1
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert "owned" not in (attributes.get("id") or "")


def test_the_page_loads_nothing_and_keeps_its_own_policy(source: str, page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "base", "form")
        assert "style" not in attributes
        assert "src" not in attributes
        href = attributes.get("href") or attributes.get("xlink:href") or "#"
        assert href.startswith("#")
    assert "url(" not in source
    assert "@import" not in source
    for tag in ("style", "script"):
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        assert len(blocks) == 1
        digest = base64.b64encode(hashlib.sha256(blocks[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in content_security_policy()
    policies = [a["content"] for _, a in page.elements if a.get("http-equiv")]
    assert policies == [content_security_policy()]


def test_links_have_targets_and_ids_are_unique(page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        href = attributes.get("href")
        if href is not None:
            assert href[1:] in ids, href
        for name in (attributes.get("aria-labelledby") or "").split():
            assert name in ids


def test_headings_never_skip_a_level(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, after in pairwise(levels):
        assert after <= before + 1


def test_tables_name_their_rows_and_columns(page: Page) -> None:
    headings = [a for tag, a in page.elements if tag == "th"]
    assert headings
    assert all(a.get("scope") in ("row", "col") for a in headings)


CJK = re.compile("[\u3400-\u9fff]")
SINGLE = dict(
    enumerate((timeline.TITLE, timeline.COMPRESSED, marks.NOT_DONE, marks.NO_RECORD, marks.RUNNING))
)


def test_english_shows_no_chinese_and_the_reverse(sample: ModuleType, page: Page) -> None:
    english = [t for t in page.shown["en"] if CJK.search(t) and t != "中文"]
    assert english == []
    # What may stand in Latin letters on the Chinese side: codes, times, names of keys.
    for t in page.shown["zh"]:
        assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", t), t


def test_both_languages_say_the_same_number_of_things(page: Page) -> None:
    assert page.with_class("zh") == page.with_class("en")


@pytest.mark.parametrize(
    "table",
    [
        words.STATES, words.STATE_HELP, words.BASES, words.STATUSES, words.REASONS,
        words.MEASURES, words.OPENERS, words.KEYS, words.CAVEATS, phrases.PHRASES, marks.SIGNS,
        charts.LOOKS, imposed.ACTS, imposed.KINDS, SINGLE,
    ],
)  # fmt: skip
def test_every_word_has_both_languages(table: dict[object, Text]) -> None:
    for code, text in table.items():
        assert CJK.search(text.zh), code
        assert re.search("[A-Za-z]", text.en), code
        assert not CJK.search(text.en), code


def test_what_matters_comes_first(source: str, sample: ModuleType) -> None:
    one = render([sample.SAMPLE], language="en")
    order = [
        one.index('class="counts"'),
        one.index('id="op1-findings"'),
        one.index('id="op1-breached1"'),
        one.index('id="op1-open1"'),
        one.index('id="op1-pending1"'),
        one.index('id="op1-board"'),
        one.index('id="op1-exposure"'),
        one.index('id="op1-gaps"'),
        one.index("<footer"),
    ]
    assert order == sorted(order)
    # Among breaches: the heavier exposure, then the earlier due time; arguable comes last.
    found = re.findall(r'id="op1-breached\d+-t">.*?<span class="code">([A-Z]+-\d+)', one)
    assert found == ["CO-1", "CO-4", "ID-1", "PR-3"]


def test_each_finding_has_its_picture_in_both_languages(page: Page, sample: ModuleType) -> None:
    shown = len(sample.FINDINGS) + len(sample.SECOND.audit.findings)
    pictures = [a for _, a in page.elements if "timeline" in (a.get("class") or "").split()]
    assert len(pictures) == 2 * shown
    assert all(a.get("role") == "img" for a in pictures)


def test_exposure_is_marked_and_never_called_the_penalty(page: Page) -> None:
    english = " ".join(page.shown["en"]).lower()
    chinese = "".join(page.shown["zh"])
    assert "the penalty" not in english
    assert "可能面临的处罚幅度（风险敞口）" in chinese
    for text in ("This fine stands", "Fine absorbed by", "Arguable", "Barred by limitation",
                 "Limitation unknown", "Needs a lawyer", "Operator’s own limit",
                 "Regulators’ practice", "confirmed in substance only"):  # fmt: skip
        assert text.lower() in english
    assert "Not legal advice; the law packs are not signed by a lawyer".lower() in english
    assert "法律包未经律师签署" in chinese


def test_discretion_standards_stand_under_the_act_once_and_change_no_band(
    sample: ModuleType,
) -> None:
    step = Step(
        id="X1", authority="public security", place="CN-SX", effective="2018-01-17", expires=None,
        step=Text(zh="甲档", en="step one"), circumstances=(Text(zh="初次", en="first time"),),
        fine_entity=Fine(min=1234, max=2345), status="verified", source="made", fits=False,
    )  # fmt: skip
    given = sample.SAMPLE
    act = given.audit.exposure[0].act
    rows = tuple(
        msgspec.structs.replace(r, discretion=(step,)) if r.act == act else r
        for r in given.audit.exposure
    )
    audit = msgspec.structs.replace(given.audit, exposure=rows)
    with_steps = render([msgspec.structs.replace(given, audit=audit)])
    assert with_steps.count("step one") == 1
    assert "初次" in with_steps
    assert "CNY 1,234 to 2,345" in with_steps
    start, end = with_steps.index('<details class="evidence steps">'), len("</details>\n")
    stop = with_steps.index("</details>", start) + end
    assert with_steps[:start] + with_steps[stop:] == render([given])


def test_open_findings_say_which_record_closes_them(page: Page) -> None:
    assert "filing.registrant_matched" in page.shown["en"]
    assert "A person must judge it; no record closes it by itself." in page.shown["en"]
    assert "incident.known" in page.shown["zh"]


def test_what_authorities_did_stands_apart_from_exposure(page: Page, sample: ModuleType) -> None:
    english, chinese = " ".join(page.shown["en"]), " ".join(page.shown["zh"])
    assert "order to rectify rectify at once" in english
    assert "fine on organisation CNY 50,000" in english
    assert "new_thing" in english
    assert "no record that it was carried out" in english
    assert "对单位罚款 5 万元" in chinese
    odd = {"imposed": [{"acts": 3, "penalty": "x", "fine_entity": "y"}, "z", None]}
    for notes in (odd, {"imposed": "x"}, {}):
        audit = msgspec.structs.replace(sample.AUDIT, notes=notes)
        Page(render([ReportInput(audit=audit)]))


def test_law_and_engine_stand_at_the_foot(source: str, sample: ModuleType) -> None:
    foot = source[source.index("<footer") :]
    law = sample.AUDIT.law
    assert law.packs["cn"]["sha256"] in foot
    assert law.policy["sha256"] in foot
    assert "2026.11.1" in foot
    assert law.engine in foot


def test_drafts_are_announced(sample: ModuleType) -> None:
    law = msgspec.structs.replace(sample.AUDIT.law, drafts=True)
    audit = msgspec.structs.replace(sample.AUDIT, law=law)
    told = phrases.PHRASES["drafts_on"].en
    assert told in render([msgspec.structs.replace(sample.SAMPLE, audit=audit)])
    assert told not in render([sample.SAMPLE])


def test_long_lists_of_met_findings_are_cut_and_say_so(sample: ModuleType) -> None:
    source = render([sample.many(3000)], language="en")
    assert source.count('class="one"') == MET_LIMIT
    assert ">3002<" in source.replace(" ", "")
    assert "The JSON output has all of them." in source


def test_long_lists_of_acts_and_records_are_cut_and_say_so(sample: ModuleType) -> None:
    rows = tuple(
        msgspec.structs.replace(
            sample.EXPOSURE[1], act=f"act {n}", findings=(sample.FINDINGS[0].id,)
        )
        for n in range(LIMIT + 30)
    )
    event = next(iter(sample.EVENTS.values()))
    events = {f"e{n}": event for n in range(EVENTS + 10)}
    finding = msgspec.structs.replace(sample.FINDINGS[0], events=tuple(events))
    audit = msgspec.structs.replace(sample.AUDIT, exposure=rows, findings=(finding,))
    source = render([ReportInput(audit=audit, events=events)], language="en")
    assert source.count('class="act"') == LIMIT
    assert source.count('class="rec-title"') == EVENTS
    for count in (LIMIT + 30, EVENTS + 10):
        assert f"</span> {count} <span" in source
    test_links_have_targets_and_ids_are_unique(Page(source))


def test_unknown_codes_are_shown_as_themselves(sample: ModuleType) -> None:
    first = msgspec.structs.replace(
        sample.FINDINGS[0], reason="brand_new_reason", caveats=("brand_new_caveat",),
        duty="brand.new.duty", events=("gone",),
    )  # fmt: skip
    row = msgspec.structs.replace(
        sample.EXPOSURE[0], must=("brand_new_measure",), because="brand_new_opener"
    )
    audit = msgspec.structs.replace(sample.AUDIT, findings=(first,), exposure=(row,))
    source = render([ReportInput(audit=audit)])
    for code in ("reason", "caveat", "measure", "opener"):
        assert f"brand_new_{code}" in source
    assert "brand.new.duty" in source


def test_an_empty_audit_still_makes_a_page(sample: ModuleType) -> None:
    audit = msgspec.structs.replace(sample.AUDIT, findings=(), exposure=(), coverage_gaps=())
    page = Page(render([ReportInput(audit=audit)], language="en"))
    assert "There are no findings." in page.shown["en"]
    assert Page(render([])).shown["zh"]


def test_the_language_parameter_sets_what_is_shown_first(sample: ModuleType) -> None:
    assert '<html lang="zh-CN">' in render([sample.SAMPLE])
    english = render([sample.SAMPLE], language="en")
    assert '<html lang="en">' in english
    assert re.search("<title [^>]*>Audit of statutory duties – A cloud", english)


def test_the_same_audit_gives_the_same_bytes(sample: ModuleType) -> None:
    assert render([sample.SAMPLE]) == render([sample.SAMPLE])
