"""How good a forecast distribution is: sharp where it can be, and honest about the rest.

References
----------
.. [1] Gneiting, Raftery (2007). J Am Stat Assoc 102, 359-378. doi:10.1198/016214506000001437
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.inputs import as_forecast_outcome, check_level
from hiprisk.metrics.intervals.means import mean_estimate, share_estimate

LEVELS = (0.80, 0.90, 0.95)
# The level of which tables with little room tell more than the coverage.
MIDDLE = 0.90


def crps_values(observed: Floats, forecast: Forecast) -> Floats:
    r"""CRPS of each person, exact for the forecast's law, shape (n_people,).

    Notes
    -----
    .. math:: \mathrm{CRPS}(F, y) = \int (F(z) - 1\{z \ge y\})^2 \, dz

    """
    return forecast.crps(observed)


def crps(observed: ArrayLike, forecast: Forecast, *, weights: ArrayLike | None = None) -> float:
    """Mean continuous ranked probability score, in units of the outcome.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
    forecast : Forecast
        Of the same people.
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Returns
    -------
    float
        0 is best; for a forecast without spread it is the mean absolute error.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    return float(np.average(crps_values(y, forecast), weights=w))


def crps_skill(
    observed: ArrayLike, forecast: Forecast, *, weights: ArrayLike | None = None
) -> float:
    """Share of the CRPS saved against giving everybody the observed distribution.

    The distributions' counterpart of R2: 1 is best, 0 no better than the observed distribution of
    these people, negative worse. Arguments as for `crps`.

    Raises
    ------
    InputError
        If the outcome does not vary.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    (found,) = crps_skills(y, forecast, w[np.newaxis])
    if np.isnan(found):
        raise InputError("the CRPS skill needs an outcome that varies", code="DEGENERATE")
    return float(found)


def crps_skills(observed: Floats, forecast: Forecast, weights: Floats) -> Floats:
    """`crps_skill` under each set of weights, shape (n_sets, n_people); NaN where none varies."""
    scores, order = crps_values(observed, forecast), np.argsort(observed, kind="stable")
    found = np.full(len(weights), np.nan)
    for place, w in enumerate(weights):
        # By rounding the reference of people who are all the same can be a little above 0.
        if float(np.ptp(observed[w > 0])) > 0.0:
            reference = crps_of_observed(observed, w, order=order)
            found[place] = 1.0 - float(np.average(scores, weights=w)) / reference
    return found


def crps_of_observed(y: Floats, w: Floats, *, order: Integers | None = None) -> float:
    """CRPS of giving everybody the observed distribution: its uncertainty.

    Parameters
    ----------
    y, w : ndarray, shape (n_people,)
    order : ndarray of int, optional
        Stable order of y, where it is known.

    Notes
    -----
    Half the mean absolute difference of two people drawn with replacement.
    """
    order = np.argsort(y, kind="stable") if order is None else order
    ordered, share = y[order], w[order] / w.sum()
    before = np.cumsum(share) - share
    return float(np.sum(share * ordered * (2.0 * before + share - 1.0)))


def interval_score_values(observed: Floats, forecast: Forecast, *, level: float) -> Floats:
    """Interval score of each person at a level, shape (n_people,)."""
    low, high = ends(forecast, level)
    miss = np.maximum(low - observed, 0.0) + np.maximum(observed - high, 0.0)
    return high - low + 2.0 / (1.0 - level) * miss


def interval_score(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> float:
    """Mean interval score: the width, and 2 / (1 - level) for each unit outside.

    Other arguments as for `crps`; 0 is best, in units of the outcome.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    return float(np.average(interval_score_values(y, forecast, level=level), weights=w))


def coverage(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> float:
    """Share of people whose outcome lies in their central interval, ends included."""
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    low, high = ends(forecast, level)
    return float(np.average((y >= low) & (y <= high), weights=w))


def width(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> float:
    """Mean width of the central interval, in units of the outcome."""
    _, w = as_forecast_outcome(observed, len(forecast), weights)
    low, high = ends(forecast, level)
    return float(np.average(high - low, weights=w))


def ends(forecast: Forecast, level: float) -> tuple[Floats, Floats]:
    """Ends of everybody's central interval."""
    check_level(level)
    tail = (1.0 - level) / 2.0
    return forecast.quantile(tail), forecast.quantile(1.0 - tail)


def _mean_estimate(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    name: str,
    values: Callable[[Floats, Forecast], Floats],
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Mean of what `values` gives each person (CRPS, interval score, width)."""
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    return mean_estimate(name, values(y, forecast), w=w, groups=groups, level=level)


def coverage_estimate(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    interval: float,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Coverage of the intervals of a level, with Wilson's interval."""
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    low, high = ends(forecast, interval)
    inside = (y >= low) & (y <= high)
    return share_estimate(f"coverage_{100 * interval:g}", inside, w=w, groups=groups, level=level)


def width_values(observed: Floats, forecast: Forecast, *, level: float) -> Floats:
    """Width of each person's interval."""
    del observed
    low, high = ends(forecast, level)
    return high - low


def _of_level(level: float) -> tuple[Metric, ...]:
    """Metrics of the central interval of a level."""
    percent = f"{100 * level:g}"
    interval = f"the {percent} % prediction interval"
    return (
        Metric(name=f"interval_score_{percent}", label=f"interval score of {interval}",
               kind="distribution", function=partial(interval_score, level=level), direction=-1,
               bounds=(0.0, None), optimum=0.0, in_outcome_units=True, headline=level == MIDDLE,
               analytic=partial(_mean_estimate, name=f"interval_score_{percent}",
                                values=partial(interval_score_values, level=level))),
        Metric(name=f"coverage_{percent}", label=f"coverage of {interval}", kind="distribution",
               function=partial(coverage, level=level), bounds=(0.0, 1.0), optimum=level,
               headline=True, analytic=partial(coverage_estimate, interval=level)),
        Metric(name=f"width_{percent}", label=f"width of {interval}", kind="distribution",
               function=partial(width, level=level), direction=-1, bounds=(0.0, None),
               optimum=0.0, in_outcome_units=True, headline=level == MIDDLE, descriptive=True,
               analytic=partial(_mean_estimate, name=f"width_{percent}",
                                values=partial(width_values, level=level))),
    )  # fmt: skip


METRICS = (
    Metric(name="crps", label="CRPS", kind="distribution", function=crps, direction=-1,
           bounds=(0.0, None), optimum=0.0, in_outcome_units=True, headline=True,
           analytic=partial(_mean_estimate, name="crps", values=crps_values)),
    Metric(name="crps_skill", label="CRPS skill score", kind="distribution", function=crps_skill,
           direction=1, bounds=(None, 1.0), optimum=1.0, needs=("varying outcome",),
           under_weights=crps_skills),
    *(metric for level in LEVELS for metric in _of_level(level)),
)  # fmt: skip
