"""An invented audit of two operators, rich enough to show every part of a report."""

import hashlib
from typing import Any

import msgspec

from lawkeep.documents.inputs import DutyView, EventView, ReportInput
from lawkeep.model.finding import (
    Audit,
    Citation,
    CoverageGap,
    Exposure,
    Finding,
    Fine,
    LawUsed,
    Text,
)
from lawkeep.model.time import parse_instant

CSL = "CN-CSL"
OLD = "2017-06-01"


def at(text: str) -> int:
    return parse_instant(text.replace(" ", "T") + ("" if "+" in text else ":00+08:00"))


def end_of(day: str) -> int:
    return parse_instant(f"{day}T23:59:59.999999+08:00")


AS_OF = end_of("2017-09-30")

INSTRUMENTS = {
    CSL: Text(zh="网络安全法", en="Cybersecurity Law"),
    "CN-IISM": Text(zh="互联网信息服务管理办法", en="Measures on Internet Information Services"),
    "CN-MIIT25": Text(
        zh="电话用户真实身份信息登记规定", en="Provisions on Telephone User Registration"
    ),
}


def duty(title: Text, summary: Text, deadline: Text, code: str, law: str, **more: Any) -> DutyView:
    cited = Text(
        zh=f"《网络安全法》（2017-06-01）第{law}条", en=f"Cybersecurity Law (2017-06-01) art. {law}"
    )
    return DutyView(
        title=title, summary=summary, deadline=deadline, code=code, citations=(cited,), **more
    )


NOW = Text(
    zh="立即（本单位设定：1 小时内，最迟 24 小时）",
    en="Immediately (the operator’s own limit: within 1 hour, at the latest 24 hours)",
)

DUTIES = {
    "content.stop": duty(
        Text(zh="发现违法信息，立即停止传输", en="Stop transmitting unlawful content once known"),
        Text(
            zh="知道某内容违法后，停止其在所有渠道的传输。",
            en="Once a piece of content is known to be unlawful, stop it on every channel.",
        ),
        NOW, "CO-1", "47", pattern="response",
        roles={"content.observed_online": "contrary", "content.cleared": "release"},
    ),
    "content.report": duty(
        Text(zh="向主管部门报告违法信息", en="Report unlawful content to the authority"),
        Text(zh="处置后向有关主管部门报告。", en="Report to the competent authority what was found and done."),
        Text(zh="本单位设定：24 小时内，最迟 3 天", en="The operator’s own limit: within 24 hours, at the latest 3 days"),
        "CO-4", "47", pattern="response",
    ),
    "identity.before_service": duty(
        Text(zh="提供服务前核验真实身份", en="Verify real identity before giving service"),
        Text(
            zh="签约或者确认服务之前要求真实身份信息；用户不提供的，不提供服务。",
            en="Ask for real identity when service is agreed or confirmed; without it, give no service.",
        ),
        Text(zh="开通之前", en="Before the service starts"),
        "ID-1", "24(1)", pattern="precedence", roles={"identity.verified": "demand"},
    ),
    "vulnerability.fix": duty(
        Text(zh="及时修补已知漏洞", en="Fix a known vulnerability in time"),
        Text(zh="知悉产品存在漏洞后采取补救措施。", en="Remedy a vulnerability of the product once it is known."),
        Text(zh="本单位设定：高危 7 天内，最迟 30 天", en="The operator’s own limit for high severity: 7 days, at the latest 30 days"),
        "PR-3", "22(1)", pattern="response", roles={"vulnerability.exploited": "contrary"},
    ),
    "order.rectify": duty(
        Text(zh="按期完成责令改正", en="Meet an order to rectify by its date"),
        Text(zh="在责令载明的期限内改正。", en="Do what the order asks within the time it sets."),
        Text(zh="以责令载明的日期为准", en="The date named in the order"),
        "AU-2", "61", pattern="response",
    ),
    "security.officer": duty(
        Text(zh="确定网络安全负责人", en="Name a person responsible for network security"),
        Text(zh="确定并持续设置网络安全负责人。", en="Name such a person and keep the post filled."),
        Text(zh="本单位设定：30 天内，最迟 90 天", en="The operator’s own limit: 30 days, at the latest 90 days"),
        "SE-2", "21", pattern="existence", roles={"officer.left": "undo"},
    ),
    "log.kept": duty(
        Text(zh="留存网络日志不少于六个月", en="Keep network logs for at least six months"),
        Text(zh="留存相关网络日志不少于六个月。", en="Keep the network logs for six months or longer."),
        Text(zh="六个月", en="Six months"),
        "SE-5", "21", pattern="retention",
    ),
    "filing.inventory": duty(
        Text(zh="核验备案主体真实性", en="Check that a filing’s holder is genuine"),
        Text(zh="对备案主体进行真实性核验。", en="Check that the holder of a website filing is who it says."),
        Text(zh="接入之前", en="Before access is given"),
        "FI-3", "24(1)", pattern="inventory",
    ),
}  # fmt: skip

