"""Witnesses in this process: the real decisions and the real HTTP face, without a socket."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lawkeep.ledger.note import COSIGNATURE, SignerKey, VerifierKey
from lawkeep.ledger.witness import Witness
from lawkeep.ledger.witness_app import WitnessApp
from lawkeep.ledger.witnesses import Circle, Member


class Town:
    """Witnesses w0, w1, ... at http://wN.example. `now`: their clock. `down`: who is silent."""

    def __init__(self, folder: Path, logs: Iterable[VerifierKey], count: int = 1) -> None:
        self.now = 1_700_000_000.0
        self.down: set[str] = set()
        self.asked = 0
        self.witnesses: dict[str, Witness] = {}
        self._apps: dict[str, WitnessApp] = {}
        folder.mkdir(exist_ok=True)
        for n in range(count):
            key = SignerKey(f"w{n}.example", COSIGNATURE, bytes([n + 1] * 32))
            witness = Witness(folder / f"w{n}.sqlite", key, logs)
            self.witnesses[key.name] = witness
            self._apps[key.name] = WitnessApp(witness, lambda: self.now)

    def circle(self, needed: int = 0, names: Iterable[str] | None = None) -> Circle:
        chosen = self.witnesses if names is None else names
        members = [Member(self.witnesses[name].key.verifier, f"http://{name}") for name in chosen]
        return Circle(members, needed, send=self.send)

    def send(self, method: str, url: str, body: bytes | None, timeout: float) -> tuple[int, bytes]:
        name, _, path = url.removeprefix("http://").partition("/")
        if name in self.down:
            raise ConnectionRefusedError(f"{name} is down")
        self.asked += 1
        return asyncio.run(call(self._apps[name], method, f"/{path}", body or b""))

    def close(self) -> None:
        for witness in self.witnesses.values():
            witness.close()


async def call(app: WitnessApp, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    """One request to an ASGI application, its body in two pieces."""
    middle = len(body) // 2
    pieces = [(body[:middle], True), (body[middle:], False)]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        piece, more = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": more}

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "http", "method": method, "path": path}, receive, send)
    return sent[0]["status"], sent[1]["body"]
