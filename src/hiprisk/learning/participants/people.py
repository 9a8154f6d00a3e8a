"""One set of people with their outcome, and the columns of a cohort that a study asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import ConfigError
from hiprisk.spelling import did_you_mean
from hiprisk.values import one_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Participants:
    """One set of people with their outcome.

    Attributes
    ----------
    frame : DataFrame
        Dictionary variables.
    outcome : ndarray, shape (n_rows,)
        NaN where unknown.
    groups : ndarray of int, shape (n_rows,)
        Number of the person that each row belongs to.
    sites : ndarray of int, shape (n_rows,)
        Number of the site; all zero where the cohort has none.
    imputations : tuple of Participants
        The same rows in every imputation of a stacked file, of which these are the first; empty
        where a file is not stacked.
    """

    frame: pd.DataFrame
    outcome: Floats
    groups: Integers
    sites: Integers
    imputations: tuple[Participants, ...] = ()

    @property
    def n_analysed(self) -> int:
        """Rows whose outcome is known."""
        return int((~np.isnan(self.outcome)).sum())

    def take(self, rows: Bools) -> Participants:
        """The rows of a mask, in order."""
        return Participants(
            frame=self.frame.loc[rows].reset_index(drop=True),
            outcome=self.outcome[rows],
            groups=self.groups[rows],
            sites=self.sites[rows],
            imputations=tuple(one.take(rows) for one in self.imputations),
        )


def numbered(frame: pd.DataFrame, column: str, *, shared: bool = False) -> Integers:
    """Whole numbers for the values of an identifier.

    A row without the identifier stands alone, or, if `shared`, together with all others without.
    """
    if column not in frame.columns:
        return np.zeros(len(frame), np.intp) if shared else np.arange(len(frame))
    codes = pd.factorize(frame[column])[0].astype(np.intp)
    if not shared:
        unknown = codes < 0
        # Beyond every known code, one each: people without a number must not become one person.
        codes[unknown] = len(frame) + np.flatnonzero(unknown)
    return codes


def levels_mask(frame: pd.DataFrame, variable: str, levels: Sequence[str], *, key: str) -> Bools:
    """Which rows have one of the levels that the config names under `key`; each must occur."""
    require(frame, variable, key=key)
    occurring = set(_codes(frame[variable]).dropna())
    absent = [level for level in levels if one_code(level) not in occurring]
    if absent:
        raise ConfigError(
            f"no row has {variable} '{absent[0]}'",
            column=key,
            advice=f"it occurs with {len(occurring)} other level(s)",
        )
    return at_levels(frame[variable], levels)


def at_levels(values: pd.Series, levels: Sequence[str]) -> Bools:
    """Which cells of a category have one of these levels, ``1.0`` read as ``1``."""
    return np.asarray(_codes(values).isin([one_code(level) for level in levels]))


def _codes(values: pd.Series) -> pd.Series:
    return values.map(lambda value: one_code(str(value)), na_action="ignore")


def require(frame: pd.DataFrame, variable: str, *, key: str) -> None:
    """Raise ConfigError where the cohort lacks a variable that the config names under `key`."""
    if variable not in frame.columns:
        raise ConfigError(
            f"the cohort has no '{variable}'",
            column=key,
            advice=did_you_mean(
                variable,
                map(str, frame.columns),
                otherwise="map it in the cohort's mapping, or name another variable",
            ),
        )
