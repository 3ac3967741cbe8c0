"""Event types: what the gates decided and which grants changed."""

from typing import Literal

from lawkeep.model.facts.words import Count
from lawkeep.model.vocabulary import Fact, fact


class _Gate(Fact, frozen=True):
    answer: str | None = None
    because: str | None = None
    grant_sequence: Count | None = None


@fact("gate.decided", keys="gate", en="Gate decided", zh="闸口作出决定")
class GateDecided(_Gate, frozen=True):
    """A gate answered a question; the other keys say what was asked.

    `grant_sequence`: how far the gate's table of grants had come.
    """


@fact("gate.failed_open", keys="gate", en="Gate failed open", zh="闸口故障放行")
class GateFailedOpen(_Gate, frozen=True):
    """A gate could not decide and let it through, as its service chose for that event."""


@fact("grant.changed", keys="grant", en="Grant changed", zh="许可状态变更")
class GrantChanged(Fact, frozen=True):
    """Whether a subject may use a resource changed; the other keys name the resource."""

    state: Literal["granted", "grace", "suspended", "unknown"] | None = None
    because: str | None = None
