"""The methods of updating and the closed test: R's glm and lm, and hand counts."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.validation.updating.methods import (
    UpdateData,
    check_size,
    closed_test,
    fit_update,
    shrinkage_factor,
    updated_coefficients,
)

ORACLES = Path(__file__).parents[2] / "oracles"
R = json.loads((ORACLES / "updating_r.json").read_text())


@pytest.fixture(scope="module")
def simulated():
    return pd.read_csv(ORACLES / "updating_simulated.csv", comment="#")


def update_data(frame, kind):
    outcome, lp = ("event", "lp_binary") if kind == "binary" else ("score", "lp_continuous")
    return UpdateData(
        kind,
        frame[outcome].to_numpy(float),
        frame[lp].to_numpy(float),
        frame[["x1", "x2", "x3"]].to_numpy(float),
    )


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_each_method_equals_r(simulated, kind):
    data, theirs = update_data(simulated, kind), R[f"simulated_{kind}"]
    assert fit_update(data, "intercept").intercept == pytest.approx(theirs["intercept"][0], 1e-9)
    line = fit_update(data, "recalibrate")
    assert [line.intercept, line.slope] == pytest.approx(theirs["recalibrate"], rel=1e-8)
    again = fit_update(data, "reestimate").coefficients
    assert list(again) == pytest.approx(theirs["reestimate"], rel=1e-8)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_log_likelihoods_equal_r(simulated, kind):
    data = update_data(simulated, kind)
    methods = ("none", "intercept", "recalibrate", "reestimate")
    ours = [fit_update(data, method).log_likelihood for method in methods]
    assert ours == pytest.approx(R[f"simulated_{kind}"]["log_likelihood"], rel=1e-10)


@pytest.mark.parametrize(
    ("kind", "chosen"), [("binary", "reestimate"), ("continuous", "intercept")]
)
def test_the_closed_test_equals_r_and_stops_at_the_first_that_holds(simulated, kind, chosen):
    found = closed_test(update_data(simulated, kind))
    theirs = R[f"simulated_{kind}"]
    n = len(found.tests)
    assert [t.statistic for t in found.tests] == pytest.approx(theirs["statistic"][:n], rel=1e-7)
    assert [t.df for t in found.tests] == theirs["df"][:n]
    assert [t.p_value for t in found.tests] == pytest.approx(theirs["p_value"][:n], rel=1e-6)
    assert found.chosen == chosen
    assert n == {"reestimate": 3, "intercept": 2}[chosen]


def test_a_model_that_is_right_is_left_alone_at_the_stated_rate():
    rng = np.random.default_rng(5)
    kept = 0
    for _ in range(300):
        x = rng.normal(size=(150, 3))
        lp = x @ [1.0, 0.5, 0.2]
        y = lp + rng.normal(size=150)
        kept += closed_test(UpdateData("continuous", y, lp, x)).chosen == "none"
    assert kept / 300 == pytest.approx(0.95, abs=0.035)


def test_weight_two_equals_the_person_twice(simulated):
    data = update_data(simulated, "binary")
    twice = data.take(np.r_[0, np.arange(len(data.lp))])
    weights = np.r_[2.0, np.ones(len(data.lp) - 1)]
    weighted = dataclasses.replace(data, weights=weights)
    for method in ("intercept", "recalibrate", "reestimate"):
        one, other = fit_update(weighted, method), fit_update(twice, method)
        assert one.intercept == pytest.approx(other.intercept, rel=1e-9)
        assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)


def test_an_intercept_by_hand():
    data = UpdateData("continuous", np.array([3.0, 5.0]), np.array([1.0, 2.0]), None)
    assert fit_update(data, "intercept").intercept == 2.5


def test_coefficients_after_a_recalibration_by_hand(simulated):
    fit = dataclasses.replace(
        fit_update(update_data(simulated, "continuous"), "recalibrate"), intercept=1.0, slope=0.5
    )
    assert list(updated_coefficients(fit, np.array([10.0, 4.0]))) == [6.0, 2.0]


def test_the_shrinkage_factor_by_hand(simulated):
    data = update_data(simulated, "binary")
    gain = R["simulated_binary"]["statistic"][2]
    factor = shrinkage_factor(data, fit_update(data, "reestimate"))
    assert factor == pytest.approx((gain - 2) / gain, rel=1e-7)


def test_trees_have_no_coefficients_to_re_estimate(simulated):
    data = dataclasses.replace(update_data(simulated, "binary"), functions=None)
    with pytest.raises(InputError, match="no coefficients to re-estimate"):
        fit_update(data, "reestimate")
    assert closed_test(data).tests[-1].fuller == "recalibrate"


def test_an_extreme_linear_predictor_counts_in_the_intercept_as_it_does_in_the_likelihood():
    lp = np.r_[np.linspace(-2, 2, 40), 40.0, -45.0]
    y = np.r_[np.tile([0.0, 1.0, 1.0, 0.0], 10), 0.0, 0.0]
    fit = fit_update(UpdateData("binary", y, lp, None), "intercept")
    # At the maximum as many events are expected as there were, of all 42.
    assert np.sum(1.0 / (1.0 + np.exp(-(fit.intercept + lp)))) == pytest.approx(y.sum())
    assert fit.log_likelihood > fit_update(UpdateData("binary", y, lp, None), "none").log_likelihood


def test_an_intercept_needs_events_and_non_events():
    data = UpdateData("binary", np.ones(5), np.linspace(-1, 1, 5), None)
    with pytest.raises(InputError, match="events and non-events"):
        fit_update(data, "intercept")


@pytest.mark.parametrize("n_events", [4, 56])
def test_few_people_without_the_event_are_as_few_as_few_with_it(simulated, n_events):
    data = update_data(simulated.head(60), "binary")
    data = dataclasses.replace(data, observed=np.arange(60) < n_events)
    with pytest.raises(InputError, match=r"^4 people with \(or without\) the event are too few"):
        check_size(data, ["reestimate"])
    check_size(data, ["recalibrate"])
