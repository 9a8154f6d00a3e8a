"""Given predictions: recalibrated, compared, watched."""

import numpy as np
import pytest
from scipy.optimize import minimize

from hiprisk.errors import ConfigError, InputError
from hiprisk.validation import compare_predictions, recalibrate, watch_calibration


@pytest.fixture(scope="module")
def risks():
    rng = np.random.default_rng(5)
    lp = rng.normal(size=400)
    y = (rng.random(400) < 1 / (1 + np.exp(-(0.8 + 0.5 * lp)))).astype(float)
    return y, 1 / (1 + np.exp(-lp))


def test_recalibration_of_risks_is_the_logistic_line(risks):
    y, p = risks
    found = recalibrate(y, p, method="recalibrate")
    lp = np.log(p / (1 - p))

    def loss(line):
        eta = line[0] + line[1] * lp
        return -np.sum(y * eta - np.logaddexp(0, eta))

    best = minimize(loss, [0.0, 1.0], tol=1e-12).x
    assert (found.intercept, found.slope) == pytest.approx(tuple(best), abs=1e-5)
    again = recalibrate(y, found.apply(p), method="recalibrate")
    assert (again.intercept, again.slope) == pytest.approx((0.0, 1.0), abs=1e-8)
    assert found.to_frame().loc[0, "n"] == 400


def test_the_closed_test_leaves_alone_what_needs_nothing(risks):
    y, p = risks
    chosen = recalibrate(y, p)
    assert (chosen.kind, chosen.method) == ("binary", "recalibrate")
    assert chosen.tests[0].p_value < 0.05
    own = recalibrate(y, chosen.apply(p))
    assert own.method == "none"
    assert own.apply(p) == pytest.approx(p)


def test_values_are_moved_by_their_mean_error():
    found = recalibrate([3.0, 5.0, 7.5], [1.0, 2.0, 3.0], method="intercept")
    assert found.intercept == pytest.approx(np.mean([2.0, 3.0, 4.5]))
    assert found.slope == 1.0


def test_the_difference_is_that_of_the_two_models(risks):
    y, p = risks
    worse = np.full(400, y.mean()) * 0.5 + 0.5 * np.roll(p, 1)
    found = compare_predictions(y, worse, p, names=("rolled", "own"), n_resamples=200)
    frame = found.to_frame().set_index("metric")
    assert frame.loc["brier", "value_difference"] == pytest.approx(
        np.mean((y - p) ** 2) - np.mean((y - worse) ** 2)
    )
    assert frame.loc["c_statistic", "better"] == "second"
    assert found.elementary_scores.murphy_diagram.reference_name == "rolled"


def test_persons_are_drawn_in_a_comparison(risks):
    y, p = risks
    other = np.clip(p + 0.05, 0, 1)
    twice = [np.r_[one, one] for one in (y, p, other)]
    persons = np.r_[np.arange(400), np.arange(400)]
    grouped = compare_predictions(*twice, groups=persons, n_resamples=50)
    assert (grouped.n, grouped.n_people) == (800, 400)
    each = compare_predictions(y, p, other, n_resamples=50)
    assert grouped.to_frame()["low_difference"].to_numpy() == pytest.approx(
        each.to_frame()["low_difference"].to_numpy()
    )


def test_calibration_is_watched_over_time(risks):
    y, p = risks
    years = np.repeat([2021, 2022, 2023, 2024], 100)
    found = watch_calibration(y, p, years)
    assert found.times == ("2021", "2022", "2023", "2024")
    # 0.8 on the log odds beyond what was predicted.
    assert found.alarm_side == "low"
    assert list(found.to_frame().columns) == ["time", "n_so_far", "cusum", "limit"]


@pytest.mark.parametrize(("call", "said"), [
    (lambda y, p: recalibrate(y, np.where(p > 0.5, 1.0, p)), r"risks are 0 or 1 and have no log"),
    (lambda y, p: recalibrate(y, p[:5]), "'predicted' has 5 entries, 'observed' has 400"),
    (lambda y, p: recalibrate(np.zeros(400), p), "needs events and non-events"),
    (lambda y, p: compare_predictions(y, p, p[:5]), "'predicted' has 5 entries"),
    (lambda y, p: watch_calibration(y, p, [2021]), "'times' has 1 entries of which 0 are missing"),
    (lambda y, p: watch_calibration(y, p, [None] * 400), "of which 400 are missing"),
    (lambda y, p: watch_calibration(y, p, [9, 10] * 200), "'times' sort otherwise as texts"),
])  # fmt: skip
def test_bad_input_is_refused(risks, call, said):
    with pytest.raises(InputError, match=said):
        call(*risks)


@pytest.mark.parametrize(("call", "said"), [
    (lambda y, p: recalibrate(y, p, method="platt"), "'method' is one of closed-test, none, inte"),
    (lambda y, p: recalibrate(y, p, alpha=5), r"'alpha' must lie inside \(0, 1\), got 5"),
    (lambda y, p: compare_predictions(y, p, p, n_resamples=0), "a comparison needs resamples"),
    (lambda y, p: watch_calibration(y, p, [1] * 400, false_alarm=5), "'false_alarm' must lie ins"),
])  # fmt: skip
def test_what_there_is_not_is_refused(risks, call, said):
    with pytest.raises(ConfigError, match=said):
        call(*risks)
