"""Telephony: numbers, lines, cards, calls and devices.

It sees signalling and identity, never the content of a call: there is no field for it.
"""
