"""Drafts of mapping and study config for an unknown file."""
