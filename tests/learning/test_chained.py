"""Chained equations: draws from the regression of what is missing on what is known."""

import numpy as np

from hiprisk.learning.chained import draw_chained


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
