"""Errors of the ledger. Importing this module puts them into the catalogue."""

from lawkeep.model.errors import ENVIRONMENT, declare

declare(
    "ledger_missing",
    "There is no ledger at {path}.",
    "{path} 处没有账本。",
    "Check the path, or make a new ledger there.",
    "请检查路径，或在该处新建账本。",
)
declare(
    "ledger_exists",
    "{path} exists already, so no new ledger was made there.",
    "{path} 已存在，未在该处新建账本。",
    "Choose another path, or open this ledger.",
    "请另选路径，或打开已有账本。",
)
declare(
    "ledger_folder",
    "{path} is not a file; a ledger is one SQLite file.",
    "{path} 不是文件；账本是一个 SQLite 文件。",
    "Name the file inside the folder.",
    "请写明文件夹中的文件名。",
)
declare(
    "ledger_foreign",
    "{path} is not a ledger of Lawkeep.",
    "{path} 不是 Lawkeep 的账本。",
    "Check the path. The file was not changed.",
    "请检查路径。该文件未被改动。",
)
declare(
    "ledger_newer",
    "The ledger {path} has format {found}; this version of Lawkeep reads up to {known}.",
    "账本 {path} 的格式版本为 {found}，本版 Lawkeep 最高可读 {known}。",
    "Install the newer Lawkeep. The file was not changed.",
    "请安装更新的 Lawkeep。该文件未被改动。",
)
declare(
    "ledger_older",
    "The ledger {path} has format {found}, of a version before the first release; this one reads "
    "{known}.",
    "账本 {path} 的格式版本为 {found}，属首次发布之前的版本；本版读取 {known}。",
    "Write its events out with the Lawkeep that made it, and append them to a new ledger.",
    "请用当初的 Lawkeep 导出其中的事件，再追加到新账本。",
)
declare(
    "ledger_key_needed",
    "The ledger {path} signs its checkpoints, and its signing key was not given.",
    "账本 {path} 须签署检查点，但未提供其签名密钥。",
    "Nothing was written. Name the key file that was made with the ledger.",
    "未写入任何内容。请指定与账本一同制作的密钥文件。",
)
declare(
    "ledger_unsigned",
    "The ledger {path} has no key, so nothing in it is signed and nothing can be proved to others.",
    "账本 {path} 没有密钥，其中内容均未签名，无法向他人证明。",
    "Make a key and open the ledger with it once; from then on every checkpoint is signed.",
    "请制作密钥并用它打开账本一次，此后每个检查点都会签名。",
)
declare(
    "ledger_restore_differs",
    "The entries offered do not lead to the tree of {size} entries that the witnesses have seen.",
    "所提供的条目不能得出见证方见过的含 {size} 条的树。",
    "Nothing was written. Offer the entries of the same ledger, complete and in order.",
    "未写入任何内容。请提供同一账本的条目，完整且依次排列。",
)
declare(
    "ledger_origin_malformed",
    "“{origin}” cannot name a ledger: 1 to 200 printable characters without space or “+”.",
    "“{origin}”不能作为账本名称：须为 1 至 200 个可打印字符，不含空格和“+”。",
    "Use a name under a domain of yours, such as example.com/records.",
    "请使用自有域名下的名称，例如 example.com/records。",
)
declare(
    "ledger_id_conflict",
    "The ledger has an event {id} already (entry {seq}), with other content.",
    "账本中已有事件 {id}（第 {seq} 条），但内容不同。",
    "Nothing was written. A correction is a new event with its own id and `corrects: {id}`.",
    "未写入任何内容。更正须另立新事件，使用新的 id，并写明 corrects: {id}。",
)
declare(
    "ledger_locked",
    "The ledger {path} is being written by somebody else; waited {seconds:g} s.",
    "账本 {path} 正被其他程序写入；已等待 {seconds:g} 秒。",
    "Nothing was written. Try again when the other writer is done; a ledger has one at a time.",
    "未写入任何内容。账本同一时间只能有一个写入者，请待其完成后重试。",
    ENVIRONMENT,
)
declare(
    "ledger_read_only",
    "The ledger {path} cannot be written: the file, its folder or its disk is read-only.",
    "账本 {path} 无法写入：文件、所在文件夹或磁盘为只读。",
    "Nothing was written. Give this user write permission to the file and its folder.",
    "未写入任何内容。请为当前用户授予该文件及其文件夹的写权限。",
    ENVIRONMENT,
)
declare(
    "ledger_unreadable",
    "The ledger {path} cannot be opened: {reason}.",
    "账本 {path} 无法打开：{reason}。",
    "Check that the folder exists and that this user may read the file and its folder; with a "
    "-wal file beside it, the folder must also be writable.",
    "请确认文件夹存在，且当前用户有权读取该文件及其文件夹；若旁边有 -wal 文件，该文件夹还须可写。",
    ENVIRONMENT,
)
declare(
    "ledger_storage",
    "The storage under the ledger {path} failed: {reason}.",
    "账本 {path} 所在的存储出错：{reason}。",
    "What was acknowledged before is kept, the rest was not written. Check disk, free space and, "
    "with PostgreSQL, the server.",
    "此前已确认的内容仍在，其余未写入。请检查磁盘、可用空间；使用 PostgreSQL 时请检查服务器。",
    ENVIRONMENT,
)
declare(
    "ledger_damaged",
    "The ledger {path} is damaged: {reason}.",
    "账本 {path} 已损坏：{reason}。",
    "Do not write to it. Keep the file, restore a backup, and reconcile it with the witness.",
    "请勿再写入。请保留该文件，恢复备份，并与见证方核对。",
    ENVIRONMENT,
)
declare(
    "ledger_no_entry",
    "The ledger has {size} entries, so there is no {asked}.",
    "账本共有 {size} 条，不存在 {asked}。",
    "Entries count from 0; a size is at least 1 and at most the number of entries.",
    "条目从 0 起计；大小至少为 1，至多为条目总数。",
)
declare(
    "key_foreign",
    "The key is that of {found}, not of {expected}.",
    "该密钥属于 {found}，而不是 {expected}。",
    "Name the key file that was made for this ledger.",
    "请指定为该账本制作的密钥文件。",
)
declare(
    "ledger_forked",
    "The ledger {path} contradicts what {names} cosigned: its history was changed.",
    "账本 {path} 与 {names} 联署过的内容矛盾：其历史被改动。",
    "Nothing was signed. Keep this copy as evidence, find the true one, and tell the witnesses.",
    "未签署任何内容。请保留此副本作为证据，找到真正的账本，并告知见证方。",
    ENVIRONMENT,
)
