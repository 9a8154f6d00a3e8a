"""Predictions in order, weighted sums and Gini's difference of many rows: hand counts."""

import numpy as np
import pytest

from hiprisk.metrics.spread import gini_mean_difference
from hiprisk.metrics.vectorised.rows import Rows, Weighted, defined

OBSERVED = np.array([10.0, 20.0, 30.0])
PREDICTED = np.array([[3.0, 1.0, 2.0], [5.0, 5.0, 9.0]])


def test_rows_are_ranked_each_by_itself():
    rows = Rows(OBSERVED, PREDICTED)
    assert rows.ranked.tolist() == [[1.0, 2.0, 3.0], [5.0, 5.0, 9.0]]
    assert rows.ranked_observed[0].tolist() == [20.0, 30.0, 10.0]
    assert rows.has_ties
    assert not Rows(OBSERVED, PREDICTED[:1]).has_ties


def test_sums_without_weights_count_everybody_once():
    everybody = Weighted(Rows(OBSERVED, PREDICTED), None)
    assert everybody.total(PREDICTED).tolist() == [6.0, 19.0]
    assert everybody.of_people(OBSERVED).tolist() == [60.0, 60.0]
    assert everybody.size.tolist() == [3.0, 3.0]


def test_sums_with_weights_equal_hand_counts():
    weights = np.array([[2.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    some = Weighted(Rows(OBSERVED, PREDICTED), weights)
    assert some.total(PREDICTED).tolist() == [8.0, 14.0]
    assert some.of_people(OBSERVED).tolist() == [50.0, 50.0]
    assert some.size.tolist() == [3.0, 2.0]


@pytest.mark.parametrize("weights", [None, np.array([[2.0, 1.0, 3.0], [1.0, 0.0, 2.0]])])
def test_gini_is_that_of_one_row(weights):
    weighted = Weighted(Rows(OBSERVED, PREDICTED), weights)
    expected = [
        gini_mean_difference(row, weights=None if weights is None else weights[number])
        for number, row in enumerate(PREDICTED)
    ]
    assert weighted.gini(weighted.rows.ranked) == pytest.approx(expected)


def test_gini_does_not_ask_which_way_values_run():
    rows = Weighted(Rows(OBSERVED, PREDICTED), None)
    assert rows.gini(-rows.rows.ranked) == pytest.approx(rows.gini(rows.rows.ranked))


def test_what_is_not_defined_is_no_number():
    found = defined(np.array([1.0, 2.0]), np.array([True, False]))
    assert found[0] == 1.0
    assert np.isnan(found[1])
