"""The forecast of a bounded continuous outcome: a distribution for each person.

The outcome of a person is distributed as clip(mean + scale x R). The quantile function of R runs
piecewise linearly through the probabilities and quantiles of the sheet, with what lies beyond the
first and the last of them as lumps there: the same law from which the sheet reads its intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.inputs import as_continuous
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.format import Distribution, Event, OutcomeSpec


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ResidualLaw:
    """Distribution of R with the integrals that scores need; use `residual_law` to make one.

    Attributes
    ----------
    probabilities, quantiles : ndarray, shape (n_points,)
        Ascending; quantiles strictly so.
    area, area_squared : ndarray, shape (n_points,)
        Integrals of the distribution function, and of its square, up to each quantile.
    rest_squared : ndarray, shape (n_points,)
        Integral of the square of its complement from each quantile on.
    moment : ndarray, shape (n_points,)
        Integral of r times the distribution function up to each quantile.
    """

    probabilities: Floats
    quantiles: Floats
    area: Floats
    area_squared: Floats
    rest_squared: Floats
    moment: Floats

    def cdf(self, r: Floats) -> Floats:
        """P(R <= r); 0 below the first quantile and 1 from the last one on."""
        inside = np.interp(r, self.quantiles, self.probabilities)
        # The law has lumps at its outermost quantiles: <= and < differ there.
        inside = np.where(r < self.quantiles[0], 0.0, inside)
        return np.where(r >= self.quantiles[-1], 1.0, inside)

    def below(self, r: Floats) -> Floats:
        """P(R < r)."""
        inside = np.interp(r, self.quantiles, self.probabilities)
        inside = np.where(r <= self.quantiles[0], 0.0, inside)
        return np.where(r > self.quantiles[-1], 1.0, inside)

    def integral(self, r: Floats) -> Floats:
        """Integral of the distribution function up to r."""
        inside = self._upto(r, self.area, self.probabilities, _under)
        return np.asarray(inside + np.maximum(r - self.quantiles[-1], 0.0))

    def integral_squared(self, r: Floats) -> Floats:
        """Integral of the squared distribution function up to r."""
        inside = self._upto(r, self.area_squared, self.probabilities, _square_under)
        return np.asarray(inside + np.maximum(r - self.quantiles[-1], 0.0))

    def integral_rest_squared(self, r: Floats) -> Floats:
        """Integral of the squared complement from r on."""
        before = self._upto(r, -self.rest_squared, 1.0 - self.probabilities, _square_under)
        return np.asarray(np.maximum(self.quantiles[0] - r, 0.0) - before)

    def integral_of_moment(self, r: Floats) -> Floats:
        """Integral of r times the distribution function up to r."""
        inside = np.clip(r, self.quantiles[0], self.quantiles[-1])
        place = np.searchsorted(self.quantiles, inside, side="right") - 1
        start, end = (
            self.probabilities[place],
            np.interp(inside, self.quantiles, self.probabilities),
        )
        part = _moment_under(self.quantiles[place], inside - self.quantiles[place], start, end)
        # Beyond the last quantile the distribution function is 1.
        beyond = np.maximum(r, self.quantiles[-1]) ** 2 - self.quantiles[-1] ** 2
        return np.asarray(self.moment[place] + part + beyond / 2.0)

    def _upto(
        self,
        r: Floats,
        cumulated: Floats,
        heights: Floats,
        part: Callable[[Floats, Floats, Floats], Floats],
    ) -> Floats:
        """Integral from the first quantile to r: whole segments, and the part of the last one."""
        inside = np.clip(r, self.quantiles[0], self.quantiles[-1])
        place = np.searchsorted(self.quantiles, inside, side="right") - 1
        end = np.interp(inside, self.quantiles, heights)
        return cumulated[place] + part(inside - self.quantiles[place], heights[place], end)


def _under(width: Floats, start: Floats, end: Floats) -> Floats:
    """Integral of a line from `start` to `end`."""
    return width * (start + end) / 2.0


def _moment_under(from_: Floats, width: Floats, start: Floats, end: Floats) -> Floats:
    """Integral of r times a line from `start` to `end`, r running on from `from_`."""
    return from_ * _under(width, start, end) + width * width * (start + 2.0 * end) / 6.0


def _square_under(width: Floats, start: Floats, end: Floats) -> Floats:
    """Integral of the square of a line from `start` to `end`."""
    return width * (start * start + start * end + end * end) / 3.0


def residual_law(probabilities: ArrayLike, quantiles: ArrayLike) -> ResidualLaw:
    """Law of R from points of its quantile function.

    Parameters
    ----------
    probabilities, quantiles : array-like of float, shape (n_points,)
        Ascending, probabilities in [0, 1]. Points that share a quantile become one, in the middle
        of their probabilities, as the sheet has it.

    Raises
    ------
    InputError
        If they do not ascend or leave their range.
    """
    p, q, _ = as_continuous(probabilities, quantiles, None)
    if (np.diff(p) <= 0).any() or (np.diff(q) < 0).any() or p[0] < 0.0 or p[-1] > 1.0:
        raise InputError("probabilities must ascend in [0, 1], and their quantiles with them")
    distinct, place = np.unique(q, return_inverse=True)
    p = np.bincount(place, weights=p) / np.bincount(place)
    width, start, end = np.diff(distinct), p[:-1], p[1:]
    area = np.concatenate([[0.0], np.cumsum(_under(width, start, end))])
    squared = np.concatenate([[0.0], np.cumsum(_square_under(width, start, end))])
    rest = _square_under(width, 1.0 - start, 1.0 - end)
    moment = _moment_under(distinct[:-1], width, start, end)
    return ResidualLaw(
        probabilities=p,
        quantiles=distinct,
        area=area,
        area_squared=squared,
        rest_squared=np.concatenate([np.cumsum(rest[::-1])[::-1], [0.0]]),
        moment=np.concatenate([[0.0], np.cumsum(moment)]),
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ResidualForecast:
    """Center, scale and law of the residual; make one with `forecast_from_sheet` or `forecast`.

    Attributes
    ----------
    mean, scale : ndarray, shape (n_people,)
        Center and spread, in units of the outcome.
    laws : tuple of ResidualLaw
        One for all, or one for each fold of people who are evaluated by a law of the others.
    law_of : ndarray of int, shape (n_people,)
        Position of each person's law.
    lower, upper : float
        Bounds of the outcome; infinite where there is none.
    """

    mean: Floats
    scale: Floats
    laws: tuple[ResidualLaw, ...]
    law_of: Integers
    lower: float
    upper: float

    def __len__(self) -> int:
        return len(self.mean)

    def take(self, rows: Integers | Bools) -> ResidualForecast:
        """The forecasts of some people."""
        return ResidualForecast(
            mean=self.mean[rows],
            scale=self.scale[rows],
            laws=self.laws,
            law_of=self.law_of[rows],
            lower=self.lower,
            upper=self.upper,
        )

    def by_law(self, function: Callable[[ResidualLaw, Floats], Floats], values: Floats) -> Floats:
        """A function of each person's law and value, shape (n_people,)."""
        if len(self.laws) == 1:
            return function(self.laws[0], values)
        found = np.empty(len(self))
        for position, law in enumerate(self.laws):
            own = self.law_of == position
            found[own] = function(law, values[own])
        return found

    def residual(self, outcome: Floats | float) -> Floats:
        """The outcome on the scale of R."""
        return (outcome - self.mean) / self.scale

    def clip(self, values: Floats) -> Floats:
        """Values brought inside the bounds."""
        return np.clip(values, self.lower, self.upper)

    def cdf(self, outcome: Floats | float) -> Floats:
        """P(outcome at most this), shape (n_people,)."""
        outcome = np.broadcast_to(np.asarray(outcome, dtype=np.float64), self.mean.shape)
        inside = self.by_law(ResidualLaw.cdf, self.residual(outcome))
        inside = np.where(outcome < self.lower, 0.0, inside)
        return np.where(outcome >= self.upper, 1.0, inside)

    def below(self, outcome: Floats | float) -> Floats:
        """P(outcome less than this), shape (n_people,)."""
        outcome = np.broadcast_to(np.asarray(outcome, dtype=np.float64), self.mean.shape)
        inside = self.by_law(ResidualLaw.below, self.residual(outcome))
        inside = np.where(outcome <= self.lower, 0.0, inside)
        return np.where(outcome > self.upper, 1.0, inside)

    def quantile(self, probability: float) -> Floats:
        """Quantile of the outcome, shape (n_people,)."""
        r = [np.interp(probability, law.probabilities, law.quantiles) for law in self.laws]
        return self.clip(self.mean + self.scale * np.array(r)[self.law_of])

    def expectation(self) -> Floats:
        """Mean of the outcome with its bounds, shape (n_people,); `mean` is that before them."""
        first, last = self._ends()
        integral = ResidualLaw.integral
        # Mean of a clipped variable: its upper end less the area under the distribution function.
        center = last - (self.by_law(integral, last) - self.by_law(integral, first))
        return self.mean + self.scale * center

    def squared_difference(self, value: Floats) -> Floats:
        """Expected square of outcome minus a value of each person, shape (n_people,)."""
        first, last = self._ends()
        at = self.residual(value)
        integral, moment = ResidualLaw.integral, ResidualLaw.integral_of_moment
        area = self.by_law(integral, last) - self.by_law(integral, first)
        tilted = self.by_law(moment, last) - self.by_law(moment, first)
        # By parts: the square at the upper end less twice the integral of (r - at) F(r).
        squared = (last - at) ** 2 - 2.0 * (tilted - at * area)
        return np.maximum(squared, 0.0) * self.scale**2

    def absolute_difference(self, value: Floats) -> Floats:
        """Expected distance of outcome and a value of each person, shape (n_people,)."""
        first, last = self._ends()
        at = self.residual(value)
        inside = np.clip(at, first, last)
        integral = ResidualLaw.integral
        upto, whole = self.by_law(integral, inside), self.by_law(integral, last)
        below = upto - self.by_law(integral, first)
        above = (last - inside) - (whole - upto)
        # A value that no outcome reaches is further off by its distance from the nearest.
        return (below + above + np.abs(at - inside)) * self.scale

    def variance(self) -> Floats:
        """Variance of the outcome with its bounds, shape (n_people,)."""
        return self.squared_difference(self.expectation())

    def _ends(self) -> tuple[Floats, Floats]:
        """Smallest and largest outcome of each person on the scale of R."""
        ends = np.array([(law.quantiles[0], law.quantiles[-1]) for law in self.laws])[self.law_of]
        low, high = self.residual(self.lower), self.residual(self.upper)
        # R never leaves its quantiles, so an end that is infinite may be taken there.
        first = np.where(np.isfinite(low), low, np.minimum(ends[:, 0], high))
        last = np.where(np.isfinite(high), high, np.maximum(ends[:, 1], first))
        return first, last

    def at_lower(self) -> Floats:
        """Chance of the lower bound itself, shape (n_people,); 0 where there is none."""
        return self.cdf(self.lower)

    def at_upper(self) -> Floats:
        """Chance of the upper bound itself, shape (n_people,); 0 where there is none."""
        return 1.0 - self.below(self.upper)

    def chance(self, event: Event, bound: Floats) -> Floats:
        """Chance that the outcome crosses a bound, by the sheet's own rule, shape (n_people,).

        A bound that is not known (NaN) has no chance (NaN).
        """
        chance = np.empty(len(self))
        for position, law in enumerate(self.laws):
            own = self.law_of == position
            spread = _sheet_law(law, self.lower, self.upper)
            chance[own] = spread.chance(event, bound[own], self.mean[own], self.scale[own])
        return np.where(np.isnan(bound), np.nan, chance)

    def crps(self, observed: Floats) -> Floats:
        """CRPS of each person, exact for the law, shape (n_people,).

        The distribution function is piecewise linear between the bounds, so its square integrates
        to cubic polynomials. An outcome outside its bounds adds its distance from them.
        """
        before = partial(self.by_law, ResidualLaw.integral_squared)
        after = partial(self.by_law, ResidualLaw.integral_rest_squared)
        inside = self.clip(observed)
        at = self.residual(inside)
        score = before(at) + after(at)
        # Beyond a bound the distribution function is 0 or 1, so that the tails there cost nothing.
        if np.isfinite(self.lower):
            score = score - before(self.residual(self.lower))
        if np.isfinite(self.upper):
            score = score - after(self.residual(self.upper))
        return self.scale * score + np.abs(observed - inside)


