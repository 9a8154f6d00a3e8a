"""How far one person's prediction moves from one refit of the model to another.

The sheet carries the coefficients of the bootstrap's refits, so that the instability of a new
person's prediction can be said at the bedside, beside the interval for the outcome.

References
----------
.. [1] Riley, Collins (2023). Biom J 65(8), 2200302. doi:10.1002/bimj.202200302
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiprisk.errors import BundleError
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.models import evaluator_for, expit
from hiprisk.sheet.terms import add_derived

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One threshold.

    Attributes
    ----------
    threshold : float
    reached : bool
        Whether the model's own prediction reaches it.
    chance : float
        Share of the refits that say otherwise.
    """

    threshold: float
    reached: bool
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStability:
    """One person's prediction over the refits.

    Attributes
    ----------
    predicted : float
    low, high : float
        Ends of the middle 95 % of the refits' predictions.
    mean_absolute_difference : float
        Mean absolute difference of the refits' predictions from the model's own (MAPE).
    flips : tuple of Flip
    n_refits : int
    """

    predicted: float
    low: float
    high: float
    mean_absolute_difference: float
    flips: tuple[Flip, ...]
    n_refits: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "prediction": {"value": self.predicted, "low": self.low, "high": self.high},
            "mean_absolute_difference": self.mean_absolute_difference,
            "n_refits": self.n_refits,
            "flips": [
                {"threshold": flip.threshold, "reached": flip.reached, "chance": flip.chance}
                for flip in self.flips
            ],
        }


def refitted_predictions(evaluator: SheetEvaluator, columns: Columns) -> Floats:
    """Predictions of every refit that a sheet carries, shape (n_refits, n_rows).

    Missing values are filled by the sheet's own draws, as for its prediction.

    Raises
    ------
    BundleError
        If the sheet carries no refits (boosting, or written by hand).
    """
    sheet = evaluator.sheet
    model = evaluator_for(sheet.model)
    if not model.n_refits:
        raise BundleError(
            "the model carries no refits, so how stable a prediction is cannot be said",
            code="NO_REFITS",
            advice="linear and logistic models that hiprisk fitted carry them",
        )
    n_rows = len(next(iter(columns.values()))) if columns else 0
    known = evaluator.numeric_columns(columns, n_rows)
    whole = not any(np.isnan(column).any() for column in known)
    versions = [known] if whole else evaluator.filled(known)
    binary = sheet.outcome.kind == "binary"
    names = [column.name for column in sheet.columns]
    total = np.zeros((model.n_refits, n_rows))
    for filled in versions:
        named = dict(zip(names, filled, strict=True))
        add_derived(sheet.derived, named)
        lp = model.refitted(named, n_rows)
        total += expit(lp) if binary else lp
    mean = total / len(versions)
    if binary:
        return mean
    low, high = sheet.outcome.lower, sheet.outcome.upper
    return np.clip(mean, -np.inf if low is None else low, np.inf if high is None else high)


def person_stability(
    predicted: float, refitted: Floats, *, thresholds: Sequence[float] = ()
) -> PersonStability:
    """Summary of one person's predictions.

    Parameters
    ----------
    predicted : float
        The model's own.
    refitted : ndarray, shape (n_refits,)
        Those of its refits.
    thresholds : sequence of float
        Predictions from which one would act.
    """
    low, high = np.quantile(refitted, ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return PersonStability(
        predicted=float(predicted),
        low=float(low),
        high=float(high),
        mean_absolute_difference=float(np.abs(refitted - predicted).mean()),
        flips=tuple(
            Flip(
                threshold=float(threshold),
                reached=bool(predicted >= threshold),
                chance=float(np.mean((refitted >= threshold) != (predicted >= threshold))),
            )
            for threshold in thresholds
        ),
        n_refits=len(refitted),
    )
