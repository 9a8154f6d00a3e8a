"""Forecasts: the law, its mean, cdf and quantiles, and the sheet's to the last bit."""

import numpy as np
import pytest

from hiprisk.metrics.forecast.distribution import forecast, forecast_from_sheet
from hiprisk.sheet.distribution import PredictiveDistribution
from hiprisk.sheet.format import Distribution, Event, OutcomeSpec
from metric_examples import PROBABILITIES, QUANTILES, example_forecast


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