def forecast(
    mean: ArrayLike,
    scale: ArrayLike,
    *,
    probabilities: ArrayLike,
    quantiles: ArrayLike,
    lower: float | None = None,
    upper: float | None = None,
) -> ResidualForecast:
    """Forecasts from centers, scales and the law of the residual.

    Parameters
    ----------
    mean, scale : array-like of float, shape (n_people,)
        Scales are positive.
    probabilities, quantiles : array-like of float, shape (n_points,)
    lower, upper : float, optional
        Bounds of the outcome.

    Raises
    ------
    InputError
        If a scale is not positive, or the bounds leave nothing between them.
    """
    center, spread, _ = as_continuous(mean, scale, None)
    off = np.flatnonzero(spread <= 0.0)
    if off.size:
        raise InputError(
            f"the scale of a forecast must be positive; {off.size} of {spread.size} are not, "
            f"first at position {off[0]}"
        )
    low = -np.inf if lower is None else float(lower)
    high = np.inf if upper is None else float(upper)
    if not low < high:
        raise InputError(f"the outcome's bounds leave nothing between {low:g} and {high:g}")
    return ResidualForecast(
        mean=center,
        scale=spread,
        laws=(residual_law(probabilities, quantiles),),
        law_of=np.zeros(len(center), dtype=np.intp),
        lower=low,
        upper=high,
    )


