"""How a duty is computed: in words for a reader, and which engine path takes it, and why."""

from lawkeep.judge import sql
from lawkeep.judge.form import Form, compile_states, legs_of
from lawkeep.judge.stood import statable
from lawkeep.law.pack import Pack
from lawkeep.model.finding import Text

SQL = "sql"
"""Wholly in SQL."""
PLAIN = "sql where plain"
"""In SQL for keys with a plain history; the reference rules for the others."""
RULES = "rules"
"""By the reference rules, a bucket of keys at a time."""

_WAYS: dict[str, Text] = {
    SQL: Text(
        "全部由 SQL 计算：每个触发事件按键值与首末事件连接，其余按时间查找（ASOF）",
        "wholly in SQL: each trigger is joined with the first and last event of its key; "
        "what they do not answer is searched by time (ASOF)",
    ),
    PLAIN: Text(
        "键值历史简单的由 SQL 计算，其余由基准规则计算",
        "in SQL for keys with a plain history; by the reference rules for the others",
    ),
    RULES: Text("由基准规则按键值分批计算", "by the reference rules, a bucket of keys at a time"),
}


def plan_of(form: Form, pack: Pack) -> str:
    """`SQL`, `PLAIN` or `RULES`."""
    if sql.simple(form):
        return SQL
    name = form.duty.while_
    state = compile_states(pack).get(name) if name not in (None, "role") else None
    if not statable(form, state):
        return RULES
    return SQL if form.pattern == "prohibition" else PLAIN


def plan_sql(form: Form, pack: Pack) -> dict[str, str]:
    """The selections that the DuckDB engine makes for a duty: a name, and its condition in SQL."""
    found = {}
    groups = {"trigger": form.triggers, "unless": form.unless, "contrary": form.contrary}
    legs = [leg for demand in form.demands for leg in legs_of(demand)] + list(form.chain)
    for i, leg in enumerate(legs, 1):
        groups[f"demand {i}"] = (leg.pick,)
        groups[f"undone {i}"] = leg.undone_by
    name = form.duty.while_
    if name not in (None, "role"):
        state = compile_states(pack)[str(name)]
        groups |= {"state begins": state.begins, "state ends": state.ends}
    for label, picks in groups.items():
        tests = [
            f"type IN ({', '.join(map(sql.text, p.types))}) AND {sql.picked(p)}" for p in picks
        ]
        if tests:
            found[label] = " OR ".join(t.removesuffix(" AND true") for t in tests)
    return found


def plan_in_words(form: Form, pack: Pack, language: str) -> list[str]:
    """What is read and how it is computed, a line each. `language`: `zh` or `en`."""
    zh = language == "zh"
    types = ", ".join(dict.fromkeys(sql.form_types(form)))
    keys = ", ".join("|".join(p.names) for p in form.same)
    way = _WAYS[plan_of(form, pack)]
    lines = [f"读取事件：{types}" if zh else f"events read: {types}"]
    if keys:
        lines.append(f"按键值对应：{keys}" if zh else f"matched by: {keys}")
    lines.append(f"DuckDB：{way.zh}" if zh else f"DuckDB: {way.en}")
    return lines
