"""Requests to an S3-compatible store, signed with AWS Signature Version 4 (standard library only)."""

import hmac
import http.client
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote, urlsplit

from lawkeep.model.time import utc

Sent = tuple[int, dict[str, str], bytes]
"""Status, headers with names in lower case, body."""


@dataclass(frozen=True)
class Credentials:
    """Where the store is and who asks. `endpoint`: `https://s3.example.org`; paths name buckets."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"


def authorization(
    credentials: Credentials,
    method: str,
    path: str,
    query: dict[str, str],
    body: bytes,
    headers: dict[str, str],
    now: int,
) -> dict[str, str]:
    """The headers of a signed request. `headers`: further ones to be signed, names in lower case.

    `now`: microseconds of UTC.
    """
    stamp = utc(now).strftime("%Y%m%dT%H%M%SZ")
    digest = sha256(body).hexdigest()
    signed = headers | {
        "host": urlsplit(credentials.endpoint).netloc,
        "x-amz-content-sha256": digest,
        "x-amz-date": stamp,
    }
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            method,
            quote(path),
            query_text(query),
            *(f"{name}:{signed[name].strip()}" for name in sorted(signed)),
            "",
            names,
            digest,
        ]
    )
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + credentials.secret_key.encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), sha256).digest()
    signature = hmac.new(key, text.encode(), sha256).hexdigest()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return signed


def query_text(query: dict[str, str]) -> str:
    """The query as it is signed and sent: sorted, everything but letters and digits encoded."""
    pairs = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in query.items())
    return "&".join(f"{k}={v}" for k, v in pairs)


def signed_request(
    credentials: Credentials,
    method: str,
    path: str,
    query: dict[str, str],
    body: bytes,
    headers: dict[str, str],
    now: int,
) -> Sent:
    """Send it. OSError when there is no answer."""
    parts = urlsplit(credentials.endpoint)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(parts.hostname or "", parts.port, timeout=30)
    signed = authorization(credentials, method, path, query, body, headers, now)
    target = quote(path) + (f"?{query_text(query)}" if query else "")
    try:
        connection.request(method, target, body or None, signed)
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, named, answer.read()
    except http.client.HTTPException as problem:
        raise OSError(f"no HTTP answer: {problem!r}") from None
    finally:
        connection.close()