def forecast_from_sheet(
    distribution: Distribution,
    outcome: OutcomeSpec,
    *,
    mean: ArrayLike,
    imputation_variance: ArrayLike | None = None,
) -> ResidualForecast:
    """Forecasts as a sheet makes them.

    Parameters
    ----------
    distribution : Distribution
    outcome : OutcomeSpec
        Gives the bounds.
    mean : array-like of float, shape (n_people,)
        Predicted values.
    imputation_variance : array-like of float, optional
        Variance of the prediction over the draws of what was missing; 0 by default.
    """
    center = np.asarray(mean, dtype=np.float64)
    spread = PredictiveDistribution(distribution, outcome)
    extra = np.zeros_like(center) if imputation_variance is None else imputation_variance
    return forecast(
        center,
        spread.scale(center, np.asarray(extra, dtype=np.float64)),
        probabilities=distribution.probabilities,
        quantiles=distribution.quantiles,
        lower=outcome.lower,
        upper=outcome.upper,
    )


def forecast_about(
    distribution: Distribution,
    *,
    mean: ArrayLike,
    imputation_variance: ArrayLike | None = None,
    bounds: tuple[float, float] | None = None,
) -> ResidualForecast:
    """The same where no sheet says the bounds; None for an outcome without any."""
    lower, upper = (-np.inf, np.inf) if bounds is None else bounds
    return forecast_from_sheet(
        distribution,
        _bounded(lower, upper),
        mean=mean,
        imputation_variance=imputation_variance,
    )


