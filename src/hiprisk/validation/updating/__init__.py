"""Recalibration and re-estimation of a model on a new cohort."""
