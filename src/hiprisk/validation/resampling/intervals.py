"""Intervals of metrics of given predictions: by resampling people, and from formulas."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import Metric, MetricFunction, metrics_for
from hiprisk.metrics.smoothing.calibration_curve import (
    CalibrationErrors,
    Kind,
    Smoother,
    calibration_error,
    calibration_errors,
)
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.seeding import rng_for

__all__ = ["Estimate", "error_interval", "metric_intervals", "percentile_intervals"]

N_COSTLY = 200
# So many draws are held at a time.
LARGEST_DRAW = 5_000_000


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
    again. Errors of a smoothed calibration curve have an `error_interval`.
    """
    cheap = {metric: f for metric, f in metrics.items() if metric not in costly}
    dear = {metric: f for metric, f in metrics.items() if metric in costly}
    drawn: dict[str, list[float]] = {metric: [] for metric in metrics}
    draws = _usable_draws(
        observed,
        predicted,
        cheap,
        groups=groups,
        n_resamples=n_resamples,
        rng=rng_for(seed, "interval", name),
    )
    for n_done, (weights, values) in enumerate(draws):
        if n_done < n_costly:
            values |= _computable(dear, observed, predicted, weights)
        for metric, value in values.items():
            drawn[metric].append(value)
    return tuple(
        _with_percentiles(
            Estimate(name=metric, value=function(observed, predicted)),
            drawn[metric],
            n_wanted=min(n_costly, n_resamples) if metric in dear else n_resamples,
            level=level,
            curve_error=_curve_of(function) is not None,
        )
        for metric, function in metrics.items()
    )


def _usable_draws(
    observed: Floats,
    predicted: Any,
    metrics: Mapping[str, MetricFunction],
    *,
    groups: Integers,
    n_resamples: int,
    rng: np.random.Generator,
) -> Iterator[tuple[Floats, dict[str, float]]]:
    """How often each row was drawn, and every metric, for resamples on which all can be had."""
    labels, place = np.unique(groups, return_inverse=True)
    n_done = n_tried = 0
    while n_done < n_resamples:
        # No more at a time than are wanted, so that the draws do not depend on how they are cut.
        size = min(n_resamples - n_done, max(1, LARGEST_DRAW // len(observed)))
        n_tried += size
        if n_tried > 2 * n_resamples:
            raise InputError(
                "a metric cannot be computed on most resamples: too few events", code="DEGENERATE"
            )
        people = rng.integers(0, len(labels), (size, len(labels)))
        counts = np.array(
            [np.bincount(row, minlength=len(labels))[place] for row in people], dtype=np.float64
        )
        for weights, values in zip(
            counts, _evaluated(observed, predicted, counts, metrics), strict=True
        ):
            if values is not None:
                n_done += 1
                yield weights, values


def _evaluated(
    observed: Floats, predicted: Any, counts: Floats, metrics: Mapping[str, MetricFunction]
) -> Iterator[dict[str, float] | None]:
    """Every metric under each set of weights; None where one cannot be computed."""
    if metrics and isinstance(predicted, np.ndarray):
        each = np.broadcast_to(predicted, counts.shape)
        (evaluated,) = evaluate_predictions(observed, each, metrics=metrics, weightings=[counts])
        for place, refused in enumerate(evaluated.refused()):
            values = {name: float(found[place]) for name, found in evaluated.values.items()}
            yield None if refused else values
        return
    for weights in counts:
        try:
            yield {name: f(observed, predicted, weights=weights) for name, f in metrics.items()}
        except InputError:
            yield None


def _computable(
    metrics: Mapping[str, MetricFunction], observed: Floats, predicted: Any, weights: Floats
) -> dict[str, float]:
    """Those metrics that can be computed; errors of one smoothed curve smooth it once."""
    values: dict[str, float] = {}
    smoothed: dict[tuple[str, str], CalibrationErrors | None] = {}
    for metric, function in metrics.items():
        curve = _curve_of(function)
        try:
            if curve is None:
                values[metric] = function(observed, predicted, weights=weights)
                continue
            if curve not in smoothed:
                smoothed[curve] = None
                kind, smoother = curve
                smoothed[curve] = calibration_errors(
                    observed,
                    predicted,
                    kind=cast("Kind", kind),
                    smoother=cast("Smoother", smoother),
                    weights=weights,
                )
        except InputError:
            continue
        errors = smoothed[curve]
        if errors is not None:
            values[metric] = float(getattr(errors, cast("Any", function).keywords["summary"]))
    return values


def _curve_of(function: MetricFunction) -> tuple[str, str] | None:
    """Kind and smoother of the curve that a metric is an error of; None for another metric."""
    if isinstance(function, partial) and function.func is calibration_error:
        return function.keywords["kind"], function.keywords["smoother"]
    return None


def _with_percentiles(
    estimate: Estimate, drawn: Sequence[float], *, n_wanted: int, level: float, curve_error: bool
) -> Estimate:
    if 2 * len(drawn) < n_wanted:
        raise InputError(
            f"'{estimate.name}' cannot be computed on most resamples: too few people",
            code="DEGENERATE",
        )
    if curve_error:
        return error_interval(estimate.value, drawn, level=level, name=estimate.name)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, (tail, 1.0 - tail))
    return Estimate(name=estimate.name, value=estimate.value, low=float(low), high=float(high))


def error_interval(
    value: float, drawn: Sequence[float] | Floats, *, level: float = 0.95, name: str = ""
) -> Estimate:
    """An error of a smoothed curve, which cannot be negative, with a bootstrap interval.

    Parameters
    ----------
    value : float
        The error, at least 0.
    drawn : sequence of float
        The same on each resample of people.
    level : float
    name : str

    Notes
    -----
    A smoothed curve follows the noise of its people, and that of a resample follows it once more:
    the resamples' errors lie above the estimate, often all of them, and so would their percentiles.
    The interval is the outer one of two, no end below 0: the percentiles moved to have their mean
    at the estimate, which spread the more the larger the error is; and the basic bootstrap, twice
    the estimate less the percentiles, which knows that the estimate itself has about as much of the
    noise in it as the resamples add. ``experiments/curve_errors`` has what they cover.
    """
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, (tail, 1.0 - tail))
    bias = float(np.mean(drawn)) - value
    # A skew distribution's mean can lie beyond a percentile of its own: the estimate stays inside.
    return Estimate(
        name=name,
        value=value,
        low=max(float(min(low - bias, 2.0 * value - high, value)), 0.0),
        high=float(max(high - bias, 2.0 * value - low, value)),
    )


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
