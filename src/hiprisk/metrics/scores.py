"""How far predictions lie from what was observed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.errors import InputError
from hiprisk.metrics.inputs import as_binary, as_continuous


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
        If lengths differ, a value is missing, or the outcome never varies.

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


def gini_mean_difference(values: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean absolute difference of two people's values (rms calls it g).

    Parameters
    ----------
    values : array-like of float, shape (n_people,)
    weights : array-like of int, optional
        Replications.
    """
    x, _, w = as_continuous(values, values, weights)
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    n = float(w.sum())
    before = np.cumsum(w) - w
    # Each value is above `before` others and below the rest; equal ones differ by nothing.
    after = n - before - w
    return float(2.0 * np.sum(w * x * (before - after)) / (n * (n - 1.0)))


def spiegelhalter_z(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Spiegelhalter's z: how much the Brier score exceeds that of calibrated risks.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
    weights : array-like of float, optional

    Returns
    -------
    float
        Standard normal where the risks are the true ones; positive where they are too extreme.

    Raises
    ------
    InputError
        If every risk is 0, a half or 1.

    References
    ----------
    .. [1] Spiegelhalter (1986). Stat Med 5, 421-433.

    Examples
    --------
    One person with the event and a risk of 0.2: 0.8 x 0.6 / sqrt(0.36 x 0.16).

    >>> round(spiegelhalter_z([1], [0.2]), 12)
    2.0
    """
    y, p, w = as_binary(y_true, risk, weights)
    tilt = 1.0 - 2.0 * p
    variance = float(np.sum(w * tilt * tilt * p * (1.0 - p)))
    if variance == 0.0:
        raise InputError(
            "Spiegelhalter's z needs a risk other than 0, one half and 1", code="DEGENERATE"
        )
    return float(np.sum(w * (y - p) * tilt)) / float(np.sqrt(variance))
