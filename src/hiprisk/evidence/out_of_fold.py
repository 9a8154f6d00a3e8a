"""How good a model is on people whom each fit had not seen, and on the events of its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.evidence.finished import FinishedStudy
from hiprisk.learning.candidates import OutOfFold
from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.floor_ceiling import LimitShares, limit_shares
from hiprisk.metrics.forecast.calibration import (
    CoverageByLevel,
    PitHistogram,
    coverage_by_level,
    pit_histogram,
)
from hiprisk.metrics.forecast.distribution import Forecast, forecast_from_sheet, joined
from hiprisk.metrics.forecast.predicted_observed import PredictedObserved, predicted_observed
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve, calibration_curve
from hiprisk.sheet.format import OutcomeSpec
from hiprisk.validation.resampling.intervals import metric_intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFoldPerformance:
    """Performance by out-of-fold predictions: each person by a fit that had not seen the person.

    Attributes
    ----------
    estimates : tuple of Estimate
        Every metric of the registry.
    distribution : tuple of Estimate
        Metrics of the predictive distribution; empty for a binary outcome, as are the next four.
    curves : tuple of CalibrationCurve
        By loess and by spline.
    """

    n: int
    estimates: tuple[Estimate, ...]
    curves: tuple[CalibrationCurve, ...]
    distribution: tuple[Estimate, ...] = ()
    limits: LimitShares | None = None
    coverage: CoverageByLevel | None = None
    pit: PitHistogram | None = None
    scatter: PredictedObserved | None = None

    def everything(self) -> tuple[Estimate, ...]:
        """Metrics of predictions and of forecasts, and shares of people at the bounds."""
        shares = self.limits.shares if self.limits is not None else ()
        return (*self.estimates, *self.distribution, *shares)

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: name, value, low, high."""
        return pd.DataFrame([{"metric": one.name, **one.to_dict()} for one in self.everything()])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        parts = {name: getattr(self, name) for name in ("limits", "coverage", "pit", "scatter")}
        return {
            "n": self.n,
            "metrics": {one.name: one.to_dict() for one in (*self.estimates, *self.distribution)},
            "curves": [curve.to_dict() for curve in self.curves],
            **{name: None if part is None else part.to_dict() for name, part in parts.items()},
        }


def out_of_fold_forecast(study: FinishedStudy) -> Forecast | None:
    """Out-of-fold predictive distributions; None for a binary outcome."""
    if study.sheet.distribution is None:
        return None
    out_of_fold = study.out_of_fold
    return forecast_from_other_folds(
        study.data.outcome[out_of_fold.rows], out_of_fold, study.sheet.outcome
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


def out_of_fold_performance(study: FinishedStudy) -> OutOfFoldPerformance:
    """Judge a study by its out-of-fold predictions."""
    rows, predicted = study.out_of_fold.rows, study.out_of_fold.predicted
    observed = study.data.outcome[rows]
    kind = study.config.outcome.kind
    evaluated = partial(
        metric_intervals,
        groups=study.data.groups[rows],
        n_resamples=study.config.validation.interval_resamples,
        seed=study.config.seed,
    )
    estimates: tuple[Estimate, ...] = ()
    curves: tuple[CalibrationCurve, ...] = ()
    if not study.predicts_nothing:
        estimates = evaluated(kind, observed, predicted, name="unseen")
        curves = tuple(
            calibration_curve(observed, predicted, kind=kind, smoother=smoother)
            for smoother in ("loess", "spline")
        )
    forecast = out_of_fold_forecast(study)
    if forecast is None:
        return OutOfFoldPerformance(n=len(rows), estimates=estimates, curves=curves)
    outcome = study.sheet.outcome
    return OutOfFoldPerformance(
        n=len(rows),
        estimates=estimates,
        curves=curves,
        distribution=evaluated("distribution", observed, forecast, name="unseen-distribution"),
        limits=limit_shares(
            observed, predicted, lower=outcome.lower, upper=outcome.upper, forecast=forecast
        ),
        coverage=coverage_by_level(observed, forecast),
        pit=pit_histogram(observed, forecast),
        scatter=predicted_observed(observed, forecast),
    )
