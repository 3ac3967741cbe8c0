"""Event types: findings, as they go back to the ledger."""

from typing import Literal

from lawkeep.model.vocabulary import Fact, Time, fact


@fact("finding.judged", en="Finding judged", zh="作出判定")
class FindingJudged(Fact, frozen=True):
    """A finding took this state. `withdrawn`: it no longer arises.

    The keys are those of the finding. `law`: hashes of the packs and of the policy by name.
    """

    finding: str | None = None
    duty: str | None = None
    state: Literal["met", "breached", "pending", "open", "withdrawn"] | None = None
    reason: str | None = None
    due_at: Time | None = None
    decided_at: Time | None = None
    evidence_ids: list[str] | None = None
    law: dict[str, str] | None = None
