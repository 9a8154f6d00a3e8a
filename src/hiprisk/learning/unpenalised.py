"""Unpenalised least squares and logistic regression with their covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.errors import InputError

MAX_STEPS = 50
LARGEST_CONDITION = 1e14
COMBINATION = "a column does not vary or is a linear combination of others"


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
    design = np.empty((len(y), 1 + columns.shape[1]))
    design[:, 0] = 1.0
    design[:, 1:] = columns
    w = np.ones(len(y)) if weights is None else weights
    weighted = design * w[:, np.newaxis]
    inverse = _inverse(weighted.T @ design)
    coefficients = inverse @ (y @ weighted)
    # One step of refinement brings normal equations to the accuracy of a QR.
    coefficients += inverse @ ((y - design @ coefficients) @ weighted)
    residual = y - design @ coefficients
    n = float(w.sum())
    squares = float(np.sum(w * residual**2))
    variance = squares / (n - design.shape[1])
    log_likelihood = -0.5 * n * (np.log(2.0 * np.pi * max(squares, 1e-300) / n) + 1.0)
    return FittedCoefficients(coefficients, variance * inverse, float(log_likelihood))


def fit_logistic(
    columns: Floats, y: Floats, *, weights: Floats | None = None, start: Floats | None = None
) -> FittedCoefficients:
    """Logistic regression by Newton's method; arguments as for `fit_ols`.

    Parameters
    ----------
    start : ndarray, shape (1 + n_columns,), optional
        Coefficients to start from, for instance those of all people for a resample of them. They
        save steps and move the result by no more than rounding.

    Raises
    ------
    InputError
        If a column is a combination of others, or the columns separate the classes.
    """
    w = np.ones(len(y)) if weights is None else weights
    used = w > 0
    columns, y, w = columns[used], y[used], w[used]
    center = w @ columns / w.sum()
    spread = np.sqrt(w @ (columns - center) ** 2 / w.sum())
    spread = np.where(spread > 0, spread, 1.0)
    design = np.empty((len(y), 1 + columns.shape[1]))
    design[:, 0] = 1.0
    np.divide(columns - center, spread, out=design[:, 1:])
    coefficients = np.zeros(design.shape[1])
    if start is not None:
        coefficients[0] = start[0] + center @ start[1:]
        coefficients[1:] = spread * start[1:]
    inverse = None
    for _ in range(MAX_STEPS):
        lp = design @ coefficients
        # exp of a linear predictor far below 0 would overflow.
        fitted = 1.0 / (1.0 + np.exp(np.minimum(-lp, 500.0)))
        information = design.T @ (design * (w * fitted * (1.0 - fitted))[:, np.newaxis])
        # Only at the first step: it refuses repeated columns before Newton's method runs away on
        # them.
        if inverse is None:
            inverse = _inverse(information)
        step = _solved(information, design.T @ (w * (y - fitted)))
        coefficients = coefficients + np.clip(step, -5.0, 5.0)
        if float(np.abs(step).max()) < 1e-10:
            likelihood = float(np.sum(w * (y * lp - np.logaddexp(0.0, lp))))
            return _on_own_scale(coefficients, _inverse(information), center, spread, likelihood)
        if float(np.abs(coefficients).max()) > 100.0:
            break
    raise InputError("the predictors separate the two classes perfectly", code="DEGENERATE")


def _on_own_scale(
    coefficients: Floats, inverse: Floats, center: Floats, spread: Floats, likelihood: float
) -> FittedCoefficients:
    back = np.eye(len(coefficients))
    back[1:, 1:] /= spread[:, np.newaxis]
    back[0, 1:] = -center / spread
    return FittedCoefficients(back @ coefficients, back @ inverse @ back.T, likelihood)


def _inverse(information: Floats) -> Floats:
    """Inverse of an information matrix, refused where it is all but singular."""
    scale = np.sqrt(np.diag(information))
    if (scale == 0).any():
        raise InputError(COMBINATION, code="DEGENERATE")
    both = scale[:, np.newaxis] * scale
    scaled = information / both
    try:
        inverse = np.linalg.inv(scaled)
    except np.linalg.LinAlgError:
        raise InputError(COMBINATION, code="DEGENERATE") from None
    # Condition in the 1-norm: within a factor of the width of that in the 2-norm, without an SVD.
    condition = np.abs(scaled).sum(axis=0).max() * np.abs(inverse).sum(axis=0).max()
    if not condition <= LARGEST_CONDITION:
        raise InputError(COMBINATION, code="DEGENERATE")
    # Back from the scaled matrix, whose condition does not depend on anybody's units.
    inverse /= both
    return np.asarray((inverse + inverse.T) / 2.0)


def _solved(information: Floats, gradient: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(information, gradient))
    except np.linalg.LinAlgError:
        raise InputError(COMBINATION, code="DEGENERATE") from None
