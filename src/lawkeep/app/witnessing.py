"""A witness as an operator of one has it: a key and a state, made once and kept together."""

from collections.abc import Sequence
from pathlib import Path

from lawkeep.ledger.keys import new_key, public_path, read_key
from lawkeep.ledger.note import COSIGNATURE, VerifierKey
from lawkeep.ledger.witness import Witness
from lawkeep.model.errors import declare, error

declare(
    "witness_state_exists",
    "{path} exists already, so no new witness was made there.",
    "{path} 已存在，未在该处新建见证方。",
    "A state belongs to one key. Use it with its key, or name another file.",
    "状态文件只属于一把密钥。请与其密钥一同使用，或另选文件名。",
)
declare(
    "witness_without_log",
    "The witness was given no ledger to watch.",
    "未指定见证方所见证的账本。",
    "Name the public key of each with `--log`, from its keeper.",
    "请用 --log 逐一指定账本公钥，由其维护方提供。",
)


def make_witness(key: Path, state: Path, name: str) -> VerifierKey:
    """Make a new key for cosignatures and the empty state that belongs to it; the public key.

    Errors: `witness_state_exists`, those of `keys.new_key` and `Witness`.
    """
    if state.exists():
        raise error("witness_state_exists", path=str(state))
    made = new_key(key, name, COSIGNATURE)
    try:
        Witness(state, made, ()).close()
    except BaseException:
        # It has signed nothing yet.
        key.unlink(missing_ok=True)
        public_path(key).unlink(missing_ok=True)
        raise
    return made.verifier


def policy_line(key: VerifierKey, url: str) -> str:
    """How a policy file (C2SP tlog-policy) names this witness."""
    return f"witness {key.name} {key.text()} {url}"


def checked_witness(key: Path, state: Path, logs: Sequence[str]) -> VerifierKey:
    """The public key of a witness that can be served: ledgers are named, its state is there.

    A state that is missing is never begun anew: a witness that forgot can be shown a fork.
    Errors: `witness_without_log`, `witness_state_lost`, those of `keys.read_key`.
    """
    if not logs:
        raise error("witness_without_log")
    if not state.is_file():
        raise error("witness_state_lost", path=str(state), reason="there is no such file")
    return read_key(key).verifier
