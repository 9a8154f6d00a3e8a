"""LightGBM: doubles throughout, read from the model's own description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.foreign.scaling import Scaling
from hiprisk.learning.foreign.size import bounded
from hiprisk.learning.foreign.thresholds import Reading
from hiprisk.learning.foreign.tree_arrays import Nodes
from hiprisk.sheet.format import Tree, TreesModel

LINKS = {
    "regression": "identity",
    "regression_l1": "identity",
    "huber": "identity",
    "fair": "identity",
    "quantile": "identity",
    "mape": "identity",
    "binary": "logit",
}
# LightGBM's kZeroThreshold: smaller values are read as 0.
ZERO = float(np.float32(1e-35))


def lightgbm(estimator: Any, inputs: Sequence[str], scaling: Scaling) -> TreesModel:
    """A fitted ``LGBMRegressor``, ``LGBMClassifier`` or ``Booster``."""
    booster = getattr(estimator, "booster_", estimator)
    document = booster.dump_model()
    if document["num_tree_per_iteration"] != 1:
        raise NotPortableError(
            f"LightGBM has {document['num_tree_per_iteration']} trees an iteration: more than two "
            "classes",
            advice="fit a binary outcome",
        )
    trees = [one["tree_structure"] for one in document["tree_info"]]
    reading = Reading(scaling, zero_within=ZERO)
    return TreesModel(
        link=_link(document.get("objective", "")),  # type: ignore[arg-type]  # one of LINKS
        baseline=0.0,
        inputs=tuple(inputs),
        trees=bounded((_tree(root, reading) for root in trees), len(trees)),
        divisor=float(len(trees)) if document["average_output"] else None,
    )


def _link(objective: str) -> str:
    name, *settings = objective.split()
    if name not in LINKS or "sqrt" in settings:
        raise NotPortableError(
            f"LightGBM's objective '{objective}' has a link that a sheet lacks",
            advice=f"a sheet takes {', '.join(LINKS)}, without reg_sqrt",
        )
    if any(one.startswith("sigmoid:") and float(one[8:]) != 1.0 for one in settings):
        raise NotPortableError(
            f"LightGBM's objective '{objective}' stretches the log odds", advice="use sigmoid=1"
        )
    return LINKS[name]


def _tree(root: Mapping[str, Any], reading: Reading) -> Tree:
    found: dict[str, list[Any]] = {
        name: [] for name in ("leaf", "feature", "threshold", "left", "right", "value")
    }
    waiting: list[tuple[Mapping[str, Any], int, str]] = [(root, -1, "")]
    while waiting:
        node, parent, side = waiting.pop()
        place = len(found["leaf"])
        if parent >= 0:
            found[side][parent] = place
        is_leaf = "leaf_value" in node
        _check_node(node, is_leaf=is_leaf)
        row = {
            "leaf": is_leaf,
            "feature": 0 if is_leaf else node["split_feature"],
            "threshold": 0.0 if is_leaf else node["threshold"],
            "left": 0,
            "right": 0,
            "value": node["leaf_value"] if is_leaf else 0.0,
        }
        for name, value in row.items():
            found[name].append(value)
        if not is_leaf:
            waiting.append((node["right_child"], place, "right"))
            waiting.append((node["left_child"], place, "left"))
    return Nodes(**{name: np.array(values) for name, values in found.items()}).to_tree(reading)


def _check_node(node: Mapping[str, Any], *, is_leaf: bool) -> None:
    if is_leaf:
        if node.get("leaf_features"):
            raise NotPortableError(
                "LightGBM's leaves hold regressions of their own", advice="use linear_tree=False"
            )
        return
    if node["decision_type"] != "<=":
        raise NotPortableError(
            "a split of LightGBM asks for levels of a category",
            advice="code categories as 0/1 columns and declare no categorical_feature",
        )
    if node["missing_type"] == "Zero":
        raise NotPortableError(
            "LightGBM was told to take 0 as missing", advice="use zero_as_missing=False"
        )
