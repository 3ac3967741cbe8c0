"""Lawkeep against other people's material: `make conformance DATA=folder`.

Nothing of that material is in this repository. A file that is missing fails its test by name.
"""
