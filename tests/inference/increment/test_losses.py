"""Per-person losses: hand counts, and weights as replication."""

import dataclasses

import numpy as np
import pytest

from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.increment.losses import (
    CRPS_GRID,
    Evaluation,
    Measure,
    RefitResiduals,
    crps_by_person,
    declared_measure,
    measures_for,
    net_benefit,
)
from hiprisk.metrics import discrimination, scores
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.format import Distribution, Event, OutcomeSpec

WORSE = Event(name="worse", label="worse", direction="above", reference="fixed", value=60.0)
SPEC = OutcomeSpec(
    variable="womac_function_followup_0_100", label="function", unit="points", kind="continuous",
    estimand="", horizon_months=36, higher_is="worse", lower=0.0, upper=100.0, events=(WORSE,),
)  # fmt: skip
CONTINUOUS = (
    Measure(name="r2", label="R2", direction=1),
    Measure(name="rmse", label="RMSE", direction=-1),
    Measure(name="crps", label="CRPS", direction=-1),
    Measure(name="net_benefit_worse_0.3", label="", direction=1, event="worse", threshold=0.3),
)
BINARY = (
    Measure(name="c_statistic", label="C", direction=1),
    Measure(name="scaled_brier", label="", direction=1),
    Measure(name="brier", label="", direction=-1),
    Measure(name="net_benefit_0.2", label="", direction=1, event="", threshold=0.2),
)


def distribution(quantiles, probabilities=(0.0, 1.0)):
    return PredictiveDistribution(
        Distribution(
            probabilities=probabilities, quantiles=quantiles, levels=(0.0,), scales=(1.0,)
        ),
        SPEC,
    )


def test_crps_of_a_uniform_distribution_equals_its_closed_form():
    # Uniform on [40, 60]: at its middle w/12, at distance d beyond an end d + w/3 (w = 20).
    got = crps_by_person(
        np.array([50.0, 65.0]), distribution((-10.0, 10.0)), np.full(2, 50.0), np.ones(2)
    )
    assert got == pytest.approx([20 / 12, 5 + 20 / 3], rel=1e-3)


def test_crps_equals_the_kernel_form_of_the_same_hundred_points():
    # E|X - y| - E|X - X'| / 2 over equally likely points, clipped to the scale.
    spread = distribution((-30.0, -5.0, 0.0, 40.0), (0.0, 0.3, 0.6, 1.0))
    points = np.array([spread.quantile(p, np.array([80.0]), np.ones(1))[0] for p in CRPS_GRID])
    expected = np.abs(points - 71.0).mean()
    expected -= 0.5 * np.abs(points[:, None] - points[None, :]).mean()
    got = crps_by_person(np.array([71.0]), spread, np.array([80.0]), np.ones(1))
    assert got[0] == pytest.approx(expected, rel=1e-12)
    assert points.max() == 100.0


@pytest.mark.parametrize("upper", [100.0, None])
def test_crps_equals_twice_the_mean_pinball_loss(upper):
    rng = np.random.default_rng(3)
    made = Distribution(
        probabilities=(0.0, 0.3, 0.6, 1.0), quantiles=(-2.0, -0.5, 0.4, 3.0), levels=(0.0,),
        scales=(1.0,),
    )  # fmt: skip
    spread = PredictiveDistribution(made, dataclasses.replace(SPEC, upper=upper))
    # Of some every quantile is clipped, of some none; outcomes lie at both bounds and beyond.
    mean, scale = rng.uniform(-40, 140, 400), rng.uniform(1, 30, 400)
    observed = np.r_[0.0, 100.0, -3.0, 104.0, rng.uniform(0, 100, 396)]
    expected = np.zeros(400)
    for p in CRPS_GRID:
        miss = observed - spread.quantile(float(p), mean, scale)
        expected += 2 * np.maximum(p * miss, (p - 1) * miss) / 100
    got = crps_by_person(observed, spread, mean, scale)
    assert got == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_net_benefit_equals_hand_count():
    # Acting from 20 %: two true, one false positive among four.
    event, risk = np.array([1.0, 0, 0, 1]), np.array([0.8, 0.6, 0.1, 0.2])
    assert net_benefit(event, risk, 0.2, np.ones(4)) == pytest.approx(0.4375)


