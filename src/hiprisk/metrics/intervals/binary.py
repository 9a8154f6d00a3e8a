"""Intervals from formulas of metrics of risks.

Every function is ``f(y_true, risk, *, weights, groups, level) -> Estimate``, as in
`hiprisk.metrics.intervals.continuous`. C has DeLong's interval on the log odds; a mean of what
each person adds has Student's; O:E has Wald's on its logarithm; calibration lines have those of
their regression.

References
----------
.. [1] DeLong, DeLong, Clarke-Pearson (1988). Biometrics 44, 837-845.
.. [2] Debray et al. (2017). BMJ 356, i6460: O:E and its logarithm.
.. [3] Pepe (2003). The Statistical Evaluation of Medical Tests, section 5.2: C on the log odds.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Integers
from hiprisk.metrics import calibration, discrimination, scores
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary, check_both_classes
from hiprisk.metrics.intervals.continuous import mean_estimate
from hiprisk.metrics.intervals.frequency_weights import sandwich, variance_of_mean
from hiprisk.metrics.intervals.wald import wald, wald_on_log, wald_on_logit
from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.sheet.models import expit


def c_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """C with DeLong's standard error (Obuchowski's with `groups`), interval on the log odds.

    Arguments as for `hiprisk.metrics.intervals.continuous.rmse_estimate`. At C = 0 or 1 there are
    no ends: the error is 0 there and says nothing.
    """
    value = discrimination.c_statistic(y_true, risk, weights=weights)
    error = discrimination.c_standard_error(y_true, risk, weights=weights, groups=groups)
    return wald_on_logit("c_statistic", value, error, level=level)


def c_difference_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    other: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """C of one model minus that of another on the same people, DeLong's interval.

    Two nested models fitted on these people have a difference whose interval this is not: there use
    a likelihood-ratio test, or resampling (Demler et al. 2012, Stat Med 31, 2577-2587). Other
    arguments as for `c_estimate`.
    """
    one, two = (discrimination.c_statistic(y_true, p, weights=weights) for p in (risk, other))
    error = discrimination.c_difference_standard_error(
        y_true, risk, other, weights=weights, groups=groups
    )
    return wald("c_statistic_difference", one - two, error, level=level)


def brier_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Brier score; as `c_estimate`."""
    y, p, w = as_binary(y_true, risk, weights)
    return mean_estimate("brier", (y - p) ** 2, w=w, groups=groups, level=level)


def scaled_brier_estimate(
    y_true: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    level: float = 0.95,
) -> Estimate:
    """Scaled Brier score; the prevalence varies with the people too; as `c_estimate`."""
    y, p, w = as_binary(y_true, risk, weights)
    value = scores.scaled_brier(y, p, weights=w)
    prevalence = float(np.average(y, weights=w))
    reference = prevalence * (1.0 - prevalence)
    squared = (y - p) ** 2
    brier = float(np.average(squared, weights=w))
    # First order: what each person moves the two means by, and these the ratio.
    moved = brier * (1.0 - 2.0 * prevalence) * (y - prevalence) / reference**2 - squared / reference
    error = math.sqrt(variance_of_mean(moved, w, groups))
    return wald("scaled_brier", value, error, level=level)


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
    value = calibration.logit_in_the_large(y, p, weights=w)
    fitted = expit(logit(p) + value)
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
    calibration.logistic_recalibration(y, p, weights=w)
    lp = logit(p)
    fit = calibration.fit_line(y, lp, w)
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

    Without events there are no ends.
    """
    y, p, w = as_binary(y_true, risk, weights)
    value = calibration.observed_expected_ratio(y, p, weights=w)
    prevalence = float(np.average(y, weights=w))
    if prevalence == 0.0:
        return Estimate(name="observed_expected_ratio", value=value)
    variance = prevalence * (1.0 - prevalence) / float(w.sum())
    if groups is not None:
        variance = variance_of_mean(y, w, groups)
    error = math.sqrt(variance) / prevalence
    return wald_on_log("observed_expected_ratio", value, error, level=level)


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
    value = discrimination.discrimination_slope(y, p, weights=w)
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
