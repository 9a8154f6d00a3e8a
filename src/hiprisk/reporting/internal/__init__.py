"""Sections on internal validation, of a study or of an estimator."""
