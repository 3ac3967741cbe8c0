"""The level that a measured value of an incident reaches on a pack's grading annex.

The annex states a presumption for ordinary cases, not a closed definition; findings that rest on
it carry the annex's caveats.
"""

from typing import Any

from lawkeep.law.tables import Grading

LEVELS = ("general", "larger", "major", "especially_major")


def grade(grading: Grading, data: dict[str, Any]) -> str:
    """The highest level of which the value reaches the threshold (included); else `general`.

    `data`: `indicator`, `value`, `scope` of an `incident.measured`. Where the annex names scopes
    for a level, a measurement with another scope does not reach it; without one it does.
    """
    for indicator in grading.indicators:
        if indicator.indicator != data.get("indicator"):
            continue
        value, scope = data.get("value"), data.get("scope")
        for level in reversed(LEVELS):
            threshold = indicator.levels.get(level)
            scopes = indicator.scopes.get(level)
            if threshold is None or value is None or value < threshold:
                continue
            if scopes and scope is not None and scope not in scopes:
                continue
            return level
    return "general"
