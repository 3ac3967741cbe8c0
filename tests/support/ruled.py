"""Six rules that temporal monitors are measured by, and file access, as a pack with its own events.

Precedence, response, chain, recurrence, prohibition, response in days; `access.allowed` is a
property of first-order past-time logic: a user accesses a file only while logged in and while the
file is open.
"""

from pathlib import Path

import duckdb

from lawkeep.ingest.spool import SCHEMA
from lawkeep.law.pack import Pack, load_pack
from lawkeep.model.facts import operator as _operator  # noqa: F401  (declares its types)
from lawkeep.model.time import parse_instant
from lawkeep.model.vocabulary import DECLARED, Fact, FactType, Vocabulary, fact

ACCESS = frozenset({"access.allowed"})
SIX = frozenset({"R-1", "R-2", "R-3", "R-4", "R-5", "R-6"})
START = parse_instant("2021-01-01T00:00:00+08:00")
SECOND = 1_000_000
DAY = 86_400
SPAN = 3 * 365 * DAY
_TYPES = {
    "subject": "account.opened account.verified account.rechecked account.closed account.entered "
    "account.suspended account.restored page.published session.began session.ended",
    "content": "item.flagged item.stopped item.kept item.reported file.opened file.closed",
    "vulnerability": "hole.learned hole.patched",
    "subject, content": "file.accessed",
}


def _type(name: str, keys: str) -> FactType:
    class Ruled(Fact, frozen=True):
        """An event of the rules."""

    fact(name, keys=keys, en="Event", zh="事件")(Ruled)
    return DECLARED.pop(name)  # nobody else's


_ABOUT = [t for name, t in DECLARED.items() if name.startswith(("operator.", "records."))]
VOCABULARY = Vocabulary(
    [_type(name, keys) for keys, names in _TYPES.items() for name in names.split()] + _ABOUT
)


def rules() -> Pack:
    return load_pack(Path(__file__).parent / "rules", VOCABULARY)


def _share(salt: int) -> str:
    return f"((hash(i, {salt}) % 1000000) / 1000000.0)"


def _whole(salt: int, below: int, least: int = 0) -> str:
    return f"({least} + (hash(i, {salt}) % {below - least})::BIGINT)"


def _write(db: duckdb.DuckDBPyConnection, parts: list[str], path: Path) -> int:
    """Rows (type, seconds from the start, subject, content, vulnerability) as a spooled file."""
    columns = dict.fromkeys(SCHEMA.names, "NULL::VARCHAR") | {
        "seq": "seq",
        "id": "'e' || seq",
        "type": "type",
        "occurred_at": "t",
        "recorded_at": "t",
        "operator": "'bench'",
        "key_subject": "s",
        "key_content": "c",
        "key_vulnerability": "v",
        "data": "data",
        "evidence": "[]::VARCHAR[]",
    }
    told = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    said = f"""SELECT * FROM (VALUES
        ('operator.profiled', {START}::BIGINT, NULL, NULL, NULL, '{{"roles":["access"]}}'),
        ('records.covered', {START}::BIGINT, NULL, NULL, NULL, '{{"types":["*"]}}'))
        x(type, t, s, c, v, data)"""
    db.execute(
        f"COPY (SELECT {told} FROM (SELECT row_number() OVER () - 1 AS seq, * FROM ({said} "
        f"UNION ALL SELECT type, {START} + t * {SECOND}, s, c, v, '{{}}' "
        f"FROM ({' UNION ALL '.join(parts)}) x(type, t, s, c, v)))) "
        f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )
    ((count,),) = db.execute(f"SELECT count(*) FROM '{path}'").fetchall()
    return int(count)


