"""The fixed words of the report page, in both languages. Exposure is never called the penalty."""

from lawkeep.model.finding import Text

PHRASES: dict[str, Text] = {
    "title": Text(zh="合规义务审计报告", en="Audit of statutory duties"),
    "as_of": Text(zh="判断截至", en="Judged as of"),
    "law_time": Text(zh="时间均为法定时区", en="Times are law time"),
    "language": Text(zh="语言", en="Language"),
    "contents": Text(zh="目录", en="Contents"),
    "operator": Text(zh="运营者", en="Operator"),
    "operators": Text(zh="运营者一览", en="The operators at a glance"),
    "findings": Text(zh="认定", en="Findings"),
    "findings_lead": Text(
        zh="按可能面临的处罚幅度和期限排序；先列违反，再列待定和未到期。",
        en="By exposure and due time: breached first, then open, then pending.",
    ),
    "board": Text(zh="义务一览", en="Duty board"),
    "board_lead": Text(
        zh="每项义务在各状态下的认定数。待定和未到期不等于合规。",
        en="Findings per duty and state. Open and pending do not mean compliant.",
    ),
    "duty": Text(zh="义务", en="Duty"),
    "exposure": Text(zh="可能面临的处罚幅度（风险敞口）", en="Exposure"),
    "exposure_lead": Text(
        zh="法条就每一行为允许或者要求的幅度，不是处罚决定，也不是预测。"
        "同一行为只适用一项罚款；各行为之间不相加。横轴为对数刻度，全页统一。",
        en="What the law allows or orders for each act: neither a decision nor a forecast. "
        "One fine stands for one act; acts are never added up. The scale is logarithmic and the "
        "same on the whole page.",
    ),
    "no_exposure": Text(zh="没有认定触及处罚条款。", en="No finding opens a sanction provision."),
    "act": Text(zh="行为", en="Act"),
    "because": Text(zh="触及原因", en="Opened by"),
    "must": Text(zh="应当", en="Must"),
    "may": Text(zh="可以", en="May"),
    "tier": Text(zh="档次", en="tier"),
    "stands": Text(zh="罚款以此为准", en="This fine stands"),
    "absorbed_by": Text(zh="罚款被吸收，适用", en="Fine absorbed by"),
    "arguable": Text(zh="是否适用有争议", en="Arguable"),
    "barred": Text(zh="已过处罚时效", en="Barred by limitation"),
    "barred_unknown": Text(zh="处罚时效不明", en="Limitation unknown"),
    "needs_lawyer": Text(zh="须由律师判断", en="Needs a lawyer"),
    "other_rows": Text(zh="其他触及的条款", en="Other provisions opened"),
    "no_fine": Text(zh="此条未规定罚款", en="No fine in this provision"),
    "gaps": Text(zh="记录缺口", en="Coverage gaps"),
    "gaps_lead": Text(
        zh="以下义务无从审查：其起算记录未声明完整。补齐后方可认定。",
        en="These duties could not be asked: the records they start from are not declared "
        "complete. The records named here would close the gap.",
    ),
    "gap_closes": Text(zh="需要完整的记录", en="Records to declare complete"),
    "no_gaps": Text(
        zh="没有因记录缺口而无法审查的义务。", en="No duty went unasked for want of records."
    ),
    "demand": Text(zh="要求", en="Demanded"),
    "deadline": Text(zh="期限", en="Deadline"),
    "source": Text(zh="依据", en="Source"),
    "also": Text(zh="另见", en="also"),
    "reason": Text(zh="说明", en="Why"),
    "basis": Text(zh="认定依据", en="Basis"),
    "caveats": Text(zh="注意", en="Caveats"),
    "closes": Text(zh="补充以下记录即可认定", en="The record that would close it"),
    "closes_none": Text(
        zh="须由人判断，任何记录都不能自动认定。",
        en="A person must judge it; no record closes it by itself.",
    ),
    "evidence": Text(zh="所据记录", en="Records it rests on"),
    "record": Text(zh="记录", en="Record"),
    "occurred": Text(zh="发生", en="Occurred"),
    "recorded": Text(zh="录入", en="Recorded"),
    "origin": Text(zh="来源", en="Source"),
    "actor": Text(zh="经手", en="By"),
    "due": Text(zh="截止", en="Due"),
    "decided": Text(zh="可认定于", en="Decided"),
    "trigger": Text(zh="起算", en="Trigger"),
    "state": Text(zh="状态", en="State"),
    "keys": Text(zh="对象", en="About"),
    "no_keys": Text(zh="运营者自身", en="the operator itself"),
    "finding_id": Text(zh="认定编号", en="Finding"),
    "none_breached": Text(zh="没有违反", en="No breach"),
    "met_list": Text(zh="已履行的认定", en="Met findings"),
    "shown_of": Text(zh="按重要性仅列出前", en="By importance, the first"),
    "of": Text(zh="项，共", en="of"),
    "rest_json": Text(
        zh="项。完整清单见 JSON 输出。", en="are shown. The JSON output has all of them."
    ),
    "no_findings": Text(zh="没有任何认定。", en="There are no findings."),
    "highest": Text(zh="单一行为的最高风险敞口", en="Highest exposure of a single act"),
    "highest_none": Text(zh="没有成立的罚款幅度", en="No fine band stands"),
    "up_to_org": Text(zh="对单位", en="organisation"),
    "up_to_persons": Text(zh="对个人", en="persons"),
    "gap_count": Text(zh="项义务因记录缺口未能审查", en="duties not asked for want of records"),
    "notes": Text(zh="附注", en="Notes"),
    "provenance": Text(zh="所用法律与程序", en="Law and engine used"),
    "pack": Text(zh="法律包", en="Law pack"),
    "version": Text(zh="版本", en="Version"),
    "hash": Text(zh="哈希（SHA-256）", en="Hash (SHA-256)"),
    "policy": Text(zh="时限设定", en="Policy"),
    "engine": Text(zh="判断引擎", en="Engine"),
    "drafts_on": Text(
        zh="已启用草稿规则：本报告含未经核对的法条。",
        en="Draft rules are switched on: this report uses law that has not been verified.",
    ),
    "not_advice": Text(
        zh="本报告不构成法律意见；法律包未经律师签署。风险敞口不等于处罚决定。",
        en="Not legal advice; the law packs are not signed by a lawyer. Exposure is not a "
        "decision on a sanction.",
    ),
    "late_record": Text(zh="事后录入", en="recorded later"),
    "skip": Text(zh="跳到正文", en="Skip to the findings"),
    "amounts_substance": Text(zh="仅核对内容要点", en="confirmed in substance only"),
    "amounts_draft": Text(zh="草稿", en="draft"),
}
