"""Ledger: append, read and prove events, so that anyone can check them without us."""
