"""Score = miscalibration - discrimination + uncertainty: by hand, by another program, for ever."""

import json
import math

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from hiprisk.errors import InputError
from hiprisk.metrics.decomposition.parts import (
    METRICS,
    brier_decomposition,
    isotonic_recalibration,
    mse_decomposition,
)
from hiprisk.metrics.intervals.resampled import metric_intervals
from hiprisk.metrics.registry import find_metric, further_metrics, metrics_for
from hiprisk.metrics.scores import brier, mse
from metric_examples import ORACLES, example, metrics, oracle

FROZEN = json.loads((ORACLES / "decomposition.json").read_text("utf-8"))
PARTS = ("score", "miscalibration", "discrimination", "uncertainty")
# Six people: the risks 0.2, 0.2 are tied, and 0.4 and 0.6 violate the order (means 1 and 0).
RISKS = np.array([0.2, 0.4, 0.2, 0.8, 0.6, 0.9])
EVENTS = np.array([0, 1, 0, 1, 0, 1])


def identity(found):
    return found.miscalibration - found.discrimination + found.uncertainty


def small_people(kind):
    data = oracle("data")
    y, p = ("y", "risk") if kind == "binary" else ("observed", "predicted")
    return data[y].to_numpy(float), data[p].to_numpy(float), 1.0 + data["group"].to_numpy() % 3


def decomposition_of(kind):
    return brier_decomposition if kind == "binary" else mse_decomposition


def test_six_people_by_hand():
    assert isotonic_recalibration(EVENTS, RISKS).tolist() == [0, 0.5, 0, 1, 0.5, 1]
    found = brier_decomposition(EVENTS, RISKS)
    # Squares: 0.04 + 0.36 + 0.04 + 0.04 + 0.36 + 0.01; recalibrated 2 x 0.25; of the mean 6 x 0.25.
    assert found.score == pytest.approx(0.85 / 6, abs=1e-15)
    assert found.miscalibration == pytest.approx(0.35 / 6, abs=1e-15)
    assert found.discrimination == pytest.approx(1.0 / 6, abs=1e-15)
    assert found.uncertainty == pytest.approx(0.25, abs=1e-15)
    assert mse_decomposition(EVENTS, RISKS) == found
    assert list(found.to_dict()) == list(PARTS)


def test_of_a_person_counted_twice_by_hand():
    # The person without the event at 0.6 twice: the pooled mean is 1 / 3.
    weights = [1, 1, 1, 1, 2, 1]
    recalibrated = isotonic_recalibration(EVENTS, RISKS, weights=weights)
    assert recalibrated == pytest.approx([0, 1 / 3, 0, 1, 1 / 3, 1], abs=1e-15)
    found = brier_decomposition(EVENTS, RISKS, weights=weights)
    assert found.score == pytest.approx(1.21 / 7, abs=1e-15)
    assert found.score - found.miscalibration == pytest.approx((2 / 3) / 7, abs=1e-15)


@pytest.mark.parametrize("kind", ["binary", "continuous"])
@pytest.mark.parametrize("weighting", ["unweighted", "weighted"])
def test_equals_model_diagnostics(kind, weighting):
    y, p, w = small_people(kind)
    found = decomposition_of(kind)(y, p, weights=w if weighting == "weighted" else None)
    frozen = FROZEN[kind][weighting]["decomposition"]
    assert found.to_dict() == pytest.approx(frozen, rel=1e-12)


@pytest.mark.parametrize("weighting", ["unweighted", "weighted"])
def test_equals_probcal(weighting):
    y, p, w = small_people("binary")
    found = brier_decomposition(y, p, weights=w if weighting == "weighted" else None)
    assert found.to_dict() == pytest.approx(
        FROZEN["probcal"][weighting]["decomposition"], rel=1e-12
    )


@pytest.mark.parametrize("kind", ["binary", "continuous"])
@pytest.mark.parametrize("seed", range(5))
def test_the_parts_add_up_to_the_score(kind, seed):
    rng = np.random.default_rng(seed)
    y, p = example(kind, n=300, seed=seed)
    # Rounded: many predictions are tied.
    p, w = np.round(p, 1), rng.integers(0, 4, len(y))
    found = decomposition_of(kind)(y, p, weights=w)
    assert found.score == (brier if kind == "binary" else mse)(y, p, weights=w)
    assert identity(found) == pytest.approx(found.score, rel=1e-12, abs=1e-12)
    assert min(found.miscalibration, found.discrimination) >= 0.0


def test_recalibration_equals_that_of_scikit_learn():
    y, p = example("continuous", n=200)
    p, w = np.round(p), np.random.default_rng(1).integers(1, 4, len(y))
    theirs = IsotonicRegression().fit(p, y, sample_weight=w).predict(p)
    assert isotonic_recalibration(y, p, weights=w) == pytest.approx(theirs, rel=1e-12)


