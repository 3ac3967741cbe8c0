"""An audit against an earlier one: which findings are new, gone or changed.

Only what both were asked is compared: a finding that one of the two did not look for is neither
new nor gone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from lawkeep.ingest.rows import open_input
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.time import parse_instant

_WATCHED = ("state", "reason", "due_at", "decided_at", "cured_at")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit says that it was asked. `since`: the first instant of that day, RFC 3339."""

    only: list[str] = []
    keys: dict[str, str] = {}
    since: str | None = None

    def looked_for(self, finding: Mapping[str, Any]) -> bool:
        """Whether an audit with this question shows such a finding (as JSON)."""
        if self.only and not {finding.get("duty"), finding.get("code")} & set(self.only):
            return False
        about = (finding.get("keys") or {}) | (finding.get("for_each") or {})
        acts = set(str(finding.get("act") or "").split(","))
        if any(about.get(k) != v and f"{k}={v}" not in acts for k, v in self.keys.items()):
            return False
        if self.since is None:
            return True
        start = parse_instant(self.since)
        times = [finding.get(name) for name in ("trigger", "due_at")]
        return any(isinstance(t, str) and parse_instant(t) >= start for t in times)


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
        try:
            asked = _asked(one) or Asked()
            if asked.since is not None:
                parse_instant(asked.since)
            for finding in findings:
                asked.looked_for(finding)
                for name in ("trigger", "due_at"):
                    if isinstance(finding.get(name), str):
                        parse_instant(finding[name])
        except (msgspec.ValidationError, LawkeepError, TypeError) as problem:
            raise error("audit_file_malformed", problem=str(problem)).at(path.name) from None
    return values


def _asked(one: Mapping[str, Any]) -> Asked | None:
    """What an audit was asked; None where it does not say."""
    return msgspec.convert(one["asked"], Asked) if isinstance(one.get("asked"), dict) else None


def compare(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Per operator of `new`: `new` and `gone` findings in short, `changed` with from and to.

    `earlier`: what the earlier audit was asked: `known`, `unknown` (then what is asked now
    decides alone), or `no_audit` of this operator. `left_out`: how many findings of the `earlier`
    and of `this` audit the other did not look for.
    """
    before = {one["operator"]: one for one in old}
    return {one["operator"]: _compared(before.get(one["operator"]), one) for one in new}


def _compared(earlier: dict[str, Any] | None, this: dict[str, Any]) -> dict[str, Any]:
    questions = [_asked(this) or Asked()]
    drafts = [bool((this.get("law") or {}).get("drafts"))]
    known = None if earlier is None else _asked(earlier)
    if known is not None:
        questions.append(known)
    if earlier is not None:
        drafts.append(bool((earlier.get("law") or {}).get("drafts", drafts[0])))

    def both(finding: Mapping[str, Any]) -> bool:
        if len(set(drafts)) > 1 and _draft(finding):
            return False
        return all(asked.looked_for(finding) for asked in questions)

    found = [] if earlier is None else earlier["findings"]
    was = {f["id"]: f for f in found if both(f)}
    now = {f["id"]: f for f in this["findings"] if both(f)}
    return {
        "new": [_short(f) for i, f in now.items() if i not in was],
        "gone": [_short(f) for i, f in was.items() if i not in now],
        "changed": [
            _short(f) | {"from": _watched(was[i]), "to": _watched(f)}
            for i, f in now.items()
            if i in was and _watched(was[i]) != _watched(f)
        ],
        "earlier": "no_audit" if earlier is None else "unknown" if known is None else "known",
        "left_out": {
            "earlier": len(found) - len(was),
            "this": len(this["findings"]) - len(now),
        },
    }


def _draft(finding: Mapping[str, Any]) -> bool:
    """Whether a finding rests on drafts alone, which only an audit with drafts looks for."""
    cited = [finding.get("citation"), *(finding.get("also_cited") or ())]
    return all(isinstance(c, dict) and c.get("status") == "draft" for c in cited)


def _watched(finding: dict[str, Any]) -> dict[str, Any]:
    return {name: finding.get(name) for name in _WATCHED}


def _short(finding: dict[str, Any]) -> dict[str, Any]:
    return {name: finding.get(name) for name in ("id", "duty", "code", "state", "keys", "summary")}
