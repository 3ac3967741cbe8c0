"""Ledger: append, read and prove events, so that anyone can check them without us."""

from lawkeep.ledger.audit import Fault, Verified
from lawkeep.ledger.entry import Appended, Entry, Head, Stats, decode
from lawkeep.ledger.sqlite import Ledger

__all__ = ["Appended", "Entry", "Fault", "Head", "Ledger", "Stats", "Verified", "decode"]
