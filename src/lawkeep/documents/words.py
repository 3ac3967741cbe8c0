"""Words for the codes that findings and exposure carry: states, reasons, measures, openers.

Codes are those of `docs/reference/findings.md` and of the sanction tables. A code that is not
known here is shown as itself: it is never hidden and never guessed.
"""

import re
from collections.abc import Iterable, Mapping

from lawkeep.model.finding import Citation, Text

STATES: dict[str, Text] = {
    "breached": Text(zh="未履行", en="Breached"),
    "open": Text(zh="无法判定", en="Open"),
    "pending": Text(zh="期限未到", en="Pending"),
    "met": Text(zh="已履行", en="Met"),
}

STATE_HELP: dict[str, Text] = {
    "breached": Text(zh="记录表明义务未按要求履行", en="the records show the duty was not done"),
    "open": Text(zh="凭现有记录不能认定是否履行", en="cannot be decided from the records"),
    "pending": Text(zh="期限尚未届满", en="the deadline has not passed"),
    "met": Text(zh="记录表明义务已履行", en="the records show the duty was done"),
}

BASES: dict[str, Text] = {
    "text": Text(zh="法条", en="Text of the law"),
    "practice": Text(zh="监管实践", en="Regulators’ practice"),
    "policy": Text(zh="本单位设定的时限", en="Operator’s own limit"),
}

STATUSES: dict[str, Text] = {
    "verified": Text(zh="条文已核对", en="text verified"),
    "substance": Text(zh="仅核对内容要点", en="confirmed in substance only"),
    "draft": Text(zh="草稿", en="draft"),
}

REASONS: dict[str, Text] = {
    "released": Text(zh="义务已解除", en="Released: the duty fell away"),
    "condition_ended": Text(
        zh="到期前条件已终止", en="The condition ended before the duty fell due"
    ),
    "act_before_trigger": Text(
        zh="履行行为早于触发事件，此后没有履行记录",
        en="The act is recorded before the trigger and not after it",
    ),
    "judgement_needed": Text(
        zh="是否“立即”履行，须由人判断",
        en="Whether this was “immediate” needs a person’s judgement",
    ),
    "contradicted": Text(
        zh="记录相互矛盾", en="Later evidence contradicts the record that it was done"
    ),
    "not_recorded": Text(
        zh="相关记录未声明完整，未见记录不等于未履行",
        en="The records are not declared complete, so silence proves nothing",
    ),
    "calendar_unknown": Text(
        zh="该年度的节假日安排尚未公布", en="The holiday calendar for that year is not announced"
    ),
    "no_due_time": Text(zh="责令未载明期限", en="The order names no due time"),
    "key_missing": Text(
        zh="记录缺少用于匹配的标识", en="A record lacks the key that would match it"
    ),
    "inventory": Text(zh="仅列出现状，须由人判断", en="An inventory: a person must judge it"),
    "role_unknown": Text(
        zh="不知当时是否具有该身份", en="It is unknown whether the role held then"
    ),
    "late": Text(zh="逾期履行", en="Done late"),
    "never": Text(zh="始终未履行", en="Never done"),
    "not_done": Text(zh="期限内未履行", en="Not done in time"),
    "contrary": Text(zh="有相反证据", en="Evidence to the contrary"),
    "undone": Text(zh="履行后又被撤回", en="Done, then undone"),
    "barred": Text(zh="已过处罚时效", en="Barred by limitation"),
    "withdrawn": Text(zh="认定已撤回", en="The finding was withdrawn"),
}

