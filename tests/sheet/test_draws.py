"""Sums over the draws of what is missing run in one order, and rows come back in their places."""

import numpy as np
from numpy.testing import assert_array_equal

from hiprisk.sheet.draws import (
    FEWEST_ALIKE,
    Location,
    in_places,
    mean_over_draws,
    rows_alike,
    variance_over_draws,
)

DRAWS = [np.array([1.0, 4.0]), np.array([3.0, 4.0])]


def test_mean_and_variance_by_hand():
    mean = mean_over_draws(DRAWS)
    assert_array_equal(mean, [2.0, 4.0])
    assert_array_equal(variance_over_draws(DRAWS, mean), [2.0, 0.0])


def test_a_single_draw_has_no_variance():
    assert_array_equal(variance_over_draws(DRAWS[:1], DRAWS[0]), [0.0, 0.0])


def location(mean, exceedance, tracked):
    return Location(
        mean=np.array(mean),
        variance=np.array(mean),
        draws=np.array([tracked]) if tracked else None,
        risk=None,
        refitted_risk=None,
        baselines=None,
        predictors=np.array([tracked]) if tracked else None,
        exceedance=np.array([exceedance]),
    )


def test_rows_come_back_in_their_places():
    parts = [
        (np.array([1]), location([1.0], [0.1], [])),
        (np.array([3, 0]), location([4.0, 2.0], [0.4, 0.2], [4.0, 2.0])),
        (np.array([2]), location([3.0], [0.3], [3.0])),
    ]
    both = in_places(parts, np.array([True, False, True, True]))
    assert_array_equal(both.mean, [2.0, 1.0, 3.0, 4.0])
    assert_array_equal(both.exceedance, [[0.2, 0.1, 0.3, 0.4]])
    assert_array_equal(both.predictors, [[2.0, 3.0, 4.0]])
    assert both.risk is None
    assert both.baselines is None


def test_rows_that_lack_the_same_columns_come_together_and_all_come_once():
    rng = np.random.default_rng(1)
    missing = [rng.random(1000) < share for share in (0.3, 0.1, 0.01, 0.0)]
    groups = list(rows_alike(missing, 1000))
    assert_array_equal(np.sort(np.concatenate([rows for rows, _ in groups])), np.arange(1000))
    for rows, lacking in groups:
        if lacking is not None:
            assert len(rows) >= FEWEST_ALIKE or not len(lacking)
            own = [bool(mask[rows].all()) for mask in missing]
            assert own == [place in lacking for place in range(4)]
            assert own == [bool(mask[rows].any()) for mask in missing]
    assert sum(lacking is None for _, lacking in groups) == 1


def test_a_single_row_and_none_are_a_group_of_their_own():
    ((rows, lacking),) = rows_alike([np.array([True]), np.array([False])], 1)
    assert (rows.tolist(), lacking.tolist()) == ([0], [0])
    ((rows, lacking),) = rows_alike([np.zeros(0, dtype=bool)], 0)
    assert (rows.tolist(), lacking.tolist()) == ([], [])
