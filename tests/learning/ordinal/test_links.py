"""Distribution functions and their tails."""

import numpy as np
import pytest

from hiprisk.learning.ordinal.links import LINKS

X = np.array([-3.0, -0.5, 0.0, 0.7, 2.5])


def test_distribution_functions_are_those_of_orm():
    assert LINKS["logit"].cdf(X) == pytest.approx(1 / (1 + np.exp(-X)), rel=1e-12)
    assert LINKS["loglog"].cdf(X) == pytest.approx(np.exp(-np.exp(-X)), rel=1e-12)
    assert LINKS["cloglog"].cdf(X) == pytest.approx(1 - np.exp(-np.exp(X)), rel=1e-12)
    assert LINKS["probit"].cdf(np.array([1.959963984540054])) == pytest.approx(0.975, rel=1e-12)


@pytest.mark.parametrize("name", LINKS)
def test_the_quantile_inverts_the_distribution_function(name):
    link = LINKS[name]
    assert link.quantile(link.cdf(X)) == pytest.approx(X, rel=1e-9)
    assert link.cdf(X) + link.survival(X) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("name", LINKS)
def test_a_small_chance_keeps_its_digits_in_both_tails(name):
    link, step = LINKS[name], 1e-6
    # The density times the width; in the far tail F alone would leave only rounding.
    for x in (-5.0, 3.0):
        between = link.between(np.array([x + step]), np.array([x]))[0]
        assert between == pytest.approx(link.density(np.array([x + step / 2]))[0] * step, rel=1e-5)


@pytest.mark.parametrize("name", LINKS)
def test_nothing_overflows_far_out(name):
    link, far = LINKS[name], np.array([-1e3, 1e3])
    assert link.cdf(far) == pytest.approx([0.0, 1.0])
    assert link.survival(far) == pytest.approx([1.0, 0.0])
    assert np.r_[link.density(far), link.slope(far)] == pytest.approx(0.0)
