"""An audit against an earlier one: which findings are new, gone or changed."""

from pathlib import Path
from typing import Any

import msgspec

from lawkeep.ingest.rows import open_input
from lawkeep.model.errors import error

_WATCHED = ("state", "reason", "due_at", "decided_at", "cured_at")


def read_audits(path: Path) -> list[dict[str, Any]]:
    """What `audit --json` wrote. Errors: `input_missing`, `audit_file_malformed`."""
    with open_input(path) as file:
        raw = file.read()
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise error("audit_file_malformed", problem=str(problem)).at(path.name) from None
    values = value if isinstance(value, list) else [value]
    for one in values:
        if not isinstance(one, dict) or not isinstance(one.get("operator"), str):
            raise error("audit_file_malformed", problem="no `operator`").at(path.name)
        findings = one.get("findings")
        if not isinstance(findings, list) or not all(
            isinstance(f, dict) and isinstance(f.get("id"), str) for f in findings
        ):
            raise error("audit_file_malformed", problem="no `findings` with ids").at(path.name)
    return values


def compare(
    old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Per operator of `new`: `new` and `gone` findings in short, `changed` with from and to."""
    before = {one["operator"]: {f["id"]: f for f in one["findings"]} for one in old}
    changes = {}
    for one in new:
        was = before.get(one["operator"], {})
        now = {f["id"]: f for f in one["findings"]}
        changes[one["operator"]] = {
            "new": [_short(f) for i, f in now.items() if i not in was],
            "gone": [_short(f) for i, f in was.items() if i not in now],
            "changed": [
                _short(f) | {"from": _watched(was[i]), "to": _watched(f)}
                for i, f in now.items()
                if i in was and _watched(was[i]) != _watched(f)
            ],
        }
    return changes


def _watched(finding: dict[str, Any]) -> dict[str, Any]:
    return {name: finding.get(name) for name in _WATCHED}


def _short(finding: dict[str, Any]) -> dict[str, Any]:
    return {name: finding.get(name) for name in ("id", "duty", "code", "state", "keys", "summary")}
