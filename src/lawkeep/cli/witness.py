"""`lawkeep witness init|serve`: look after the ledger of somebody else."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from lawkeep.app.witnessing import checked_witness, make_witness, policy_line
from lawkeep.cli import output
from lawkeep.cli.language import language
from lawkeep.cli.options import Json, LanguageOption
from lawkeep.model.errors import CLEAN, error

_LanguageOf = Annotated[LanguageOption, Parameter(name="--language")]
_State = Annotated[Path, Parameter(help="File of its state: what it saw of each ledger.")]


def init(
    key: Annotated[Path, Parameter(help="New file for its key.")],
    state: _State,
    /,
    *,
    name: Annotated[str, Parameter(help="Its name in cosignatures, such as audit.example.org/w.")],
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Make a witness: its key and its empty state; print the public key."""
    public = make_witness(key, state, name)
    if json:
        output.put_json({"key": public.text(), "key_file": str(key), "state": str(state)})
        return CLEAN
    output.say(
        f"已新建见证方 {name}；请妥善保管密钥 {key} 和状态 {state}；公钥："
        if language(language_) == "zh"
        else f"made the witness {name}; keep its key {key} and its state {state}; public key:"
    )
    print(public.text())
    return CLEAN


def serve(
    key: Annotated[Path, Parameter(help="File of its key.")],
    state: _State,
    /,
    *,
    log: Annotated[
        tuple[str, ...],
        Parameter(
            name="--log",
            metavar="KEY",
            negative="",
            help="Public key of a ledger to watch, or a file with it; may be repeated.",
        ),
    ] = (),
    host: Annotated[
        str, Parameter(help="Address to listen on (default: 127.0.0.1).")
    ] = "127.0.0.1",
    port: Annotated[
        int, Parameter(help="Port to listen on (default: 7910; 0: any free one).")
    ] = 7910,
    json: Json = False,
    language_: _LanguageOf = None,
) -> int:
    """Answer until it is told to end; first print its line for policy files, with its address."""
    if not 0 <= port <= 65535:
        raise error("usage_value", option="--port", value=str(port), form="7910")
    public = checked_witness(key, state, log)
    zh = language(language_) == "zh"

    def ready(url: str) -> None:
        if json:
            output.put_json({"name": public.name, "key": public.text(), "url": url})
        else:
            output.say(f"正在见证 {len(log)} 个账本" if zh else f"watching {len(log)} ledger(s)")
            output.put(f"{policy_line(public, url)}\n".encode())

    load_serve()(state, key, log, host, port, ready)
    return CLEAN


def load_serve() -> Any:
    """`serve_files`, if its package is installed. Error: `extra_missing`."""
    try:
        from lawkeep.ledger.witness_serve import serve_files
    except ModuleNotFoundError as problem:
        raise error("extra_missing", package=problem.name or "uvicorn", extra="serve") from None
    return serve_files
