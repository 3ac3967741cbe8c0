"""Words of the generated table of duties: patterns, roles, periods, conditions, in two languages."""

import re
from typing import Any

from lawkeep.documents.words import MEASURES, OPENERS
from lawkeep.documents.words import measure as _measure
from lawkeep.law.duty import Demand, Duty, Keep, Select
from lawkeep.law.pack import Pack
from lawkeep.model.finding import Fine, Text

PATTERNS = {
    "precedence": Text("先有其一，后有其二", "first this, then that"),
    "response": Text("发生后须履行", "after this, that"),
    "chain": Text("依次履行", "one after the other"),
    "prohibition": Text("禁止", "never"),
    "recurrence": Text("定期履行", "again and again"),
    "retention": Text("保存", "kept so long"),
    "existence": Text("须始终具备", "must be there"),
    "continuity": Text("须无间断", "without a gap"),
    "inventory": Text("仅列现状", "only listed"),
}
ROLES = {
    "network": Text("一切网络运营者", "every operator"),
    "access": Text("网络接入", "access"),
    "domain": Text("域名注册", "domain registration"),
    "telephony": Text("电话", "telephony"),
    "publishing": Text("信息发布", "publishing"),
    "messaging": Text("即时通讯", "messaging"),
    "hosting": Text("托管", "hosting"),
    "app_store": Text("应用商店", "app store"),
    "software": Text("软件", "software"),
    "site": Text("自有网站", "runs a site"),
    "resolver": Text("域名解析", "resolver"),
    "cii": Text("关键信息基础设施", "critical infrastructure"),
    "state_body": Text("国家机关", "state body"),
    "controller": Text("数据控制者", "controller"),
    "processor": Text("数据处理者", "processor"),
    "essential_entity": Text("基本实体", "essential entity"),
    "important_entity": Text("重要实体", "important entity"),
    "manufacturer": Text("制造商", "manufacturer"),
    "platform": Text("平台", "platform"),
}
AUTHORITIES = {
    "competent department": "有关主管部门",
    "provincial communications administration of the filer's domicile": "备案主体住所所在地省通信管理局",
    "provincial communications administration of the place of the breach": "违法行为发生地省通信管理局",
    "provincial telecom authority": "省级电信管理机构",
    "telecom authority": "电信管理机构",
    "public security": "公安机关",
    "CAC, telecom or public security": "网信、电信或者公安部门",
    "issuing or filing authority": "发证机关或者备案机关",
    "Digital Services Coordinator": "数字服务协调员",
    "competent authority of the Member State": "成员国主管机关",
    "supervisory authority": "监督机构",
    "market surveillance authority": "市场监督机构",
}
PERSONS = {
    "managers": Text("直接负责的主管人员", "managers"),
    "managers_and_others": Text("主管人员和其他直接责任人员", "managers and others responsible"),
}
STATUSES = {
    "verified": Text("已核对", "verified"),
    "substance": Text("实质内容已印证", "confirmed in substance"),
    "draft": Text("草案，默认不启用", "draft, off by default"),
}
BASES = {
    "text": Text("法条", "text"),
    "practice": Text("监管实践", "practice"),
    "policy": Text("本包自定", "policy"),
}
_UNITS = {
    "H": ("小时", "hour"),
    "M": ("分钟", "minute"),
    "D": ("日", "day"),
    "BD": ("个工作日", "working day"),
    "MONTH": ("个月", "month"),
    "Y": ("年", "year"),
    "S": ("秒", "second"),
}
_FIXED = {
    "end of day": Text("当日结束前", "by the end of the day"),
    "due": Text("触发事件所载期限内", "by the time that the trigger names"),
    "next": Text("记录中的下一时点", "at the next instant of the records"),
    "eventually": Text("没有期限", "some day: no bound"),
}


def period(text: str) -> Text:
    """`PT24H` is 24 hours, `P20BD` 20 working days."""
    hit = re.fullmatch(r"P(T?)(\d+)(BD|[HMSDY])", text)
    if hit is None:
        return Text(text, text)
    unit = "MONTH" if hit[3] == "M" and not hit[1] else hit[3]
    zh, en = _UNITS[unit]
    return Text(f"{hit[2]}{zh}", f"{hit[2]} {en}{'' if hit[2] == '1' else 's'}")


def bound(pack: Pack, name: str) -> Text:
    """The two numbers of a policy."""
    found = pack.policy[name]
    met, late = period(found.met_within), period(found.breached_after)
    return Text(
        f"{met.zh}内为已履行，超过{late.zh}为未履行",
        f"met within {met.en}, breached after {late.en}",
    )


def timing(pack: Pack, within: str | None, policy: str | dict[str, str] | None) -> Text | None:
    """The deadline of a duty or of one of its demands."""
    if within is None and policy is None:
        return None
    if isinstance(policy, str):
        told = bound(pack, policy)
        return Text(f"立即（{policy}：{told.zh}）", f"at once (`{policy}`: {told.en})")
    if policy is not None:
        options = {word: bound(pack, name) for word, name in policy.items() if word != "by"}
        zh = "；".join(f"{word}：{told.zh}" for word, told in options.items())
        en = "; ".join(f"{word}: {told.en}" for word, told in options.items())
        return Text(f"立即，按 {policy['by']}（{zh}）", f"at once, by `{policy['by']}` ({en})")
    assert within is not None
    if within in _FIXED:
        return _FIXED[within]
    told = period(within)
    return Text(f"{told.zh}内", f"within {told.en}")


