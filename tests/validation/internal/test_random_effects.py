"""Random effects against metafor's printed figures, R's optimiser and hand counts."""

import json

import numpy as np
import pytest
from scipy.stats import t as student

from hiprisk.errors import InputError
from hiprisk.validation.internal.random_effects import (
    _confidence_distribution,
    confidence_prediction_interval,
    dersimonian_laird_tau2,
    random_effects,
    reml_tau2,
)
from rms_oracles import ORACLES

ORACLE = json.loads((ORACLES / "metafor_bcg.json").read_text())


@pytest.fixture
def bcg():
    a, b, c, d = np.array(ORACLE["trials"], dtype=float).T
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def test_reml_equals_metafor_as_printed(bcg):
    found, printed = random_effects(*bcg), ORACLE["metafor"]
    for name in ("tau2", "i2", "value"):
        assert getattr(found, name) == pytest.approx(printed[name], abs=5e-5)
    assert found.q == pytest.approx(printed["q"], abs=5e-4)


def test_dersimonian_laird_equals_metafor_as_printed(bcg):
    y, v = bcg
    w = 1 / (v + dersimonian_laird_tau2(y, v))
    mean, error = np.average(y, weights=w), 1 / np.sqrt(w.sum())
    printed = ORACLE["metafor"]
    assert mean == pytest.approx(printed["dl_value"], abs=5e-5)
    assert mean - 1.959964 * error == pytest.approx(printed["dl_low"], abs=5e-5)
    assert mean + 1.959964 * error == pytest.approx(printed["dl_high"], abs=5e-5)


def test_reml_equals_the_optimiser_of_r(bcg):
    found, theirs = random_effects(*bcg), ORACLE["r_optimize"]
    # R's optimize stops at about 1e-8 of a flat top.
    assert found.tau2 == pytest.approx(theirs["tau2"], abs=1e-7)
    for name in ("value", "low", "high"):
        assert getattr(found, name) == pytest.approx(theirs[name], abs=1e-8)
    assert found.standard_error == pytest.approx(theirs["hk_standard_error"], abs=1e-8)


def test_a_new_site_sees_the_mean_and_what_is_between_sites(bcg):
    found = random_effects(*bcg)
    reach = student.ppf(0.975, 11) * np.sqrt(found.tau2 + found.standard_error**2)
    assert found.new_high == pytest.approx(found.value + reach)
    assert found.new_low < found.low < found.high < found.new_high


def test_equal_sites_by_hand():
    # Equal variances: REML is the sample variance less the sites' own.
    y, v = np.array([1.0, 2.0, 4.0, 5.0]), np.full(4, 0.5)
    assert reml_tau2(y, v) == pytest.approx(np.var(y, ddof=1) - 0.5)
    found = random_effects(y, v)
    assert found.value == pytest.approx(3.0)
    assert found.standard_error == pytest.approx(np.sqrt(np.var(y, ddof=1) / 4))


def test_like_sites_have_no_variance_between_and_no_too_narrow_interval():
    found = random_effects([0.7, 0.72, 0.69, 0.71], [0.01, 0.02, 0.015, 0.01])
    assert found.tau2 == found.i2 == 0.0
    # Hartung and Knapp's error would be 0.0057; it is never below that of the fixed effect.
    assert found.standard_error == pytest.approx(0.0561951486949, abs=1e-10)


def test_two_sites_have_no_prediction_interval():
    assert random_effects([0.1, 0.9], [0.01, 0.01]).new_low is None


def test_one_site_cannot_be_pooled():
    with pytest.raises(InputError, match="at least two sites, got 1"):
        random_effects([0.1], [0.01])


def test_a_site_without_a_variance_is_refused():
    with pytest.raises(InputError, match="positive variances"):
        random_effects([0.1, 0.2], [0.01, 0.0])


def cisapride():
    """Log odds ratios of 13 trials (Hartung, Knapp 2001), half a patient added to each cell."""
    better = np.array([15, 12, 29, 42, 14, 44, 14, 29, 10, 17, 38, 19, 21.0])
    treated = np.array([16, 16, 34, 56, 22, 54, 17, 58, 14, 26, 44, 29, 38.0])
    other = np.array([9, 1, 18, 31, 6, 17, 7, 23, 3, 6, 12, 22, 19.0])
    controls = np.array([16, 16, 34, 56, 22, 55, 15, 58, 15, 27, 45, 30, 38.0])
    cells = [one + 0.5 for one in (better, treated - better, other, controls - other)]
    a, b, c, d = cells
    return np.log(a * d / (b * c)), sum(1.0 / one for one in cells)


def test_prediction_interval_by_confidence_distribution_as_pimeta_prints_it():
    # R's pimeta 1.1.4 prints [0.533, 33.692]; it has no safeguard, which makes ours a little wider.
    low, high = np.exp(confidence_prediction_interval(*cisapride()))
    assert low == pytest.approx(0.533, rel=0.05)
    assert high == pytest.approx(33.692, rel=0.08)
    assert low < 0.533
    assert high > 33.692


def test_prediction_interval_by_confidence_distribution_as_drawn():
    y, v = cisapride()
    rng, k, w = np.random.default_rng(1), len(y), 1.0 / v
    q = np.sum(w * (y - np.average(y, weights=w)) ** 2)
    quadratic = np.diag(w) - np.outer(w, w) / w.sum()
    squares = rng.chisquare(1, (4_000, k - 1))
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 100.0, 80)])
    beyond = []
    for tau2 in grid:
        root = np.sqrt(v + tau2)
        values = np.linalg.eigvalsh(root[:, None] * quadratic * root)[1:]
        beyond.append((squares @ values > q).mean())
    tau2 = np.interp(rng.random(40_000), beyond, grid)
    weights = 1.0 / (v + tau2[:, None])
    center = weights @ y / weights.sum(1)
    adjust = (weights * (y - center[:, None]) ** 2).sum(1) / (k - 1)
    error = np.sqrt(np.maximum(1.0, adjust) / weights.sum(1))
    drawn = center + rng.normal(size=len(tau2)) * np.sqrt(tau2)
    drawn += rng.standard_t(k - 1, len(tau2)) * error
    expected = np.quantile(drawn, (0.025, 0.975))
    assert confidence_prediction_interval(y, v) == pytest.approx(expected, abs=0.05)


def test_sites_far_apart_make_the_error_of_the_mean_larger_by_hand():
    y, v = np.array([0.0, 1.0, 2.0, 3.0]), np.full(4, 0.01)
    tau2, mass = _confidence_distribution(y, v)
    # Squares of deviations add to 5; below a variance of 5 / 3 Hartung and Knapp's factor is
    # above 1.
    error = np.maximum(v[0] + tau2, 5 / 3) / 4
    law = student(df=3 * ((tau2 + error) / error) ** 2, loc=1.5, scale=np.sqrt(tau2 + error))
    low, high = confidence_prediction_interval(y, v)
    assert [mass @ law.cdf(low), mass @ law.cdf(high)] == pytest.approx([0.025, 0.975], abs=1e-9)


def test_sites_that_agree_exactly_have_the_interval_of_their_mean():
    found = random_effects([1.0, 1.0, 1.0], [0.2, 0.3, 0.4])
    interval = confidence_prediction_interval([1.0, 1.0, 1.0], [0.2, 0.3, 0.4])
    assert interval == pytest.approx((found.low, found.high))
