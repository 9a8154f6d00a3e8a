"""Whether predictions mean what they say: on average, and as they spread.

Two intercepts, two names: calibration in the large has the slope fixed at 1, the calibration
intercept has it free. They are different numbers.

References
----------
.. [1] Van Calster et al. (2016). J Clin Epidemiol 74, 167-176. doi:10.1016/j.jclinepi.2015.12.005
.. [2] Cox (1958). Biometrika 45, 562-565.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.intervals.frequency_weights import sandwich, variance_of_mean
from hiprisk.metrics.intervals.means import mean_estimate, n_drawn
from hiprisk.metrics.intervals.wald import wald, wald_on_log
from hiprisk.metrics.smoothing.logistic import (
    MAX_STEPS,
    LogisticFit,
    fit_logistic_columns,
    has_log_odds,
    logit,
    with_log_odds,
)
from hiprisk.sheet.links import expit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """Line of the observed on the predicted, on the scale of the linear predictor."""

    intercept: float
    slope: float


def mean_error(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration in the large of a continuous outcome: mean observed minus mean predicted.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    weights : array-like of float, optional
        A weight of 2 equals the same person twice.

    Returns
    -------
    float
        In units of the outcome; 0 is best, positive where predictions are too low.

    Examples
    --------
    >>> mean_error([1.0, 3.0], [1.0, 2.0])
    0.5
    """
    y, p, w = as_continuous(observed, predicted, weights)
    return float(np.average(y - p, weights=w))


