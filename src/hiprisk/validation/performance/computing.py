"""Every figure of a performance, each with its interval.

References
----------
.. [1] van Calster et al. (2016). J Clin Epidemiol 74, 167-176. doi:10.1016/j.jclinepi.2015.12.005
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.bands import decision_curve_band
from hiprisk.metrics.clinical_utility.curve import DecisionCurve, decision_curve
from hiprisk.metrics.decomposition.parts import brier_decomposition
from hiprisk.metrics.entry import Metric, Smoother
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.evaluation.predictions import few_for_a_curve, usable_metrics
from hiprisk.metrics.events import EventOutcome
from hiprisk.metrics.forecast.calibration import coverage_by_level, pit_histogram
from hiprisk.metrics.forecast.predicted_observed import predicted_observed
from hiprisk.metrics.inputs import check_both_classes
from hiprisk.metrics.intervals.calibration import FormulaInterval, calibration_intervals
from hiprisk.metrics.intervals.resampled import (
    N_COSTLY,
    metric_intervals,
    percentile_intervals,
)
from hiprisk.metrics.registry import estimates
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve, calibration_curve
from hiprisk.metrics.smoothing.curve_errors import FEWEST_FOR_CURVES
from hiprisk.metrics.smoothing.logistic import has_log_odds
from hiprisk.validation.performance.measures import (
    SMOOTHERS,
    curve_error_metrics,
    decision_thresholds,
    floor_and_ceiling,
    forecast_metrics,
    of_sampling,
    prediction_metrics,
    score_decompositions,
)
from hiprisk.validation.performance.results import EventPerformance, Performance
from hiprisk.validation.performance.sample import EvaluationSample


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceSettings:
    """What is computed, and how its intervals come about.

    Attributes
    ----------
    n_resamples, seed : int
        Of persons; without resamples, intervals are from formulas alone.
    stream : str
        Name of the random stream; it is part of the numbers.
    curve_stream : str
        Another for errors of calibration curves; the smoother's name is put into it.
    n_costly : int
        Resamples behind errors of calibration curves, at most.
    percentiles : bool
        Percentile intervals also for those metrics of predictions that have a formula.
    formulas : bool
        The usual formulas' intervals of calibration figures beside them.
    metrics : tuple of Metric, optional
        These alone of the predictions, without calibration curves and decision curve; by default
        all of the kind.
    """

    n_resamples: int
    seed: int
    stream: str
    curve_stream: str = ""
    n_costly: int = N_COSTLY
    percentiles: bool = False
    formulas: bool = False
    metrics: tuple[Metric, ...] | None = None


def performance_of(sample: EvaluationSample, settings: PerformanceSettings) -> Performance:
    """Evaluate predictions of people whose outcome is known.

    What these people cannot give is left out: a metric with its reason, a calibration curve where
    they are few or its smoother fails, an event that nobody had.
    """
    chosen = settings.metrics
    allowed, withheld = of_sampling(
        prediction_metrics(sample.kind) if chosen is None else chosen, sample.sampling
    )
    usable, not_available = usable_metrics(allowed, sample.observed, sample.predicted)
    found = Performance(
        n=sample.n,
        metrics=_intervals(
            sample,
            sample.predicted,
            settings,
            metrics=usable,
            stream=settings.stream,
            percentiles=settings.percentiles,
        ),
        not_available={**not_available, **withheld},
        limits=floor_and_ceiling(sample),
        events=tuple(_event(sample, event, settings) for event in sample.events),
        thresholds=sample.thresholds,
        n_without_log_odds=int((~has_log_odds(sample.predicted)).sum())
        if sample.kind == "binary"
        else 0,
    )
    if settings.formulas:
        found = replace(found, formula_intervals=_formulas(sample, found.metrics))
    if chosen is None:
        found = _with_curves(found, sample, settings)
        found = replace(found, decompositions=score_decompositions(sample))
    return found if sample.forecast is None else _with_forecast(found, sample, settings)


def _formulas(sample: EvaluationSample, metrics: Sequence[Estimate]) -> tuple[FormulaInterval, ...]:
    """Of those figures that there are: others have their reason already."""
    names = {one.name for one in metrics}
    found = calibration_intervals(
        sample.kind,
        sample.observed,
        sample.predicted,
        groups=sample.persons,
        prevalence=_prevalence(sample),
    )
    # The intercept of a score is no metric of every evaluation, and has a place here alone.
    return tuple(one for one in found if one.metric in names or sample.kind == "continuous")


def _with_curves(
    found: Performance, sample: EvaluationSample, settings: PerformanceSettings
) -> Performance:
    if sample.sampling is not None and sample.sampling.prevalence is None:
        # Curves and net benefit are those of the sampling, and say nothing of the population.
        return found
    errors, lacking = _curve_errors(sample, settings)
    return replace(
        found,
        curve_errors=errors,
        not_available={**found.not_available, **lacking},
        curves=_curves(sample),
        decision=_decision(sample, settings) if sample.kind == "binary" else None,
    )


def _prevalence(sample: EvaluationSample) -> float | None:
    """Stated for the population, where cases and controls were sampled apart."""
    return None if sample.sampling is None else sample.sampling.prevalence


def _with_forecast(
    found: Performance, sample: EvaluationSample, settings: PerformanceSettings
) -> Performance:
    forecast: Any = sample.forecast
    stream = f"{settings.stream}-distribution"
    return replace(
        found,
        distribution=_intervals(
            sample, forecast, settings, metrics=forecast_metrics(), stream=stream
        ),
        coverage=coverage_by_level(sample.observed, forecast, weights=sample.weights),
        pit=pit_histogram(sample.observed, forecast, weights=sample.weights),
        scatter=predicted_observed(sample.observed, forecast, weights=sample.weights),
    )


def _intervals(
    sample: EvaluationSample,
    predicted: Any,
    settings: PerformanceSettings,
    *,
    metrics: Sequence[Metric],
    stream: str,
    percentiles: bool = False,
) -> tuple[Estimate, ...]:
    """Each metric with the interval of its formula, or else from resampled persons."""
    if not _is_resampled(sample, settings):
        return estimates(
            sample.kind,
            sample.observed,
            predicted,
            weights=sample.weights,
            groups=sample.persons,
            metrics=metrics,
        )
    how: dict[str, Any] = {
        "metrics": metrics,
        "groups": sample.groups,
        "n_resamples": settings.n_resamples,
        "n_costly": settings.n_costly,
        "seed": settings.seed,
        "name": stream,
    }
    if percentiles:
        return percentile_intervals(sample.observed, predicted, **how)
    return metric_intervals(sample.kind, sample.observed, predicted, **how)


def _is_resampled(sample: EvaluationSample, settings: PerformanceSettings) -> bool:
    return settings.n_resamples > 0 and sample.weights is None


def _curve_errors(
    sample: EvaluationSample, settings: PerformanceSettings
) -> tuple[tuple[Estimate, ...], dict[str, str]]:
    """Errors of each smoothed curve, and why there are none of a smoother that fails."""
    found: list[Estimate] = []
    lacking: dict[str, str] = {}
    fewer = replace(settings, n_resamples=min(settings.n_resamples, settings.n_costly))
    for smoother in SMOOTHERS:
        stream = settings.curve_stream.format(smoother=smoother) or settings.stream
        metrics, _ = of_sampling(curve_error_metrics(sample.kind, smoother), sample.sampling)
        if sample.n < FEWEST_FOR_CURVES:
            lacking |= dict.fromkeys((one.name for one in metrics), few_for_a_curve(sample.n))
            continue
        try:
            found += _intervals(sample, sample.predicted, fewer, metrics=metrics, stream=stream)
        except InputError as refusal:
            # The smoother fails on these people: a spline separates, or loess finds too few.
            lacking |= {metric.name: refusal.reason for metric in metrics}
    return tuple(found), lacking


def _curves(sample: EvaluationSample) -> tuple[CalibrationCurve, ...]:
    if sample.n < FEWEST_FOR_CURVES:
        return ()
    curves = (_curve(sample, smoother) for smoother in SMOOTHERS)
    return tuple(curve for curve in curves if curve is not None)


def _decision(sample: EvaluationSample, settings: PerformanceSettings) -> DecisionCurve:
    """Net benefit across thresholds, with bands from resampled persons."""
    what: dict[str, Any] = {
        "thresholds": decision_thresholds(sample.thresholds),
        "outcome": sample.outcome,
        "model_name": sample.model,
        "prevalence": _prevalence(sample),
    }
    if not _is_resampled(sample, settings):
        return decision_curve(sample.observed, sample.predicted, weights=sample.weights, **what)
    return decision_curve_band(
        sample.observed,
        sample.predicted,
        groups=sample.groups,
        n_resamples=settings.n_resamples,
        seed=settings.seed,
        **what,
    )


def _event(
    sample: EvaluationSample, event: EventOutcome, settings: PerformanceSettings
) -> EventPerformance:
    """Every figure of an event's probability; of one that cannot be evaluated, the reason."""
    risk = sample.of_event(event)
    weights = np.ones(risk.n) if risk.weights is None else risk.weights
    counted = EventPerformance(
        name=event.name,
        label=event.label,
        n=float(weights.sum()),
        n_events=float(np.sum(weights * risk.observed)),
    )
    try:
        return _risk(risk, settings, counted)
    except InputError as refusal:
        if refusal.code != "DEGENERATE" and risk.n > 0:
            raise
        return replace(counted, reason=refusal.reason)


