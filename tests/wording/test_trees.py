"""Trees in words."""

import dataclasses

import pytest

from hiprisk.wording.trees import how_combined, trees_in_words
from tree_sheet import tree_sheet


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "baseline and sum of the trees"),
        ({"divisor": 3.0}, "mean of the trees"),
        ({"precision": "float32"}, "baseline and sum of the trees, in float32"),
    ],
)
def test_how_trees_are_combined(change, said):
    model = dataclasses.replace(tree_sheet().model, **change)
    assert how_combined(model) == said
    assert trees_in_words(model) == f"3 trees, baseline 40; {said}"


def test_a_recalibration_is_told():
    model = dataclasses.replace(
        tree_sheet(kind="binary").model, divisor=3.0, recalibration=(0.25, 0.8)
    )
    assert how_combined(model) == "mean of the trees; log odds of that risk times 0.8 plus 0.25"
