"""The first or last event that matches a trigger at or after, or at or before, an instant, in SQL.

Most keys have few events, so their first and last one answer nearly every question by a hash
join. Where they do not (`hard` rows), an ASOF join does, whose cost does not grow with the number
of events that share a key.
"""

from dataclasses import dataclass
from itertools import product

import duckdb

from lawkeep.judge import sql
from lawkeep.judge.form import Part, Pick, Picks
from lawkeep.judge.log import Log
from lawkeep.model.time import LATEST

_FEW = 24
"""So many changes of a key are compared one by one; more of them are searched by time."""


class Columns:
    """Names of the values of triggers, as the table of triggers has them."""

    def __init__(self) -> None:
        self.names: dict[Part, str] = {}

    def of(self, part: Part) -> str:
        return self.names.setdefault(part, f"p{len(self.names)}")

    def select(self) -> str:
        """What selects them from an event `e`."""
        return "".join(
            f", {column} AS {name}_{j}"
            for part, name in self.names.items()
            for j, column in enumerate(sql.values(part))
        )


def equal(pick: Pick, columns: Columns, event: str = "e", row: str = "q") -> str:
    """Every value equal; of alternatives any one."""
    terms = []
    for i, part in enumerate(pick.match.trigger):
        name = columns.of(part)
        any_of = [f"{event}.o{i}_{j} = {row}.{name}_{j}" for j in range(len(sql.values(part)))]
        terms.append(f"({' OR '.join(any_of)})" if len(any_of) > 1 else any_of[0])
    return " AND ".join(terms) or "true"


def absent(parts: tuple[Part, ...], columns: Columns, row: str = "q") -> str:
    """[9] A value to match by is missing in the trigger."""
    terms = []
    for part in parts:
        none = [f"{row}.{columns.of(part)}_{j} IS NULL" for j in range(len(sql.values(part)))]
        terms.append("(" + " AND ".join(none) + ")")
    return f"({' OR '.join(terms)})" if terms else "false"


@dataclass(frozen=True)
class Found:
    """Expressions of an event: its place, its instant, when it was recorded. Null: none."""

    n: str
    t: str
    r: str


NOTHING = Found("NULL", "NULL", "NULL")


