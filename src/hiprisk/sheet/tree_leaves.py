"""Which leaf of a tree a row falls into: by masks of leaves, or by walking down.

A tree of at most 64 leaves needs no walk: each inner node whose test fails rules out the leaves on
its left, a bit each, and of those left the first is the row's leaf. That is QuickScorer (Lucchese
et al., SIGIR 2015), here for many rows at a time; no arithmetic is done, so the leaf is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hiprisk.arrays import Floats, Integers
from hiprisk.sheet.format import Tree

MAX_LEAVES = 64
# Rows at a time: fewer cost calls, more leave the processor's memory.
CHUNK_ROWS = 32_768
# Up to so many tests, all nodes of all trees are tested at once: calls cost more than tests.
FEW_TESTS = 1 << 19

Values = NDArray[np.floating[Any]]


class _Leaves(Protocol):
    def values(self, inputs: Floats) -> Values:
        """Value of the leaf of each row; inputs have shape (n_inputs, n_rows)."""


class TreeEnsemble:
    """Trees that are added up in their order.

    Parameters
    ----------
    trees : sequence of Tree
    baseline : float
        What the values of the leaves are added to.
    precision : dtype
        Of the values and of the sums.
    """

    def __init__(self, trees: Sequence[Tree], baseline: float, precision: np.dtype[Any]) -> None:
        self._baseline = baseline
        self._precision = precision
        self._walks = [_Walk(tree, precision) for tree in trees]
        self._masks = [
            _Masks(tree, precision) if _n_leaves(tree) <= MAX_LEAVES else walk
            for tree, walk in zip(trees, self._walks, strict=True)
        ]
        few = [one for one in self._masks if isinstance(one, _Masks)]
        self._nodes = _Nodes(few) if few and len(few) == len(trees) else None

    def sums(self, inputs: Floats) -> Values:
        """Baseline plus the value of each tree's leaf.

        Parameters
        ----------
        inputs : ndarray, shape (n_inputs, n_rows)

        Returns
        -------
        ndarray, shape (n_rows,)
            Of `precision`. Trees are added in their order: the number of rows changes no bit.
        """
        n_rows = inputs.shape[1]
        total = np.full(n_rows, self._baseline, dtype=self._precision)
        # A missing value goes right; a mask would send it left.
        leaves: Sequence[_Leaves] = self._walks if np.isnan(inputs).any() else self._masks
        is_few = self._nodes is not None and n_rows * self._nodes.n_nodes <= FEW_TESTS
        if self._nodes is not None and is_few and leaves is self._masks:
            for values in self._nodes.values(inputs):
                total += values
            return total
        for first in range(0, n_rows, CHUNK_ROWS):
            part = inputs[:, first : first + CHUNK_ROWS]
            for tree in leaves:
                total[first : first + CHUNK_ROWS] += tree.values(part)
        return total


def _n_leaves(tree: Tree) -> int:
    return sum(one < 0 for one in tree.feature)


class _Walk:
    """Every row goes from the root to its leaf, all rows a level at a time."""

    def __init__(self, tree: Tree, precision: np.dtype[Any]) -> None:
        self._feature = np.array(tree.feature, dtype=np.intp)
        self._threshold = np.array(tree.threshold)
        self._left = np.array(tree.left, dtype=np.intp)
        self._right = np.array(tree.right, dtype=np.intp)
        self._value = np.array(tree.value, dtype=precision)

    def values(self, inputs: Floats) -> Values:
        """Value of the leaf of each row."""
        node = np.zeros(inputs.shape[1], dtype=np.intp)
        walking = np.arange(inputs.shape[1])
        while True:
            at = node[walking]
            inner = self._feature[at] >= 0
            walking, at = walking[inner], at[inner]
            if not walking.size:
                return self._value[node]
            # scikit-learn's rule: a value on the threshold goes left.
            goes_left = inputs[self._feature[at], walking] <= self._threshold[at]
            node[walking] = np.where(goes_left, self._left[at], self._right[at])


class _Masks:
    """For each inner node the leaves that it rules out where its test fails."""

    def __init__(self, tree: Tree, precision: np.dtype[Any]) -> None:
        order, masks = _leaves_and_masks(tree)
        width = next(bits for bits in (8, 16, 32, 64) if len(order) <= bits)
        self.dtype = np.dtype(f"uint{width}")
        self.nodes = [
            (tree.feature[node], tree.threshold[node], self.dtype.type(mask))
            for node, mask in masks.items()
        ]
        self.leaf_values = np.array([tree.value[leaf] for leaf in order], dtype=precision)
        # The value of each mask: for eight leaves a table is faster than counting bits.
        self._of_mask = None
        if width == 8:
            ruled_out = np.arange(256, dtype=np.uint8)
            last = len(order) - 1
            self._of_mask = self.leaf_values[np.minimum(_first_left(ruled_out), last)]

    def values(self, inputs: Floats) -> Values:
        """Value of the leaf of each row."""
        n_rows = inputs.shape[1]
        ruled_out, mask = np.zeros(n_rows, self.dtype), np.empty(n_rows, self.dtype)
        fails = np.empty(n_rows, dtype=np.bool_)
        for feature, threshold, leaves in self.nodes:
            np.greater(inputs[feature], threshold, out=fails)
            np.multiply(fails.view(np.uint8), leaves, out=mask)
            np.bitwise_or(ruled_out, mask, out=ruled_out)
        if self._of_mask is not None:
            return np.asarray(self._of_mask[ruled_out])
        return np.asarray(self.leaf_values[_first_left(ruled_out)])


class _Nodes:
    """All inner nodes of all trees side by side, for a handful of rows."""

    def __init__(self, trees: Sequence[_Masks]) -> None:
        nodes = [node for tree in trees for node in tree.nodes]
        self._feature = np.array([node[0] for node in nodes], dtype=np.intp)
        self._threshold = np.array([node[1] for node in nodes], dtype=np.float64)[:, np.newaxis]
        self._leaves = np.array([node[2] for node in nodes], dtype=np.uint64)[:, np.newaxis]
        counts = [len(tree.nodes) for tree in trees]
        self.n_nodes = len(nodes)
        self._has_nodes = np.array(counts) > 0
        self._starts = np.cumsum([0, *counts])[:-1][self._has_nodes]
        self._first_leaf = np.cumsum([0, *(len(tree.leaf_values) for tree in trees)])[:-1]
        self._leaf_values = np.concatenate([tree.leaf_values for tree in trees])

    def values(self, inputs: Floats) -> Values:
        """Value of the leaf of each row and tree, shape (n_trees, n_rows)."""
        ruled_out = np.zeros((len(self._has_nodes), inputs.shape[1]), dtype=np.uint64)
        if len(self._starts):
            fails = inputs[self._feature] > self._threshold
            ruled_out[self._has_nodes] = np.bitwise_or.reduceat(
                np.where(fails, self._leaves, np.uint64(0)), self._starts, axis=0
            )
        return np.asarray(
            self._leaf_values[self._first_leaf[:, np.newaxis] + _first_left(ruled_out)]
        )


def _leaves_and_masks(tree: Tree) -> tuple[list[int], dict[int, int]]:
    """Leaves from left to right, and for each inner node a bit for each leaf on its left."""
    leaves: list[int] = []
    first: dict[int, int] = {}
    masks: dict[int, int] = {}
    # A node is met on the way down, and once more when everything on its left is done.
    waiting = [(0, False)]
    while waiting:
        node, is_left_done = waiting.pop()
        if tree.feature[node] < 0:
            leaves.append(node)
        elif is_left_done:
            masks[node] = (1 << len(leaves)) - (1 << first[node])
        else:
            first[node] = len(leaves)
            waiting += [(tree.right[node], False), (node, True), (tree.left[node], False)]
    return leaves, masks


def _first_left(ruled_out: NDArray[np.unsignedinteger[Any]]) -> Integers:
    """Position of the first leaf that is not ruled out: how many ones stand below the lowest 0."""
    one = ruled_out.dtype.type(1)
    return np.asarray(np.bitwise_count(ruled_out & ~(ruled_out + one)), dtype=np.intp)
