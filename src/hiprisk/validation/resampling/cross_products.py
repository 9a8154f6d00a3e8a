"""Weighted cross products of a design for many weightings at once, and their inverses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Floats, Integers

# Products of columns that are kept. Of more, the sums are taken over one part of the people after
# another, of so many products that they stay in a core's cache, or of so many people that the
# matrix product is worth it.
MAX_KEPT = 2_000_000
PRODUCTS_OF_PART = 500_000
PEOPLE_OF_PART = 256
# Of more columns the products take longer than one matrix product for each weighting.
WIDE = 80


class CrossProducts:
    """Sums over people of weight times every product of two columns, as one matrix product.

    Parameters
    ----------
    design : ndarray, shape (n_people, n_columns)
    """

    def __init__(self, design: Floats) -> None:
        self.design = design
        self.width = design.shape[1]
        # Different products of two columns.
        self.n_sums = self.width * (self.width + 1) // 2
        self.is_wide = self.width > WIDE
        self.are_kept = not self.is_wide and len(design) * self.n_sums <= MAX_KEPT

    def parts(self) -> Iterator[slice]:
        """The people, or some of them after others where there are many products."""
        n_people = len(self.design)
        size = max(
            PEOPLE_OF_PART, PRODUCTS_OF_PART // (self.width if self.is_wide else self.n_sums)
        )
        size = max(1, n_people) if self.are_kept else size
        for start in range(0, n_people, size):
            yield slice(start, min(start + size, n_people))

    def zeros(self, n_weightings: int) -> Floats:
        """Sums of nobody."""
        square = (n_weightings, self.width, self.width)
        return np.zeros(square if self.is_wide else (n_weightings, self.n_sums))

    def add(self, sums: Floats, weights: Floats, part: slice) -> None:
        """Add the people of a part, with their weights, shape (n_weightings, n_people)."""
        if self.is_wide:
            for place, own in enumerate(weights):
                # A third of the people is in no resample.
                used = np.flatnonzero(own)
                design = self.design[part][used]
                sums[place] += (design * own[used, np.newaxis]).T @ design
        else:
            sums += weights @ (self._all if self.are_kept else self._products(self.design[part]))

    @cached_property
    def _all(self) -> Floats:
        return self._products(self.design)

    def _products(self, design: Floats) -> Floats:
        products = np.empty((len(design), self.n_sums))
        start = 0
        for column in range(self.width):
            end = start + self.width - column
            np.multiply(design[:, column:], design[:, column, np.newaxis],
                        out=products[:, start:end])  # fmt: skip
            start = end
        return products

    @cached_property
    def _places(self) -> Integers:
        """Where each element of a whole matrix stands among the sums."""
        places = np.zeros((self.width, self.width), dtype=np.intp)
        upper = np.triu_indices(self.width)
        places[upper] = np.arange(self.n_sums)
        return np.asarray(np.maximum(places, places.T).ravel())

    def matrices(self, sums: Floats) -> Floats:
        """Sums as symmetric matrices, shape (n_weightings, n_columns, n_columns)."""
        if self.is_wide:
            return sums
        whole = np.take(sums, self._places, axis=1)
        return np.asarray(whole.reshape(len(sums), self.width, self.width))


def inverted(matrices: Floats, *, largest_condition: float) -> Floats:
    """Inverse of each matrix of cross products; NaN where it is singular or ill-conditioned.

    Parameters
    ----------
    matrices : ndarray, shape (n_matrices, n_columns, n_columns)
    largest_condition : float
        In the 1-norm and with the diagonal scaled to 1, as `inverse_information` takes it.
    """
    scale = np.sqrt(np.diagonal(matrices, axis1=1, axis2=2))
    scaled = matrices / scale[:, :, np.newaxis] / scale[:, np.newaxis]
    inverse = _each_inverse(scaled)
    condition = _norm(scaled) * _norm(inverse)
    inverse[~(condition <= largest_condition)] = np.nan
    return np.asarray(inverse / scale[:, :, np.newaxis] / scale[:, np.newaxis])


def _norm(matrices: Floats) -> Floats:
    return np.asarray(np.abs(matrices).sum(axis=1).max(axis=1))


def _each_inverse(matrices: Floats) -> NDArray[Any]:
    try:
        return np.asarray(np.linalg.inv(matrices))
    except np.linalg.LinAlgError:
        # One that is exactly singular refuses all of them.
        return np.array([_inverse_or_nan(one) for one in matrices])


def _inverse_or_nan(matrix: Floats) -> NDArray[Any]:
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)


def times(matrices: Floats, vectors: Floats) -> Floats:
    """Each matrix times its vector."""
    return np.asarray(np.matmul(matrices, vectors[:, :, np.newaxis])[:, :, 0])
