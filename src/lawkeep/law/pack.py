"""A law pack: loaded from its folder, checked, dated.

What a pack says wrongly is refused here with file, line and what to do, never at judging time.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from lawkeep.law.calendar import Calendar
from lawkeep.law.check import Checker
from lawkeep.law.duty import Cite, Duty
from lawkeep.law.tables import (
    RANKS,
    Bound,
    Discretion,
    Edition,
    Grading,
    Instrument,
    PackHead,
    Renumbering,
    Retention,
    Row,
    StateRule,
)
from lawkeep.model.errors import Both, declare, error
from lawkeep.model.finding import Text
from lawkeep.model.source import Document, read_yaml
from lawkeep.model.vocabulary import Vocabulary

declare(
    "pack_not_found",
    "There is no law pack at {path}.",
    "{path} 处没有法律包。",
    "Name a folder that has a pack.yaml, or one of the packs of `lawkeep law list`.",
    "请指定含有 pack.yaml 的文件夹，或 lawkeep law list 列出的法律包。",
)


class NotFormalised(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A duty of the brief that is not a rule here, with the reason."""

    code: str
    title: Text
    why: Text


@dataclass(frozen=True)
class Pack:
    """A checked pack. `sha256`: over all its files, so that a finding names the exact law."""

    head: PackHead
    instruments: Mapping[str, Instrument]
    duties: tuple[Duty, ...]
    rows: Mapping[str, Row]
    states: Mapping[str, StateRule]
    policy: Mapping[str, Bound]
    grading: Grading | None
    discretion: tuple[Discretion, ...]
    renumbering: tuple[Renumbering, ...]
    caveats: Mapping[str, Text]
    not_formalised: tuple[NotFormalised, ...]
    retention: Mapping[str, Retention]
    calendar: Calendar
    sha256: str
    policy_sha256: str
    divisions: Mapping[str, Text] = field(repr=False, default_factory=dict)
    places: Mapping[str, Document] = field(repr=False, default_factory=dict)
    _spans: dict[str, tuple[int, int | None]] = field(repr=False, default_factory=dict)
    _cites: dict[tuple[str, bool], tuple[list[int], list[tuple[Cite, ...]]]] = field(
        repr=False, default_factory=dict
    )

    @property
    def id(self) -> str:
        return self.head.pack

    def division(self, written: str | None) -> str | None:
        """The code of a place that a person wrote: a code, or a name in either language, also one
        that goes on with a smaller place (`广东省广州市`, `Guangzhou, Guangdong`). None: unknown.
        """
        if not written:
            return None
        place = written.strip()
        whole = self.head.jurisdiction.upper()
        if place.upper() == whole or place.upper().startswith(f"{whole}-"):
            return place.upper()
        parts = {part.strip().lower() for part in place.split(",")}
        for code, name in self.divisions.items():
            if place.startswith(name.zh) or name.en.lower() in parts:
                return code
        return None

    def duty(self, name: str) -> Duty | None:
        """A duty by its id or code."""
        return next((d for d in self.duties if name in (d.duty, d.code)), None)

    def edition(self, law: str) -> Edition:
        """The edition that `CN-CSL@2017-06-01` names."""
        name, _, day = law.partition("@")
        return next(e for e in self.instruments[name].editions if e.effective == day)

    def span(self, law: str) -> tuple[int, int | None]:
        """First and last instant in force of an edition; None: still in force."""
        found = self._spans.get(law)
        if found is None:
            edition = self.edition(law)
            last = edition.expires
            found = (
                self.calendar.day_start(_day(edition.effective)),
                None if last is None else self.calendar.day_end(_day(last)),
            )
            self._spans[law] = found
        return found

    def cites_at(self, duty: Duty, instant: int, drafts: bool) -> tuple[Cite, ...]:
        """The citations in force at an instant, highest rank first, else as listed.

        Empty: the duty does not hold then. Drafts count only when they are switched on.
        """
        starts, cites = self._in_force(duty, drafts)
        return cites[bisect_right(starts, instant)]

    def _in_force(self, duty: Duty, drafts: bool) -> tuple[list[int], list[tuple[Cite, ...]]]:
        """Instants at which the citations of a duty change, and those from each on (first:
        those before all)."""
        found = self._cites.get((duty.duty, drafts))
        if found is None:
            spans = [(c, *self.span(c.law)) for c in duty.cites if drafts or c.status != "draft"]
            low, high = self._valid(duty)
            edges = {s for _, s, _ in spans} | {e + 1 for _, _, e in spans if e is not None}
            edges |= {low} if low is not None else set()
            edges |= {high + 1} if high is not None else set()
            starts = sorted(edges)
            listed: list[tuple[Cite, ...]] = [()]
            for at in starts:
                holds = (low is None or low <= at) and (high is None or at <= high)
                cites = [c for c, s, e in spans if holds and s <= at and (e is None or at <= e)]
                listed.append(tuple(sorted(cites, key=self._rank)))
            found = (starts, listed)
            self._cites[duty.duty, drafts] = found
        return found

    def _rank(self, cite: Cite) -> int:
        return RANKS.index(self.instruments[cite.law.partition("@")[0]].rank)

    def _valid(self, duty: Duty) -> tuple[int | None, int | None]:
        if duty.valid is None:
            return None, None
        since, until = duty.valid.since, duty.valid.until
        return (
            self.calendar.day_start(_day(since)) if since else None,
            self.calendar.day_end(_day(until)) if until else None,
        )

    def spans_of(self, duty: Duty, drafts: bool) -> list[tuple[int, int | None]]:
        """The times in which a duty holds, merged, in order."""
        spans = sorted(
            (self.span(c.law) for c in duty.cites if drafts or c.status != "draft"),
            key=lambda s: s[0],
        )
        merged: list[tuple[int, int | None]] = []
        for start, end in spans:
            if merged and (merged[-1][1] is None or start <= merged[-1][1] + 1):
                last = merged[-1][1]
                both = None if last is None or end is None else max(last, end)
                merged[-1] = (merged[-1][0], both)
            else:
                merged.append((start, end))
        low, high = self._valid(duty)
        narrowed = []
        for start, end in merged:
            first = start if low is None else max(start, low)
            last = end if high is None else high if end is None else min(end, high)
            if last is None or first <= last:
                narrowed.append((first, last))
        return narrowed


