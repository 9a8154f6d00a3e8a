"""Intervals of metrics of given predictions: by resampling people, and from formulas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import Persons, percentile_interval, percentiles
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import metrics_for
from hiprisk.metrics.smoothing.error_intervals import CurveNoise, curve_error_interval
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.seeding import rng_for

N_COSTLY = 200
# Names, beside that of a metric, its values by chance alone.
CALIBRATED = "calibrated"


def percentile_intervals(
    observed: Floats,
    predicted: Any,
    *,
    metrics: Sequence[Metric],
    groups: Integers,
    n_resamples: int,
    seed: int,
    name: str,
    level: float = 0.95,
    n_costly: int = N_COSTLY,
) -> tuple[Estimate, ...]:
    """Metrics with percentile bootstrap intervals.

    Parameters
    ----------
    observed : ndarray, shape (n_rows,)
        Without missing values.
    predicted : ndarray, shape (n_rows,), or Forecast
        Without missing values; whatever the metrics take.
    metrics : sequence of Metric
        Costly ones (smoothers) need only `n_costly` resamples.
    groups : ndarray of int, shape (n_rows,)
        Person of each row; persons are drawn.
    n_resamples, seed : int
    name : str
        Of the random stream.
    level : float
    n_costly : int

    Raises
    ------
    InputError
        If a metric cannot be computed on the people themselves.

    Notes
    -----
    A resample on which a metric cannot be computed (one class only) is left out of its interval;
    where too many are (`hiprisk.bootstrap.percentile_interval`) the metric has no interval. Errors
    of a smoothed calibration curve have a `curve_error_interval`, and what else follows the noise
    of its people an `error_interval`.
    """
    curved = [metric for metric in metrics if metric.curve is not None]
    cheap = [metric for metric in metrics if not (metric.costly or metric.curve)]
    dear = [metric for metric in metrics if metric.costly and not metric.curve]
    values = {metric.name: metric.function(observed, predicted) for metric in metrics}
    noises = {_curve_of(one): CurveNoise.of(observed, predicted, one) for one in curved}
    blocks: dict[Any, list[Floats]] = defaultdict(list)
    n_done = 0
    rng = rng_for(seed, "interval", name)
    for weights in Persons.of(groups).draw_weights(rng, n_resamples):
        # Costly metrics take the first of the same draws, so that more resamples change none of
        # theirs.
        few = weights[: max(0, n_costly - n_done)]
        found: dict[Any, Floats] = dict(_values(observed, predicted, weights, cheap))
        found |= _one_by_one(observed, predicted, few, dear)
        found |= {curve: noise.drawn(few) for curve, noise in noises.items()}
        found |= {
            (one.name, CALIBRATED): one.under_calibration(observed, predicted, few)
            for one in metrics
            if one.under_calibration is not None
        }
        for key, each in found.items():
            blocks[key].append(each)
        n_done += len(weights)
    drawn = {key: np.concatenate(each) for key, each in blocks.items()}
    return tuple(
        _estimate(metric, values[metric.name], drawn, level=level)
        if metric.curve is None
        else curve_error_interval(
            metric,
            values[metric.name],
            noises[_curve_of(metric)],
            drawn[_curve_of(metric)],
            level=level,
        )
        for metric in metrics
    )


def _curve_of(metric: Metric) -> tuple[object, ...]:
    """Whose curve a metric is the error of: several errors have one."""
    assert metric.curve is not None
    return metric.kind, metric.curve.smoother, metric.curve.prevalence


def _values(
    observed: Floats, predicted: Any, weights: Floats, metrics: Sequence[Metric]
) -> Mapping[str, Floats]:
    """Every metric under each set of weights, NaN where it cannot be computed."""
    if metrics and isinstance(predicted, np.ndarray):
        each = np.broadcast_to(predicted, weights.shape)
        (evaluated,) = evaluate_predictions(observed, each, metrics=metrics, weightings=[weights])
        return evaluated.values
    return _one_by_one(observed, predicted, weights, metrics)


def _one_by_one(
    observed: Floats, predicted: Any, weights: Floats, metrics: Sequence[Metric]
) -> dict[str, Floats]:
    together = {
        metric.name: metric.under_weights(observed, predicted, weights)
        for metric in metrics
        if metric.under_weights is not None
    }
    alone = [metric for metric in metrics if metric.name not in together]
    each = [_computable(alone, observed, predicted, one) for one in weights]
    return together | {
        metric.name: np.array([one.get(metric.name, np.nan) for one in each], dtype=np.float64)
        for metric in alone
    }


def _computable(
    metrics: Sequence[Metric], observed: Floats, predicted: Any, weights: Floats
) -> dict[str, float]:
    """Those metrics that can be computed."""
    values: dict[str, float] = {}
    for metric in metrics:
        try:
            values[metric.name] = metric.function(observed, predicted, weights=weights)
        except InputError:
            continue
    return values


def _estimate(
    metric: Metric, value: float, drawn: Mapping[Any, Floats], *, level: float
) -> Estimate:
    resampled = drawn[metric.name]
    if not metric.follows_noise:
        return Estimate.from_resamples(metric.name, value, resampled, level=level)
    estimate = error_interval(
        value, resampled, level=level, name=metric.name, highest=metric.bounds[1]
    )
    if metric.under_calibration is None or estimate.low is None:
        return estimate
    _, most = percentiles(drawn[metric.name, CALIBRATED], level=level)
    return replace(estimate, low=0.0) if value <= most else estimate


def error_interval(
    value: float,
    resampled: Floats,
    *,
    level: float = 0.95,
    name: str = "",
    highest: float | None = None,
) -> Estimate:
    """A metric that follows the noise of its people and cannot be negative, with an interval.

    Parameters
    ----------
    value : float
        At least 0.
    resampled : ndarray, shape (n_resamples,)
        The same on each resample of persons, NaN where it cannot be computed.
    level : float
    name : str
    highest : float, optional
        That the metric can be, of a risk.

    Notes
    -----
    An isotonic curve follows the noise of its people, and that of a resample follows it once more:
    the resamples' values lie above the estimate, often all of them, and so would their percentiles.
    The interval is the outer one of two, no end below 0: the percentiles moved to have their mean
    at the estimate, which spread the more the larger it is; and the basic bootstrap, twice
    the estimate less the percentiles, which knows that the estimate itself has about as much of the
    noise in it as the resamples add. ``experiments/decomposition`` has what it covers.
    """
    ends = percentile_interval(resampled, level=level)
    if ends is None:
        return Estimate(name=name, value=value)
    low, high = ends
    bias = float(np.nanmean(resampled)) - value
    end = max(high - bias, 2.0 * value - low, value)
    # A skew distribution's mean can lie beyond a percentile of its own: the estimate stays inside.
    return Estimate(
        name=name,
        value=value,
        low=max(float(min(low - bias, 2.0 * value - high, value)), 0.0),
        high=float(end if highest is None else min(end, max(highest, value))),
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
    rest = [metric for metric in chosen if metric.name not in found]
    resampled = percentile_intervals(
        observed,
        predicted,
        metrics=rest,
        groups=groups,
        n_resamples=n_resamples,
        seed=seed,
        name=name,
        level=level,
        n_costly=n_costly,
    )
    found |= {estimate.name: estimate for estimate in resampled}
    return tuple(found[metric.name] for metric in chosen)
