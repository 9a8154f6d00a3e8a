"""Corrected gains and shares of information: three resamples by hand, twenty in R."""

import json

import numpy as np
import pytest

from hiprisk.inference.increment.gains import (
    corrected_gain,
    gains_of,
    information_share,
    net_benefit_gain,
)
from hiprisk.inference.increment.losses import Measure
from rms_oracles import ORACLES

TRAINING = np.array([0.05, 0.08, 0.11])
TEST = np.array([0.03, 0.02, 0.04])


def test_gain_is_apparent_less_the_mean_optimism():
    # Optimism (0.02 + 0.06 + 0.07) / 3.
    got = corrected_gain(0.06, TRAINING, TEST, name="r2")
    assert got.value == pytest.approx(0.01)


def test_interval_is_the_outer_one_of_two():
    # Optimism 0.02, 0.06, 0.07, of so few the ends are the extremes: 0.06 less these.
    # Training 0.05, 0.08, 0.11, moved from 0.08 to 0.01.
    got = corrected_gain(0.06, TRAINING, TEST, name="r2")
    assert got.low == pytest.approx(min(0.06 - 0.07, 0.05 - 0.07))
    assert got.high == pytest.approx(max(0.06 - 0.02, 0.11 - 0.07))
    # Where the refits hardly differ in training, the optimism decides; and the other way round.
    got = corrected_gain(0.06, np.full(3, 0.08), TEST, name="r2")
    assert got.low == pytest.approx(0.06 - (0.08 - 0.02))
    got = corrected_gain(0.06, TRAINING, TRAINING - 0.05, name="r2")
    assert (got.low, got.high) == pytest.approx((0.05 - 0.07, 0.11 - 0.07))


@pytest.mark.parametrize("name", ["r2", "mse", "c_statistic"])
def test_gain_and_interval_are_those_of_a_computation_in_r(name):
    # What a third predictor adds to two, in twenty resamples that R refitted.
    r = json.loads((ORACLES / "optimism_intervals.json").read_text())["gains"][name]
    got = corrected_gain(r["apparent"], np.array(r["training"]), np.array(r["test"]), name=name)
    assert got.value == pytest.approx(r["value"], rel=1e-12)
    assert (got.low, got.high) == pytest.approx((r["low"], r["high"]), rel=1e-12)


def test_a_reduction_counts_as_a_gain():
    # Base and model by resample; RMSE falls by 1 on everybody, by 2 in training, by 0.5 in test.
    measure = Measure(name="rmse", label="RMSE", direction=-1, in_outcome_units=True)
    training = np.array([[[10.0], [8.0]]] * 3)
    test = np.array([[[10.5], [10.0]]] * 3)
    gain = gains_of(1, measures=[measure], unit="points", apparent=np.array([[10.0], [9.0]]),
                    training=training, test=test)[0]  # fmt: skip
    assert gain.reduction
    assert gain.unit == "points"
    assert gain.apparent == pytest.approx(1.0)
    assert gain.optimism == pytest.approx(1.5)
    assert gain.estimate.value == pytest.approx(-0.5)
    assert gain.base - gain.model == pytest.approx(-0.5)
    assert gain.base == pytest.approx(10.5)


def test_new_information_is_one_minus_adequacy():
    resampled = np.array([[30.0, 40.0], [32.0, 40.0], [28.0, 40.0]])
    got = information_share(np.array([30.0, 37.5]), resampled, model=1)
    assert got.value == pytest.approx(0.2)
    # Shares 0.25, 0.20, 0.30 have their mean moved from 0.25 to 0.20.
    assert got.low == pytest.approx(0.15)
    assert got.high == pytest.approx(0.25)


def test_new_information_stays_inside_its_bounds():
    resampled = np.array([[30.0, 31.0], [30.0, 60.0], [30.0, 30.0]])
    got = information_share(np.array([30.0, 30.3]), resampled, model=1)
    assert got.low == 0.0
    assert 0.0 < got.high < 1.0


def test_a_model_without_information_has_no_share():
    got = information_share(np.zeros(2), np.ones((3, 2)), model=1)
    assert (got.value, got.low, got.high) == (0.0, None, None)


def test_a_gain_in_net_benefit_across_thresholds_equals_a_hand_count():
    # Two resamples of one threshold; base 0.1, model 0.2: gain 0.1. Resamples' gains 0.3 and 0.1,
    # on the original people 0.1 and 0: optimism (0.2 + 0.1) / 2.
    curve = net_benefit_gain(
        1,
        thresholds=[0.2],
        apparent=np.array([[0.1], [0.2]]),
        training=np.array([[[0.1], [0.4]], [[0.2], [0.3]]]),
        test=np.array([[[0.1], [0.2]], [[0.2], [0.2]]]),
        happened=np.array([1.0, 0.0, np.nan, 0.0, 0.0]),
        names=("event", "model"),
    )
    assert curve.difference == pytest.approx((-0.05,))
    assert curve.optimism == pytest.approx((0.15,))
    assert (curve.prevalence, curve.n) == (0.25, 4.0)
