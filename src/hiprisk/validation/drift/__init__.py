"""Drift of a model in use: its predictors, its predictions, its calibration."""

from hiprisk.validation.drift.report import report_drift
from hiprisk.validation.drift.results import DriftReport, PredictionDrift, VariableDrift
from hiprisk.validation.drift.stability_index import chance_psi, population_stability_index

__all__ = [
    "DriftReport",
    "PredictionDrift",
    "VariableDrift",
    "chance_psi",
    "population_stability_index",
    "report_drift",
]
