"""Predictive distributions of a bounded continuous outcome, and their scores."""
