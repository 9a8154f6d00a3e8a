"""Intervals around optimism-corrected metrics."""

import numpy as np
import pytest

from hiprisk.metrics.registry import entries
from hiprisk.validation.internal.optimism_intervals import optimism_interval, slope_widening

Z = 1.959963984540054


def test_the_interval_has_the_spread_of_the_optimism_about_the_corrected_value():
    # Optimism 0.1, 0.2, 0.3: mean 0.2, standard deviation 0.1.
    training, test = np.ones(3), np.array([0.9, 0.8, 0.7])
    found = optimism_interval(1.0, training, test, level=0.95)
    assert found == pytest.approx((0.8 - 0.1 * Z, 0.8 + 0.1 * Z))
    wider = optimism_interval(1.0, training, test, level=0.95, widened=2.0)
    assert wider == pytest.approx((0.8 - 0.2 * Z, 0.8 + 0.2 * Z))


def test_a_scale_is_that_of_the_spread_and_of_the_ends():
    training, test = np.array([2.0, 4.0]), np.array([4.0, 4.0])
    # Logarithms: excess -log 2 and 0; corrected 3 + 1 = 4.
    half = Z * np.log(2.0) / np.sqrt(2.0)
    found = optimism_interval(3.0, training, test, level=0.95, scale="log")
    assert found == pytest.approx((4.0 * np.exp(-half), 4.0 * np.exp(half)))


def test_an_interval_of_r_squared_is_that_of_the_unexplained_share_on_its_logarithm():
    training, test = np.array([0.5, 0.6, 0.4]), np.array([0.4, 0.3, 0.4])
    low, high = optimism_interval(0.5, training, test, level=0.95, scale="log_complement")
    ends = optimism_interval(0.5, 1.0 - training, 1.0 - test, level=0.95, scale="log")
    assert ends is not None
    assert (1.0 - high, 1.0 - low) == pytest.approx(ends)


def test_a_resample_beyond_the_scale_leaves_the_metrics_own():
    training, test = np.array([1.0, 0.9, 0.8]), np.array([0.8, 0.8, 0.7])
    found = optimism_interval(0.9, training, test, level=0.95, scale="logit")
    assert found == optimism_interval(0.9, training, test, level=0.95)
    assert found is not None


def test_one_resample_has_no_interval():
    assert optimism_interval(1.0, np.ones(1), np.ones(1), level=0.95) is None


def test_a_slope_is_widened_by_its_optimism_and_never_narrowed():
    found = slope_widening(np.ones(3), np.array([0.8, 0.9, np.nan]))
    assert found == pytest.approx(1.3 * np.sqrt(1.15))
    assert slope_widening(np.ones(2), np.array([1.1, 1.2])) == 1.0
    assert slope_widening(np.array([np.nan]), np.ones(1)) == 1.0


def test_slopes_and_intercepts_of_both_kinds_follow_the_spread():
    named = {(one.kind, one.name) for one in entries() if one.follows_spread}
    slopes = {"calibration_slope", "calibration_intercept"}
    assert named == {(kind, name) for kind in ("continuous", "binary") for name in slopes}
