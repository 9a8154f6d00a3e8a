"""What a metric would be if outcome and prediction had nothing to do with each other."""

import numpy as np
import pytest

from metric_examples import metrics


def test_no_information_rates_equal_all_pairs():
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=30), rng.normal(size=30)
    gaps = y[:, None] - p[None, :]
    mse, mae, r2, slope = metrics("continuous", "mse", "mae", "r2", "calibration_slope")
    assert mse.no_information(y, p) == pytest.approx((gaps**2).mean())
    assert mae.no_information(y, p) == pytest.approx(np.abs(gaps).mean())
    assert r2.no_information(y, p) == pytest.approx(1 - (gaps**2).mean() / y.var())
    assert slope.no_information is None


def test_no_information_of_a_likelihood_equals_all_pairs():
    y, p = np.array([1.0, 0.0, 0.0, 1.0, 0.0]), np.array([0.8, 0.3, 0.1, 0.4, 0.6])
    pairs = y[:, None] * np.log(p) + (1 - y[:, None]) * np.log(1 - p)
    null = np.mean(y * np.log(0.4) + (1 - y) * np.log(0.6))
    expected = 1 - np.exp(2 * (null - pairs.mean()))
    cox_snell, nagelkerke = metrics("binary", "cox_snell_r2_as_is", "nagelkerke_r2_as_is")
    assert cox_snell.no_information(y, p) == pytest.approx(expected)
    assert nagelkerke.no_information(y, p) == pytest.approx(expected / (1 - np.exp(2 * null)))