EVENTS: dict[str, EventView] = {}


def event(id_: str, type_: str, zh: str, en: str, occurred: str, **more: Any) -> str:
    moment = at(occurred)
    recorded = more.pop("recorded", None)
    EVENTS[id_] = EventView(
        type=type_,
        title=Text(zh=zh, en=en),
        occurred_at=moment,
        recorded_at=at(recorded) if recorded else moment,
        source=more.get("source", "moderation.csv:12"),
        keys=more.get("keys", {}),
        actor=more.get("actor", "moderation"),
    )
    return id_


event(
    "k1",
    "content.known_unlawful",
    "投诉核实：内容违法",
    "Known unlawful, from a complaint",
    "2017-08-20 10:00",
)
event(
    "o1",
    "content.observed_online",
    "用户仍可访问",
    "Still reachable, seen by a user",
    "2017-08-22 09:30",
)
event(
    "s1",
    "content.stopped",
    "已在所有边缘节点停止",
    "Stopped at all edges",
    "2017-08-25 18:20",
    recorded="2017-08-28 09:00",
)
event(
    "k2",
    "content.known_unlawful",
    "自查发现违法",
    "Known unlawful, from own screening",
    "2017-09-01 10:00",
)
event("s2", "content.stopped", "停止传输", "Stopped", "2017-09-01 10:05")
event(
    "k3",
    "content.known_unlawful",
    "自查发现违法",
    "Known unlawful, from own screening",
    "2017-09-02 08:00",
)
event("s3", "content.stopped", "停止传输", "Stopped", "2017-09-02 13:40")
event(
    "st",
    "service.started",
    "开通接入服务",
    "Access service started",
    "2017-07-03 14:00",
    source="crm.csv:881",
    actor="sales",
)
event(
    "v1",
    "vulnerability.known",
    "外部研究者报告高危漏洞",
    "A finder reports a high-severity vulnerability",
    "2017-06-12 09:00",
    source="tracker:77",
    actor="security",
)
event(
    "x1",
    "vulnerability.exploited",
    "漏洞被利用",
    "Exploited in the wild",
    "2017-06-30 22:10",
    source="tracker:77",
    actor="security",
)
event(
    "f1",
    "vulnerability.fixed",
    "发布修复版本 3.2",
    "Fixed in release 3.2",
    "2017-08-02 11:00",
    source="tracker:77",
    actor="security",
)
event(
    "or1",
    "order.issued",
    "责令改正：补登真实身份",
    "Order to rectify: register real identities",
    "2017-09-22 16:00",
    source="letters.csv:3",
    actor="legal",
)
event(
    "of1",
    "officer.left",
    "网络安全负责人离任",
    "The security officer left",
    "2017-07-10 18:00",
    source="hr.csv:9",
    actor="hr",
)
event(
    "off2",
    "officer.named",
    "任命新的负责人",
    "A new officer was named",
    "2017-07-24 09:00",
    source="hr.csv:11",
    actor="hr",
)
event(
    "fi1",
    "filing.accepted",
    "备案通过",
    "Filing accepted",
    "2017-07-30 12:00",
    source="filings.csv:40",
    actor="filing",
)


