"""Live judging gives what the reference gives, at every instant, whatever the order of events."""

import random
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from lawkeep.app import vocabulary
from lawkeep.judge.live import Live
from lawkeep.judge.live_fast import Fast
from lawkeep.judge.live_plan import Plan, make_plans
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.ledger import Ledger
from lawkeep.model.event import Event
from lawkeep.model.time import DAY, format_instant
from lawkeep.model.vocabulary import FactType
from support.randomlog import ROLES, START, _data, _keys, random_log

VOCABULARY = vocabulary()
PACKS = {
    name: load_pack(files("lawkeep.law") / "packs" / name, VOCABULARY) for name in ("cn", "eu")
}


class Clock:
    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def live_set(live: Live) -> dict:
    return {
        f.id: (
            f.duty.partition("/")[2],
            f.state,
            f.reason,
            f.trigger,
            f.due_at,
            f.decided_at,
            f.events,
        )
        for f in live.findings()
    }


def reference_set(
    events: Iterable[Event], packs: Iterable[Pack], as_of: int, only: frozenset[str]
) -> dict:
    log = list(events)
    found = {}
    for pack in packs:
        judged, _, _ = judge_pack(log, pack, operator="o", as_of=as_of, drafts=True, only=only)
        for one in judged:
            f = one.finding
            found[f.id] = (f.duty, f.state, f.reason, f.trigger, f.due_at, f.decided_at, f.events)
    return found


def check(live: Live, ledger: Ledger, packs: list[Pack], as_of: int, only: frozenset[str]) -> None:
    mine = live_set(live)
    theirs = reference_set((e.event for e in ledger.read()), packs, as_of, only)
    differ = sorted(k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k))
    assert not differ, (
        f"{len(differ)} of {len(theirs)} differ; {differ[0]}:\nlive      {mine.get(differ[0])}\n"
        f"reference {theirs.get(differ[0])}"
    )


def spread(event: Event) -> Event:
    """The event about one of many things, so that most things have few events."""
    part = sum(event.id.encode()) % 7
    return msgspec.structs.replace(event, keys={k: f"{v}.{part}" for k, v in event.keys.items()})


