"""A tree from the arrays of a library."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.learning.foreign.thresholds import Reading
from hiprisk.sheet.format import Tree


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """Nodes of one tree, children after their parents.

    Attributes
    ----------
    leaf : ndarray of bool, shape (n_nodes,)
    feature, left, right : ndarray of int, shape (n_nodes,)
        Input and children of each split; any number at a leaf.
    threshold, value : ndarray, shape (n_nodes,)
        Threshold of each split; value of each leaf.
    """

    leaf: Bools
    feature: Integers
    threshold: Floats
    left: Integers
    right: Integers
    value: Floats

    def to_tree(self, reading: Reading) -> Tree:
        """The tree of the sheet, its thresholds on the values as given."""
        split = ~self.leaf
        thresholds = np.zeros(len(self.leaf))
        thresholds[split] = reading.last_left(
            self.feature[split], np.asarray(self.threshold[split], dtype=np.float64)
        )
        return Tree(
            feature=tuple(np.where(split, self.feature, -1).tolist()),
            threshold=tuple(thresholds.tolist()),
            left=tuple(np.where(split, self.left, 0).tolist()),
            right=tuple(np.where(split, self.right, 0).tolist()),
            value=tuple(np.where(split, 0.0, self.value).tolist()),
        )
