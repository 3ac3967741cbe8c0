"""Documents: what is found, as a page for a director, tables for a clerk, and pictures.

Everything here is a pure function from an `Audit` and its words to text or bytes; nothing reads
a clock, a ledger or the network.
"""