def cite(article: str, instrument: str = CSL, edition: str = OLD, **more: Any) -> Citation:
    return Citation(instrument, edition, article, **more)


def finding(name: str, duty_: str, state: Any, zh: str, en: str, **more: Any) -> Finding:
    base: dict[str, Any] = {
        "id": hashlib.sha256(name.encode()).hexdigest()[:32],
        "duty": duty_,
        "code": DUTIES[duty_].code,
        "state": state,
        "reason": None,
        "basis": "text",
        "citation": cite("47"),
        "act": "",
        "summary": Text(zh=zh, en=en),
    }
    return Finding(**{**base, **more})


FINDINGS = (
    finding(
        "a", "content.stop", "breached",
        "内容 c1 被确认违法后 24 小时内未停止传输，此后仍可访问；5 天后才停止。",
        "Content c1 was not stopped within 24 hours of being known unlawful and was still reachable; it was stopped after five days.",
        basis="policy", keys={"content": "c1", "service": "fm"}, opening="k1",
        trigger=at("2017-08-20 10:00"), due_at=at("2017-08-21 10:00"),
        decided_at=at("2017-08-28 09:00"), cured_at=at("2017-08-25 18:20"),
        events=("k1", "o1", "s1"), act="content=c1",
        also_cited=(cite("16", "CN-IISM", "2011-01-08"),),
    ),
    finding(
        "b", "content.report", "breached",
        "未见向主管部门报告内容 c1。", "No report of content c1 to the authority.",
        basis="policy", keys={"content": "c1"}, opening="k1", trigger=at("2017-08-20 10:00"),
        due_at=end_of("2017-08-23"), decided_at=end_of("2017-08-23") + 1, events=("k1",),
        act="content=c1",
    ),
    finding(
        "c", "identity.before_service", "breached",
        "开通服务时没有有效的身份核验。", "No valid identity check stood when the service started.",
        citation=cite("24(1)"), keys={"subject": "u-4f1c9a", "service": "voice-1"}, opening="st",
        trigger=at("2017-07-03 14:00"), decided_at=at("2017-07-03 14:00"), events=("st",),
        act="subject=u-4f1c9a,service=voice-1", caveats=("practice_scope",),
    ),
    finding(
        "d", "vulnerability.fix", "breached",
        "高危漏洞逾 30 天未修补，期间已被利用。",
        "A high-severity vulnerability went unfixed for more than 30 days and was exploited.",
        basis="practice", citation=cite("22(1)"), keys={"vulnerability": "v-17", "product": "browser"},
        opening="v1", trigger=at("2017-06-12 09:00"), due_at=end_of("2017-07-12"),
        decided_at=end_of("2017-07-12") + 1, cured_at=at("2017-08-02 11:00"),
        events=("v1", "x1", "f1"), act="vulnerability=v-17,product=browser",
    ),
    finding(
        "e", "content.stop", "open",
        "内容 c3 在 5 小时 40 分后停止：介于本单位设定的两个时限之间。",
        "Content c3 was stopped after 5 h 40 min: between the operator’s two limits.",
        reason="judgement_needed", basis="policy", keys={"content": "c3"}, opening="k3",
        trigger=at("2017-09-02 08:00"), due_at=at("2017-09-03 08:00"),
        decided_at=at("2017-09-02 13:40"), events=("k3", "s3"), act="content=c3",
    ),
    finding(
        "f", "filing.inventory", "open",
        "备案 f-88 的真实性核验没有记录，且相关记录未声明完整。",
        "No record says that the holder of filing f-88 was checked, and the records are not declared complete.",
        reason="not_recorded", citation=cite("24(1)", status="substance"), keys={"filing": "f-88", "domain": "site.example"},
        opening="fi1", trigger=at("2017-07-30 12:00"), due_at=end_of("2017-08-29"), events=("fi1",),
        act="domain=site.example", missing=("filing.representative_verified", "filing.registrant_matched"),
        caveats=("substance",),
    ),
    finding(
        "g", "order.rectify", "pending",
        "责令改正的期限尚未届满。", "The order to rectify is not yet due.",
        citation=cite("61"), keys={"order": "ord-3"}, opening="or1", trigger=at("2017-09-22 16:00"),
        due_at=end_of("2017-10-15"), events=("or1",), act="order=ord-3",
    ),
    finding(
        "h", "content.stop", "met", "5 分钟内停止传输。", "Stopped within five minutes.",
        basis="policy", keys={"content": "c2"}, opening="k2", trigger=at("2017-09-01 10:00"),
        due_at=at("2017-09-02 10:00"), decided_at=at("2017-09-01 10:05"), events=("k2", "s2"), act="content=c2",
    ),
    finding(
        "i", "security.officer", "met", "两周内补任负责人。", "The post was filled again within two weeks.",
        basis="policy", citation=cite("21"), opening="ended:off1", trigger=at("2017-07-10 18:00"),
        due_at=end_of("2017-10-08"), decided_at=at("2017-07-24 09:00"), events=("of1", "off2"), act="duty=security.officer",
    ),
)  # fmt: skip

