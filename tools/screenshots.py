"""Take the pictures of the report for README and docs from the example cases, in a browser.

`python tools/screenshots.py` judges examples/guangdong-2017 as of 2017-09-17, writes the HTML
report and photographs it: docs/pictures/report.en.png, report.zh.png (a screen) and
paper.en.png, paper.zh.png (a page of it on A4). Needs chromium, pdftoppm (poppler-utils) and
the packages of `make dev`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from lawkeep.cli.main import run

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "examples" / "guangdong-2017"
PICTURES = ROOT / "docs" / "pictures"
# The telephony case first: it is the one with a fine.
ORDER = ("internet-telephony", "audio-platform", "browser-cloud", "access-provider")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SCREEN = {"width": 1180, "height": 1240}


def report(folder: Path, names: tuple[str, ...]) -> Path:
    """The HTML report of some cases."""
    page = folder / f"{len(names)}.html"
    paths = [str(CASES / name) for name in names]
    code = run(["audit", *paths, "--on", "2017-09-17", "--html", str(page), "--json"])
    if code not in (0, 1, 3):
        sys.exit(code)
    return page


def screen(browser: Browser, page: Path, language: str, target: Path) -> None:
    """What a reader sees first."""
    context = browser.new_context(viewport=SCREEN, device_scale_factor=1.5)
    opened = context.new_page()
    opened.goto(page.as_uri())
    opened.click(f"button[lang={language}]")
    opened.mouse.move(0, 0)
    opened.evaluate("document.activeElement.blur()")
    opened.screenshot(path=target)
    context.close()


def paper(browser: Browser, page: Path, language: str, target: Path, folder: Path) -> None:
    """The first printed page with findings."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(page.as_uri())
    opened.click(f"button[lang={language}]")
    printed = folder / "paper.pdf"
    opened.pdf(path=printed, format="A4", prefer_css_page_size=True, print_background=True)
    context.close()
    stem = str(target.with_suffix(""))
    subprocess.run(
        ["pdftoppm", "-r", "110", "-f", "2", "-l", "2", "-png", "-singlefile", str(printed), stem],
        check=True,
    )


def main() -> int:
    """Write the four pictures."""
    chromium = subprocess.run(
        [ROOT / "tools" / "components", "need", "chromium"],
        capture_output=True,
        text=True,
        check=False,
    )
    if chromium.returncode:
        print(chromium.stderr.strip(), file=sys.stderr)
        return 5
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        page = report(folder, ORDER)
        one = report(folder, ORDER[:1])
        browser = playwright.chromium.launch(executable_path=chromium.stdout.strip(), args=FLAGS)
        for language, ending in (("en", "en"), ("zh-CN", "zh")):
            screen(browser, one, language, PICTURES / f"report.{ending}.png")
            paper(browser, page, language, PICTURES / f"paper.{ending}.png", folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