def _day(text: str) -> date:
    return date.fromisoformat(text)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    instruments: list[Instrument] = []
    rows: list[Row] = []
    states: dict[str, StateRule] = {}
    policy: dict[str, Bound] = {}
    discretion: list[Discretion] = []
    renumbering: list[Renumbering] = []
    retention: list[Retention] = []
    caveats: dict[str, Text] = {}
    divisions: dict[str, Text] = {}


class _Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: list[NotFormalised]


def load_pack(folder: Path | Traversable, vocabulary: Vocabulary) -> Pack:
    """Read, check and date a pack.

    Errors: `pack_not_found`, `yaml_malformed`, `yaml_refused`, `yaml_value_invalid`,
    `pack_refused`, each with file, line and column.
    """
    if not (folder / "pack.yaml").is_file():
        raise error("pack_not_found", path=str(folder))
    texts = {name: node.read_text(encoding="utf-8") for name, node in _files(folder)}
    documents = {name: read_yaml(text, f"{folder.name}/{name}") for name, text in texts.items()}
    head = documents["pack.yaml"].into(PackHead)
    tables = [
        documents[f"{name}.yaml"].into(_Table)
        for name in (
            "instruments",
            "sanctions",
            "states",
            "policy",
            "discretion",
            "renumbering",
            "caveats",
            "retention",
            "divisions",
        )
        if f"{name}.yaml" in documents
    ]
    grading = documents.get("grading.yaml")
    refused = documents.get("not_formalised.yaml")
    duties = {
        name: document.into(Duty)
        for name, document in documents.items()
        if name.startswith("duties/")
    }
    pack = Pack(
        head=head,
        instruments={i.id: i for t in tables for i in t.instruments},
        duties=tuple(sorted(duties.values(), key=lambda d: (d.code, d.duty))),
        rows={r.row: r for t in tables for r in t.rows},
        states={n: s for t in tables for n, s in t.states.items()},
        policy={n: b for t in tables for n, b in t.policy.items()},
        grading=grading.into(Grading) if grading else None,
        discretion=tuple(d for t in tables for d in t.discretion),
        renumbering=tuple(r for t in tables for r in t.renumbering),
        caveats={n: c for t in tables for n, c in t.caveats.items()},
        not_formalised=tuple(refused.into(_Refused).rows) if refused else (),
        retention={r.purpose: r for t in tables for r in t.retention},
        calendar=Calendar(head.zone, head.calendar),
        sha256=_digest(texts.items()),
        policy_sha256=_digest([("policy.yaml", texts.get("policy.yaml", ""))]),
        divisions={n: d for t in tables for n, d in t.divisions.items()},
        places={duty.duty: documents[name] for name, duty in duties.items()} | documents,
    )
    Checker(pack, vocabulary, documents, duties).check()
    return pack


def with_policy(pack: Pack, text: str, file: str) -> Pack:
    """The pack with some policy bounds of the operator's own. Errors: as `load_pack`."""
    document = read_yaml(text, file)
    own = document.into(_Table).policy
    for name in own:
        if name not in pack.policy:
            problem = Both(f"there is no policy number “{name}”", f"没有时限设定“{name}”")
            raise document.problem(problem, ("policy", name))
    bounds = dict(pack.policy) | own
    digest = _digest([("policy.yaml", pack.policy_sha256), (file.rpartition("/")[2], text)])
    return replace(pack, policy=bounds, policy_sha256=digest)


def _files(folder: Path | Traversable) -> list[tuple[str, Any]]:
    found = []
    for node in folder.iterdir():
        if node.is_file() and node.name.endswith(".yaml"):
            found.append((node.name, node))
        elif node.is_dir() and node.name == "duties":
            found += [(f"duties/{n.name}", n) for n in node.iterdir() if n.name.endswith(".yaml")]
    return sorted(found, key=lambda pair: pair[0])


def _digest(texts: Iterable[tuple[str, str]]) -> str:
    whole = hashlib.sha256()
    for name, text in texts:
        whole.update(f"{name}\x00{len(text)}\x00{text}".encode())
    return whole.hexdigest()
