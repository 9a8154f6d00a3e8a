"""Forecasts and their scores: the exact law, hand counts, and other implementations' figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from hiprisk.errors import InputError
from hiprisk.metrics.forecast.calibration import coverage_by_level, pit_histogram
from hiprisk.metrics.forecast.distribution import forecast, forecast_from_sheet, residual_law
from hiprisk.metrics.forecast.scores import (
    coverage,
    crps,
    crps_skill,
    crps_values,
    interval_score,
    width,
)
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.format import Distribution, Event, OutcomeSpec
from metric_examples import PROBABILITIES, QUANTILES, example, example_forecast


def normal_forecast(mean, scale, lower=None, upper=None):
    """A normal law through many of its quantiles."""
    z = np.linspace(-6.5, 6.5, 6501)
    return forecast([mean], [scale], probabilities=ndtr(z), quantiles=z, lower=lower, upper=upper)


def two_point(**bounds):
    """R is uniform on (-1, 1): mean 0, scale 10."""
    return forecast([50.0], [10.0], probabilities=[0.0, 1.0], quantiles=[-1.0, 1.0], **bounds)


def outcome_spec(lower=0.0, upper=100.0):
    return OutcomeSpec(
        variable="womac", label="WOMAC", unit="points", kind="continuous", estimand="later",
        horizon_months=12.0, higher_is="worse", lower=lower, upper=upper,
    )  # fmt: skip


def drawn(law, n, seed=0):
    """Draws of the first person's outcome."""
    u = np.random.default_rng(seed).random(n)
    residual = np.interp(u, law.laws[0].probabilities, law.laws[0].quantiles)
    return np.clip(law.mean[0] + law.scale[0] * residual, law.lower, law.upper)


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


@pytest.mark.parametrize(("mean", "scale"), [(40.0, 20.0), (2.0, 15.0), (97.0, 30.0), (50.0, 1.0)])
def test_expectation_equals_the_mean_of_draws(mean, scale):
    law = example_forecast([mean], scale)
    assert law.expectation()[0] == pytest.approx(drawn(law, 400_000).mean(), abs=0.15)


def test_expectation_without_bounds_is_the_mean_of_the_law():
    law = forecast([5.0], [2.0], probabilities=[0.0, 0.5, 1.0], quantiles=[-1.0, 0.0, 3.0])
    assert law.expectation()[0] == pytest.approx(5.0 + 2.0 * (0.5 * -0.5 + 0.5 * 1.5))
    half = forecast([5.0], [2.0], probabilities=[0.0, 1.0], quantiles=[-1.0, 1.0], lower=5.0)
    assert half.expectation()[0] == pytest.approx(5.5)


def test_expectation_far_beyond_a_bound_is_the_bound():
    below = example_forecast([-900.0], 5.0)
    above = example_forecast([900.0], 5.0)
    assert (below.expectation()[0], above.expectation()[0]) == pytest.approx((0.0, 100.0))


def test_cdf_and_quantile_belong_together():
    law = example_forecast([12.0], 15.0)
    x = drawn(law, 200_000)
    for outcome in (0.0, 5.0, 20.0, 55.0):
        assert law.cdf(outcome)[0] == pytest.approx(np.mean(x <= outcome), abs=0.005)
        assert law.below(outcome)[0] == pytest.approx(np.mean(x < outcome), abs=0.005)
    for p in (0.3, 0.5, 0.9):
        assert law.quantile(p)[0] == pytest.approx(np.quantile(x, p), abs=0.2)


def sheet_distribution():
    return Distribution(
        probabilities=tuple(PROBABILITIES), quantiles=tuple(QUANTILES),
        levels=(20.0, 60.0), scales=(8.0, 14.0),
    )  # fmt: skip


