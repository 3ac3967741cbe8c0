"""Errors of the vault. Importing this module puts them into the catalogue."""

from lawkeep.model.errors import BREACHED, ENVIRONMENT, declare

declare(
    "vault_missing",
    "There is no vault at {path}.",
    "{path} 处没有保管库。",
    "Check the path, or make a new vault there.",
    "请检查路径，或在该处新建保管库。",
)
declare(
    "vault_exists",
    "{path} exists already, so no new vault was made there.",
    "{path} 已存在，未在该处新建保管库。",
    "Choose another path, or open this vault.",
    "请另选路径，或打开已有保管库。",
)
declare(
    "vault_foreign",
    "{path} is not a vault that this version of Lawkeep reads.",
    "{path} 不是本版 Lawkeep 可读取的保管库。",
    "Check the path. The file was not changed.",
    "请检查路径。该文件未被改动。",
)
declare(
    "vault_storage",
    "The vault {path} cannot be used: {reason}.",
    "保管库 {path} 无法使用：{reason}。",
    "Check path, permissions, disk and free space.",
    "请检查路径、权限、磁盘及可用空间。",
    ENVIRONMENT,
)
declare(
    "vault_key_gone",
    "The key {name} that this needs is not in the key service: it was destroyed, or is another's.",
    "密钥服务中没有所需的密钥 {name}：它已被销毁，或属于其他保管库。",
    "After a rotation, older copies of the vault can no longer be opened; that is its purpose.",
    "轮换之后，旧的保管库副本不能再打开，这正是轮换的目的。",
)
declare(
    "vault_damaged",
    "What is sealed for {what} does not open: it was changed, or moved from another place.",
    "为 {what} 封存的内容无法打开：它被改动过，或从别处移来。",
    "Restore the vault from its newest backup, and look for who changed it.",
    "请用最新备份恢复保管库，并查明改动来源。",
)
declare(
    "vault_nothing_held",
    "The vault holds nothing of {subject}{purpose}.",
    "保管库中没有 {subject}{purpose} 的内容。",
    "Check the subject id and the purpose; what was erased is not there any more.",
    "请检查主体编号和用途；已抹除的内容不再存在。",
)
declare(
    "vault_held",
    "A legal hold stands in the way of erasing {subject} ({purpose}): {hold}.",
    "{subject}（{purpose}）的数据因保全不得抹除：{hold}。",
    "Nothing was erased. Erase after the hold has been released by its authority.",
    "未抹除任何内容。请在有权机关解除保全后再抹除。",
    BREACHED,
)
declare(
    "vault_erase_unfinished",
    "The data of {subject} is deleted, but {path}-wal could not be emptied: somebody reads it.",
    "{subject} 的数据已删除，但 {path}-wal 正被读取，无法清空。",
    "No certificate was issued. End the other reader and repeat the command.",
    "未出具抹除证明。请结束其他读取程序后重新执行。",
    ENVIRONMENT,
)
declare(
    "keyfile_unusable",
    "The master key file {path} cannot be used: {reason}.",
    "主密钥文件 {path} 无法使用：{reason}。",
    "Only its owner may read it (chmod 600); restore it from where keys are kept.",
    "仅所有者可读（chmod 600）；请从密钥保管处恢复。",
    ENVIRONMENT,
)
declare(
    "hsm_unusable",
    "The key module (PKCS#11) cannot be used: {reason}.",
    "密钥模块（PKCS#11）无法使用：{reason}。",
    "Check the module's library, the token's label and the PIN.",
    "请检查模块库文件、令牌标签和 PIN。",
    ENVIRONMENT,
)
