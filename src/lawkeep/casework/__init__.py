"""Casework: from findings to a case, an order, its rectification, a decision and its notice."""
