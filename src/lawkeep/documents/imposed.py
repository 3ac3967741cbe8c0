"""What authorities really did, beside exposure: orders, and measures decided.

Read from the audit's notes (`imposed`), which are JSON values: what is missing or of another
kind is left out, never guessed.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from lawkeep.documents import charts, words
from lawkeep.documents.inputs import ReportInput
from lawkeep.model.finding import Text

ACTS: dict[str, Text] = {
    "rectify_at_once": Text(zh="立即整改", en="rectify at once"),
    "rectify_by_date": Text(zh="限期整改", en="rectify by a date"),
    "verify_filings": Text(zh="落实备案真实性核验", en="verify that filings are genuine"),
    "manage_published_information": Text(
        zh="加强对用户发布信息的管理", en="manage what users publish"
    ),
    "remedy": Text(zh="采取补救措施", en="remedy the defect"),
    "risk_assessment": Text(zh="开展风险评估", en="risk assessment"),
    "prelaunch_assessment": Text(zh="上线前评估", en="assessment before launch"),
    "periodic_check": Text(zh="定期检查", en="periodic checks"),
    "full_inspection": Text(zh="全面检查", en="full inspection"),
    "warning": Text(zh="警告", en="warning"),
}
KINDS: dict[str, Text] = {
    "rectify": Text(zh="责令改正", en="order to rectify"),
    "content": Text(zh="责令处置内容", en="order about content"),
    "close_site": Text(zh="责令关闭网站", en="order to close a site"),
    "information": Text(zh="责令提供信息", en="order to give information"),
}
ORDER = Text(zh="责令", en="order")
DECISION = Text(zh="处罚决定", en="decision")


class ImposedView(msgspec.Struct, frozen=True, kw_only=True):
    """One order or decision. `when`, `due`, `met`: RFC 3339 text in law time, empty: none."""

    decided: bool
    kind: Text
    by: str
    when: str
    what: tuple[Text, ...]
    duties: str
    fines: tuple[Text, ...]
    due: str
    met: str


def imposed_of(given: ReportInput) -> tuple[ImposedView, ...]:
    """The authority's measures of an audit, in their order."""
    listed = given.audit.notes.get("imposed")
    if not isinstance(listed, (list, tuple)):
        return ()
    return tuple(_view(entry, given) for entry in listed if isinstance(entry, Mapping))


def _view(entry: Mapping[str, Any], given: ReportInput) -> ImposedView:
    decided = entry.get("penalty") is True
    codes = _strings(entry.get("measures" if decided else "acts"))
    fines = [
        Text(zh=f"{label.zh}罚款 {amount.zh}", en=f"fine on {label.en.lower()} {amount.en}")
        for name, label in (("fine_entity", charts.ORGANISATION), ("fine_persons", charts.PERSONS))
        if isinstance(value := entry.get(name), (int, float))
        for amount in (charts.money(int(value), "CNY"),)
    ]
    return ImposedView(
        decided=decided,
        kind=DECISION if decided else KINDS.get(str(entry.get("kind")), ORDER),
        by=str(entry.get("by") or ""),
        when=_minute(entry.get("at")),
        what=tuple(_word(code, given) for code in codes if code != "fine" or not fines),
        duties=", ".join(_strings(entry.get("duties"))),
        fines=tuple(fines),
        due=_minute(entry.get("due")),
        met=_minute(entry.get("met_at")),
    )


def _word(code: str, given: ReportInput) -> Text:
    return ACTS[code] if code in ACTS else words.measure(code, given.measures)


def _strings(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else []


def _minute(value: Any) -> str:
    """`2017-09-17 09:00` of an RFC 3339 text in law time."""
    return value[:16].replace("T", " ") if isinstance(value, str) else ""
