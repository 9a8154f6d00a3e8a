"""Conditional draws of what is missing, from a multivariate normal model.

All work is elementwise over rows, column by column in one fixed order: a row's filled values are
the same to the last bit whether it is asked for alone or among a million.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError


@dataclass(frozen=True, slots=True)
class NormalModel:
    """Mean and precision of the columns, ready for conditioning.

    Attributes
    ----------
    mean : ndarray, shape (n_columns,)
    precision : ndarray, shape (n_columns, n_columns)
        Inverse of the covariance.
    """

    mean: Floats
    precision: Floats

    @classmethod
    def from_covariance(cls, mean: Floats, covariance: Floats) -> NormalModel:
        """Invert the covariance once.

        Raises
        ------
        InputError
            If the covariance is not positive definite.
        """
        try:
            np.linalg.cholesky(covariance)
        except np.linalg.LinAlgError:
            raise InputError(
                "the covariance of the columns is not positive definite", code="DEGENERATE"
            ) from None
        precision = np.linalg.inv(covariance)
        # An inverse is symmetric but for rounding; the factors below read one triangle only.
        return cls(mean=mean, precision=(precision + precision.T) / 2.0)


@dataclass(frozen=True, slots=True)
class Conditional:
    """Distribution of the missing entries of rows that lack the same number of columns.

    Attributes
    ----------
    rows : ndarray of int, shape (n_rows,)
        Positions of the rows.
    columns : ndarray of int, shape (n_missing, n_rows)
        Which columns each row lacks, ascending.
    means : list of ndarray, n_missing of shape (n_rows,)
        Conditional means.
    factor : ndarray, shape (n_missing, n_missing, n_rows)
        Lower Cholesky factor of the conditional precision; above the diagonal nothing is meant.
    """

    rows: Integers
    columns: Integers
    means: list[Floats]
    factor: Floats

    def draw(self, noise: Floats) -> list[Floats]:
        """Draws from standard normal numbers, one for each draw and column of the model.

        Parameters
        ----------
        noise : ndarray, shape (n_draws, n_columns)
            The same numbers for every row: a column has one number however much else is missing.

        Returns
        -------
        list of ndarray
            n_missing arrays of shape (n_draws, n_rows).
        """
        # With L L' = P_mm, L'^-1 z has the covariance P_mm^-1.
        wanted = [noise[:, columns] for columns in self.columns]
        shifts = _solve_upper(self.factor, wanted)
        return [mean + shift for mean, shift in zip(self.means, shifts, strict=True)]


def condition(model: NormalModel, columns: list[Floats]) -> list[Conditional]:
    """Distributions of the missing entries given the known ones, for every incomplete row.

    Parameters
    ----------
    model : NormalModel
    columns : list of ndarray, n_columns of shape (n_rows,)
        Values, NaN where missing.

    Returns
    -------
    list of Conditional
        One for each number of missing columns that occurs, ascending; complete rows are in none.
    """
    missing = np.array([np.isnan(column) for column in columns])
    counts = missing.sum(axis=0)
    groups = []
    # Counting is faster than np.unique, which also imports numpy.ma: a tenth of a prediction.
    for n_missing in np.flatnonzero(np.bincount(counts[counts > 0])):
        rows = np.flatnonzero(counts == n_missing)
        lacking = np.nonzero(missing[:, rows].T)[1].reshape(len(rows), n_missing).T
        groups.append(_condition_group(model, columns, rows, np.ascontiguousarray(lacking)))
    return groups


def condition_alike(model: NormalModel, columns: list[Floats], lacking: Integers) -> Conditional:
    """The same of rows that all lack the same columns, with one factor for all of them.

    Parameters
    ----------
    model : NormalModel
    columns : list of ndarray, n_columns of shape (n_rows,)
    lacking : ndarray of int, shape (n_missing,)
        Ascending.

    Returns
    -------
    Conditional
        Its `columns` and `factor` have one row, and so have the differences of its draws from the
        means.
    """
    rows = np.arange(len(columns[0]))
    return _condition_group(model, columns, rows, lacking[:, np.newaxis])


def _condition_group(
    model: NormalModel, columns: list[Floats], rows: Integers, lacking: Integers
) -> Conditional:
    # With P the precision, m the missing and k the known columns, the conditional precision is
    # P_mm and the conditional mean mu_m - P_mm^-1 P_mk (x_k - mu_k): one inversion serves all
    # patterns of missing values, where the covariance would need one a pattern.
    pull = np.zeros((len(lacking), len(rows)))
    for j, column in enumerate(columns):
        deviation = column[rows] - model.mean[j]
        # What a row lacks pulls on nothing, itself included.
        deviation[np.isnan(deviation)] = 0.0
        if deviation.any():
            pull += model.precision[lacking, j] * deviation
    factor = _cholesky(model.precision[lacking[:, np.newaxis], lacking[np.newaxis]])
    shift = _solve_upper(factor, _solve_lower(factor, pull))
    means = [model.mean[own] - part for own, part in zip(lacking, shift, strict=True)]
    return Conditional(rows=rows, columns=lacking, means=means, factor=factor)


def _cholesky(matrices: Floats) -> Floats:
    """Factor many small matrices at once and in place, shape (n, n, n_rows); the lower triangle.

    Every entry takes its products off in the order of the columns, as if it stood alone.
    """
    for k in range(len(matrices)):
        pivot = np.sqrt(matrices[k, k], out=matrices[k, k])
        matrices[k + 1 :, k] /= pivot
        for j in range(k + 1, len(matrices)):
            matrices[j:, j] -= matrices[j:, k] * matrices[j, k]
    return matrices


def _solve_lower(factor: Floats, right: Floats) -> Floats:
    solved = right.copy()
    for k in range(len(factor)):
        solved[k] /= factor[k, k]
        solved[k + 1 :] -= factor[k + 1 :, k] * solved[k]
    return solved


def _solve_upper(factor: Floats, right: Sequence[Floats] | Floats) -> list[Floats]:
    """Solve with the transposed factor."""
    size = len(factor)
    solved: list[Floats] = list(right)
    for i in range(size - 1, -1, -1):
        rest = right[i].copy()
        for k in range(i + 1, size):
            rest -= factor[k, i] * solved[k]
        solved[i] = rest / factor[i, i]
    return solved
