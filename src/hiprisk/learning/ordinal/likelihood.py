"""The likelihood of a cumulative link model, its score and its information matrix in blocks.

With k values there are k - 1 intercepts, each of which meets its two neighbours only: their part
of the information is tridiagonal, with a dense border for the coefficients. It is built and solved
as such, so that a fit costs about n (k + p^2) and never k^3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from hiprisk.arrays import Floats, Integers
from hiprisk.learning.ordinal.links import Link

# Stands for infinity on the scale of the linear predictor: F is 0 or 1 there for every link.
FAR = 1000.0


@dataclass(frozen=True, eq=False)
class OrdinalData:
    """Rows in the order of their level, so that a sum over a level is one over a slice.

    Attributes
    ----------
    columns : ndarray, shape (n_rows, n_columns)
    level : ndarray of int, shape (n_rows,)
        Ascending; every level from 0 to k - 1 occurs.
    starts : ndarray of int, shape (k,)
        First row of each level.
    """

    columns: Floats
    level: Integers
    starts: Integers

    @property
    def n_levels(self) -> int:
        """Number of distinct values."""
        return len(self.starts)

    def by_level(self, values: Floats) -> Floats:
        """Sums over the rows of each level, shape (k, ...)."""
        return np.add.reduceat(values, self.starts, axis=0)


def ordinal_data(columns: Floats, level: Integers) -> OrdinalData:
    """Columns and levels in the order that the likelihood needs."""
    order = np.argsort(level, kind="stable")
    ordered = level[order]
    starts = np.searchsorted(ordered, np.arange(int(ordered[-1]) + 1))
    return OrdinalData(columns[order], ordered, starts)


@dataclass(frozen=True, eq=False)
class Information:
    """Negative second derivatives of a log-likelihood: tridiagonal, border and corner.

    Attributes
    ----------
    band : ndarray, shape (2, k - 1)
        Diagonal of the intercepts' part, and what lies below it.
    border : ndarray, shape (k - 1, n_columns)
    corner : ndarray, shape (n_columns, n_columns)
    """

    band: Floats
    border: Floats
    corner: Floats

    def eliminated(self, right: Floats) -> tuple[Floats, Floats]:
        """The intercepts' part solved for the columns of a right side, and for the border."""
        # A single intercept has no neighbour, and LAPACK knows no empty diagonal.
        band = self.band[: min(2, self.band.shape[1])]
        both = solveh_banded(band, np.column_stack([right, self.border]), lower=True)
        width = both.shape[1] - self.border.shape[1]
        return both[:, :width], both[:, width:]

    def solve(self, intercepts: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
        """Newton's step for the score of intercepts and of coefficients."""
        both, border = self.eliminated(intercepts[:, np.newaxis])
        own = both[:, 0]
        slopes = np.linalg.solve(
            self.corner - self.border.T @ border, coefficients - self.border.T @ own
        )
        return own - border @ slopes, np.asarray(slopes, np.float64)


@dataclass(frozen=True, eq=False)
class Derivatives:
    """A log-likelihood at one point with its first and second derivatives."""

    log_likelihood: float
    intercepts: Floats
    coefficients: Floats
    information: Information


def log_likelihood(data: OrdinalData, link: Link, intercepts: Floats, lp: Floats) -> float:
    """Log-likelihood; minus infinity where a row's value has no chance."""
    upper, lower = _ends(data, intercepts, lp)
    chance = link.between(upper, lower)
    if not float(chance.min()) > 0.0:
        return -np.inf
    return float(np.log(chance).sum())


@dataclass(frozen=True, eq=False)
class RowDerivatives:
    """Each row's chance of its value, with the derivatives of its logarithm in both ends.

    Attributes
    ----------
    chance : ndarray, shape (n_rows,)
    at_upper, at_lower : ndarray
        First derivatives; that in the lower end has the other sign.
    both_upper, both_lower, mixed : ndarray
        Minus the second derivatives.
    """

    chance: Floats
    at_upper: Floats
    at_lower: Floats
    both_upper: Floats
    both_lower: Floats
    mixed: Floats


def row_derivatives(link: Link, upper: Floats, lower: Floats) -> RowDerivatives:
    """Chance of F(upper) - F(lower) in each row, and its derivatives."""
    chance = link.between(upper, lower)
    at_upper, at_lower = link.density(upper) / chance, link.density(lower) / chance
    return RowDerivatives(
        chance,
        at_upper,
        at_lower,
        at_upper**2 - link.slope(upper) / chance,
        at_lower**2 + link.slope(lower) / chance,
        -at_upper * at_lower,
    )


def derivatives(data: OrdinalData, link: Link, intercepts: Floats, lp: Floats) -> Derivatives:
    """Score and information at a point at which every row's value has a chance."""
    row = row_derivatives(link, *_ends(data, intercepts, lp))
    both_upper, both_lower, mixed = row.both_upper, row.both_lower, row.mixed
    sums = data.by_level(
        np.column_stack([row.at_upper, row.at_lower, both_upper, both_lower, mixed])
    )
    band = np.zeros((2, data.n_levels - 1))
    # An intercept is the upper end of the level above it and the lower end of the one below.
    band[0] = sums[1:, 2] + sums[:-1, 3]
    band[1, :-1] = sums[1:-1, 4]
    columns = data.columns
    above = data.by_level(columns * (both_upper + mixed)[:, np.newaxis])
    below = data.by_level(columns * (both_lower + mixed)[:, np.newaxis])
    whole = (both_upper + 2.0 * mixed + both_lower)[:, np.newaxis]
    return Derivatives(
        log_likelihood=float(np.log(row.chance).sum()),
        intercepts=sums[1:, 0] - sums[:-1, 1],
        coefficients=columns.T @ (row.at_upper - row.at_lower),
        information=Information(band, above[1:] + below[:-1], columns.T @ (columns * whole)),
    )


def _ends(data: OrdinalData, intercepts: Floats, lp: Floats) -> tuple[Floats, Floats]:
    """Where F is taken for a row's value: at its own intercept, and at that of the next value."""
    upper = np.concatenate([[FAR], intercepts])[data.level]
    lower = np.concatenate([intercepts, [-FAR]])[data.level]
    return (
        np.where(data.level > 0, upper + lp, FAR),
        np.where(data.level < data.n_levels - 1, lower + lp, -FAR),
    )
