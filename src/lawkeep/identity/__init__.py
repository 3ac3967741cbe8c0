"""Real identity: who a subject is, how it was verified, and whether that still stands.

Owns the events of identity, services, agents and fraud leads. Personal data stays in the vault.
"""
