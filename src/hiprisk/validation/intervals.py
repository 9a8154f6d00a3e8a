"""Intervals of metrics of given predictions: by resampling people, and from formulas."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import Metric, MetricFunction, metrics_for
from hiprisk.seeding import rng_for

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

__all__ = ["Estimate", "metric_intervals", "percentile_intervals"]

N_COSTLY = 200


def percentile_intervals(
    observed: Floats,
    predicted: Any,
    *,
    metrics: Mapping[str, MetricFunction],
    groups: Integers,
    n_resamples: int,
    seed: int,
    name: str,
    level: float = 0.95,
    costly: Collection[str] = (),
    n_costly: int = N_COSTLY,
) -> tuple[Estimate, ...]:
    """Metrics with percentile bootstrap intervals.

    Parameters
    ----------
    observed : ndarray, shape (n_rows,)
        Without missing values.
    predicted : ndarray, shape (n_rows,), or Forecast
        Without missing values; whatever the metrics take.
    metrics : mapping of str to function
    groups : ndarray of int, shape (n_rows,)
        Person of each row; persons are drawn.
    n_resamples, seed : int
    name : str
        Of the random stream.
    level : float
    costly : collection of str
        Names of metrics that need only `n_costly` resamples (smoothers). One that cannot be
        computed on a resample passes that resample by.
    n_costly : int

    Raises
    ------
    InputError
        If a metric cannot be computed on the people themselves or on most resamples.

    Notes
    -----
    A resample in which a metric that is not costly cannot be computed (one class only) is drawn
    again.
    """
    drawing = _Drawing(groups, seed, name)
    cheap = {metric: f for metric, f in metrics.items() if metric not in costly}
    dear = {metric: f for metric, f in metrics.items() if metric in costly}
    drawn: dict[str, list[float]] = {metric: [] for metric in metrics}
    n_done = n_tried = 0
    while n_done < n_resamples:
        n_tried += 1
        if n_tried > 2 * n_resamples:
            raise InputError(
                "a metric cannot be computed on most resamples: too few events", code="DEGENERATE"
            )
        weights = drawing.weights()
        try:
            values = {
                metric: function(observed, predicted, weights=weights)
                for metric, function in cheap.items()
            }
        except InputError:
            continue
        n_done += 1
        if n_done <= n_costly:
            values |= _computable(dear, observed, predicted, weights)
        for metric, value in values.items():
            drawn[metric].append(value)
    return tuple(
        _with_percentiles(
            Estimate(name=metric, value=function(observed, predicted)),
            drawn[metric],
            n_wanted=min(n_costly, n_resamples) if metric in dear else n_resamples,
            level=level,
        )
        for metric, function in metrics.items()
    )


class _Drawing:
    """Persons drawn with replacement, as weights of their rows."""

    def __init__(self, groups: Integers, seed: int, name: str) -> None:
        labels, self._place = np.unique(groups, return_inverse=True)
        self._n_people = len(labels)
        self._rng = rng_for(seed, "interval", name)

    def weights(self) -> Floats:
        """How often each row was drawn."""
        people = self._rng.integers(0, self._n_people, self._n_people)
        counts = np.bincount(people, minlength=self._n_people).astype(np.float64)
        return np.asarray(counts[self._place])


def _computable(
    metrics: Mapping[str, MetricFunction], observed: Floats, predicted: Any, weights: Floats
) -> dict[str, float]:
    values = {}
    for metric, function in metrics.items():
        try:
            values[metric] = function(observed, predicted, weights=weights)
        except InputError:
            continue
    return values


def _with_percentiles(
    estimate: Estimate, drawn: Sequence[float], *, n_wanted: int, level: float
) -> Estimate:
    if 2 * len(drawn) < n_wanted:
        raise InputError(
            f"'{estimate.name}' cannot be computed on most resamples: too few people",
            code="DEGENERATE",
        )
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, (tail, 1.0 - tail))
    return Estimate(name=estimate.name, value=estimate.value, low=float(low), high=float(high))


def metric_intervals(
    kind: str,
    observed: Floats,
    predicted: Any,
    *,
    groups: Integers,
    seed: int,
    name: str,
    n_resamples: int = 1000,
    n_costly: int = N_COSTLY,
    level: float = 0.95,
    metrics: Sequence[Metric] | None = None,
) -> tuple[Estimate, ...]:
    """Every metric of a kind with an interval: from its formula, or else from the bootstrap.

    Parameters
    ----------
    kind : str
        ``continuous``, ``binary`` or ``distribution``.
    metrics : sequence of Metric, optional
        These instead of all of the kind, the costly ones among them.
    observed, predicted, groups, seed, name, n_resamples, n_costly, level
        As for `percentile_intervals`.

    Returns
    -------
    tuple of Estimate
        In the order of the metrics.
    """
    chosen = metrics_for(kind, costly=True) if metrics is None else tuple(metrics)
    several = groups if len(np.unique(groups)) < len(groups) else None
    found = {
        metric.name: metric.analytic(observed, predicted, groups=several, level=level)
        for metric in chosen
        if metric.analytic is not None
    }
    rest = {metric.name: metric.function for metric in chosen if metric.name not in found}
    resampled = percentile_intervals(
        observed,
        predicted,
        metrics=rest,
        groups=groups,
        n_resamples=n_resamples,
        seed=seed,
        name=name,
        level=level,
        costly={metric.name for metric in chosen if metric.costly},
        n_costly=n_costly,
    )
    found |= {estimate.name: estimate for estimate in resampled}
    return tuple(found[metric.name] for metric in chosen)
