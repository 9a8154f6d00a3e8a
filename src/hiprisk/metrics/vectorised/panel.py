"""Many predictions of the same people judged by many metrics at once.

A bootstrap asks for ten indexes of two hundred refits under two or three weightings. Taken one by
one they sort the same predictions and fit the same recalibration again and again. A panel sorts
once, recalibrates all refits together, and hands out the same numbers (to 1e-10) as the functions
of one prediction, which stay the definition; a function that it does not know is simply called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.registry import MetricFunction
from hiprisk.metrics.vectorised.binary import BinaryView
from hiprisk.metrics.vectorised.continuous import ContinuousView
from hiprisk.metrics.vectorised.rows import Rows

View = BinaryView | ContinuousView

# Entries of a block: small enough for a core's cache.
BLOCK = 32_768

# Metric functions of this package by name, and where a view keeps what they give.
CONTINUOUS: Mapping[str, str] = {
    "r2": "r2",
    "mse": "mse",
    "rmse": "rmse",
    "mae": "mae",
    "mean_error": "mean_error",
    "linear_intercept": "intercept",
    "linear_slope": "slope",
    "recalibrated_linear_g": "g",
}
BINARY: Mapping[str, str] = {
    "c_statistic": "c",
    "somers_dxy": "dxy",
    "discrimination_slope": "discrimination_slope",
    "brier": "brier",
    "scaled_brier": "scaled_brier",
    "spiegelhalter_z": "spiegelhalter_z",
    "logit_in_the_large": "in_the_large",
    "logistic_intercept": "intercept",
    "logistic_slope": "slope",
    "observed_expected_ratio": "observed_expected",
    "nagelkerke_r2": "nagelkerke_r2",
    "nagelkerke_r2_as_is": "nagelkerke_r2_as_is",
    "cox_snell_r2_as_is": "cox_snell_r2_as_is",
    "discrimination_index": "discrimination_index",
    "unreliability_index": "unreliability_index",
    "quality_index": "quality_index",
    "recalibrated_g": "g",
    "recalibrated_gp": "gp",
}


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
    metrics: Mapping[str, MetricFunction],
    weightings: Sequence[Floats | None],
) -> tuple[PanelValues, ...]:
    """Metrics of many predictions of the same people.

    Parameters
    ----------
    observed : ndarray, shape (n_people,)
        Without missing values.
    predicted : ndarray, shape (n_predictions, n_people)
    metrics : mapping of str to function
        Functions of one shape; those that the panel knows are taken together.
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
    y = _checked(observed, predicted, metrics)
    n_predictions = len(predicted)
    found = [{name: np.full(n_predictions, np.nan) for name in metrics} for _ in weightings]
    for rows in _blocks(n_predictions, len(y)):
        block = Rows(y, np.asarray(predicted[rows], dtype=np.float64))
        for weights, values in zip(weightings, found, strict=True):
            part = None if weights is None else np.asarray(weights[rows], dtype=np.float64)
            # Where all weights are zero nothing can be computed: NaN, as for any other refusal.
            with np.errstate(divide="ignore", invalid="ignore"):
                for name, result in _evaluated(block, part, metrics):
                    values[name][rows] = result
    return tuple(PanelValues(values) for values in found)


def _checked(observed: Floats, predicted: Floats, metrics: Mapping[str, MetricFunction]) -> Floats:
    if predicted.ndim != 2 or predicted.shape[1] != len(observed):
        raise InputError(
            f"'predicted' must have one row a prediction and {len(observed)} columns, "
            f"got shape {predicted.shape}"
        )
    places = [_place_of(function) for function in metrics.values()]
    binary = any(place is not None and place[0] is BinaryView for place in places)
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
    block: Rows, weights: Floats | None, metrics: Mapping[str, MetricFunction]
) -> Iterator[tuple[str, Floats]]:
    views: dict[type[View], View] = {}
    for name, function in metrics.items():
        known = _place_of(function)
        if known is None:
            yield name, _one_by_one(block, weights, function)
            continue
        kind, attribute = known
        if kind not in views:
            views[kind] = kind(block, weights)
        yield name, np.asarray(getattr(views[kind], attribute))


def _place_of(function: MetricFunction) -> tuple[type[View], str] | None:
    """The view that knows a function, and its attribute there; None for a stranger."""
    name = getattr(function, "__name__", "")
    if not getattr(function, "__module__", "").startswith("hiprisk.metrics."):
        return None
    if name in CONTINUOUS:
        return ContinuousView, CONTINUOUS[name]
    return (BinaryView, BINARY[name]) if name in BINARY else None


def _one_by_one(block: Rows, weights: Floats | None, function: MetricFunction) -> Floats:
    found = np.full(len(block.predicted), np.nan)
    for number, predicted in enumerate(block.predicted):
        own = None if weights is None else weights[number]
        try:
            found[number] = function(block.observed, predicted, weights=own)
        except InputError:
            continue
    return found
