"""The person bootstrap: persons drawn with replacement, and percentile intervals of what they give.

Every resample of persons and every percentile interval of an estimate comes from here; it stands
below `metrics`, `learning`, `validation` and `inference`, which all need it. What is refitted on a
resample is `hiprisk.validation.resampling`'s business.

References
----------
.. [1] Efron, Tibshirani (1993). An Introduction to the Bootstrap, chapter 13.
.. [2] Davison, Hinkley (1997). Bootstrap Methods and their Application, section 3.8 (clusters).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Literal

import numpy as np

from hiprisk.arrays import Floats, Integers

# With fewer, the ends of a 95 % interval are about the extremes of the resamples.
FEW_RESAMPLES = 200
# Ranks p (B + 1), as of the package boot of R and of Davison and Hinkley, chapter 5.
QUANTILE_METHOD: Literal["weibull"] = "weibull"
# Those refused may all lie beyond one end: with more, a percentile of the others says too little.
MAX_REFUSED_SHARE = 0.1
# An end nearer to a bound than so many of its Monte-Carlo errors decides nothing: with other seeds
# it lies on the other side too often.
STEADY = 1.96
# So many weights (resamples x rows) are held at a time.
MAX_WEIGHTS = 5_000_000


@dataclass(frozen=True, eq=False)
class Persons:
    """The persons behind the rows of a cohort: all rows of a person are drawn together.

    Attributes
    ----------
    n : int
        Number of persons.
    of_row : ndarray of int, shape (n_rows,)
        Person of each row, numbered from 0.
    """

    n: int
    of_row: Integers

    @classmethod
    def of(cls, groups: Integers) -> Persons:
        """Persons from any labels of them, one a row."""
        labels, of_row = np.unique(groups, return_inverse=True)
        return cls(len(labels), of_row.astype(np.intp))

    def draw(self, rng: np.random.Generator) -> Integers:
        """As many persons as there are, drawn with replacement."""
        return rng.integers(0, self.n, self.n)

    def draw_counts(self, rng: np.random.Generator) -> Integers:
        """How often each person is drawn in one resample, shape (n,)."""
        return np.bincount(self.draw(rng), minlength=self.n)

    def draw_weights(
        self, rng: np.random.Generator, n_resamples: int, *, max_weights: int = MAX_WEIGHTS
    ) -> Iterator[Floats]:
        """How often each row is drawn, in blocks of resamples.

        Parameters
        ----------
        rng : numpy.random.Generator
            The draws do not depend on how they are cut into blocks.
        n_resamples : int
        max_weights : int
            Largest size of a block.

        Yields
        ------
        ndarray of float, shape (n_in_block, n_rows)
        """
        size = max(1, max_weights // max(1, len(self.of_row)))
        for start in range(0, n_resamples, size):
            n_in_block = min(size, n_resamples - start)
            counts = [self.draw_counts(rng)[self.of_row] for _ in range(n_in_block)]
            yield np.array(counts, dtype=np.float64)

    def rows(self, drawn: Integers) -> Integers:
        """Positions of the rows of the persons drawn, repeated as they were drawn."""
        if self.n == len(self._order):
            return np.asarray(self._order[drawn])
        n_rows = np.diff(self._starts)[drawn]
        first = np.cumsum(n_rows) - n_rows
        places = np.repeat(self._starts[drawn] - first, n_rows) + np.arange(n_rows.sum())
        return np.asarray(self._order[places])

    @cached_property
    def _order(self) -> Integers:
        """Rows, those of a person together."""
        return np.argsort(self.of_row, kind="stable")

    @cached_property
    def _starts(self) -> Integers:
        """Where each person's rows begin in that order, and where the last one's end."""
        return np.searchsorted(self.of_row[self._order], np.arange(self.n + 1))


def percentiles(values: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Lower and upper percentile over the first axis, at ranks p (B + 1); NaN are left out.

    Parameters
    ----------
    values : ndarray, shape (n_resamples, ...)
    level : float

    Notes
    -----
    The percentile p of B values stands at rank p (B + 1), interpolated between its neighbours (type
    6 of Hyndman and Fan): B exchangeable values leave a next one below it with chance p, where
    NumPy's default leaves fewer. Below rank 1 it is the least of them, above rank B the largest: of
    fewer than 39 resamples a 95 % interval is their range (see `FEW_RESAMPLES`).
    """
    tail = (1.0 - level) / 2.0
    # The same numbers either way; looking for NaN costs more than the sort.
    quantile = np.nanquantile if np.isnan(values).any() else np.quantile
    low, high = quantile(values, (tail, 1.0 - tail), axis=0, method=QUANTILE_METHOD)
    return np.asarray(low), np.asarray(high)


def percentile_interval(resampled: Floats, *, level: float = 0.95) -> tuple[float, float] | None:
    """Percentile bootstrap interval of one quantity.

    Parameters
    ----------
    resampled : ndarray, shape (n_resamples,)
        The quantity on each resample, NaN (or infinite) where it cannot be computed.
    level : float

    Returns
    -------
    tuple of float, or None
        None where it cannot be computed on too many of the resamples.

    Notes
    -----
    Percentiles as `percentiles` has them. A resample on which the quantity cannot be computed is
    left out and not drawn again; at most `MAX_REFUSED_SHARE` of them may be.
    """
    values = np.asarray(resampled, dtype=np.float64)
    usable = values[np.isfinite(values)]
    if too_many_refused(len(values) - len(usable), len(values)):
        return None
    low, high = percentiles(usable, level=level)
    return float(low), float(high)


def too_many_refused(n_refused: int, n_resamples: int) -> bool:
    """Whether so many resamples are lost that those left do not stand for all."""
    return n_refused == n_resamples or n_refused > MAX_REFUSED_SHARE * n_resamples


def few_resamples(n_resamples: int) -> bool:
    """Whether percentiles of so few resamples are too rough for a verdict."""
    return n_resamples < FEW_RESAMPLES


def monte_carlo_error(resampled: Floats, probability: float) -> float:
    """Monte-Carlo standard error of one percentile of resamples or simulations.

    Parameters
    ----------
    resampled : ndarray, shape (n_resamples,)
    probability : float

    Notes
    -----
    Half the distance between the percentiles one binomial standard error below and above, which
    needs no density.
    """
    values = np.asarray(resampled, dtype=np.float64)
    reach = math.sqrt(probability * (1.0 - probability) / len(values))
    ends = np.clip((probability - reach, probability + reach), 0.0, 1.0)
    low, high = np.quantile(values, ends, method=QUANTILE_METHOD)
    return float(high - low) / 2.0


def normal_end_error(standard_error: float, n_resamples: int, *, level: float = 0.95) -> float:
    """The same of the ends of an interval whose resamples are about normal."""
    tail = (1.0 - level) / 2.0
    density = math.exp(-0.5 * NormalDist().inv_cdf(tail) ** 2) / math.sqrt(2.0 * math.pi)
    return standard_error * math.sqrt(tail * (1.0 - tail) / n_resamples) / density
