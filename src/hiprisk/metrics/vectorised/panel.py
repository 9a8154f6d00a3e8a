"""Many predictions of the same people evaluated by many metrics at once.

A bootstrap asks for ten indexes of two hundred refits under two or three weightings. Taken one by
one they sort the same predictions and fit the same recalibration again and again. A panel sorts
once, recalibrates all refits together, and hands out the same numbers (to 1e-10) as the functions
of one prediction, which stay the definition; a metric without a vectorised twin is simply called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric, MetricFunction
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.vectorised.binary import BinaryView
from hiprisk.metrics.vectorised.continuous import ContinuousView
from hiprisk.metrics.vectorised.rows import Rows, Weights
from hiprisk.processes.memory import keep_freed_memory

View = BinaryView | ContinuousView
VIEWS: Mapping[str, type[View]] = {"binary": BinaryView, "continuous": ContinuousView}

# Entries of a block: small enough for a core's cache, large enough for few calls.
BLOCK = 65_536


@dataclass(frozen=True)
class PanelValues:
    """Metrics of every prediction under one weighting.

    Attributes
    ----------
    values : mapping of str to ndarray, shape (n_predictions,)
        NaN where a metric refused.
    """

    values: Mapping[str, Floats]

    def refused(self) -> Bools:
        """Predictions for which at least one metric refused."""
        missing = np.isnan(np.array(list(self.values.values())))
        return np.asarray(missing.any(axis=0))


def evaluate_predictions(
    observed: Floats,
    predicted: Floats,
    *,
    metrics: Sequence[Metric],
    weightings: Sequence[Weights | None],
) -> tuple[PanelValues, ...]:
    """Metrics of many predictions of the same people.

    Parameters
    ----------
    observed : ndarray, shape (n_people,)
        Without missing values.
    predicted : ndarray, shape (n_predictions, n_people)
    metrics : sequence of Metric
        Those that have a vectorised twin are taken together.
    weightings : sequence of ndarray or None
        Each of shape (n_predictions, n_people), or None where everybody counts once. The order of
        the predictions is worked out once for all weightings.

    Returns
    -------
    tuple of PanelValues
        One for each weighting. Where a metric cannot be computed it is NaN, and calling its
        function says why.

    Raises
    ------
    InputError
        If a value is missing or infinite, a length differs, an outcome is neither 0 nor 1 or a
        risk leaves [0, 1] where a metric of a binary outcome is asked for.
    """
    keep_freed_memory()
    y = _checked(observed, predicted, metrics)
    n_predictions = len(predicted)
    found = [
        {metric.name: np.full(n_predictions, np.nan) for metric in metrics} for _ in weightings
    ]
    for rows in _blocks(n_predictions, len(y)):
        block = Rows(y, np.asarray(predicted[rows], dtype=np.float64))
        for weights, values in zip(weightings, found, strict=True):
            part = None if weights is None else weights[rows]
            # Where all weights are zero nothing can be computed: NaN, as for any other refusal.
            with np.errstate(divide="ignore", invalid="ignore"):
                for name, result in _evaluated(block, part, metrics):
                    values[name][rows] = result
    return tuple(PanelValues(values) for values in found)


def _checked(observed: Floats, predicted: Floats, metrics: Sequence[Metric]) -> Floats:
    if predicted.ndim != 2 or predicted.shape[1] != len(observed):
        raise InputError(
            f"'predicted' must have one row a prediction and {len(observed)} columns, "
            f"got shape {predicted.shape}"
        )
    binary = any(metric.kind == "binary" for metric in metrics)
    y, _, _ = (as_binary if binary else as_continuous)(observed, observed, None)
    lowest, highest = predicted.min(axis=1), predicted.max(axis=1)
    off = ~np.isfinite(lowest) | ~np.isfinite(highest)
    if off.any():
        raise InputError(
            f"{int(off.sum())} of {len(predicted)} predictions have missing or infinite entries, "
            f"first that at position {np.flatnonzero(off)[0]}"
        )
    if binary and len(predicted) and not (lowest.min() >= 0.0 and highest.max() <= 1.0):
        raise InputError(
            f"risks must lie in [0, 1]; they reach from {lowest.min():g} to {highest.max():g}"
        )
    return y


def _blocks(n_predictions: int, n_people: int) -> Iterator[slice]:
    size = max(1, BLOCK // n_people)
    for start in range(0, n_predictions, size):
        yield slice(start, min(start + size, n_predictions))


def _evaluated(
    block: Rows, weights: Weights | None, metrics: Sequence[Metric]
) -> Iterator[tuple[str, Floats]]:
    views: dict[str, View] = {}
    for metric in metrics:
        if metric.vectorised is None:
            yield metric.name, _one_by_one(block, weights, metric.function)
            continue
        if metric.kind not in views:
            views[metric.kind] = VIEWS[metric.kind](block, weights)
        yield metric.name, np.asarray(metric.vectorised(views[metric.kind]))


def _one_by_one(block: Rows, weights: Weights | None, function: MetricFunction) -> Floats:
    found = np.full(len(block.predicted), np.nan)
    for number, predicted in enumerate(block.predicted):
        own = None if weights is None else weights[number]
        try:
            found[number] = function(block.observed, predicted, weights=own)
        except InputError:
            continue
    return found
