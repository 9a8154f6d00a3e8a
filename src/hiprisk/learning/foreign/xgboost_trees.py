"""XGBoost: float32 throughout, read from the model's own JSON."""

from __future__ import annotations

import json
import math
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
    "reg:squarederror": "identity",
    "reg:absoluteerror": "identity",
    "reg:pseudohubererror": "identity",
    "reg:quantileerror": "identity",
    "binary:logistic": "logit",
}


def xgboost(estimator: Any, inputs: Sequence[str], scaling: Scaling) -> TreesModel:
    """A fitted ``XGBRegressor``, ``XGBClassifier`` (or their forests) or ``Booster``."""
    is_booster = not hasattr(estimator, "get_booster")
    _check_settings(estimator, is_booster=is_booster)
    booster = estimator if is_booster else estimator.get_booster()
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    link = _link(learner)
    boosted = learner["gradient_booster"]
    if boosted["name"] != "gbtree":
        raise NotPortableError(
            f"XGBoost's booster '{boosted['name']}' is no plain sum of trees",
            advice="use booster='gbtree'",
        )
    boosted = boosted["model"]
    trees = boosted["trees"]
    if not is_booster and "best_iteration" in learner["attributes"]:
        # After early stopping the estimator predicts with the trees up to its best iteration.
        best = int(learner["attributes"]["best_iteration"])
        trees = trees[: boosted["iteration_indptr"][best + 1]]
    reading = Reading(scaling, float32=True, strict=True)
    return TreesModel(
        link=link,  # type: ignore[arg-type]  # one of LINKS
        baseline=_baseline(learner["learner_model_param"]["base_score"], link),
        inputs=tuple(inputs),
        trees=bounded((_tree(tree, reading) for tree in trees), len(trees)),
        precision="float32",
    )


def _check_settings(estimator: Any, *, is_booster: bool) -> None:
    if is_booster:
        return
    missing = estimator.missing
    if missing is not None and not math.isnan(missing):
        raise NotPortableError(
            f"XGBoost was told to take {missing:g} as missing", advice="use missing=nan"
        )
    if callable(estimator.objective):
        raise NotPortableError(
            "XGBoost's objective is a function of the user's, whose link is not known",
            advice=f"a sheet takes {', '.join(LINKS)}",
        )


def _link(learner: Mapping[str, Any]) -> str:
    name = learner["objective"]["name"]
    if name not in LINKS:
        raise NotPortableError(
            f"XGBoost's objective '{name}' has a link that a sheet lacks, or more than one outcome",
            advice=f"a sheet takes {', '.join(LINKS)}",
        )
    shape = learner["learner_model_param"]
    if int(shape["num_target"]) > 1 or int(shape["num_class"]) > 1:
        raise NotPortableError(
            f"XGBoost predicts {max(int(shape['num_target']), int(shape['num_class']))} numbers "
            "at once",
            advice="fit one model for each",
        )
    return LINKS[name]


def _baseline(base_score: str, link: str) -> float:
    """Where the sum starts: XGBoost keeps a risk, in float32, and takes its log odds from it."""
    base = np.float32(np.ravel(json.loads(base_score))[0])
    if link == "logit":
        odds_against = float(np.float32(1.0) / base - np.float32(1.0))
        # Rounded once: NumPy's float32 logarithm may be off in the last bit, libm's is not.
        base = np.float32(-math.log(odds_against))
    return float(base)


def _tree(tree: Mapping[str, Any], reading: Reading) -> Tree:
    if any(tree["split_type"]):
        raise NotPortableError(
            "a split of XGBoost asks for levels of a category",
            advice="code categories as 0/1 columns and use enable_categorical=False",
        )
    order, left, right = _parents_first(tree["left_children"], tree["right_children"])
    # A leaf's value stands where a split has its threshold.
    numbers = np.array(tree["split_conditions"], dtype=np.float32).astype(np.float64)[order]
    return Nodes(
        leaf=left < 0,
        feature=np.array(tree["split_indices"], dtype=np.intp)[order],
        threshold=numbers,
        left=left,
        right=right,
        value=numbers,
    ).to_tree(reading)


def _parents_first(left: Sequence[int], right: Sequence[int]) -> tuple[Any, Any, Any]:
    """Nodes that can be reached, parents before children, and their children's new places."""
    order = [0]
    for node in order:
        if left[node] >= 0:
            order += [left[node], right[node]]
    place = {node: position for position, node in enumerate(order)}
    children = [[place.get(side[node], -1) for node in order] for side in (left, right)]
    return np.array(order), np.array(children[0]), np.array(children[1])
