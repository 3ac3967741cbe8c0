"""The base install reads CSV, JSONL and native events; other formats name the extra they need."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_BLOCKED = ("pyarrow", "duckdb", "openpyxl", "python_calamine")

_RUN = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None  # an import of it fails as if it were not installed
from lawkeep.cli.main import main
sys.argv = ["lawkeep", *sys.argv[1:]]
main()
"""


def _base(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A command in a Python that has none of the packages of the extras."""
    code = _RUN.format(blocked=_BLOCKED)
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


OPERATOR = """\
operator: talk
roles: [publishing]
zone: Asia/Shanghai
records:
  - {types: ["content.*"], from: 2017-06-01, until: 2017-12-31}
"""

EVENT = {
    "id": "e1", "type": "content.known_unlawful", "keys": {"content": "c1"},
    "occurred_at": "2017-08-20T10:00:00+08:00",
}  # fmt: skip

MAPPING = """\
file: FILE
events:
  - type: content.known_unlawful
    occurred_at: at
    keys: {content: what}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "operator.yaml").write_text(OPERATOR, "utf-8")
    return tmp_path


def _audit(folder: Path) -> subprocess.CompletedProcess[str]:
    return _base("audit", folder, "--only", "CO-1", "--on", "2017-09-17", "--json")


@pytest.mark.parametrize("name", ["events.jsonl", "kept.csv"])
def test_native_events_and_tables_need_no_extra(folder: Path, name: str) -> None:
    if name == "kept.csv":
        (folder / name).write_text("at,what\n2017-08-20 10:00,c1\n", "utf-8")
        (folder / "mapping.yaml").write_text(MAPPING.replace("FILE", name), "utf-8")
    else:
        (folder / name).write_text(json.dumps(EVENT) + "\n", "utf-8")
    ran = _audit(folder)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert [f["state"] for f in json.loads(ran.stdout)["findings"]] == ["breached"]


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("kept.parquet", "pyarrow", "lawkeep[analytics]"),
        ("kept.xlsx", "python_calamine", "lawkeep[excel]"),
    ],
)
def test_other_formats_name_their_extra(folder: Path, name: str, package: str, extra: str) -> None:
    (folder / name).write_bytes(b"PAR1")
    (folder / "mapping.yaml").write_text(MAPPING.replace("FILE", name), "utf-8")
    for ran in (_audit(folder), _base("ingest", "sniff", folder / name)):
        assert ran.returncode == 5, ran.stderr
        assert package in ran.stdout + ran.stderr
        assert extra in ran.stdout + ran.stderr


def test_the_duckdb_engine_names_its_extra(folder: Path) -> None:
    (folder / "events.jsonl").write_text(json.dumps(EVENT) + "\n", "utf-8")
    ran = _base("audit", folder, "--engine", "duckdb")
    assert ran.returncode == 5
    assert "lawkeep[analytics]" in ran.stderr


def test_as_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "lawkeep", "--version"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.strip()
