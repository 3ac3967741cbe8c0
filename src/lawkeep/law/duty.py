"""The shape of a duty as a lawyer writes it in YAML (`docs/reference/packs.md`).

These structs are only the written form; `law.pack` checks it and `judge.form` compiles it.
"""

from typing import Any, Literal

import msgspec

from lawkeep.model.finding import Basis, Status, Text

Pattern = Literal[
    "precedence",
    "response",
    "chain",
    "prohibition",
    "recurrence",
    "retention",
    "existence",
    "continuity",
    "inventory",
]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


SameTerm = str | dict[str, str]
"""`content`; `product|system` (alternatives); `data.purpose` (a data field); `root(content)`
(the original that a chain of re-uploads leads to); `{content: original}` (trigger's kind: other's
kind; with `original` on a side both are followed to the root)."""
Same = SameTerm | list[SameTerm]


class Select(_Strict, frozen=True, kw_only=True):
    """Events of some types that fit `where`.

    `where`: field (or `key.KIND`) to a value, a list of values, or `{not: value}`, `{gte: n}`,
    `{lte: n}`, `{is: null}`, `{has: value}` (a list field has it), `{grade: larger}` (an
    `incident.measured` at or above that level of the pack's grading annex).
    `same`: how it is matched to the trigger, where that differs from the duty's `same`.
    """

    event: str | list[str]
    where: dict[str, Any] = {}
    same: Same | None = None


Selector = str | Select


class Demand(_Strict, frozen=True, kw_only=True):
    """What must be there.

    `state`: the demand is a state that lasts (stopped, kept): it may already hold at the trigger
    and ends by `undone_by`. `valid_until`: a data field of the event after which it no longer
    holds. `covers`: the union of this list field over the standing events must cover the
    trigger's (an event without the field covers all). `within`, `policy`: a deadline of its own
    (chain: from the leg before). `all_of`, `any_of`: demands judged together as one finding.
    """

    event: str | list[str] | None = None
    all_of: list["str | Demand"] | None = None
    any_of: list["str | Demand"] | None = None
    where: dict[str, Any] = {}
    same: Same | None = None
    state: bool = False
    undone_by: Selector | list[Selector] | None = None
    valid_until: str | None = None
    covers: str | None = None
    within: str | None = None
    policy: str | dict[str, str] | None = None


class Given(_Strict, frozen=True, kw_only=True):
    """A condition on other events for a trigger to count.

    `once`: some event at or before the trigger, not ended since by `ended_by`. `never`: no such
    event. `ever`: some event at any time known.
    """

    once: Selector | None = None
    never: Selector | None = None
    ever: Selector | None = None
    ended_by: Selector | list[Selector] | None = None


class Occurrence(_Strict, frozen=True, kw_only=True):
    """The trigger counts only as the first of its key, or where `of` rises above all before."""

    of: str
    only: Literal["first", "raised"]


class KnownBy(_Strict, frozen=True, kw_only=True):
    """The clock starts at knowledge of the trigger.

    `event`: the knowledge; `same`: matched by the first of these keys that the trigger has.
    `earlier`: knowledge before the trigger counts too (the clock then starts before it).
    """

    event: Selector
    same: list[str]
    earlier: bool = False


class ForEach(_Strict, frozen=True, kw_only=True):
    """One obligation per value.

    Either `event` (each distinct value of `take`, a kind of key or `data.FIELD`, over these events
    at or before the trigger) or `values` (a data field of the demand and its fixed values).
    """

    event: Selector | None = None
    take: str | None = None
    values: dict[str, list[str]] | None = None


class Keep(_Strict, frozen=True, kw_only=True):
    """How long a record is kept (retention).

    `newest`: where the newest record ends: `data.FIELD` of the trigger, or an event (its
    `field`, else its `occurred_at`). `period`: how long after. `still`: a state during which the
    record is needed whatever its age. `measured_at`: the instant of the trigger that its age is
    taken at.
    """

    newest: str | Select
    field: str | None = None
    period: str
    still: str | None = None
    measured_at: Literal["occurred_at", "recorded_at"] = "occurred_at"


class Cite(_Strict, frozen=True, kw_only=True):
    """A place in an edition: `law: CN-CSL@2017-06-01`, `article: "24(1)"`."""

    law: str
    article: str
    status: Status
    caveats: tuple[str, ...] = ()


class Valid(_Strict, frozen=True, kw_only=True):
    """First day and last day (both included, law time) of a duty narrower than its editions."""

    since: str | None = msgspec.field(name="from", default=None)
    until: str | None = None


class Examples(_Strict, frozen=True, kw_only=True):
    """Timelines that must come out as their name says; run as tests, and shown in the docs."""

    met: str | list[str] | None = None
    breached: str | list[str] | None = None
    open: str | list[str] | None = None
    pending: str | list[str] | None = None


class Duty(_Strict, frozen=True, kw_only=True):
    """One formal rule. Which fields a pattern takes is checked by the loader."""

    duty: str
    code: str
    title: Text
    summary: Text
    pattern: Pattern
    basis: Basis = "text"
    number: Basis | None = None
    """Where the number in it comes from; needed wherever there is one."""
    applies_to: list[str]
    cites: list[Cite]
    valid: Valid | None = None
    after: Selector | list[Selector] | None = None
    before: Selector | list[Selector] | None = None
    never: Selector | list[Selector] | None = None
    on: Selector | list[Selector] | None = None
    while_: str | None = msgspec.field(name="while", default=None)
    given: list[Given] = []
    occurrence: Occurrence | None = None
    known_by: KnownBy | None = None
    must: str | Demand | list[str | Demand] | None = None
    then: list[str | Demand] | None = None
    look_for: list[str | Demand] | None = None
    same: Same | None = None
    via: dict[str, list[str]] = {}
    """Kind of key to [event type, kind of key it shares]: how a missing key is found."""
    for_each: ForEach | None = None
    unless: Selector | list[Selector] | None = None
    unless_by: Literal["due"] | None = None
    contrary: Selector | list[Selector] | None = None
    within: str | None = None
    policy: str | dict[str, str] | None = None
    before_by: str | None = None
    """Precedence: the demand lies at least this long before (`P30D`)."""
    look_back: str | None = None
    """Precedence: the demand lies at most this long before (`P365D`)."""
    every: str | None = None
    keep: Keep | None = None
    start_grace: str | None = None
    """Existence: extra time for what already stood when the duty came into force (`P30D`)."""
    act: list[str] | Literal["duty"]
    sanctions: dict[str, list[str]] | Literal["none", "not_held"]
    examples: Examples
    note: Text | None = None
