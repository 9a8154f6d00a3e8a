"""Intervals and chances of events from the predictive distribution of a continuous outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.format import Distribution, Event, OutcomeSpec, Sheet

# So many residuals have a 2.5 % and a 97.5 % quantile at ranks p (n + 1).
FEWEST_FOR_95 = 39
# Probabilities of the quantiles that a study writes down.
STEP = 1.0 / 400.0
# So many values are faster in order, the time of sorting them included.
MANY = 200


def guaranteed_coverage(sheet: Sheet) -> float | None:
    """Share of new outcomes that the range of few residuals is guaranteed to cover, at most.

    Returns
    -------
    float or None
        Below 0.95; None where the sheet has a 95 % prediction interval, or does not tell.

    Notes
    -----
    All quantiles below the rank of the least residual are that residual, and the sheet has them as
    one point in the middle of their probabilities.
    """
    spread, n_people = sheet.distribution, sheet.missing.n_people
    if spread is None or n_people is None or n_people >= FEWEST_FOR_95:
        return None
    shared = round(2.0 * spread.probabilities[0] / STEP) - 1
    if shared * STEP <= 0.025:
        return None
    n_residuals = int(1.0 / (shared * STEP)) - 1
    return (n_residuals - 1.0) / (n_residuals + 1.0)


def bounds_of(outcome: OutcomeSpec) -> tuple[float, float]:
    """Lower and upper bound of an outcome; infinite where it has none."""
    lower = -np.inf if outcome.lower is None else outcome.lower
    return lower, np.inf if outcome.upper is None else outcome.upper


def _interpolated(at: Floats, places: Floats, heights: Floats) -> Floats:
    """`numpy.interp` of many values in ascending order, several times faster: the same bits.

    Each search begins where the last one ended, so that no branch is a surprise to the processor.
    """
    if at.ndim != 1 or len(at) < MANY:
        return np.asarray(np.interp(at, places, heights))
    order = np.argsort(at)
    found = np.empty(len(at))
    found[order] = np.interp(at[order], places, heights)
    return found


def clip_to(outcome: OutcomeSpec, values: Floats) -> Floats:
    """Values brought inside the outcome's bounds, where no distribution is known."""
    lower, upper = bounds_of(outcome)
    return np.minimum(np.maximum(values, lower), upper)


class OutcomeDistribution(Protocol):
    """Distributions of a continuous outcome, one a row, whatever the form of the model."""

    @property
    def mean(self) -> Floats:
        """Expected outcome, shape (n_rows,)."""

    def quantile(self, probability: float) -> Floats:
        """Quantile of the outcome, shape (n_rows,)."""

    def chance(self, event: Event, bound: Floats) -> Floats:
        """Chance that the outcome crosses each row's bound, shape (n_rows,)."""


class PredictiveDistribution:
    """``clip(mean + scale * residual)`` as the sheet writes it down.

    Parameters
    ----------
    distribution : Distribution
    outcome : OutcomeSpec
        Gives the bounds at which the outcome is clipped.
    """

    def __init__(self, distribution: Distribution, outcome: OutcomeSpec) -> None:
        self._probabilities = np.array(distribution.probabilities)
        self._quantiles = np.array(distribution.quantiles)
        self._levels = np.array(distribution.levels)
        self._scales = np.array(distribution.scales)
        self._lower, self._upper = bounds_of(outcome)

    def clip(self, values: Floats) -> Floats:
        """Values brought inside the outcome's bounds."""
        return np.minimum(np.maximum(values, self._lower), self._upper)

    def residual_scale(self, mean: Floats) -> Floats:
        """Scale of the residual at a predicted mean, nothing being missing."""
        return np.asarray(np.interp(mean, self._levels, self._scales))

    def scale(self, mean: Floats, imputation_variance: Floats) -> Floats:
        """Scale of the residual, widened by what the missing values leave open."""
        known = self.residual_scale(mean)
        return np.asarray(np.sqrt(known * known + imputation_variance))

    def around(self, lp: Floats, imputation_variance: Floats | None = None) -> ScatteredOutcome:
        """Distributions of rows by their linear predictors; without a variance nothing is missing.

        Parameters
        ----------
        lp, imputation_variance : ndarray, shape (n_rows,)
        """
        mean = self.clip(lp)
        if imputation_variance is None:
            return ScatteredOutcome(self, mean, self.residual_scale(mean))
        return ScatteredOutcome(self, mean, self.scale(mean, imputation_variance))

    @property
    def limits(self) -> tuple[float, float]:
        """Bounds at which the outcome is clipped; infinite where it has none."""
        return self._lower, self._upper

    def residual_quantiles(self, probabilities: Floats) -> Floats:
        """Quantiles of the standardised residual, shape of `probabilities`."""
        return np.asarray(np.interp(probabilities, self._probabilities, self._quantiles))

    def quantile(self, probability: float, mean: Floats, scale: Floats) -> Floats:
        """Quantile of the outcome, shape of `mean`."""
        residual = float(np.interp(probability, self._probabilities, self._quantiles))
        return self.clip(mean + scale * residual)

    def chance(self, event: Event, bound: Floats, mean: Floats, scale: Floats) -> Floats:
        """Chance that the outcome crosses a bound, shape of `mean`.

        A bound that the clipped outcome cannot cross has chance 0, one that it must cross 1.
        """
        below = _interpolated((bound - mean) / scale, self._quantiles, self._probabilities)
        if event.direction == "above":
            # All of the mass beyond the ceiling lies on it, so an event at it can still happen.
            chance = np.where(bound > self._upper, 0.0, 1.0 - below)
            return np.where(bound <= self._lower, 1.0, chance)
        chance = np.where(bound < self._lower, 0.0, below)
        return np.where(bound >= self._upper, 1.0, chance)


@dataclass(frozen=True, slots=True, eq=False)
class ScatteredOutcome:
    """A predictive distribution at the means and scales of n rows."""

    spread: PredictiveDistribution
    mean: Floats
    scale: Floats

    def quantile(self, probability: float) -> Floats:
        """Quantile of the outcome, shape (n_rows,)."""
        return self.spread.quantile(probability, self.mean, self.scale)

    def chance(self, event: Event, bound: Floats) -> Floats:
        """Chance that the outcome crosses each row's bound, shape (n_rows,)."""
        return self.spread.chance(event, bound, self.mean, self.scale)
