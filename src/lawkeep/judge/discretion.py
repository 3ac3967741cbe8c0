"""Discretion standards beside sanction rows: shown as information, they change no band.

A standard says how an authority fills the band of the law. Which of its steps an act falls under
hangs on circumstances that a person determines, so `Step.fits` says only what can be checked: that
the step is verified, and that its authority, its place and its dates match.
"""

from lawkeep.judge.act import Act
from lawkeep.law.calendar import parse_day
from lawkeep.law.pack import Pack
from lawkeep.law.tables import Discretion, Row
from lawkeep.model.finding import Step, Text

ANY = "*"
"""Row of a standard that is for every row which its authority applies."""


class Steps:
    """The steps of a pack for one operator. `place`: as the operator wrote it; None: unknown."""

    def __init__(self, pack: Pack, place: str | None, as_of: int, *, drafts: bool) -> None:
        self.pack, self.as_of = pack, as_of
        whole = pack.head.jurisdiction.upper()
        self.place = pack.division(place) or whole
        self._steps = [
            step
            for step in pack.discretion
            if (drafts or step.status != "draft")
            and self._contains(pack.division(step.place) or step.place)
        ]
        self._shown: dict[tuple[str, bool], Step] = {}

    def _contains(self, place: str) -> bool:
        """Whether a standard of that place is one for the operator's place."""
        return self.place == place or self.place.startswith(f"{place}-")

    def of(self, row: Row, act: Act) -> tuple[Step, ...]:
        """The steps for a row: named by it, or for all rows of its authority; in force at some
        time from the act to the date judged."""
        found = []
        for step in self._steps:
            if step.row != row.row and (step.row != ANY or step.authority != row.authority):
                continue
            start, end = self._span(step)
            if start > self.as_of or (end is not None and end < act.start):
                continue
            until = self.as_of if act.end is None else act.end
            fits = step.status == "verified" and step.authority == row.authority and start <= until
            found.append(self._step(step, fits=fits))
        return tuple(found)

    def _span(self, step: Discretion) -> tuple[int, int | None]:
        """First and last instant in force; None: still."""
        calendar = self.pack.calendar
        start = parse_day(step.effective)
        assert start is not None, "checked when the pack was loaded"
        end = None if step.expires is None else parse_day(step.expires)
        return calendar.day_start(start), None if end is None else calendar.day_end(end)

    def _step(self, step: Discretion, *, fits: bool) -> Step:
        found = self._shown.get((step.id, fits))
        if found is None:
            found = Step(
                id=step.id,
                authority=step.authority,
                place=self.pack.division(step.place) or step.place,
                effective=step.effective,
                expires=step.expires,
                step=_text(step.step),
                circumstances=tuple(_text(c) for c in step.circumstances),
                fine_entity=step.fine_entity,
                fine_persons=step.fine_persons,
                status=step.status,
                source=step.source,
                fits=fits,
            )
            self._shown[step.id, fits] = found
        return found


def _text(written: Text | str) -> Text:
    return Text(zh=written, en=written) if isinstance(written, str) else written
