"""The distribution over a bounded score's own values: cumulative probabilities of a link.

Everything is elementwise over rows, value by value in one fixed order: a row's numbers are the same
to the last bit whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.sheet.basis_functions import term_functions
from hiprisk.sheet.format import Event, OrdinalModel
from hiprisk.sheet.links import LINKS

# A cumulative probability that misses a quantile's probability by rounding alone reaches it.
ROUNDING = 1e-12
# Values of X b nearer to each other have their average slope by quadrature.
NEAR = 0.1
# Gauss-Legendre on [0, 1] with five nodes, exact up to the ninth power.
NODES = (0.04691007703066802, 0.23076534494715845, 0.5, 0.7692346550528415, 0.953089922969332)
WEIGHTS = (
    0.11846344252809454,
    0.23931433524968324,
    0.28444444444444444,
    0.23931433524968324,
    0.11846344252809454,
)


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalDistribution:
    """Distributions of n rows over the same values.

    Attributes
    ----------
    values : ndarray, shape (n_values,)
        Ascending.
    exceedance : ndarray, shape (n_values - 1, n_rows)
        Probability of reaching each value but the lowest.
    mean : ndarray, shape (n_rows,)
    """

    values: Floats
    exceedance: Floats
    mean: Floats

    def among(self, rows: Bools | Integers) -> OrdinalDistribution:
        """The same of some of the rows."""
        return OrdinalDistribution(self.values, self.exceedance[:, rows], self.mean[rows])

    def quantile(self, probability: float) -> Floats:
        """Smallest value whose cumulative probability reaches a probability, shape (n_rows,)."""
        below = 1.0 - self.exceedance < probability - ROUNDING
        return np.asarray(self.values[below.sum(axis=0)])

    def at_least(self, bound: Floats) -> Floats:
        """P(Y >= bound) with each row's own bound, shape (n_rows,)."""
        return self._reaching(np.searchsorted(self.values, bound, side="left"))

    def at_most(self, bound: Floats) -> Floats:
        """P(Y <= bound) with each row's own bound, shape (n_rows,)."""
        return 1.0 - self._reaching(np.searchsorted(self.values, bound, side="right"))

    def chance(self, event: Event, bound: Floats) -> Floats:
        """Chance that the outcome reaches a bound from the event's side, shape (n_rows,)."""
        return self.at_least(bound) if event.direction == "above" else self.at_most(bound)

    def variance(self) -> Floats:
        """Variance of the outcome, shape (n_rows,)."""
        # E g(Y) = g(lowest) + sum of the steps of g times the chance of reaching them.
        total = (self.values[0] - self.mean) ** 2
        for low, high, reached in zip(
            self.values[:-1], self.values[1:], self.exceedance, strict=True
        ):
            total = total + (high - low) * (high + low - 2.0 * self.mean) * reached
        return np.asarray(np.maximum(total, 0.0))

    def _reaching(self, place: Integers) -> Floats:
        """P(Y >= the value at a place), 0 beyond the last."""
        last = len(self.values) - 1
        inner = self.exceedance[np.clip(place - 1, 0, last - 1), np.arange(len(place))]
        return np.where(place == 0, 1.0, np.where(place > last, 0.0, inner))


def mean_of(values: Floats, exceedance: Floats) -> Floats:
    """Mean from the probabilities of reaching each value but the lowest, one mean a row."""
    return _mean_in_turn(values, exceedance, exceedance.shape[1:])


def _mean_in_turn(values: Floats, exceedance: Iterable[Floats], shape: tuple[int, ...]) -> Floats:
    total = np.full(shape, values[0])
    for gap, reached in zip(np.diff(values), exceedance, strict=True):
        total += gap * reached
    # All but certain of the highest value, the sum may pass it by rounding.
    return np.asarray(np.minimum(total, values[-1]))


