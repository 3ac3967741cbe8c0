"""The README of an export, in both languages: what it is, how to check it, what that shows."""

from lawkeep.ledger.checkpoint import Checkpoint
from lawkeep.ledger.note import VerifierKey

_EN = """\
# Evidence from the ledger {origin}

{events} event(s) out of a ledger of {size} entries. Nothing else of the ledger is disclosed except
hashes; where all entries are here, nothing is held back.

## Check it

You need Python 3.9 or newer with the package `cryptography`; no network, and nothing of ours:

    python3 verify.py --key KEY

KEY is the public key of the ledger. Get it from its owner in a way that you trust, not from this
folder. This export claims that it is

    {key}

If somebody else witnesses the ledger, add `--witness` with that public key: only a witness can see
that a ledger was written anew as a whole. If you hold a checkpoint from an earlier export
(`data/checkpoint` there), add `--earlier FILE`. `lawkeep verify FOLDER` does the same.
SHA-256 of `verify.py`, to be compared with that of the Lawkeep release:

    {verifier}

Exit codes: 0 everything fits; 1 something does not; 2 unreadable; 3 everything fits, but no key of
your own was given.

## What is here

| file | what it is |
| --- | --- |
| `data/events.jsonl` | the events, one a line, byte for byte as the ledger stores them |
| `data/checkpoint` | size and root of the ledger, signed (C2SP tlog-checkpoint) |
| `data/tree.json` | hashes of the parts that are not disclosed, as few as lead to the root (RFC 6962) |
| `data/proofs/N.tlog-proof` | for single events: a proof that stands alone (C2SP tlog-proof), with the event in it |
| `data/earlier/` | earlier checkpoints, and proofs that the ledger only grew since |
| `data/tokens/` | time stamps (RFC 3161): `openssl ts -verify -data N.note -in N.tsr -CAfile ROOTS.pem` |
| `data/blobs/` | files that events name, each under its SHA-256; sealed ones are encrypted |
| `data/findings.json`, `data/findings.md` | what was found, with the rule in words |
| `data/law.json` | which version of which law pack was used, by hash |

## What a check shows, and what not

That these events stand in the ledger of this key, at these places, unaltered since the checkpoint;
with witnesses, since the time at which they cosigned it. It does not show that what an event says
is true, nor that nothing was left out before it was written. A selective export does not show the
other entries; ask for the whole ledger if you must know that there is nothing else.
"""

_ZH = """\
# 账簿 {origin} 的证据

账簿共 {size} 条，本导出包含其中 {events} 条。除散列值外不披露账簿的其他内容；若已包含全部条目，则无任何保留。

## 核验方法

需要 Python 3.9 或更新版本以及 `cryptography` 包；无需联网，也无需安装我方软件：

    python3 verify.py --key 公钥

公钥为该账簿的公钥，请以可信途径向其所有者取得，不要取自本文件夹。本导出包自称其公钥为

    {key}

如有他人见证该账簿，请加 `--witness` 及其公钥：账簿若被整体重写，只有见证方能够发现。如您持有先前导出包的
检查点（其中的 `data/checkpoint`），请加 `--earlier 文件`。`lawkeep verify 文件夹` 作用相同。
`verify.py` 的 SHA-256 如下，请与 Lawkeep 发布版本中的比对：

    {verifier}

退出码：0 全部相符；1 有不相符之处；2 无法读取；3 全部相符，但未提供您自己取得的公钥。

## 内容

| 文件 | 说明 |
| --- | --- |
| `data/events.jsonl` | 事件，每行一条，与账簿存储的字节完全一致 |
| `data/checkpoint` | 账簿的大小和根，经签名（C2SP tlog-checkpoint） |
| `data/tree.json` | 未披露部分的散列值，仅为推出根所需（RFC 6962） |
| `data/proofs/N.tlog-proof` | 单个事件的独立证明（C2SP tlog-proof），内含该事件 |
| `data/earlier/` | 先前的检查点，以及账簿此后只增不改的证明 |
| `data/tokens/` | 时间戳（RFC 3161）：`openssl ts -verify -data N.note -in N.tsr -CAfile ROOTS.pem` |
| `data/blobs/` | 事件引用的文件，以其 SHA-256 命名；封存的文件已加密 |
| `data/findings.json`、`data/findings.zh-CN.md` | 认定结果及规则说明 |
| `data/law.json` | 所用法律包的版本及其散列值 |

## 核验能说明什么，不能说明什么

能说明：这些事件位于该公钥所属账簿的相应位置，自检查点签署以来未被改动；有见证方时，自其联署之时起未被改动。
不能说明：事件所述是否属实，也不能说明写入之前有无遗漏。选择性导出不展示其他条目；如须确认别无其他内容，请索取完整账簿。
"""


def readme(
    language: str, checkpoint: Checkpoint, key: VerifierKey, events: int, verifier: str
) -> str:
    """The text in `en` or `zh`. `verifier`: SHA-256 of verify.py."""
    return (_ZH if language == "zh" else _EN).format(
        origin=checkpoint.origin,
        size=checkpoint.size,
        events=events,
        key=key.text(),
        verifier=verifier,
    )
