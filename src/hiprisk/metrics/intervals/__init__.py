"""Intervals of metrics from formulas."""
