"""How far predictions lie from what was observed."""

from __future__ import annotations

import math
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Integers
from hiprisk.errors import InputError
from hiprisk.metrics import no_information
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.intervals.frequency_weights import variance_of_mean
from hiprisk.metrics.intervals.means import mean_estimate
from hiprisk.metrics.intervals.wald import wald


def r2(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Share of the outcome's variance that the predictions explain: 1 - SSE / SST.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    weights : array-like of float, shape (n_people,), optional
        A weight of 2 equals the same person twice.

    Returns
    -------
    float
        At most 1, without lower bound.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, or the outcome does not vary.

    Examples
    --------
    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])
    0.5
    """
    y, p, w = as_continuous(observed, predicted, weights)
    total = float(np.sum(w * (y - np.average(y, weights=w)) ** 2))
    if total == 0.0:
        raise InputError("R2 needs an outcome that varies", code="DEGENERATE")
    return 1.0 - float(np.sum(w * (y - p) ** 2)) / total


def mse(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean squared error, in squared units of the outcome; arguments as for `r2`."""
    y, p, w = as_continuous(observed, predicted, weights)
    return float(np.average((y - p) ** 2, weights=w))


def rmse(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Root mean squared error, in units of the outcome; arguments as for `r2`."""
    return float(np.sqrt(mse(observed, predicted, weights=weights)))


def mae(observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean absolute error, in units of the outcome; arguments as for `r2`."""
    y, p, w = as_continuous(observed, predicted, weights)
    return float(np.average(np.abs(y - p), weights=w))


def brier(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean squared difference of risk and outcome.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        In [0, 1].
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Raises
    ------
    InputError
        If lengths differ, a value is missing or leaves its range.

    References
    ----------
    .. [1] Brier (1950). Mon Weather Rev 78(1), 1-3.

    Examples
    --------
    >>> brier([1, 0], [0.5, 0.5])
    0.25
    """
    y, p, w = as_binary(y_true, risk, weights)
    return float(np.average((y - p) ** 2, weights=w))


def scaled_brier(y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Brier score as a gain over giving everybody the prevalence; arguments as for `brier`.

    References
    ----------
    .. [1] Steyerberg et al. (2010). Epidemiology 21(1), 128-138. doi:10.1097/EDE.0b013e3181c30fb2
    """
    y, p, w = as_binary(y_true, risk, weights)
    prevalence = float(np.average(y, weights=w))
    if prevalence in (0.0, 1.0):
        raise InputError("the scaled Brier score needs events and non-events", code="DEGENERATE")
    reference = prevalence * (1.0 - prevalence)
    return 1.0 - float(np.average((y - p) ** 2, weights=w)) / reference


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
    value = rmse(y, p, weights=w)
    # Delta method: the root moves by half the change of the square, over the root.
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


def brier_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Brier score; as `c_estimate`."""
    y, p, w = as_binary(y_true, risk, weights)
    return mean_estimate("brier", (y - p) ** 2, w=w, groups=groups, level=level)


def scaled_brier_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Scaled Brier score; the prevalence varies with the people too; as `c_estimate`."""
    y, p, w = as_binary(y_true, risk, weights)
    value = scaled_brier(y, p, weights=w)
    prevalence = float(np.average(y, weights=w))
    reference = prevalence * (1.0 - prevalence)
    squared = (y - p) ** 2
    brier = float(np.average(squared, weights=w))
    # First order: what each person moves the two means by, and these the ratio.
    moved = brier * (1.0 - 2.0 * prevalence) * (y - prevalence) / reference**2 - squared / reference
    error = math.sqrt(variance_of_mean(moved, w, groups))
    return wald("scaled_brier", value, error, level=level)


METRICS = (
    Metric(name="r2", label="R²", kind="continuous", function=r2, direction=1,
           bounds=(None, 1.0), optimum=1.0, headline=True, needs=("varying outcome",),
           vectorised=attrgetter("r2"), no_information=no_information.explained_share,
           interval_scale="log_complement"),
    Metric(name="mse", label="mean squared error", kind="continuous", function=mse, direction=-1,
           bounds=(0.0, None), optimum=0.0, default=False, vectorised=attrgetter("mse"),
           no_information=no_information.mean_squared, interval_scale="log"),
    Metric(name="rmse", label="root mean squared error", kind="continuous", function=rmse,
           direction=-1, bounds=(0.0, None), optimum=0.0, in_outcome_units=True, headline=True,
           analytic=rmse_estimate, vectorised=attrgetter("rmse"),
           no_information=no_information.root_mean_squared, pooling_scale="log"),
    Metric(name="mae", label="mean absolute error", kind="continuous", function=mae, direction=-1,
           bounds=(0.0, None), optimum=0.0, in_outcome_units=True, headline=True,
           analytic=mae_estimate, vectorised=attrgetter("mae"),
           no_information=no_information.mean_absolute, pooling_scale="log"),
    Metric(name="brier", label="Brier score", kind="binary", function=brier, direction=-1,
           bounds=(0.0, 1.0), optimum=0.0, headline=True, moves_with_prevalence=True,
           analytic=brier_estimate, vectorised=attrgetter("brier"),
           no_information=no_information.mean_squared, interval_scale="log"),
    Metric(name="scaled_brier", label="scaled Brier score", kind="binary", function=scaled_brier,
           direction=1, bounds=(None, 1.0), optimum=1.0, headline=True,
           moves_with_prevalence=True, needs=("both classes",), analytic=scaled_brier_estimate,
           vectorised=attrgetter("scaled_brier"), no_information=no_information.explained_share),
)  # fmt: skip