MEASURES: dict[str, Text] = {
    "rectify": Text(zh="责令改正", en="order to rectify"),
    "rectify_by_date": Text(zh="责令限期改正", en="order to rectify by a date"),
    "warn": Text(zh="警告", en="warning"),
    "fine": Text(zh="罚款", en="fine"),
    "confiscate_gain": Text(zh="没收违法所得", en="confiscation of unlawful gains"),
    "confiscate_gains": Text(zh="没收违法所得", en="confiscation of unlawful gains"),
    "public_notice": Text(zh="向社会公告", en="public notice"),
    "public_criticism": Text(zh="通报批评", en="public criticism"),
    "suspend_business": Text(zh="暂停相关业务", en="suspension of the business concerned"),
    "stop_for_rectification": Text(zh="停业整顿", en="suspension for rectification"),
    "temporary_closure": Text(zh="暂时关闭网站", en="temporary closure of the site"),
    "close_site": Text(zh="关闭网站", en="closure of the site"),
    "close_site_or_app": Text(zh="关闭网站或者应用程序", en="closure of the site or app"),
    "revoke_permit (commercial) or close_site (non-commercial)": Text(
        zh="经营性：吊销经营许可证；非经营性：关闭网站",
        en="commercial: revocation of the permit; non-commercial: closure of the site",
    ),
    "suspend_app": Text(zh="暂停应用程序服务", en="suspension of the app"),
    "cancel_filing": Text(zh="注销备案", en="cancellation of the filing"),
    "stop_sale": Text(zh="停止销售或者提供", en="stop of sale or supply"),
    "revoke_permit": Text(zh="吊销业务许可证", en="revocation of the permit"),
    "revoke_business_licence": Text(zh="吊销营业执照", en="revocation of the business licence"),
    "ban_persons": Text(zh="禁止有关人员任职", en="ban on persons holding certain posts"),
    "detention_of_persons": Text(zh="对有关人员拘留", en="detention of persons"),
    "stop_connection_6_months": Text(
        zh="停止联网（六个月以内）", en="disconnection for up to six months"
    ),
    "stop_6_months": Text(zh="停机整顿（六个月以内）", en="suspension for up to six months"),
    "warn_or_stop_6_months": Text(
        zh="警告或者停机整顿（六个月以内）", en="warning, or suspension for up to six months"
    ),
}

OPENERS: dict[str, Text] = {
    "breach": Text(zh="存在违反行为", en="a breach"),
    "refusal": Text(zh="逾期拒不改正", en="an order to rectify was not met in time"),
    "consequence": Text(zh="已认定造成后果", en="consequences were determined"),
    "serious": Text(zh="已认定情节严重", en="found serious"),
    "severe": Text(zh="已认定后果严重", en="found severe"),
    "especially_severe": Text(zh="已认定后果特别严重", en="found especially severe"),
}

AUTHORITIES: dict[str, Text] = {
    "public security": Text(zh="公安机关", en="public security"),
    "cyberspace administration": Text(zh="网信部门", en="cyberspace administration"),
}

KEYS: dict[str, Text] = {
    "subject": Text(zh="用户", en="subject"),
    "service": Text(zh="服务", en="service"),
    "agent": Text(zh="代理商", en="agent"),
    "filing": Text(zh="备案", en="filing"),
    "domain": Text(zh="域名", en="domain"),
    "content": Text(zh="内容", en="content"),
    "original": Text(zh="原内容", en="original"),
    "complaint": Text(zh="投诉", en="complaint"),
    "product": Text(zh="产品", en="product"),
    "release": Text(zh="版本", en="release"),
    "upstream": Text(zh="上游产品", en="upstream"),
    "vulnerability": Text(zh="漏洞", en="vulnerability"),
    "system": Text(zh="系统", en="system"),
    "stream": Text(zh="日志流", en="log stream"),
    "incident": Text(zh="事件", en="incident"),
    "item": Text(zh="个人信息项", en="item"),
    "processor": Text(zh="受托方", en="processor"),
    "number": Text(zh="号码", en="number"),
    "line": Text(zh="线路", en="line"),
    "call": Text(zh="呼叫", en="call"),
    "device": Text(zh="设备", en="device"),
    "card": Text(zh="卡", en="card"),
    "order": Text(zh="责令", en="order"),
    "request": Text(zh="请求", en="request"),
    "case": Text(zh="案件", en="case"),
    "penalty": Text(zh="处罚", en="penalty"),
    "check": Text(zh="检查", en="check"),
    "grant": Text(zh="授权", en="grant"),
    "gate": Text(zh="关口", en="gate"),
    "principal": Text(zh="委托人", en="principal"),
    "duty": Text(zh="义务", en="duty"),
    "operator": Text(zh="运营者", en="operator"),
    "event": Text(zh="记录", en="record"),
}

