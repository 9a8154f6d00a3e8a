"""Quantile and interval scores as miscalibration - discrimination + uncertainty.

A quantile score is decomposed as the squared error is (`hiprisk.metrics.decomposition.parts`), by
isotonic regression for the quantile in place of the mean. The interval score is 2 / (1 - level)
times the sum of the quantile scores of its two ends, and so are its parts.

References
----------
.. [1] Gneiting, Raftery (2007). J Am Stat Assoc 102, 359-378, section 6.2.
.. [2] Jordan, Muehlemann, Ziegel (2022). Ann Inst Stat Math 74, 489-514: isotonic quantiles.
.. [3] Gneiting, Resin (2023). Electron J Stat 17(2), 3226-3286. doi:10.1214/23-EJS2180
"""

from __future__ import annotations

import heapq
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.decomposition.parts import (
    DIRECTIONS,
    Part,
    ScoreDecomposition,
    decomposition_of_scores,
    forecast_part,
)
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.metrics.forecast.scores import LEVELS, ends
from hiprisk.metrics.inputs import as_continuous, as_forecast_outcome, check_level


def quantile_score_values(observed: Floats, predicted: Floats, *, probability: float) -> Floats:
    """Quantile score (pinball loss) of each predicted quantile.

    Notes
    -----
    ``(1{y <= q} - probability) (q - y)``; twice its integral over all probabilities is the CRPS.
    """
    off = predicted - observed
    return np.where(off >= 0.0, 1.0 - probability, -probability) * off


def quantile_score_decomposition(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    probability: float,
    weights: ArrayLike | None = None,
) -> ScoreDecomposition:
    """Mean quantile score of predicted quantiles in its parts.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    probability : float
        Of the quantile that is predicted, inside (0, 1).
    weights : array-like of float, shape (n_people,), optional
        A weight of 2 equals the same person twice.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, or `probability` leaves its range.

    Examples
    --------
    >>> found = quantile_score_decomposition([1.0, 3.0, 2.0], [1.0, 1.0, 4.0], probability=0.5)
    >>> found.miscalibration, found.discrimination
    (0.3333333333333333, 0.0)
    """
    y, q, w = as_continuous(observed, predicted, weights)
    return _decomposition(y, q, w, probability)


def _decomposition(y: Floats, q: Floats, w: Floats, probability: float) -> ScoreDecomposition:
    check_probability(probability)
    # Everybody given one quantile is isotonic regression on predictions that are all the same.
    fitted, everybody = (_isotonic_quantiles(y, p, w, probability) for p in (q, np.zeros_like(q)))
    return decomposition_of_scores(
        *(
            float(np.average(quantile_score_values(y, p, probability=probability), weights=w))
            for p in (q, fitted, everybody)
        )
    )


def check_probability(probability: float) -> None:
    """Raise unless the probability of a quantile lies inside (0, 1)."""
    if not 0.0 < probability < 1.0:
        raise InputError(f"'probability' must lie inside (0, 1), got {probability:g}")


def isotonic_quantile_recalibration(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    probability: float,
    weights: ArrayLike | None = None,
) -> Floats:
    """Predicted quantiles recalibrated: the non-decreasing function with the least quantile score.

    Parameters
    ----------
    observed, predicted, probability, weights
        As for `quantile_score_decomposition`.

    Returns
    -------
    ndarray, shape (n_people,)
        Outcomes of some of the people. Where several functions are best it is one of them; their
        score is the same. People of weight 0 are interpolated.
    """
    check_probability(probability)
    return _isotonic_quantiles(*as_continuous(observed, predicted, weights), probability)


def _isotonic_quantiles(y: Floats, p: Floats, w: Floats, probability: float) -> Floats:
    """Isotonic quantile regression on the distinct predictions of the people who count.

    The least total score of those so far, as a function of the last fitted value, is convex and
    piecewise linear. It is kept as the outcomes where its slope changes; its falling part alone is
    needed, because the next value may be any that is not smaller.
    """
    used = np.flatnonzero(w > 0.0)
    order = used[np.argsort(p[used], kind="stable")]
    distinct, first = np.unique(p[order], return_index=True)
    outcomes, weights = y[order].tolist(), w[order].tolist()
    bounds = [*first.tolist(), len(order)]
    falling: list[tuple[float, float]] = []
    best = np.empty(len(distinct))
    for group in range(len(distinct)):
        rise = 0.0
        for row in range(bounds[group], bounds[group + 1]):
            heapq.heappush(falling, (-outcomes[row], weights[row]))
            rise += (1.0 - probability) * weights[row]
        while rise > 0.0:
            place, change = falling[0]
            if change > rise:
                heapq.heapreplace(falling, (place, change - rise))
                break
            heapq.heappop(falling)
            rise -= change
        best[group] = -falling[0][0]
    fitted = np.minimum.accumulate(best[::-1])[::-1]
    return np.asarray(np.interp(p, distinct, fitted))


def interval_score_decomposition(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    weights: ArrayLike | None = None,
    level: float = 0.95,
) -> ScoreDecomposition:
    """Mean interval score of the central intervals in its parts.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
    forecast : Forecast
    weights : array-like of float, optional
    level : float

    Notes
    -----
    Each end is recalibrated by itself.
    """
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    check_level(level)
    tail = (1.0 - level) / 2.0
    both = [
        _decomposition(y, end, w, probability)
        for end, probability in zip(ends(forecast, level), (tail, 1.0 - tail), strict=True)
    ]
    return ScoreDecomposition(
        **{part: sum(getattr(one, part) for one in both) / tail for part in ("score", *DIRECTIONS)}
    )


def _interval_part(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    part: Part,
    level: float,
    weights: ArrayLike | None = None,
) -> float:
    found = interval_score_decomposition(observed, forecast, weights=weights, level=level)
    return float(getattr(found, part))


def quantile_score(
    observed: ArrayLike,
    forecast: Forecast,
    *,
    probability: float,
    weights: ArrayLike | None = None,
    part: Part | Literal["score"] = "score",
) -> float:
    """Mean quantile score of the forecasts' quantile, or one of its parts by name."""
    y, w = as_forecast_outcome(observed, len(forecast), weights)
    found = _decomposition(y, forecast.quantile(probability), w, probability)
    return float(getattr(found, part))


def _of_level(level: float) -> tuple[Metric, ...]:
    percent = f"{100.0 * level:g}"
    score = f"interval score of the {percent} % prediction interval"
    return tuple(
        forecast_part(
            f"interval_score_{percent}", score, part, partial(_interval_part, level=level)
        )
        for part in DIRECTIONS
    )


def _of_end(probability: float) -> tuple[Metric, ...]:
    percent = f"{100.0 * probability:g}"
    name, label = f"quantile_score_{percent}", f"quantile score of the {percent} % quantile"
    function = partial(quantile_score, probability=probability)
    score = Metric(
        name=name, label=label, kind="distribution", function=function, direction=-1,
        bounds=(0.0, None), optimum=0.0, in_outcome_units=True, default=False, by_name_only=True,
    )  # fmt: skip
    return (score, *(forecast_part(name, label, part, function) for part in DIRECTIONS))


METRICS = (
    *(metric for level in LEVELS for metric in _of_level(level)),
    *(
        metric
        for level in LEVELS
        for probability in ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
        for metric in _of_end(probability)
    ),
)
