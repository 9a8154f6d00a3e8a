"""EM by patterns against EM row by row."""

import numpy as np
import pytest

from hiprisk.features import missing_patterns
from hiprisk.features.normal_fit import RIDGE, NormalFit, fit_normal


def row_by_row(data, n_iterations):
    """As many iterations, each row by itself, from standardised columns."""
    center, spread = np.nanmean(data, axis=0), np.nanstd(data, axis=0)
    scaled = (data - center) / spread
    n_rows, width = data.shape
    mean, covariance = np.zeros(width), np.eye(width)
    for _ in range(n_iterations):
        completed, extra = scaled.copy(), np.zeros((width, width))
        for row in completed:
            m = np.isnan(row)
            pull = covariance[np.ix_(m, ~m)] @ np.linalg.inv(covariance[np.ix_(~m, ~m)])
            row[m] = mean[m] + pull @ (row[~m] - mean[~m])
            extra[np.ix_(m, m)] += covariance[np.ix_(m, m)] - pull @ covariance[np.ix_(~m, m)]
        mean = completed.mean(axis=0)
        products = (completed - mean).T @ (completed - mean) + extra
        covariance = (products + RIDGE * n_rows * np.eye(width)) / (n_rows * (1 + RIDGE))
    return center + spread * mean, covariance * np.outer(spread, spread)


# Few patterns with many rows each, which are condensed; nearly as many patterns as rows.
@pytest.mark.parametrize(("n_rows", "n_columns", "share"), [(300, 3, 0.3), (60, 9, 0.2)])
@pytest.mark.parametrize("block", [1 << 17, 500])
def test_em_by_patterns_is_em_row_by_row(monkeypatch, n_rows, n_columns, share, block):
    monkeypatch.setattr(missing_patterns, "LARGEST_BLOCK", block)
    rng = np.random.default_rng(5)
    data = rng.normal(size=(n_rows, n_columns)) @ rng.normal(size=(n_columns, n_columns)) + 3.0
    data[rng.random(data.shape) < share] = np.nan
    fit = fit_normal(data)
    mean, covariance = row_by_row(data, fit.n_iterations)
    np.testing.assert_allclose(fit.mean, mean, rtol=1e-10)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-10, atol=1e-12)


def test_a_triangle_stands_for_the_rows_of_a_pattern_in_parts(monkeypatch):
    data = np.random.default_rng(6).normal(size=(200, 3))
    data[::4, 0] = np.nan
    whole = fit_normal(data)
    monkeypatch.setattr("hiprisk.features.normal_fit.LARGEST_PART", 7)
    parts = fit_normal(data)
    np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-12)


def test_a_fit_is_widened_by_its_columns():
    fit = NormalFit(np.zeros(4), np.eye(4), 1)
    assert fit.widened(80).covariance[0, 0] == pytest.approx((80 / 76) ** 2)
