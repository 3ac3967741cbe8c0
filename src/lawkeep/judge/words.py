"""What a finding says in one sentence, in Chinese and English. Never a penalty, never a verdict."""

from lawkeep.law.duty import Duty
from lawkeep.model.finding import State, Text

STATES: dict[str, Text] = {
    "met": Text("已履行", "met"),
    "breached": Text("未履行", "breached"),
    "pending": Text("期限未到", "pending: the deadline has not passed"),
    "open": Text("无法判定", "open: it cannot be said from the records"),
}
REASONS: dict[str, Text] = {
    "released": Text("义务已解除", "released"),
    "condition_ended": Text("到期前条件已消失", "the condition ended before the deadline"),
    "act_before_trigger": Text(
        "相关行为发生在知悉之前，此后再无", "the act came before what called for it, and none after"
    ),
    "judgement_needed": Text(
        "法律未规定具体时限，须由人判断是否及时",
        "the law names no number, and a person must say whether it was in time",
    ),
    "contradicted": Text("记录显示已履行，但有相反证据", "done by the records, but seen otherwise"),
    "not_recorded": Text(
        "记录不完整，缺少可证明的记录", "the records do not cover it; a record would close it"
    ),
    "calendar_unknown": Text(
        "该年度工作日安排尚未公布", "the working days of that year are not announced"
    ),
    "no_due_time": Text("命令未写明期限", "the order names no time"),
    "key_missing": Text("记录缺少所需的标识", "the record lacks an identifier that is needed"),
    "inventory": Text(
        "开放性要求：列出已有与欠缺的事项",
        "open by nature: what is there and what is missing is listed",
    ),
}


def summary(duty: Duty, state: State, reason: str | None, *, cured: bool = False) -> Text:
    """Title, state and reason as one sentence."""
    says, why = STATES[state], REASONS.get(reason or "")
    zh = f"{duty.title.zh}：{says.zh}" + (f"（{why.zh}）" if why else "")
    en = f"{duty.title.en}: {says.en if why is None or state != 'open' else 'open'}"
    en += f" ({why.en})" if why else ""
    if state == "breached" and cured:
        zh, en = zh + "，其后已补正", en + ", cured later"
    return Text(zh + "。", en + ".")