def test_forecast_of_a_sheet_is_the_sheets_to_the_last_bit():
    mean, extra = np.array([5.0, 30.0, 70.0, 99.0]), np.array([0.0, 4.0, 0.0, 25.0])
    spread = PredictiveDistribution(sheet_distribution(), outcome_spec())
    law = forecast_from_sheet(
        sheet_distribution(), outcome_spec(), mean=mean, imputation_variance=extra
    )
    scale = spread.scale(mean, extra)
    assert np.array_equal(law.scale, scale)
    for p in (0.025, 0.1, 0.5, 0.975):
        assert np.array_equal(law.quantile(p), spread.quantile(p, mean, scale))
    for direction in ("above", "below"):
        event = Event(name="e", label="E", direction=direction, reference="fixed", value=40.0)
        bound = np.array([0.0, 40.0, 100.0, 101.0])
        expected = spread.chance(event, bound, mean, scale)
        assert np.array_equal(law.chance(event, bound), expected)


def test_coverage_of_true_forecasts_is_what_they_promise():
    observed, law = example("distribution", n=4000)
    result = coverage_by_level(observed, law, n_groups=4)
    assert [cell.level for cell in result.overall] == [0.8, 0.9, 0.95]
    for cell in result.overall:
        # Lumps at the bounds make coverage a little more than promised.
        assert cell.level - 0.02 < cell.coverage.value < cell.level + 0.05
        assert cell.coverage.low < cell.coverage.value < cell.coverage.high
        assert cell.below + cell.above + cell.coverage.value == pytest.approx(1.0)
    assert len(result.cells) == 12
    assert sum(cell.n for cell in result.cells if cell.level == 0.8) == 4000
    assert set(result.to_frame()["part"]) == {"all", "by predicted level"}


def test_coverage_by_level_counts_weights_as_people():
    observed, law = example("distribution", n=80)
    counts = np.random.default_rng(1).integers(0, 4, 80)
    rows = np.repeat(np.arange(80), counts)
    weighted = coverage_by_level(observed, law, weights=counts).to_dict()
    repeated = coverage_by_level(observed[rows], law.take(rows)).to_dict()
    for part in ("overall", "by_predicted_level"):
        for one, other in zip(weighted[part], repeated[part], strict=True):
            assert one.pop("coverage") == pytest.approx(other.pop("coverage"))
            assert one == pytest.approx(other)


def test_pit_of_a_uniform_equals_hand_count():
    law = two_point().take(np.zeros(4, dtype=int))
    found = pit_histogram([41.0, 42.0, 50.5, 59.0], law, n_bins=4)
    assert found.shares == pytest.approx((0.5, 0.0, 0.25, 0.25))
    # Cumulated .5, .5, .75, 1 against .25, .5, .75, 1.
    assert found.deviation == pytest.approx(0.25)


def test_pit_spreads_a_lump_over_its_probabilities():
    # Half of the mass is at 50: the person there fills the first half evenly.
    law = two_point(lower=50.0)
    assert pit_histogram([50.0], law, n_bins=4).shares == pytest.approx((0.5, 0.5, 0.0, 0.0))


def test_pit_of_true_forecasts_is_flat():
    observed, law = example("distribution", n=5000)
    found = pit_histogram(observed, law)
    assert sum(found.shares) == pytest.approx(1.0)
    inside = [found.expected_low <= share <= found.expected_high for share in found.shares]
    assert sum(inside) >= 8
    assert found.deviation < 0.03
    counts = np.random.default_rng(1).integers(0, 4, 5000)
    rows = np.repeat(np.arange(5000), counts)
    weighted = pit_histogram(observed, law, weights=counts)
    assert weighted.shares == pytest.approx(pit_histogram(observed[rows], law.take(rows)).shares)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: residual_law([0.5, 0.4], [0.0, 1.0]), "probabilities must ascend"),
    (lambda: residual_law([0.1, 1.2], [0.0, 1.0]), r"in \[0, 1\]"),
    (lambda: residual_law([0.1, 0.2], [1.0, 0.0]), "their quantiles with them"),
    (lambda: example_forecast([1.0, 2.0], [1.0, 0.0]), "must be positive; 1 of 2.*position 1"),
    (lambda: two_point(lower=3.0, upper=3.0), "nothing between 3 and 3"),
    (lambda: crps([1.0], example_forecast([1.0, 2.0])), "2 forecasts, 'observed' has 1"),
    (lambda: coverage([50.0], two_point(), level=1.0), r"inside \(0, 1\), got 1"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
