"""Scoring of cohort files."""
