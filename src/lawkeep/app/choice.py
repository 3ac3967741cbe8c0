"""Which events a question needs: the choice behind an export.

A choice by case or key takes the events that name it, what those events name in turn, the findings
about all that with the events that they rest on, and what makes them readable: who the operator
said it was, what its records covered, which law was loaded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lawkeep.ledger.base import BaseLedger
from lawkeep.model.event import Event

CONTEXT = ("operator.profiled", "records.covered", "law.loaded")
FINDING = "finding.judged"
# Keys that nearly every event has say nothing about belonging together.
_COMMON = frozenset({"service", "system", "gate"})


@dataclass(frozen=True)
class Choice:
    """What to disclose; nothing given: the whole ledger.

    `keys`: kinds and values, `case` among them; any of them. `types`: these event types only.
    `since`: recorded at or after this instant. `seqs`: single entries, whatever the rest says.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    types: frozenset[str] = frozenset()
    since: int | None = None
    seqs: frozenset[int] = frozenset()

    @property
    def general(self) -> bool:
        """Whether it asks for more than single entries."""
        return bool(self.keys or self.types) or self.since is not None

    def fits(self, event: Event) -> bool:
        """Whether an event is of the types and of the time asked for."""
        return (not self.types or event.type in self.types) and (
            self.since is None or event.recorded_at >= self.since
        )


def chosen(ledger: BaseLedger, choice: Choice) -> list[int]:
    """Places of the events to disclose, in order."""
    if not choice.general:
        return sorted(choice.seqs) or list(range(ledger.size))
    found = set(choice.seqs)
    pairs = _related(ledger, choice.keys)
    evidence: set[str] = set()
    for entry in ledger.read():
        event = entry.event
        if choice.fits(event) and (not choice.keys or pairs & set(event.keys.items())):
            found.add(entry.seq)
            if event.type == FINDING:
                evidence.update(event.data.get("evidence_ids") or ())
    entries = (ledger.get(id_) for id_ in evidence)
    found |= {entry.seq for entry in entries if entry is not None}
    if found and (choice.keys or evidence):
        found |= {entry.seq for entry in ledger.read(types=CONTEXT)}
    return sorted(found)


def _related(ledger: BaseLedger, keys: Mapping[str, str]) -> set[tuple[str, str]]:
    """The keys asked for, and those that stand beside one of them in an event."""
    asked = set(keys.items())
    pairs = set(asked)
    if asked:
        for entry in ledger.read():
            own = set(entry.event.keys.items())
            if own & asked:
                pairs |= {pair for pair in own if pair[0] not in _COMMON}
    return pairs
