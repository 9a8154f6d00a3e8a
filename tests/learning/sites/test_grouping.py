"""Rows by site, and standardised columns."""

import numpy as np
import pytest

from hiprisk.learning.sites.grouping import group_rows, scaled_design


def test_sums_are_those_of_each_site() -> None:
    grouping = group_rows(np.array([7, -1, 7]))
    assert grouping.labels == (-1, 7)
    assert grouping.sums(np.array([1.0, 10.0, 2.0])).tolist() == [10.0, 3.0]
    assert grouping.sums(np.array([[1.0, 0], [2, 5], [3, 0]])).tolist() == [[2, 5], [4, 0]]


def test_variance_between_sites_needs_two_sites_and_two_rows_of_one() -> None:
    assert group_rows(np.array([0, 0, 1])).says_variance
    assert not group_rows(np.array([0, 0])).says_variance
    assert not group_rows(np.array([0, 1])).says_variance


def test_scaled_design_leads_back_to_the_columns_scale() -> None:
    columns = np.array([[1.0, 5.0], [3.0, 5.0], [8.0, 5.0]])
    design = scaled_design(columns, ridge=2.0)
    own = design.back @ np.array([4.0, 3.0, 0.0])
    predicted = own[0] + columns @ own[1:]
    assert design.matrix @ np.array([4.0, 3.0, 0.0]) == pytest.approx(predicted, abs=1e-12)
    # The penalty of a coefficient does not depend on the scale on which it is written.
    assert design.ridge @ np.array([0, 3.0, 0]) ** 2 == pytest.approx(2.0 * own[1] ** 2)
