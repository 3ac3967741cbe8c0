"""The judge asked in advance: what would this event breach, and what would it call for?

Sentence 22. A gate asks this before it lets a request through; it reads the same rules as the
audit, so the two can never disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack
from lawkeep.model.event import Event
from lawkeep.model.finding import Finding


@dataclass(frozen=True)
class Ahead:
    """`breaches`: findings that the event would breach at once. `opens`: obligations it would
    open, pending with their `due_at`. `unclear`: what would be open. The gate's policy decides
    about the last two and says which it was; neither is "allowed"."""

    breaches: tuple[Finding, ...]
    opens: tuple[Finding, ...]
    unclear: tuple[Finding, ...]


def ask(
    events: Iterable[Event],
    event: Event,
    packs: Iterable[Pack],
    *,
    operator: str,
    now: int,
    drafts: bool = False,
) -> Ahead:
    """What the findings would be if `event` happened now, against what they are without it.

    Findings that stand already, whatever the event, are not part of the answer.
    """
    happens = msgspec.structs.replace(event, occurred_at=now, recorded_at=now)
    log = list(events)
    before: dict[str, Finding] = {}
    after: dict[str, Finding] = {}
    for pack in packs:
        for found, those in ((before, log), (after, [*log, happens])):
            judged, _, _ = judge_pack(those, pack, operator=operator, as_of=now, drafts=drafts)
            found |= {j.finding.id: j.finding for j in judged}
    changed = [f for f in after.values() if _state(before.get(f.id)) != _state(f)]
    changed.sort(key=lambda f: (f.code, f.id))

    def those_in(state: str) -> tuple[Finding, ...]:
        return tuple(f for f in changed if f.state == state)

    return Ahead(those_in("breached"), those_in("pending"), those_in("open"))


def _state(finding: Finding | None) -> tuple[str, str | None] | None:
    return None if finding is None else (finding.state, finding.reason)
