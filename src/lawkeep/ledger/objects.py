"""Files in an S3-compatible object store (extra `blobs`), write-once by `If-None-Match`.

Where the bucket has Object Lock, retention is `COMPLIANCE` and a hold is a legal hold of the store:
then not even the keeper can delete before. obstore has no calls for these, so they are made here.
"""

import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Callable
from hashlib import md5

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from lawkeep.ledger.blobs import digest_of, hex_of, reason_kept
from lawkeep.ledger.s3sign import Credentials, Sent, signed_request
from lawkeep.model.errors import LawkeepError, error
from lawkeep.model.time import format_instant, parse_instant

_SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class Objects:
    """Files of a bucket under `prefix`. `lock`: whether the bucket has Object Lock."""

    def __init__(
        self,
        bucket: str,
        credentials: Credentials,
        *,
        clock: Callable[[], int],
        prefix: str = "",
        retries: int = 3,
    ) -> None:
        """`clock`: the instant, for signing requests. Error: `blob_storage`."""
        self._credentials = credentials
        self._clock = clock
        self._prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        self._bucket = bucket
        self._store = S3Store(
            bucket,
            config={
                "access_key_id": credentials.access_key,
                "secret_access_key": credentials.secret_key,
                "region": credentials.region,
                "endpoint": credentials.endpoint,
                "virtual_hosted_style_request": False,
                "conditional_put": "etag",
            },
            client_options={"allow_http": credentials.endpoint.startswith("http://")},
            retry_config={"max_retries": retries},
        )
        status, _, body = self._send("GET", "", {"object-lock": ""})
        self.lock = status == 200 and b"Enabled" in body
        if status not in (200, 404):
            raise self._failed(f"status {status}")

    def put(self, content: bytes) -> str:
        digest = digest_of(content)
        try:
            obstore.put(self._store, self._key(digest), content, mode="create", use_multipart=False)
        except AlreadyExistsError:
            pass
        except BaseError as problem:
            raise self._failed(str(problem)) from None
        return digest

    def get(self, digest: str) -> bytes:
        try:
            content = bytes(obstore.get(self._store, self._key(digest)).bytes())
        except FileNotFoundError:
            raise error("blob_missing", digest=digest) from None
        except BaseError as problem:
            raise self._failed(str(problem)) from None
        if digest_of(content) != digest:
            raise error("blob_damaged", digest=digest)
        return content

    def has(self, digest: str) -> bool:
        try:
            obstore.head(self._store, self._key(digest))
        except FileNotFoundError:
            return False
        except BaseError as problem:
            raise self._failed(str(problem)) from None
        return True

    def retain(self, digest: str, until: int) -> None:
        """Error: `blob_storage` where the bucket has no Object Lock: nothing would keep it."""
        if until <= self.kept(digest)[0]:
            return
        day = format_instant(until)
        self._set(
            digest, "retention", f"<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>{day}"
            "</RetainUntilDate></Retention>",
        )  # fmt: skip

    def hold(self, digest: str, on: bool) -> None:
        status = "ON" if on else "OFF"
        self._set(digest, "legal-hold", f"<LegalHold><Status>{status}</Status></LegalHold>")

    def kept(self, digest: str) -> tuple[int, bool]:
        """Until when it is retained (0: not) and whether it is under hold."""
        status, headers, _ = self._send("HEAD", self._key(digest), {})
        if status == 404:
            raise error("blob_missing", digest=digest)
        if status != 200:
            raise self._failed(f"status {status}")
        until = headers.get("x-amz-object-lock-retain-until-date")
        held = headers.get("x-amz-object-lock-legal-hold") == "ON"
        return parse_instant(until) if until else 0, held

    def delete(self, digest: str, now: int) -> None:
        """Every version goes: in a bucket with versions a plain delete only hides the file."""
        if not self.has(digest):
            return
        until, held = self.kept(digest)
        if held or until > now:
            raise error("blob_kept", digest=digest, reason=reason_kept(until, held))
        key = self._key(digest)
        for version in self._versions(key):
            status, _, _ = self._send("DELETE", key, {"versionId": version})
            if status == 403:
                raise error("blob_kept", digest=digest, reason="the store refuses")
            if status not in (200, 204):
                raise self._failed(f"status {status}")

    def _versions(self, key: str) -> list[str]:
        status, _, body = self._send("GET", "", {"versions": "", "prefix": key})
        if status != 200:
            raise self._failed(f"status {status}")
        found = ET.fromstring(body)  # noqa: S314 -- an answer of the configured store
        parts = [e for e in found if e.tag.removeprefix(_SPACE) in ("Version", "DeleteMarker")]
        return [
            part.findtext(f"{_SPACE}VersionId") or "null"
            for part in parts
            if part.findtext(f"{_SPACE}Key") == key
        ]

    def _set(self, digest: str, what: str, xml: str) -> None:
        if not self.has(digest):
            raise error("blob_missing", digest=digest)
        body = xml.replace(">", ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/">', 1).encode()
        checksum = b64encode(md5(body, usedforsecurity=False).digest()).decode()
        status, _, _ = self._send(
            "PUT", self._key(digest), {what: ""}, body, {"content-md5": checksum}
        )
        if status not in (200, 204):
            raise self._failed(f"{what}: status {status}; the bucket needs Object Lock")

    def _key(self, digest: str) -> str:
        name = hex_of(digest)
        return f"{self._prefix}sha256/{name[:2]}/{name}"

    def _send(
        self,
        method: str,
        key: str,
        query: dict[str, str],
        body: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Sent:
        path = f"/{self._bucket}/{key}" if key else f"/{self._bucket}"
        try:
            return signed_request(
                self._credentials, method, path, query, body, headers or {}, self._clock()
            )
        except OSError as problem:
            raise self._failed(str(problem)) from None

    def _failed(self, reason: str) -> LawkeepError:
        return error(
            "blob_storage", place=f"{self._credentials.endpoint}/{self._bucket}", reason=reason
        )
