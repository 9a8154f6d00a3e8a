"""Cumulative link models of a score over its own values."""
