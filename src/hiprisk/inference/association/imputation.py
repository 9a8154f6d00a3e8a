"""Completed data sets for inference: imputed within strata, persons drawn anew for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.bootstrap import Persons
from hiprisk.errors import ConfigError, InputError
from hiprisk.features.imputation import multiple_imputations
from hiprisk.features.normal_fit import fit_normal
from hiprisk.learning.chained import draw_chained
from hiprisk.seeding import rng_for


@dataclass(frozen=True, kw_only=True)
class IncompleteData:
    """Rows with missing values, and what informs their imputation.

    Attributes
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        NaN where missing.
    names : tuple of str
        Names of the columns, for refusals.
    outcome : ndarray, shape (n_rows,)
        NaN where unknown: such rows inform the imputation and are not returned.
    auxiliary : ndarray, shape (n_rows, n_auxiliary)
    persons : ndarray of int, shape (n_rows,)
    strata : ndarray of int, shape (n_rows,)
        Rows of different strata are imputed apart.
    completed : tuple of ndarray, each of shape (n_rows, n_columns)
        The columns in every imputation of a stacked file; empty where a file is not stacked.
    outcomes : tuple of ndarray, each of shape (n_rows,)
        The outcome in each of them, of which `outcome` is the first.
    """

    columns: Floats
    names: tuple[str, ...]
    outcome: Floats
    auxiliary: Floats
    persons: Integers
    strata: Integers
    completed: tuple[Floats, ...] = ()
    outcomes: tuple[Floats, ...] = ()

    @property
    def known(self) -> Bools:
        """Rows whose outcome is known."""
        return ~np.isnan(self.outcome)


def check_enough_imputations(data: IncompleteData, n_imputations: int) -> None:
    """Raise ConfigError where values are missing and one imputation is asked for."""
    if n_imputations > 1 or data.completed or not np.isnan(data.columns[data.known]).any():
        return
    raise ConfigError(
        "values are missing, and one imputation cannot say what that costs",
        column="imputation.imputations",
        advice="ask for at least 2, better 10 or more",
    )


def impute(data: IncompleteData, *, n_imputations: int, method: str, seed: int) -> list[Floats]:
    """Complete the rows whose outcome is known, `n_imputations` times.

    Parameters
    ----------
    data : IncompleteData
    n_imputations : int
    method : str
        ``normal`` or ``chained``.
    seed : int

    Returns
    -------
    list of ndarray
        Each of shape (n_known, n_columns); a single one where nothing is missing. Those of a
        stacked file, where there are.

    Raises
    ------
    ConfigError
        If values are missing and fewer than two imputations are asked for.
    InputError
        If a column is missing in a whole stratum.

    Notes
    -----
    Outcome and exposure are part of the imputation model, and every stratum has a model of its
    own: associations may differ between strata, so an interaction with the strata survives. The
    parameters of the normal model are drawn anew for each imputation by a bootstrap of persons,
    and its covariance is widened by what maximum likelihood on a bootstrap loses.
    """
    known = data.known
    if data.completed:
        return _of_the_file(data)
    if not np.isnan(data.columns[known]).any():
        return [data.columns[known]]
    check_enough_imputations(data, n_imputations)
    filled = [np.empty_like(data.columns) for _ in range(n_imputations)]
    for stratum in np.unique(data.strata):
        rows = np.flatnonzero(data.strata == stratum)
        _check_not_empty(data, rows)
        joint = np.column_stack([data.columns, data.outcome, data.auxiliary])[rows]
        generators = [
            rng_for(seed, "association", "imputation", int(stratum), number)
            for number in range(n_imputations)
        ]
        drawn = _draw(joint, data.persons[rows], generators, method)
        for whole, part in zip(filled, drawn, strict=True):
            whole[rows] = part[:, : data.columns.shape[1]]
    return [_one_value_a_person(whole, data)[known] for whole in filled]


def _of_the_file(data: IncompleteData) -> list[Floats]:
    """The imputations that the file brings; they must be complete."""
    parts = [part[data.known] for part in data.completed]
    gaps = np.any([np.isnan(part).any(axis=0) for part in parts], axis=0)
    if gaps.any():
        raise InputError(
            f"the file's imputations still have missing values in {int(gaps.sum())} of "
            f"{len(gaps)} columns",
            code="STACKED_ROWS",
            column=data.names[int(np.flatnonzero(gaps)[0])],
            advice="give complete imputations, or the data before imputation",
        )
    return parts


def _draw(
    joint: Floats, persons: Integers, generators: Sequence[np.random.Generator], method: str
) -> list[Floats]:
    if not np.isnan(joint).any():
        return [joint] * len(generators)
    if method == "chained":
        return [draw_chained(joint, rng=rng) for rng in generators]
    people = Persons.of(persons)
    return list(multiple_imputations(joint, generators, whole=fit_normal(joint), persons=people))


def _check_not_empty(data: IncompleteData, rows: Integers) -> None:
    empty = np.flatnonzero(np.isnan(data.columns[rows]).all(axis=0))
    if empty.size:
        raise InputError(
            f"no one in a stratum of {len(rows)} rows has a value",
            code="ALL_MISSING",
            column=data.names[int(empty[0])],
            advice="take it out of the confounders, or report without strata",
        )


def _one_value_a_person(filled: Floats, data: IncompleteData) -> Floats:
    """Give all rows of a person the same value of what is a person's, not a hip's."""
    numbers, first, place = np.unique(data.persons, return_index=True, return_inverse=True)
    if len(numbers) == len(place):
        return filled
    for position, seen in enumerate(data.columns.T):
        lowest = np.full(len(numbers), np.inf)
        highest = np.full(len(numbers), -np.inf)
        known = ~np.isnan(seen)
        np.minimum.at(lowest, place[known], seen[known])
        np.maximum.at(highest, place[known], seen[known])
        # Told by the data, not by the dictionary: whatever never differs between the hips is a
        # person's.
        if (highest > lowest).any():
            continue  # differs between the hips of a person
        # Known of one hip, it is known of both; known of neither, both get the draw of the first.
        value = np.where(np.isfinite(lowest), lowest, filled[first, position])
        filled[:, position] = value[place]
    return filled


def stacked(parts: Sequence[Floats]) -> Floats:
    """All completed sets below one another, for places that are common to all of them."""
    return np.concatenate(list(parts))
