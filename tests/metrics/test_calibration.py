"""Calibration in the large, line, O:E: hand counts, and glm, lm and t.test of R."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics import (
    calibration,
)
from hiprisk.metrics.intervals.wald import critical_value
from metric_examples import example, oracle, statistics

DATA = oracle("data")
Y, RISK, OBSERVED, PREDICTED = (
    DATA[name].to_numpy(dtype=float) for name in ("y", "risk", "observed", "predicted")
)
R = statistics()


def half_width(estimate):
    return (estimate.high - estimate.low) / 2 / critical_value(0.95)


def test_intercepts_and_slope_equal_glm():
    large = calibration.in_the_large_estimate(Y, RISK)
    found = [calibration.logistic_line_estimate(Y, RISK, coefficient=place) for place in (0, 1)]
    assert (large.value, half_width(large)) == pytest.approx((R["citl"], R["citl_se"]), abs=1e-9)
    for estimate, name in zip(found, ("intercept", "slope"), strict=True):
        assert estimate.value == pytest.approx(R[name], abs=1e-9)
        assert half_width(estimate) == pytest.approx(R[f"{name}_se"], abs=1e-9)


def test_line_of_scores_equals_lm_and_t_test():
    slope = calibration.linear_slope_estimate(OBSERVED, PREDICTED)
    expected = (R["linear_slope"], R["linear_slope_low"], R["linear_slope_high"])
    assert (slope.value, slope.low, slope.high) == pytest.approx(expected, rel=1e-10)
    error = calibration.mean_error_estimate(OBSERVED, PREDICTED)
    expected = (R["mean_error"], R["mean_error_low"], R["mean_error_high"])
    assert (error.value, error.low, error.high) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (calibration.mean_error, 0.0),
        # Means 7/3: sum of products 8/3, sum of squares 8/3.
        (calibration.linear_slope, 1.0),
        (calibration.linear_intercept, 0.0),
    ],
)
def test_calibration_of_a_continuous_outcome_equals_hand_count(function, expected):
    assert function([1.0, 2.0, 4.0], [1.0, 3.0, 3.0]) == pytest.approx(expected, abs=1e-12)


def test_slope_equals_hand_count_where_it_is_not_one():
    # Predicted 0, 1, 2 and observed 1, 1, 4: slope (1 * 2 + ...) = 1.5, intercept 0.5.
    assert calibration.linear_slope([1.0, 1.0, 4.0], [0.0, 1.0, 2.0]) == pytest.approx(1.5)
    assert calibration.linear_intercept([1.0, 1.0, 4.0], [0.0, 1.0, 2.0]) == pytest.approx(0.5)


def test_observed_expected_ratio_equals_hand_count():
    # Two events observed, 0.9 + 0.4 + 0.4 + 0.1 expected.
    got = calibration.observed_expected_ratio([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert got == pytest.approx(2 / 1.8, abs=1e-12)


def test_interval_of_observed_over_expected_equals_hand_count():
    # Prevalence 1/2 of 4: the variance of its logarithm is (1/2 * 1/2 / 4) / (1/2)^2 = 1/4.
    found = calibration.observed_expected_estimate([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    factor = np.exp(1.959963984540054 / 2)
    expected = (2 / 1.8, 2 / 1.8 / factor, 2 / 1.8 * factor)
    assert (found.value, found.low, found.high) == pytest.approx(expected)


def test_observed_over_expected_without_events_has_no_ends():
    found = calibration.observed_expected_estimate([0, 0], [0.2, 0.3])
    assert (found.value, found.low, found.high) == (0.0, None, None)


def test_calibration_in_the_large_solves_its_equation():
    y, risk = example("binary")
    shift = calibration.logit_in_the_large(y, risk)
    moved = 1 / (1 + np.exp(-(np.log(risk / (1 - risk)) + shift)))
    assert moved.mean() == pytest.approx(y.mean(), abs=1e-12)


def test_the_two_intercepts_are_different_numbers():
    y, risk = example("binary")
    twice = 1 / (1 + np.exp(-2 * np.log(risk / (1 - risk))))
    both = (calibration.logit_in_the_large(y, twice), calibration.logistic_intercept(y, twice))
    assert abs(both[0] - both[1]) > 1e-3


def test_logistic_recalibration_undoes_a_known_distortion():
    y, risk = example("binary", n=400)
    line = calibration.logistic_recalibration(y, risk)
    distorted = 1 / (1 + np.exp(-(0.7 + 2 * np.log(risk / (1 - risk)))))
    other = calibration.logistic_recalibration(y, distorted)
    assert other.slope == pytest.approx(line.slope / 2, rel=1e-8)
    assert other.intercept == pytest.approx(line.intercept - 0.7 * line.slope / 2, abs=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: calibration.logit_in_the_large([0, 0], [0.5, 0.4]), "events and non-events"),
        (lambda: calibration.linear_slope([1.0, 2.0], [3.0, 3.0]), "predictions that vary"),
        (lambda: calibration.logistic_slope([1, 0], [0.3, 0.3]), "risks that vary"),
        (lambda: calibration.logistic_slope([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]), "separate those"),
        (lambda: calibration.logistic_slope([1, 0, 1], [0.3, 0.95, 0.95]), "separate those"),
        (lambda: calibration.observed_expected_ratio([1, 0], [0.0, 0.0]), "risks above 0"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def some_with_a_risk_of_0():
    rng = np.random.default_rng(3)
    risk = rng.uniform(0.05, 0.95, 200)
    y = (rng.random(200) < risk).astype(float)
    return y, np.where(np.arange(200) < 4, 0.0, risk)


@pytest.mark.parametrize("metric", [
    *(one for one in calibration.METRICS if one.kind == "binary" and "large" in one.name),
    *(one for one in calibration.METRICS if one.kind == "binary" and "slope" in one.name),
], ids=lambda one: one.name)  # fmt: skip
@pytest.mark.parametrize("groups", [None, np.arange(200) // 2])
def test_people_with_a_risk_of_0_are_left_out_as_val_prob_does(metric, groups):
    y, risk = some_with_a_risk_of_0()
    some = metric.analytic(y, risk, groups=groups)
    others = metric.analytic(y[4:], risk[4:], groups=None if groups is None else groups[4:])
    assert some == others
