"""The verdict from an interval, at its boundaries."""

import math

import pytest

from hiprisk.errors import InputError
from hiprisk.inference.increment.verdict import is_near, verdict
from hiprisk.metrics.estimate import Estimate


@pytest.mark.parametrize(("low", "high", "expected"), [
    (0.02, 0.03, "adds"),
    (0.01, 0.03, "adds"),
    (math.nextafter(0.01, 0.0), 0.03, "inconclusive at this sample size"),
    (-0.01, 0.01, "inconclusive at this sample size"),
    (-0.01, math.nextafter(0.01, 0.0), "adds less than the minimum important gain"),
    (-0.05, -0.02, "adds less than the minimum important gain"),
    (0.01, 0.01, "adds"),
    (0.0, 0.0, "adds less than the minimum important gain"),
    (-math.inf, math.inf, "inconclusive at this sample size"),
])  # fmt: skip
def test_verdict_follows_from_the_interval(low, high, expected):
    assert verdict(low, high, smallest_gain=0.01) == expected


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.1), (math.nan, 0.1), (0.1, math.nan)])
def test_an_interval_that_is_none_is_refused(low, high):
    with pytest.raises(InputError, match="ends of an interval must ascend"):
        verdict(low, high, smallest_gain=0.01)


@pytest.mark.parametrize("smallest", [0.0, -0.1, math.nan])
def test_a_smallest_gain_that_is_not_positive_is_refused(smallest):
    with pytest.raises(InputError, match="minimum important gain must be positive"):
        verdict(0.1, 0.2, smallest_gain=smallest)


@pytest.mark.parametrize(("low", "high", "n_resamples", "near"), [
    # At 200 resamples an end with standard error 0.01 is known to 0.0019, at 5,000 to 0.0004.
    (0.0125, 0.0517, 200, True),
    (0.0125, 0.0517, 5000, False),
    (0.02, 0.0592, 200, False),
    (-0.0317, 0.0075, 200, True),
    (-0.05, -0.0108, 200, False),
    (0.0, 0.0, 200, False),
    (-math.inf, math.inf, 200, False),
    (None, None, 200, False),
])  # fmt: skip
def test_an_end_near_the_minimum_is_told_from_one_that_is_not(low, high, n_resamples, near):
    gain = Estimate(name="r2", value=0.0, low=low, high=high)
    assert is_near(gain, 0.01, n_resamples) is near
