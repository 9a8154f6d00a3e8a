"""How large an ensemble's sheet becomes, and the refusal of one that no reader would take."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.sheet.document.checks import MAX_TREE_DEPTH
from hiprisk.sheet.document.limits import BYTES_PER_NODE, LARGEST_MIB, MAX_TREES, MIB
from hiprisk.sheet.format import Tree


def bounded(trees: Iterable[Tree], n_trees: int) -> tuple[Tree, ...]:
    """The trees, none deeper and all of them together no larger than a sheet may be.

    Raises
    ------
    NotPortableError
        As soon as so many nodes are found that the sheet would be larger, or of too many trees.
    """
    if n_trees > MAX_TREES:
        raise NotPortableError(
            f"it has {n_trees} trees, and a sheet takes at most {MAX_TREES}",
            advice="fit fewer trees",
        )
    kept: list[Tree] = []
    n_nodes = 0
    for tree in trees:
        kept.append(tree)
        n_nodes += len(tree.feature)
        if n_nodes * BYTES_PER_NODE > LARGEST_MIB * MIB:
            _refuse_size(n_nodes * n_trees // len(kept), n_trees)
        depth = _depth(tree)
        if depth > MAX_TREE_DEPTH:
            raise NotPortableError(
                f"a tree is {depth} splits deep, and a sheet takes at most {MAX_TREE_DEPTH}",
                advice="fit with a smaller max_depth",
            )
    return tuple(kept)


def _refuse_size(n_nodes: int, n_trees: int) -> None:
    size = n_nodes * BYTES_PER_NODE / MIB
    raise NotPortableError(
        f"{n_trees} trees of about {n_nodes // n_trees} nodes make a sheet of up to "
        f"{size:.0f} MiB, and it may have {LARGEST_MIB} MiB",
        advice="fit fewer trees, or smaller ones (max_depth, max_leaf_nodes, min_samples_leaf)",
    )


def _depth(tree: Tree) -> int:
    left, right = np.array(tree.left), np.array(tree.right)
    split = np.array(tree.feature) >= 0
    level, depth = np.array([0]), 0
    while (level := level[split[level]]).size:
        level, depth = np.concatenate([left[level], right[level]]), depth + 1
    return depth
