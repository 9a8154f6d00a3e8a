"""What a study may say of a block: in words, from the interval of its gain."""

from __future__ import annotations

import math
from typing import Literal

from hiprisk.bootstrap import STEADY, normal_end_error
from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.intervals.wald import critical_value

Verdict = Literal[
    "adds", "adds less than the minimum important gain", "inconclusive at this sample size"
]


def verdict(low: float, high: float, *, smallest_gain: float) -> Verdict:
    """Verdict on a gain, from its interval against the minimum important gain.

    Parameters
    ----------
    low, high : float
        Ends of the interval of the gain, oriented so that a positive gain is a better model (for a
        measure of which less is better, the reduction).
    smallest_gain : float
        The minimum important gain, declared before anything was fitted; positive.

    Returns
    -------
    str
        ``adds`` where the low end is at least the minimum important gain, ``adds less than the
        minimum important gain`` where the high end is below it, ``inconclusive at this sample
        size`` otherwise.

    Raises
    ------
    InputError
        If an end is not a number, the ends do not ascend, or the smallest gain is not positive.

    Examples
    --------
    >>> verdict(0.012, 0.031, smallest_gain=0.01)
    'adds'
    >>> verdict(-0.004, 0.006, smallest_gain=0.01)
    'adds less than the minimum important gain'
    >>> verdict(0.004, 0.018, smallest_gain=0.01)
    'inconclusive at this sample size'
    """
    if math.isnan(low) or math.isnan(high) or low > high:
        raise InputError(f"the ends of an interval must ascend, got {low:g} and {high:g}")
    if not smallest_gain > 0:
        raise InputError(f"the minimum important gain must be positive, got {smallest_gain:g}")
    if low >= smallest_gain:
        return "adds"
    if high < smallest_gain:
        return "adds less than the minimum important gain"
    return "inconclusive at this sample size"


def is_near(gain: Estimate, smallest_gain: float, n_resamples: int) -> bool:
    """Whether another seed's resamples may well give another verdict.

    Parameters
    ----------
    gain : Estimate
        With a 95 % interval.
    smallest_gain : float
    n_resamples : int
    """
    low, high = gain.low, gain.high
    if low is None or high is None or low == high or not math.isfinite(high - low):
        return False
    error = normal_end_error((high - low) / (2.0 * critical_value(0.95)), n_resamples)
    return min(abs(low - smallest_gain), abs(high - smallest_gain)) < STEADY * error