def deadline(pack: Pack, duty: Duty) -> Text:
    """The deadline in words, whatever the pattern."""
    parts = [_by_pattern(pack, duty)]
    for demand in _as_list(duty.must) + _as_list(duty.then):
        if isinstance(demand, Demand):
            own = timing(pack, demand.within, demand.policy)
            if own is not None:
                types = demand.event if isinstance(demand.event, str) else "…"
                parts.append(Text(f"{types}：{own.zh}", f"`{types}`: {own.en}"))
    if duty.start_grace:
        grace = period(duty.start_grace)
        parts.append(
            Text(f"施行时已存在的另加{grace.zh}", f"{grace.en} more for what already stood")
        )
    told = [part for part in parts if part is not None]
    return Text("；".join(t.zh for t in told) or "—", "; ".join(t.en for t in told) or "—")


def _by_pattern(pack: Pack, duty: Duty) -> Text | None:
    if duty.pattern == "precedence":
        if duty.before_by:
            told = period(duty.before_by)
            return Text(f"至少提前{told.zh}", f"at least {told.en} before")
        if duty.look_back:
            told = period(duty.look_back)
            return Text(f"之前{told.zh}以内", f"at most {told.en} before")
        return Text("事前或者当时", "before it or at that instant")
    if duty.pattern == "prohibition":
        return Text("始终", "always")
    if duty.keep is not None:
        return _kept(duty.keep)
    if duty.every:
        told = period(duty.every)
        return Text(f"至少每{told.zh}一次", f"at least every {told.en}")
    if duty.pattern == "continuity" and isinstance(duty.policy, str):
        told = bound(pack, duty.policy)
        return Text(f"间断（{duty.policy}：{told.zh}）", f"a gap (`{duty.policy}`: {told.en})")
    return timing(pack, duty.within, duty.policy)


def demands(duty: Duty) -> str:
    """What a duty demands: demands judged each by itself are parted by a semicolon, the legs of a
    chain by an arrow."""
    told = _as_list(duty.must) or _as_list(duty.look_for)
    return "; ".join(map(selector, told)) or " → ".join(map(selector, _as_list(duty.then)))


def _kept(keep: Keep) -> Text:
    told = period(keep.period)
    newest = keep.newest if isinstance(keep.newest, str) else selector(keep.newest)
    if isinstance(keep.newest, str):
        newest = f"`{newest}`"
    zh, en = f"自 {newest} 起至少保存{told.zh}", f"kept for at least {told.en} from {newest}"
    if keep.period == "PT0S":
        zh, en = f"保存至 {newest} 所载时间", f"kept until the time that {newest} names"
    if keep.still:
        zh, en = (
            f"{zh}，且 `{keep.still}` 期间始终保存",
            f"{en}, and as long as `{keep.still}` holds",
        )
    return Text(zh, en)


def selector(value: Any) -> str:
    """A selector or demand as the YAML says it, its event types linked to their reference."""
    if isinstance(value, str):
        return f"[`{value}`](events.md#{value})"
    if isinstance(value, list):
        return " / ".join(map(selector, value))
    if isinstance(value, Select):
        return _with_where(selector(value.event), value.where)
    if value.all_of:
        text = "(" + " + ".join(map(selector, value.all_of)) + ")"
    elif value.any_of:
        text = "(" + " / ".join(map(selector, value.any_of)) + ")"
    else:
        text = _with_where(selector(value.event), value.where)
    marks = [f"`{name}: {told}`" for name, told in _marks(value) if told]
    if value.undone_by is not None:
        marks.append(f"`undone_by:` {selector(value.undone_by)}")
    return f"{text} [{', '.join(marks)}]" if marks else text


def _marks(demand: Demand) -> list[tuple[str, str | None]]:
    return [
        ("state", "true" if demand.state else None),
        ("valid_until", demand.valid_until),
        ("covers", demand.covers),
    ]


def _with_where(text: str, where: dict[str, Any]) -> str:
    tests = ", ".join(f"`{name}: {_plain(test)}`" for name, test in where.items())
    return f"{text} ({tests})" if tests else text


def _plain(test: Any) -> str:
    if isinstance(test, dict):
        return " ".join(f"{op} {_plain(value)}" for op, value in test.items())
    if isinstance(test, list):
        return "|".join(map(str, test))
    return "null" if test is None else str(test).lower() if isinstance(test, bool) else str(test)


def fine(band: Fine | None, currency: str) -> Text:
    """A band of a fine; an end that the text does not set is not invented."""
    if band is None:
        return Text("—", "—")
    zh, en = [], []
    if band.min is not None or band.max is not None:
        low = None if band.min is None else f"{band.min:,}"
        high = None if band.max is None else f"{band.max:,}"
        if low == high:
            span = Text(f"{low}", f"{low}")
        elif low is None:
            span = Text(f"{high} 以下", f"up to {high}")
        elif high is None:
            span = Text(f"{low} 以上", f"{low} or more")
        else:
            span = Text(f"{low} 至 {high}", f"{low} to {high}")
        zh.append(f"{span.zh} {currency}")
        en.append(f"{currency} {span.en}")
    if band.of_gain is not None:
        zh.append(f"违法所得的 {band.of_gain[0]} 至 {band.of_gain[1]} 倍")
        en.append(f"{band.of_gain[0]} to {band.of_gain[1]} times the gain")
    if band.pct_turnover is not None:
        zh.append(f"年营业额的 {band.pct_turnover:g}% 以下")
        en.append(f"up to {band.pct_turnover:g} % of yearly turnover")
    return Text("或者".join(zh), " or ".join(en))


def measures(codes: list[str]) -> Text:
    """Measures that a text orders or allows."""
    told = [_measure(code, MEASURES) for code in codes]
    return Text("、".join(t.zh for t in told) or "—", ", ".join(t.en for t in told) or "—")


def openers(codes: list[str]) -> Text:
    """The facts of which any one opens a row."""
    told = [OPENERS[code] for code in codes]
    return Text("；".join(t.zh for t in told), "; ".join(t.en for t in told))


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
