"""Simulated cohorts whose truth is known."""
