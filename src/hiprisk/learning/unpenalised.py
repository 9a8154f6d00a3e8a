"""Unpenalised least squares and logistic regression with their covariance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import ROWS_AT_ONCE, Floats, row_parts
from hiprisk.errors import InputError
from hiprisk.learning.logistic.separation import SeparationError, separating_columns

MAX_STEPS = 50
MAX_HALVINGS = 30
# Size of a step at the maximum, as a share of the largest coefficient (at least 1).
CONVERGED = 1e-10
# A step of standardised coefficients beyond this, or one that is not much smaller than the one
# before, has to gain.
LARGE_STEP = 5.0
SHRINKING = 0.9
# Loss of likelihood that is rounding.
ROUNDING = 1e-12
# Newton's method is through long before; under separation each step goes on by about 1.
DOUBTFUL_STEPS = 15
LARGEST_CONDITION = 1e14
COMBINATION = "a column does not vary or is a linear combination of others"
ONE_CLASS = "the outcome has one class only"


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
    w = np.ones(len(y)) if weights is None else weights
    width = 1 + columns.shape[1]
    parts = _Parts(columns, w)
    information, right, left = np.zeros((width, width)), np.zeros(width), np.zeros(width)
    for rows, design, weighted in parts:
        information += weighted.T @ design
        right += y[rows] @ weighted
    inverse = inverse_information(information)
    coefficients = inverse @ right
    # One step of refinement brings normal equations to the accuracy of a QR.
    for rows, design, weighted in parts:
        left += (y[rows] - design @ coefficients) @ weighted
    coefficients += inverse @ left
    n = float(w.sum())
    squares = 0.0
    for rows, design, _ in parts:
        squares += float(np.sum(w[rows] * (y[rows] - design @ coefficients) ** 2))
    variance = squares / (n - width)
    log_likelihood = -0.5 * n * (np.log(2.0 * np.pi * max(squares, 1e-300) / n) + 1.0)
    return FittedCoefficients(coefficients, variance * inverse, float(log_likelihood))


class _Parts:
    """Columns with an intercept before them, and weighted: of many rows part by part, each time."""

    def __init__(self, columns: Floats, weights: Floats) -> None:
        self._columns, self._weights = columns, weights
        self._kept = list(self._made()) if len(columns) <= ROWS_AT_ONCE else None

    def __iter__(self) -> Iterator[tuple[slice, Floats, Floats]]:
        return self._made() if self._kept is None else iter(self._kept)

    def _made(self) -> Iterator[tuple[slice, Floats, Floats]]:
        for rows in row_parts(len(self._columns), ROWS_AT_ONCE):
            part = self._columns[rows]
            design = np.empty((len(part), 1 + part.shape[1]))
            design[:, 0] = 1.0
            design[:, 1:] = part
            yield rows, design, design * self._weights[rows, np.newaxis]


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
    SeparationError, InputError
        See `maximise_likelihood`.
    """
    w = np.ones(len(y)) if weights is None else weights
    used = w > 0
    if not used.all():
        columns, y, w = columns[used], y[used], w[used]
    center = w @ columns / w.sum()
    spread = np.sqrt(w @ (columns - center) ** 2 / w.sum())
    spread = np.where(spread > 0, spread, 1.0)
    design = np.empty((len(y), 1 + columns.shape[1]))
    design[:, 0] = 1.0
    np.divide(columns - center, spread, out=design[:, 1:])
    begin = None
    if start is not None:
        begin = np.concatenate([[start[0] + center @ start[1:]], spread * start[1:]])
    found = maximise_likelihood(design, y, w, start=begin)
    return _on_own_scale(found, center, spread)


@dataclass(frozen=True)
class LikelihoodMaximum:
    """Where a logistic likelihood is largest.

    Attributes
    ----------
    coefficients : ndarray, shape (n_columns,)
    information : ndarray, shape (n_columns, n_columns)
    log_likelihood : float
    """

    coefficients: Floats
    information: Floats
    log_likelihood: float


