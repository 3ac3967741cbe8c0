"""Lawkeep: keep, prove, judge and answer for the legal duties of network operators."""

__version__ = "0.1.0"
