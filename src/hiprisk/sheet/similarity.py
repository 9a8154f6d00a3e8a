"""How far a patient lies from those that the model learned from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.format import Sheet

Similarity = Literal["alike", "less_usual", "unlike"]

# Shares of the development cohort that lie at least as far from its mean.
LESS_USUAL_BELOW = 0.05
UNLIKE_BELOW = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Mahalanobis distance over what is known.

    Attributes
    ----------
    squared : float
    n_columns : int
        Known columns, the degrees of freedom.
    tail : float
        Probability that a member of the development cohort lies at least as far out; from the
        chi-squared
        distribution, so a guide where variables are far from normal.
    likeness : str
        ``alike``; ``less_usual`` below 5 %; ``unlike`` below 1 %.
    """

    squared: float
    n_columns: int
    tail: float
    likeness: Similarity


def distance(sheet: Sheet, known: list[Floats]) -> Distance | None:
    """Distance of one patient; None where nothing is known of the patient or of the people.

    Parameters
    ----------
    sheet : Sheet
    known : list of ndarray of shape (1,)
        The sheet's columns, NaN where missing.
    """
    values = np.array([float(column[0]) for column in known])
    here = np.flatnonzero(~np.isnan(values))
    if not here.size or not sheet.has_reference_population:
        return None
    deviation = values[here] - np.array(sheet.missing.mean)[here]
    covariance = np.array(sheet.missing.covariance)[np.ix_(here, here)]
    squared = float(deviation @ np.linalg.solve(covariance, deviation))
    tail = chi_squared_tail(squared, len(here))
    likeness: Similarity = "alike"
    if tail < LESS_USUAL_BELOW:
        likeness = "unlike" if tail < UNLIKE_BELOW else "less_usual"
    return Distance(squared=squared, n_columns=len(here), tail=tail, likeness=likeness)


def chi_squared_tail(value: float, degrees: int) -> float:
    """Chance that a chi-squared variable exceeds a value, by its finite series.

    References
    ----------
    .. [1] Abramowitz, Stegun (1964). Handbook of Mathematical Functions, 26.4.4 and 26.4.5.
    """
    half = max(value, 0.0) / 2.0
    if degrees % 2:
        total, term, start = math.erfc(math.sqrt(half)), math.sqrt(half / math.pi) * 2.0, 1.5
    else:
        total, term, start = 0.0, 1.0, 1.0
    scaled = 0.0
    for step in range(degrees // 2):
        scaled += term
        term *= half / (start + step)
    return min(total + math.exp(-half) * scaled, 1.0)
