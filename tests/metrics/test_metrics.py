"""Hand counts of the metrics and what they refuse; the contract of all is in test_contract.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.errors import InputError
from hiprisk.metrics import calibration, discrimination, likelihood, scores, spread
from hiprisk.metrics.calibration_tests import spiegelhalter_z
from metric_examples import example


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # Observed 1, 2, 4; predicted 1, 3, 3: errors 0, -1, 1; total sum of squares 14 / 3.
        (scores.r2, 1 - 2 / (14 / 3)),
        (scores.mse, 2 / 3),
        (scores.rmse, np.sqrt(2 / 3)),
        (scores.mae, 2 / 3),
        (calibration.mean_error, 0.0),
        # Means 7/3: sum of products 8/3, sum of squares 8/3.
        (calibration.linear_slope, 1.0),
        (calibration.linear_intercept, 0.0),
    ],
)
def test_continuous_metric_equals_hand_count(function, expected):
    assert function([1.0, 2.0, 4.0], [1.0, 3.0, 3.0]) == pytest.approx(expected, abs=1e-12)


def test_slope_equals_hand_count_where_it_is_not_one():
    # Predicted 0, 1, 2 and observed 1, 1, 4: slope (1 * 2 + ...) = 1.5, intercept 0.5.
    assert calibration.linear_slope([1.0, 1.0, 4.0], [0.0, 1.0, 2.0]) == pytest.approx(1.5)
    assert calibration.linear_intercept([1.0, 1.0, 4.0], [0.0, 1.0, 2.0]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # Pairs (event, none): .9 > .4, .9 > .1, .4 = .4, .4 > .1: 3.5 of 4.
        (discrimination.c_statistic, 3.5 / 4),
        (discrimination.somers_dxy, 0.75),
        (scores.brier, (0.01 + 0.36 + 0.16 + 0.01) / 4),
        (scores.scaled_brier, 1 - (0.54 / 4) / 0.25),
        (spread.discrimination_slope, 0.65 - 0.25),
        # Two events observed, 0.9 + 0.4 + 0.4 + 0.1 expected.
        (calibration.observed_expected_ratio, 2 / 1.8),
        # Numerator .1 * -.8 + .6 * .2 - .4 * .2 - .1 * .8; variance 2 * .64 * .09 + 2 * .04 * .24.
        (spiegelhalter_z, -0.12 / np.sqrt(0.1344)),
        # Likelihood .9 * .4 * .6 * .9 against 1/16.
        (likelihood.cox_snell_r2_as_is, 1 - (0.0625 / 0.1944) ** 0.5),
        (likelihood.nagelkerke_r2_as_is, (1 - (0.0625 / 0.1944) ** 0.5) / 0.75),
    ],
)
def test_binary_metric_equals_hand_count(function, expected):
    got = function([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert got == pytest.approx(expected, abs=1e-12)


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


def test_gini_mean_difference_equals_all_pairs():
    x = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    pairs = [abs(a - b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j]
    assert spread.gini_mean_difference(x) == pytest.approx(np.mean(pairs))
    doubled = spread.gini_mean_difference(x, weights=[2, 1, 1, 1, 1])
    assert doubled == pytest.approx(spread.gini_mean_difference([*x, 3.0]))


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=2, max_size=40))
def test_c_equals_the_count_of_all_pairs(pairs):
    y = np.array([float(event) for event, _ in pairs])
    risk = np.array([value for _, value in pairs])
    if y.min() == y.max():
        return
    wins = [1.0 if a > b else 0.5 if a == b else 0.0 for a in risk[y == 1] for b in risk[y == 0]]
    assert discrimination.c_statistic(y, risk) == pytest.approx(np.mean(wins), abs=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scores.brier([1, 0], [40.0, 0.1]), r"'risk' must lie in \[0, 1\].*0: got 40"),
        (lambda: scores.brier([2, 0], [0.4, 0.1]), "'y_true' must be 0 or 1.*position 0: got 2"),
        (lambda: scores.r2([1.0], [1.0, 2.0]), "'predicted' has 2 entries, 'observed' has 1"),
        (lambda: scores.r2([1.0, np.nan], [1.0, 2.0]), "1 missing or infinite.*position 1"),
        (lambda: scores.r2([1.0, 1.0], [1.0, 2.0]), "an outcome that varies"),
        (lambda: scores.r2([], []), "one non-empty column"),
        (lambda: scores.r2([1.0, 2.0], [1.0, 2.0], weights=[-1, 1]), "must not be negative"),
        (lambda: scores.scaled_brier([1, 1], [0.5, 0.4]), "needs events and non-events"),
        (lambda: discrimination.c_statistic([1, 1], [0.5, 0.4]), "needs events and non-events"),
        (lambda: calibration.logit_in_the_large([0, 0], [0.5, 0.4]), "events and non-events"),
        (lambda: calibration.linear_slope([1.0, 2.0], [3.0, 3.0]), "predictions that vary"),
        (lambda: calibration.logistic_slope([1, 0], [0.3, 0.3]), "risks that vary"),
        (lambda: calibration.logistic_slope([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]), "separate those"),
        (lambda: calibration.logistic_slope([1, 0, 1], [0.3, 0.95, 0.95]), "separate those"),
        (lambda: likelihood.nagelkerke_r2([1, 1], [0.5, 0.4]), "events and non-events"),
        (lambda: likelihood.nagelkerke_r2_as_is([1, 1], [0.5, 0.4]), "events and non-events"),
        (lambda: spread.discrimination_slope([1, 1], [0.5, 0.4]), "events and non-events"),
        (lambda: calibration.observed_expected_ratio([1, 0], [0.0, 0.0]), "risks above 0"),
        (lambda: spiegelhalter_z([1, 0], [0.5, 0.5]), "other than 0, one half and 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
