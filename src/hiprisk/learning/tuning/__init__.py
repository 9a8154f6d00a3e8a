"""Tuning of a model type's settings, and the file in which its trials survive a kill."""
