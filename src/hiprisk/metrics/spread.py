"""How far apart predictions lie: of events and others, and of any two people (rms' g and gp).

References
----------
.. [1] Harrell (2015). Regression Modeling Strategies, 2nd ed., section 4.5.
"""

from __future__ import annotations

import math
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Integers
from hiprisk.metrics import no_information
from hiprisk.metrics.calibration import linear_recalibration, logistic_recalibration
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary, as_continuous, check_both_classes
from hiprisk.metrics.intervals.frequency_weights import variance_of_mean
from hiprisk.metrics.intervals.wald import wald
from hiprisk.metrics.smoothing.logistic import logit, with_log_odds


def discrimination_slope(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Mean risk of those with the event minus that of the others; arguments as for `brier`.

    References
    ----------
    .. [1] Yates (1982). Organ Behav Hum Perform 30, 132-156.

    Examples
    --------
    >>> discrimination_slope([1, 1, 0, 0], [0.75, 0.5, 0.25, 0.5])
    0.25
    """
    y, p, w = as_binary(y_true, risk, weights)
    check_both_classes(y, w)
    return float(np.average(p, weights=w * y) - np.average(p, weights=w * (1.0 - y)))


def discrimination_slope_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Discrimination slope: a difference of two means; as `c_estimate`."""
    y, p, w = as_binary(y_true, risk, weights)
    value = discrimination_slope(y, p, weights=w)
    # People of different classes are independent; two hips of a person may be one of each.
    if groups is None:
        variance = variance_of_mean(p, w * y) + variance_of_mean(p, w * (1.0 - y))
    else:
        check_both_classes(y, w)
        share = float(np.average(y, weights=w))
        mean_event = float(np.average(p, weights=w * y))
        mean_other = mean_event - value
        moved = y * (p - mean_event) / share - (1.0 - y) * (p - mean_other) / (1.0 - share)
        variance = variance_of_mean(moved, w, groups)
    return wald("discrimination_slope", value, math.sqrt(variance), level=level)


def gini_mean_difference(values: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean absolute difference of two people's values (rms calls it g).

    Parameters
    ----------
    values : array-like of float, shape (n_people,)
    weights : array-like of int, optional
        Replications.
    """
    x, _, w = as_continuous(values, values, weights)
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    n = float(w.sum())
    before = np.cumsum(w) - w
    # Each value is above `before` others and below the rest; equal ones differ by nothing.
    after = n - before - w
    return float(2.0 * np.sum(w * x * (before - after)) / (n * (n - 1.0)))


def recalibrated_linear_g(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Index g of a continuous prediction: Gini's mean difference of the recalibrated prediction.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    weights : array-like of float, optional
        Replications.

    Returns
    -------
    float
        In units of the outcome, zero or positive.

    Raises
    ------
    InputError
        If the predictions never vary.
    """
    y, p, w = as_continuous(observed, predicted, weights)
    slope = linear_recalibration(y, p, weights=w).slope
    return abs(slope) * gini_mean_difference(p, weights=w)


def recalibrated_g(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Index g of a risk: Gini's mean difference of the recalibrated log odds.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
    weights : array-like of float, optional
        Replications.

    Raises
    ------
    InputError
        If there is one class only, the risks never vary, or they separate the classes.
    """
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    slope = logistic_recalibration(y, p, weights=w).slope
    return abs(slope) * gini_mean_difference(logit(p), weights=w)


def recalibrated_gp(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Gini's mean difference of the recalibrated risk; arguments as for `recalibrated_g`."""
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    line = logistic_recalibration(y, p, weights=w)
    moved = line.intercept + line.slope * logit(p)
    return gini_mean_difference(1.0 / (1.0 + np.exp(-moved)), weights=w)


METRICS = (
    Metric(name="discrimination_slope", label="discrimination slope", kind="binary",
           function=discrimination_slope, direction=1, bounds=(-1.0, 1.0), optimum=1.0,
           moves_with_prevalence=True, needs=("both classes",),
           analytic=discrimination_slope_estimate, vectorised=attrgetter("discrimination_slope"),
           no_information=no_information.zero, of_sampled_by_outcome="same"),
    Metric(name="g", label="g-index", kind="continuous", function=recalibrated_linear_g,
           direction=1, bounds=(0.0, None), in_outcome_units=True, default=False,
           needs=("varying predictions",), vectorised=attrgetter("g")),
    Metric(name="g", label="g-index", kind="binary", function=recalibrated_g, direction=1,
           bounds=(0.0, None), default=False, needs=("both classes", "varying predictions"),
           vectorised=attrgetter("g"), of_sampled_by_outcome="weighted"),
    Metric(name="gp", label="g-index on the risk scale", kind="binary", function=recalibrated_gp,
           direction=1, bounds=(0.0, 1.0), default=False, moves_with_prevalence=True,
           needs=("both classes", "varying predictions"), vectorised=attrgetter("gp")),
)  # fmt: skip
