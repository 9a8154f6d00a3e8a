"""A study's out-of-fold predictions as what is evaluated: each person by a fit of other people."""

from __future__ import annotations

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.evidence.finished import FinishedStudy
from hiprisk.learning.candidates import OutOfFold
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.metrics.events import EventOutcome, event_outcomes
from hiprisk.metrics.forecast.distribution import forecast_from_sheet, joined
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.sheet.format import OutcomeSpec
from hiprisk.validation.performance.computing import PerformanceSettings, performance_of
from hiprisk.validation.performance.results import Performance
from hiprisk.validation.performance.sample import EvaluationSample


def out_of_fold_sample(study: FinishedStudy) -> EvaluationSample:
    """Out-of-fold predictions with their forecasts and the declared events."""
    rows, outcome = study.out_of_fold.rows, study.config.outcome
    forecast: Forecast | None = None
    events: tuple[EventOutcome, ...] = ()
    bounds: tuple[float | None, float | None] | None = None
    if study.sheet.distribution is not None:
        spec = study.sheet.outcome
        forecast = forecast_from_other_folds(study.data.outcome[rows], study.out_of_fold, spec)
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
        outcome=outcome.label,
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


def forecast_from_other_folds(
    observed: Floats, out_of_fold: OutOfFold, outcome: OutcomeSpec
) -> Forecast:
    """Predictive distributions whose center and scatter are both learned from other people.

    Parameters
    ----------
    observed : ndarray, shape (n_rows,)
        Outcomes of the people of `out_of_fold`.
    out_of_fold : OutOfFold
    outcome : OutcomeSpec
        Gives the bounds.

    Notes
    -----
    A fold's scatter comes from the residuals of the other folds. A scatter learned from all
    residuals, as the sheet's is, covers exactly what it promises among the people it was learned
    from, whatever the model: that would be no evidence.
    """
    parts, rows = [], []
    for fold in np.unique(out_of_fold.fold):
        own = out_of_fold.fold == fold
        scatter = residual_distribution(
            observed[~own], out_of_fold.predicted[~own], out_of_fold.imputation_variance[~own]
        )
        parts.append(
            forecast_from_sheet(
                scatter,
                outcome,
                mean=out_of_fold.predicted[own],
                imputation_variance=out_of_fold.imputation_variance[own],
            )
        )
        rows.append(np.flatnonzero(own))
    return joined(parts, rows)
