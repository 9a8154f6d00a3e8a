"""How many people sit at the floor or the ceiling of a bounded score.

The bounds are the instrument's, not the sample's, so they are arguments; `limit_shares` gives all
four shares at once, and `hiprisk.metrics.registry.limit_metrics` makes metrics of given bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.distribution import Forecast
from hiprisk.metrics.inputs import as_continuous
from hiprisk.metrics.intervals.continuous import mean_estimate
from hiprisk.metrics.intervals.wald import wilson

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
    y, p, w = as_continuous(observed, predicted, weights)
    values = y if whose == "observed" else p
    at = values <= bound if side == "floor" else values >= bound
    return float(np.average(at, weights=w))


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
    _, _, w = as_continuous(observed, predicted, weights)
    if forecast is not None:
        _check_forecast(forecast, n_people=len(w), lower=lower, upper=upper)
    shares = []
    sides: tuple[tuple[Side, float | None], ...] = (("floor", lower), ("ceiling", upper))
    owners: tuple[Whose, ...] = ("observed", "predicted")
    for side, bound in sides:
        for whose in owners if bound is not None else ():
            share = share_at_limit(
                observed, predicted, bound=float(bound or 0.0), side=side, whose=whose,
                weights=weights,
            )  # fmt: skip
            name = f"{side}_share_{whose}"
            shares.append(wilson(name, share, float(w.sum()), level=level))
        if forecast is not None and bound is not None:
            chances = forecast.at_lower() if side == "floor" else forecast.at_upper()
            mean = mean_estimate(f"{side}_share_forecast", chances, w=w, groups=None, level=level)
            shares.append(_within_a_share(mean))
    return LimitShares(lower=lower, upper=upper, shares=tuple(shares))


def _within_a_share(estimate: Estimate) -> Estimate:
    """The same with ends inside [0, 1]."""
    if estimate.low is None or estimate.high is None:
        return estimate
    return replace(estimate, low=max(estimate.low, 0.0), high=min(estimate.high, 1.0))


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
