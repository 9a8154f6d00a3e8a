"""Scores of predictions: hand counts, figures of R, intervals and what they refuse."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics import scores
from hiprisk.metrics.registry import find_metric
from metric_examples import oracle, report_figures


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # Observed 1, 2, 4; predicted 1, 3, 3: errors 0, -1, 1; total sum of squares 14 / 3.
        (scores.r2, 1 - 2 / (14 / 3)),
        (scores.mse, 2 / 3),
        (scores.rmse, np.sqrt(2 / 3)),
        (scores.mae, 2 / 3),
    ],
)
def test_score_of_a_continuous_outcome_equals_hand_count(function, expected):
    assert function([1.0, 2.0, 4.0], [1.0, 3.0, 3.0]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (scores.brier, (0.01 + 0.36 + 0.16 + 0.01) / 4),
        (scores.scaled_brier, 1 - (0.54 / 4) / 0.25),
    ],
)
def test_score_of_risks_equals_hand_count(function, expected):
    got = function([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1])
    assert got == pytest.approx(expected, abs=1e-12)


def test_interval_of_the_mean_absolute_error_is_students():
    # Absolute errors 0, 1, 2: mean 1, variance of the mean 1/3; t of 2 degrees at 95 % is 4.3027.
    found = scores.mae_estimate([0.0, 1.0, 2.0], [0.0, 0.0, 0.0])
    half = 4.302652729911275 / np.sqrt(3)
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 1.0 - half, 1.0 + half))


def test_interval_of_the_root_is_that_of_the_squares_carried_over():
    # Squares 0, 4: mean 2, its variance 4; the root moves by half its standard error over the root.
    found = scores.rmse_estimate([0.0, 2.0], [0.0, 0.0])
    half = 1.959963984540054 * 2.0 / (2.0 * np.sqrt(2.0))
    assert (found.low, found.high) == pytest.approx((np.sqrt(2) - half, np.sqrt(2) + half))


def test_predictions_without_error_have_an_interval_without_width():
    found = scores.rmse_estimate([1.0, 2.0], [1.0, 2.0])
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: scores.brier([1, 0], [40.0, 0.1]), r"'predicted' must lie in \[0, 1\].*0: got 40"),
        (lambda: scores.brier([2, 0], [0.4, 0.1]), "'observed' must be 0 or 1.*position 0: got 2"),
        (lambda: scores.r2([1.0], [1.0, 2.0]), "'predicted' has 2 entries, 'observed' has 1"),
        (lambda: scores.r2([1.0, np.nan], [1.0, 2.0]), "1 missing or infinite.*position 1"),
        (lambda: scores.r2([1.0, 1.0], [1.0, 2.0]), "an outcome that varies"),
        (lambda: scores.r2([], []), "one non-empty column"),
        (lambda: scores.r2([1.0, 2.0], [1.0, 2.0], weights=[-1, 1]), "must not be negative"),
        (lambda: scores.scaled_brier([1, 1], [0.5, 0.4]), "needs events and non-events"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_interval_of_the_scaled_brier_score_follows_from_what_each_person_moves_it_by():
    rng = np.random.default_rng(4)
    risk = rng.uniform(0.05, 0.6, 60)
    y = (rng.random(60) < risk).astype(float)
    step = 1e-5
    moved = [
        (
            scores.scaled_brier(y, risk, weights=np.where(np.arange(60) == i, 1 + step, 1.0))
            - scores.scaled_brier(y, risk)
        )
        / step
        for i in range(60)
    ]
    error = np.sqrt(np.sum(np.square(moved)) * 60 / 59)
    found = scores.scaled_brier_estimate(y, risk)
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(error, rel=1e-3)


@pytest.mark.parametrize("name", sorted(report_figures("forecasts")["scores"]))
def test_a_score_is_that_of_r(name):
    data = oracle("data")
    kind = "continuous" if name in ("r2", "mse", "rmse", "mae") else "binary"
    observed, predicted = ("observed", "predicted") if kind == "continuous" else ("y", "risk")
    found = find_metric(kind, name).function(data[observed], data[predicted])
    assert found == pytest.approx(report_figures("forecasts")["scores"][name], rel=1e-9)


@pytest.mark.parametrize("name", ["mae", "rmse"])
def test_intervals_of_errors_are_those_of_r(name):
    data = oracle("data")
    found = getattr(scores, f"{name}_estimate")(data["observed"], data["predicted"])
    expected = report_figures("forecasts")["ends"][name]
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-9)