class OrdinalEvaluator:
    """An ordinal model made ready: its linear predictor, distribution and mean.

    Its own linear predictor is X b; what stands beside a linear predictor elsewhere, as a number
    that is split, averaged and compared, is the mean, which is in units of the score.
    """

    def __init__(self, model: OrdinalModel) -> None:
        self._model = model
        self._link = LINKS[model.link]
        self._intercepts = np.array(model.intercepts, dtype=np.float64)
        self._coefficients = np.array([c for term in model.terms for c in term.coefficients])
        self._refits: Floats = np.array(model.refits or (), dtype=np.float64)
        self.values: Floats = np.array(model.values, dtype=np.float64)

    @property
    def n_refits(self) -> int:
        """Number of bootstrap refits that the sheet carries."""
        return len(self._refits)

    def functions(self, columns: Mapping[str, Floats]) -> list[Floats]:
        """Each term's functions of its column, in the order of the coefficients."""
        return term_functions(self._model.terms, columns)

    def predictor(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """X b of each row, without an intercept, shape (n_rows,)."""
        return _weighted(self._coefficients, self.functions(columns), n_rows)

    def exceedance(self, predictor: Floats) -> Floats:
        """Probability of reaching each value but the lowest, shape (n_values - 1, n_rows)."""
        return self._link.cumulative(self._intercepts[:, np.newaxis] + predictor)

    def slope(self, predictor: Floats) -> Floats:
        """Derivative of the mean by X b, shape (n_rows,)."""
        total = np.zeros(len(predictor))
        for gap, own in zip(np.diff(self.values), self._density(predictor), strict=True):
            total += gap * own
        return total

    def average_slope(self, start: Floats, end: Floats) -> Floats:
        """Average derivative of the mean by X b between two of its values, elementwise."""
        step = end - start
        near = np.abs(step) < NEAR
        # A difference of means so near each other would lose its digits.
        divided = (self.mean(end) - self.mean(start)) / np.where(near, 1.0, step)
        integrated = np.zeros_like(step)
        for node, weight in zip(NODES, WEIGHTS, strict=True):
            integrated += weight * self.slope(start + node * step)
        return np.where(near, integrated, divided)

    def gradient(self, columns: Mapping[str, Floats], n_rows: int) -> list[Floats]:
        """Derivatives of the mean by each intercept and each coefficient, each of n_rows."""
        predictor = self.predictor(columns, n_rows)
        by_intercept = self._density(predictor) * np.diff(self.values)[:, np.newaxis]
        slope = self.slope(predictor)
        return [*by_intercept, *(slope * function for function in self.functions(columns))]

    def _density(self, predictor: Floats) -> Floats:
        return self._link.density(self._intercepts[:, np.newaxis] + predictor)

    def mean(self, predictor: Floats) -> Floats:
        """Mean of the score at values of X b, shape of `predictor`; NaN where X b ran out."""
        return self.mean_of(predictor, self.exceedance(predictor))

    def mean_of(self, predictor: Floats, exceedance: Floats) -> Floats:
        """The same where the probabilities are known already."""
        # An infinite X b would be shown as a plain highest or lowest score.
        return np.where(np.isfinite(predictor), mean_of(self.values, exceedance), np.nan)

    def distribution(self, predictor: Floats) -> OrdinalDistribution:
        """Distributions at values of X b, nothing being missing."""
        exceedance = self.exceedance(predictor)
        return OrdinalDistribution(self.values, exceedance, self.mean_of(predictor, exceedance))

    def linear_predictor(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """Mean of the score of each row, shape (n_rows,)."""
        return self.mean(self.predictor(columns, n_rows))

    def refitted(self, columns: Mapping[str, Floats], n_rows: int) -> Floats:
        """Mean under each refit, shape (n_refits, n_rows)."""
        # All refits at once, value by value: their probabilities together would fill the memory.
        columns_of = self._refits.T[:, :, np.newaxis]
        n_intercepts, shape = len(self._intercepts), (self.n_refits, n_rows)
        predictor = np.zeros(shape)
        for function, coefficient in zip(
            self.functions(columns), columns_of[n_intercepts:], strict=True
        ):
            predictor += coefficient * function
        reached = (self._link.cumulative(one + predictor) for one in columns_of[:n_intercepts])
        return _mean_in_turn(self.values, reached, shape)


def _weighted(coefficients: Floats, functions: list[Floats], n_rows: int) -> Floats:
    # Term by term: a matrix product may add in another order for another number of rows.
    total = np.zeros(n_rows)
    for function, coefficient in zip(functions, coefficients, strict=True):
        total += coefficient * function
    return total
