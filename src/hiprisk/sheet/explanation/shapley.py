"""Exact Shapley values of a tree between one patient and one reference."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hiprisk.sheet.format import Tree


def add_tree_shares(
    tree: Tree,
    patient: Sequence[float],
    reference: Sequence[float],
    *,
    group_of: Sequence[int],
    shares: list[float],
) -> None:
    """Add each group's Shapley value of one tree to `shares`.

    The game: members of a coalition have the patient's inputs, the others the reference's; its
    worth is the tree's value. Every leaf is a game of its own, lost unless the groups in ``here``
    take part and those in ``there`` do not, and such a game has a closed form, so one walk over
    the leaves that can be reached is exact however many groups there are.

    Parameters
    ----------
    tree : Tree
    patient, reference : sequence of float
        The tree's inputs.
    group_of : sequence of int
        Group of each input: inputs made of the same variables belong together.
    shares : list of float
        One for each group; changed in place.

    References
    ----------
    .. [1] Lundberg et al. (2020). Nature Machine Intelligence 2, 56-67, algorithm 3
       (interventional, one background row). doi:10.1038/s42256-019-0138-9
    """
    stack: list[tuple[int, frozenset[int], frozenset[int]]] = [(0, frozenset(), frozenset())]
    while stack:
        node, here, there = stack.pop()
        feature = tree.feature[node]
        if feature < 0:
            _add_leaf(tree.value[node], here, there, shares)
            continue
        threshold, group = tree.threshold[node], group_of[feature]
        sides = (tree.left[node], tree.right[node])
        own = sides[0] if patient[feature] <= threshold else sides[1]
        other = sides[0] if reference[feature] <= threshold else sides[1]
        if own == other or group in here:
            stack.append((own, here, there))
        elif group in there:
            stack.append((other, here, there))
        else:
            # Patient and reference part here: both ways can be reached, by opposite coalitions.
            stack.append((other, here, there | {group}))
            stack.append((own, here | {group}, there))


def _add_leaf(
    value: float, here: frozenset[int], there: frozenset[int], shares: list[float]
) -> None:
    # A member of `here` wins the leaf if it arrives last of `here` and before all of `there`.
    n_here, n_there = len(here), len(there)
    for group in sorted(here):
        shares[group] += value * _weight(n_here - 1, n_there)
    for group in sorted(there):
        shares[group] -= value * _weight(n_here, n_there - 1)


def _weight(before: int, after: int) -> float:
    """``before! after! / (before + after + 1)!``."""
    return 1.0 / ((before + after + 1) * math.comb(before + after, before))
