"""CRPS as miscalibration - discrimination + uncertainty, threshold by threshold.

The CRPS is the integral, over all values that the outcome can exceed or not, of the Brier score of
the probability that the outcome is at most that value. Each of these Brier scores is decomposed by
isotonic regression (CORP) and the parts are integrated: the Brier score based decomposition of
Arnold et al. It asks nothing of the forecasts but their distribution functions.

References
----------
.. [1] Arnold, Walz, Ziegel, Gneiting (2024). Electron J Stat 18(2), 4992-5044.
   doi:10.1214/24-EJS2316
.. [2] Dimitriadis, Gneiting, Jordan (2021). PNAS 118(8), e2016191118.
   doi:10.1073/pnas.2016191118
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.metrics.decomposition.parts import (
    DIRECTIONS,
    Part,
    ScoreDecomposition,
    decomposition_of_scores,
    forecast_part,
    recalibrated_means,
)
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.forecast.scores import crps_of_observed, crps_values
from hiprisk.metrics.inputs import as_forecast_outcome

# Thresholds at which probabilities are recalibrated: at least, and at most.
FEWEST_CELLS = 200
MOST_CELLS = 1_000


def crps_decomposition(
    observed: ArrayLike, forecast: Forecast, *, weights: ArrayLike | None = None
) -> ScoreDecomposition:
    """Mean CRPS of forecasts in its parts.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
    forecast : Forecast
        Of the same people.
    weights : array-like of float, shape (n_people,), optional
        A weight of 2 equals the same person twice.

    Raises
    ------
    InputError
        If lengths differ or a value is missing.

    Notes
    -----
    Score and uncertainty are exact. What the recalibrated probabilities score changes only at
    observed outcomes and where the distribution functions of two people cross. It is taken in
    the middle of each interval between outcomes, with long intervals divided (at least 200
    thresholds, at most 1,000): exact where no two people's distribution functions cross inside
    one. Miscalibration and discrimination share what error there is, so that the parts add up.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    return decomposition_of_scores(
        float(np.average(crps_values(y, forecast), weights=w)),
        _recalibrated_crps(y, forecast, w),
        # Of people who are all the same it can be a little below 0 by rounding.
        max(crps_of_observed(y, w), 0.0),
    )


def _recalibrated_crps(y: Floats, forecast: Forecast, w: Floats) -> float:
    """Integral of the Brier score of the recalibrated probabilities."""
    total = 0.0
    for start, end in itertools.pairwise(_edges(np.unique(y[w > 0.0])).tolist()):
        middle = (start + end) / 2.0
        happened = (y <= middle).astype(np.float64)
        recalibrated = recalibrated_means(happened, forecast.cdf(middle), w)
        total += (end - start) * float(np.average((happened - recalibrated) ** 2, weights=w))
    return total


def _edges(outcomes: Floats) -> Floats:
    """The distinct outcomes, with more places between them where they are few."""
    n_between = len(outcomes) - 1
    if n_between > MOST_CELLS:
        return np.linspace(outcomes[0], outcomes[-1], MOST_CELLS + 1)
    steps = -(-FEWEST_CELLS // max(n_between, 1))
    # Beyond the outermost outcomes all outcomes are on one side: nothing is left to score there.
    places = np.arange(n_between * steps + 1) / steps
    return np.interp(places, np.arange(len(outcomes)), outcomes)


def crps_part(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    part: Part,
    weights: ArrayLike | None = None,
) -> float:
    """One part of the CRPS by name."""
    return float(getattr(crps_decomposition(observed, forecast, weights=weights), part))


METRICS = tuple(forecast_part("crps", "CRPS", part, crps_part) for part in DIRECTIONS)
