"""The population stability index: hand counts, figures of R, how often chance exceeds its limit."""

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.drift import chance_psi, population_stability_index
from hiprisk.validation.drift.stability_index import (
    bin_shares,
    drift_verdict,
    exceeds_limit,
    missing_moved,
)
from hiprisk.validation.external.mean_difference import standardised_difference_estimate
from metric_examples import report_figures


def test_psi_by_hand():
    # (0.1 - 0.2) ln(0.1 / 0.2) + (0.9 - 0.8) ln(0.9 / 0.8)
    got = population_stability_index([0.2, 0.8], [0.1, 0.9])
    assert got == pytest.approx(0.1 * np.log(2.0) + 0.1 * np.log(1.125), rel=1e-12)
    assert population_stability_index([0.3, 0.7], [0.3, 0.7]) == 0.0


def test_an_empty_bin_counts_as_one_in_ten_thousand():
    got = population_stability_index([0.5, 0.5], [1.0, 0.0])
    assert got == pytest.approx(0.5 * np.log(2.0) + 0.4999 * np.log(5000.0), rel=1e-12)


def test_psi_exceeds_chance_in_one_of_twenty():
    rng = np.random.default_rng(1)
    draws = rng.multinomial(500, [0.1] * 10, 2000) / 500
    beyond = np.mean(
        [population_stability_index([0.1] * 10, d) > chance_psi(10, 500) for d in draws]
    )
    assert beyond == pytest.approx(0.05, abs=0.02)


def test_both_sides_of_the_psi_have_chance_in_them():
    # Yurdakul: chi-squared of 9 degrees of freedom x (1/n + 1/m); its 95 % point is 16.919.
    assert chance_psi(10, 300, 800) == pytest.approx(16.918978 * (1 / 300 + 1 / 800), rel=1e-6)
    rng = np.random.default_rng(2)
    shares = [0.1] * 10
    beyond = now_only = 0
    for _ in range(2000):
        then, now = rng.multinomial(800, shares) / 800, rng.multinomial(600, shares) / 600
        psi = population_stability_index(then, now)
        beyond += psi > chance_psi(10, 600, 800)
        now_only += psi > chance_psi(10, 600)
    assert beyond / 2000 == pytest.approx(0.05, abs=0.015)
    assert now_only / 2000 > 0.2


@pytest.mark.parametrize(("psi", "chance", "other", "verdict"), [
    (0.09, 0.02, False, "steady"),
    (0.11, 0.02, False, "some drift"),
    (0.26, 0.02, False, "much drift"),
    # What chance gives at this size is no drift, and something else can be.
    (0.26, 0.40, False, "steady"),
    (0.26, 0.40, True, "some drift"),
])  # fmt: skip
def test_a_verdict_is_never_what_chance_alone_gives(psi, chance, other, verdict):
    assert drift_verdict(psi, chance, other=other) == verdict


@pytest.mark.parametrize(("value", "low", "high", "exceeds"), [
    (0.30, 0.10, 0.50, True),
    (-0.30, -0.50, -0.10, True),
    (0.30, -0.10, 0.70, False),
    (0.20, 0.10, 0.30, False),
    (0.30, None, None, True),
])  # fmt: skip
def test_a_difference_counts_beyond_custom_and_beyond_chance(value, low, high, exceeds):
    assert exceeds_limit(Estimate(name="d", value=value, low=low, high=high)) is exceeds


def test_values_on_an_edge_belong_to_the_bin_below():
    shares = bin_shares(np.array([1.0, 2.0, 2.5, 9.0]), np.array([2.0, 5.0]))
    assert shares == [0.5, 0.25, 0.25]


def test_one_bin_cannot_drift_and_other_bins_are_refused():
    assert chance_psi(1, 100) == 0.0
    with pytest.raises(InputError, match="must have the same bins"):
        population_stability_index([0.5, 0.5], [1.0])


def test_index_and_standardised_difference_are_those_of_r():
    r = report_figures()["drift"]
    shares = [bin_shares(np.array(r[side]), np.array(r["edges"])) for side in ("then", "now")]
    assert shares[0] == pytest.approx(r["shares_then"], rel=1e-12)
    assert shares[1] == pytest.approx(r["shares_now"], rel=1e-12)
    assert population_stability_index(*shares) == pytest.approx(r["psi"], rel=1e-12)
    assert chance_psi(10, 40, 30) == pytest.approx(r["chance"], rel=1e-12)
    then, now = ((m["mean"], m["sd"], m["n"]) for m in (r["moments_then"], r["moments_now"]))
    whole = standardised_difference_estimate(then, now)
    assert whole.value * r["hedges"] == pytest.approx(r["smd_of_metafor"], rel=1e-9)
    # metafor's variance is of the difference that Hedges' factor has shrunken.
    now = (then[0] + r["hedges"] * (now[0] - then[0]), *now[1:])
    found = standardised_difference_estimate(then, now)
    reach = 1.959963984540054 * np.sqrt(r["variance"])
    assert found.high - found.value == pytest.approx(reach, rel=1e-9)


@pytest.mark.parametrize(("then", "n_then", "now", "n_now", "moved"), [
    (0.10, 1000, 0.14, 1000, False),
    (0.10, 1000, 0.20, 1000, True),
    # Six percentage points in 50 people are what chance gives.
    (0.15, 674, 0.21, 50, False),
    (0.15, None, 0.30, 50, True),
    (0.0, None, 0.06, 50, True),
])  # fmt: skip
def test_a_share_of_missing_values_moves_by_more_than_chance(then, n_then, now, n_now, moved):
    assert missing_moved(then, n_then, now, n_now) is moved


def test_missing_values_of_equal_cohorts_rarely_move():
    rng = np.random.default_rng(5)
    found = [
        missing_moved(rng.binomial(674, 0.15) / 674, 674, rng.binomial(100, 0.15) / 100, 100)
        for _ in range(4000)
    ]
    # Five percentage points alone moved in 19 % of such pairs.
    assert np.mean(found) < 0.06
