"""What every test may use: hypothesis profiles, and programs that are not Python packages."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from lawkeep.model import event as events
from support import personal
from support.postgres import Server

ROOT = Path(__file__).resolve().parent.parent

# `quick` finds the same cases on every run, so that a red build is red for everybody;
# `nightly` looks for new ones.
settings.register_profile(
    "quick",
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly",
    max_examples=10_000,
    deadline=timedelta(seconds=10),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quick")


@pytest.fixture(scope="session", autouse=True)
def no_personal_data_in_events() -> Iterator[None]:
    """Every event that any test encodes is searched for the known numbers and their hashes."""
    checked = events._checked

    def searched(event: events.Event, raw: bytes) -> bytes:
        found = personal.leak(raw)
        assert found is None, f"the event {event.id} ({event.type}) holds {found}"
        return checked(event, raw)

    events._checked = searched
    try:
        yield
    finally:
        events._checked = checked


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def component() -> Callable[[str], str]:
    """`component("chromium")`: its path; without it the test fails and says how to install it."""

    def need(name: str) -> str:
        ran = subprocess.run(
            [ROOT / "tools" / "components", "need", name],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if ran.returncode:
            pytest.fail(ran.stderr.strip(), pytrace=False)
        return ran.stdout.splitlines()[0].strip()

    return need


@pytest.fixture(scope="session")
def chromium(component: Callable[[str], str]) -> str:
    """Path of a browser that has fonts for Chinese."""
    component("cjk-fonts")
    return component("chromium")


@pytest.fixture(scope="session")
def postgres(component: Callable[[str], str]) -> Iterator[Server]:
    """A running PostgreSQL for this session; each test makes its own database in it."""
    server = Server(component("postgres"))
    try:
        server.start()
        yield server
    finally:
        server.remove()
