"""Intervals from a standard error, on the scale on which the estimate is nearly normal."""

from __future__ import annotations

import math

from scipy.special import chdtrc, ndtr, ndtri, stdtrit

from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate


def critical_value(level: float, freedom: float = math.inf) -> float:
    """Two-sided critical value of the normal, or of Student's t with some degrees of freedom."""
    if not 0.0 < level < 1.0:
        raise InputError(f"'level' must lie inside (0, 1), got {level:g}")
    upper = (1.0 + level) / 2.0
    return float(ndtri(upper) if math.isinf(freedom) else stdtrit(freedom, upper))


def wald(
    name: str, value: float, error: float, *, level: float, freedom: float = math.inf
) -> Estimate:
    """``value`` -+ critical value x standard error; no ends where the error is not finite."""
    if not math.isfinite(error):
        return Estimate(name=name, value=value)
    half = critical_value(level, freedom) * error
    return Estimate(name=name, value=value, low=value - half, high=value + half)


def wald_on_log(name: str, value: float, error_of_log: float, *, level: float) -> Estimate:
    """Interval of a positive ratio, symmetric in its logarithm."""
    if value <= 0.0 or not math.isfinite(error_of_log):
        return Estimate(name=name, value=value)
    factor = math.exp(critical_value(level) * error_of_log)
    return Estimate(name=name, value=value, low=value / factor, high=value * factor)


def wald_on_logit(name: str, value: float, error: float, *, level: float) -> Estimate:
    """Interval of a share or chance, symmetric in its log odds, so that it stays in [0, 1].

    Parameters
    ----------
    error : float
        Standard error of the value itself; that of its log odds follows by the delta method.
    """
    if not 0.0 < value < 1.0 or not math.isfinite(error):
        return Estimate(name=name, value=value)
    center = math.log(value / (1.0 - value))
    half = critical_value(level) * error / (value * (1.0 - value))
    low, high = (1.0 / (1.0 + math.exp(-(center + side * half))) for side in (-1.0, 1.0))
    return Estimate(name=name, value=value, low=low, high=high)


def wilson(name: str, share: float, n: float, *, level: float) -> Estimate:
    """Wilson's interval of a share of n people; it has width where the share is 0 or 1.

    References
    ----------
    .. [1] Wilson (1927). J Am Stat Assoc 22, 209-212.
    """
    z = critical_value(level)
    denominator = 1.0 + z * z / n
    center = (share + z * z / (2.0 * n)) / denominator
    half = z / denominator * math.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    # Rounding can push an end past 0 or 1, or the share out of its own interval.
    low, high = max(0.0, center - half), min(1.0, center + half)
    return Estimate(name=name, value=share, low=min(low, share), high=max(high, share))


def two_sided_p(z: float) -> float:
    """Chance of so large a standard normal, on either side."""
    return float(2.0 * ndtr(-abs(z)))


def chi_square_p(statistic: float, freedom: float) -> float:
    """Chance of so large a chi-square."""
    # A gain in likelihood of nothing comes out a little below 0 by rounding.
    return float(chdtrc(freedom, max(statistic, 0.0)))
