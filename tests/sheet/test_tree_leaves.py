"""Leaves by masks are the leaves that a walk down the tree finds."""

import numpy as np
import pytest

from hiprisk.sheet.format import Tree
from hiprisk.sheet.tree_leaves import CHUNK_ROWS, FEW_TESTS, MAX_LEAVES, TreeEnsemble

N_INPUTS = 3


def grown(rng, n_leaves):
    """A tree with so many leaves, split wherever chance has it."""
    feature, threshold, left, right, value = [-1], [0.0], [0], [0], [0.0]
    leaves = [0]
    for _ in range(n_leaves - 1):
        node = leaves.pop(int(rng.integers(len(leaves))))
        feature[node] = int(rng.integers(N_INPUTS))
        threshold[node] = float(rng.integers(-3, 4)) / 2
        left[node], right[node] = len(feature), len(feature) + 1
        leaves += [left[node], right[node]]
        for column, filler in ((feature, -1), (threshold, 0.0), (left, 0), (right, 0)):
            column += [filler, filler]
        value += list(rng.normal(size=2))
    return Tree(feature=tuple(feature), threshold=tuple(threshold), left=tuple(left),
                right=tuple(right), value=tuple(value))  # fmt: skip


def walked(tree, row):
    """By hand: one row, one node after another."""
    node = 0
    while tree.feature[node] >= 0:
        goes_left = row[tree.feature[node]] <= tree.threshold[node]
        node = tree.left[node] if goes_left else tree.right[node]
    return tree.value[node]


def summed(trees, baseline, inputs, precision):
    total = np.full(inputs.shape[1], baseline, dtype=precision)
    for tree in trees:
        total += np.array([walked(tree, row) for row in inputs.T], dtype=precision)
    return total


SIZES = {
    "a root alone": [1, 1],
    "stumps": [2, 2, 2],
    "eight leaves": [8] * 5,
    "nine": [9] * 4,
    "all widths": [1, 2, 8, 16, 17, 32, 33, 64],
    "one too large for a mask": [4, MAX_LEAVES + 1, 3],
    "large": [200, 300],
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("n_rows", [0, 1, 70])
@pytest.mark.parametrize("few_tests", [0, FEW_TESTS], ids=["many", "few"])
def test_sums_are_those_of_a_walk_to_the_bit(monkeypatch, sizes, precision, n_rows, few_tests):
    monkeypatch.setattr("hiprisk.sheet.tree_leaves.FEW_TESTS", few_tests)
    rng = np.random.default_rng(sum(sizes) + n_rows)
    trees = [grown(rng, n) for n in sizes]
    # Values on thresholds, beside them and beyond them.
    inputs = rng.integers(-4, 5, size=(N_INPUTS, n_rows)) / 2
    inputs += rng.choice([0.0, 0.0, 1e-9, -1e-9], size=inputs.shape)
    found = TreeEnsemble(trees, 0.25, np.dtype(precision)).sums(inputs)
    assert found.dtype == precision
    assert np.array_equal(found, summed(trees, 0.25, inputs, precision))


def test_infinite_and_missing_values_go_where_a_walk_sends_them():
    rng = np.random.default_rng(1)
    trees = [grown(rng, 8) for _ in range(6)]
    inputs = rng.choice([np.nan, np.inf, -np.inf, 0.0], size=(N_INPUTS, 40))
    found = TreeEnsemble(trees, 0.0, np.dtype("float64")).sums(inputs)
    assert np.array_equal(found, summed(trees, 0.0, inputs, "float64"))
    whole = np.nan_to_num(inputs, nan=np.inf)
    found = TreeEnsemble(trees, 0.0, np.dtype("float64")).sums(whole)
    assert np.array_equal(found, summed(trees, 0.0, whole, "float64"))


def test_the_number_of_rows_changes_no_bit():
    rng = np.random.default_rng(2)
    ensemble = TreeEnsemble([grown(rng, 8) for _ in range(20)], 1.0, np.dtype("float64"))
    inputs = rng.normal(size=(N_INPUTS, CHUNK_ROWS + 10))
    together = ensemble.sums(inputs)
    for first, n in [(0, 1), (5, 64), (7, 9000), (CHUNK_ROWS - 3, 8)]:
        assert np.array_equal(
            together[first : first + n], ensemble.sums(inputs[:, first : first + n])
        )
