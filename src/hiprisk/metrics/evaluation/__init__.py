"""Metrics as a library: arrays in, values with their intervals out."""
