"""The HTTP face of a witness: a bare ASGI application.

`POST /add-checkpoint` as C2SP tlog-witness says; besides, `GET /checkpoint/HEX` gives the latest
checkpoint that it cosigned (HEX: SHA-256 of the origin), which a keeper needs after a restore and
a monitor at any time, and `GET /key` its public key.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from typing import Any

from lawkeep.ledger.witness import Answer, Witness
from lawkeep.model.errors import LawkeepError

MAX_BODY = 1 << 16

_Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[_Message]]
Send = Callable[[_Message], Awaitable[None]]


class WitnessApp:
    """ASGI application. `clock`: seconds since 1970."""

    def __init__(self, witness: Witness, clock: Callable[[], float]) -> None:
        self._witness, self._clock = witness, clock
        self._origins = {sha256(origin.encode()).hexdigest(): origin for origin in witness.logs}

    async def __call__(self, scope: _Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope["method"], scope["path"], receive)
        except LawkeepError as problem:
            answer = Answer(503, f"{problem.text()}\n".encode())
        headers = [
            (b"content-type", answer.media.encode()),
            (b"content-length", str(len(answer.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, method: str, path: str, receive: Receive) -> Answer:
        if path == "/add-checkpoint":
            if method != "POST":
                return Answer(405, b"POST only\n")
            body = await _body(receive)
            if body is None:
                return Answer(413, b"the request is larger than 64 KiB\n")
            return await asyncio.to_thread(self._witness.add_checkpoint, body, int(self._clock()))
        if method != "GET":
            return Answer(405, b"GET only\n")
        if path == "/key":
            return Answer(200, f"{self._witness.key.verifier.text()}\n".encode())
        origin = self._origins.get(path.removeprefix("/checkpoint/"))
        note = await asyncio.to_thread(self._witness.latest, origin) if origin else None
        return Answer(200, note) if note else Answer(404, b"nothing is known about this\n")


async def _body(receive: Receive) -> bytes | None:
    """The whole body, None if it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
