"""A sheet's predictive distribution: quantiles and chances by hand."""

import dataclasses

import numpy as np
import pytest

from hiprisk.learning.residual_distribution import residual_distribution
from hiprisk.sheet.distribution import PredictiveDistribution, clip_to, guaranteed_coverage
from hiprisk.sheet.format import Distribution
from small_bundle import small_sheet


def test_quantile_and_chance_are_inverse():
    sheet = small_sheet()
    spread = PredictiveDistribution(sheet.distribution, sheet.outcome)
    mean, scale = np.array([50.0]), np.array([12.0])
    bound = spread.quantile(0.9, mean, scale)
    assert spread.chance(sheet.outcome.events[0], bound, mean, scale)[0] == pytest.approx(0.1)


def test_event_below_is_certain_at_the_ceiling():
    sheet = small_sheet()
    spread = PredictiveDistribution(sheet.distribution, sheet.outcome)
    event = sheet.outcome.events[1]
    at = np.array([100.0, -1.0])
    chance = spread.chance(event, at, np.array([50.0, 50.0]), np.array([12.0, 12.0]))
    assert chance.tolist() == [1.0, 0.0]


def test_scale_of_a_distribution_with_one_level_is_constant():
    flat = Distribution(
        probabilities=(0.1, 0.9), quantiles=(-1.0, 1.0), levels=(5.0,), scales=(3.0,)
    )
    spread = PredictiveDistribution(flat, small_sheet().outcome)
    assert spread.scale(np.array([0.0, 99.0]), np.array([0.0, 16.0])).tolist() == [3.0, 5.0]


def test_the_scale_is_interpolated_and_widened_by_what_is_missing():
    spread = PredictiveDistribution(small_sheet().distribution, small_sheet().outcome)
    # 10 at 20 and 16 at 60, flat beyond; variances add up.
    assert spread.residual_scale(np.array([0.0, 30.0, 99.0])).tolist() == [10.0, 11.5, 16.0]
    assert spread.scale(np.array([20.0]), np.array([300.0]))[0] == 20.0


def test_an_outcome_without_bounds_is_not_clipped():
    free = dataclasses.replace(small_sheet().outcome, lower=None, upper=None)
    assert clip_to(free, np.array([-1e9, 1e9])).tolist() == [-1e9, 1e9]
    assert clip_to(small_sheet().outcome, np.array([-1.0, 101.0])).tolist() == [0.0, 100.0]
    assert PredictiveDistribution(small_sheet().distribution, free).limits == (-np.inf, np.inf)


def few_people(n):
    """A sheet with the residuals of so many people."""
    sheet = small_sheet()
    drawn = np.random.default_rng(n).normal(0.0, 10.0, n)
    spread = residual_distribution(50.0 + drawn, np.full(n, 50.0), np.zeros(n))
    missing = dataclasses.replace(sheet.missing, n_people=n)
    return dataclasses.replace(sheet, distribution=spread, missing=missing)


@pytest.mark.parametrize(("n", "at_most"), [(12, 0.85), (30, 0.94), (35, 0.95)])
def test_a_sheet_of_few_residuals_tells_what_their_range_covers(n, at_most):
    sheet = few_people(n)
    covered = guaranteed_coverage(sheet)
    # That of n residuals is (n - 1) / (n + 1); the sheet's grid of probabilities tells it roughly.
    assert (n - 1) / (n + 1) - 0.001 <= covered <= (n - 1) / (n + 1) + 0.02
    assert covered < at_most


def test_enough_people_and_unknown_ones_say_nothing():
    assert guaranteed_coverage(few_people(39)) is None
    assert guaranteed_coverage(few_people(300)) is None
    unknown = few_people(30)
    missing = dataclasses.replace(unknown.missing, n_people=None)
    assert guaranteed_coverage(dataclasses.replace(unknown, missing=missing)) is None
    # An update on many people has their residuals.
    updated = dataclasses.replace(unknown, distribution=few_people(300).distribution)
    assert guaranteed_coverage(updated) is None
    assert guaranteed_coverage(dataclasses.replace(unknown, distribution=None)) is None


def test_chances_of_many_people_are_those_of_each():
    sheet = small_sheet()
    spread = PredictiveDistribution(sheet.distribution, sheet.outcome)
    rng = np.random.default_rng(5)
    mean, scale = rng.uniform(0, 100, 500), rng.uniform(5, 15, 500)
    bound = np.where(rng.uniform(size=500) < 0.1, np.nan, rng.uniform(-20, 120, 500))
    for event in sheet.outcome.events:
        together = spread.chance(event, bound, mean, scale)
        each = [spread.chance(event, *(part[[one]] for part in (bound, mean, scale)))[0]
                for one in range(500)]  # fmt: skip
        np.testing.assert_array_equal(together, each)
