"""Intervals of metrics of given predictions, by resampling people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.panel import judge_predictions
from hiprisk.metrics.registry import MetricFunction
from hiprisk.seeding import rng_for

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

# So many draws are held at a time.
LARGEST_DRAW = 5_000_000

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
    drawn = _drawn_values(
        observed,
        predicted,
        metrics=metrics,
        groups=groups,
        n_resamples=n_resamples,
        rng=rng_for(seed, "interval", name),
    )
    tail = (1.0 - level) / 2.0
    estimates = []
    for metric, function in metrics.items():
        low, high = np.quantile(drawn[metric], (tail, 1.0 - tail))
        value = function(observed, predicted)
        estimates.append(Estimate(name=metric, value=value, low=float(low), high=float(high)))
    return tuple(estimates)


def _drawn_values(
    observed: Floats,
    predicted: Floats,
    *,
    metrics: Mapping[str, MetricFunction],
    groups: Integers,
    n_resamples: int,
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Every metric on `n_resamples` resamples of persons, all of them computable."""
    labels, place = np.unique(groups, return_inverse=True)
    found: dict[str, list[Floats]] = {metric: [] for metric in metrics}
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
        (judged,) = judge_predictions(
            observed,
            np.broadcast_to(predicted, counts.shape),
            metrics=metrics,
            weightings=[counts],
        )
        usable = ~judged.refused()
        n_done += int(usable.sum())
        for metric, values in judged.values.items():
            found[metric].append(values[usable])
    return {metric: np.concatenate(parts) for metric, parts in found.items()}
