"""Bands of decision curves and of their differences."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.clinical_utility.bands import (
    decision_curve_band,
    decision_curve_difference,
)
from hiprisk.metrics.clinical_utility.curve import decision_curve
from hiprisk.metrics.clinical_utility.net_benefit import (
    interventions_avoided,
    net_benefit,
    net_benefit_estimate,
    standardised_net_benefit,
)
from hiprisk.seeding import rng_for
from metric_examples import example

Y, RISK = [1, 0, 0, 1], [0.8, 0.6, 0.1, 0.2]


def test_analytic_and_resampled_bands_agree():
    y, risk = example("binary", n=400)
    grid = [0.2, 0.4, 0.6]
    band = decision_curve_band(y, risk, thresholds=grid, n_resamples=2000, seed=1)
    for place, threshold in enumerate(grid):
        one = net_benefit_estimate(y, risk, threshold=threshold)
        assert band.low[place] == pytest.approx(one.low, abs=0.006)
        assert band.high[place] == pytest.approx(one.high, abs=0.006)


def test_band_draws_people_not_rows():
    y, risk = example("binary", n=200)
    twice = np.repeat(np.arange(200), 2)
    once = decision_curve_band(y, risk, thresholds=[0.4], n_resamples=400, seed=1)
    people = decision_curve_band(
        y[twice], risk[twice], groups=twice, thresholds=[0.4], n_resamples=400, seed=1
    )
    rows = decision_curve_band(y[twice], risk[twice], thresholds=[0.4], n_resamples=400, seed=1)
    assert (*people.low, *people.high) == pytest.approx((*once.low, *once.high), abs=1e-12)
    assert rows.high[0] - rows.low[0] < 0.85 * (once.high[0] - once.low[0])


def test_band_repeats_itself_with_its_seed_and_memory_limit(monkeypatch):
    y, risk = example("binary")
    one = decision_curve_band(y, risk, n_resamples=50, seed=3)
    monkeypatch.setattr("hiprisk.metrics.clinical_utility.bands.LARGEST_BLOCK", 100)
    assert decision_curve_band(y, risk, n_resamples=50, seed=3) == one
    assert decision_curve_band(y, risk, n_resamples=50, seed=4).low != one.low


def test_band_leaves_out_resamples_of_one_class_unless_they_are_many():
    y, risk = example("binary", n=40)
    settings = {"thresholds": [0.3], "n_resamples": 60, "seed": 2, "prevalence": 0.2}
    # Three of forty lack a resample in 25, one of forty in three.
    order = np.argsort(-y, kind="stable")
    rows, rare = ((np.r_[order[:n], order[-20:]]) for n in (3, 1))
    assert len(decision_curve_band(y[rows], risk[rows], **settings).low) == 1
    few = decision_curve_band(y[rare], risk[rare], **settings)
    assert few.low == few.high == few.standardised_low == few.avoided_high == ()
    difference = decision_curve_difference(y[rare], risk[rare], risk[rare] ** 2, **settings)
    assert difference.to_frame()["low"].isna().all()


def test_difference_is_the_difference_with_a_narrower_band():
    y, risk = example("binary", n=300)
    other = np.clip(risk * 0.95 + 0.02, 0, 1)
    found = decision_curve_difference(
        y, risk, other, thresholds=[0.3, 0.5], n_resamples=300, seed=1
    )
    one, two = (decision_curve(y, p, thresholds=[0.3, 0.5]).model for p in (risk, other))
    assert found.difference == pytest.approx(np.subtract(one, two), abs=1e-12)
    alone = decision_curve_band(y, risk, thresholds=[0.3, 0.5], n_resamples=300, seed=1)
    assert found.high[0] - found.low[0] < alone.high[0] - alone.low[0]


def test_bands_of_what_follows_from_net_benefit_equal_a_loop_of_single_functions():
    # A second way: whole people repeated as drawn, each quantity by its own function.
    y, risk = example("binary", n=80)
    curve = decision_curve_band(y, risk, thresholds=[0.25, 0.5], n_resamples=60, seed=7)
    rng = rng_for(7, "decision_curve")
    drawn = [np.repeat(np.arange(80), np.bincount(rng.integers(0, 80, 80), minlength=80))
             for _ in range(60)]  # fmt: skip
    for place, threshold in enumerate([0.25, 0.5]):
        for name, function in (("standardised", standardised_net_benefit),
                               ("avoided", interventions_avoided)):  # fmt: skip
            each = [function(y[rows], risk[rows], threshold=threshold) for rows in drawn]
            ends = [getattr(curve, f"{name}_{end}")[place] for end in ("low", "high")]
            expected = np.quantile(each, [0.025, 0.975], method="weibull")
            assert ends == pytest.approx(expected, abs=1e-12)


def test_three_estimates_at_a_threshold_are_the_single_functions():
    y, risk = example("binary", n=200)
    curve = decision_curve_band(y, risk, thresholds=[0.3, 0.6], n_resamples=100, seed=1)
    found = {one.name: one for one in curve.estimates_at(0.3)}
    functions = {"net_benefit_0.3": net_benefit, "interventions_avoided_0.3": interventions_avoided,
                 "standardised_net_benefit_0.3": standardised_net_benefit}  # fmt: skip
    assert set(found) == set(functions)
    for name, function in functions.items():
        assert found[name].value == pytest.approx(function(y, risk, threshold=0.3), abs=1e-12)
        assert found[name].low < found[name].value < found[name].high
    with pytest.raises(InputError, match=r"no threshold 0\.31"):
        curve.estimates_at(0.31)


def test_nobody_with_the_event_has_no_share_of_events():
    curve = decision_curve_band([0, 0, 0], [0.1, 0.5, 0.2], thresholds=[0.3], n_resamples=9, seed=1)
    assert curve.standardised_low == ()
    names = [one.name for one in curve.estimates_at(0.3)]
    assert names == ["net_benefit_0.3", "interventions_avoided_0.3"]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: decision_curve_band(Y, RISK, n_resamples=1, seed=1), "a band needs resamples"),
    (lambda: decision_curve_band(Y, RISK, groups=np.zeros(3, int), seed=1), "'groups' has 3"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_two_resamples_are_the_fewest():
    y, risk = example("binary", n=100)
    assert len(decision_curve_band(y, risk, thresholds=[0.3], n_resamples=2, seed=1).low) == 1
