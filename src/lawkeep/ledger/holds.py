"""Legal holds: what must not be erased or deleted while an authority, or a case, needs it.

A hold is an event, and so is its release. Its scope is written in a small language:

    subject=s1                      everything of one subject
    content=c9,type=content.*       events that fulfil all of these conditions, and whom they name
    purpose=identity; order=o3      either of the two
    all                             everything

Kinds of key, `type` (a name, or `content.*`), `purpose` (of sealed data) may stand before `=`. A
scope of a recorded hold that cannot be read holds everything: an error never lets evidence go.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lawkeep.ledger.base import BaseLedger
from lawkeep.model.errors import LawkeepError, declare, error
from lawkeep.model.event import Event
from lawkeep.model.time import parse_instant
from lawkeep.model.vocabulary import ALL_KEYS

PLACED, RELEASED = "hold.placed", "hold.released"
ALL = "all"

declare(
    "hold_scope_malformed",
    "The scope “{scope}” cannot be read at “{part}”.",
    "保全范围“{scope}”在“{part}”处无法识别。",
    "Write it like subject=s1, or content=c9,type=content.*; order=o3, or all.",
    "请写成 subject=s1，或 content=c9,type=content.*; order=o3，或 all。",
)

Alternative = dict[str, str]
"""Conditions that must all be fulfilled; none: everything."""


def parse_scope(text: str) -> list[Alternative]:
    """The alternatives of a scope. Error: `hold_scope_malformed`."""
    if text.strip() == ALL:
        return [{}]
    found = []
    for written in text.split(";"):
        conditions: Alternative = {}
        for part in written.split(","):
            kind, sign, value = (piece.strip() for piece in part.partition("="))
            known = kind in ALL_KEYS or kind in ("type", "purpose")
            if not sign or not value or not known or kind in conditions:
                raise error("hold_scope_malformed", scope=text, part=part.strip())
            conditions[kind] = value
        found.append(conditions)
    return found


def matches(conditions: Alternative, event: Event) -> bool:
    """Whether an event fulfils the conditions that speak of events."""
    for kind, value in conditions.items():
        if kind == "type":
            prefix = value.removesuffix("*")
            fits = event.type.startswith(prefix) if prefix != value else event.type == value
        elif kind == "purpose":
            fits = True
        else:
            fits = event.keys.get(kind) == value
        if not fits:
            return False
    return True


@dataclass(frozen=True)
class Hold:
    """A standing hold. `document`: digest of the paper that it rests on. `review_at`: by when
    somebody must say whether it is still needed; None in a record that lacks it."""

    id: str
    case: str
    scope: str
    authority: str | None
    document: str | None
    placed_at: int
    review_at: int | None

    @property
    def alternatives(self) -> list[Alternative]:
        try:
            return parse_scope(self.scope)
        except LawkeepError:
            return [{}]

    def overdue(self, now: int) -> bool:
        """Whether its review is due or was never set: somebody must look."""
        return self.review_at is None or self.review_at <= now

    def name(self) -> str:
        """For messages."""
        by = f", {self.authority}" if self.authority else ""
        return f"case {self.case}{by} ({self.scope})"


def standing(events: Iterable[Event], as_of: int) -> list[Hold]:
    """The holds that stand at an instant, oldest first, whatever the order of the events.

    A release ends the holds of its case that were placed until then; with a scope, those of the
    same scope. Of a corrected event the correction counts.
    """
    known = [e for e in events if e.type in (PLACED, RELEASED) and e.occurred_at <= as_of]
    corrected = {e.corrects for e in known if e.corrects}
    known = [e for e in known if e.id not in corrected]
    releases = [e for e in known if e.type == RELEASED]
    holds = []
    for event in known:
        if event.type != PLACED or any(_ends(r, event) for r in releases):
            continue
        review = event.data.get("review_at")
        holds.append(
            Hold(
                id=event.id,
                case=event.keys.get("case", ""),
                scope=str(event.data.get("scope") or ALL),
                authority=event.data.get("authority"),
                document=event.evidence[0] if event.evidence else None,
                placed_at=event.occurred_at,
                review_at=parse_instant(review) if review else None,
            )
        )
    return sorted(holds, key=lambda hold: (hold.placed_at, hold.id))


def _ends(release: Event, placed: Event) -> bool:
    scope = release.data.get("scope")
    return (
        release.keys.get("case") == placed.keys.get("case")
        and placed.occurred_at <= release.occurred_at
        and scope in (None, placed.data.get("scope"))
    )


class Holds:
    """The standing holds of a ledger with whom and which files they reach."""

    def __init__(self, holds: list[Hold], events: Iterable[Event]) -> None:
        """`events`: all of the ledger, read once; nothing of them is kept but ids and digests."""
        self.standing = holds
        self._files: dict[str, Hold] = {}
        # Each alternative with the subjects that its events name.
        self._alternatives: list[tuple[Hold, Alternative, set[str]]] = [
            (hold, part, set()) for hold in holds for part in hold.alternatives
        ]
        if self._alternatives:
            for event in events:
                self._note(event)

    @classmethod
    def read(cls, ledger: BaseLedger, as_of: int) -> "Holds":
        """Those of a ledger at an instant."""
        marks = (entry.event for entry in ledger.read(types=(PLACED, RELEASED)))
        return cls(standing(marks, as_of), (entry.event for entry in ledger.read()))

    def held(self, subject: str, purpose: str) -> Hold | None:
        """The hold that keeps the data of a subject for a purpose, None if none does."""
        for hold, part, named in self._alternatives:
            if part.get("purpose", purpose) != purpose or part.get("subject", subject) != subject:
                continue
            if not part.keys() - {"purpose", "subject"} or subject in named:
                return hold
        return None

    def file(self, digest: str) -> Hold | None:
        """The hold that keeps a file, None if none does."""
        return self._files.get(digest)

    def files(self) -> set[str]:
        """Every file that a hold keeps."""
        return set(self._files)

    def _note(self, event: Event) -> None:
        for hold, part, named in self._alternatives:
            if matches(part, event):
                named.update(event.keys[k] for k in ("subject", "principal") if k in event.keys)
                # Of what is held by its purpose, the vault knows the files; events do not.
                for digest in event.evidence if "purpose" not in part else ():
                    self._files.setdefault(digest, hold)
