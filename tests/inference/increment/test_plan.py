"""What enters nested models: no column that follows from those before it."""

import numpy as np

from hiprisk.inference.increment.plan import _independent


def test_a_total_beside_its_items_leaves_one_item_out_of_the_fuller_model():
    items = np.random.default_rng(0).normal(size=(200, 3))
    basis = np.column_stack([items.sum(axis=1), items])
    members = [np.array([0]), np.array([0, 1, 2, 3])]
    assert _independent(basis, members) == [0, 1, 2]


def test_items_before_their_total_keep_all_items():
    items = np.random.default_rng(0).normal(size=(200, 3))
    basis = np.column_stack([items.sum(axis=1), items])
    assert _independent(basis, [np.array([1, 2, 3]), np.array([0, 1, 2, 3])]) == [1, 2, 3]


def test_functions_that_say_something_of_their_own_all_stay():
    x = np.random.default_rng(1).normal(size=500)
    basis = np.column_stack([x, x**2, 0.98 * x + 0.2 * np.random.default_rng(2).normal(size=500)])
    assert _independent(basis, [np.array([0, 1, 2])]) == [0, 1, 2]
    assert _independent(basis[:, :1], [np.array([0])]) == [0]
