"""Procedures that refit, or meet new people, to say how good a model really is.

For any estimator of scikit-learn's contract: `bootstrap_optimism`, `cross_validate`,
`internal_external`, `stability`, `compare_estimators`, `evaluate_external`, and all at once
with a report: `judge`. For predictions that are at hand: `compare_predictions`, `recalibrate`,
`watch_calibration`; for two data frames `column_drift`. Names are resolved on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.validation.drift.cusum import CalibrationCusum
    from hiprisk.validation.drift.frames import FrameDrift, column_drift
    from hiprisk.validation.drift.stability_index import chance_psi, population_stability_index
    from hiprisk.validation.estimators.external import evaluate_external
    from hiprisk.validation.estimators.internal import (
        bootstrap_optimism,
        cross_validate,
        internal_external,
        stability,
    )
    from hiprisk.validation.estimators.predictions import (
        Recalibration,
        compare_predictions,
        recalibrate,
        watch_calibration,
    )
    from hiprisk.validation.estimators.two_estimators import compare_estimators
    from hiprisk.validation.internal.cross_validation import CrossValidation
    from hiprisk.validation.internal.instability_results import Stability
    from hiprisk.validation.internal.internal_external_results import InternalExternal
    from hiprisk.validation.internal.optimism_table import OptimismTable
    from hiprisk.validation.performance.paired import PairedComparison
    from hiprisk.validation.performance.results import Performance

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "CalibrationCusum": "hiprisk.validation.drift.cusum",
        "CrossValidation": "hiprisk.validation.internal.cross_validation",
        "FrameDrift": "hiprisk.validation.drift.frames",
        "InternalExternal": "hiprisk.validation.internal.internal_external_results",
        "OptimismTable": "hiprisk.validation.internal.optimism_table",
        "PairedComparison": "hiprisk.validation.performance.paired",
        "Performance": "hiprisk.validation.performance.results",
        "Recalibration": "hiprisk.validation.estimators.predictions",
        "Stability": "hiprisk.validation.internal.instability_results",
        "bootstrap_optimism": "hiprisk.validation.estimators.internal",
        "chance_psi": "hiprisk.validation.drift.stability_index",
        "column_drift": "hiprisk.validation.drift.frames",
        "compare_estimators": "hiprisk.validation.estimators.two_estimators",
        "compare_predictions": "hiprisk.validation.estimators.predictions",
        "cross_validate": "hiprisk.validation.estimators.internal",
        "evaluate_external": "hiprisk.validation.estimators.external",
        "internal_external": "hiprisk.validation.estimators.internal",
        # At home above this room, since it draws and writes; offered where one looks for it.
        "judge": "hiprisk.judging.judgement",
        "population_stability_index": "hiprisk.validation.drift.stability_index",
        "recalibrate": "hiprisk.validation.estimators.predictions",
        "stability": "hiprisk.validation.estimators.internal",
        "watch_calibration": "hiprisk.validation.estimators.predictions",
    },
)

__all__ = [
    "CalibrationCusum",
    "CrossValidation",
    "FrameDrift",
    "InternalExternal",
    "OptimismTable",
    "PairedComparison",
    "Performance",
    "Recalibration",
    "Stability",
    "bootstrap_optimism",
    "chance_psi",
    "column_drift",
    "compare_estimators",
    "compare_predictions",
    "cross_validate",
    "evaluate_external",
    "internal_external",
    "judge",
    "population_stability_index",
    "recalibrate",
    "stability",
    "watch_calibration",
]
