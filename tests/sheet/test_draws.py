"""Sums over the draws of what is missing run in one order, and rows come back in their places."""

import numpy as np
from numpy.testing import assert_array_equal

from hiprisk.sheet.draws import Location, mean_over_draws, merged, variance_over_draws

DRAWS = [np.array([1.0, 4.0]), np.array([3.0, 4.0])]


def test_mean_and_variance_by_hand():
    mean = mean_over_draws(DRAWS)
    assert_array_equal(mean, [2.0, 4.0])
    assert_array_equal(variance_over_draws(DRAWS, mean), [2.0, 0.0])


def test_a_single_draw_has_no_variance():
    assert_array_equal(variance_over_draws(DRAWS[:1], DRAWS[0]), [0.0, 0.0])


def location(mean, exceedance):
    return Location(
        mean=np.array(mean),
        variance=np.array(mean),
        draws=(np.array(mean),),
        risk=None,
        refitted_risk=None,
        baselines=(),
        predictors=(np.array(mean),),
        exceedance=np.array([exceedance]),
    )


def test_rows_come_back_in_their_places():
    both = merged(location([1.0], [0.1]), location([2.0, 3.0], [0.2, 0.3]),
                  np.array([True, False, True]))  # fmt: skip
    assert_array_equal(both.mean, [2.0, 1.0, 3.0])
    assert_array_equal(both.exceedance, [[0.2, 0.1, 0.3]])
    assert_array_equal(both.predictors[0], [2.0, 1.0, 3.0])
    assert both.risk is None
