"""Chained equations: draws from the regression of what is missing on what is known."""

import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  # opens the next import
from sklearn.impute import IterativeImputer

from hiprisk.learning.chained import RIDGE, draw_chained


class DrawnRegression(BaseEstimator):
    """The regression of a round, for scikit-learn's sampler."""

    def __init__(self, rng):
        self.rng = rng

    def __sklearn_clone__(self):
        return type(self)(self.rng)

    def fit(self, X, y):
        design = np.column_stack([np.ones(len(X)), X])
        products = design.T @ design
        products += RIDGE * np.diag(np.diag(products))
        estimate = np.linalg.solve(products, design.T @ y)
        residual = y - design @ estimate
        free = max(len(X) - design.shape[1], 1)
        self.sigma_ = np.sqrt(residual @ residual / self.rng.chisquare(free))
        noise = self.rng.standard_normal(len(estimate))
        upper = np.linalg.cholesky(products).T
        self.coef_ = estimate + self.sigma_ * np.linalg.solve(upper, noise)
        return self

    def predict(self, X, *, return_std):
        assert return_std
        return self.coef_[0] + X @ self.coef_[1:], np.full(len(X), self.sigma_)


def by_scikit_learn(data, rng):
    sampler = IterativeImputer(
        DrawnRegression(rng),
        sample_posterior=True,
        skip_complete=True,
        random_state=int(rng.integers(2**31)),
    )
    center, spread = np.nanmean(data, axis=0), np.nanstd(data, axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return center + spread * sampler.fit_transform((data - center) / spread)


def people(n=2000):
    rng = np.random.default_rng(2)
    x = rng.normal(size=n)
    data = np.column_stack([x, 3.0 + 2.0 * x + rng.normal(size=n)])
    data[rng.uniform(size=n) < 0.4, 1] = np.nan
    return data


def test_what_is_known_stays_and_nothing_is_missing():
    data = people()
    drawn = draw_chained(data, rng=np.random.default_rng(0))
    known = ~np.isnan(data)
    np.testing.assert_array_equal(drawn[known], data[known])
    assert not np.isnan(drawn).any()


def test_draws_have_the_regression_of_the_known_and_its_scatter():
    data = people()
    missing = np.isnan(data[:, 1])
    drawn = draw_chained(data, rng=np.random.default_rng(0))[missing]
    slope, level = np.polyfit(drawn[:, 0], drawn[:, 1], 1)
    # About 800 draws with residuals of SD 1: five standard errors are 0.18.
    assert abs(slope - 2.0) < 0.18
    assert abs(level - 3.0) < 0.18
    residual = drawn[:, 1] - (3.0 + 2.0 * drawn[:, 0])
    assert 0.85 < residual.std() < 1.15


def test_the_generator_decides_the_draw():
    data = people(200)
    one, same, other = (draw_chained(data, rng=np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_units_of_columns_change_nothing_but_the_units():
    data = people(300)
    one = draw_chained(data, rng=np.random.default_rng(1))
    scaled = draw_chained(data * [1000.0, 0.01], rng=np.random.default_rng(1))
    np.testing.assert_allclose(scaled, one * [1000.0, 0.01], rtol=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.6])
def test_draws_are_those_of_scikit_learns_sampler(share):
    rng = np.random.default_rng(3)
    data = rng.normal(size=(120, 5)) @ rng.normal(size=(5, 5)) + 7.0
    data[:, 3] = data[:, 1] > 7.0
    data[:, 4] = data[:, 0] + data[:, 2]  # determined by others
    data[rng.random(data.shape) < share] = np.nan
    data[:, 0] = np.where(np.isnan(data[:, 0]), 7.0, data[:, 0])  # complete
    drawn = draw_chained(data, rng=np.random.default_rng(4))
    expected = by_scikit_learn(data, np.random.default_rng(4))
    np.testing.assert_allclose(drawn, expected, rtol=1e-9, atol=1e-9)


def test_a_column_that_does_not_vary_is_filled_with_its_value():
    data = np.column_stack([people(100), np.full(100, 3.0)])
    data[::3, 2] = np.nan
    drawn = draw_chained(data, rng=np.random.default_rng(0))
    assert drawn[:, 2] == pytest.approx(np.full(100, 3.0))
    assert not np.isnan(drawn).any()


def test_complete_data_are_returned_as_they_are():
    data = people()[:, :1]
    np.testing.assert_array_equal(draw_chained(data, rng=np.random.default_rng(0)), data)
