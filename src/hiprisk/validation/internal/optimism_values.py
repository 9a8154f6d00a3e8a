"""Metrics of the refits of a bootstrap: on their resamples, on everybody and on those omitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.registry import find_metric
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.parallel import one_thread
from hiprisk.validation.internal.optimism_intervals import SLOPE
from hiprisk.validation.resampling.refits import Refits

# Entries of the table of those omitted that are held at a time: they stay in a core's cache.
UNPACKED = 65_536
ByMetric = dict[str, Floats]


@dataclass(frozen=True, eq=False)
class OptimismValues:
    """What every refit gives by every metric, NaN where it cannot be computed.

    Attributes
    ----------
    observed : ndarray, shape (n_known,)
        Of those whose outcome is known.
    known : ndarray of bool, shape (n_rows,)
    training, test, omitted : dict of str to ndarray, shape (n_resamples,)
        On its resample, on everybody, and on those whom it did not draw.
    share : ndarray, shape (n_resamples,)
        What each resample has of the omitted people, each person's one part shared evenly.
    n_resamples, n_refused : int
        Fitted, and refused.
    reasons : dict of str to str
        Of metrics that cannot be computed on every resample: why not on the first of them.
    """

    observed: Floats
    known: Bools
    training: ByMetric
    test: ByMetric
    omitted: ByMetric
    share: Floats
    n_resamples: int
    n_refused: int
    reasons: dict[str, str] = field(default_factory=dict)


def values_of_refits(
    parts: Iterable[Refits], observed: Floats, metrics: Sequence[Metric]
) -> OptimismValues:
    """Metrics of refits that come some after others, none of which is kept.

    Parameters
    ----------
    parts : iterable of Refits
    observed : ndarray, shape (n_rows,)
        NaN where unknown.
    metrics : sequence of Metric
        Where one of them has its interval widened by the optimism of the calibration slope, the
        slope is evaluated too.
    """
    known = ~np.isnan(observed)
    y, asked = observed[known], _with_slope(metrics)
    found: list[tuple[ByMetric, ByMetric, ByMetric]] = []
    # One bit for each person of each resample.
    outside: list[NDArray[np.uint8]] = []
    reasons: dict[str, str] = {}
    n_refused = 0
    for part in parts:
        refits = part.of_rows(known)
        # Those whom a resample did not draw: new people to its refit, whoever fitted it.
        omitted = refits.counts == 0
        with one_thread():
            # One sorting of each refit's predictions serves all three weightings.
            evaluated = evaluate_predictions(
                y,
                refits.predicted,
                metrics=asked,
                weightings=[refits.counts, None, omitted],
            )
        training, test, outer = (dict(one.values) for one in evaluated)
        found.append((training, test, outer))
        outside.append(np.packbits(omitted, axis=1))
        n_refused += part.n_refused
        for metric in metrics:
            if metric.name not in reasons:
                reasons |= _reason(metric, y, refits, training[metric.name], test[metric.name])
    training, test, outer = (_joined([one[place] for one in found]) for place in range(3))
    return OptimismValues(
        observed=y,
        known=known,
        training=training,
        test=test,
        omitted=outer,
        share=_shares(outside, len(y)),
        n_resamples=sum(len(one) for one in outside),
        n_refused=n_refused,
        reasons=reasons,
    )


def _with_slope(metrics: Sequence[Metric]) -> list[Metric]:
    following = [metric for metric in metrics if metric.follows_spread]
    if not following or any(metric.name == SLOPE for metric in metrics):
        return list(metrics)
    return [*metrics, find_metric(following[0].kind, SLOPE)]


def _joined(parts: Sequence[ByMetric]) -> ByMetric:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _shares(outside: Sequence[NDArray[np.uint8]], n_people: int) -> Floats:
    # Otherwise people who happen to be omitted often would count more than others.
    times = np.zeros(n_people)
    for omitted in _unpacked(outside, n_people):
        times += omitted.sum(axis=0)
    part = 1.0 / np.where(times > 0, times, 1.0)
    return np.concatenate([omitted @ part for omitted in _unpacked(outside, n_people)])


def _unpacked(outside: Sequence[NDArray[np.uint8]], n_people: int) -> Iterator[Floats]:
    """Some resamples after others: 1 for those omitted."""
    size = max(1, UNPACKED // n_people)
    for bits in outside:
        for start in range(0, len(bits), size):
            some = np.unpackbits(bits[start : start + size], axis=1, count=n_people)
            yield some.astype(np.float64)


def _reason(
    metric: Metric, y: Floats, refits: Refits, training: Floats, test: Floats
) -> dict[str, str]:
    """Why a metric cannot be computed on the first resample that lacks it; empty if on all."""
    computed = ~(np.isnan(training) | np.isnan(test))
    if computed.all():
        return {}
    place = int(np.argmin(computed))
    weights = refits.counts[place] if np.isnan(training[place]) else None
    try:
        metric.function(y, refits.predicted[place], weights=weights)
    except InputError as refusal:
        return {metric.name: refusal.reason}
    return {metric.name: "it is not a number"}