def six_log(events: int, path: Path) -> int:
    """A log for the six rules of about `events` events; the same for the same number.

    14 kinds, three years, one account in 24 events; half of all events are publications. A few in
    a thousand of everything is late, missing or forbidden.
    """
    n = max(40, events * 10_000 // 242_000)
    db = duckdb.connect(config={"memory_limit": "3GB"})
    db.execute("SET preserve_insertion_order = false")
    db.execute(
        f"CREATE TEMP TABLE p AS SELECT i, opened, opened + (300 + {_whole(11, 64)} + "
        f"CASE WHEN {_share(12)} < 0.0016 THEN 70 ELSE 0 END) * {DAY} AS c1, "
        f"{_share(13)} < 0.06 AS x1, {_share(14)} < 0.06 AS x2, {_share(15)} < 0.05 AS sus, "
        f"opened + {_whole(16, 400 * DAY)} AS st, {_whole(17, 30 * DAY, 3600)} AS len, "
        f"{_share(18)} < 0.9 AS back FROM "
        f"(SELECT i, {_whole(10, SPAN // 2)} AS opened FROM range({n}) r(i))"
    )

    def late(salt: int, fast: int, least: int, most: int) -> str:
        return (
            f"CASE WHEN {_share(salt)} < 0.992 THEN {_whole(salt + 1, fast, 60)} "
            f"ELSE {_whole(salt + 1, most, least)} END"
        )

    db.execute(
        f"CREATE TEMP TABLE f AS SELECT *, b + {late(37, 250_000, 260_000, 400_000)} AS c FROM "
        f"(SELECT *, a + {late(34, 86_000, 86_500, 200_000)} AS b FROM "
        f"(SELECT *, ft + {late(31, 86_000, 86_500, 200_000)} AS a, {_share(33)} < 0.996 AS k "
        f"FROM (SELECT i, {_whole(30, SPAN)} AS ft FROM range({n * 3 // 2}) r(i))))"
    )
    again = "CASE WHEN {} THEN 'account.closed' ELSE 'account.rechecked' END"
    pages = (
        f"SELECT q.i, p.i AS j, sus, st, len, opened + "
        f"(q.x * ({SPAN} - opened))::BIGINT AS t FROM (SELECT i, {_whole(40, n)} AS o, "
        f"{_share(41)} AS x FROM range({n * 23 // 2}) r(i)) q JOIN p ON p.i = q.o"
    )
    person, item, hole = "'u' || i, NULL, NULL", "NULL, 'c' || i, NULL", "NULL, NULL, 'v' || i"
    parts = [
        f"SELECT 'account.opened', opened, {person} FROM p",
        (
            f"SELECT 'account.verified', opened - {_whole(20, DAY, 1)}, {person} FROM p "
            f"WHERE {_share(21)} < 0.9985"
        ),
        f"SELECT {again.format('x1')}, c1, {person} FROM p WHERE c1 < {SPAN}",
        (
            f"SELECT {again.format('x2')}, c1 + 330 * {DAY}, {person} FROM p "
            f"WHERE NOT x1 AND c1 + 330 * {DAY} < {SPAN}"
        ),
        (
            f"SELECT 'page.published', t, 'u' || j, NULL, NULL FROM ({pages}) "
            f"WHERE NOT (sus AND t >= st AND t < st + len AND {_share(42)} < 0.7)"
        ),
        f"SELECT 'account.suspended', st, {person} FROM p WHERE sus",
        f"SELECT 'account.restored', st + len, {person} FROM p WHERE sus AND back",
        f"SELECT 'item.flagged', ft, {item} FROM f",
        f"SELECT 'item.stopped', a, {item} FROM f WHERE k",
        f"SELECT 'item.kept', b, {item} FROM f WHERE k",
        f"SELECT 'item.reported', c, {item} FROM f WHERE k",
        f"SELECT 'hole.learned', {_whole(50, SPAN)}, {hole} FROM range({n // 5}) r(i)",
        (
            f"SELECT 'hole.patched', {_whole(50, SPAN)} + {late(51, 29 * DAY, 32 * DAY, 60 * DAY)}, "
            f"{hole} FROM range({n // 5}) r(i)"
        ),
        (
            f"SELECT 'account.entered', {_whole(60, SPAN)}, 'u' || {_whole(61, n)}, NULL, NULL "
            f"FROM range({n * 5 // 2}) r(i)"
        ),
    ]
    return _write(db, parts, path)


def access_log(events: int, path: Path) -> tuple[int, int]:
    """Sessions of eleven events (log in, open, seven accesses, close, log out), many at a time.

    Returns how many events there are, and how many accesses are not allowed: in one session of a
    thousand the seventh comes after the log-out or after the closing, and so does the last event.
    """
    n = max(4, events // 11)
    db = duckdb.connect()
    late = "i % 1000 = 500 AND o = 6"
    who = f"'u' || i % {max(1, n // 4)}, NULL, NULL"
    what = f"NULL, 'f' || i % {max(1, n // 3)}, NULL"
    both = f"'u' || i % {max(1, n // 4)}, 'f' || i % {max(1, n // 3)}, NULL"
    # Users and files come back after at least a quarter of all sessions, never two at once.
    sessions = f"range({n}) r(i)"
    step = 3
    parts = [
        f"SELECT 'session.began', i * {step}, {who} FROM {sessions}",
        f"SELECT 'file.opened', i * {step} + 1, {what} FROM {sessions}",
        (
            f"SELECT 'file.accessed', i * {step} + CASE WHEN {late} THEN 9 + i // 1000 % 2 "
            f"WHEN i = {n - 1} AND o = 6 THEN 11 ELSE 1 + o % 7 END, {both} "
            f"FROM {sessions}, range(7) s(o)"
        ),
        f"SELECT 'file.closed', i * {step} + 8, {what} FROM {sessions}",
        f"SELECT 'session.ended', i * {step} + 9, {who} FROM {sessions}",
    ]
    count = _write(db, parts, path)
    wrong = sum(1 for i in range(500, n, 1000) if i != n - 1) + 1
    return count, wrong
