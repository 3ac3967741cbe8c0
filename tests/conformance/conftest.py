"""Where the material is, and a place to print what was measured with it."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.pages import page

ROOT = Path(__file__).resolve().parents[2]
RESULTS = pytest.StashKey[list[tuple[str, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS] = []


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """`data("law/index.json")`: that file or folder of the material; missing: the test fails."""
    base = (ROOT / os.environ.get("LAWKEEP_CONFORMANCE_DATA", "../shared")).resolve()

    def path(name: str) -> Path:
        found = base / name
        if not found.exists():
            pytest.fail(
                f"{name} is not in {base}. Give the folder: make conformance DATA=folder",
                pytrace=False,
            )
        return found

    return path


@pytest.fixture
def result(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """`result("cases agreed", "4 of 4")`: printed after the run, and kept by `--results FILE`."""

    def note(name: str, value: object) -> None:
        request.config.stash[RESULTS].append((name, str(value)))

    return note


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--results", help="write the measured results to this page (.md) and its Chinese twin"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    rows = config.stash[RESULTS]
    if rows:
        terminalreporter.section("conformance results")
        width = max(len(name) for name, _ in rows)
        for name, value in rows:
            terminalreporter.write_line(f"{name:<{width}}  {value}")
    target = config.getoption("--results")
    if target:
        english = Path(target)
        counts = [len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed")]
        failed = counts[1] + len(terminalreporter.stats.get("error", []))
        for path, language in (
            (english, "en"),
            (english.with_name(f"{english.stem}.zh-CN{english.suffix}"), "zh"),
        ):
            text = page(language, rows, counts[0], failed, datetime.now(UTC).date())
            path.write_text(text, encoding="utf-8")
