"""Audit of generated events: DuckDB against the reference judge and against a plain Parquet scan.

    python bench/audit.py [EVENTS ...] [--reference-up-to N]

The log is an access provider's and publisher's: most events are calls and publications that no
duty asks about further; one in forty starts a service, one in two hundred is content known to be
unlawful. Prints seconds, events per second and ratios of the same run, machine noise included in
both sides of each ratio.
"""

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lawkeep.app import vocabulary
from lawkeep.ingest.spool import SCHEMA, unspool
from lawkeep.judge.duckdb import DuckJudge
from lawkeep.judge.reference import judge_pack
from lawkeep.law.pack import Pack, load_pack
from lawkeep.model.time import DAY, format_instant, parse_instant

START = parse_instant("2024-01-01T00:00:00+08:00")
YEARS_US = 2 * 365 * DAY
CHUNK = 500_000
# Share of each story in the log; a story is a few events about one thing.
STORIES = {"call": 0.60, "publication": 0.25, "subject": 0.12, "unlawful": 0.03}


def pack() -> Pack:
    return load_pack(files("lawkeep.law") / "packs" / "cn", vocabulary())


class Log:
    """Rows of the spool in columns, written a chunk at a time."""

    def __init__(self, path: Path) -> None:
        self.writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self.count = 0

    def write(self, types, at, keys: dict[str, list[str | None]], data: list[str]) -> None:
        n = len(types)
        columns = {name: pa.nulls(n, SCHEMA.field(name).type) for name in SCHEMA.names}
        columns["seq"] = pa.array(range(self.count, self.count + n), pa.int64())
        columns["id"] = pa.array([f"e{i}" for i in range(self.count, self.count + n)])
        columns["type"] = pa.array(types)
        columns["occurred_at"] = columns["recorded_at"] = pa.array(at)
        columns["operator"] = pa.array(["bench"] * n)
        columns["evidence"] = pa.array([[]] * n, pa.list_(pa.string()))
        columns["data"] = pa.array(data)
        for name, values in keys.items():
            columns[f"key_{name}"] = pa.array(values, pa.string())
        self.writer.write_table(pa.table([columns[n] for n in SCHEMA.names], schema=SCHEMA))
        self.count += n


def story(number: int, kind: str):
    """(type, offset in seconds, keys, data) of one story."""
    if kind == "call":
        yield "call.made", 0, {"call": f"k{number}", "number": f"n{number % 5000}"}, "{}"
        yield "call.ended", 90, {"call": f"k{number}", "number": f"n{number % 5000}"}, "{}"
    elif kind == "publication":
        yield "content.published", 0, {"content": f"c{number}"}, "{}"
    elif kind == "subject":
        keys = {"subject": f"u{number}"}
        both = {**keys, "service": "s1"}
        yield "identity.required", 0, both, "{}"
        if number % 50:
            yield "identity.submitted", 60, keys, '{"document_kind":"id"}'
            yield "identity.verified", 120, keys, '{"method":"a"}'
        yield "service.confirmed", 180, both, '{"kind":"access"}'
        yield "service.started", 240, both, '{"kind":"access"}'
    else:
        keys = {"content": f"c{number}"}
        late = 3 * 86_400 if number % 20 == 0 else 600
        yield "content.known_unlawful", 0, keys, '{"source":"complaint"}'
        yield "content.stopped", late, keys, "{}"
        yield "content.records_kept", late + 5, keys, "{}"
        yield "content.removed", late + 10, keys, "{}"
        yield "content.spread_blocked", late + 20, keys, "{}"
        yield "content.reported", late + 60, keys, '{"to":"authority"}'
        yield "content.reported", late + 90, keys, '{"to":"police"}'


def generate(events: int, path: Path) -> None:
    """A log of about `events` events, the same for the same number."""
    rng = random.Random(2017)
    log = Log(path)
    roles = '{"roles":["access","publishing","telephony"]}'
    log.write(
        ["operator.profiled", "records.covered"], [START, START], {}, [roles, '{"types":["*"]}']
    )
    number = 0
    names = list(STORIES)
    while log.count < events:
        kinds = rng.choices(names, list(STORIES.values()), k=CHUNK // 3)
        types, at, data = [], [], []
        keys: dict[str, list[str | None]] = {}
        for kind in kinds:
            start = START + rng.randrange(YEARS_US)
            if log.count + len(types) >= events:
                break
            number += 1
            for name, offset, own, text in story(number, kind):
                for key in own:
                    keys.setdefault(key, [None] * len(types))
                types.append(name)
                at.append(start + offset * 1_000_000)
                data.append(text)
                for key, values in keys.items():
                    values.append(own.get(key))
        log.write(types, at, keys, data)
    log.writer.close()


def timed(work) -> tuple[float, object]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def scan(path: Path) -> int:
    """A plain read of every column that the judge needs."""
    query = (
        "SELECT count(*), sum(occurred_at), sum(length(id)), sum(length(type)), sum(length(data)), "
        "sum(hash(key_subject)), sum(hash(key_content)), sum(hash(key_call)) "
        f"FROM read_parquet('{path}')"
    )
    return duckdb.connect().execute(query).fetchone()[0]


def batch(path: Path, as_of: int, law: Pack) -> int:
    """Number of findings; those that are met are counted, the others become values."""
    engine = DuckJudge(path, as_of)
    try:
        shown = frozenset({"breached", "open", "pending"})
        judged, _, _ = engine.judge_pack(law, operator="bench", as_of=as_of, states=shown)
        met = sum(counts["met"] for counts in engine.counts.values())
    finally:
        engine.close()
    return len(judged) + met


def one(events: int, reference_up_to: int) -> None:
    """One line for one size, in a process of its own so that its peak memory is its own."""
    law, as_of = pack(), START + YEARS_US + 30 * DAY
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        generate(events, path)
        plain, count = timed(lambda: scan(path))
        seconds, found = timed(lambda: batch(path, as_of, law))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        line = (
            f"{count:>11,} events  {path.stat().st_size / 2**20:>6.0f} MB  judged as of "
            f"{format_instant(as_of)[:10]}  scan {plain:.2f} s  duckdb {seconds:.2f} s "
            f"({count / seconds:,.0f}/s, {seconds / plain:.1f}x the scan, peak {peak:,} MB, "
            f"{found:,} findings)"
        )
        if count <= reference_up_to * 1.1:
            log = list(unspool(path))
            slow, same = timed(lambda: len(judge_pack(log, law, operator="bench", as_of=as_of)[0]))
            line += f"  reference {slow:.2f} s, {slow / seconds:.1f}x duckdb"
            if same != found:
                raise SystemExit(f"{line}\nthe engines disagree: {same} and {found} findings")
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--reference-up-to", type=int, default=1_000_000)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        one(asked.events[0], asked.reference_up_to)
        return
    for events in asked.events:
        again = [sys.executable, __file__, str(events), "--alone"]
        subprocess.run([*again, "--reference-up-to", str(asked.reference_up_to)], check=True)


if __name__ == "__main__":
    main()
