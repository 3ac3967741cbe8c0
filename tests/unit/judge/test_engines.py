"""One meaning, several ways to compute it: all give the same findings on random logs."""

import random
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lawkeep.app import vocabulary
from lawkeep.ingest.spool import spool
from lawkeep.judge.duckdb import DuckJudge
from lawkeep.judge.export import SCHEMA, write_values
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import load_pack
from lawkeep.model.event import Event
from lawkeep.model.finding import Finding
from support.randomlog import random_log

VOCABULARY = vocabulary()
PACKS = {
    name: load_pack(files("lawkeep.law") / "packs" / name, VOCABULARY) for name in ("cn", "eu")
}


def disagreement(seed: int, folder: Path) -> str | None:
    """What the engines say differently about the log of a seed, or None."""
    rng = random.Random(seed)
    pack = PACKS[rng.choice(["cn", "cn", "eu"])]
    duty = rng.choice(pack.duties)
    events, as_of = random_log(rng, VOCABULARY, pack, duty)
    asked = {
        "operator": "o",
        "as_of": as_of,
        "drafts": True,
        "only": frozenset({duty.duty}),
    }
    judged, gaps, _ = judge_pack(events, pack, **asked)
    engine = DuckJudge(spool(iter(events), folder), as_of, threads=1)
    try:
        other, other_gaps, _ = engine.judge_pack(pack, **asked, table=folder)
    finally:
        engine.close()
    mine = {j.finding.id: (j.finding, j.starts, j.covered_on) for j in judged}
    theirs = {j.finding.id: (j.finding, j.starts, j.covered_on) for j in other}
    assert len(mine) == len(judged), f"seed {seed}: {duty.duty} gives one id twice"
    if mine == theirs and gaps == other_gaps:
        return _written(seed, [j.finding for j in judged], folder)
    differ = [k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k)]
    first = min(differ) if differ else "coverage gaps"
    return (
        f"seed {seed}, {pack.id} {duty.duty}, {first}:\n"
        f"reference {mine.get(first)}\nduckdb    {theirs.get(first)}"
    )


def _written(seed: int, findings: list[Finding], folder: Path) -> str | None:
    """What the table of findings says differently."""
    folder = folder.resolve()
    write_values(findings, folder / "expected")
    expected = pq.read_table(folder / "expected", schema=SCHEMA).to_pylist()
    (folder / "events.parquet").unlink()
    rows = [r for f in folder.glob("*.parquet") for r in pq.read_table(f).to_pylist()]
    wrong = [r for r in rows if r not in expected] + [r for r in expected if r not in rows]
    return f"seed {seed}: written otherwise {wrong[:2]}" if wrong else None


@pytest.mark.parametrize("block", range(10))
def test_engines_agree(block: int, tmp_path: Path) -> None:
    for seed in range(block * 25, block * 25 + 25):
        folder = tmp_path / str(seed)
        folder.mkdir()
        said = disagreement(seed, folder)
        assert said is None, said


@pytest.mark.nightly
@pytest.mark.parametrize("block", range(100))
def test_engines_agree_at_night(block: int, tmp_path: Path) -> None:
    for seed in range(1_000 + block * 100, 1_100 + block * 100):
        folder = tmp_path / str(seed)
        folder.mkdir()
        said = disagreement(seed, folder)
        assert said is None, said


@pytest.mark.parametrize("seed", range(20))
def test_order_of_the_log_makes_no_difference(seed: int) -> None:
    rng = random.Random(seed)
    pack = PACKS["cn"]
    duty = rng.choice(pack.duties)
    events, as_of = random_log(rng, VOCABULARY, pack, duty)
    plain = [e for e in events if e.corrects is None]

    def findings(log: list[Event]) -> set[str]:
        judged, _, _ = judge_pack(log, pack, operator="o", as_of=as_of, drafts=True)
        return {repr(j.finding) for j in judged}

    assert findings(plain) == findings(sorted(plain, key=lambda e: e.id))
