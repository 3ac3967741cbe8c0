"""Time stamps of an authority (RFC 3161) on checkpoints (extra `timestamp`).

Beside a witness, or where there is none: an accredited authority says at what time it saw the hash
of a signed checkpoint. It does not check that the ledger only grew.
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from lawkeep.ledger.base import BaseLedger
from lawkeep.ledger.witnesses import Send, http_send
from lawkeep.model.errors import ENVIRONMENT, Both, declare, error
from lawkeep.model.time import MICROSECONDS, to_instant

declare(
    "timestamp_refused",
    "The time-stamping authority {url} gave no stamp: {reason}.",
    "时间戳服务 {url} 未签发时间戳：{reason}。",
    "Check its address and whether it takes SHA-256; the checkpoint can be stamped later.",
    "请检查其地址以及是否支持 SHA-256；检查点可稍后再加盖时间戳。",
    ENVIRONMENT,
)
declare(
    "timestamp_wrong",
    "The time stamp does not fit the checkpoint: {reason}.",
    "时间戳与检查点不符：{reason}。",
    "It is of another checkpoint, or of an authority whose root certificate is not trusted here.",
    "它属于另一检查点，或其签发机构的根证书在此不受信任。",
)

# What the library says, in words for users; anything else concerns signature or certificates.
_REASONS = {
    "Mismatch between messages": Both("it is over another text", "其所盖的是另一文本"),
    "Nonce mismatch": Both("it answers another request", "它答复的是另一请求"),
    "PKIStatus is not GRANTED": Both("the authority refused", "签发机构拒绝签发"),
}
_UNTRUSTED = Both(
    "its signature or a certificate of it is not valid under the roots that are trusted",
    "其签名或证书在受信任的根证书下无效",
)


class Authority:
    """A time-stamping authority: where it answers and the certificates that are trusted for it.

    `roots`, `intermediates`: certificates; `url` may be empty where stamps are only verified.
    """

    def __init__(
        self,
        roots: Sequence[x509.Certificate],
        intermediates: Sequence[x509.Certificate] = (),
        url: str = "",
        *,
        send: Send | None = None,
        timeout: float = 15.0,
    ) -> None:
        self.url = url
        self._roots, self._intermediates = list(roots), list(intermediates)
        self._send, self._timeout = send or http_send, timeout

    @classmethod
    def from_pem(cls, roots: str | Path, url: str = "") -> "Authority":
        """With the root certificates of a PEM file."""
        return cls(x509.load_pem_x509_certificates(Path(roots).read_bytes()), url=url)

    def stamp(self, data: bytes) -> bytes:
        """Ask for a stamp over the bytes, and check it. Errors: `timestamp_refused`, `_wrong`."""
        request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
        try:
            status, token = self._send("POST", self.url, request.as_bytes(), self._timeout)
        except OSError as problem:
            raise error("timestamp_refused", url=self.url, reason=str(problem)) from None
        if status != 200:
            raise error("timestamp_refused", url=self.url, reason=f"status {status}")
        self.time_of(data, token, nonce=request.nonce)
        return token

    def time_of(self, data: bytes, token: bytes, *, nonce: int | None = None) -> int:
        """When the authority saw the bytes: microseconds of UTC, the latest that it allows.

        Error: `timestamp_wrong`.
        """
        try:
            response = decode_timestamp_response(token)
        except ValueError:
            reason = Both("it is not a response of RFC 3161", "不是 RFC 3161 响应")
            raise error("timestamp_wrong", reason=reason) from None
        try:
            verifier = VerifierBuilder(
                roots=list(self._roots), intermediates=list(self._intermediates), nonce=nonce
            ).build()
            verifier.verify_message(response, data)
            told = response.tst_info
            instant = to_instant(told.gen_time)
            accuracy = told.accuracy
        except (VerificationError, ValueError) as problem:
            reason = _REASONS.get(str(problem), _UNTRUSTED)
            raise error("timestamp_wrong", reason=reason) from None
        # What is proved must not be too early: the stated error is added.
        late = 0
        if accuracy is not None:
            late = accuracy.seconds * MICROSECONDS
            late += (accuracy.millis or 0) * 1000 + (accuracy.micros or 0)
        return instant + late


def stamp_head(ledger: BaseLedger, authority: Authority) -> int:
    """Have the head's checkpoint stamped and keep the token; the time it proves.

    Errors: `ledger_unsigned`, `timestamp_refused`, `timestamp_wrong`.
    """
    head = ledger.head
    if head.checkpoint is None:
        raise error("ledger_unsigned", path=ledger.place())
    token = authority.stamp(head.checkpoint)
    ledger.keep_token(head.size, head.checkpoint, token)
    return authority.time_of(head.checkpoint, token)
