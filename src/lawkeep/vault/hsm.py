"""Epoch keys in a PKCS#11 token (an HSM, or SoftHSM): they are made there and never leave it.

Extra `hsm`. AES-256 keys, sensitive and not extractable; wrapping is AES-GCM inside the token.
"""

import secrets
from pathlib import Path
from typing import Any, Self

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import EncryptedDataInvalid, PKCS11Error

import lawkeep.vault.errors  # noqa: F401  -- declares the error codes raised here
from lawkeep.model.errors import LawkeepError, error
from lawkeep.vault.cipher import NONCE_BYTES, place

_PREFIX = "lawkeep:"


class Token:
    """A `KeyService` over a session with a token. Use it as a context manager."""

    def __init__(self, session: Any) -> None:
        """Used by `open`."""
        self._session = session

    @classmethod
    def open(cls, module: str | Path, token: str, pin: str) -> Self:
        """Log in. `module`: the library of the maker; `token`: its label. Error: `hsm_unusable`."""
        try:
            return cls(
                pkcs11.lib(str(module)).get_token(token_label=token).open(True, user_pin=pin)
            )
        except (PKCS11Error, RuntimeError) as problem:
            raise _unusable(problem) from None

    def close(self) -> None:
        """Log out."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def make(self, name: str) -> None:
        if self._found(name):
            return
        template = {
            Attribute.TOKEN: True,
            Attribute.PRIVATE: True,
            Attribute.SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
            Attribute.ENCRYPT: True,
            Attribute.DECRYPT: True,
        }
        try:
            self._session.generate_key(
                KeyType.AES, 256, label=_PREFIX + name, store=True, template=template
            )
        except PKCS11Error as problem:
            raise _unusable(problem) from None

    def names(self) -> list[str]:
        try:
            keys = list(self._session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY}))
            labels = [key.label for key in keys]
        except PKCS11Error as problem:
            raise _unusable(problem) from None
        return sorted(n.removeprefix(_PREFIX) for n in labels if n.startswith(_PREFIX))

    def wrap(self, name: str, key: bytes, context: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        try:
            return nonce + bytes(
                self._key(name).encrypt(
                    key, mechanism=Mechanism.AES_GCM, mechanism_param=_params(nonce, name, context)
                )
            )
        except PKCS11Error as problem:
            raise _unusable(problem) from None

    def unwrap(self, name: str, wrapped: bytes, context: str) -> bytes:
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return bytes(
                self._key(name).decrypt(
                    sealed,
                    mechanism=Mechanism.AES_GCM,
                    mechanism_param=_params(nonce, name, context),
                )
            )
        except EncryptedDataInvalid:
            raise error("vault_damaged", what=context) from None
        except PKCS11Error as problem:
            raise _unusable(problem) from None

    def destroy(self, name: str) -> None:
        try:
            for key in self._found(name):
                key.destroy()
        except PKCS11Error as problem:
            raise _unusable(problem) from None

    def _key(self, name: str) -> Any:
        found = self._found(name)
        if not found:
            raise error("vault_key_gone", name=name)
        return found[0]

    def _found(self, name: str) -> list[Any]:
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: _PREFIX + name}
        try:
            return list(self._session.get_objects(wanted))
        except PKCS11Error as problem:
            raise _unusable(problem) from None


def _params(nonce: bytes, name: str, context: str) -> GCMParams:
    return GCMParams(nonce, aad=place("wrap", name, context))


def _unusable(problem: Exception) -> LawkeepError:
    told = f"{type(problem).__name__} {problem}".strip()
    return error("hsm_unusable", reason=told)
