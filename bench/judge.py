"""Six rules of time, and file access, judged from Parquet: against a plain scan in the same run.

    python bench/judge.py [EVENTS ...] [--large]

For each size, in a process of its own: the log laid out once (`judge.layout`), then the verdicts
of all duties, every finding with its state, reason, times and evidence; then the breached ones as
values of Python, with their ids. A scan reads every number of the same layout. CPU seconds and
wall seconds; on a machine that others use only CPU and ratios mean something. `--large`: 100 M
events too. The last line is the exponent of growth of the CPU seconds with the events.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from lawkeep.judge.duckdb import DuckJudge
from lawkeep.judge.layout import lay_out
from support.ruled import ACCESS, SECOND, SIX, SPAN, START, access_log, rules, six_log

AS_OF = START + SPAN * SECOND
SIZES = {"six": [1_000_000, 10_000_000], "access": [11_000, 110_000, 1_100_000]}


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall seconds, CPU seconds and the result."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def scan(path: str) -> None:
    db = duckdb.connect(config={"threads": 2})
    names = db.execute(f"SELECT * FROM read_parquet({path}) LIMIT 0").description
    keys = "".join(f", sum({n[0]})" for n in names if n[0].startswith("k_"))
    db.execute(f"SELECT sum(n), sum(t), sum(r){keys} FROM read_parquet({path})").fetchall()


def scan_spool(path: Path) -> None:
    db = duckdb.connect(config={"threads": 2})
    db.execute(
        "SELECT sum(occurred_at), sum(length(id)), sum(length(type)), sum(hash(key_subject)), "
        f"sum(hash(key_content)), sum(length(data)) FROM '{path}'"
    ).fetchall()


def one(kind: str, events: int) -> None:
    pack, only = rules(), SIX if kind == "six" else ACCESS
    with tempfile.TemporaryDirectory() as name:
        spooled, folder = Path(name) / "events.parquet", Path(name) / "log"
        made = six_log(events, spooled) if kind == "six" else access_log(events, spooled)
        count, wrong = (made, None) if isinstance(made, int) else made
        spool_wall, spool_cpu, _ = timed(lambda: scan_spool(spooled))
        _, layout_cpu, _ = timed(lambda: lay_out(spooled, folder, threads=2))
        scan_wall, scan_cpu, _ = timed(lambda: scan(f"'{folder}/type=*/*.parquet'"))
        engine = DuckJudge(folder, AS_OF, threads=2)

        def ask(states: frozenset[Any]) -> int:
            found, _, _ = engine.judge_pack(
                pack, operator="bench", as_of=AS_OF, only=only, states=states
            )
            return len(found)

        wall, cpu, _ = timed(lambda: ask(frozenset()))
        _, values_cpu, breached = timed(lambda: ask(frozenset({"breached"})))
        engine.close()
    if wrong is not None and wrong != breached:
        raise SystemExit(f"{wrong} accesses were not allowed, {breached} were found")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    findings = sum(sum(c.values()) for c in engine.counts.values())
    print(
        f"{kind} {count:>11,} events: verdicts {wall:.2f} s wall, {cpu:.2f} s CPU "
        f"({count / wall:,.0f}/s, {count / cpu:,.0f} per CPU second); "
        f"scan of the layout {scan_wall:.2f}/{scan_cpu:.2f} s "
        f"({cpu / scan_cpu:.1f}x CPU, {wall / scan_wall:.1f}x wall); of the spooled file "
        f"{spool_wall:.2f}/{spool_cpu:.2f} s ({cpu / spool_cpu:.1f}x CPU); laid out in "
        f"{layout_cpu:.2f} s CPU; {findings:,} findings, with {breached:,} breached as values "
        f"{values_cpu:.2f} s CPU; peak {peak:,} MB",
        flush=True,
    )
    print(json.dumps({"events": count, "cpu": cpu}), file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="*")
    parser.add_argument("--large", action="store_true", help="100 M events too")
    parser.add_argument("--alone", choices=tuple(SIZES), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        one(asked.alone, asked.events[0])
        return
    for kind, sizes in SIZES.items():
        chosen = asked.events or sizes + ([100_000_000] if asked.large and kind == "six" else [])
        points = []
        for events in chosen:
            again = [sys.executable, __file__, str(events), "--alone", kind]
            done = subprocess.run(again, check=True, stderr=subprocess.PIPE, text=True)
            points.append(json.loads(done.stderr.splitlines()[-1]))
        if len(points) > 1:
            first, last = points[0], points[-1]
            grown = math.log(last["cpu"] / first["cpu"]) / math.log(
                last["events"] / first["events"]
            )
            print(f"{kind}: CPU grows with events to the power {grown:.2f}", flush=True)


if __name__ == "__main__":
    main()
