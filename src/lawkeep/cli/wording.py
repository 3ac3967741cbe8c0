"""The fixed words of the terminal, in both languages."""

from lawkeep.model.finding import Text

WORDS: dict[str, Text] = {
    "as_of": Text(zh="判断截至", en="as of"),
    "exposure": Text(zh="可能面临的处罚幅度（风险敞口）", en="Exposure"),
    "highest": Text(zh="单一行为最高", en="Highest for one act"),
    "organisation": Text(zh="单位", en="organisation"),
    "persons": Text(zh="个人", en="persons"),
    "due": Text(zh="截止", en="due"),
    "at": Text(zh="时间", en="at"),
    "not_done": Text(zh="逾期 #，仍未履行", en="not done, # late"),
    "cured": Text(zh="逾期 #后补正", en="done # late"),
    "ended": Text(zh="逾期 #后终止", en="ended after #"),
    "left": Text(zh="剩余 #", en="# left"),
    "closes": Text(zh="可补记录", en="a record would close it"),
    "more": Text(zh="另有", en="and"),
    "more_after": Text(zh="项（--json 给出全部）", en="more (--json has all)"),
    "gaps": Text(zh="记录缺口", en="Coverage gaps"),
    "gaps_lead": Text(
        zh="项义务无从审查：其起算记录未声明完整。",
        en="duties could not be asked: the records they start from are not declared complete.",
    ),
    "gaps_close": Text(zh="需声明完整的记录", en="Records to declare complete"),
    "imposed": Text(zh="主管部门已采取的措施", en="What authorities did"),
    "met_line": Text(zh="已履行", en="Met"),
    "drafts": Text(
        zh="已启用草稿规则：结果含未经核对的法条。",
        en="Draft rules are on: the result uses law that has not been verified.",
    ),
    "nothing": Text(
        zh="没有任何认定：所具身份和记录未引出可判断的义务。",
        en="No finding: the roles and records gave no duty that could be judged.",
    ),
    "try_drafts": Text(
        zh="所用法律包的规则均为草稿；--drafts 可启用，结果会注明。",
        en="Every rule of the law used is a draft; --drafts switches them on and marks the result.",
    ),
    "also": Text(zh="另见", en="also"),
    "barred": Text(zh="已过处罚时效", en="barred by limitation"),
    "barred_unknown": Text(zh="处罚时效不明", en="limitation unknown"),
    "arguable": Text(zh="是否适用有争议", en="arguable"),
    "lawyer": Text(zh="须由律师判断", en="needs a lawyer"),
    "law": Text(zh="法律包", en="law"),
    "engine": Text(zh="引擎", en="engine"),
    "not_advice": Text(
        zh="本结果不构成法律意见；法律包未经律师签署。风险敞口不等于处罚决定。",
        en="Not legal advice; the law packs are not signed by a lawyer. Exposure is not a decision.",
    ),
    "against": Text(zh="与此前审计相比", en="Against the earlier audit"),
    "new": Text(zh="新增", en="new"),
    "gone": Text(zh="消失", en="gone"),
    "changed": Text(zh="变化", en="changed"),
    "unchanged": Text(zh="没有变化。", en="Nothing changed."),
    "earlier_unknown": Text(
        zh="此前的审计未记明所问内容；仅按本次所问的义务比较。",
        en="The earlier audit does not say what it was asked; only what is asked now is compared.",
    ),
    "earlier_no_audit": Text(
        zh="此前的审计没有该运营者。", en="The earlier audit does not have this operator."
    ),
    "afterwards": Text(
        zh="声称早于其实际出现的条目", en="Entries that claim to be older than they are"
    ),
    "left_out": Text(
        zh="仅比较两次都问到的内容；此前有 {earlier} 项、本次有 {this} 项认定未参与比较。",
        en="Only what both were asked is compared; findings left out: {earlier} of the earlier "
        "audit, {this} of this one.",
    ),
    "alike": Text(zh="个同样的行为", en="like it"),
    "acts_more": Text(zh="个行为未列出（--json 给出全部）", en="more acts (--json has all)"),
}

SIGNS = {"breached": "✗", "open": "?", "pending": "◷", "met": "✓", "withdrawn": "−"}
"""State words always stand beside their sign; colour only repeats what both say."""

STYLES = {
    "breached": "bold red",
    "open": "bold yellow",
    "pending": "bold blue",
    "met": "bold green",
}
