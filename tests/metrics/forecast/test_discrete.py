"""Forecasts over a score's own values, by hand and by numerical integration."""

import numpy as np
import pytest

from hiprisk.metrics.forecast.discrete import DiscreteForecast, joined_discrete
from hiprisk.metrics.forecast.scores import coverage, crps
from hiprisk.sheet.format import Event

VALUES = np.array([0.0, 10.0, 30.0, 40.0])
# Chances 0.2, 0.3, 0.4, 0.1 and 0, 0, 0.5, 0.5.
UPTO = np.array([[0.2, 0.5, 0.9, 1.0], [0.0, 0.0, 0.5, 1.0]])
FORECAST = DiscreteForecast(values=VALUES, upto=UPTO, lower=0.0, upper=40.0)


def test_chances_and_mean_equal_a_hand_count():
    assert FORECAST.expectation() == pytest.approx([3.0 + 12.0 + 4.0, 35.0])
    assert FORECAST.cdf(10.0) == pytest.approx([0.5, 0.0])
    assert FORECAST.below(10.0) == pytest.approx([0.2, 0.0])
    assert FORECAST.cdf(np.array([-1.0, 35.0])) == pytest.approx([0.0, 0.5])
    assert FORECAST.variance() == pytest.approx([0.3 * 81 + 361 * 0.2 + 0.4 * 121 + 44.1, 25.0])
    assert FORECAST.absolute_difference(np.array([10.0, 0.0])) == pytest.approx([13.0, 35.0])
    assert FORECAST.at_lower() == pytest.approx([0.2, 0.0])
    assert FORECAST.at_upper() == pytest.approx([0.1, 0.5])


def test_a_quantile_is_the_smallest_value_that_reaches_the_probability():
    assert FORECAST.quantile(0.5).tolist() == [10.0, 30.0]
    assert FORECAST.quantile(0.51).tolist() == [30.0, 40.0]
    assert FORECAST.quantile(0.025).tolist() == [0.0, 30.0]


def test_the_chance_of_an_event_includes_its_bound():
    above = Event(name="a", label="", direction="above", reference="fixed", value=30.0)
    below = Event(name="b", label="", direction="below", reference="fixed", value=30.0)
    bound = np.array([30.0, np.nan])
    assert FORECAST.chance(above, bound) == pytest.approx([0.5, np.nan], nan_ok=True)
    assert FORECAST.chance(below, bound) == pytest.approx([0.9, np.nan], nan_ok=True)


@pytest.mark.parametrize("y", [0.0, 10.0, 17.0, 40.0, 55.0, -6.0])
def test_the_crps_is_the_integral(y):
    grid = np.linspace(-20.0, 70.0, 900_001)
    step = np.concatenate([[0.0], UPTO[0]])[np.searchsorted(VALUES, grid, side="right")]
    integral = np.mean((step - (grid >= y)) ** 2) * 90.0
    # The grid is 1e-4 wide.
    assert FORECAST.crps(np.array([y, y]))[0] == pytest.approx(integral, abs=1e-3)


def test_a_certain_forecast_has_its_absolute_error():
    sure = DiscreteForecast(values=VALUES, upto=np.array([[0.0, 1.0, 1.0, 1.0]]))
    assert crps([25.0], sure) == pytest.approx(15.0)


def test_coverage_counts_the_ends():
    assert coverage([40.0, 20.0], FORECAST, level=0.95) == pytest.approx(0.5)
    assert FORECAST.take(np.array([1])).quantile(0.9).tolist() == [40.0]


def test_parts_with_other_values_are_joined_over_all_of_them():
    other = DiscreteForecast(
        values=np.array([10.0, 20.0]), upto=np.array([[0.3, 1.0]]), lower=0.0, upper=40.0
    )
    both = joined_discrete([FORECAST, other], [np.array([2, 0]), np.array([1])])
    assert both.values.tolist() == [0.0, 10.0, 20.0, 30.0, 40.0]
    assert both.expectation() == pytest.approx([35.0, 17.0, 19.0])
    assert both.crps(np.full(3, 12.0))[1] == pytest.approx(other.crps(np.array([12.0]))[0])
    assert both.cdf(15.0) == pytest.approx([0.0, 0.3, 0.5])
