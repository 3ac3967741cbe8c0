"""By when a duty is to be done, in words: from its form, in Chinese and English."""

from collections.abc import Iterable

from lawkeep.judge.form import Deadline, Form, Leg, legs_of
from lawkeep.law.calendar import Period
from lawkeep.law.pack import Pack
from lawkeep.model.finding import Text
from lawkeep.model.time import MICROSECONDS

_UNITS = {
    "D": ("日", "day"),
    "M": ("个月", "month"),
    "Y": ("年", "year"),
    "BD": ("个工作日", "working day"),
}
_EXACT = ((3600, "小时", "hour"), (60, "分钟", "minute"), (1, "秒", "second"))


def period(length: Period) -> Text:
    """`24 hours`, `20 working days`."""
    if length.unit != "us":
        zh, en = _UNITS[length.unit]
        return _many(length.n, zh, en)
    seconds = length.n // MICROSECONDS
    for unit, zh, en in _EXACT:
        if seconds % unit == 0 and (seconds >= unit or unit == 1):
            return _many(seconds // unit, zh, en)
    raise AssertionError("a second divides every period")


def _many(count: int, zh: str, en: str) -> Text:
    return Text(zh=f"{count} {zh}", en=f"{count} {en}{'' if count == 1 else 's'}")


def deadline(form: Form, pack: Pack) -> Text:
    """The deadline of a duty as a sentence part."""
    pattern = form.pattern
    if pattern == "prohibition":
        state = _while(form, pack)
        return Text(zh=f"{state.zh}不得发生", en=f"never{state.en}")
    if pattern == "retention":
        assert form.keep is not None
        kept = period(form.keep)
        return Text(zh=f"至少保存 {kept.zh}", en=f"kept for at least {kept.en}")
    if pattern == "precedence":
        return _before(form)
    state = _while(form, pack)
    if pattern == "recurrence":
        assert form.every is not None
        every = period(form.every)
        return Text(
            zh=f"{state.zh}至少每 {every.zh}一次", en=f"at least every {every.en}{state.en}"
        )
    if pattern == "continuity":
        seam = _join(_unique(_one(leg.deadline, seam=True) for leg in _legs(form)))
        return Text(zh=f"{state.zh}不间断；{seam.zh}", en=f"without a gap{state.en}; {seam.en}")
    if pattern == "inventory":
        return Text(zh=f"{state.zh}由人判断", en=f"a person judges it{state.en}")
    texts = _unique(_one(leg.deadline) for leg in _legs(form))
    told = _join(texts) if texts else Text(zh="发生时", en="when it happens")
    if pattern == "existence":
        return Text(zh=f"{state.zh}持续具备；{told.zh}", en=f"at all times{state.en}; {told.en}")
    return told


def _legs(form: Form) -> list[Leg]:
    return [leg for demand in form.demands for leg in legs_of(demand)] + list(form.chain)


def _while(form: Form, pack: Pack) -> Text:
    name = form.duty.while_
    if name is None:
        return Text(zh="", en="")
    if name == "role":
        return Text(zh="具有该身份期间", en=" while the operator has the role")
    title = pack.states[name].title
    return Text(zh=f"“{title.zh}”期间", en=f" while: {title.en[:1].lower()}{title.en[1:]}")


def _before(form: Form) -> Text:
    zh, en = ["最迟在发生时已具备"], ["in place when it happens at the latest"]
    if form.before_by is not None:
        least = period(form.before_by)
        zh, en = [f"至少提前 {least.zh}"], [f"at least {least.en} before"]
    if form.look_back is not None:
        most = period(form.look_back)
        zh.append(f"且不早于此前 {most.zh}")
        en.append(f"not more than {most.en} before")
    return Text(zh="，".join(zh), en=", ".join(en))


def _one(due: Deadline, *, seam: bool = False) -> Text:
    if due.kind == "policy":
        return _policy(due, seam)
    if due.due is not None:
        length = period(due.due)
        return Text(zh=f"{length.zh}内", en=f"within {length.en}")
    fixed = {
        "end_of_day": Text(zh="当日结束前", en="by the end of that day"),
        "data": Text(zh="在载明的期限内", en="by the time that the record names"),
        "next": Text(zh="在任何其他事项之前", en="before anything else happens"),
        "never": Text(zh="未规定期限", en="no time is set"),
        "at_once": Text(zh="发生时", en="when it happens"),
    }
    return fixed[due.kind]


def _policy(due: Deadline, seam: bool) -> Text:
    bounds = due.bounds
    if due.due is not None and due.met_within is not None:
        bounds = (("", due.met_within, due.due),)
    zh, en = [], []
    for word, met, late in bounds:
        good, bad = period(met), period(late)
        head = f"{word}：" if word else ""
        if seam:
            zh.append(f"{head}间断不超过 {good.zh}为已履行，超过 {bad.zh}为未履行")
            en.append(
                f"{word + ': ' if word else ''}a seam of up to {good.en} is met, of more than {bad.en} breached"
            )
        else:
            zh.append(f"{head}{good.zh}内为已履行，超过 {bad.zh}为未履行")
            en.append(f"{word + ': ' if word else ''}met within {good.en}, breached after {bad.en}")
    lead = Text(zh="", en="") if seam else Text(zh="立即；", en="at once; ")
    return Text(
        zh=f"{lead.zh}本单位设定的时限：{'；'.join(zh)}",
        en=f"{lead.en}by the operator's own limits {'; '.join(en)}",
    )


def _unique(texts: Iterable[Text]) -> list[Text]:
    return list(dict.fromkeys(texts))


def _join(texts: list[Text]) -> Text:
    return Text(zh="；".join(t.zh for t in texts), en="; ".join(t.en for t in texts))
