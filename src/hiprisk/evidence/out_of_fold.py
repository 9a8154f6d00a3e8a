"""A study's out-of-fold predictions as what is evaluated: each person by a fit of other people."""

from __future__ import annotations

import numpy as np

from hiprisk.arrays import Integers
from hiprisk.evidence.finished import FinishedStudy
from hiprisk.metrics.events import EventOutcome, event_outcomes
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.performance.sample import EvaluationSample


def out_of_fold_sample(study: FinishedStudy) -> EvaluationSample:
    """Out-of-fold predictions with their forecasts and the declared events."""
    rows, outcome = study.out_of_fold.rows, study.config.outcome
    forecast: Forecast | None = None
    events: tuple[EventOutcome, ...] = ()
    bounds: tuple[float | None, float | None] | None = None
    if outcome.kind == "continuous":
        spec = study.sheet.outcome
        forecast = study.out_of_fold.forecasts(study.data.outcome[rows], bounds=outcome.bounds)
        bounds = (spec.lower, spec.upper)
        if not study.predicts_nothing:
            events = events_of(study, rows, forecast)
    return EvaluationSample(
        kind=outcome.kind,
        observed=study.data.outcome[rows],
        predicted=study.out_of_fold.predicted,
        groups=study.data.groups[rows],
        forecast=forecast,
        bounds=bounds,
        events=events,
        thresholds=outcome.thresholds,
        outcome=outcome.dichotomise.label if outcome.dichotomise else outcome.label,
    )


def out_of_fold_performance(study: FinishedStudy, sample: EvaluationSample) -> Performance:
    """Performance of the out-of-fold predictions; of a mean given to everybody, its forecasts'."""
    return performance_of(
        sample,
        PerformanceSettings(
            n_resamples=study.config.validation.interval_resamples,
            seed=study.config.seed,
            # Part of the numbers, and older than the term that took its place.
            stream="unseen",
            metrics=() if study.predicts_nothing else None,
        ),
    )


def events_of(study: FinishedStudy, rows: Integers, forecast: Forecast) -> tuple[EventOutcome, ...]:
    """The events of a continuous outcome, and their probabilities by given forecasts."""
    name = study.sheet.outcome.baseline
    baseline = None
    if name is not None:
        frame = study.prepared.selection.development.frame
        baseline = frame[name].to_numpy(dtype=np.float64)[rows]
    return event_outcomes(
        study.data.outcome[rows], forecast, study.sheet.outcome.events, baseline=baseline
    )
