"""Invented personal data that tests seal, and a search for it in whatever must not hold it.

Tests that need a telephone number, an identity number or a name take these, so that one search
finds every leak: in the clear, escaped, or as a hash without a key, which anybody who tries out all
numbers can undo.
"""

import hashlib
import json
import re
from base64 import b64encode, urlsafe_b64encode

NUMBER = "13912345678"
ID_NUMBER = "110101199003077758"
NAME = "张三测试"
_HASHES = ("md5", "sha1", "sha256", "sha512", "sha3_256", "sm3")


# Runs of characters in which a digest or an encoded value would stand.
_HEX = re.compile(rb"[0-9a-fA-F]{32,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")


def _plain(value: str) -> dict[bytes, str]:
    return {value.encode(): value, json.dumps(value)[1:-1].encode(): f"{value}, escaped"}


def _digests(value: str) -> dict[bytes, str]:
    names = [name for name in _HASHES if name in hashlib.algorithms_available]
    return {hashlib.new(name, value.encode()).digest(): f"{name} of {value}" for name in names}


PLAIN: dict[bytes, str] = {}
DIGESTS: dict[bytes, str] = {}
for _value in (NUMBER, ID_NUMBER, NAME):
    PLAIN |= _plain(_value)
    DIGESTS |= _digests(_value) | _digests(f"+86{_value}") | _digests(f"86{_value}")
_HEXED = {digest.hex().encode(): told for digest, told in DIGESTS.items()}
_ENCODED = {
    encoded(raw).rstrip(b"="): told
    for raw, told in (PLAIN | DIGESTS).items()
    for encoded in (b64encode, urlsafe_b64encode)
}


def leak(raw: bytes, *, binary: bool = False) -> str | None:
    """What of the known data, or of its hashes, these bytes hold; None if nothing.

    `binary`: look for bare digests too, which text such as an event cannot hold.
    """
    for form, told in PLAIN.items():
        if form in raw:
            return told
    for run in _HEX.findall(raw):
        if run.lower() in _HEXED:
            return _HEXED[run.lower()]
    for run in _BASE64.findall(raw):
        if run in _ENCODED:
            return _ENCODED[run]
    if binary:
        return next((told for form, told in DIGESTS.items() if form in raw), None)
    return None
