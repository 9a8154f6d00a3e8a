"""Resamples of persons, and what a procedure gives back for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np

from hiprisk.arrays import Bools, Counts, Floats, Integers
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


@dataclass(frozen=True, eq=False)
class DrawnResamples(Sequence[Resample]):
    """Resamples of persons, each drawn when it is asked for: thousands of them take no memory.

    Attributes
    ----------
    persons : Persons
    numbers : range
        Of the resamples.
    seed : int
        Each resample has its own generator, so that the n-th is the same however many there are.
    """

    persons: Persons
    numbers: range
    seed: int

    def __len__(self) -> int:
        """How many they are."""
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Resample: ...

    @overload
    def __getitem__(self, place: slice) -> DrawnResamples: ...

    def __getitem__(self, place: int | slice) -> Resample | DrawnResamples:
        """One of them, drawn; or some of them."""
        numbers = self.numbers[place]
        if isinstance(numbers, range):
            return replace(self, numbers=numbers)
        drawn = self.persons.draw(self._rng(numbers))
        return _resample(numbers, self.persons.rows(drawn), len(self.persons.of_row))

    def counts(self) -> Counts:
        """How often each has drawn each row, without a list of the rows drawn."""
        persons = self.persons
        counts = np.empty((len(self), len(persons.of_row)), dtype=np.int32)
        for place, number in enumerate(self.numbers):
            counts[place] = persons.draw_counts(self._rng(number))[persons.of_row]
        return counts

    def _rng(self, number: int) -> np.random.Generator:
        return rng_for(self.seed, "bootstrap", number)


def draw_resamples(groups: Integers, *, n_resamples: int, seed: int) -> DrawnResamples:
    """Resamples of persons: all rows of a person are drawn together.

    Parameters
    ----------
    groups : ndarray of int, shape (n_rows,)
        Number of the person that each row belongs to.
    n_resamples : int
    seed : int
        Each resample has its own generator, so that the n-th is the same however many there are.
    """
    return DrawnResamples(Persons.of(groups), range(n_resamples), seed)


def counts_of(resamples: Sequence[Resample], n_rows: int) -> Counts:
    """How often each resample has drawn each row, shape (n_resamples, n_rows)."""
    if isinstance(resamples, DrawnResamples):
        return resamples.counts()
    counts = np.empty((len(resamples), n_rows), dtype=np.int32)
    for place, resample in enumerate(resamples):
        counts[place] = resample.counts
    return counts


def numbers_of(resamples: Sequence[Resample]) -> Integers:
    """Their numbers, without drawing them."""
    if isinstance(resamples, DrawnResamples):
        return np.asarray(resamples.numbers, dtype=np.intp)
    return np.array([one.number for one in resamples], dtype=np.intp)


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
