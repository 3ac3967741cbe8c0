"""What the conformance suite measured, as a page of the documentation in each language."""

from datetime import date

COMMAND = 'make conformance DATA=folder ARGS="--results docs/conformance.md"'
_WORDS = {
    "en": {
        "title": "Conformance",
        "intro": "What came out when Lawkeep was tried on other people's material: statute texts, "
        "real logs, published test vectors, real messages. None of it is in this repository; "
        "`tests/conformance/` reads it from a folder and fails, naming the file, where it is "
        "missing. Every number below was written by that run, none by hand.",
        "run": "Run on {day}: {tests}. The command:",
        "passed": "{passed} tests passed",
        "failed": "{failed} failed",
        "head": ("measured", "result"),
        "other": "Other",
    },
    "zh": {
        "title": "符合性结果",
        "intro": "以他人的材料检验 Lawkeep 的结果：法规文本、真实日志、公开的测试向量、真实短信。"
        "这些材料不在本仓库中；`tests/conformance/` 从指定文件夹读取，缺少文件时测试失败并指出文件名。"
        "下列数字均由该次运行写入，没有一个是手工填写的。",
        "run": "运行日期：{day}；{tests}。命令：",
        "passed": "通过 {passed} 项测试",
        "failed": "失败 {failed} 项",
        "head": ("测量内容", "结果"),
        "other": "其他",
    },
}
# Sections by the word before the colon of a result's name.
_SECTIONS = {
    "law": ("Statute texts", "法规文本"),
    "real log": ("A real log under six data-protection rules", "真实日志与六条数据保护规则"),
    "workflow log": ("A real log of workflow steps", "真实的办理流程日志"),
}
_RESULT_ZH = {
    "editions equal to the index (promulgated, effective, expires)": "文本版本与索引一致（公布、施行、失效日期）",
    "citations of duties found in their edition": "义务所引条款在所引版本中存在",
    "articles of sanction rows found": "罚则所引条款存在",
    "articles of sanction rows not held": "罚则所引而未持有的条款",
    "fines of sanction rows equal to a band of the text": "罚款幅度与条文一致",
    "sanction rows not compared": "未能比对的罚则",
    "sanction rows confirmed in substance only": "仅在实质内容上得到印证的罚则",
    "sanction rows equal to the table": "罚则与对照表一致",
    "renumbering of the Cybersecurity Law, articles equal": "网络安全法新旧条号对照一致的条数",
    "figures of the grading annex equal": "事件分级附件中一致的数值",
    "duties that for some time rest on articles confirmed in substance only": "某段时间内仅依据实质印证条款的义务",
    "duties that only --drafts switches on": "仅在使用 --drafts 时启用的义务",
    "files without 16 characters of a statute in a row": "不含连续16字法规原文的文件数",
    "time points read": "读取的时点",
    "events read": "读取的事件",
    "findings equal, reference and DuckDB": "参考引擎与 DuckDB 结果一致的认定",
    "verdicts equal to the rules computed by hand": "与另行计算的规则一致的判定",
    "lawfulness": "合法依据",
    "consent": "同意与撤回",
    "information": "告知",
    "deletion": "删除",
    "sharing": "通知接收方",
    "limitation": "终须删除",
    "verdicts equal on 80 random logs of the same form": "80份同形式随机日志上一致的判定",
    "time points equal in the repeatable form": "与带秒数形式一致的时点",
    "rows read with the instants computed by hand": "与另行换算的时刻一致的行",
    "applications": "申请件数",
    "rows in winter and in summer time": "冬令时与夏令时的行数",
    "pay.after_approval (judge and count by hand equal)": "批准之后方可付款（判定与另行计数一致）",
    "pay.approved_account (judge and count by hand equal)": "账号核准之后方可付款（判定与另行计数一致）",
    "reject.tell_applicant (judge and count by hand equal)": "拒绝后14日内告知（判定与另行计数一致）",
    "decide.both_reviews (judge and count by hand equal)": "决定前须有两类评审（判定与另行计数一致）",
}


def page(language: str, results: list[tuple[str, str]], passed: int, failed: int, day: date) -> str:
    """The page in `en` or `zh`: results by section, in the order in which they were measured."""
    words = _WORDS[language]
    tests = str(words["passed"]).format(passed=passed)
    if failed:
        tests += ("；" if language == "zh" else ", ") + str(words["failed"]).format(failed=failed)
    out = [f"# {words['title']}", "", str(words["intro"]), ""]
    out += [str(words["run"]).format(day=day.isoformat(), tests=tests), ""]
    out += ["```sh", COMMAND, "```"]
    section = None
    for name, value in results:
        head, _, rest = name.partition(": ")
        if not rest:
            head, rest = "", name
        if head != section:
            section = head
            title = _SECTIONS.get(head, (head.capitalize(), head.capitalize()))
            out += ["", f"## {title[language == 'zh'] or words['other']}", ""]
            out += ["| {} | {} |".format(*words["head"]), "| --- | --- |"]
        shown = _RESULT_ZH.get(rest, rest) if language == "zh" else rest
        out.append(f"| {_cell(shown)} | {_cell(value)} |")
    return "\n".join(out) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
