import numpy as np

from hiprisk.metrics.intervals.frequency_weights import cluster_sums


def test_cluster_sums_by_hand():
    values = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert cluster_sums(values, np.array([7, 2, 7])).tolist() == [[3.0, 4.0], [6.0, 8.0]]


def test_cluster_sums_of_single_numbers_by_hand():
    assert cluster_sums(np.array([1.0, 3.0, 5.0]), np.array([7, 2, 7])).tolist() == [3.0, 6.0]
