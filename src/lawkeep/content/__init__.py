"""Content: what is known to be unlawful, what was done about it, and what users were told.

Lawkeep never decides what is unlawful; it records who determined it and on what authority.
"""
