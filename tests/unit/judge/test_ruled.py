"""The six rules and file access on generated logs: both engines, and what the generator knows."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lawkeep.ingest.spool import SCHEMA, unspool
from lawkeep.judge.duckdb import DuckJudge
from lawkeep.judge.form import compile_duty
from lawkeep.judge.layout import lay_out
from lawkeep.judge.plan import PLAIN, SQL, plan_in_words, plan_of, plan_sql
from lawkeep.judge.reference import judge_pack
from lawkeep.law.timeline import OPERATOR, read_timeline
from support.ruled import ACCESS, SECOND, SIX, SPAN, START, VOCABULARY, access_log, rules, six_log

AS_OF = START + SPAN * SECOND


def test_rules_do_as_their_examples_say() -> None:
    pack = rules()
    for duty in pack.duties:
        for outcome in ("met", "breached"):
            told = read_timeline(
                getattr(duty.examples, outcome), VOCABULARY, pack.head.zone, duty.applies_to
            )
            judged, _, _ = judge_pack(
                told.events, pack, operator=OPERATOR, as_of=told.as_of, only=frozenset({duty.duty})
            )
            assert outcome in {j.finding.state for j in judged}, duty.duty


@pytest.mark.parametrize(("only", "events"), [(SIX, 6_000), (ACCESS, 11_000)])
def test_engines_agree_on_generated_logs(only: frozenset[str], events: int, tmp_path: Path) -> None:
    path, pack = tmp_path / "events.parquet", rules()
    made = six_log(events, path) if only is SIX else access_log(events, path)
    # DuckDB writes every column as one that may be null.
    pq.write_table(pq.read_table(path).cast(SCHEMA), path)
    asked = {"operator": "o", "as_of": AS_OF, "only": only}
    judged, _, _ = judge_pack(list(unspool(path)), pack, **asked)
    lay_out(path, tmp_path / "log")
    engine = DuckJudge(tmp_path / "log", AS_OF, threads=1)
    try:
        other, _, _ = engine.judge_pack(pack, **asked)
        few, _, _ = engine.judge_pack(pack, **asked, states=frozenset({"breached"}))
        counted = sum(sum(c.values()) for c in engine.counts.values())
    finally:
        engine.close()
    mine = {j.finding.id: (j.finding, j.starts, j.covered_on) for j in judged}
    assert mine == {j.finding.id: (j.finding, j.starts, j.covered_on) for j in other}
    breached = {k for k, (f, _, _) in mine.items() if f.state == "breached"}
    assert {j.finding.id for j in few} == breached
    assert counted == len(mine)
    assert breached
    if not isinstance(made, int):
        assert len(breached) == made[1]


def test_plans_are_told() -> None:
    pack = rules()
    ways = {d.duty: plan_of(compile_duty(d, pack), pack) for d in pack.duties}
    assert ways == {
        "access.allowed": SQL,
        "handle.flagged": PLAIN,
        "patch.known": SQL,
        "publish.unsuspended": SQL,
        "recheck.yearly": PLAIN,
        "stop.flagged": SQL,
        "verify.first": SQL,
    }
    stop = compile_duty(next(d for d in pack.duties if d.duty == "stop.flagged"), pack)
    assert plan_sql(stop, pack)["trigger"] == "type IN ('item.flagged')"
    assert plan_in_words(stop, pack, "zh")[0].startswith("读取事件：item.flagged")
    assert "wholly in SQL" in plan_in_words(stop, pack, "en")[-1]
