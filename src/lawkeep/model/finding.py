"""What the judge says: findings, exposure, coverage gaps; and who the operator is.

Instants are microseconds of UTC. `null` instants are unknown, never zero.
"""

from typing import Any, Literal

import msgspec

State = Literal["met", "breached", "pending", "open"]
Basis = Literal["text", "practice", "policy"]
Status = Literal["verified", "substance", "draft"]


class Text(msgspec.Struct, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class Citation(msgspec.Struct, frozen=True):
    """Instrument (`CN-CSL`), edition (its first day in force) and article (`24(1)`)."""

    instrument: str
    edition: str
    article: str
    status: Status = "verified"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A judged obligation.

    `id`: 32 hex digits (judging.md 20). `opening`: what opened it: an event id,
    `in_force:DATE` or `ended:ID`. `trigger`: the instant at which its time began. `reason`: a
    code of `docs/reference/findings.md`, None where the state speaks for itself. `events`: ids
    that show it, by time. `act`: value of the act key, what breaches are brought together by.
    """

    id: str
    duty: str
    code: str
    state: State
    reason: str | None
    basis: Basis
    citation: Citation
    also_cited: tuple[Citation, ...] = ()
    caveats: tuple[str, ...] = ()
    keys: dict[str, str] = {}
    for_each: dict[str, str] = {}
    opening: str
    trigger: int
    due_at: int | None = None
    decided_at: int | None = None
    cured_at: int | None = None
    ended_at: int | None = None
    events: tuple[str, ...] = ()
    act: str
    summary: Text
    missing: tuple[str, ...] = ()
    """Event types whose record would close an open finding."""


class Fine(msgspec.Struct, frozen=True):
    """A band, both ends included; None: the text sets no such end. `of_gain`: times the gain."""

    min: int | None = None
    max: int | None = None
    of_gain: tuple[int, int] | None = None
    pct_turnover: float | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a discretion standard beside a sanction row: information, never the band itself.

    `place`: code of an administrative division. `effective`, `expires`: days in force. `fits`:
    whether it is verified and its authority, place and dates match the act; whether its
    circumstances do is for a person to say.
    """

    id: str
    authority: str
    place: str
    effective: str
    expires: str | None
    step: Text
    circumstances: tuple[Text, ...]
    fine_entity: Fine | None = None
    fine_persons: Fine | None = None
    status: Status
    source: str
    fits: bool


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """A sanction row that an act opens. Never "the penalty": what the text allows or orders.

    `opened`: `yes`, or `arguable` where a fact only suggests the tier. `absorbed_by`: the row
    whose fine stands instead (one fine for one act). `barred`: by limitation; None: unknown.
    """

    act: str
    duties: tuple[str, ...]
    row: str
    instrument: str
    edition: str
    article: str
    tier: int
    status: Status
    opened: Literal["yes", "arguable"]
    because: str
    must: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    fine_entity: Fine | None = None
    fine_persons: Fine | None = None
    currency: str = "CNY"
    absorbed_by: str | None = None
    barred: bool | None = False
    needs_lawyer: bool = False
    caveats: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    discretion: tuple[Step, ...] = ()


class CoverageGap(msgspec.Struct, frozen=True, kw_only=True):
    """A duty that could not be asked: the records it starts from are not declared complete."""

    duty: str
    code: str
    types: tuple[str, ...]
    title: Text


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """For these event types the records are complete from `start` until `end` (instants).

    `start` None: since the operator began. `end` None: still. `by`: the system of record.
    """

    types: tuple[str, ...]
    start: int | None = None
    end: int | None = None
    by: str | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Who the operator is: one statement with its first instant (None: always)."""

    roles: frozenset[str]
    since: int | None = None
    jurisdictions: tuple[str, ...] = ("cn",)


class LawUsed(msgspec.Struct, frozen=True, kw_only=True):
    """Which law was asked: pack id to `{version, sha256}`, policy hash, drafts on or off."""

    packs: dict[str, dict[str, str]]
    policy: dict[str, str]
    drafts: bool = False
    engine: str = "reference"


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found about one operator as of one instant."""

    operator: str
    judged_as_of: int
    law: LawUsed
    findings: tuple[Finding, ...]
    exposure: tuple[Exposure, ...]
    coverage_gaps: tuple[CoverageGap, ...]
    notes: dict[str, Any] = {}
