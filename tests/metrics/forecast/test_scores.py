"""Scores of forecasts: the exact law, hand counts, and other implementations' figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from hiprisk.errors import InputError
from hiprisk.metrics.forecast.distribution import forecast, residual_law
from hiprisk.metrics.forecast.scores import (
    coverage,
    crps,
    crps_skill,
    crps_skills,
    crps_values,
    interval_score,
    width,
)
from metric_examples import (
    PROBABILITIES,
    QUANTILES,
    example,
    example_forecast,
    forecast_in_r,
)


def normal_forecast(mean, scale, lower=None, upper=None):
    """A normal law through many of its quantiles."""
    z = np.linspace(-6.5, 6.5, 6501)
    return forecast([mean], [scale], probabilities=ndtr(z), quantiles=z, lower=lower, upper=upper)


def two_point(**bounds):
    """R is uniform on (-1, 1): mean 0, scale 10."""
    return forecast([50.0], [10.0], probabilities=[0.0, 1.0], quantiles=[-1.0, 1.0], **bounds)


def test_crps_of_a_uniform_equals_hand_count():
    # Uniform on (40, 60): at its middle 20/12, at an end 20/3; outside by 5: 5 more.
    law = two_point()
    for outcome, expected in ((50.0, 20 / 12), (40.0, 20 / 3), (65.0, 20 / 3 + 5)):
        assert crps([outcome], law) == pytest.approx(expected, rel=1e-12)


def test_crps_of_a_clipped_uniform_equals_hand_count():
    # Half of the mass is put at 50: integral of (1/2 + t)^2 - part from 50 on alone is left.
    law = two_point(lower=50.0)
    # At 50: integral of (1 - F)^2 over (50, 60), F = 1/2 + t/20: 20/3 * (1/2)^3.
    assert crps([50.0], law) == pytest.approx(20 / 24, rel=1e-12)
    # At 60: integral of F^2 there: 20/3 * (1 - 1/8).
    assert crps([60.0], law) == pytest.approx(20 / 3 * 7 / 8, rel=1e-12)


@pytest.mark.parametrize("outcome", [-3.0, 0.0, 21.0, 64.0, 100.0, 112.0])
def test_crps_equals_the_energy_form(outcome):
    # E|X - y| - E|X - X'| / 2 over a fine grid of the law's own quantiles.
    law = example_forecast([38.0], 22.0)
    u = (np.arange(200_000) + 0.5) / 200_000
    residual = np.interp(u, PROBABILITIES, QUANTILES)
    x = np.clip(38.0 + 22.0 * residual, 0.0, 100.0)
    rank = 2 * np.arange(len(x)) - len(x) + 1
    spread = 2 * np.sum(rank * x) / len(x) ** 2
    expected = np.abs(x - outcome).mean() - spread / 2
    assert crps([outcome], law) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("outcome", "law", "expected"), [
    # scoringRules (R), tests/testthat of its normal family: crps_norm(-3).
    (-3.0, normal_forecast(0.0, 1.0), 2.43657473),
    (-2.7, normal_forecast(0.0, 0.9), 2.43657473 * 0.9),
    # LDT 0.5 (C++), scoring test: GetScoreCrpsNormal(0, 0, 1).
    (0.0, normal_forecast(0.0, 1.0), 0.2336949772551092),
    # scoringrules (Python), tests/test_crps.py: crps_cnormal(1.8, .4, 1.1, 0, 2).
    (1.8, normal_forecast(0.4, 1.1, lower=0.0, upper=2.0), 0.8296078),
])  # fmt: skip
def test_crps_equals_other_implementations(outcome, law, expected):
    # The normal law is a chain of short lines here.
    assert crps([outcome], law) == pytest.approx(expected, abs=2e-7)


@given(st.floats(-20, 120), st.floats(0, 100), st.floats(0.5, 60))
def test_crps_equals_the_integral_of_its_definition(outcome, mean, scale):
    law = example_forecast([mean], scale)
    step = 0.01
    z = np.arange(-20.0, 120.0, step) + step / 2
    law_at_z = law.take(np.zeros(len(z), dtype=int)).cdf(z)
    expected = np.sum((law_at_z - (z >= outcome)) ** 2) * step
    assert crps_values(np.array([outcome]), law)[0] == pytest.approx(expected, abs=0.02)


def test_crps_of_a_sure_forecast_is_the_absolute_error():
    law = example_forecast([30.0, 60.0], 1e-9)
    assert crps([35.0, 50.0], law) == pytest.approx(7.5, abs=1e-6)


def test_crps_is_proper():
    observed, law = example("distribution", n=3000)
    best = crps(observed, law)
    for scale in (0.7, 1.4):
        assert crps(observed, example_forecast(law.mean, law.scale * scale)) > best
    assert crps(observed, example_forecast(law.mean + 2.0, law.scale)) > best


def test_skill_is_zero_for_the_observed_distribution():
    y = np.arange(0.0, 101.0)
    p = (np.arange(4000) + 0.5) / 4000
    everybody = forecast(
        np.zeros(len(y)), np.ones(len(y)), probabilities=p, quantiles=np.sort(np.quantile(
            y, p, method="inverted_cdf")) + p * 1e-6,
    )  # fmt: skip
    assert crps_skill(y, everybody) == pytest.approx(0.0, abs=1e-3)
    with pytest.raises(InputError, match="an outcome that varies"):
        crps_skill([1.0, 1.0], example_forecast([1.0, 2.0]))


def test_interval_score_equals_hand_count():
    # Uniform on (40, 60): 80 % runs from 42 to 58; 3 outside costs 2 / 0.2 each.
    law = two_point()
    assert width([0.0], law, level=0.8) == pytest.approx(16.0)
    assert interval_score([50.0], law, level=0.8) == pytest.approx(16.0)
    assert interval_score([61.0], law, level=0.8) == pytest.approx(16.0 + 30.0)
    assert interval_score([41.0], law, level=0.8) == pytest.approx(16.0 + 10.0)
    assert coverage([58.0], law, level=0.8) == 1.0
    assert coverage([58.1], law, level=0.8) == 0.0


@pytest.mark.parametrize(("call", "message"), [
    (lambda: residual_law([0.5, 0.4], [0.0, 1.0]), "probabilities must ascend"),
    (lambda: residual_law([0.1, 1.2], [0.0, 1.0]), r"in \[0, 1\]"),
    (lambda: residual_law([-0.1, 0.2], [0.0, 1.0]), r"in \[0, 1\]"),
    (lambda: residual_law([0.1, 0.2], [1.0, 0.0]), "their quantiles with them"),
    (lambda: example_forecast([1.0, 2.0], [1.0, 0.0]), "must be positive; 1 of 2.*position 1"),
    (lambda: two_point(lower=3.0, upper=3.0), "nothing between 3 and 3"),
    (lambda: crps([1.0], example_forecast([1.0, 2.0])), "2 forecasts, 'observed' has 1"),
    (lambda: coverage([50.0], two_point(), level=1.0), r"inside \(0, 1\), got 1"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_skill_under_many_weights_is_that_of_each():
    observed = np.array([10.0, 40.0, 20.0, 40.0])
    law = forecast([15.0, 30.0, 25.0, 35.0], [10.0] * 4, probabilities=[0.0, 1.0],
                   quantiles=[-1.0, 1.0])  # fmt: skip
    weights = np.array([[1.0, 1, 1, 1], [2.0, 0, 1, 1], [0.0, 1, 0, 3]])
    found = crps_skills(observed, law, weights)
    each = [crps_skill(observed, law, weights=one) for one in weights[:2]]
    assert found[:2].tolist() == each
    # All who are left have the same outcome.
    assert np.isnan(found[2])


def test_scores_of_clipped_forecasts_are_those_of_a_computation_in_r():
    # R takes the CRPS as twice the mean quantile score, over half a million probabilities.
    observed, law, r = forecast_in_r()
    assert crps_values(observed, law) == pytest.approx(r["crps_each"], rel=1e-6)
    assert crps_skill(observed, law) == pytest.approx(r["crps_skill"], rel=1e-6)
    assert law.expectation() == pytest.approx(r["expected"], rel=1e-6)
    for one in r["levels"]:
        level = one["level"]
        assert coverage(observed, law, level=level) == pytest.approx(one["coverage"], rel=1e-12)
        assert width(observed, law, level=level) == pytest.approx(one["width"], rel=1e-9)
        found = interval_score(observed, law, level=level)
        assert found == pytest.approx(one["interval_score"], rel=1e-9)
