"""Conformance tests: another implementation of a model is verified against its sheet."""
