"""What if the law were another one: the findings that a change would add, remove or alter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lawkeep.app.engines import bench
from lawkeep.app.question import EngineName
from lawkeep.law.pack import Pack
from lawkeep.model.event import Event
from lawkeep.model.finding import Finding

WATCHED = ("state", "reason", "due_at", "decided_at")


@dataclass(frozen=True)
class WhatIf:
    """Findings by their ids: only under the second law, only under the first, under both but
    different (before, after). `same`: how many are as before."""

    added: tuple[Finding, ...]
    removed: tuple[Finding, ...]
    changed: tuple[tuple[Finding, Finding], ...]
    same: int

    def breaches(self) -> tuple[int, int]:
        """How many breaches come and how many go."""
        come = [f for f in self.added if f.state == "breached"]
        come += [b for a, b in self.changed if b.state == "breached" != a.state]
        go = [f for f in self.removed if f.state == "breached"]
        go += [a for a, b in self.changed if a.state == "breached" != b.state]
        return len(come), len(go)


def what_if(
    packs_a: Sequence[Pack],
    packs_b: Sequence[Pack],
    log: Iterable[Event],
    *,
    operator: str,
    as_of: int,
    drafts: bool = False,
    engine: EngineName = "auto",
) -> WhatIf:
    """Judge one log under two laws. `as_of`: the date judged, for both.

    Errors: those of the events and of `bench`.
    """
    with bench(iter(log), as_of, engine) as judge:
        sides: list[dict[str, Finding]] = []
        for packs in (packs_a, packs_b):
            found: dict[str, Finding] = {}
            for pack in packs:
                judged, _, _ = judge.engine(
                    pack, operator=operator, as_of=as_of, drafts=drafts, only=frozenset()
                )
                found |= {j.finding.id: j.finding for j in judged}
            sides.append(found)
    before, after = sides
    both = [(before[i], f) for i, f in after.items() if i in before]
    changed = tuple(sorted((p for p in both if _differ(*p)), key=lambda p: _order(p[1])))
    return WhatIf(
        tuple(sorted((f for i, f in after.items() if i not in before), key=_order)),
        tuple(sorted((f for i, f in before.items() if i not in after), key=_order)),
        changed,
        len(both) - len(changed),
    )


def _differ(a: Finding, b: Finding) -> bool:
    return any(getattr(a, name) != getattr(b, name) for name in WATCHED)


def _order(finding: Finding) -> tuple[str, int, str]:
    return (finding.code, finding.trigger, finding.id)