def maximise_likelihood(
    design: Floats, y: Floats, w: Floats, *, start: Floats | None = None
) -> LikelihoodMaximum:
    """Maximum-likelihood logistic regression by Newton's method with step-halving.

    Parameters
    ----------
    design : ndarray, shape (n_rows, n_columns)
        Standardised columns, the intercept first.
    y : ndarray, shape (n_rows,)
    w : ndarray, shape (n_rows,)
        Positive replications.
    start : ndarray, shape (n_columns,), optional
        Where to begin; a start from which nothing is found is left for 0.

    Raises
    ------
    SeparationError
        If the columns separate the classes, as a linear programme says.
    InputError
        If a column is a combination of others, or Newton's method does not converge.
    """
    found = None if start is None else _newton(design, y, w, start)
    if found is None:
        begin = np.zeros(design.shape[1])
        # At 0 all rows have the same curvature: a singular matrix here is one of the columns.
        inverse_information(design.T @ (design * w[:, np.newaxis]))
        found = _newton(design, y, w, begin)
    if found is None:
        _check_separation(design, y)
        raise InputError(
            f"the logistic regression did not converge in {MAX_STEPS} steps",
            code="DEGENERATE",
            advice="leave out a predictor that nearly follows from others",
        )
    return found


def _newton(design: Floats, y: Floats, w: Floats, begin: Floats) -> LikelihoodMaximum | None:
    """The maximum, or None where the steps find none."""
    coefficients = begin
    # Steps that become smaller need no watching.
    watched_above = LARGE_STEP
    for number in range(MAX_STEPS):
        lp = design @ coefficients
        # exp of a linear predictor far below 0 would overflow.
        risk = 1.0 / (1.0 + np.exp(np.minimum(-lp, 500.0)))
        information = design.T @ (design * (w * risk * (1.0 - risk))[:, np.newaxis])
        try:
            step = np.asarray(np.linalg.solve(information, design.T @ (w * (y - risk))), np.float64)
        except np.linalg.LinAlgError:
            return None
        size = float(np.abs(step).max())
        if not np.isfinite(size):
            return None
        if size < CONVERGED * max(1.0, float(np.abs(coefficients).max())):
            return LikelihoodMaximum(coefficients + step, information, _likelihood(lp, y, w))
        if number == DOUBTFUL_STEPS:
            _check_separation(design, y)
        if size > watched_above:
            step = _halved(design, y, w, coefficients, step)
        watched_above = min(LARGE_STEP, SHRINKING * size)
        coefficients = coefficients + step
    return None


def _halved(design: Floats, y: Floats, w: Floats, coefficients: Floats, step: Floats) -> Floats:
    """The step, or as small a part of it as gains: a full one can pass the maximum, and cycle."""
    lp, ahead = design @ coefficients, design @ step
    reached = _likelihood(lp, y, w)
    part = 1.0
    for _ in range(MAX_HALVINGS):
        if _likelihood(lp + part * ahead, y, w) >= reached - ROUNDING * abs(reached):
            break
        part /= 2.0
    return part * step


def _likelihood(lp: Floats, y: Floats, w: Floats) -> float:
    return float(np.sum(w * (y * lp - np.logaddexp(0.0, lp))))


def _check_separation(design: Floats, y: Floats) -> None:
    if np.ptp(y) == 0.0:
        raise InputError(ONE_CLASS, code="DEGENERATE")
    apart = separating_columns(design[:, 1:], y)
    if apart:
        raise SeparationError(columns=apart)


def _on_own_scale(found: LikelihoodMaximum, center: Floats, spread: Floats) -> FittedCoefficients:
    inverse = inverse_information(found.information)
    back = np.eye(len(found.coefficients))
    back[1:, 1:] /= spread[:, np.newaxis]
    back[0, 1:] = -center / spread
    return FittedCoefficients(
        back @ found.coefficients, back @ inverse @ back.T, found.log_likelihood
    )


def inverse_information(information: Floats) -> Floats:
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
