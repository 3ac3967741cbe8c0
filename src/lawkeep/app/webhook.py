"""Events out of the ledger by webhook: CloudEvents signed as Standard Webhooks has it.

What is sent is read from the ledger, from a cursor on; nothing is written twice when an event
happens. The cursor moves after the receiver has answered 2xx, so an event is sent at least once,
in the order of the ledger; `webhook-id` is the id of the event, by which a receiver knows a
repetition. Signature: https://www.standardwebhooks.com (symmetric, `v1`).
"""

import base64
import binascii
import hashlib
import hmac
import http.client
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

import lawkeep.app.live_errors  # noqa: F401  (registers the codes)
from lawkeep.ledger import Ledger
from lawkeep.ledger.schema import connect
from lawkeep.model.cloudevents import to_cloudevent
from lawkeep.model.errors import error

TYPE = "application/cloudevents+json; charset=utf-8"
PAUSES = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Seconds between attempts, as Standard Webhooks advises; then delivery is given up for now."""
TOLERANCE = 300
_LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Hook:
    """A receiver. `name`: of its cursor in the ledger's file. `secrets`: all sign, the first is
    the newest. `types`: patterns of event types; empty: all."""

    name: str
    url: str
    secrets: tuple[bytes, ...]
    types: tuple[str, ...] = ()


def read_secret(path: Path) -> bytes:
    """The secret in a file, `whsec_...`. Error: `webhook_secret_malformed`."""
    text = path.read_text(encoding="utf-8").strip()
    try:
        raw = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        raw = b""
    if not text.startswith("whsec_") or not 24 <= len(raw) <= 64:
        raise error("webhook_secret_malformed", name=path.name)
    return raw


def signature(secret: bytes, id_: str, seconds: int, body: bytes) -> str:
    """`v1,` and the Base64 of HMAC-SHA256 over `id.seconds.body`."""
    signed = b".".join((id_.encode(), str(seconds).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def verify(secret: bytes, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """Whether a delivery is what we signed, at most five minutes ago. `now`: Unix seconds.

    `headers`: with lower-case names.
    """
    id_, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isascii() or not sent.isdigit() or abs(now - int(sent)) > TOLERANCE:
        return False
    good = signature(secret, id_, int(sent), body).encode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(good, one.encode()) for one in given)


def deliver(
    ledger: Ledger,
    hook: Hook,
    *,
    clock: Callable[[], int],
    pause: Callable[[float], None],
    matching: Callable[[str], Iterable[str]],
    pauses: tuple[float, ...] = PAUSES,
    timeout: float = 20.0,
) -> int:
    """Send what came since the cursor; how many events were sent.

    `clock`: microseconds of UTC. `pause`: waits some seconds. `matching`: types of a pattern.
    Errors: `webhook_address`, `webhook_gone`; `webhook_failing` after the last pause, with the
    cursor before the event that was not taken.
    """
    address = _address(hook.url)
    types = sorted({t for pattern in hook.types for t in matching(pattern)}) or None
    sent = 0
    with closing(connect(ledger.path, "rw", 60.0)) as db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS hook_cursors "
            "(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID"
        )
        row = db.execute("SELECT seq FROM hook_cursors WHERE name = ?", (hook.name,)).fetchone()
        for entry in ledger.read(0 if row is None else row[0], types=types):
            body = msgspec.json.encode(to_cloudevent(entry.event), order="sorted")
            _until_taken(address, hook, entry.id, body, clock, pause, pauses, timeout)
            db.execute(
                "INSERT OR REPLACE INTO hook_cursors VALUES (?, ?)", (hook.name, entry.seq + 1)
            )
            sent += 1
    return sent


@dataclass(frozen=True)
class _Address:
    secure: bool
    host: str
    port: int | None
    path: str


def _address(url: str) -> _Address:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise error("webhook_address", url=url, problem=str(problem)) from None
    host = parts.hostname or ""
    if not host or parts.scheme not in ("https", "http"):
        raise error("webhook_address", url=url, problem="not an https address")
    if parts.scheme == "http" and host not in _LOCAL:
        raise error("webhook_address", url=url, problem="not encrypted")
    if parts.username is not None:
        raise error("webhook_address", url=host, problem="a password in the address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Address(parts.scheme == "https", host, port, path)


def _until_taken(
    address: _Address,
    hook: Hook,
    id_: str,
    body: bytes,
    clock: Callable[[], int],
    pause: Callable[[float], None],
    pauses: tuple[float, ...],
    timeout: float,
) -> None:
    problem = ""
    for wait in (*pauses, None):
        seconds = clock() // 1_000_000
        headers = {
            "Content-Type": TYPE,
            "User-Agent": "lawkeep",
            "webhook-id": id_,
            "webhook-timestamp": str(seconds),
            "webhook-signature": " ".join(signature(s, id_, seconds, body) for s in hook.secrets),
        }
        problem, after = _post(address, body, headers, timeout)
        if not problem:
            return
        if problem == "410":
            raise error("webhook_gone", url=hook.url)
        if wait is not None:
            pause(max(wait, after))
    raise error("webhook_failing", url=hook.url, id=id_, problem=problem)


def _post(
    address: _Address, body: bytes, headers: dict[str, str], timeout: float
) -> tuple[str, float]:
    """What went wrong, empty if nothing, and how long the receiver asks to wait (seconds)."""
    connection: http.client.HTTPConnection
    if address.secure:
        connection = http.client.HTTPSConnection(
            address.host, address.port, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(address.host, address.port, timeout=timeout)
    try:
        connection.request("POST", address.path, body, headers)
        answer = connection.getresponse()
        answer.read(65_536)
        asked = answer.headers.get("Retry-After", "")
        after = float(asked) if asked.isascii() and asked.isdigit() else 0.0
    except (OSError, http.client.HTTPException) as problem:
        return str(problem) or type(problem).__name__, 0.0
    finally:
        connection.close()
    # A redirect is not followed: it could lead the events elsewhere.
    return ("" if 200 <= answer.status < 300 else str(answer.status)), min(after, 86_400.0)
