"""Counts of people in cells of predicted and observed: everybody is in one."""

import numpy as np
import pytest

from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.metrics.forecast.predicted_observed import predicted_observed

RNG = np.random.default_rng(4)
MEAN = RNG.uniform(5, 95, 150)
OBSERVED = np.clip(MEAN + RNG.uniform(-1, 1, 150) * 20, 0, 100)
LAW = forecast(
    MEAN, np.full(150, 12.0), probabilities=[0.0, 0.5, 1.0], quantiles=[-2.0, 0.0, 2.0],
    lower=0.0, upper=100.0,
)  # fmt: skip


def test_cells_hold_everybody():
    counts = np.random.default_rng(0).integers(0, 3, 150)
    found = predicted_observed(OBSERVED, LAW, weights=counts)
    assert np.sum(found.counts) == found.n == counts.sum()
    rows = np.repeat(np.arange(150), counts)
    repeated = predicted_observed(OBSERVED[rows], LAW.take(rows))
    assert found.counts == repeated.counts
    assert found.expected == pytest.approx(repeated.expected)
    assert found.bands[0].low == pytest.approx(repeated.bands[0].low)
    assert found.to_frame()["n"].sum() == counts.sum()
    assert found.to_dict()["n"] == counts.sum()


def test_bands_end_at_the_forecasts_quantiles():
    found = predicted_observed(OBSERVED, LAW, levels=(0.5, 0.9), n_groups=10)
    for band, half in zip(found.bands, (12.0, 21.6), strict=True):
        # Uniform from 24 below to 24 above the mean; in the middle no bound is near.
        assert band.low[5] == pytest.approx(found.expected[5] - half)
        assert band.high[5] == pytest.approx(found.expected[5] + half)
