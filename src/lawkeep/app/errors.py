"""What can be wrong when the rooms are put together: the codes of the composition root."""

from lawkeep.model.errors import declare

declare(
    "event_id_conflict",
    "The id {id} stands twice with different content; first in {first}.",
    "编号 {id} 出现两次且内容不同；首次出现于 {first}。",
    "Give each event its own id, or write a correction: another event with `corrects`.",
    "请为每个事件使用不同的编号，或另写一个带 corrects 的更正事件。",
)
declare(
    "jurisdiction_without_pack",
    "No law pack is loaded for the jurisdictions {names} of the operator “{operator}”.",
    "没有适用于运营者“{operator}”所在法域 {names} 的法律包。",
    "Mend `jurisdictions` in operator.yaml, or name the folder of a pack with `--law`.",
    "请修正 operator.yaml 的 jurisdictions，或用 --law 指定法律包文件夹。",
)
declare(
    "duty_unknown",
    "No law pack has a duty “{name}”.{near_en}",
    "法律包中没有义务“{name}”。{near_zh}",
    "See `lawkeep law list`; a duty is named by its id or its code.",
    "请查看 lawkeep law list；义务可用其标识或代码指定。",
)
declare(
    "finding_unknown",
    "No finding begins with “{name}” here, and no duty has that name.{near_en}",
    "此处没有以“{name}”开头的认定，也没有该名称的义务。{near_zh}",
    "Take the id from `lawkeep audit --json` with the same date and options.",
    "请使用相同日期和选项下 lawkeep audit --json 给出的编号。",
)
declare(
    "finding_ambiguous",
    "{count} findings begin with “{name}”.",
    "有 {count} 个认定以“{name}”开头。",
    "Give more digits of the id.",
    "请给出更多位编号。",
)
declare(
    "pack_twice",
    "The law pack “{pack}” was given twice.",
    "法律包“{pack}”被重复指定。",
    "Name one folder for it; a pack of one's own replaces the shipped one of the same name.",
    "每个法律包只指定一个文件夹；自有法律包会替代同名的内置法律包。",
)
declare(
    "records_without_operator",
    "“{name}” holds no events, so there is no operator to judge.",
    "“{name}”中没有事件，没有可判断的运营者。",
    "Name a folder with operator.yaml, a ledger, or a file of native events.",
    "请指定含 operator.yaml 的文件夹、账本，或原生事件文件。",
)
declare(
    "append_hypothetical",
    "Findings about facts moved to another date are not facts, so they are not appended.",
    "移动日期后的判断只是假设，不写入账本。",
    "Leave out `--moved-to` or `--append`.",
    "请去掉 --moved-to 或 --append。",
)
declare(
    "append_other_operator",
    "The ledger {path} holds the events of another operator, {found}.",
    "账本 {path} 保存的是另一运营者 {found} 的事件。",
    "A ledger serves one operator: name its own, or make one with `lawkeep ledger init`.",
    "一个账本只服务于一个运营者：请指定其自己的账本，或用 lawkeep ledger init 新建。",
)
declare(
    "date_out_of_range",
    "The facts cannot be moved to {value}: some would lie outside the years 1 to 9999.",
    "无法将事实移动到 {value}：部分时间会超出公元 1 至 9999 年。",
    "Name a nearer date.",
    "请指定较近的日期。",
)
declare(
    "audit_file_malformed",
    "This is not the JSON of an audit: {problem}.",
    "不是审计结果的 JSON：{problem}。",
    "Give a file that `lawkeep audit --json` wrote.",
    "请指定由 lawkeep audit --json 输出的文件。",
)
declare(
    "examples_fail",
    "{count} example(s) of the law pack do not come out as they say.",
    "法律包中有 {count} 个示例的结果与其说明不符。",
    "Mend the duty or the example; each is named above.",
    "请修正义务或示例；上文已逐一列出。",
)
