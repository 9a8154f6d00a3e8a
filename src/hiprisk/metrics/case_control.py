r"""Metrics of people who were sampled by their outcome, for a population of stated prevalence.

Cases and controls that are sampled apart have another prevalence than the population, and with it
another calibration in the large, Brier score and net benefit. Each person is weighted by the
prevalence of the own class in the population over that in the sample; the calibration intercept is
corrected by the difference of the two log odds instead, since the slope of a logistic model does
not depend on how many cases were sampled [1]_ [2]_ [3]_.

References
----------
.. [1] Prentice, Pyke (1979). Biometrika 66(3), 403-411. doi:10.1093/biomet/66.3.403
.. [2] King, Zeng (2001). Polit Anal 9(2), 137-163: prior correction, weighting.
.. [3] Pepe, Fan, Seymour, Li, Huang, Feng (2012). Clin Chem 58(8), 1242-1251: biases of matched
       and of unmatched case-control evaluations.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric, MetricFunction


def population_weights(
    y_true: ArrayLike, *, prevalence: float, weights: ArrayLike | None = None
) -> Floats:
    """Weights under which the event is as frequent as in the population; their sum stays.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    prevalence : float
        Of the population, inside (0, 1).
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Raises
    ------
    InputError
        If the prevalence leaves its range, or nobody has the event or everybody.

    Examples
    --------
    >>> population_weights([1, 1, 0, 0], prevalence=0.25).tolist()
    [0.5, 0.5, 1.5, 1.5]
    """
    y, w, share = _checked(y_true, prevalence, weights)
    return np.where(y == 1.0, w * prevalence / share, w * (1.0 - prevalence) / (1.0 - share))


def log_odds_offset(
    y_true: ArrayLike, *, prevalence: float, weights: ArrayLike | None = None
) -> float:
    """Log odds of the event in the sample less those in the population: King and Zeng's correction.

    Arguments as for `population_weights`.

    Examples
    --------
    >>> round(log_odds_offset([1, 1, 0, 0], prevalence=0.25), 6)  # log 3
    1.098612
    """
    _, _, share = _checked(y_true, prevalence, weights)
    return math.log(share / (1.0 - share)) - math.log(prevalence / (1.0 - prevalence))


def _checked(
    y_true: ArrayLike, prevalence: float, weights: ArrayLike | None
) -> tuple[Floats, Floats, float]:
    if not 0.0 < prevalence < 1.0:
        raise InputError(f"'prevalence' must lie inside (0, 1), got {prevalence:g}", code="RANGE")
    y = np.asarray(y_true, dtype=np.float64)
    w = np.ones_like(y) if weights is None else np.asarray(weights, dtype=np.float64)
    share = float(np.average(y, weights=w))
    if not 0.0 < share < 1.0:
        raise InputError(
            "a stated prevalence needs people with the event and without", code="DEGENERATE"
        )
    return y, w, share


def at_prevalence(metric: Metric, prevalence: float) -> Metric:
    """The metric as it is in a population of a stated prevalence.

    Parameters
    ----------
    metric : Metric
        Of a risk. One that does not depend on the sampling comes back as it is.
    prevalence : float

    Raises
    ------
    InputError
        If the metric has no form for a stated prevalence.
    """
    if metric.case_control == "same":
        return metric
    if metric.case_control == "none":
        raise InputError(f"{metric.label} has no form for a stated prevalence", code="METRIC")
    if metric.curve is not None:
        function: MetricFunction = partial(metric.function, prevalence=prevalence)
        return replace(
            metric, function=function, curve=replace(metric.curve, prevalence=prevalence)
        )
    form = _weighted if metric.case_control == "weighted" else _less_offset
    # Formulas of intervals are those of a random sample: the bootstrap gives this one its interval.
    return replace(
        metric,
        function=partial(form, of=metric.function, prevalence=prevalence),
        analytic=None,
        vectorised=None,
    )


def _weighted(
    observed: ArrayLike,
    predicted: Any,
    *,
    of: MetricFunction,
    prevalence: float,
    weights: ArrayLike | None = None,
) -> float:
    own = population_weights(observed, prevalence=prevalence, weights=weights)
    return of(observed, predicted, weights=own)


def _less_offset(
    observed: ArrayLike,
    predicted: Any,
    *,
    of: MetricFunction,
    prevalence: float,
    weights: ArrayLike | None = None,
) -> float:
    offset = log_odds_offset(observed, prevalence=prevalence, weights=weights)
    return of(observed, predicted, weights=weights) - offset
