"""Both forms of a forecast keep the same promises."""

import numpy as np
import pytest

from hiprisk.metrics.forecast.discrete import DiscreteForecast
from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.forecast.interface import Forecast
from hiprisk.sheet.format import Event

FORMS: dict[str, Forecast] = {
    "residual": forecast(
        [12.0, 3.0],
        [4.0, 6.0],
        probabilities=[0.1, 0.5, 0.9],
        quantiles=[-1.0, 0.0, 2.0],
        lower=0.0,
        upper=20.0,
    ),
    "discrete": DiscreteForecast(
        values=np.array([0.0, 5.0, 20.0]),
        upto=np.array([[0.2, 0.7, 1.0], [0.5, 0.9, 1.0]]),
        lower=0.0,
        upper=20.0,
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_chances_of_an_event_and_of_its_contrary_make_one(form):
    above = Event(name="a", label="", direction="above", reference="fixed", value=0.0)
    bound = np.array([11.0, 7.0])
    assert form.chance(above, bound) == pytest.approx(1.0 - form.below(bound))
    assert form.at_lower() == pytest.approx(form.cdf(0.0))
    assert form.at_upper() == pytest.approx(1.0 - form.below(20.0))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_half_the_mean_absolute_difference_is_what_a_crps_costs(form):
    grid = np.linspace(0.0, 20.0, 4001)
    square = np.mean([form.cdf(g) ** 2 for g in grid], axis=0) * 20.0
    # An outcome at the upper bound: the integral of F squared; the grid is 0.005 wide.
    assert form.crps(np.full(2, 20.0)) == pytest.approx(square, abs=0.02)
    assert form.squared_difference(form.expectation()) == pytest.approx(form.variance())
    assert len(form.take(np.array([True, False]))) == 1


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_distance_from_the_median_is_the_smallest(form):
    median = form.quantile(0.5)
    at = form.absolute_difference(median)
    assert (at <= form.absolute_difference(median + 1.0) + 1e-12).all()
    assert (at <= form.absolute_difference(median - 1.0) + 1e-12).all()
