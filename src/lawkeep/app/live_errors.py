"""What can be wrong with live judging and what goes out of it."""

from lawkeep.model.errors import ENVIRONMENT, declare

declare(
    "live_needs_ledger",
    "“{name}” is not a ledger; live judging keeps its obligations in the ledger's own file.",
    "“{name}”不是账本；实时判断将义务保存在账本文件中。",
    "Name a ledger; `lawkeep ingest run` makes one from a folder.",
    "请指定账本；可用 lawkeep ingest run 由文件夹生成。",
)
declare(
    "live_displaced",
    "Another process judges the ledger {path} by another law; this one stopped.",
    "另一进程正以不同的法律包判断账本 {path}；本进程已停止。",
    "Stop one of the two, or give both the same `--law` and `--policy`.",
    "请停止其中一个，或为两者指定相同的 --law 与 --policy。",
)
declare(
    "webhook_secret_malformed",
    "The webhook secret in {name} is not `whsec_` and Base64 of 24 to 64 bytes.",
    "{name} 中的 webhook 密钥不是 whsec_ 加 24 至 64 字节的 Base64。",
    "Write one secret on one line, as Standard Webhooks has it: "
    "`printf whsec_; head -c 32 /dev/urandom | base64`.",
    "请按 Standard Webhooks 的格式写一行密钥，例如：printf whsec_; head -c 32 /dev/urandom | base64。",
)
declare(
    "webhook_address",
    "Events cannot be sent to “{url}”: {problem}.",
    "无法向“{url}”发送事件：{problem}。",
    "Name an `https://` address; plain `http://` is for this machine (localhost) alone.",
    "请使用 https:// 地址；http:// 仅限本机（localhost）。",
)
declare(
    "webhook_gone",
    "The receiver {url} answered 410: it wants no more events.",
    "接收方 {url} 返回 410：不再接收事件。",
    "Take the webhook out of the configuration, or ask its owner for another address.",
    "请从配置中移除该 webhook，或向其所有者索取新地址。",
)
declare(
    "webhook_failing",
    "The receiver {url} did not take event {id}: {problem}. Nothing after it was sent.",
    "接收方 {url} 未接收事件 {id}：{problem}。其后的事件未发送。",
    "Mend the receiver and run it again; it goes on with this event.",
    "请修复接收方后重新运行，将从该事件继续。",
    ENVIRONMENT,
)
