"""Vault: sealed personal data, with its keys outside the database of the ledger."""

from lawkeep.vault.backup import back_up
from lawkeep.vault.keys import KeyFile, KeyService
from lawkeep.vault.store import Erasure, Holding, Vault

__all__ = ["Erasure", "Holding", "KeyFile", "KeyService", "Vault", "back_up"]
