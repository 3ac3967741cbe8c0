"""Judging by proved times: when others had seen an event, instead of when it claims to be from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.checkpoint import Policy
from lawkeep.ledger.locate import open_ledger
from lawkeep.ledger.proved import (
    TimeOf,
    events_as_proved,
    proved_times,
    written_afterwards,
)
from lawkeep.model.errors import declare, error
from lawkeep.model.event import Event
from lawkeep.model.finding import Text

declare(
    "as_proved_needs_ledger",
    "{name} is not a ledger, so nothing proves when its events were there.",
    "{name} 不是账本，无从证明其事件何时已存在。",
    "Read it into a ledger that has a key, and have its checkpoints cosigned.",
    "请将其读入有密钥的账本，并取得检查点联署。",
)
declare(
    "as_proved_needs_policy",
    "Proved times need to know whose word counts: witnesses, or a time-stamping authority.",
    "按证明时间判断须指明采信谁：见证方或时间戳服务机构。",
    "Name `--witness-policy FILE`, `--time-roots FILE`, or both.",
    "请指定 --witness-policy 文件、--time-roots 文件，或两者。",
)
declare(
    "append_as_proved",
    "Findings by proved times are not appended: the ledger keeps findings by what was recorded.",
    "按证明时间得出的认定不写入账本：账本中的认定以所记录的内容为准。",
    "Leave out `--append`, or `--as-proved`.",
    "请去掉 --append 或 --as-proved。",
)


@dataclass(frozen=True)
class Trust:
    """Whose word about times counts. `unproved_at`: when an event counts that nobody saw, as now.

    Error: `as_proved_needs_policy`.
    """

    policy: Policy | None
    time_of: TimeOf | None
    unproved_at: int

    def __post_init__(self) -> None:
        if self.policy is None and self.time_of is None:
            raise error("as_proved_needs_policy")


@dataclass(frozen=True)
class ProvedFigures:
    """How much of an operator's records is proved.

    `afterwards`: places of entries that claim an earlier time than the ledger shown to its
    witnesses allows: written in afterwards, or imported.
    """

    events: int
    proved: int
    afterwards: tuple[int, ...]

    @property
    def unproved(self) -> int:
        return self.events - self.proved

    def as_json(self) -> dict[str, object]:
        return {
            "events": self.events,
            "proved": self.proved,
            "written_afterwards": list(self.afterwards),
        }

    def note(self) -> Text:
        """A sentence for pages and screens."""
        unproved, late = self.unproved, len(self.afterwards)
        return Text(
            en="Times of recording are proved times, not claimed ones: "
            f"{self.proved} of {self.events} events proved, {unproved} not yet; "
            f"{late} written in afterwards or imported.",
            zh="记录时间为证明时间，而非自称时间："
            f"{self.events} 个事件中 {self.proved} 个已证明，{unproved} 个尚未证明；"
            f"{late} 个系事后写入或导入。",
        )


def proved_events(where: str | Path, trust: Trust) -> Iterator[Event]:
    """The events of a ledger with `recorded_at` = proved time. Errors: those of `proved_times`."""
    with open_ledger(where) as ledger:
        times = proved_times(ledger, trust.policy, trust.time_of)
        yield from events_as_proved(ledger, times, trust.unproved_at)


def proved_figures(ledger: BaseLedger, trust: Trust) -> dict[str, ProvedFigures]:
    """What is proved, per operator. Errors: those of `proved_times`."""
    times = proved_times(ledger, trust.policy, trust.time_of)
    late = {seq for seq, _, _ in written_afterwards(ledger, times)}
    events: Counter[str] = Counter()
    proved: Counter[str] = Counter()
    afterwards: dict[str, list[int]] = {}
    for entry in ledger.read():
        operator = entry.event.operator
        events[operator] += 1
        proved[operator] += times.at(entry.seq) is not None
        if entry.seq in late:
            afterwards.setdefault(operator, []).append(entry.seq)
    return {
        operator: ProvedFigures(count, proved[operator], tuple(afterwards.get(operator, ())))
        for operator, count in events.items()
    }
