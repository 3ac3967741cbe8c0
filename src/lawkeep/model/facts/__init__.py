"""The common event types: who the operator is, personal data, systems and incidents.

The types of a duty room stand in that room's `facts.py`; all are listed in
`docs/reference/events.md`. Importing a module declares its types.
"""
