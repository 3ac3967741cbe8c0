"""Vault: sealed personal data, with its keys outside the database of the ledger."""
