"""How far predictions lie apart: hand counts and all pairs."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics import spread


def test_discrimination_slope_equals_hand_count():
    got = spread.discrimination_slope([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert got == pytest.approx(0.65 - 0.25, abs=1e-12)


def test_interval_of_the_discrimination_slope_is_that_of_two_means():
    # Each class has two risks: variance of its mean (difference / 2)^2, 1/16 and 9/400.
    found = spread.discrimination_slope_estimate([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    half = 1.959963984540054 * np.sqrt(0.0625 + 0.0225)
    assert (found.low, found.high) == pytest.approx((0.4 - half, 0.4 + half))


def test_gini_mean_difference_equals_all_pairs():
    x = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    pairs = [abs(a - b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j]
    assert spread.gini_mean_difference(x) == pytest.approx(np.mean(pairs))
    doubled = spread.gini_mean_difference(x, weights=[2, 1, 1, 1, 1])
    assert doubled == pytest.approx(spread.gini_mean_difference([*x, 3.0]))


def test_g_of_predictions_turned_round_is_that_of_the_recalibrated_ones():
    # Observed is 8 - 2 p: slope -2, and Gini's mean difference of 1, 2, 3 is 4/3.
    assert spread.recalibrated_linear_g([6.0, 4.0, 2.0], [1.0, 2.0, 3.0]) == pytest.approx(8 / 3)


def test_g_of_risks_that_need_no_recalibration_equals_hand_count():
    # 16 of the 28 pairs lie across, log 3 - log(1/3) apart in log odds and 1/2 in risk.
    y, risk = [1, 0, 0, 0, 1, 1, 1, 0], [0.25] * 4 + [0.75] * 4
    assert spread.recalibrated_g(y, risk) == pytest.approx(16 / 28 * 2 * np.log(3))
    assert spread.recalibrated_gp(y, risk) == pytest.approx(16 / 28 / 2)


def test_one_class_is_refused():
    with pytest.raises(InputError, match="events and non-events"):
        spread.discrimination_slope([1, 1], [0.5, 0.4])