def play(seed: int, folder: Path, *, ordered: bool, duties: int = 1) -> None:
    """Append a random log in random batches, time going on, and compare now and then."""
    rng = random.Random(seed)
    pack = PACKS[rng.choice(["cn", "cn", "eu"])]
    chosen = rng.sample(pack.duties, duties)
    only = frozenset(d.duty for d in chosen)
    events, end = random_log(rng, VOCABULARY, pack, chosen[0])
    for duty in chosen[1:]:
        more, _ = random_log(rng, VOCABULARY, pack, duty)
        events += [
            msgspec.structs.replace(
                e,
                id=f"{duty.duty}-{e.id}",
                corrects=e.corrects and f"{duty.duty}-{e.corrects}",
                data=e.data | {"of": f"{duty.duty}-{e.data['of']}"} if "of" in e.data else e.data,
            )
            for e in more
        ]
    if seed % 4 >= 2:  # many small groups: the ways that need no second look
        events = [spread(e) for e in events]
    clock = Clock(START)
    if ordered:
        events.sort(key=lambda e: (e.recorded_at, e.id))
    with Ledger.create(folder / "ledger.db", "o/test", START) as ledger:
        live = Live(ledger, [pack], operator="o", clock=clock, drafts=True, only=only)
        early = rng.randrange(len(events) // 2 + 1) if rng.random() < 0.3 else 0
        ledger.append(events[:early])
        live.attach()
        at = early
        while at < len(events):
            size = rng.choice([1, 1, 2, 5, 20])
            batch = events[at : at + size]
            at += size
            if ordered and rng.random() < 0.8:
                clock.now = max([clock.now, *(e.recorded_at for e in batch)])
            else:
                clock.now += rng.randrange(8) * DAY
            ledger.append(batch)
            if rng.random() < 0.4:
                live.advance(clock.now)
                check(live, ledger, [pack], clock.now, only)
        clock.now = max(clock.now, end)
        live.advance(clock.now, chunk=3)
        check(live, ledger, [pack], clock.now, only)
        now = live_set(live)
        live.rebuild(clock.now)
        assert live_set(live) == now
        live.close()


@pytest.mark.parametrize("block", range(10))
def test_live_agrees_with_the_reference(block: int, tmp_path: Path) -> None:
    for seed in range(block * 20, block * 20 + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            play(seed, folder, ordered=seed % 2 == 0, duties=1 + seed % 3)
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from None


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(100))
def test_live_agrees_with_the_reference_at_night(block: int, tmp_path: Path) -> None:
    for seed in range(10_000 + block * 50, 10_050 + block * 50):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            play(seed, folder, ordered=seed % 2 == 0, duties=1 + seed % 3)
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from None


def plain_log(rng: random.Random, plan: Plan) -> list[Event]:
    """Things that happen in order, to many things: mostly a trigger, then a demand in time."""
    form, types = plan.form, sorted(plan.types)
    begins = [t for pick in form.triggers for t in pick.types]
    demand = list(form.demands[0].pick.types)
    raw = [
        {"id": "m0", "type": "operator.profiled", "data": {"roles": ROLES}},
        {"id": "m1", "type": "records.covered", "data": {"types": ["*"]}},
    ]
    for one in raw:
        one |= {"occurred_at": format_instant(START), "operator": "o"}
    for thing in range(30):
        at = START + rng.randrange(60 * 24) * DAY // 24
        kinds = rng.choice([[*begins[:1], *demand[:1]], begins, [*demand, *begins, *demand]])
        kinds = [*kinds, *rng.choices(types, k=rng.choice([0, 0, 0, 1]))]
        for step, name in enumerate(kinds):
            kind = VOCABULARY[name]
            at += rng.choice([0, DAY // 24, DAY // 2, 3 * DAY])
            raw.append(
                {
                    "id": f"{rng.randrange(10**6)}-{thing}-{step}",
                    "type": name,
                    "occurred_at": format_instant(at),
                    "operator": "o",
                    "keys": keyed(rng, kind, plan.key, f"k{thing}"),
                    "data": _data(rng, kind),
                }
            )
    events = [VOCABULARY.event(one) for one in raw]
    return sorted(events, key=lambda e: (e.recorded_at, e.id))


def keyed(rng: random.Random, kind: FactType, name: str, value: str) -> dict[str, str]:
    """Keys of which one is given; alternatives to it are left out."""
    others = {n for group, _ in kind.keys if name in group for n in group}
    return {k: v for k, v in _keys(rng, kind).items() if k not in others} | {name: value}


def play_plain(seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    pack = PACKS["cn"]
    plans = [p for p in make_plans([pack], drafts=True, only=frozenset()) if fast(p)]
    plan = rng.choice(plans)
    only = frozenset({plan.form.id})
    events = plain_log(rng, plan)
    clock = Clock(START)
    with Ledger.create(folder / "ledger.db", "o/test", START) as ledger:
        live = Live(ledger, [pack], operator="o", clock=clock, drafts=True, only=only)
        live.attach()
        at = 0
        while at < len(events):
            batch = events[at : at + rng.choice([1, 3, 30])]
            at += len(batch)
            clock.now = max(clock.now, batch[-1].recorded_at)
            if rng.random() < 0.5:
                live.advance(clock.now)
            ledger.append(batch)
            if rng.random() < 0.2:
                live.advance(clock.now)
                check(live, ledger, [pack], clock.now, only)
        for days in (1, 400):
            clock.now += days * DAY
            live.advance(clock.now)
            check(live, ledger, [pack], clock.now, only)
        live.close()


def fast(plan: Plan) -> bool:
    form = plan.form
    return (
        plan.how == "key"
        and form.pattern in ("response", "precedence")
        and len(form.demands) == 1
        and hasattr(form.demands[0], "pick")
    )


def test_plain_duties_take_the_short_way_and_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def watched(name: str) -> None:
        way = getattr(Fast, name)

        def counted(self: Fast, *given: object) -> object:
            done = way(self, *given)
            if done:
                taken.append(name)
            return done

        monkeypatch.setattr(Fast, name, counted)

    for name in ("_discharge", "expire", "_pending", "_before"):
        watched(name)
    for seed in range(40):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            play_plain(seed, folder)
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from None
    assert {"_discharge", "expire", "_pending", "_before"} <= set(taken)
