"""Fit, validate and serve clinical prediction models of later hip pain and function."""
