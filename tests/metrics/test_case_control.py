"""Metrics of cases and controls that were sampled apart: by hand, by another fit, by sampling."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from hiprisk.errors import InputError
from hiprisk.metrics.calibration import logistic_intercept
from hiprisk.metrics.case_control import at_prevalence, log_odds_offset, population_weights
from hiprisk.metrics.clinical_utility.curve import decision_curve
from hiprisk.metrics.registry import entries, find_metric
from hiprisk.metrics.smoothing.calibration_curve import calibration_curve, calibration_errors

# Ten cases, eight of them at a risk of 0.6; ten controls, four of them; the others at 0.2.
Y = np.repeat([1.0, 0.0], 10)
RISK = np.array([0.6] * 8 + [0.2] * 2 + [0.6] * 4 + [0.2] * 6)
P = 0.1
BINARY = [one for one in entries() if one.kind == "binary" and not one.parameter]


def value(name, y=Y, risk=RISK, prevalence=P, **rest):
    return at_prevalence(find_metric("binary", name), prevalence).function(y, risk, **rest)


def simulated(n, seed=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-(-2.4 + x)))).astype(float)
    return y, 1 / (1 + np.exp(-(-2.2 + 0.9 * x)))


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        # Expected: 0.1 (0.8 x 0.6 + 0.2 x 0.2) + 0.9 (0.4 x 0.6 + 0.6 x 0.2) = 0.376.
        ("observed_expected_ratio", 0.1 / 0.376),
        # 0.1 (0.8 x 0.16 + 0.2 x 0.64) + 0.9 (0.4 x 0.36 + 0.6 x 0.04); a reference of 0.09.
        ("brier", 0.1768),
        ("scaled_brier", 1.0 - 0.1768 / 0.09),
        # Odds in the population 0.08 / 0.36 at 0.6 and 0.02 / 0.54 at 0.2: a slope of 1 exactly.
        ("calibration_slope", 1.0),
        ("calibration_intercept", math.log(4 / 27)),
        ("calibration_in_the_large", math.log(4 / 27)),
        # 0.8 x 0.6, and half of the ties 0.8 x 0.4 + 0.2 x 0.6.
        ("c_statistic", 0.7),
        ("discrimination_slope", 0.52 - 0.36),
    ],
)
def test_two_by_two_by_hand(name, by_hand):
    assert value(name) == pytest.approx(by_hand, abs=1e-9)


def test_net_benefit_by_hand():
    curve = decision_curve(Y, RISK, thresholds=[0.3], prevalence=P)
    assert curve.model[0] == pytest.approx(0.08 - 0.36 * 3 / 7)
    weighted = find_metric("binary", "net_benefit_0.3")
    weights = population_weights(Y, prevalence=P)
    assert weighted.function(Y, RISK, weights=weights) == pytest.approx(curve.model[0])


def test_weights_and_offset_by_hand():
    weights = population_weights([1, 1, 0, 0, 0, 0], prevalence=0.5)
    assert weights == pytest.approx([1.5] * 2 + [0.75] * 4)
    assert log_odds_offset(Y, prevalence=P) == pytest.approx(math.log(9))
    doubled = population_weights([1, 0], prevalence=0.5, weights=[3.0, 1.0])
    assert doubled.tolist() == [2.0, 2.0]


def test_calibration_in_the_large_is_the_likelihoods_maximum():
    y, risk = simulated(600)
    lp, w = np.log(risk / (1 - risk)), population_weights(y, prevalence=0.03)
    loss = lambda a: -np.sum(w * (y * (a + lp) - np.logaddexp(0.0, a + lp)))  # noqa: E731
    found = minimize_scalar(loss, bounds=(-6, 3), method="bounded", options={"xatol": 1e-10})
    large = value("calibration_in_the_large", y, risk, 0.03)
    assert large == pytest.approx(found.x, abs=1e-6)
    offset = math.log(y.mean() / (1 - y.mean())) - math.log(0.03 / 0.97)
    intercept = value("calibration_intercept", y, risk, 0.03)
    assert intercept == pytest.approx(logistic_intercept(y, risk) - offset, abs=1e-12)


@pytest.mark.parametrize("metric", BINARY, ids=lambda one: one.name)
def test_a_random_samples_own_prevalence_changes_nothing(metric):
    if metric.case_control == "none":
        with pytest.raises(InputError, match="has no form for a stated prevalence"):
            at_prevalence(metric, 0.1)
        return
    y, risk = simulated(400)
    moved = at_prevalence(metric, float(y.mean()))
    assert moved.function(y, risk) == pytest.approx(metric.function(y, risk), rel=1e-9)


@pytest.mark.parametrize("metric", BINARY, ids=lambda one: one.name)
def test_cases_and_controls_give_the_populations_figure(metric):
    if metric.case_control == "none" or metric.name in ("emax", "emax_spline"):
        return  # the largest distance hangs on one place of the curve
    y, risk = simulated(40_000)
    rng = np.random.default_rng(0)
    cases, controls = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    rows = np.r_[rng.choice(cases, 4000, replace=False), rng.choice(controls, 4000, replace=False)]
    moved = at_prevalence(metric, float(y.mean()))
    found, whole = moved.function(y[rows], risk[rows]), metric.function(y, risk)
    slack = 0.12 if metric.curve is None else 0.35
    assert found == pytest.approx(whole, rel=slack, abs=0.1 if metric.name == "eci" else 0.03)


def test_the_curve_is_moved_by_the_log_odds():
    y, risk = simulated(800)
    plain = calibration_curve(y, risk, kind="binary")
    moved = calibration_curve(y, risk, kind="binary", prevalence=0.02)
    offset = log_odds_offset(y, prevalence=0.02)
    inside = [(o, m) for o, m in zip(plain.observed, moved.observed, strict=True) if 0 < o < 1]
    assert len(inside) > 50
    for before, after in inside:
        odds = before / (1 - before) * math.exp(-offset)
        assert after == pytest.approx(odds / (1 + odds), abs=1e-9)
    band = zip(moved.low, moved.observed, moved.high, strict=True)
    assert all(low <= observed <= high for low, observed, high in band)
    assert sum(moved.bin_counts) == pytest.approx(800)
    assert sum(moved.bin_events) / 800 == pytest.approx(0.02)
    assert moved.errors == calibration_errors(y, risk, kind="binary", prevalence=0.02)


def test_a_weight_of_two_is_the_same_person_twice():
    twice = np.r_[np.arange(20), 0]
    weights = np.ones(20)
    weights[0] = 2.0
    for name in ("brier", "calibration_intercept", "observed_expected_ratio"):
        own = value(name, Y[twice], RISK[twice])
        assert value(name, weights=weights) == pytest.approx(own, abs=1e-9)


@pytest.mark.parametrize("prevalence", [0.0, 1.0, 12.0])
def test_a_prevalence_in_percent_is_refused(prevalence):
    with pytest.raises(InputError, match=r"'prevalence' must lie inside \(0, 1\)"):
        population_weights(Y, prevalence=prevalence)


def test_one_class_alone_has_no_weights():
    with pytest.raises(InputError, match="people with the event and without"):
        log_odds_offset(np.ones(5), prevalence=0.1)


def test_what_does_not_depend_on_the_sampling_stays_the_same_entry():
    c = find_metric("binary", "c_statistic")
    assert at_prevalence(c, 0.1) is c
    assert replace(c, of_sampled_by_outcome="weighted").case_control == "weighted"
