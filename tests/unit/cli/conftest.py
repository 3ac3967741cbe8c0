"""Folders of small operators, and commands run as people run them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lawkeep.cli.main import run

OPERATOR = """\
operator: talk
name: A talk platform
roles: [publishing]
zone: Asia/Shanghai
since: 2017-06-01
records:
  - types: ["content.*"]
    from: 2017-06-01
    until: 2017-12-31
"""


@dataclass(frozen=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def lawkeep(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """`lawkeep("audit", folder, "--json")`, in this process."""
    monkeypatch.setenv("LAWKEEP_LANG", "en")
    monkeypatch.setenv("NO_COLOR", "1")

    def ran(*arguments: object) -> Ran:
        capfd.readouterr()
        code = run([str(a) for a in arguments])
        told = capfd.readouterr()
        return Ran(code, told.out, told.err)

    return ran


def event(id_: str, kind: str, at: str, content: str = "c1", **data: Any) -> dict[str, Any]:
    """A native event; `at` in law time."""
    return {
        "id": id_,
        "type": kind,
        "occurred_at": f"{at}+08:00",
        "keys": {"content": content},
        "data": data,
    }


KNOWN = event("e1", "content.known_unlawful", "2017-08-20T10:00:00", source="complaint")
STOPPED = event("e2", "content.stopped", "2017-08-20T10:05:00")


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """`folder(KNOWN, STOPPED)`: an operator's folder with these events."""

    def made(*events: dict[str, Any], operator: str = OPERATOR, name: str = "talk") -> Path:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        (root / "operator.yaml").write_text(operator, encoding="utf-8")
        lines = "".join(json.dumps(e) + "\n" for e in events)
        if lines:
            (root / "events.jsonl").write_text(lines, encoding="utf-8")
        return root

    return made