def _risk(
    risk: EvaluationSample, settings: PerformanceSettings, counted: EventPerformance
) -> EventPerformance:
    metrics = [
        *prediction_metrics("binary"),
        *(one for smoother in SMOOTHERS for one in curve_error_metrics("binary", smoother)),
    ]
    check_both_classes(risk.observed, np.ones(risk.n) if risk.weights is None else risk.weights)
    how: dict[str, Any] = {"stream": f"event-{counted.name}"}
    lacking: dict[str, str] = {}
    try:
        found = _intervals(risk, risk.predicted, settings, metrics=metrics, **how)
    except InputError:
        # Each is tried by itself only here: smoothing everybody twice would cost as much again.
        usable, lacking = usable_metrics(metrics, risk.observed, risk.predicted)
        found = _intervals(risk, risk.predicted, settings, metrics=usable, **how)
    return replace(
        counted,
        estimates=found,
        not_available=lacking,
        calibration=_curve(risk, "loess"),
        decision=_decision(risk, settings),
        decomposition=brier_decomposition(risk.observed, risk.predicted, weights=risk.weights),
    )


def _curve(sample: EvaluationSample, smoother: Smoother) -> CalibrationCurve | None:
    """A calibration curve; None where its smoother fails on these people."""
    try:
        return calibration_curve(
            sample.observed,
            sample.predicted,
            kind=sample.kind,
            smoother=smoother,
            weights=sample.weights,
            prevalence=_prevalence(sample),
            groups=sample.persons,
        )
    except InputError:
        return None
