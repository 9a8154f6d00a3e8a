"""Whether predictions mean what they say: on average, and as they spread.

Two intercepts, two names: calibration in the large has the slope fixed at 1, the calibration
intercept has it free. They are different numbers.

References
----------
.. [1] Van Calster et al. (2016). J Clin Epidemiol 74, 167-176. doi:10.1016/j.jclinepi.2015.12.005
.. [2] Cox (1958). Biometrika 45, 562-565.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.smoothing.logistic import MAX_STEPS, LogisticFit, fit_logistic_columns, logit
from hiprisk.sheet.models import expit

__all__ = [
    "Recalibration",
    "fit_line",
    "linear_intercept",
    "linear_recalibration",
    "linear_slope",
    "logistic_intercept",
    "logistic_recalibration",
    "logistic_slope",
    "logit",
    "logit_in_the_large",
    "mean_error",
    "observed_expected_ratio",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """Line of the observed on the predicted, on the scale of the linear predictor."""

    intercept: float
    slope: float


def mean_error(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration in the large of a continuous outcome: mean observed minus mean predicted.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Returns
    -------
    float
        In units of the outcome; 0 is best, positive where predictions are too low.

    Examples
    --------
    >>> mean_error([1.0, 3.0], [1.0, 2.0])
    0.5
    """
    y, p, w = as_continuous(observed, predicted, weights)
    return float(np.average(y - p, weights=w))


def linear_recalibration(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> Recalibration:
    """Least-squares line of observed on predicted; arguments as for `mean_error`.

    Raises
    ------
    InputError
        If the predictions never vary.
    """
    y, p, w = as_continuous(observed, predicted, weights)
    mean_p, mean_y = np.average(p, weights=w), np.average(y, weights=w)
    variance = float(np.sum(w * (p - mean_p) ** 2))
    if variance <= 1e-24 * max(1.0, float(mean_p) ** 2):
        raise InputError("a calibration slope needs predictions that vary", code="DEGENERATE")
    slope = float(np.sum(w * (p - mean_p) * (y - mean_y))) / variance
    return Recalibration(intercept=float(mean_y - slope * mean_p), slope=slope)


def linear_intercept(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration intercept of a continuous outcome, slope free; arguments as for `mean_error`."""
    return linear_recalibration(observed, predicted, weights=weights).intercept


def linear_slope(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration slope of a continuous outcome; 1 is best; arguments as for `mean_error`."""
    return linear_recalibration(observed, predicted, weights=weights).slope


def logit_in_the_large(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration in the large of a risk: the intercept, with the slope fixed at 1.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
    weights : array-like of float, optional

    Returns
    -------
    float
        On the log-odds scale; 0 is best, positive where risks are too low.

    Raises
    ------
    InputError
        If there is one class only.
    """
    y, p, w = as_binary(y_true, risk, weights)
    _check_two_classes(y, w)
    offset = logit(p)
    intercept = 0.0
    for _ in range(MAX_STEPS):
        fitted = expit(intercept + offset)
        step = float(np.sum(w * (y - fitted)) / np.sum(w * fitted * (1.0 - fitted)))
        intercept += float(np.clip(step, -5.0, 5.0))
        if abs(step) < 1e-12:
            break
    return intercept


def logistic_recalibration(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> Recalibration:
    """Logistic regression of the outcome on the log odds; arguments as for `logit_in_the_large`.

    Raises
    ------
    InputError
        If there is one class only, the risks never vary, or they separate the classes.
    """
    y, p, w = as_binary(y_true, risk, weights)
    _check_two_classes(y, w)
    lp = logit(p)
    if float(np.ptp(lp[w > 0])) <= 1e-12:
        raise InputError("a calibration slope needs risks that vary", code="DEGENERATE")
    coefficients = fit_line(y, lp, w).coefficients
    return Recalibration(intercept=float(coefficients[0]), slope=float(coefficients[1]))


def fit_line(y: Floats, lp: Floats, w: Floats) -> LogisticFit:
    """Logistic regression on one column, from intercept 0 and slope 1."""
    return fit_logistic_columns(
        np.column_stack([np.ones_like(lp), lp]),
        y,
        w,
        start=np.array([0.0, 1.0]),
        refusal="the risks separate those with the event from those without: no calibration slope",
    )


def _check_two_classes(y: Floats, w: Floats) -> None:
    share = float(np.average(y, weights=w))
    if share in (0.0, 1.0):
        raise InputError("calibration needs events and non-events", code="DEGENERATE")


def logistic_intercept(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration intercept of a risk, slope free; arguments as for `logit_in_the_large`."""
    return logistic_recalibration(y_true, risk, weights=weights).intercept


def logistic_slope(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration slope of a risk; 1 is best; arguments as for `logit_in_the_large`."""
    return logistic_recalibration(y_true, risk, weights=weights).slope


def observed_expected_ratio(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """O:E, events observed over events expected; 1 is best; arguments as for `logit_in_the_large`.

    Raises
    ------
    InputError
        If all risks are 0.

    Examples
    --------
    >>> observed_expected_ratio([1, 0, 0, 0], [0.2, 0.1, 0.1, 0.1])
    2.0
    """
    y, p, w = as_binary(y_true, risk, weights)
    expected = float(np.sum(w * p))
    if expected == 0.0:
        raise InputError("O:E needs risks above 0", code="DEGENERATE")
    return float(np.sum(w * y)) / expected
