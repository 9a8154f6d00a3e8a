"""The calibration CUSUM: hand counts, figures of R, and the false-alarm rate by simulation."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.validation.drift.cusum import calibration_cusum
from metric_examples import oracle, report_figures

pytestmark = pytest.mark.slow


def test_the_sum_by_hand():
    observed = np.array([1.0, 0.0, 1.0, 1.0])
    risk = np.array([0.5, 0.5, 0.2, 0.2])
    watch = calibration_cusum(observed, risk, ["2", "1", "2", "3"], kind="binary", n_simulations=50)
    # Differences 0.5, -0.5, 0.8, 0.8; in time -0.5 | 0.5 + 0.8 | 0.8; variance 0.25 x 2 + 0.16 x 2
    assert watch.cusum == pytest.approx(np.array([-0.5, 0.8, 1.6]) / np.sqrt(0.82))
    assert watch.n_so_far == (1, 3, 4)
    assert watch.times == ("1", "2", "3")


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_a_model_that_is_right_alarms_at_the_stated_rate(kind):
    rng = np.random.default_rng(11)
    alarms = 0
    for number in range(300):
        if kind == "binary":
            predicted = rng.uniform(0.1, 0.6, 120)
            observed = (rng.random(120) < predicted).astype(float)
        else:
            predicted = rng.normal(50, 10, 120)
            observed = predicted + rng.exponential(8, 120) - 8
        times = [f"{month:02d}" for month in np.arange(120) // 10]
        watch = calibration_cusum(
            observed, predicted, times, kind=kind, seed=number, n_simulations=199
        )
        alarms += watch.alarm_at is not None
    # One in twenty, two Monte-Carlo errors of 300 trials, and one for 199 simulations.
    assert alarms / 300 == pytest.approx(0.05, abs=0.032)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_a_fitted_average_has_an_error_that_is_no_alarm(kind):
    rng = np.random.default_rng(12)
    n, n_fitted = 300, 150
    told = untold = 0
    times = [f"{place // 10:02d}" for place in range(n)]
    for number in range(150):
        if kind == "binary":
            # The log odds of a share have the error 1 / sqrt(m p (1 - p)).
            share = rng.binomial(n_fitted, 0.3) / n_fitted
            predicted = np.full(n, share) + rng.normal(0, 1e-9, n)
            observed = (rng.random(n) < 0.3).astype(float)
        else:
            predicted = np.full(n, rng.normal(0, 10, n_fitted).mean()) + rng.normal(0, 1e-9, n)
            observed = rng.normal(0, 10, n)
        given = {"kind": kind, "seed": number, "n_simulations": 199}
        told += calibration_cusum(observed, predicted, times, n_fitted=n_fitted, **given
                                  ).alarm_at is not None  # fmt: skip
        untold += calibration_cusum(observed, predicted, times, **given).alarm_at is not None
    # One in twenty, and two Monte-Carlo errors of 150 trials of 199 simulations.
    assert told / 150 <= 0.09
    assert untold / 150 > 0.15


def test_a_change_halfway_is_found_after_it_began_and_called_a_change():
    rng = np.random.default_rng(2)
    predicted = rng.normal(50, 10, 600)
    observed = predicted + rng.normal(0, 8, 600) + 5 * (np.arange(600) >= 300)
    times = [f"{place // 20:02d}" for place in range(600)]
    watch = calibration_cusum(observed, predicted, times, kind="continuous", n_simulations=200)
    assert watch.alarm_at is not None
    assert watch.alarm_at >= "15"
    assert watch.alarm_side == "low"
    assert watch.change_p_value < 0.05


def test_a_constant_difference_is_an_alarm_and_no_change():
    rng = np.random.default_rng(4)
    predicted = rng.normal(50, 10, 600)
    observed = predicted - 4 + rng.normal(0, 8, 600)
    times = [f"{place // 20:02d}" for place in range(600)]
    watch = calibration_cusum(observed, predicted, times, kind="continuous", n_simulations=200)
    assert watch.alarm_side == "high"
    assert watch.change_p_value > 0.05


def test_many_times_become_at_most_two_hundred_points():
    rng = np.random.default_rng(8)
    predicted = rng.normal(0, 1, 1000)
    times = [f"{place:04d}" for place in range(1000)]
    watch = calibration_cusum(
        predicted + rng.normal(0, 1, 1000), predicted, times, kind="continuous", n_simulations=20
    )
    assert len(watch.times) == 200
    assert watch.n_so_far[-1] == 1000
    assert watch.times[-1] == "0999"


def test_one_time_is_no_time():
    with pytest.raises(InputError, match="the same time"):
        calibration_cusum(np.array([1.0, 2.0]), np.array([1.0, 1.0]), ["a", "a"], kind="continuous")


def almost_one_point(n):
    """One person first and all others after: the largest sum is the whole sum, a normal number."""
    return ["1", *["2"] * (n - 1)]


@pytest.mark.parametrize("kind", ["binary", "continuous"])
@pytest.mark.parametrize("by_blocks", [False, True])
def test_the_limit_holds_the_variance_of_the_fitted_average_once(kind, by_blocks, monkeypatch):
    if by_blocks:
        monkeypatch.setattr("hiprisk.validation.drift.cusum.MAX_DRAWS", 0)
    rng = np.random.default_rng(13)
    n, n_fitted = 400, 500
    predicted = rng.uniform(0.3, 0.6, n)
    observed = (rng.random(n) < predicted).astype(float)
    if kind == "continuous":
        observed = predicted + rng.normal(0.0, 10.0, n)
    watch = calibration_cusum(
        observed, predicted, almost_one_point(n), kind=kind, n_fitted=n_fitted, n_simulations=4000
    )
    # Var(sum) = n s^2 + n^2 s^2 / m, over n s^2: 1 + n / m = 1.8 (twice the second part: 2.6; taken
    # off instead: 0.2). 1.96 is the 95 % point of |N(0, 1)|; its Monte-Carlo error is 1.5 %.
    assert watch.limit == pytest.approx(1.96 * np.sqrt(1.8), rel=0.05)


def test_visits_of_a_person_err_together_in_the_limit_too():
    rng = np.random.default_rng(14)
    people = np.repeat(np.arange(200), 2)
    predicted = np.zeros(400)
    observed = np.repeat(rng.normal(0.0, 10.0, 200), 2)
    watch = calibration_cusum(
        observed, predicted, ["1", "1", *["2"] * 398], kind="continuous", groups=people,
        n_fitted=500, n_simulations=4000,
    )  # fmt: skip
    # Person sums 2e: 200 (2s)^2 of the cohort, and 400^2 (2s)^2 200 / 400 / 500 of the average.
    assert watch.limit == pytest.approx(1.96 * np.sqrt(1.8), rel=0.05)


def test_the_error_of_the_average_moves_no_risk_of_nought():
    # Four of 400 can have the event; an average fitted to one person may be off by anything.
    risk = np.zeros(400)
    risk[::100] = 0.5
    observed = np.zeros(400)
    observed[0] = 1.0
    found = calibration_cusum(
        observed, risk, [f"{i // 40}" for i in range(400)], kind="binary", n_fitted=1,
        n_simulations=200,
    )  # fmt: skip
    # In units of the whole sum's standard deviation, which is 1 here.
    assert found.limit <= 4.0


def test_the_watch_is_that_of_a_computation_in_r():
    data, r = oracle("data"), report_figures("forecasts")["watch"]
    found = calibration_cusum(
        data["y"].to_numpy(float), data["risk"].to_numpy(), [str(time) for time in r["time"]],
        kind="binary", n_simulations=4000,
    )  # fmt: skip
    assert found.cusum == pytest.approx(r["cusum"], rel=1e-9)
    assert found.change_statistic == pytest.approx(r["change"], rel=1e-9)
    # Both programs simulate these two.
    assert found.limit == pytest.approx(r["limit"], rel=1e-9, abs=4 * found.limit_error)
    assert found.change_p_value == pytest.approx(r["p"], abs=4 * found.change_p_error)
