"""Decision curves corrected for optimism, and their bands."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.bands import decision_curve_band
from hiprisk.metrics.clinical_utility.curve import decision_curve
from hiprisk.metrics.clinical_utility.net_benefit import (
    interventions_avoided,
    net_benefit,
    standardised_net_benefit,
)
from hiprisk.metrics.clinical_utility.optimism import (
    corrected_curve,
    net_benefit_optimism,
    resampled_optimism,
)
from metric_examples import example

Y, RISK = [1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2]
GRID = (0.25, 0.5)


@pytest.fixture(scope="module")
def refitted():
    y, risk = example("binary", n=80)
    rng = np.random.default_rng(0)
    refits = np.clip(risk + rng.normal(0, 0.1, (60, 80)), 0, 1)
    return y, risk, refits, rng.multinomial(80, np.full(80, 1 / 80), 60)


def test_optimism_equals_the_loop_written_out():
    y, risk = example("binary", n=50)
    rng = np.random.default_rng(0)
    refits = np.clip(risk + rng.normal(0, 0.1, (6, 50)), 0, 1)
    counts = rng.multinomial(50, np.full(50, 0.02), 6)
    expected = np.mean([
        net_benefit(y, p, threshold=0.4, weights=c) - net_benefit(y, p, threshold=0.4)
        for p, c in zip(refits, counts, strict=True)
    ])  # fmt: skip
    found = net_benefit_optimism(y, refits, counts, thresholds=[0.4])
    assert found == pytest.approx((expected,), abs=1e-12)


def test_correction_moves_curve_and_band_once():
    y, risk = example("binary")
    curve = decision_curve_band(y, risk, thresholds=[0.3, 0.6], n_resamples=50, seed=1)
    less = corrected_curve(curve, [0.01, -0.02])
    assert less.model == pytest.approx(np.subtract(curve.model, [0.01, -0.02]))
    assert less.high == pytest.approx(np.subtract(curve.high, [0.01, -0.02]))
    assert less.act_on_all == curve.act_on_all
    with pytest.raises(InputError, match="has been corrected before"):
        corrected_curve(less, [0.01, -0.02])


def test_optimism_moves_all_bands_by_the_same_linear_map():
    y, risk = example("binary")
    curve = decision_curve_band(y, risk, thresholds=[0.25], n_resamples=50, seed=1)
    less = corrected_curve(curve, [0.01])
    # 0.01 of net benefit at odds 1/3 are 3 interventions of 100.
    assert less.avoided_low[0] == pytest.approx(curve.avoided_low[0] - 3.0)
    assert less.interventions_avoided()[0] == pytest.approx(curve.interventions_avoided()[0] - 3.0)
    off = 0.01 / curve.prevalence
    assert less.standardised_high[0] == pytest.approx(curve.standardised_high[0] - off)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("net_benefit", net_benefit),
        ("standardised", standardised_net_benefit),
        ("avoided", interventions_avoided),
    ],
)
def test_each_refits_optimism_equals_the_single_functions(refitted, name, function):
    y, _, refits, counts = refitted
    found = getattr(resampled_optimism(y, refits, counts, thresholds=GRID), name)
    for place, threshold in enumerate(GRID):
        expected = [
            function(y, p, threshold=threshold, weights=c) - function(y, p, threshold=threshold)
            for p, c in zip(refits, counts, strict=True)
        ]
        assert found[:, place] == pytest.approx(expected, abs=1e-10)


def test_the_band_is_the_outer_one_of_the_moved_curve_and_the_refits_own_optimism(refitted):
    y, risk, refits, counts = refitted
    curve = decision_curve_band(y, risk, thresholds=GRID, n_resamples=60, seed=7)
    own = resampled_optimism(y, refits, counts, thresholds=GRID)
    moved, outer = corrected_curve(curve, own.mean()), corrected_curve(curve, own)
    assert (outer.model, outer.optimism) == (moved.model, moved.optimism)
    for stem, apparent, each in (
        ("", curve.model, own.net_benefit),
        ("standardised_", curve.standardised(curve.model), own.standardised),
        ("avoided_", curve.interventions_avoided(), own.avoided),
    ):
        low, high = np.quantile(each, [0.025, 0.975], axis=0, method="weibull")
        expected = np.minimum(getattr(moved, f"{stem}low"), np.subtract(apparent, high))
        assert getattr(outer, f"{stem}low") == pytest.approx(expected, abs=1e-12)
        expected = np.maximum(getattr(moved, f"{stem}high"), np.subtract(apparent, low))
        assert getattr(outer, f"{stem}high") == pytest.approx(expected, abs=1e-12)


def test_refits_without_events_leave_the_shares_band_as_it_was_moved(refitted):
    y, risk, refits, counts = refitted
    curve = decision_curve_band(y, risk, thresholds=GRID, n_resamples=60, seed=7)
    nobody = np.where(np.arange(60)[:, None] < 10, counts * (y == 0), counts)
    own = resampled_optimism(y, refits, nobody, thresholds=GRID)
    assert np.isnan(own.standardised[:10]).all()
    outer, moved = corrected_curve(curve, own), corrected_curve(curve, own.mean())
    assert outer.standardised_low == moved.standardised_low
    assert outer.low != moved.low


def test_a_stated_prevalence_is_the_share_of_every_resample(refitted):
    y, _, refits, counts = refitted
    own = resampled_optimism(y, refits, counts, thresholds=GRID, prevalence=0.2)
    assert own.standardised == pytest.approx(own.net_benefit / 0.2, abs=1e-12)


def test_without_a_band_there_is_none_after_the_correction(refitted):
    y, risk, refits, counts = refitted
    own = resampled_optimism(y, refits, counts, thresholds=GRID)
    assert corrected_curve(decision_curve(y, risk, thresholds=GRID), own).low == ()


def test_nobody_with_the_event_has_no_share_of_events():
    curve = decision_curve_band([0, 0, 0], [0.1, 0.5, 0.2], thresholds=[0.3], n_resamples=9, seed=1)
    assert corrected_curve(curve, [0.1]).to_frame()["standardised"].isna().all()


@pytest.mark.parametrize(("call", "message"), [
    (lambda: net_benefit_optimism(Y, np.zeros((2, 3)), np.ones((2, 3))), "must both be of shape"),
    (lambda: corrected_curve(decision_curve(Y, RISK), [0.1]), "99 thresholds, the optimism has 1"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