class Question:
    """Events of some picks, as asked by the triggers of a duty.

    `count`: how many there may be; 0: every answer is null. `single`: no key has two of them.
    """

    def __init__(
        self, db: duckdb.DuckDBPyConnection, log: Log, name: str, picks: Picks, columns: Columns
    ) -> None:
        self.db, self.log, self.name, self.picks, self.columns = db, log, name, picks, columns
        span = log.span(t for pick in picks for t in pick.types) if picks else None
        self.empty, self.single = span is None, True
        self.prompt = span is not None and span.prompt
        match = picks[0].match if picks else None
        parts = match.trigger if match else ()
        self.arms = list(product(*(range(len(sql.values(part))) for part in parts)))
        self.parts = parts

    def ends(self, among: str | None = None, until: str | None = None) -> None:
        """Make the tables of the first and the last event of each key.

        `among`: a table of triggers: only keys that occur there. `until`: a text field of the
        event up to which it is valid; of keys with one event it is kept as `v`.
        """
        if self.empty:
            return
        valid = f", json_extract_string(e.data, {sql.text(f'$.{until}')}) AS v" if until else ""
        source = sql.source(self.log, self.picks, valid)
        for a, arm in enumerate(self.arms):
            keys, where = self._keys(arm)
            if among is not None and arm:
                named = ", ".join(
                    f"{self.columns.of(p)}_{j}" for p, j in zip(self.parts, arm, strict=True)
                )
                listed = ", ".join(f"o{i}_{j}" for i, j in enumerate(arm))
                where += f" AND ({listed}) IN (SELECT ({named}) FROM {among})"
            by = f" GROUP BY {', '.join(str(i + 1) for i in range(len(arm)))}" if arm else ""
            recorded = "" if self.prompt else ", arg_min(r, n) AS fr, arg_max(r, n) AS lr"
            kept = ", min(v) AS v, count(v) AS limited" if until else ""
            self.db.execute(
                f"CREATE OR REPLACE TEMP TABLE {self.name}_{a} AS SELECT {keys}"
                f"CAST(count(*) AS INTEGER) AS c, min(n) AS f, min(t) AS ft, max(n) AS l, "
                f"max(t) AS lt{recorded}{kept} FROM ({source}) WHERE {where}{by} HAVING count(*) > 0"
            )
        counted = [
            self.db.execute(f"SELECT count(*), max(c) FROM {self.name}_{a}").fetchall()[0]
            for a in range(len(self.arms))
        ]
        self.empty = not any(rows for rows, _ in counted)
        self.single = len(self.arms) == 1 and (counted[0][1] or 0) < 2

    def _keys(self, arm: tuple[int, ...]) -> tuple[str, str]:
        keys = "".join(f"o{i}_{j} AS k{i}, " for i, j in enumerate(arm))
        return keys, " AND ".join(f"o{i}_{j} IS NOT NULL" for i, j in enumerate(arm)) or "true"

    def _on(self, a: int, table: str, row: str) -> str:
        terms = [
            f"{table}.k{i} = {row}.{self.columns.of(part)}_{j}"
            for i, (part, j) in enumerate(zip(self.parts, self.arms[a], strict=True))
        ]
        return " AND ".join(terms)

    def join(self) -> str:
        """The join of the tables of ends with the triggers `q`."""
        if self.empty:
            return ""
        return "".join(
            f" LEFT JOIN {self.name}_{a} ON {self._on(a, f'{self.name}_{a}', 'q') or 'true'}"
            for a in range(len(self.arms))
        )

    def among(self, kind: str) -> str:
        """A `SEMI` or `ANTI` join of the triggers `q` with the keys that have an event."""
        if self.empty:
            return "" if kind == "ANTI" else " WHERE false"
        on = self._on(0, f"{self.name}_0", "q") or "true"
        return f" {kind} JOIN {self.name}_0 ON {on}"

    def first(self) -> Found:
        """The first event of the trigger's key."""
        return self._merged("least", "f", "ft", "fr")

    def last(self) -> Found:
        """The last event of the trigger's key."""
        return self._merged("greatest", "l", "lt", "lr")

    @property
    def there(self) -> str:
        """Whether the trigger's key has any event."""
        return "false" if self.empty else f"({self.first().n} IS NOT NULL)"

    def _merged(self, pick: str, n: str, t: str, r: str) -> Found:
        if self.empty:
            return NOTHING
        tables = [f"{self.name}_{a}" for a in range(len(self.arms))]
        r = t if self.prompt else r
        if len(tables) == 1:
            return Found(*(f"{tables[0]}.{column}" for column in (n, t, r)))
        place = f"{pick}({', '.join(f'{x}.{n}' for x in tables)})"
        when = f"{pick}({', '.join(f'{x}.{t}' for x in tables)})"
        arms = " ".join(f"WHEN {x}.{n} = {place} THEN {x}.{r}" for x in tables)
        return Found(place, when, f"(CASE {arms} END)")

    def instants(self, rows: str) -> None:
        """For the rows of a table: per key and instant the first and last event, to look up in."""
        if self.empty:
            return
        source = sql.source(self.log, self.picks)
        for a, arm in enumerate(self.arms):
            keys, where = self._keys(arm)
            if arm:
                named = ", ".join(
                    f"{self.columns.of(p)}_{j}" for p, j in zip(self.parts, arm, strict=True)
                )
                listed = ", ".join(f"o{i}_{j}" for i, j in enumerate(arm))
                where += f" AND ({listed}) IN (SELECT ({named}) FROM {rows})"
            by = "".join(f"{i + 1}, " for i in range(len(arm)))
            self.db.execute(
                f"CREATE OR REPLACE TEMP TABLE {self.name}_at_{a} AS SELECT {keys}t, min(n) AS f, "
                f"arg_min(r, n) AS fr, max(n) AS l, arg_max(r, n) AS lr FROM ({source}) "
                f"WHERE {where} GROUP BY {by}t"
            )

    def turns(self, undone: "Question") -> str:
        """The join of the triggers with what stands at their instant, where `undone` ends it.

        One row of `NAME_turn` for each time between two changes in which an event stands: `g`,
        `gt`, `gr`: the first one since the last end. At one instant the beginning wins.
        """
        keys = "".join(f"o{i}_0, " for i in range(len(self.parts)))
        over = f"PARTITION BY {keys.rstrip(', ')}" if keys else ""
        since = f"PARTITION BY {keys}ended"
        held = sql.source(self.log, self.picks)
        ends = sql.source(self.log, undone.picks)
        recorded = "gt" if self.prompt else f"arg_min(dr, dn) OVER ({since} ORDER BY t)"
        self.db.execute(
            f"""CREATE OR REPLACE TEMP TABLE {self.name}_turn AS
            SELECT * EXCLUDE (gr), {"gt" if self.prompt else "gr"} AS gr FROM (
            SELECT {keys}t, coalesce(until, {LATEST} + 1) AS until,
                min(dn) OVER ({since} ORDER BY t) AS g,
                min(CASE WHEN dn IS NOT NULL THEN t END) OVER ({since} ORDER BY t) AS gt,
                {"NULL" if self.prompt else recorded} AS gr
            FROM (SELECT *, max(CASE WHEN u THEN t END) OVER ({over} ORDER BY t) AS ended,
                    lead(t) OVER ({over} ORDER BY t) AS until
                FROM (SELECT {keys}t, min(n) FILTER (NOT over) AS dn,
                        arg_min(r, n) FILTER (NOT over) AS dr, bool_or(over) AS u
                    FROM (SELECT *, false AS over FROM ({held})
                        UNION ALL SELECT *, true FROM ({ends})) GROUP BY {keys}t)))
            WHERE g IS NOT NULL"""
        )
        ((most,),) = self.db.execute(
            f"SELECT max(c) FROM (SELECT count(*) AS c FROM {self.name}_turn "
            f"{'GROUP BY ' + keys.rstrip(', ') if keys else ''})"
        ).fetchall()
        x = f"{self.name}_turn"
        on = "".join(
            f"{x}.o{i}_0 = q.{self.columns.of(part)}_0 AND " for i, part in enumerate(self.parts)
        )
        if keys and (most or 0) <= _FEW:
            return f" LEFT JOIN {x} ON {on}q.start >= {x}.t AND q.start < {x}.until"
        # What was found may be over: the next change may have left nothing standing.
        return f" ASOF LEFT JOIN {x} ON {on}q.start >= {x}.t"

    @property
    def standing(self) -> Found:
        """What stands, by the join of `turns`."""
        x = f"{self.name}_turn"
        here = f"q.start < {x}.until"
        return Found(*(f"CASE WHEN {here} THEN {x}.{c} END" for c in ("g", "gt", "gr")))

    def seek(self, rows: str, name: str, instant: str, side: str) -> str:
        """A query: the rows with `NAME_n, NAME_t, NAME_r` of the `next` or `last` event.

        `next`: at or after the instant, an expression over the row `q`; `last`: at or before.
        """
        if self.empty:
            return (
                f"SELECT q.*, NULL::BIGINT AS {name}_n, NULL::BIGINT AS {name}_t, "
                f"NULL::BIGINT AS {name}_r FROM {rows} q"
            )
        sign, n, r = ("<=", "f", "fr") if side == "next" else (">=", "l", "lr")
        joins = "".join(
            f" ASOF LEFT JOIN {self.name}_at_{a} x{a} ON "
            f"{''.join(f'{t} AND ' for t in [self._on(a, f'x{a}', 'q')] if t)}q.seek {sign} x{a}.t"
            for a in range(len(self.arms))
        )
        pick = "least" if side == "next" else "greatest"
        places = ", ".join(f"x{a}.{n}" for a in range(len(self.arms)))
        times = ", ".join(f"x{a}.t" for a in range(len(self.arms)))
        place = f"{pick}({places})" if len(self.arms) > 1 else places
        when = f"{pick}({times})" if len(self.arms) > 1 else times
        arms = " ".join(f"WHEN x{a}.{n} = {place} THEN x{a}.{r}" for a in range(len(self.arms)))
        return (
            f"SELECT q.* EXCLUDE (seek), {place} AS {name}_n, {when} AS {name}_t, "
            f"CASE {arms} END AS {name}_r "
            f"FROM (SELECT q.*, {instant} AS seek FROM {rows} q) q{joins}"
        )
