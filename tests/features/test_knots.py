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
