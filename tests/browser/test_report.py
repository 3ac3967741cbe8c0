"""The report page in a real browser: the switch, the phone, paper, and a page that is quiet."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from lawkeep.documents.report import render

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="module")
def sample(root: Path) -> ModuleType:
    """The invented audit of the unit tests."""
    path = root / "tests" / "unit" / "documents" / "sample.py"
    spec = importlib.util.spec_from_file_location("lawkeep_documents_sample", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def address(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render([sample.SAMPLE, sample.SECOND]), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


class Opened:
    """A page with what it complained about and asked for."""

    def __init__(self, browser: Browser, address: str, width: int, *, script: bool = True) -> None:
        self.complaints: list[str] = []
        self.asked: list[str] = []
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        self.page: Page = context.new_page()
        self.page.on("console", lambda m: self.complaints.append(m.text))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.goto(address)


def test_the_switch_changes_every_text_and_remembers_nothing(
    browser: Browser, address: str
) -> None:
    opened = Opened(browser, address, 1280)
    page = opened.page
    chinese = page.inner_text("main")
    assert "未履行" in chinese
    assert "Breached" not in chinese
    page.click("button[lang=en]")
    assert page.get_attribute("html", "lang") == "en"
    assert page.get_attribute("button[lang=en]", "aria-pressed") == "true"
    assert page.get_attribute("button[lang=zh-CN]", "aria-pressed") == "false"
    english = page.inner_text("main")
    assert "Breached" in english
    assert not re.search("[\u3400-\u9fff]", english)
    assert page.title().startswith("Audit of statutory duties")
    assert not page.evaluate("document.cookie")
    page.reload()
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert opened.complaints == []
    assert all(url.split("#")[0] == address for url in opened.asked)


def test_the_switch_works_by_keyboard(browser: Browser, address: str) -> None:
    page = Opened(browser, address, 1280).page
    page.focus("button[lang=en]")
    page.keyboard.press("Enter")
    assert page.get_attribute("html", "lang") == "en"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_page_is_wider_than_its_screen(
    browser: Browser, address: str, width: int, language: str
) -> None:
    page = Opened(browser, address, width).page
    page.click(f"button[lang={language}]")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_long_words_do_not_widen_a_phone(
    browser: Browser, sample: ModuleType, tmp_path: Path
) -> None:
    long = "x" * 200
    finding = msgspec.structs.replace(sample.FINDINGS[0], keys={"content": long}, act=long)
    row = msgspec.structs.replace(sample.EXPOSURE[1], act=long)
    audit = msgspec.structs.replace(
        sample.AUDIT, operator=long, findings=(finding,), exposure=(row,)
    )
    path = tmp_path / "long.html"
    given = msgspec.structs.replace(
        sample.SAMPLE, audit=audit, name=None, zone="America/Argentina/ComodRivadavia"
    )
    path.write_text(render([given, given], language="en"), encoding="utf-8")
    page = Opened(browser, path.as_uri(), 390).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_pictures_keep_their_labels_inside(browser: Browser, address: str) -> None:
    page = Opened(browser, address, 1280).page
    for language in ("zh-CN", "en"):
        page.click(f"button[lang={language}]")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        outside = page.evaluate(
            """() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
              const box = svg.getBoundingClientRect();
              if (!box.width) return [];
              return [...svg.querySelectorAll('text')].filter(t => {
                const b = t.getBoundingClientRect();
                return b.left < box.left - 1 || b.right > box.right + 1 ||
                       b.top < box.top - 1 || b.bottom > box.bottom + 1;
              }).map(t => t.textContent);
            })"""
        )
        assert outside == []


def test_labels_of_one_picture_do_not_overlap(browser: Browser, address: str) -> None:
    page = Opened(browser, address, 1280).page
    for language in ("zh-CN", "en"):
        page.click(f"button[lang={language}]")
        overlapping = page.evaluate(
            """() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
              if (!svg.getBoundingClientRect().width) return [];
              const all = [...svg.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
              return all.flatMap(([t, a], i) => all.slice(i + 1).filter(([, b]) =>
                Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
                Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
              ).map(([u]) => t.textContent + ' / ' + u.textContent));
            })"""
        )
        assert overlapping == []


CONTRAST = """() => {
  const light = c => { const v = c / 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const lum = ([r, g, b]) => .2126 * light(r) + .7152 * light(g) + .0722 * light(b);
  const parse = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const ground = e => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c;
  } return [255, 255, 255]; };
  const poor = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !e.getBoundingClientRect().width) continue;
    const inSvg = e.namespaceURI.endsWith('svg');
    const fore = parse(inSvg ? getComputedStyle(e).fill : getComputedStyle(e).color);
    const a = lum(fore), b = lum(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.add(ratio.toFixed(2) + ' ' + walk.currentNode.data.trim().slice(0, 40));
  }
  return [...poor];
}"""


def test_contrast_is_enough_everywhere(browser: Browser, address: str) -> None:
    page = Opened(browser, address, 1280).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(CONTRAST) == []


def test_a_link_opens_the_folded_list_that_holds_its_target(browser: Browser, address: str) -> None:
    page = Opened(browser, address, 1280).page
    assert not page.evaluate("document.getElementById('op1-met').open")
    page.click("#op1 .count-met a")
    page.wait_for_function("document.getElementById('op1-met').open")


def test_without_script_the_page_is_whole_and_shows_no_dead_switch(
    browser: Browser, address: str
) -> None:
    opened = Opened(browser, address, 1280, script=False)
    assert not opened.page.is_visible(".switch")
    assert "未履行" in opened.page.inner_text("main")


def test_paper_is_a4_without_the_switch(browser: Browser, address: str, tmp_path: Path) -> None:
    page = Opened(browser, address, 1280).page
    raw = page.pdf(prefer_css_page_size=True, print_background=False)
    assert raw.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", raw))
    assert 3 <= pages <= 14
    sizes = {
        tuple(round(float(x)) for x in box.split())
        for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", raw)
    }
    assert sizes
    assert all(abs(w - 595) <= 1 and abs(h - 842) <= 1 for _, _, w, h in sizes)
    page.emulate_media(media="print")
    assert not page.is_visible(".switch")
    assert page.is_visible("#op1-breached1")
