"""Shapley values of one tree, against the definition: the mean over all orders of arrival."""

import itertools

import numpy as np
import pytest

from hiprisk.sheet.explanation.shapley import add_tree_shares
from hiprisk.sheet.format import Tree
from tree_sheet import stump

LEAF = -1
# The first input is asked twice on one path, as boosting does.
DEEP = Tree(
    feature=(0, 1, 2, LEAF, 0, LEAF, LEAF, LEAF, LEAF),
    threshold=(5.0, 2.0, 7.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0),
    left=(1, 3, 7, 0, 5, 0, 0, 0, 0),
    right=(2, 4, 8, 0, 6, 0, 0, 0, 0),
    value=(0.0, 0.0, 0.0, 1.5, 0.0, -4.0, 2.0, 8.0, 0.25),
)


def value(tree, inputs):
    node = 0
    while tree.feature[node] >= 0:
        left = inputs[tree.feature[node]] <= tree.threshold[node]
        node = tree.left[node] if left else tree.right[node]
    return tree.value[node]


def by_definition(tree, patient, reference, group_of):
    n = max(group_of) + 1
    shares = np.zeros(n)
    orders = list(itertools.permutations(range(n)))
    for order in orders:
        inputs = list(reference)
        before = value(tree, inputs)
        for group in order:
            for place, own in enumerate(group_of):
                if own == group:
                    inputs[place] = patient[place]
            after = value(tree, inputs)
            shares[group] += after - before
            before = after
    return shares / len(orders)


def shares_of(tree, patient, reference, group_of):
    shares = [0.0] * (max(group_of) + 1)
    add_tree_shares(tree, patient, reference, group_of=group_of, shares=shares)
    return shares


@pytest.mark.parametrize("group_of", [[0, 1, 2], [0, 1, 1], [1, 0, 1], [0, 0, 0]])
def test_every_pair_of_people_equals_the_definition(group_of):
    people = list(itertools.product((1.0, 4.0, 6.0), (1.0, 3.0), (6.0, 8.0)))
    for patient, reference in itertools.product(people, people):
        got = shares_of(DEEP, patient, reference, group_of)
        assert got == pytest.approx(by_definition(DEEP, patient, reference, group_of), abs=1e-12)
        assert sum(got) == pytest.approx(value(DEEP, patient) - value(DEEP, reference), abs=1e-12)


def test_shares_of_several_trees_are_added():
    shares = [10.0, 20.0]
    add_tree_shares(stump(1, 0.5, -1.0, 3.0), [0.0, 1.0], [0.0, 0.0], group_of=[0, 1],
                    shares=shares)  # fmt: skip
    assert shares == [10.0, 24.0]
