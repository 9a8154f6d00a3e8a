"""Decision trees, forests and gradient boosting of scikit-learn.

They round values to float32 and add up in doubles: with thresholds at the edge of that rounding
the sheet says the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.foreign.scaling import Scaling
from hiprisk.learning.foreign.size import bounded
from hiprisk.learning.foreign.thresholds import Reading
from hiprisk.learning.foreign.tree_arrays import Nodes
from hiprisk.sheet.format import Tree, TreesModel

Values = Callable[[Any], Floats]

# By the loss of gradient boosting: link, and by what leaves and baseline are multiplied.
LOSSES: dict[str, tuple[Any, float]] = {
    "squared_error": ("identity", 1.0),
    "absolute_error": ("identity", 1.0),
    "huber": ("identity", 1.0),
    "quantile": ("identity", 1.0),
    "log_loss": ("logit", 1.0),
    # Its risk is that of twice the sum; doubling changes no bit.
    "exponential": ("logit", 2.0),
}


def decision_tree(estimator: Any, inputs: Sequence[str], scaling: Scaling) -> TreesModel:
    """A ``DecisionTree...`` or ``ExtraTree...``; of a classifier, the share of events in a leaf."""
    return TreesModel(
        link="identity",
        baseline=0.0,
        inputs=tuple(inputs),
        trees=bounded([_tree(estimator, scaling, _mean_of(estimator))], 1),
    )


def forest(estimator: Any, inputs: Sequence[str], scaling: Scaling) -> TreesModel:
    """A ``RandomForest...`` or ``ExtraTrees...``: the mean of its trees."""
    values = _mean_of(estimator)
    trees = bounded(
        (_tree(one, scaling, values) for one in estimator.estimators_), len(estimator.estimators_)
    )
    return TreesModel(
        link="identity",
        baseline=0.0,
        inputs=tuple(inputs),
        trees=trees,
        divisor=float(len(trees)),
    )


def gradient_boosting(estimator: Any, inputs: Sequence[str], scaling: Scaling) -> TreesModel:
    """A ``GradientBoostingRegressor`` or ``-Classifier``."""
    link, factor = LOSSES[estimator.loss]
    rate = estimator.learning_rate

    def leaf_values(tree: Any) -> Floats:
        return np.asarray(rate * tree.value[:, 0, 0] * factor)

    return TreesModel(
        link=link,
        baseline=_initial(estimator) * factor,
        inputs=tuple(inputs),
        trees=bounded(
            (_tree(one, scaling, leaf_values) for one in estimator.estimators_[:, 0]),
            len(estimator.estimators_),
        ),
    )


def _mean_of(estimator: Any) -> Values:
    if estimator.n_outputs_ > 1:
        raise NotPortableError(
            f"{type(estimator).__name__} predicts {estimator.n_outputs_} outcomes at once",
            advice="fit one model for each",
        )
    place = 1 if hasattr(estimator, "classes_") else 0
    return lambda tree: np.asarray(tree.value[:, 0, place])


def _initial(estimator: Any) -> float:
    start = estimator.init_
    if not isinstance(start, str) and type(start).__name__ not in (
        "DummyRegressor",
        "DummyClassifier",
    ):
        raise NotPortableError(
            f"{type(estimator).__name__} starts from another model ({type(start).__name__})",
            advice="fit with init=None or init='zero'",
        )
    anybody = np.zeros((1, estimator.n_features_in_), dtype=np.float32)
    return float(estimator._raw_predict_init(anybody)[0, 0])


def _tree(estimator: Any, scaling: Scaling, values: Values) -> Tree:
    tree = estimator.tree_
    nodes = Nodes(
        leaf=np.asarray(tree.children_left < 0),
        feature=tree.feature,
        threshold=tree.threshold,
        left=tree.children_left,
        right=tree.children_right,
        value=values(tree),
    )
    return nodes.to_tree(Reading(scaling, float32=True))
