"""Acts: breaches that the law counts as one, with their time and what they are about.

`docs/explanation/judging.md`, sentences 23 and 24.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lawkeep.judge.form import types_of
from lawkeep.judge.knowledge import Known
from lawkeep.judge.outcome import Judged
from lawkeep.judge.world import World
from lawkeep.model.vocabulary import ALL_KEYS

PROCEDURAL = frozenset({"order", "case", "penalty", "request", "check", "gate", "grant"})
"""Kinds of key that name a proceeding, not what it is about, unless the act is about one."""


@dataclass(frozen=True)
class Extent:
    """The time of a breach, both ends included.

    `end`: its last instant; None: unknown. `goes_on`: it had not ended at the date judged, and
    `end` is that date. `sure`: until when it certainly ran.
    """

    start: int
    end: int | None
    sure: int
    goes_on: bool = False


@dataclass(frozen=True)
class Act:
    """One act. `key`: value of the act key; `name`: the same, numbered where several acts have it.

    `about`: the keys of its findings, each set once.
    """

    key: str
    name: str
    parts: tuple[tuple[Judged, Extent], ...]
    about: tuple[Mapping[str, str], ...]

    @cached_property
    def start(self) -> int:
        return min(e.start for _, e in self.parts)

    @cached_property
    def first(self) -> int:
        """The first trigger: a fact before it is about something else."""
        return min(j.finding.trigger for j, _ in self.parts)

    @cached_property
    def end(self) -> int | None:
        """Its last instant; None: unknown. An act that goes on ends at the date judged."""
        running = [e.end for _, e in self.parts if e.goes_on and e.end is not None]
        ends = [e.end for _, e in self.parts]
        if running:
            return max(running)
        known = [e for e in ends if e is not None]
        return max(known) if len(known) == len(ends) else None

    @property
    def goes_on(self) -> bool:
        return any(e.goes_on for _, e in self.parts)

    @cached_property
    def duties(self) -> frozenset[str]:
        """Ids and codes of its duties."""
        return frozenset(n for j, _ in self.parts for n in (j.finding.duty, j.finding.code))

    def keys_of(self, event: Known) -> dict[str, str]:
        """The keys of an event that say what it is about, read beside this act."""
        own = {name for about in self.about for name in about}
        return {k: v for k, v in event.keys.items() if k not in PROCEDURAL or k in own}

    def shares(self, keys: Mapping[str, str]) -> bool:
        """Some finding has a key of equal value, and none of equal kind and another value."""
        return any(
            not about.keys().isdisjoint(keys) and _agree(about, keys) for about in self.about
        )

    def agrees(self, keys: Mapping[str, str]) -> bool:
        """Some finding has no key of equal kind and another value."""
        return any(_agree(about, keys) for about in self.about)

    @property
    def nameless(self) -> bool:
        """About the operator as a whole: no finding names a thing."""
        return not any(self.about)


def _agree(mine: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(mine[k] == v for k, v in other.items() if k in mine)


def acts(judged: Iterable[Judged], world: World) -> list[Act]:
    """[24] The breaches as acts, by key and start.

    One act: an equal act key and times that meet or touch. An unknown end reaches to the date
    judged here, so that no fine is counted twice for want of a record. The operator's own
    standing duties: one act per duty, however far apart its lapses are.
    """
    by_key: dict[str, dict[str, tuple[Judged, Extent]]] = defaultdict(dict)
    for one in judged:
        if one.finding.state == "breached":
            by_key[one.finding.act][one.finding.id] = (one, extent(one, world))
    found = []
    for key, parts in sorted(by_key.items()):
        whole = all(j.form.duty.act == "duty" for j, _ in parts.values())
        groups: list[list[tuple[Judged, Extent]]] = []
        last = world.as_of
        for part in sorted(parts.values(), key=lambda p: (p[1].start, p[0].finding.id)):
            end = world.as_of if part[1].end is None else part[1].end
            if groups and (whole or part[1].start <= last + 1):
                groups[-1].append(part)
                last = max(last, end)
            else:
                groups.append([part])
                last = end
        for number, group in enumerate(groups, 1):
            name = key if number == 1 else f"{key}#{number}"
            named = {frozenset(a.items()): a for a in (_about(j) for j, _ in group)}
            found.append(Act(key, name, tuple(group), tuple(named.values())))
    return found


def extent(one: Judged, world: World) -> Extent:
    """[23] From `starts` to the cure, the release or the end of the condition.

    What nothing can cure ends by itself: an event that is never allowed, at that event; records
    deleted too early, when they would no longer have to be kept.
    """
    finding, form = one.finding, one.form
    start, as_of = one.starts, world.as_of
    end = finding.ended_at
    if form.pattern == "prohibition" and form.duty.while_ is None:
        end = start
    elif form.pattern == "retention" and finding.due_at is not None:
        end = finding.due_at
    if end is not None:
        if end > as_of:
            return Extent(start, as_of, as_of, goes_on=True)
        return Extent(start, max(end, start), max(end, start))
    until = _covered_until(one, world)
    if until >= as_of:
        return Extent(start, as_of, as_of, goes_on=True)
    return Extent(start, None, max(start, until))


def _covered_until(one: Judged, world: World) -> int:
    """Until when the records would show a cure; at least the start of the breach."""
    types = one.demand or types_of(leg.pick for leg in one.form.chain)
    if one.form.pattern == "prohibition" and one.form.duty.while_ is not None:
        types = types_of(world.state_form(one.form.duty.while_).ends)
    if one.covered_on and one.demand:
        return world.as_of
    at = one.starts
    return min(
        (
            max((e for s, e in world.knowledge.covered_spans(t) if s <= at <= e), default=at)
            for t in types
        ),
        default=world.as_of,
    )


def _about(one: Judged) -> dict[str, str]:
    """The keys of a finding, those of `for_each`, and the act key, found elsewhere or not."""
    finding = one.finding
    keys = finding.keys | {k: v for k, v in finding.for_each.items() if k in ALL_KEYS}
    return keys | _parts(finding.act, {name for group in one.form.act for name in group})


def _parts(act: str, names: set[str]) -> dict[str, str]:
    """`subject=u1,service=s` as keys."""
    if not names:
        return {}
    pieces = re.split(rf"(?:^|,)({'|'.join(sorted(names))})=", act)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))