def test_recalibrated_predictions_have_no_miscalibration_and_keep_their_discrimination():
    y, p = example("binary", n=120)
    before = brier_decomposition(y, p)
    after = brier_decomposition(y, isotonic_recalibration(y, p))
    assert after.miscalibration == pytest.approx(0.0, abs=1e-15)
    assert after.discrimination == pytest.approx(before.discrimination, rel=1e-12)


def test_an_increasing_transformation_moves_miscalibration_alone():
    y, p = example("binary", n=120)
    before, after = brier_decomposition(y, p), brier_decomposition(y, p**3)
    assert after.miscalibration > before.miscalibration
    assert after.discrimination == pytest.approx(before.discrimination, rel=1e-12)
    assert after.uncertainty == before.uncertainty


@pytest.mark.parametrize(
    ("y", "p"), [([1, 1, 1], [0.2, 0.5, 0.6]), ([0, 1, 1], [0.5, 0.5, 0.5]), ([1], [0.3])]
)
def test_without_variation_there_is_no_discrimination(y, p):
    found = brier_decomposition(y, p)
    assert found.discrimination == pytest.approx(0.0, abs=1e-15)
    assert identity(found) == pytest.approx(found.score, abs=1e-15)


def test_people_of_weight_zero_count_for_nothing():
    weights = [1, 1, 1, 1, 0, 1]
    kept = np.array(weights) > 0
    found = brier_decomposition(EVENTS, RISKS, weights=weights)
    assert found == brier_decomposition(EVENTS[kept], RISKS[kept])
    # Between 0.4 and 0.8, whose recalibrated risks are 1.
    assert isotonic_recalibration(EVENTS, RISKS, weights=weights)[4] == 1.0


def test_a_large_mean_takes_no_digits_from_the_parts():
    y, p = example("continuous", n=100)
    near, far = mse_decomposition(y, p), mse_decomposition(y + 2.0**20, p + 2.0**20)
    assert far.to_dict() == pytest.approx(near.to_dict(), rel=1e-8)


def test_entries_are_found_by_name_and_move_no_evaluation():
    assert [one.name for one in METRICS] == [
        f"{score}_{part}" for score in ("mse", "brier") for part in PARTS[1:]
    ]
    for one in METRICS:
        assert find_metric(one.kind, one.name) is one
        assert one not in (*metrics_for(one.kind, costly=True), *further_metrics(one.kind))
    assert find_metric("binary", "brier_uncertainty").function([0, 1], [0.1, 0.2]) == 0.25


@pytest.mark.parametrize("kind", ["binary", "continuous"])
def test_intervals_by_the_bootstrap_of_every_metric(kind):
    y, p = example(kind, n=150)
    chosen = [one for one in METRICS if one.kind == kind]
    found = metric_intervals(
        kind, y, p, metrics=chosen, groups=np.arange(len(y)) // 2, n_resamples=100, seed=1,
        name="parts",
    )  # fmt: skip
    parts = decomposition_of(kind)(y, p).to_dict()
    for one, metric in zip(found, chosen, strict=True):
        assert one.value == parts[metric.name.partition("_")[2]]
        assert 0.0 <= one.low <= one.value <= one.high
        assert one.high <= (metric.bounds[1] or math.inf)
        assert one.low < one.high


def test_miscalibration_of_a_right_model_has_an_interval_that_reaches_0():
    y, p = example("binary", n=300, seed=2)
    (found,) = metric_intervals(
        "binary", y, p, metrics=metrics("binary", "brier_miscalibration"),
        groups=np.arange(len(y)), n_resamples=100, seed=1, name="parts",
    )  # fmt: skip
    assert found.low == 0.0 < found.value < found.high


def test_most_right_models_have_a_miscalibration_from_0_and_models_that_are_off_have_not():
    def low(seed, shift):
        rng = np.random.default_rng(seed)
        p = rng.normal(size=200)
        (found,) = metric_intervals(
            "continuous", p + shift + rng.normal(size=200), p,
            metrics=metrics("continuous", "mse_miscalibration"), groups=np.arange(200),
            n_resamples=60, seed=seed, name="parts",
        )  # fmt: skip
        return found.low

    # Before: 10 of 20.
    assert sum(low(seed, 0.0) > 0.0 for seed in range(20)) < 4
    assert all(low(seed, 1.0) > 0.0 for seed in range(5))


def test_a_risk_beyond_1_is_refused():
    with pytest.raises(InputError, match=r"'predicted' must lie in \[0, 1\]"):
        brier_decomposition([0, 1], [0.5, 1.5])
