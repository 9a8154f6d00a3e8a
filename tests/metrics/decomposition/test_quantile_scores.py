"""Quantile and interval scores in parts: by hand, by every possible fit, by another program."""

import itertools
import json

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.decomposition.quantile_scores import (
    METRICS,
    interval_score_decomposition,
    isotonic_quantile_recalibration,
    quantile_score_decomposition,
    quantile_score_values,
)
from hiprisk.metrics.forecast.scores import ends, interval_score
from hiprisk.metrics.registry import find_metric, further_metrics, metrics_for
from metric_examples import ORACLES, example, oracle

FROZEN = json.loads((ORACLES / "decomposition.json").read_text("utf-8"))["quantile"]
PARTS = ("score", "miscalibration", "discrimination", "uncertainty")


def small_people():
    data = oracle("data")
    return data["observed"].to_numpy(float), data["predicted"].to_numpy(float)


def test_three_people_by_hand():
    # At the prediction 1 the outcomes 1 and 3, at 4 the outcome 2: the median of all is 2.
    found = quantile_score_decomposition([1.0, 3.0, 2.0], [1.0, 1.0, 4.0], probability=0.5)
    assert found.score == pytest.approx((0.0 + 1.0 + 1.0) / 3)
    assert found.uncertainty == pytest.approx((0.5 + 0.5 + 0.0) / 3)
    assert found.miscalibration == pytest.approx(1 / 3)
    assert found.discrimination == 0.0
    fitted = isotonic_quantile_recalibration([1.0, 3.0, 2.0], [1.0, 1.0, 4.0], probability=0.5)
    assert fitted.tolist() in ([1, 1, 2], [2, 2, 2])


@pytest.mark.parametrize("probability", [0.05, 0.3, 0.5, 0.9])
def test_no_other_non_decreasing_function_has_a_smaller_score(probability):
    rng = np.random.default_rng(4)
    for _ in range(25):
        y = rng.integers(0, 5, 6).astype(float)
        p = rng.integers(0, 4, 6).astype(float)
        w = rng.integers(0, 4, 6).astype(float) + np.eye(6)[0]
        fitted = isotonic_quantile_recalibration(y, p, probability=probability, weights=w)

        def score(values, y=y, w=w):
            return float(w @ quantile_score_values(y, values, probability=probability))

        distinct, place = np.unique(p, return_inverse=True)
        # One of the outcomes is always among the best values.
        steps = itertools.combinations_with_replacement(np.unique(y), len(distinct))
        assert score(fitted) == pytest.approx(min(score(np.array(s)[place]) for s in steps))
        assert (np.diff(fitted[np.argsort(p, kind="stable")]) >= 0.0).all()


@pytest.mark.parametrize("weighting", ["unweighted", "weighted"])
@pytest.mark.parametrize("probability", [0.1, 0.5, 0.975])
def test_equal_to_model_diagnostics(weighting, probability):
    y, q = small_people()
    weights = 1.0 + oracle("data")["group"].to_numpy() % 3 if weighting == "weighted" else None
    found = quantile_score_decomposition(y, q, probability=probability, weights=weights)
    frozen = FROZEN[weighting][str(probability)]
    assert found.to_dict() == pytest.approx({part: frozen[part] for part in PARTS}, rel=1e-12)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_interval_score_is_the_sum_of_its_ends_and_parts(level):
    y, law = example("distribution")
    found = interval_score_decomposition(y, law, level=level)
    assert found.score == pytest.approx(interval_score(y, law, level=level), rel=1e-12)
    assert found.miscalibration - found.discrimination + found.uncertainty == pytest.approx(
        found.score, rel=1e-12
    )
    tail = (1 - level) / 2
    of_ends = [
        quantile_score_decomposition(y, end, probability=probability)
        for end, probability in zip(ends(law, level), (tail, 1 - tail), strict=True)
    ]
    assert found.miscalibration == pytest.approx(
        2 / (1 - level) * sum(one.miscalibration for one in of_ends), rel=1e-12
    )
    percent = f"{100 * level:g}"
    named = find_metric("distribution", f"interval_score_{percent}_miscalibration")
    assert named.function(y, law) == found.miscalibration


def test_an_increasing_transformation_moves_miscalibration_alone():
    y, q = small_people()
    before, after = (
        quantile_score_decomposition(y, values, probability=0.8) for values in (q, q**3 / 1000)
    )
    assert after.miscalibration > before.miscalibration
    assert (after.discrimination, after.uncertainty) == pytest.approx(
        (before.discrimination, before.uncertainty)
    )


def test_asked_for_by_name_alone():
    names = {metric.name for metric in METRICS}
    assert {"quantile_score_2.5", "quantile_score_97.5_discrimination"} <= names
    assert "interval_score_90_uncertainty" in names
    reported = (*metrics_for("distribution", costly=True), *further_metrics("distribution"))
    assert not names & {metric.name for metric in reported}
    label = find_metric("distribution", "quantile_score_5_miscalibration").label
    assert label == "miscalibration (quantile score of the 5 % quantile)"


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_probability_outside_its_range_is_refused(probability):
    with pytest.raises(InputError, match=r"'probability' must lie inside \(0, 1\)"):
        quantile_score_decomposition([1.0], [1.0], probability=probability)
