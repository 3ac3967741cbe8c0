"""The other written tables of a pack: instruments, sanction rows, states, policy, grading."""

from typing import Literal

import msgspec

from lawkeep.law.duty import Cite, Same, Selector
from lawkeep.model.finding import Basis, Fine, Status, Text


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


Rank = Literal["law", "regulation", "departmental_rule", "normative_document", "other"]
RANKS: tuple[Rank, ...] = (
    "law",
    "regulation",
    "departmental_rule",
    "normative_document",
    "other",
)


class PackHead(_Strict, frozen=True, kw_only=True):
    """`pack.yaml`. `calendar`: whose working days; `procedure`: whose rules of limitation, one
    fine and lighter law (None: the pack has none)."""

    pack: str
    version: str
    title: Text
    jurisdiction: str
    zone: str
    calendar: Literal["cn", "none"] = "none"
    procedure: Literal["cn"] | None = None
    currency: str = "CNY"
    disclaimer: Text


class Edition(_Strict, frozen=True, kw_only=True):
    """A text of an instrument in force from the first instant of `effective` to the last of
    `expires` (days, law time). `articles`: number of articles, the highest one that exists."""

    effective: str
    expires: str | None = None
    title: Text
    promulgated: str | None = None
    caveats: tuple[str, ...] = ()


class Instrument(_Strict, frozen=True, kw_only=True):
    """`fine_cap`: the largest fine that an instrument of its rank may fix, where that is known."""

    id: str
    short: Text
    rank: Rank
    editions: list[Edition]
    source: str
    fine_cap: int | None = None


class Row(_Strict, frozen=True, kw_only=True):
    """A sanction row: a tier of consequence that a text attaches to a breach.

    `opens`: any one of these facts opens it. `must`: the text orders it; `may`: it allows it.
    `gain_from`, `gain_below`: for gains in this range only. `beside`: measures that add to
    another tier. `amounts_from`: the article of the edition that states the amounts.
    """

    row: str
    law: str
    article: str
    conduct_articles: list[str] = []
    tier: int
    opens: list[
        Literal["breach", "refusal", "consequence", "serious", "severe", "especially_severe"]
    ]
    must: list[str] = []
    may: list[str] = []
    fine_entity: Fine | None = None
    fine_persons: Fine | None = None
    persons: str | None = None
    authority: str
    status: Status
    conduct: Text | None = None
    gain_from: int | None = None
    gain_below: int | None = None
    amounts_from: str | None = None
    caveats: tuple[str, ...] = ()


class StateRule(_Strict, frozen=True, kw_only=True):
    """A named state: it holds per value of `same` from a `begins` event until an `ends` event,
    and only while the state `within` holds on the same keys. No `same`: one for the operator."""

    begins: Selector | list[Selector]
    ends: Selector | list[Selector] | None = None
    same: Same | None = None
    within: str | None = None
    title: Text


class Bound(_Strict, frozen=True, kw_only=True):
    """Policy numbers for a word such as "immediately": a demand within `met_within` is met,
    after `breached_after` it is breached, between the two a person must say."""

    met_within: str
    breached_after: str
    source: str


class Retention(_Strict, frozen=True, kw_only=True):
    """How long data held for a purpose must stay (`floor`) and by when it must go (`ceiling`).

    Periods run from when the data was recorded, or from when the relation that it was for ended.
    None: the law sets no such end, or (`floor_basis`, `ceiling_basis`: policy) nobody does.
    """

    purpose: str
    title: Text
    starts: Literal["recorded", "ended"] = "recorded"
    floor: str | None = None
    floor_basis: Basis = "text"
    ceiling: str | None = None
    ceiling_basis: Basis = "policy"
    cites: list[Cite]
    ceiling_cites: list[Cite] = []
    note: Text | None = None


class Grade(_Strict, frozen=True, kw_only=True):
    """An indicator of the incident grading annex: thresholds per level, both included."""

    indicator: str
    unit: str
    title: Text
    levels: dict[str, float]
    scopes: dict[str, list[str]] = {}


class Grading(_Strict, frozen=True, kw_only=True):
    law: str
    status: Status
    levels: list[str]
    caveats: tuple[str, ...] = ()
    indicators: list[Grade]


class Discretion(_Strict, frozen=True, kw_only=True):
    """A step of a discretion standard: information beside a sanction row, it changes no band.

    `row`: id of a row, or `*`: every row whose authority is this one. `place`: code or name of a
    division of `divisions.yaml`, or the jurisdiction. A plain text stands for both languages.
    """

    id: str
    row: str
    authority: str
    place: str
    effective: str
    expires: str | None = None
    step: Text | str
    circumstances: list[Text | str]
    fine_entity: Fine | None = None
    fine_persons: Fine | None = None
    status: Status
    source: str


class Renumbering(_Strict, frozen=True, kw_only=True):
    """Where the articles of one edition went in the next: old article to new ones."""

    law: str
    old: str
    new: str
    articles: dict[str, list[str]]
    changed: list[str] = []
