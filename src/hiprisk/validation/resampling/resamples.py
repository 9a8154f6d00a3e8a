"""Resamples of persons, and what a procedure gives back for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.seeding import rng_for


@dataclass(frozen=True)
class Resample:
    """One bootstrap sample.

    Attributes
    ----------
    number : int
    rows : ndarray of int
        Positions of the rows, repeated as drawn.
    counts : ndarray of int, shape (n_rows,)
        How often each row was drawn.
    """

    number: int
    rows: Integers
    counts: Integers


@dataclass(frozen=True, eq=False)
class OrdinalRefit:
    """The distribution of a refit of an ordinal model.

    Attributes
    ----------
    intercepts : ndarray, shape (n_values - 1,)
        Over the values of the whole study's score.
    predictor : ndarray, shape (n_rows,)
        X b of all original rows, the mean over the draws of what is missing.
    """

    intercepts: Floats
    predictor: Floats


@dataclass(frozen=True)
class Refit:
    """What a procedure gives back for a resample.

    Attributes
    ----------
    predicted : ndarray, shape (n_rows,)
        Predictions of all original rows.
    coefficients : ndarray or None
        Coefficients of the refit, intercept first, where the family has any.
    ordinal : OrdinalRefit or None
        Of a model type that has a distribution of its own.
    """

    predicted: Floats
    coefficients: Floats | None = None
    ordinal: OrdinalRefit | None = None


Procedure = Callable[[Resample], Refit]


def draw_resamples(groups: Integers, *, n_resamples: int, seed: int) -> tuple[Resample, ...]:
    """Resamples of persons: all rows of a person are drawn together.

    Parameters
    ----------
    groups : ndarray of int, shape (n_rows,)
        Number of the person that each row belongs to.
    n_resamples : int
    seed : int
        Each resample has its own generator, so that the n-th is the same however many there are.
    """
    persons = Persons.of(groups)
    return tuple(
        _resample(
            number, persons.rows(persons.draw(rng_for(seed, "bootstrap", number))), len(groups)
        )
        for number in range(n_resamples)
    )


def resamples_from_indices(indices: Sequence[Sequence[int]] | Integers) -> tuple[Resample, ...]:
    """Resamples given as positions from 0, one row of positions a resample."""
    n_rows = len(indices[0])
    return tuple(
        _resample(number, np.asarray(rows, dtype=np.intp), n_rows)
        for number, rows in enumerate(indices)
    )


def _resample(number: int, rows: Integers, n_rows: int) -> Resample:
    return Resample(number, rows, np.bincount(rows, minlength=n_rows))


def leave_out(left_out: Bools, *, number: int) -> Resample:
    """Every row once but some: the training rows of a fold, or those outside of a site."""
    return _resample(number, np.flatnonzero(~left_out), len(left_out))
