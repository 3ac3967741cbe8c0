"""Sealing: AES-256-GCM with a random nonce, bound to its place (NIST SP 800-38D). Pure but for it.

The place is authenticated data: what is moved to another subject, row or field does not open.
"""

import hmac
import secrets
import unicodedata
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def place(*parts: str) -> bytes:
    """One encoding for one list of parts: each with its length before it."""
    encoded = [part.encode() for part in parts]
    return b"lawkeep/vault/v1" + b"".join(len(p).to_bytes(4, "big") + p for p in encoded)


def seal(key: bytes, plain: bytes, *parts: str) -> bytes:
    """Nonce (12 bytes), ciphertext, tag (16 bytes)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place(*parts))


def unseal(key: bytes, sealed: bytes, *parts: str) -> bytes:
    """The plain bytes. Raises InvalidTag if key, bytes or place are others."""
    if len(sealed) < NONCE_BYTES + 16:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place(*parts))


def blind(key: bytes, value: str, *parts: str) -> bytes:
    """HMAC-SHA256 of a value for look-up: without the key nobody can try out all phone numbers."""
    plain = unicodedata.normalize("NFKC", value).strip().casefold()
    return hmac.new(key, place(*parts, plain), sha256).digest()
