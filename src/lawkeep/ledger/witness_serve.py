"""Serve a witness with uvicorn (extra `serve`)."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import uvicorn

from lawkeep.ledger.keys import read_key, read_public_key
from lawkeep.ledger.witness import Witness
from lawkeep.ledger.witness_app import WitnessApp

Ready = Callable[[str], None]
"""Told the address once it listens."""


def serve(
    witness: Witness,
    host: str = "127.0.0.1",
    port: int = 7910,
    ready: Ready = lambda _url: None,
) -> None:
    """Answer until the process is told to end. TLS is the business of a proxy before it.

    `port` 0: any free one. OSError where it cannot listen.
    """
    app = WitnessApp(witness, time.time)
    config = uvicorn.Config(app, log_level="warning", server_header=False)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=128) as listening:
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listening.getsockname()[1]}")
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def serve_files(
    state: str | Path,
    key: str | Path,
    logs: Iterable[str],
    host: str,
    port: int,
    ready: Ready = lambda _url: None,
) -> None:
    """Serve from files. `logs`: public keys of the ledgers it watches, as text or files.

    Errors: those of `keys.read_key`, `keys.read_public_key` and `Witness`.
    """
    witness = Witness(state, read_key(key), [read_public_key(log) for log in logs])
    try:
        serve(witness, host, port, ready)
    finally:
        witness.close()
