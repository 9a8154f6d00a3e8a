"""Rows by site: their sums, and the fit of random intercepts that both kinds of outcome share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers


@dataclass(frozen=True)
class RandomInterceptFit:
    """A regression with random intercepts of site.

    Attributes
    ----------
    coefficients : ndarray, shape (1 + n_columns,)
        Of a site like the mean one, intercept first.
    covariance : ndarray, shape (1 + n_columns, 1 + n_columns)
    site_variance : float
        Between the sites' intercepts; 0 where they differ by no more than chance.
    residual_variance : float or None
        None for a binary outcome.
    sites : tuple of int
        Labels, ascending.
    intercepts : ndarray, shape (n_sites,)
        Each site's deviation from the mean intercept, shrunken towards 0 (its conditional mode).
    log_likelihood : float
        Restricted for a continuous outcome, Laplace's approximation for a binary one.
    """

    coefficients: Floats
    covariance: Floats
    site_variance: float
    residual_variance: float | None
    sites: tuple[int, ...]
    intercepts: Floats
    log_likelihood: float


@dataclass(frozen=True)
class Grouping:
    """Which rows are of which site.

    Attributes
    ----------
    labels : tuple of int
        Ascending.
    of_row : ndarray of int, shape (n_rows,)
        Position of each row's site among the labels.
    sizes : ndarray, shape (n_sites,)
    """

    labels: tuple[int, ...]
    of_row: Integers
    sizes: Floats

    @property
    def says_variance(self) -> bool:
        """Whether a variance between sites can be told from that of the rows."""
        return len(self.labels) > 1 and bool(self.sizes.max() > 1)

    def sums(self, values: Floats) -> Floats:
        """Sum over each site's rows of a column, or of each column of a matrix."""
        if values.ndim == 1:
            total = np.bincount(self.of_row, weights=values, minlength=len(self.labels))
            return np.asarray(total, dtype=np.float64)
        return np.column_stack([self.sums(column) for column in values.T])


def group_rows(sites: Integers) -> Grouping:
    """Group rows by the label of their site."""
    labels, of_row = np.unique(sites, return_inverse=True)
    of_row = of_row.astype(np.intp)
    return Grouping(
        labels=tuple(map(int, labels)),
        of_row=of_row,
        sizes=np.bincount(of_row, minlength=len(labels)).astype(np.float64),
    )


@dataclass(frozen=True)
class ScaledDesign:
    """Standardised columns with the intercept first, and the way back to their own scale.

    Attributes
    ----------
    matrix : ndarray, shape (n_rows, 1 + n_columns)
    ridge : ndarray, shape (1 + n_columns,)
        Penalty of each squared coefficient, on the standardised scale; 0 for the intercept.
    back : ndarray, shape (1 + n_columns, 1 + n_columns)
        Coefficients of the matrix to those of the columns.
    """

    matrix: Floats
    ridge: Floats
    back: Floats


def scaled_design(columns: Floats, *, ridge: float) -> ScaledDesign:
    """Standardise columns; the ridge penalty is meant on their own scale."""
    center = columns.mean(axis=0)
    spread = columns.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    matrix = np.empty((len(columns), 1 + columns.shape[1]))
    matrix[:, 0] = 1.0
    np.divide(columns - center, spread, out=matrix[:, 1:])
    back = np.eye(matrix.shape[1])
    back[1:, 1:] /= spread[:, np.newaxis]
    back[0, 1:] = -center / spread
    return ScaledDesign(matrix, np.concatenate([[0.0], ridge / spread**2]), back)