ID = {f.duty + f.state: f.id for f in FINDINGS}


def row(act: str, name: str, article: str, tier: int, because: str, **more: Any) -> Exposure:
    base: dict[str, Any] = {
        "act": act, "duties": ("content.stop",), "row": name, "instrument": CSL, "edition": OLD,
        "article": article, "tier": tier, "status": "verified", "opened": "yes",
        "because": because,
    }  # fmt: skip
    return Exposure(**{**base, **more})


OPERATOR = (
    "suspend_business",
    "stop_for_rectification",
    "close_site",
    "revoke_permit",
    "revoke_business_licence",
)

EXPOSURE = (
    row("content=c1", "S68-1", "68(1)", 1, "breach", must=("rectify", "warn", "confiscate_gain"),
        duties=("content.stop", "content.report"),
        findings=(ID["content.stopbreached"], ID["content.reportbreached"])),
    row("content=c1", "S68-2", "68(1)", 2, "circumstance.found serious (c-9)", must=("fine",), may=OPERATOR,
        fine_entity=Fine(100_000, 500_000), fine_persons=Fine(10_000, 100_000),
        duties=("content.stop", "content.report"),
        findings=(ID["content.stopbreached"], ID["content.reportbreached"])),
    row("content=c1", "IISM23-2", "23", 2, "circumstance.found serious (c-9)", instrument="CN-IISM", edition="2011-01-08",
        must=("revoke_permit (commercial) or close_site (non-commercial)",),
        findings=(ID["content.stopbreached"],), status="substance", caveats=("substance",)),
    row("subject=u-4f1c9a,service=voice-1", "S61o-2", "61", 2, "order ord-3 not met by its due time", must=("fine",), may=OPERATOR,
        duties=("identity.before_service",), fine_entity=Fine(50_000, 500_000),
        fine_persons=Fine(10_000, 100_000), findings=(ID["identity.before_servicebreached"],), needs_lawyer=True),
    row("subject=u-4f1c9a,service=voice-1", "M25", "17", 1, "breach", instrument="CN-MIIT25", edition="2013-09-01",
        duties=("identity.before_service",), must=("rectify",), may=("warn", "fine"),
        fine_entity=Fine(10_000, 30_000), absorbed_by="S61o-2", findings=(ID["identity.before_servicebreached"],)),
    row("vulnerability=v-17,product=browser", "S60-1", "60", 1, "breach", must=("rectify", "warn"),
        duties=("vulnerability.fix",), findings=(ID["vulnerability.fixbreached"],)),
    row("vulnerability=v-17,product=browser", "S60-2", "60", 2, "vulnerability.exploited (x1) suggests consequence", opened="arguable", must=("fine",),
        duties=("vulnerability.fix",), fine_entity=Fine(50_000, 500_000), fine_persons=Fine(10_000, 100_000),
        findings=(ID["vulnerability.fixbreached"],), barred=None),
    row("item=p-2", "S64o-1g", "64(1)", 1, "breach", must=("rectify",), may=("warn", "confiscate_gain", "fine"),
        duties=("log.kept",), fine_entity=Fine(of_gain=(1, 10)), fine_persons=Fine(10_000, 100_000), barred=True),
    row("item=p-2", "DEMO-TURNOVER", "66(2)", 2, "severe", may=("fine", "ban_persons"), duties=("log.kept",),
        fine_entity=Fine(max=50_000_000, pct_turnover=5.0), fine_persons=Fine(min=100_000), barred=True),
)  # fmt: skip

