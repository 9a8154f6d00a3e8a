"""CRPS in parts: by hand, by another program at every threshold, and as an identity."""

import json

import numpy as np
import pytest

from hiprisk.metrics.decomposition.ranked_probability_score import METRICS, crps_decomposition
from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.forecast.scores import crps
from hiprisk.metrics.registry import find_metric, further_metrics, metrics_for
from metric_examples import ORACLES, example, oracle

FROZEN = json.loads((ORACLES / "decomposition.json").read_text("utf-8"))["crps"]


def uniform(mean, half_width):
    mean = np.asarray(mean, float)
    half = np.broadcast_to(np.asarray(half_width, float), mean.shape)
    return forecast(mean, half, probabilities=[0.0, 1.0], quantiles=[-1.0, 1.0])


def identity(found):
    return found.miscalibration - found.discrimination + found.uncertainty


def test_two_people_by_hand():
    # Between 0 and 10 one of two outcomes has happened. Forecasts in the wrong order are pooled:
    # 1/2 for both, 0.25 on 10 units, which is what the observed distribution scores too.
    wrong = crps_decomposition([0.0, 10.0], uniform([10.0, 0.0], 50.0))
    assert (wrong.uncertainty, wrong.discrimination) == pytest.approx((2.5, 0.0))
    assert wrong.miscalibration == pytest.approx(wrong.score - 2.5)
    # In the right order the recalibrated forecasts are the outcomes themselves.
    right = crps_decomposition([0.0, 10.0], uniform([0.0, 10.0], 50.0))
    assert (right.uncertainty, right.discrimination) == pytest.approx((2.5, 2.5))
    assert right.miscalibration == pytest.approx(right.score)


@pytest.mark.parametrize(
    ("name", "half_width", "tolerance"),
    [
        # Forecasts of one width never cross: exact.
        ("shifted", lambda p: 150.0, 1e-12),
        ("crossing", lambda p: 8.0 + p % 7.0, 0.01),
    ],
)
def test_equal_to_model_diagnostics_at_every_threshold(name, half_width, tolerance):
    data = oracle("data")
    y, p = data["observed"].to_numpy(float), data["predicted"].to_numpy(float)
    weights = 1.0 + data["group"].to_numpy() % 3
    law = uniform(p, half_width(p))
    found = crps_decomposition(y, law, weights=weights)
    # The oracle integrates between the extremes of the outcome; beyond them all is miscalibration.
    beyond = found.score - found.miscalibration
    assert found.discrimination == pytest.approx(FROZEN[name]["discrimination"], rel=tolerance)
    assert beyond == pytest.approx(found.uncertainty - found.discrimination, rel=1e-12)


@pytest.mark.parametrize("seed", [1, 2])
def test_parts_add_up_to_the_score(seed):
    y, law = example("distribution", seed=seed)
    found = crps_decomposition(y, law)
    assert found.score == crps(y, law)
    assert identity(found) == pytest.approx(found.score, rel=1e-12)
    assert min(found.miscalibration, found.discrimination) > 0.0
    assert find_metric("distribution", "crps_discrimination").function(y, law) == (
        found.discrimination
    )


def test_forecasts_that_tell_nothing_have_no_discrimination():
    y, law = example("distribution", n=80)
    found = crps_decomposition(y, uniform(np.full(80, 40.0), 60.0))
    assert found.discrimination == pytest.approx(0.0, abs=1e-12)
    assert crps_decomposition(np.full(80, 40.0), law).uncertainty == 0.0


def test_more_outcomes_than_thresholds_change_little():
    rng = np.random.default_rng(3)
    mean = rng.normal(50, 10, 1500)
    law = uniform(mean, 30.0)
    y = mean + rng.uniform(-30, 30, 1500)
    rounded = np.round(y * 5) / 5
    fine, coarse = crps_decomposition(y, law), crps_decomposition(rounded, law)
    assert len(np.unique(rounded)) < 1_000 < len(np.unique(y))
    assert fine.discrimination == pytest.approx(coarse.discrimination, rel=0.01)


def test_asked_for_by_name_alone():
    reported = (*metrics_for("distribution", costly=True), *further_metrics("distribution"))
    assert {metric.name for metric in METRICS} == {
        "crps_miscalibration", "crps_discrimination", "crps_uncertainty",
    }  # fmt: skip
    assert not set(METRICS) & set(reported)