CAVEATS: dict[str, Text] = {
    "substance": Text(
        zh="所引条文仅核对内容要点", en="The cited text is confirmed in substance only"
    ),
    "draft": Text(zh="使用了草稿规则", en="A draft rule was used"),
    "needs_lawyer": Text(zh="须由律师判断", en="A lawyer must decide"),
    "barred": Text(zh="已过处罚时效", en="Barred by limitation"),
    "barred_unknown": Text(zh="处罚时效是否届满不明", en="Whether limitation has run is unknown"),
}

_LIST = re.compile(r"\s*(?:,|\bor\b)\s*")


def plain(code: str) -> Text:
    """The code itself in both languages."""
    return Text(zh=code, en=code)


def look_up(code: str, *tables: Mapping[str, Text]) -> Text:
    """The words of the first table that knows the code, else the code itself."""
    for table in tables:
        if code in table:
            return table[code]
    return plain(code)


def measure(code: str, own: Mapping[str, Text]) -> Text:
    """Words of a measure; a choice (`one of: a, b` or `a or b`) is put into words part by part."""
    known = look_up(code, own, MEASURES)
    if known != plain(code):
        return known
    parts = [p for p in _LIST.split(code.removeprefix("one of:").strip()) if p]
    if len(parts) < 2:
        return known
    each = [measure(part, own) for part in parts]
    return Text(zh="或者".join(t.zh for t in each), en=" or ".join(t.en for t in each))


_ARTICLE = re.compile(r"(\d+)(?:-(\d+))?((?:\(\d+\))*)", re.ASCII)


def article(number: str) -> Text:
    """`24(1)` as people cite it; a form that is not understood is shown as written.

    The number in brackets may count paragraphs or items; the pack does not say which, so neither
    does the text.
    """
    match = _ARTICLE.fullmatch(number)
    if match is None:
        return Text(zh=number, en=f"art. {number}")
    zh = f"第{match[1]}条" + (f"之{match[2]}" if match[2] else "")
    zh += "".join(f"（{value}）" for value in re.findall(r"\d+", match[3]))
    return Text(zh=zh, en=f"art. {number}")


def citation(cited: Citation, instruments: Mapping[str, Text]) -> Text:
    """Instrument with its edition and article; the name falls back to the id."""
    return cite(cited.instrument, cited.edition, cited.article, instruments)


def cite(instrument: str, edition: str, number: str, instruments: Mapping[str, Text]) -> Text:
    """As `citation`, from the parts."""
    name = instruments.get(instrument)
    at = article(number)
    if name is None:
        name = plain(instrument)
        return Text(zh=f"{name.zh}（{edition}）{at.zh}", en=f"{name.en} ({edition}) {at.en}")
    return Text(
        zh=f"《{name.zh.strip('《》')}》（{edition}）{at.zh}", en=f"{name.en} ({edition}) {at.en}"
    )


def citations(cited: Iterable[Citation], instruments: Mapping[str, Text]) -> tuple[Text, ...]:
    """As `citation`, with the articles of one edition brought together."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for c in cited:
        grouped.setdefault((c.instrument, c.edition), []).append(c.article)
    out = []
    for (instrument, edition), numbers in grouped.items():
        first, *rest = dict.fromkeys(numbers)
        text = cite(instrument, edition, first, instruments)
        more = [article(number) for number in rest]
        zh = "、".join([text.zh, *(m.zh for m in more)])
        en = ", ".join([text.en, *(m.en.removeprefix("art. ") for m in more)])
        out.append(Text(zh=zh, en=en))
    return tuple(out)
