"""Unpenalised least squares and logistic regression with their covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiprisk.errors import InputError

Floats = NDArray[np.float64]

MAX_STEPS = 50
LARGEST_CONDITION = 1e14


@dataclass(frozen=True)
class FittedCoefficients:
    """A fit, intercept first.

    Attributes
    ----------
    coefficients : ndarray, shape (1 + n_columns,)
    covariance : ndarray, shape (1 + n_columns, 1 + n_columns)
    log_likelihood : float
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood: float


def fit_ols(columns: Floats, y: Floats, *, weights: Floats | None = None) -> FittedCoefficients:
    """Least squares.

    Parameters
    ----------
    columns : ndarray, shape (n_people, n_columns)
        Without the intercept.
    y : ndarray, shape (n_people,)
    weights : ndarray, optional
        Replications: a weight of 2 equals the same person twice.

    Raises
    ------
    InputError
        If a column is a combination of others.
    """
    design = np.column_stack([np.ones(len(y)), columns])
    w = np.ones(len(y)) if weights is None else weights
    information = (design * w[:, np.newaxis]).T @ design
    inverse = _inverse(information)
    coefficients = inverse @ (design.T @ (w * y))
    # One step of refinement brings normal equations to the accuracy of a QR.
    coefficients += inverse @ (design.T @ (w * (y - design @ coefficients)))
    residual = y - design @ coefficients
    n = float(w.sum())
    squares = float(np.sum(w * residual**2))
    variance = squares / (n - design.shape[1])
    log_likelihood = -0.5 * n * (np.log(2.0 * np.pi * max(squares, 1e-300) / n) + 1.0)
    return FittedCoefficients(coefficients, variance * inverse, float(log_likelihood))


def fit_logistic(
    columns: Floats, y: Floats, *, weights: Floats | None = None
) -> FittedCoefficients:
    """Logistic regression by Newton's method; arguments as for `fit_ols`.

    Raises
    ------
    InputError
        If a column is a combination of others, or the columns separate the classes.
    """
    w = np.ones(len(y)) if weights is None else weights
    used = w > 0
    center = np.average(columns, axis=0, weights=w)
    spread = np.sqrt(np.average((columns - center) ** 2, axis=0, weights=w))
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(y)), (columns - center) / spread])[used]
    y, w = y[used], w[used]
    coefficients = np.zeros(design.shape[1])
    likelihood = -np.inf
    for _ in range(MAX_STEPS):
        lp = design @ coefficients
        fitted = 1.0 / (1.0 + np.exp(-np.clip(lp, -500, 500)))
        information = (design * (w * fitted * (1.0 - fitted))[:, np.newaxis]).T @ design
        inverse = _inverse(information)
        step = inverse @ (design.T @ (w * (y - fitted)))
        coefficients = coefficients + np.clip(step, -5.0, 5.0)
        likelihood = float(np.sum(w * (y * lp - np.logaddexp(0.0, lp))))
        if float(np.abs(step).max()) < 1e-10:
            return _on_own_scale(coefficients, inverse, center, spread, likelihood)
        if float(np.abs(coefficients).max()) > 100.0:
            break
    raise InputError("the columns separate the two classes", code="DEGENERATE")


def _on_own_scale(
    coefficients: Floats, inverse: Floats, center: Floats, spread: Floats, likelihood: float
) -> FittedCoefficients:
    back = np.eye(len(coefficients))
    back[1:, 1:] /= spread[:, np.newaxis]
    back[0, 1:] = -center / spread
    return FittedCoefficients(back @ coefficients, back @ inverse @ back.T, likelihood)


def _inverse(information: Floats) -> Floats:
    scale = np.sqrt(np.diag(information))
    if (scale == 0).any() or np.linalg.cond(
        information / np.outer(scale, scale)
    ) > LARGEST_CONDITION:
        raise InputError("a column never varies or is a combination of others", code="DEGENERATE")
    inverse = np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale)
    return np.asarray((inverse + inverse.T) / 2.0)
