"""Where the knots of a spline lie."""

import numpy as np
import pytest

from hiprisk.errors import ConfigError
from hiprisk.features.knots import default_knots


def test_knots_lie_at_harrells_quantiles_and_ties_become_fewer():
    values = np.arange(1.0, 101.0)
    assert default_knots(values, 3) == tuple(np.quantile(values, [0.1, 0.5, 0.9]))
    assert default_knots(np.r_[np.zeros(95), np.arange(5.0)], 4) == ()
    with pytest.raises(ConfigError, match="3 to 7 knots"):
        default_knots(values, 8)


@pytest.mark.parametrize(
    ("n_knots", "per_thousand"),
    [
        (3, [100, 500, 900]),
        (4, [50, 350, 650, 950]),
        (5, [50, 275, 500, 725, 950]),
        (6, [50, 230, 410, 590, 770, 950]),
        (7, [25, 183.3, 341.7, 500, 658.3, 816.7, 975]),
    ],
)
def test_knots_of_0_to_1000_are_those_of_harrells_table(n_knots, per_thousand):
    assert default_knots(np.arange(1001.0), n_knots) == pytest.approx(per_thousand)
