"""Composition root: the rooms put together. `vocabulary()` here; the rest in its modules.

`records` opens what a person points at, `audits` judges it, `report` puts it into words,
`packs` loads law, `record_findings` writes findings to a ledger.
"""

from lawkeep.app.facts import vocabulary

__all__ = ["vocabulary"]
