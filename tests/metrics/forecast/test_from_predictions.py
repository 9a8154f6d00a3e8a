"""Forecasts of models that are not ours."""

import numpy as np
import pytest
from scipy.stats import norm

from hiprisk.errors import InputError
from hiprisk.metrics import (
    crps,
    forecast_from_quantiles,
    forecast_from_residuals,
    normal_forecast,
)


def test_crps_of_a_normal_is_the_closed_form():
    mean, sd, y = np.array([0.0, 2.0, 5.0]), np.array([1.0, 0.5, 3.0]), np.array([0.3, 3.9, -4.0])
    z = (y - mean) / sd
    # Gneiting, Raftery (2007), equation 21.
    closed = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(y, normal_forecast(mean, sd)).value == pytest.approx(closed.mean(), abs=5e-6)


def test_quantiles_of_a_normal_stop_at_the_bounds():
    found = normal_forecast([98.0], [4.0], lower=0.0, upper=100.0)
    assert found.quantile(0.975).tolist() == [100.0]
    assert found.quantile(0.025)[0] == pytest.approx(98 - 1.959964 * 4, abs=1e-4)


def test_residuals_stand_at_ranks_of_n_plus_one():
    found = forecast_from_residuals([10.0, 20.0], [3.0, -3.0, 0.0], scale=[1.0, 2.0])
    assert found.quantile(0.25).tolist() == [7.0, 14.0]
    assert found.quantile(0.75).tolist() == [13.0, 26.0]


def test_quantiles_are_those_given():
    found = forecast_from_quantiles([[4.0, 5.0, 8.0], [1.0, 2.0, 3.0]], [0.1, 0.5, 0.9])
    assert found.quantile(0.9).tolist() == [8.0, 3.0]
    assert found.quantile(0.3).tolist() == [4.5, 1.5]


def test_what_makes_no_distribution_is_refused():
    with pytest.raises(InputError, match="at least two different residuals"):
        forecast_from_residuals([1.0], [2.0, 2.0])
    with pytest.raises(InputError, match=r"one row each, got shape \(3,\)"):
        forecast_from_quantiles([4.0, 5.0, 8.0], [0.1, 0.5, 0.9])
    with pytest.raises(InputError, match="probabilities must ascend"):
        forecast_from_quantiles([[5.0, 4.0]], [0.1, 0.9])
    with pytest.raises(InputError, match="scale of a forecast must be positive"):
        normal_forecast([1.0], [0.0])
