"""Test packs: another implementation of a model held against its sheet."""
