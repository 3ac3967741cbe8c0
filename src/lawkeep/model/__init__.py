"""The words of Lawkeep as frozen structs: events, findings, exposure; ids, time, errors.

This room does no I/O and imports no other room. Everything else speaks these words.
"""
