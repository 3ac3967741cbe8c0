"""Serve a witness with uvicorn (extra `serve`)."""

import time

import uvicorn

from lawkeep.ledger.witness import Witness
from lawkeep.ledger.witness_app import WitnessApp


def serve(witness: Witness, host: str = "127.0.0.1", port: int = 7910) -> None:
    """Answer until the process is told to end. TLS is the business of a proxy before it."""
    app = WitnessApp(witness, time.time)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
