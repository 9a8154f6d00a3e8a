"""Stacked imputations: several rows a person, one for each completed data set of a cohort.

They are never counted as people: a task takes one imputation, pools over all, or refuses.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hiprisk.arrays import Integers
from hiprisk.cohort.reading import Cohort
from hiprisk.errors import ConfigError, InputError

ONE_IMPUTATION = 'choose one in the mapping, for instance imputations: ["1"]'
# mice, Stata and SPSS number the data before imputation 0 in their stacked files.
BEFORE_IMPUTATION = "0"


def imputation_labels(cohort: Cohort) -> tuple[str, ...]:
    """The imputations that were read, in the order of the file; empty where none are numbered."""
    if cohort.imputation is None:
        return ()
    return tuple(dict.fromkeys(cohort.imputation))


def check_no_stack(cohort: Cohort) -> None:
    """Raise unless a row is a person (or a hip), and not one of several imputations of them.

    Raises
    ------
    ConfigError
        If several imputations were read.
    """
    labels = imputation_labels(cohort)
    if len(labels) > 1:
        raise ConfigError(
            f"the file contains stacked imputations: {len(labels)} were read, and each person "
            "would count several times",
            code="STACKED_ROWS",
            file=cohort.source_name,
            column="imputations",
            advice=ONE_IMPUTATION + "; or give the data before imputation",
        )


def split_imputations(cohort: Cohort) -> tuple[Cohort, ...]:
    """A stacked cohort as one cohort an imputation, the same persons in the same order in each.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    tuple of Cohort
        The cohort itself where nothing is stacked. The data before imputation (number 0) are left
        out where they have missing values that the others have not.

    Raises
    ------
    InputError
        If the imputations do not have the same persons, or the same number of rows where no column
        identifies a person.
    """
    labels = imputation_labels(cohort)
    if len(labels) < 2:
        return (cohort,)
    numbers = np.array(cohort.imputation, dtype=object)
    parts = {label: np.flatnonzero(numbers == label) for label in labels}
    if BEFORE_IMPUTATION in parts and _is_before_imputation(cohort, parts):
        del parts[BEFORE_IMPUTATION]
    _check_same_length(cohort, parts)
    first, *rest = parts.values()
    aligned = [first, *(_in_the_order_of(cohort, first, rows) for rows in rest)]
    return tuple(replace(cohort.take(rows), imputation=None) for rows in aligned)


def _is_before_imputation(cohort: Cohort, parts: dict[str, Integers]) -> bool:
    """Whether number 0 lacks values that another imputation has."""
    counts = {
        label: int(cohort.frame.iloc[rows].isna().to_numpy().sum()) for label, rows in parts.items()
    }
    others = [count for label, count in counts.items() if label != BEFORE_IMPUTATION]
    return counts[BEFORE_IMPUTATION] > max(others)


def _check_same_length(cohort: Cohort, parts: dict[str, Integers]) -> None:
    sizes = {len(rows) for rows in parts.values()}
    if len(sizes) > 1:
        raise _unequal(
            cohort,
            f"the imputations have {min(sizes)} to {max(sizes)} rows, and must have the same",
        )


def _in_the_order_of(cohort: Cohort, first: Integers, rows: Integers) -> Integers:
    """Rows of an imputation, in the order that their persons have in the first one."""
    if "person_id" not in cohort.frame.columns:
        return rows
    ours, theirs = (_keys(cohort.frame["person_id"].iloc[part]) for part in (first, rows))
    if ours.equals(theirs):
        return rows
    places = theirs.get_indexer(ours)
    if (places < 0).any():
        raise _unequal(cohort, f"{int((places < 0).sum())} rows have no partner of the same person")
    return np.asarray(rows[places])


def _keys(persons: pd.Series) -> pd.MultiIndex:
    """Each row by its person and, for a person's second hip or visit, its number."""
    named = persons.fillna("")
    return pd.MultiIndex.from_arrays([named, named.groupby(named).cumcount()])


def _unequal(cohort: Cohort, what: str) -> InputError:
    return InputError(
        what,
        code="STACKED_ROWS",
        file=cohort.source_name,
        advice="each imputation needs one row for each person; " + ONE_IMPUTATION,
    )
