"""Scores in parts: miscalibration, discrimination and uncertainty, and elementary scores."""
