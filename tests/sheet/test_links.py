"""Distribution functions of the links against SciPy, in both tails and at all sizes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

from hiprisk.sheet.links import LINKS, normal_cdf

X = np.linspace(-30.0, 30.0, 2401)
WITNESSES = {
    "logit": stats.logistic,
    "probit": stats.norm,
    "loglog": stats.gumbel_r,
    "cloglog": stats.gumbel_l,
}


@pytest.mark.parametrize("name", LINKS)
def test_the_distribution_function_equals_that_of_scipy(name):
    assert_allclose(LINKS[name].cumulative(X), WITNESSES[name].cdf(X), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", LINKS)
def test_the_density_equals_that_of_scipy(name):
    assert_allclose(LINKS[name].density(X), WITNESSES[name].pdf(X), rtol=1e-12, atol=1e-300)


def test_the_normal_tail_is_accurate_relative_to_itself():
    assert_allclose(normal_cdf(-np.linspace(0, 36, 721)), special.ndtr(-np.linspace(0, 36, 721)),
                    rtol=1e-12)  # fmt: skip
    # Near the centre no exponential adds its own error: what is left is that of the series.
    near = -np.linspace(0, 1, 101)
    assert_allclose(normal_cdf(near), special.ndtr(near), rtol=5e-15)


@pytest.mark.parametrize("name", LINKS)
def test_no_size_overflows(name):
    far = np.array([-1e15, -800.0, 800.0, 1e15])
    assert LINKS[name].cumulative(far).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert_allclose(LINKS[name].density(far), 0.0, atol=1e-300)
