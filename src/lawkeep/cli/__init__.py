"""The commands. No logic of its own: it asks `lawkeep.app` and shows the answer."""
