"""How many people sit at the floor or the ceiling of a bounded score.

The bounds are the instrument's, not the sample's, so they are arguments; a forecast knows its own.
`limit_shares` gives all shares at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.inputs import as_continuous, as_forecast_outcome
from hiprisk.metrics.intervals.means import mean_estimate, share_estimate

Side = Literal["floor", "ceiling"]
Whose = Literal["observed", "predicted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitShares:
    """Shares of people at the bounds, as observed and as predicted.

    Attributes
    ----------
    lower, upper : float or None
        The bounds; a side without one has no shares.
    shares : tuple of Estimate
        ``floor_share_observed``, ``floor_share_predicted`` and the same for the ceiling, with
        Wilson's intervals; ``floor_share_forecast`` is the mean chance that forecasts give to the
        bound, where forecasts were given: a mean prediction hardly ever reaches a bound that many
        people do.
    """

    lower: float | None
    upper: float | None
    shares: tuple[Estimate, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a share: name, value, low, high."""
        return pd.DataFrame([{"name": one.name, **one.to_dict()} for one in self.shares])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {one.name: one.to_dict() for one in self.shares}


def share_at_limit(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    bound: float,
    side: Side,
    whose: Whose,
    weights: ArrayLike | None = None,
) -> float:
    """Share of people at or beyond a bound.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    bound : float
        Of the instrument, in units of the outcome.
    side : str
        ``floor``: at most the bound; ``ceiling``: at least the bound.
    whose : str
        ``observed`` or ``predicted``.
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Examples
    --------
    >>> share_at_limit([0, 5, 0, 9], [1, 5, 2, 9], bound=0, side="floor", whose="observed")
    0.5
    """
    at, w = _at_bound(observed, predicted, bound=bound, side=side, whose=whose, weights=weights)
    return float(np.average(at, weights=w))


def _at_bound(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    bound: float,
    side: Side,
    whose: Whose,
    weights: ArrayLike | None,
) -> tuple[Bools, Floats]:
    """Who is at or beyond a bound, and everybody's weight."""
    y, p, w = as_continuous(observed, predicted, weights)
    values = y if whose == "observed" else p
    return values <= bound if side == "floor" else values >= bound, w


def share_at_limit_estimate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    bound: float,
    side: Side,
    whose: Whose,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """The same with Wilson's interval; rows with the same number in `groups` go together."""
    at, w = _at_bound(observed, predicted, bound=bound, side=side, whose=whose, weights=weights)
    return share_estimate(f"{side}_share_{whose}", at, w=w, groups=groups, level=level)


def expected_share(
    observed: ArrayLike, forecast: Forecast, *, side: Side, weights: ArrayLike | None = None
) -> float:
    """Share of people at a bound of their forecasts, as the forecasts expect it.

    A mean prediction hardly ever reaches a bound that many people do; a forecast gives it a chance.
    """
    _, w = as_forecast_outcome(observed, len(forecast), weights)
    return float(np.average(_chances(forecast, side), weights=w))


def expected_share_estimate(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    side: Side,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """The same with Student's interval, inside [0, 1]."""
    _, w = as_forecast_outcome(observed, len(forecast), weights)
    name = f"{side}_share_forecast"
    # Chances are no yes or no of people, so that Wilson's interval of a share does not fit.
    found = mean_estimate(name, _chances(forecast, side), w=w, groups=groups, level=level)
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def _chances(forecast: Forecast, side: Side) -> Floats:
    return forecast.at_lower() if side == "floor" else forecast.at_upper()


_SIDES: tuple[Side, ...] = ("floor", "ceiling")
_WHOSE: tuple[Whose, ...] = ("observed", "predicted")
_AT_BOUND = {
    (side, whose): Metric(
        name=f"{side}_share_{whose}",
        label=f"proportion at the {side}, {whose}",
        kind="continuous",
        function=partial(share_at_limit, side=side, whose=whose),
        bounds=(0.0, 1.0),
        default=False,
        headline=whose == "observed",
        descriptive=True,
        parameter="bound",
        analytic=partial(share_at_limit_estimate, side=side, whose=whose),
    )
    for side in _SIDES
    for whose in _WHOSE
}
_EXPECTED = {
    side: Metric(
        name=f"{side}_share_forecast",
        label=f"proportion at the {side}, expected",
        kind="distribution",
        function=partial(expected_share, side=side),
        bounds=(0.0, 1.0),
        default=False,
        headline=True,
        descriptive=True,
        analytic=partial(expected_share_estimate, side=side),
    )
    for side in _SIDES
}
METRICS = (*_AT_BOUND.values(), *_EXPECTED.values())


def limit_shares(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    lower: float | None,
    upper: float | None,
    forecast: Forecast | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> LimitShares:
    """All shares at the bounds.

    Parameters
    ----------
    observed, predicted, weights
        As for `share_at_limit`.
    lower, upper : float or None
        Bounds of the instrument; None on a side without one.
    forecast : Forecast, optional
        Of the same people, with the same bounds.
    level : float
        Of the intervals.

    Raises
    ------
    InputError
        If a forecast has other bounds or other people.
    """
    y, p, w = as_continuous(observed, predicted, weights)
    if forecast is not None:
        _check_forecast(forecast, n_people=len(y), lower=lower, upper=upper)
    shares = []
    for side, bound in zip(_SIDES, (lower, upper), strict=True):
        if bound is None:
            continue
        shares += [
            share_at_limit_estimate(
                y, p, bound=bound, side=side, whose=whose, weights=w, level=level
            )
            for whose in _WHOSE
        ]
        if forecast is not None:
            shares.append(expected_share_estimate(y, forecast, side=side, weights=w, level=level))
    return LimitShares(lower=lower, upper=upper, shares=tuple(shares))


def _check_forecast(
    forecast: Forecast, *, n_people: int, lower: float | None, upper: float | None
) -> None:
    if len(forecast) != n_people:
        raise InputError(f"there are {len(forecast)} forecasts for {n_people} people")
    ends = (-np.inf if lower is None else lower, np.inf if upper is None else upper)
    if ends != (forecast.lower, forecast.upper):
        raise InputError(
            f"the forecasts are bounded by {forecast.lower:g} and {forecast.upper:g}, the shares "
            f"are asked for at {ends[0]:g} and {ends[1]:g}"
        )
