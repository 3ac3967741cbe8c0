"""Serve a witness with uvicorn (extra `serve`)."""

import time
from collections.abc import Iterable
from pathlib import Path

import uvicorn

from lawkeep.ledger.keys import read_key, read_public_key
from lawkeep.ledger.witness import Witness
from lawkeep.ledger.witness_app import WitnessApp


def serve(witness: Witness, host: str = "127.0.0.1", port: int = 7910) -> None:
    """Answer until the process is told to end. TLS is the business of a proxy before it."""
    app = WitnessApp(witness, time.time)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


def serve_files(
    state: str | Path, key: str | Path, logs: Iterable[str], host: str, port: int
) -> None:
    """Serve from files. `logs`: public keys of the ledgers it watches, as text or files.

    Errors: those of `keys.read_key` and `Witness`.
    """
    witness = Witness(state, read_key(key), [read_public_key(log) for log in logs])
    try:
        serve(witness, host, port)
    finally:
        witness.close()
