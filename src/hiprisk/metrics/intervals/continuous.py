"""Intervals from formulas, beside those from the bootstrap: continuous outcomes and forecasts.

`hiprisk.metrics.intervals.binary` has those of risks.

Every function is ``f(observed, predicted, *, weights, groups, level) -> Estimate``. Rows that go
together (a person's two hips) are named in `groups`; without them each replication is a person.

A mean of what each person adds (MAE, CRPS ...) has Student's interval; RMSE that of the mean
squared error, carried over by the delta method; a share has Wilson's; the slope that of its
regression.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.metrics import calibration, scores
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.distribution import Forecast
from hiprisk.metrics.forecast.scores import (
    coverage,
    crps_values,
    interval_score_values,
)
from hiprisk.metrics.inputs import as_continuous, as_forecast_outcome
from hiprisk.metrics.intervals.frequency_weights import sandwich, variance_of_mean
from hiprisk.metrics.intervals.wald import wald, wilson


def rmse_estimate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """RMSE; the interval is that of the mean squared error, carried over.

    Parameters
    ----------
    observed, predicted : array-like, shape (n_people,)
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.
    groups : ndarray of int, shape (n_people,), optional
        Rows with the same number go together.
    level : float
    """
    y, p, w = as_continuous(observed, predicted, weights)
    value = scores.rmse(y, p, weights=w)
    error = math.sqrt(variance_of_mean((y - p) ** 2, w, groups))
    return wald("rmse", value, error / (2.0 * value) if value > 0.0 else 0.0, level=level)


def mae_estimate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """MAE; arguments as for `rmse_estimate`."""
    y, p, w = as_continuous(observed, predicted, weights)
    return mean_estimate("mae", np.abs(y - p), w=w, groups=groups, level=level)


def mean_error_estimate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Calibration in the large, with Student's interval; arguments as for `rmse_estimate`."""
    y, p, w = as_continuous(observed, predicted, weights)
    return mean_estimate("calibration_in_the_large", y - p, w=w, groups=groups, level=level)


def linear_slope_estimate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Calibration slope of a continuous outcome, as regression has it; as `rmse_estimate`.

    With `groups` the covariance is the cluster-robust one.
    """
    y, p, w = as_continuous(observed, predicted, weights)
    line = calibration.linear_recalibration(y, p, weights=w)
    design = np.column_stack([np.ones_like(p), p - np.average(p, weights=w)])
    residual = y - line.intercept - line.slope * p
    bread = np.asarray(np.linalg.inv((design * w[:, np.newaxis]).T @ design), dtype=np.float64)
    if groups is None:
        freedom = float(w.sum()) - 2.0
        scatter = float(np.sum(w * residual**2)) / freedom if freedom > 0 else math.inf
        error = math.sqrt(float(bread[1, 1]) * scatter)
    else:
        freedom = n_drawn(w, groups) - 1.0
        covariance = sandwich(design * residual[:, np.newaxis], bread, w, groups)
        error = math.sqrt(float(covariance[1, 1]))
    return wald("calibration_slope", line.slope, error, level=level, freedom=max(freedom, 1.0))


def forecast_mean_estimate(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    name: str,
    values: Callable[[Floats, Forecast], Floats],
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Mean of what `values` gives each person (CRPS, interval score, width)."""
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    return mean_estimate(name, values(y, forecast), w=w, groups=groups, level=level)


def coverage_estimate(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    interval: float,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Coverage of the intervals of a level, with Wilson's interval.

    With `groups` the number of people is the effective one: the share's binomial variance over its
    variance between groups.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    share = coverage(y, forecast, weights=w, level=interval)
    n = float(w.sum())
    if groups is not None:
        tail = (1.0 - interval) / 2.0
        inside = (y >= forecast.quantile(tail)) & (y <= forecast.quantile(1.0 - tail))
        between = variance_of_mean(inside.astype(np.float64), w, groups)
        n = share * (1.0 - share) / between if 0.0 < between < np.inf else n_drawn(w, groups)
    return wilson(f"coverage_{100 * interval:g}", share, n, level=level)


def interval_width(observed: Floats, forecast: Forecast, *, interval: float) -> Floats:
    """Width of each person's interval."""
    tail = (1.0 - interval) / 2.0
    return forecast.quantile(1.0 - tail) - forecast.quantile(tail)


crps_estimate = partial(forecast_mean_estimate, name="crps", values=crps_values)


def interval_score_estimate(interval: float) -> Callable[..., Estimate]:
    """The estimate of the interval score of a level."""
    return partial(
        forecast_mean_estimate,
        name=f"interval_score_{100 * interval:g}",
        values=partial(interval_score_values, level=interval),
    )


def width_estimate(interval: float) -> Callable[..., Estimate]:
    """The estimate of the mean width of a level."""
    return partial(
        forecast_mean_estimate,
        name=f"width_{100 * interval:g}",
        values=partial(interval_width, interval=interval),
    )


def n_drawn(w: Floats, groups: Integers | None) -> float:
    """People, or groups of rows that go together."""
    return float(w.sum()) if groups is None else float(len(np.unique(groups[w > 0])))


def mean_estimate(
    name: str, values: Floats, *, w: Floats, groups: Integers | None, level: float
) -> Estimate:
    """A mean over people with Student's interval."""
    error = math.sqrt(variance_of_mean(values, w, groups))
    freedom = max(n_drawn(w, groups) - 1.0, 1.0)
    mean = float(np.average(values, weights=w))
    return wald(name, mean, error, level=level, freedom=freedom)