def evaluation(measures, observed):
    return Evaluation(measures=measures, observed=observed, outcome=SPEC,
                 bounds=np.full((1, len(observed)), 60.0))  # fmt: skip


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(5)
    predicted = rng.uniform(20, 80, 300)
    return predicted, np.clip(predicted + rng.normal(0, 15, 300), 0, 100)


def test_losses_of_a_score_equal_the_metrics(people):
    predicted, observed = people
    residuals = RefitResiduals(observed, predicted, np.zeros(300), 3, np.zeros(300))
    counts = np.random.default_rng(1).integers(0, 3, 300).astype(float)
    got = evaluation(CONTINUOUS, observed).losses(predicted, residuals).values(counts)
    assert got[0] == pytest.approx(scores.r2(observed, predicted, weights=counts), rel=1e-12)
    assert got[1] == pytest.approx(scores.rmse(observed, predicted, weights=counts), rel=1e-12)
    # Normal scatter of standard deviation 15 has a CRPS of 15 / sqrt(pi).
    assert got[2] == pytest.approx(15 / np.sqrt(np.pi), rel=0.06)


def test_losses_of_a_risk_equal_the_metrics(people):
    risk = people[0] / 100
    event = (np.random.default_rng(2).random(300) < risk).astype(float)
    counts = np.random.default_rng(1).integers(0, 3, 300).astype(float)
    got = evaluation(BINARY, event).losses(risk, None).values(counts)
    c = discrimination.c_statistic(event, risk, weights=counts)
    assert got[0] == pytest.approx(c, rel=1e-12)
    assert got[1] == pytest.approx(scores.scaled_brier(event, risk, weights=counts), rel=1e-12)
    assert got[2] == pytest.approx(scores.brier(event, risk, weights=counts), rel=1e-12)


def test_an_outcome_that_does_not_vary_among_those_who_count_is_refused():
    event, risk = np.array([1.0, 1.0, 0.0]), np.array([0.7, 0.6, 0.2])
    losses = evaluation(BINARY[1:3], event).losses(risk, None)
    with pytest.raises(InputError, match="the outcome does not vary"):
        losses.values(np.array([1.0, 2.0, 0.0]))


def test_weight_two_equals_the_same_person_twice(people):
    predicted, observed = people
    residuals = RefitResiduals(observed, predicted, np.zeros(300), 3, np.zeros(300))
    twice = RefitResiduals(observed, predicted, np.zeros(300), 3, np.zeros(600))
    weighted = (
        evaluation(CONTINUOUS, observed).losses(predicted, residuals).values(np.full(300, 2.0))
    )
    rows = np.tile(np.arange(300), 2)
    repeated = evaluation(CONTINUOUS, observed[rows]).losses(predicted[rows], twice)
    assert weighted == pytest.approx(repeated.values(np.ones(600)), rel=1e-12)


def test_people_with_an_unknown_baseline_have_no_event(people):
    predicted, observed = people
    one = evaluation(CONTINUOUS, observed)
    one.bounds[0, :5] = np.nan
    happened = one.event_indicator(WORSE, one.bounds[0])
    assert np.isnan(happened[:5]).all()
    assert happened[5:].tolist() == (observed[5:] >= 60).astype(float).tolist()
    residuals = RefitResiduals(observed, predicted, np.zeros(300), 3, np.zeros(300))
    assert np.isfinite(one.losses(predicted, residuals).values(np.ones(300))).all()


def test_a_gain_declared_in_another_measure_is_refused():
    with pytest.raises(ConfigError, match="declared in 'crps', which this comparison does not"):
        declared_measure(BINARY, "crps")


def test_thresholds_and_events_name_the_net_benefits(stupar_config):
    config = stupar_config("outcome.thresholds=[0.2]")
    names = [one.name for one in measures_for(config.outcome, SPEC)]
    assert names == ["r2", "rmse", "crps", "net_benefit_worse_0.2"]
