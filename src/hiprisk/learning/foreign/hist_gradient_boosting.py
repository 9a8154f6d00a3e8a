"""Histogram gradient boosting of scikit-learn: doubles throughout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.foreign.scaling import UNSCALED, Scaling
from hiprisk.learning.foreign.size import bounded
from hiprisk.learning.foreign.thresholds import Reading
from hiprisk.learning.foreign.tree_arrays import Nodes
from hiprisk.sheet.format import TreesModel

# By the loss: how the sum of the trees becomes the prediction.
LINKS = {
    "squared_error": "identity",
    "absolute_error": "identity",
    "quantile": "identity",
    "log_loss": "logit",
}


def hist_gradient_boosting(
    ensemble: Any, inputs: Sequence[str], scaling: Scaling = UNSCALED
) -> TreesModel:
    """A fitted ``HistGradientBoostingRegressor`` or ``-Classifier``."""
    link = LINKS.get(str(ensemble.loss))
    if link is None:
        raise NotPortableError(
            f"{type(ensemble).__name__}(loss='{ensemble.loss}') has a link that a sheet lacks",
            advice=f"a sheet takes the losses {', '.join(LINKS)}",
        )
    declared = getattr(ensemble, "is_categorical_", None)
    if declared is not None and np.any(declared):
        # The library sorts such inputs to the front, also where no split asks for them.
        raise NotPortableError(
            f"{type(ensemble).__name__} declares categories among its inputs",
            advice="code categories as 0/1 columns and fit with categorical_features=None",
        )
    reading = Reading(scaling)
    return TreesModel(
        link=link,  # type: ignore[arg-type]  # one of the two above
        baseline=float(np.ravel(ensemble._baseline_prediction)[0]),
        inputs=tuple(inputs),
        trees=bounded(
            (_nodes(stage[0].nodes).to_tree(reading) for stage in ensemble._predictors),
            len(ensemble._predictors),
        ),
    )


def _nodes(nodes: Any) -> Nodes:
    leaf = nodes["is_leaf"].astype(bool)
    return Nodes(
        leaf=leaf,
        feature=nodes["feature_idx"],
        threshold=nodes["num_threshold"],
        left=nodes["left"].astype(np.intp),
        right=nodes["right"].astype(np.intp),
        value=nodes["value"],
    )