def linear_recalibration(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> Recalibration:
    """Least-squares line of observed on predicted; arguments as for `mean_error`.

    Raises
    ------
    InputError
        If the predictions never vary.
    """
    y, p, w = as_continuous(observed, predicted, weights)
    mean_p, mean_y = np.average(p, weights=w), np.average(y, weights=w)
    # Centred first: sums of raw squares lose all digits where predictions lie far from 0.
    variance = float(np.sum(w * (p - mean_p) ** 2))
    # What rounding leaves of predictions that are all the same is no spread.
    if variance <= 1e-24 * max(1.0, float(mean_p) ** 2):
        raise InputError("a calibration slope needs predictions that vary", code="DEGENERATE")
    slope = float(np.sum(w * (p - mean_p) * (y - mean_y))) / variance
    return Recalibration(intercept=float(mean_y - slope * mean_p), slope=slope)


def linear_intercept(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration intercept of a continuous outcome, slope free; arguments as for `mean_error`."""
    return linear_recalibration(observed, predicted, weights=weights).intercept


def linear_slope(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration slope of a continuous outcome; 1 is best; arguments as for `mean_error`."""
    return linear_recalibration(observed, predicted, weights=weights).slope


def logit_in_the_large(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration in the large of a risk: the intercept, with the slope fixed at 1.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        People with a risk of 0 or 1, which has no log odds, are left out.
    weights : array-like of float, optional

    Returns
    -------
    float
        On the log-odds scale; 0 is best, positive where risks are too low.

    Raises
    ------
    InputError
        If there is one class only.
    """
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    check_two_classes(y, w)
    return intercept_beside(y, logit(p), w)


def intercept_beside(y: Floats, offset: Floats, w: Floats) -> float:
    """Intercept of a logistic regression whose only other term is an offset."""
    intercept = 0.0
    for _ in range(MAX_STEPS):
        fitted = expit(intercept + offset)
        information = float(np.sum(w * fitted * (1.0 - fitted)))
        if information <= 0.0:
            raise InputError("every risk is 0 or 1, which nothing can move", code="DEGENERATE")
        step = float(np.sum(w * (y - fitted))) / information
        # Far from the answer the information vanishes and Newton's step would leap out of range.
        intercept += float(np.clip(step, -5.0, 5.0))
        if abs(step) < 1e-12:
            break
    return intercept


def logistic_recalibration(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> Recalibration:
    """Logistic regression of the outcome on the log odds; arguments as for `logit_in_the_large`.

    Raises
    ------
    InputError
        If there is one class only, the risks never vary, or they separate the classes.
    """
    y, p, w = with_log_odds(*as_binary(y_true, risk, weights))
    check_two_classes(y, w)
    lp = logit(p)
    if float(np.ptp(lp[w > 0])) <= 1e-12:
        raise InputError("a calibration slope needs risks that vary", code="DEGENERATE")
    coefficients = fit_line(y, lp, w).coefficients
    return Recalibration(intercept=float(coefficients[0]), slope=float(coefficients[1]))


def fit_line(y: Floats, lp: Floats, w: Floats) -> LogisticFit:
    """Logistic regression on one column, from intercept 0 and slope 1."""
    return fit_logistic_columns(
        np.column_stack([np.ones_like(lp), lp]),
        y,
        w,
        start=np.array([0.0, 1.0]),
        refusal="the risks separate those with the event from those without: no calibration slope",
    )


def check_two_classes(y: Floats, w: Floats) -> None:
    """Raise InputError unless there are people with the event and without."""
    share = float(np.average(y, weights=w))
    if share in (0.0, 1.0):
        raise InputError("calibration needs events and non-events", code="DEGENERATE")


def logistic_intercept(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration intercept of a risk, slope free; arguments as for `logit_in_the_large`."""
    return logistic_recalibration(y_true, risk, weights=weights).intercept


def logistic_slope(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Calibration slope of a risk; 1 is best; arguments as for `logit_in_the_large`."""
    return logistic_recalibration(y_true, risk, weights=weights).slope


def observed_expected_ratio(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """O:E, events observed over events expected; 1 is best; arguments as for `logit_in_the_large`.

    Raises
    ------
    InputError
        If all risks are 0.

    Examples
    --------
    >>> observed_expected_ratio([1, 0, 0, 0], [0.2, 0.1, 0.1, 0.1])
    2.0
    """
    y, p, w = as_binary(y_true, risk, weights)
    expected = float(np.sum(w * p))
    if expected == 0.0:
        raise InputError("O:E needs risks above 0", code="DEGENERATE")
    return float(np.sum(w * y)) / expected


def mean_error_estimate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Calibration in the large, with Student's interval; arguments as for `rmse_estimate`."""
    y, p, w = as_continuous(observed, predicted, weights)
    return mean_estimate("calibration_in_the_large", y - p, w=w, groups=groups, level=level)


def linear_slope_estimate(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Calibration slope of a continuous outcome, as regression has it; as `rmse_estimate`.

    With `groups` the covariance is the cluster-robust one.
    """
    y, p, w = as_continuous(observed, predicted, weights)
    line = linear_recalibration(y, p, weights=w)
    # Centred, so that the matrix inverted below is well conditioned; the slope stays the same.
    design = np.column_stack([np.ones_like(p), p - np.average(p, weights=w)])
    residual = y - line.intercept - line.slope * p
    bread = np.asarray(np.linalg.inv((design * w[:, np.newaxis]).T @ design), dtype=np.float64)
    if groups is None:
        freedom = float(w.sum()) - 2.0
        scatter = float(np.sum(w * residual**2)) / freedom if freedom > 0 else math.inf
        error = math.sqrt(float(bread[1, 1]) * scatter)
    else:
        freedom = n_drawn(w, groups) - 1.0
        covariance = sandwich(design * residual[:, np.newaxis], bread, w, groups)
        error = math.sqrt(float(covariance[1, 1]))
    return wald("calibration_slope", line.slope, error, level=level, freedom=max(freedom, 1.0))


def in_the_large_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Calibration in the large (slope fixed at 1), Wald's interval; as `c_estimate`."""
    y, p, w = as_binary(y_true, risk, weights)
    value = logit_in_the_large(y, p, weights=w)
    groups = None if groups is None else groups[has_log_odds(p)]
    y, p, w = with_log_odds(y, p, w)
    fitted = expit(logit(p) + value)
    # One coefficient only: its variance is one over the information about the intercept.
    bread = np.array([[1.0 / float(np.sum(w * fitted * (1.0 - fitted)))]])
    if groups is not None:
        bread = sandwich((y - fitted)[:, np.newaxis], bread, w, groups)
    return wald("calibration_in_the_large", value, math.sqrt(bread[0, 0]), level=level)


def logistic_line_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    coefficient: int,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Calibration intercept (0) or slope (1), both free, Wald's interval; as `c_estimate`."""
    y, p, w = as_binary(y_true, risk, weights)
    logistic_recalibration(y, p, weights=w)
    groups = None if groups is None else groups[has_log_odds(p)]
    y, p, w = with_log_odds(y, p, w)
    lp = logit(p)
    fit = fit_line(y, lp, w)
    covariance = fit.covariance
    if groups is not None:
        design = np.column_stack([np.ones_like(lp), lp])
        residual = y - expit(design @ fit.coefficients)
        covariance = sandwich(design * residual[:, np.newaxis], covariance, w, groups)
    name = ("calibration_intercept", "calibration_slope")[coefficient]
    error = math.sqrt(float(covariance[coefficient, coefficient]))
    return wald(name, float(fit.coefficients[coefficient]), error, level=level)


def observed_expected_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """O:E, the expected taken as given; interval on its logarithm; as `c_estimate`.

    Where nobody or everybody has the event there are no ends.
    """
    y, p, w = as_binary(y_true, risk, weights)
    value = observed_expected_ratio(y, p, weights=w)
    prevalence = float(np.average(y, weights=w))
    # Without an event the logarithm is infinite; with nothing else the formula has no variance.
    if prevalence in (0.0, 1.0):
        return Estimate(name="observed_expected_ratio", value=value)
    variance = prevalence * (1.0 - prevalence) / float(w.sum())
    if groups is not None:
        variance = variance_of_mean(y, w, groups)
    # Delta method: the logarithm of O moves by its relative change; E counts as known.
    error = math.sqrt(variance) / prevalence
    return wald_on_log("observed_expected_ratio", value, error, level=level)


METRICS = (
    Metric(name="calibration_in_the_large", label="calibration in the large", kind="continuous",
           function=mean_error, optimum=0.0, in_outcome_units=True, headline=True,
           analytic=mean_error_estimate, vectorised=attrgetter("mean_error"), pinned_by_fit=True),
    Metric(name="calibration_intercept", label="calibration intercept", kind="continuous",
           function=linear_intercept, optimum=0.0, in_outcome_units=True, default=False,
           needs=("varying predictions",), vectorised=attrgetter("intercept"),
           pinned_by_fit=True, follows_spread=True),
    Metric(name="calibration_slope", label="calibration slope", kind="continuous",
           function=linear_slope, optimum=1.0, headline=True, needs=("varying predictions",),
           analytic=linear_slope_estimate, vectorised=attrgetter("slope"), pinned_by_fit=True,
           follows_spread=True),
    Metric(name="calibration_in_the_large", label="calibration in the large", kind="binary",
           function=logit_in_the_large, optimum=0.0, headline=True, needs=("both classes",),
           analytic=in_the_large_estimate, vectorised=attrgetter("in_the_large"),
           pinned_by_fit=True, of_sampled_by_outcome="weighted"),
    Metric(name="calibration_intercept", label="calibration intercept", kind="binary",
           function=logistic_intercept, optimum=0.0, headline=True,
           needs=("both classes", "varying predictions"),
           analytic=partial(logistic_line_estimate, coefficient=0),
           vectorised=attrgetter("intercept"), pinned_by_fit=True, follows_spread=True,
           of_sampled_by_outcome="offset"),
    Metric(name="calibration_slope", label="calibration slope", kind="binary",
           function=logistic_slope, optimum=1.0, headline=True,
           needs=("both classes", "varying predictions"),
           analytic=partial(logistic_line_estimate, coefficient=1),
           vectorised=attrgetter("slope"), pinned_by_fit=True, follows_spread=True),
    Metric(name="observed_expected_ratio", label="observed/expected ratio", kind="binary",
           function=observed_expected_ratio, bounds=(0.0, None), optimum=1.0, headline=True,
           analytic=observed_expected_estimate, vectorised=attrgetter("observed_expected"),
           pinned_by_fit=True, pooling_scale="log", of_sampled_by_outcome="weighted"),
)  # fmt: skip
