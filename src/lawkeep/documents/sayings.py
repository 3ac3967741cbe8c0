"""The judge's short English remarks in both languages: what opened a row, which act it is.

The judge writes them as fixed forms around ids (`order or-1 not met by its due time`,
`content=c1,service=fm`). A remark of another form is shown as written, never guessed.
"""

import re
from collections.abc import Callable, Mapping

from lawkeep.documents.words import KEYS, OPENERS, look_up, plain
from lawkeep.model.finding import Text

_Said = Callable[[re.Match[str], Mapping[str, Text]], Text]


def _kind(code: str) -> Text:
    return look_up(code, OPENERS)


def _event(type_: str, titles: Mapping[str, Text]) -> Text:
    return look_up(type_, titles)


def _found(match: re.Match[str], _: Mapping[str, Text]) -> Text:
    kind, record = _kind(match["kind"]), match["id"]
    zh, en = f"{kind.zh}（记录 {record}）", f"{kind.en} (record {record})"
    if match["nameless"]:
        zh, en = zh + "，但未指明对象", en + ", which does not say what it is about"
    if match["opens"]:
        opens = _kind(match["opens"])
        zh, en = f"{zh}，提示可能“{opens.zh}”", f"{en}; suggests “{opens.en}”"
    return Text(zh=zh, en=en)


def _suggests(match: re.Match[str], titles: Mapping[str, Text]) -> Text:
    title, opens = _event(match["type"], titles), _kind(match["opens"])
    return Text(
        zh=f"{title.zh}（记录 {match['id']}）提示可能“{opens.zh}”",
        en=f"{title.en} (record {match['id']}) suggests “{opens.en}”",
    )


def _order(zh: str, en: str) -> _Said:
    return lambda match, _: Text(zh=zh.format(match["id"]), en=en.format(match["id"]))


_FORMS: tuple[tuple[re.Pattern[str], _Said], ...] = (
    (
        re.compile(r"order (?P<id>.+) not met by its due time, but it names neither .+"),
        _order(
            "责令 {} 逾期未完成，但未指明对象和义务",
            "order {} was not met in time, but names neither a thing nor a duty",
        ),
    ),
    (
        re.compile(r"order (?P<id>.+) not met by its due time, but older than the act"),
        _order(
            "责令 {} 逾期未完成，但早于该行为",
            "order {} was not met in time, but is older than the act",
        ),
    ),
    (
        re.compile(r"order (?P<id>.+) not recorded as met by its due time"),
        _order("没有责令 {} 按期完成的记录", "no record says that order {} was met in time"),
    ),
    (
        re.compile(r"order (?P<id>.+) not met by its due time"),
        _order("责令 {} 逾期未完成", "order {} was not met in time"),
    ),
    (
        re.compile(
            r"circumstance\.found (?P<kind>\w+) \((?P<id>.+?)\)"
            r"(?P<nameless> names nothing that it is about)?(?: suggests (?P<opens>\w+))?"
        ),
        _found,
    ),
    (re.compile(r"(?P<type>[a-z_.]+) \((?P<id>.+)\) suggests (?P<opens>\w+)"), _suggests),
    (
        re.compile(r"lighter edition (?P<id>\S+)"),
        _order("适用较轻的 {} 版", "the lighter edition of {} applies"),
    ),
)


def because(remark: str, titles: Mapping[str, Text]) -> Text:
    """What opened a sanction row. `titles`: event type to its words."""
    said = [_part(part, titles) for part in remark.split("; ")]
    return Text(zh="；".join(t.zh for t in said), en="; ".join(t.en for t in said))


def _part(part: str, titles: Mapping[str, Text]) -> Text:
    if part in OPENERS:
        return OPENERS[part]
    for form, say in _FORMS:
        match = form.fullmatch(part)
        if match is not None:
            return say(match, titles)
    return plain(part)


_PAIR = re.compile(r"(?:^|,)([a-z_]+)=")


def act_name(act: str, duties: Mapping[str, Text]) -> Text:
    """The act key in words: `content=c1` is "content c1". `duties`: duty id to its title."""
    pieces = _PAIR.split(act)
    if len(pieces) < 3 or pieces[0]:
        return plain(act)
    zh, en = [], []
    for kind, value in zip(pieces[1::2], pieces[2::2], strict=True):
        if kind == "duty":
            name, mark, number = value.partition("#")
            title = look_up(name, duties)
            zh.append(title.zh + mark + number)
            en.append(title.en + mark + number)
        else:
            word = look_up(kind, KEYS)
            zh.append(f"{word.zh} {value}")
            en.append(f"{word.en} {value}")
    return Text(zh="，".join(zh), en=", ".join(en))
