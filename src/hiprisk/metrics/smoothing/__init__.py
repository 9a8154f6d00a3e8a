"""Smooth curves of the observed outcome by the prediction."""
