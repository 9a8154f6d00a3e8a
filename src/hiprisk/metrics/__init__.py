"""Statistics of observed and predicted: pure functions of one shape, with one registry.

Every metric is a function here: ``metrics.c_statistic(observed, predicted)`` gives the value with
its interval, `evaluate_predictions` all of them at once. Beside them stand curves (calibration,
net benefit, Murphy diagrams) and forecasts. Names are resolved on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hiprisk.lazy_names import lazy_names

if TYPE_CHECKING:
    from hiprisk.metrics.clinical_utility.bands import (
        DecisionCurveDifference,
        decision_curve_band,
        decision_curve_difference,
    )
    from hiprisk.metrics.clinical_utility.curve import DecisionCurve, decision_curve
    from hiprisk.metrics.decomposition.murphy_diagram import MurphyDiagram, murphy_diagram
    from hiprisk.metrics.decomposition.parts import (
        ScoreDecomposition,
        brier_decomposition,
        mse_decomposition,
    )
    from hiprisk.metrics.decomposition.ranked_probability_score import crps_decomposition
    from hiprisk.metrics.entry import Metric
    from hiprisk.metrics.estimate import Estimate
    from hiprisk.metrics.evaluation.predictions import Evaluation, evaluate_predictions
    from hiprisk.metrics.evaluation.single import MetricByName, metric_by_name
    from hiprisk.metrics.floor_ceiling import LimitShares, limit_shares
    from hiprisk.metrics.forecast.calibration import (
        CoverageByLevel,
        PitHistogram,
        coverage_by_level,
        pit_histogram,
    )
    from hiprisk.metrics.forecast.from_predictions import (
        forecast_from_quantiles,
        forecast_from_residuals,
        normal_forecast,
    )
    from hiprisk.metrics.forecast.predicted_observed import PredictedObserved, predicted_observed
    from hiprisk.metrics.registry import metrics_for
    from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve, calibration_curve

    c_statistic: MetricByName
    dxy: MetricByName
    brier: MetricByName
    scaled_brier: MetricByName
    r2: MetricByName
    mse: MetricByName
    rmse: MetricByName
    mae: MetricByName
    calibration_in_the_large: MetricByName
    calibration_intercept: MetricByName
    calibration_slope: MetricByName
    observed_expected_ratio: MetricByName
    nagelkerke_r2_as_is: MetricByName
    cox_snell_r2_as_is: MetricByName
    nagelkerke_r2: MetricByName
    discrimination_index: MetricByName
    unreliability_index: MetricByName
    quality_index: MetricByName
    discrimination_slope: MetricByName
    g: MetricByName
    gp: MetricByName
    spiegelhalter_z: MetricByName
    ici: MetricByName
    e50: MetricByName
    e90: MetricByName
    emax: MetricByName
    ici_spline: MetricByName
    e50_spline: MetricByName
    e90_spline: MetricByName
    emax_spline: MetricByName
    eci: MetricByName
    net_benefit: MetricByName
    standardised_net_benefit: MetricByName
    interventions_avoided: MetricByName
    floor_share_observed: MetricByName
    floor_share_predicted: MetricByName
    ceiling_share_observed: MetricByName
    ceiling_share_predicted: MetricByName
    crps: MetricByName
    crps_skill: MetricByName
    interval_score_80: MetricByName
    interval_score_90: MetricByName
    interval_score_95: MetricByName
    coverage_80: MetricByName
    coverage_90: MetricByName
    coverage_95: MetricByName
    width_80: MetricByName
    width_90: MetricByName
    width_95: MetricByName
    floor_share_forecast: MetricByName
    ceiling_share_forecast: MetricByName

_HOME = {
    "CalibrationCurve": "hiprisk.metrics.smoothing.calibration_curve",
    "CoverageByLevel": "hiprisk.metrics.forecast.calibration",
    "DecisionCurve": "hiprisk.metrics.clinical_utility.curve",
    "DecisionCurveDifference": "hiprisk.metrics.clinical_utility.bands",
    "Estimate": "hiprisk.metrics.estimate",
    "Evaluation": "hiprisk.metrics.evaluation.predictions",
    "LimitShares": "hiprisk.metrics.floor_ceiling",
    "Metric": "hiprisk.metrics.entry",
    "MetricByName": "hiprisk.metrics.evaluation.single",
    "MurphyDiagram": "hiprisk.metrics.decomposition.murphy_diagram",
    "PitHistogram": "hiprisk.metrics.forecast.calibration",
    "PredictedObserved": "hiprisk.metrics.forecast.predicted_observed",
    "ScoreDecomposition": "hiprisk.metrics.decomposition.parts",
    "brier_decomposition": "hiprisk.metrics.decomposition.parts",
    "calibration_curve": "hiprisk.metrics.smoothing.calibration_curve",
    "coverage_by_level": "hiprisk.metrics.forecast.calibration",
    "crps_decomposition": "hiprisk.metrics.decomposition.ranked_probability_score",
    "decision_curve": "hiprisk.metrics.clinical_utility.curve",
    "decision_curve_band": "hiprisk.metrics.clinical_utility.bands",
    "decision_curve_difference": "hiprisk.metrics.clinical_utility.bands",
    "evaluate_predictions": "hiprisk.metrics.evaluation.predictions",
    "forecast_from_quantiles": "hiprisk.metrics.forecast.from_predictions",
    "forecast_from_residuals": "hiprisk.metrics.forecast.from_predictions",
    "limit_shares": "hiprisk.metrics.floor_ceiling",
    "metric_by_name": "hiprisk.metrics.evaluation.single",
    "metrics_for": "hiprisk.metrics.registry",
    "mse_decomposition": "hiprisk.metrics.decomposition.parts",
    "murphy_diagram": "hiprisk.metrics.decomposition.murphy_diagram",
    "normal_forecast": "hiprisk.metrics.forecast.from_predictions",
    "pit_histogram": "hiprisk.metrics.forecast.calibration",
    "predicted_observed": "hiprisk.metrics.forecast.predicted_observed",
}
# Every metric that is a function here; parts of scores are asked for by name alone.
METRICS = (
    "c_statistic",
    "dxy",
    "brier",
    "scaled_brier",
    "r2",
    "mse",
    "rmse",
    "mae",
    "calibration_in_the_large",
    "calibration_intercept",
    "calibration_slope",
    "observed_expected_ratio",
    "nagelkerke_r2_as_is",
    "cox_snell_r2_as_is",
    "nagelkerke_r2",
    "discrimination_index",
    "unreliability_index",
    "quality_index",
    "discrimination_slope",
    "g",
    "gp",
    "spiegelhalter_z",
    "ici",
    "e50",
    "e90",
    "emax",
    "ici_spline",
    "e50_spline",
    "e90_spline",
    "emax_spline",
    "eci",
    "net_benefit",
    "standardised_net_benefit",
    "interventions_avoided",
    "floor_share_observed",
    "floor_share_predicted",
    "ceiling_share_observed",
    "ceiling_share_predicted",
    "crps",
    "crps_skill",
    "interval_score_80",
    "interval_score_90",
    "interval_score_95",
    "coverage_80",
    "coverage_90",
    "coverage_95",
    "width_80",
    "width_90",
    "width_95",
    "floor_share_forecast",
    "ceiling_share_forecast",
)

_resolved, _names = lazy_names(__name__, _HOME)


def __getattr__(name: str) -> Any:
    """Resolve a public name on first use (PEP 562)."""
    if name in METRICS:
        return _resolved("metric_by_name")(name)
    return _resolved(name)


def __dir__() -> list[str]:
    """Public names."""
    return sorted(__all__)


__all__ = [
    "CalibrationCurve",
    "CoverageByLevel",
    "DecisionCurve",
    "DecisionCurveDifference",
    "Estimate",
    "Evaluation",
    "LimitShares",
    "Metric",
    "MetricByName",
    "MurphyDiagram",
    "PitHistogram",
    "PredictedObserved",
    "ScoreDecomposition",
    "brier",
    "brier_decomposition",
    "c_statistic",
    "calibration_curve",
    "calibration_in_the_large",
    "calibration_intercept",
    "calibration_slope",
    "ceiling_share_forecast",
    "ceiling_share_observed",
    "ceiling_share_predicted",
    "coverage_80",
    "coverage_90",
    "coverage_95",
    "coverage_by_level",
    "cox_snell_r2_as_is",
    "crps",
    "crps_decomposition",
    "crps_skill",
    "decision_curve",
    "decision_curve_band",
    "decision_curve_difference",
    "discrimination_index",
    "discrimination_slope",
    "dxy",
    "e50",
    "e50_spline",
    "e90",
    "e90_spline",
    "eci",
    "emax",
    "emax_spline",
    "evaluate_predictions",
    "floor_share_forecast",
    "floor_share_observed",
    "floor_share_predicted",
    "forecast_from_quantiles",
    "forecast_from_residuals",
    "g",
    "gp",
    "ici",
    "ici_spline",
    "interval_score_80",
    "interval_score_90",
    "interval_score_95",
    "interventions_avoided",
    "limit_shares",
    "mae",
    "metric_by_name",
    "metrics_for",
    "mse",
    "mse_decomposition",
    "murphy_diagram",
    "nagelkerke_r2",
    "nagelkerke_r2_as_is",
    "net_benefit",
    "normal_forecast",
    "observed_expected_ratio",
    "pit_histogram",
    "predicted_observed",
    "quality_index",
    "r2",
    "rmse",
    "scaled_brier",
    "spiegelhalter_z",
    "standardised_net_benefit",
    "unreliability_index",
    "width_80",
    "width_90",
    "width_95",
]
