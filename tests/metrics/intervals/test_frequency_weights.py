"""Quantiles, variances and sandwiches where a weight of 2 is the same person twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiprisk.metrics.intervals.frequency_weights import (
    cluster_sums,
    quantiles,
    sandwich,
    variance_of_mean,
)


def test_cluster_sums_by_hand():
    values = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert cluster_sums(values, np.array([7, 2, 7])).tolist() == [[3.0, 4.0], [6.0, 8.0]]


def test_cluster_sums_of_single_numbers_by_hand():
    assert cluster_sums(np.array([1.0, 3.0, 5.0]), np.array([7, 2, 7])).tolist() == [3.0, 6.0]


@given(
    st.lists(st.integers(0, 5), min_size=2, max_size=12).filter(lambda w: sum(w) > 1),
    st.floats(0.0, 1.0),
)
def test_quantiles_are_those_of_everybody_repeated(weights, probability):
    values = np.random.default_rng(len(weights)).normal(size=len(weights))
    repeated = np.repeat(values, weights)
    found = quantiles(values, (probability,), np.array(weights, dtype=float))
    assert found[0] == pytest.approx(np.quantile(repeated, probability), abs=1e-7)


def test_quantiles_equal_a_hand_count():
    # 10, 20, 20, 30: the median lies between two twenties, the first quartile three quarters in.
    found = quantiles(np.array([30.0, 10.0, 20.0]), (0.0, 0.25, 0.5, 1.0), np.array([1.0, 1, 2]))
    assert found.tolist() == [10.0, 17.5, 20.0, 30.0]


def test_variance_of_a_mean_equals_hand_counts():
    values = np.array([1.0, 2.0, 3.0])
    # Sample variance 1 over three people.
    assert variance_of_mean(values, np.ones(3)) == pytest.approx(1 / 3)
    # 1, 2, 3, 3: mean 9/4, squares 11/4; over three degrees of freedom and four people.
    assert variance_of_mean(values, np.array([1.0, 1, 2])) == pytest.approx(11 / 4 / 3 / 4)
    assert variance_of_mean(values, np.array([1.0, 0, 0])) == np.inf


def test_variance_over_groups_equals_a_hand_count():
    # Sums of deviations -2 and 2 of two groups of two rows: (4 + 4) / 16 times 2 / 1.
    values = np.array([1.0, 1.0, 3.0, 3.0])
    groups = np.array([5, 5, 9, 9])
    assert variance_of_mean(values, np.ones(4), groups) == pytest.approx(1.0)
    # Rows that count nothing make no group.
    assert variance_of_mean(values, np.array([1.0, 1, 0, 0]), groups) == np.inf


def test_rows_of_their_own_group_are_people():
    values, weights = np.array([1.0, 4.0, 6.0]), np.ones(3)
    alone = variance_of_mean(values, weights, np.arange(3))
    assert alone == pytest.approx(variance_of_mean(values, weights))


def test_a_sandwich_of_a_mean_is_its_variance_over_groups():
    values = np.array([1.0, 2.0, 4.0, 9.0])
    weights, groups = np.array([1.0, 2, 1, 1]), np.array([1, 1, 2, 3])
    scores = (values - np.average(values, weights=weights))[:, np.newaxis]
    bread = np.array([[1 / weights.sum()]])
    found = sandwich(scores, bread, weights, groups)
    assert found[0, 0] == pytest.approx(variance_of_mean(values, weights, groups))


def test_one_group_has_no_covariance():
    found = sandwich(np.ones((2, 1)), np.eye(1), np.ones(2), np.zeros(2, int))
    assert found.tolist() == [[np.inf]]
