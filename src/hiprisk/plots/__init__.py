"""Pictures of results: every `draw_*` takes a result (and axes, where you have some), and draws it.

Each gives matplotlib's axes back; ``axes.figure`` is the picture, `as_png` its bytes. Nothing is
computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.reporting.plots.association import draw_association
    from hiprisk.reporting.plots.calibration import (
        draw_calibration_curve,
        draw_corrected_calibration,
    )
    from hiprisk.reporting.plots.distribution import (
        draw_coverage,
        draw_pit,
        draw_predicted_observed,
    )
    from hiprisk.reporting.plots.drift import draw_cusum, draw_drift
    from hiprisk.reporting.plots.external import (
        draw_before_after,
        draw_decision,
        draw_external_calibration,
    )
    from hiprisk.reporting.plots.increment import draw_added_value
    from hiprisk.reporting.plots.model.nomogram import draw_nomogram
    from hiprisk.reporting.plots.murphy import draw_murphy_diagram
    from hiprisk.reporting.plots.predictors.by_outcome import draw_predictors_by_outcome
    from hiprisk.reporting.plots.predictors.effects import draw_partial_effects
    from hiprisk.reporting.plots.predictors.example import draw_example_patient
    from hiprisk.reporting.plots.predictors.importance import draw_importance
    from hiprisk.reporting.plots.predictors.tuning import draw_tuning
    from hiprisk.reporting.plots.samplesize import draw_samplesize
    from hiprisk.reporting.plots.sites import draw_clustered_calibration, draw_sites
    from hiprisk.reporting.plots.stability import (
        draw_calibration_stability,
        draw_decision_curve_stability,
        draw_decision_stability,
        draw_mape,
        draw_prediction_stability,
    )
    from hiprisk.reporting.plots.study import draw_flow, draw_missing
    from hiprisk.reporting.plots.style import as_png
    from hiprisk.reporting.plots.subgroups import draw_subgroups
    from hiprisk.reporting.plots.utility import draw_decision_curve, draw_decision_curve_difference
    from hiprisk.sheet.points.nomogram import nomogram

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "as_png": "hiprisk.reporting.plots.style",
        "draw_added_value": "hiprisk.reporting.plots.increment",
        "draw_association": "hiprisk.reporting.plots.association",
        "draw_before_after": "hiprisk.reporting.plots.external",
        "draw_calibration_curve": "hiprisk.reporting.plots.calibration",
        "draw_calibration_stability": "hiprisk.reporting.plots.stability",
        "draw_clustered_calibration": "hiprisk.reporting.plots.sites",
        "draw_corrected_calibration": "hiprisk.reporting.plots.calibration",
        "draw_coverage": "hiprisk.reporting.plots.distribution",
        "draw_cusum": "hiprisk.reporting.plots.drift",
        "draw_decision": "hiprisk.reporting.plots.external",
        "draw_decision_curve": "hiprisk.reporting.plots.utility",
        "draw_decision_curve_difference": "hiprisk.reporting.plots.utility",
        "draw_decision_curve_stability": "hiprisk.reporting.plots.stability",
        "draw_decision_stability": "hiprisk.reporting.plots.stability",
        "draw_drift": "hiprisk.reporting.plots.drift",
        "draw_example_patient": "hiprisk.reporting.plots.predictors.example",
        "draw_external_calibration": "hiprisk.reporting.plots.external",
        "draw_flow": "hiprisk.reporting.plots.study",
        "draw_importance": "hiprisk.reporting.plots.predictors.importance",
        "draw_mape": "hiprisk.reporting.plots.stability",
        "draw_missing": "hiprisk.reporting.plots.study",
        "draw_murphy_diagram": "hiprisk.reporting.plots.murphy",
        "draw_nomogram": "hiprisk.reporting.plots.model.nomogram",
        "draw_partial_effects": "hiprisk.reporting.plots.predictors.effects",
        "draw_pit": "hiprisk.reporting.plots.distribution",
        "draw_predicted_observed": "hiprisk.reporting.plots.distribution",
        "draw_prediction_stability": "hiprisk.reporting.plots.stability",
        "draw_predictors_by_outcome": "hiprisk.reporting.plots.predictors.by_outcome",
        "draw_samplesize": "hiprisk.reporting.plots.samplesize",
        "draw_sites": "hiprisk.reporting.plots.sites",
        "draw_subgroups": "hiprisk.reporting.plots.subgroups",
        "draw_tuning": "hiprisk.reporting.plots.predictors.tuning",
        "nomogram": "hiprisk.sheet.points.nomogram",
    },
)

__all__ = [
    "as_png",
    "draw_added_value",
    "draw_association",
    "draw_before_after",
    "draw_calibration_curve",
    "draw_calibration_stability",
    "draw_clustered_calibration",
    "draw_corrected_calibration",
    "draw_coverage",
    "draw_cusum",
    "draw_decision",
    "draw_decision_curve",
    "draw_decision_curve_difference",
    "draw_decision_curve_stability",
    "draw_decision_stability",
    "draw_drift",
    "draw_example_patient",
    "draw_external_calibration",
    "draw_flow",
    "draw_importance",
    "draw_mape",
    "draw_missing",
    "draw_murphy_diagram",
    "draw_nomogram",
    "draw_partial_effects",
    "draw_pit",
    "draw_predicted_observed",
    "draw_prediction_stability",
    "draw_predictors_by_outcome",
    "draw_samplesize",
    "draw_sites",
    "draw_subgroups",
    "draw_tuning",
    "nomogram",
]
