"""Linear predictors of rows over the draws of what is missing: each draw's own, mean and variance.

Sums run draw by draw in one fixed order, so that no bit depends on how many rows there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.sheet.ordinal import OrdinalEvaluator


@dataclass(frozen=True, slots=True)
class Location:
    """Linear predictors of one set of rows; of an ordinal model its means.

    Attributes
    ----------
    mean, variance : ndarray, shape (n_rows,)
        Over the draws.
    draws : tuple of ndarray
        Each draw's own.
    risk : ndarray or None
        Mean risk of a binary outcome.
    refitted_risk : ndarray or None, shape (n_refits, n_rows)
    baselines : tuple of ndarray
        The outcome's baseline in each draw.
    predictors : tuple of ndarray
        Of an ordinal model, X b of each draw.
    exceedance : ndarray or None, shape (n_values - 1, n_rows)
        Of an ordinal model, the mean chance of reaching each value but the lowest.
    """

    mean: Floats
    variance: Floats
    draws: tuple[Floats, ...]
    risk: Floats | None
    refitted_risk: Floats | None
    baselines: tuple[Floats, ...]
    predictors: tuple[Floats, ...] = ()
    exceedance: Floats | None = None


class Cumulated:
    """Chances of an ordinal model summed over the draws, one draw after the other."""

    def __init__(self, model: OrdinalEvaluator, n_rows: int) -> None:
        self._model = model
        self.total: Floats = np.zeros((len(model.values) - 1, n_rows))
        self.predictors: list[Floats] = []

    def add(self, named: dict[str, Floats], shape: tuple[int, int]) -> Floats:
        """Add draws, rows of `shape`; their means, one after another."""
        predictor = self._model.predictor(named, shape[0] * shape[1])
        reached = self._model.exceedance(predictor)
        self.predictors += list(predictor.reshape(shape))
        for draw in range(shape[0]):
            self.total += reached.reshape(len(reached), *shape)[:, draw]
        return self._model.mean_of(predictor, reached)


def mean_over_draws(arrays: list[Floats]) -> Floats:
    """Mean of arrays of one shape, added one after another."""
    # Not np.mean: it sums in pairs where there is one row and in turn where there are many.
    total = np.zeros_like(arrays[0])
    for array in arrays:
        total += array
    return total / len(arrays)


def variance_over_draws(arrays: list[Floats], mean: Floats) -> Floats:
    """Sample variance of arrays of one shape about their mean; 0 of a single one."""
    if len(arrays) == 1:
        return np.zeros_like(mean)
    total = np.zeros_like(mean)
    for array in arrays:
        difference = array - mean
        total += difference * difference
    return total / (len(arrays) - 1)


def merged(whole: Location, drawn: Location, incomplete: Bools) -> Location:
    """Put complete and incomplete rows back in their order."""

    def joined(one: Floats, other: Floats) -> Floats:
        both = np.empty((*one.shape[:-1], len(incomplete)))
        both[..., ~incomplete] = one
        both[..., incomplete] = other
        return both

    def joined_if_any(one: Floats | None, other: Floats | None) -> Floats | None:
        return None if one is None or other is None else joined(one, other)

    def each(one: tuple[Floats, ...], other: tuple[Floats, ...]) -> tuple[Floats, ...]:
        return tuple(joined(one[0], array) for array in other) if one else ()

    return Location(
        mean=joined(whole.mean, drawn.mean),
        variance=joined(whole.variance, drawn.variance),
        draws=each(whole.draws, drawn.draws),
        risk=joined_if_any(whole.risk, drawn.risk),
        refitted_risk=joined_if_any(whole.refitted_risk, drawn.refitted_risk),
        baselines=each(whole.baselines, drawn.baselines),
        predictors=each(whole.predictors, drawn.predictors),
        exceedance=joined_if_any(whole.exceedance, drawn.exceedance),
    )
