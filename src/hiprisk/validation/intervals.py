"""Intervals of metrics of given predictions, by resampling people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import MetricFunction
from hiprisk.seeding import rng_for

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

__all__ = ["Estimate", "percentile_intervals"]


def percentile_intervals(
    observed: Floats,
    predicted: Floats,
    *,
    metrics: Mapping[str, MetricFunction],
    groups: Integers,
    n_resamples: int,
    seed: int,
    name: str,
    level: float = 0.95,
) -> tuple[Estimate, ...]:
    """Metrics with percentile bootstrap intervals.

    Parameters
    ----------
    observed, predicted : ndarray, shape (n_rows,)
        Without missing values.
    metrics : mapping of str to function
    groups : ndarray of int, shape (n_rows,)
        Person of each row; persons are drawn.
    n_resamples, seed : int
    name : str
        Of the random stream.
    level : float

    Notes
    -----
    A resample in which a metric cannot be computed (one class only) is drawn again.
    """
    labels, place = np.unique(groups, return_inverse=True)
    rng = rng_for(seed, "interval", name)
    drawn: dict[str, list[float]] = {metric: [] for metric in metrics}
    n_done = n_tried = 0
    while n_done < n_resamples:
        n_tried += 1
        if n_tried > 2 * n_resamples:
            raise InputError(
                "a metric cannot be computed on most resamples: too few events", code="DEGENERATE"
            )
        people = np.bincount(
            rng.integers(0, len(labels), len(labels)), minlength=len(labels)
        ).astype(np.float64)
        try:
            values = {
                metric: function(observed, predicted, weights=people[place])
                for metric, function in metrics.items()
            }
        except InputError:
            continue
        n_done += 1
        for metric, value in values.items():
            drawn[metric].append(value)
    tail = (1.0 - level) / 2.0
    estimates = []
    for metric, function in metrics.items():
        low, high = np.quantile(drawn[metric], (tail, 1.0 - tail))
        value = function(observed, predicted)
        estimates.append(Estimate(name=metric, value=value, low=float(low), high=float(high)))
    return tuple(estimates)
