"""A tree from arrays."""

import numpy as np

from hiprisk.learning.foreign.thresholds import Reading
from hiprisk.learning.foreign.tree_arrays import Nodes
from hiprisk.sheet.format import Tree


def test_what_a_library_keeps_in_unused_places_is_cleared():
    nodes = Nodes(
        leaf=np.array([False, True, True]),
        feature=np.array([2, -2, -2]),
        threshold=np.array([0.5, -2.0, -2.0]),
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        value=np.array([9.0, 1.0, 3.0]),
    )
    assert nodes.to_tree(Reading()) == Tree(
        feature=(2, -1, -1),
        threshold=(0.5, 0.0, 0.0),
        left=(1, 0, 0),
        right=(2, 0, 0),
        value=(0.0, 1.0, 3.0),
    )
