"""What a performance consists of, said once for everybody and for every subgroup."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.config.cohort import SamplingSettings
from hiprisk.metrics.case_control import at_prevalence
from hiprisk.metrics.clinical_utility.net_benefit import THRESHOLDS
from hiprisk.metrics.decomposition.parts import (
    ScoreDecomposition,
    brier_decomposition,
    mse_decomposition,
)
from hiprisk.metrics.decomposition.quantile_scores import interval_score_decomposition
from hiprisk.metrics.decomposition.ranked_probability_score import crps_decomposition
from hiprisk.metrics.entry import Metric, Smoother
from hiprisk.metrics.floor_ceiling import LimitShares, limit_shares
from hiprisk.metrics.forecast.scores import LEVELS
from hiprisk.metrics.registry import metrics_for
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.validation.performance.sample import EvaluationSample

SMOOTHERS: tuple[Smoother, ...] = ("loess", "spline")


# Why figures that move with the sampling are not given.
NOT_STATED = (
    "cases and controls were sampled apart, and the prevalence in the population is not stated"
)


def of_sampling(
    metrics: Sequence[Metric], sampling: SamplingSettings | None
) -> tuple[tuple[Metric, ...], dict[str, str]]:
    """Metrics as the sampling allows them, and why not the others.

    Parameters
    ----------
    metrics : sequence of Metric
    sampling : SamplingSettings or None
        None for people who were not sampled by their outcome.

    Returns
    -------
    tuple
        Metrics that cases and controls give as they are, or at the stated prevalence; and the
        reason by name of each that they cannot give.
    """
    if sampling is None:
        return tuple(metrics), {}
    prevalence = sampling.prevalence
    lacking = {
        one.name: NOT_STATED if prevalence is None else "it has no form for a stated prevalence"
        for one in metrics
        if one.case_control == "none" or (prevalence is None and one.case_control != "same")
    }
    kept = [one for one in metrics if one.name not in lacking]
    return tuple(k if prevalence is None else at_prevalence(k, prevalence) for k in kept), lacking


def prediction_metrics(kind: str) -> tuple[Metric, ...]:
    """Metrics of predictions, without errors of calibration curves."""
    return metrics_for(kind)


def curve_error_metrics(kind: OutcomeKind, smoother: Smoother) -> tuple[Metric, ...]:
    """Distances of predictions from the calibration curve of one smoother."""
    return tuple(
        metric
        for metric in metrics_for(kind, costly=True)
        if metric.curve is not None and metric.curve.smoother == smoother
    )


def forecast_metrics() -> tuple[Metric, ...]:
    """Metrics of the predictive distribution of a continuous outcome."""
    return metrics_for("distribution")


def score_decompositions(sample: EvaluationSample) -> dict[str, ScoreDecomposition]:
    """Scores in their parts: of the predictions, and of the forecasts where there are some.

    None of cases and controls that were sampled apart: prevalence is all of the uncertainty.
    """
    if sample.sampling is not None:
        return {}
    y, weights = sample.observed, sample.weights
    if sample.kind == "binary":
        return {"brier": brier_decomposition(y, sample.predicted, weights=weights)}
    found = {"mse": mse_decomposition(y, sample.predicted, weights=weights)}
    if sample.forecast is not None:
        found["crps"] = crps_decomposition(y, sample.forecast, weights=weights)
        for level in LEVELS:
            found[f"interval_score_{100 * level:g}"] = interval_score_decomposition(
                y, sample.forecast, weights=weights, level=level
            )
    return found


def decision_thresholds(declared: Sequence[float]) -> tuple[float, ...]:
    """Thresholds of a decision curve: every per cent, and those declared."""
    return tuple(sorted({*THRESHOLDS, *declared}))


def floor_and_ceiling(sample: EvaluationSample, *, level: float = 0.95) -> LimitShares | None:
    """Floor and ceiling proportions, observed, predicted and as the forecasts expect them."""
    if sample.bounds is None:
        return None
    lower, upper = sample.bounds
    forecast = sample.forecast
    if forecast is not None:
        ends = (-float("inf") if lower is None else lower, float("inf") if upper is None else upper)
        forecast = forecast if ends == (forecast.lower, forecast.upper) else None
    return limit_shares(
        sample.observed,
        sample.predicted,
        lower=lower,
        upper=upper,
        forecast=forecast,
        weights=sample.weights,
        level=level,
    )
