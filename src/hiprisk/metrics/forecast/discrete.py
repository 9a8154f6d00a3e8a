"""The forecast of a score by the chances of its own values: a step function for each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.sheet.format import Event
from hiprisk.sheet.ordinal import ROUNDING


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DiscreteForecast:
    """Chances of a score's values for n people.

    Attributes
    ----------
    values : ndarray, shape (k,)
        Ascending.
    upto : ndarray, shape (n_people, k)
        P(outcome at most each value); 1 at the last.
    lower, upper : float
        Bounds of the outcome; infinite where there is none.
    """

    values: Floats
    upto: Floats
    lower: float = -np.inf
    upper: float = np.inf

    def __len__(self) -> int:
        return len(self.upto)

    def take(self, rows: Integers | Bools) -> DiscreteForecast:
        """The forecasts of some people."""
        return replace(self, upto=self.upto[rows])

    def cdf(self, outcome: Floats | float) -> Floats:
        """P(outcome at most this), shape (n_people,)."""
        return self._sum_before(np.searchsorted(self.values, outcome, side="right"))

    def below(self, outcome: Floats | float) -> Floats:
        """P(outcome less than this), shape (n_people,)."""
        return self._sum_before(np.searchsorted(self.values, outcome, side="left"))

    def _sum_before(self, count: Integers | np.intp) -> Floats:
        """Chance of each person's first so many values."""
        place = np.broadcast_to(count, len(self))
        reached = self.upto[np.arange(len(self)), np.maximum(place, 1) - 1]
        return np.where(place > 0, reached, 0.0)

    def quantile(self, probability: float) -> Floats:
        """Smallest value whose chance of being enough reaches the probability."""
        place = (self.upto < probability - ROUNDING).sum(axis=1)
        return np.asarray(self.values[np.minimum(place, len(self.values) - 1)])

    def expectation(self) -> Floats:
        """Mean of the outcome, shape (n_people,)."""
        # The highest value less the area under the steps below it.
        return np.asarray(self.values[-1] - self.upto[:, :-1] @ np.diff(self.values))

    def chances(self) -> Floats:
        """Chance of each value, shape (n_people, k)."""
        return np.diff(self.upto, axis=1, prepend=0.0)

    def variance(self) -> Floats:
        """Variance of the outcome, shape (n_people,)."""
        return self.squared_difference(self.expectation())

    def squared_difference(self, value: Floats) -> Floats:
        """Expected square of outcome minus a value of each person, shape (n_people,)."""
        off = self.values - value[:, np.newaxis]
        return np.asarray((off**2 * self.chances()).sum(axis=1))

    def absolute_difference(self, value: Floats) -> Floats:
        """Expected distance of outcome and a value of each person, shape (n_people,)."""
        off = np.abs(self.values - value[:, np.newaxis])
        return np.asarray((off * self.chances()).sum(axis=1))

    def at_lower(self) -> Floats:
        """Chance of the lower bound itself, shape (n_people,); 0 where there is none."""
        return self.cdf(self.lower)

    def at_upper(self) -> Floats:
        """Chance of the upper bound itself, shape (n_people,); 0 where there is none."""
        return 1.0 - self.below(self.upper)

    def chance(self, event: Event, bound: Floats) -> Floats:
        """Chance that the outcome crosses a bound, shape (n_people,); NaN of an unknown bound."""
        known = np.where(np.isnan(bound), self.values[0], bound)
        above = event.direction == "above"
        chance = 1.0 - self.below(known) if above else self.cdf(known)
        return np.where(np.isnan(bound), np.nan, chance)

    def crps(self, observed: Floats) -> Floats:
        """CRPS of each person, exact: a sum of squared steps, shape (n_people,).

        An outcome beyond all values adds its distance from them; one between two values parts the
        step between them.
        """
        steps, upto = np.diff(self.values), self.upto[:, :-1]
        # Width of each step that lies at or above the outcome.
        beyond = np.clip(self.values[1:] - observed[:, np.newaxis], 0.0, steps)
        inside = np.asarray((upto**2) @ steps + ((1.0 - 2.0 * upto) * beyond).sum(axis=1))
        return inside + np.abs(observed - np.clip(observed, self.values[0], self.values[-1]))


def joined_discrete(
    forecasts: Sequence[DiscreteForecast], rows: Sequence[Integers]
) -> DiscreteForecast:
    """Forecasts of parts of the people as one, over the values of all parts.

    Parameters
    ----------
    forecasts : sequence of DiscreteForecast
        With the same bounds.
    rows : sequence of ndarray of int
        Positions of each part's people; together every position once.
    """
    values = np.unique(np.concatenate([part.values for part in forecasts]))
    upto = np.empty((sum(map(len, rows)), len(values)))
    for part, own in zip(forecasts, rows, strict=True):
        # A value that a part does not know has the sum up to the one before it.
        place = np.searchsorted(part.values, values, side="right")
        upto[own] = np.where(place > 0, part.upto[:, np.maximum(place, 1) - 1], 0.0)
    return DiscreteForecast(
        values=values, upto=upto, lower=forecasts[0].lower, upper=forecasts[0].upper
    )
