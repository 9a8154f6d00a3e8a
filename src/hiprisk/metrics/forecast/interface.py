"""What every forecast says, whatever its form: residuals about a mean, or chances of values."""

from __future__ import annotations

from typing import Protocol

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.sheet.format import Event


class Forecast(Protocol):
    """Predictive distributions of n people, whatever their form."""

    @property
    def lower(self) -> float:
        """Lower bound of the outcome; infinite where there is none."""

    @property
    def upper(self) -> float:
        """Upper bound of the outcome; infinite where there is none."""

    def __len__(self) -> int: ...

    def take(self, rows: Integers | Bools) -> Forecast:
        """The forecasts of some people."""

    def cdf(self, outcome: Floats | float) -> Floats:
        """P(outcome at most this), shape (n_people,)."""

    def below(self, outcome: Floats | float) -> Floats:
        """P(outcome less than this), shape (n_people,)."""

    def quantile(self, probability: float) -> Floats:
        """Quantile of the outcome, shape (n_people,)."""

    def expectation(self) -> Floats:
        """Mean of the outcome with its bounds, shape (n_people,)."""

    def at_lower(self) -> Floats:
        """Chance of the lower bound itself, shape (n_people,); 0 where there is none."""

    def at_upper(self) -> Floats:
        """Chance of the upper bound itself, shape (n_people,); 0 where there is none."""

    def chance(self, event: Event, bound: Floats) -> Floats:
        """Chance that the outcome crosses a bound, shape (n_people,); NaN of an unknown bound."""

    def variance(self) -> Floats:
        """Variance of the outcome with its bounds, shape (n_people,)."""

    def squared_difference(self, value: Floats) -> Floats:
        """Expected square of outcome minus a value of each person, shape (n_people,)."""

    def absolute_difference(self, value: Floats) -> Floats:
        """Expected distance of outcome and a value of each person, shape (n_people,)."""

    def crps(self, observed: Floats) -> Floats:
        """CRPS of each person, shape (n_people,)."""