AUDIT = Audit(
    operator="op-cloud",
    judged_as_of=AS_OF,
    law=LawUsed(
        packs={"cn": {"version": "2026.11.1", "sha256": hashlib.sha256(b"cn").hexdigest()}},
        policy={"sha256": hashlib.sha256(b"policy").hexdigest(), "name": "policy.yaml"},
    ),
    notes={
        "imposed": [
            {
                "event": "n1", "type": "order.issued", "at": "2017-09-22T16:00:00+08:00",
                "penalty": False, "by": "authority", "keys": {"order": "ord-3"},
                "kind": "rectify", "acts": ["rectify_at_once"], "duties": ["ID-1"],
                "due": "2017-10-15T23:59:59.999999+08:00", "met_at": None,
            },
            {
                "event": "n2", "type": "penalty.decided", "at": "2017-09-25T10:00:00+08:00",
                "penalty": True, "by": "authority", "keys": {}, "measures": ["warn", "new_thing"],
                "fine_entity": 50000, "fine_persons": None, "paid": None,
            },
        ]
    },
    findings=FINDINGS,
    exposure=EXPOSURE,
    coverage_gaps=(
        CoverageGap(
            duty="log.kept", code="SE-5", types=("log.deleted", "log.gap"),
            title=Text(zh="留存网络日志不少于六个月", en="Keep network logs for at least six months"),
        ),
        CoverageGap(
            duty="incident.report", code="IN-3", types=("incident.known",),
            title=Text(zh="报告网络安全事件", en="Report network security incidents"),
        ),
    ),
)  # fmt: skip

SAMPLE = ReportInput(
    audit=AUDIT,
    name=Text(zh="云接入与音频发布商（示例）", en="A cloud access and audio publisher (sample)"),
    events=EVENTS,
    duties=DUTIES,
    instruments=INSTRUMENTS,
    row_titles={"S68-2": Text(zh="情节严重", en="serious circumstances")},
    caveats={
        "practice_scope": Text(
            zh="监管实践对该条适用范围的理解不一。",
            en="Regulators read the scope of this article differently.",
        )
    },
    event_titles={
        "filing.representative_verified": Text(zh="已核验代表人", en="Representative verified"),
        "filing.registrant_matched": Text(zh="已比对域名持有人", en="Registrant matched"),
        "log.gap": Text(zh="日志缺段", en="Gap in a log"),
        "incident.known": Text(zh="知悉事件", en="Incident known"),
    },
    notes=(Text(zh="本示例的一切事实均为虚构。", en="Every fact in this sample is invented."),),
)

SECOND = ReportInput(
    audit=msgspec.structs.replace(
        AUDIT,
        operator="op-voice",
        findings=tuple(f for f in FINDINGS if f.state == "met"),
        exposure=(),
        coverage_gaps=(),
    ),
    name=Text(zh="网络电话商（示例）", en="An internet telephony provider (sample)"),
    events=EVENTS,
    duties=DUTIES,
    instruments=INSTRUMENTS,
)


def many(count: int) -> ReportInput:
    """The sample with so many met findings more."""
    base = next(f for f in FINDINGS if f.state == "met")
    more = tuple(msgspec.structs.replace(base, id=f"{n:032x}") for n in range(count))
    audit = msgspec.structs.replace(AUDIT, findings=FINDINGS + more)
    return msgspec.structs.replace(SAMPLE, audit=audit)