def joined(forecasts: Sequence[ResidualForecast], rows: Sequence[Integers]) -> ResidualForecast:
    """Forecasts of parts of the people as one, each part with its own law.

    Parameters
    ----------
    forecasts : sequence of ResidualForecast
        With the same bounds.
    rows : sequence of ndarray of int
        Positions of each part's people; together every position once.
    """
    # Parts follow one another; this puts everybody back into the place that `rows` names.
    order = np.argsort(np.concatenate(rows))
    laws = tuple(law for part in forecasts for law in part.laws)
    first = np.cumsum([0, *(len(part.laws) for part in forecasts[:-1])])
    law_of = [part.law_of + start for part, start in zip(forecasts, first, strict=True)]
    return ResidualForecast(
        mean=np.concatenate([part.mean for part in forecasts])[order],
        scale=np.concatenate([part.scale for part in forecasts])[order],
        laws=laws,
        law_of=np.concatenate(law_of)[order],
        lower=forecasts[0].lower,
        upper=forecasts[0].upper,
    )


def _sheet_law(law: ResidualLaw, lower: float, upper: float) -> PredictiveDistribution:
    """The sheet's own reader of this law, so that its rule is written down once."""
    return PredictiveDistribution(
        Distribution(
            probabilities=tuple(law.probabilities),
            quantiles=tuple(law.quantiles),
            levels=(0.0,),
            scales=(1.0,),
        ),
        _bounded(lower, upper),
    )


def _bounded(lower: float, upper: float) -> OutcomeSpec:
    """An outcome of which the bounds alone are known."""
    return OutcomeSpec(
        variable="", label="", unit="", kind="continuous", estimand="", horizon_months=0.0,
        higher_is="worse",
        lower=None if np.isinf(lower) else lower,
        upper=None if np.isinf(upper) else upper,
    )  # fmt: skip
