"""Gradient-boosted trees: one ensemble of bounded size on the stacked imputations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from hiprisk.arrays import Floats
from hiprisk.errors import InputError
from hiprisk.learning.foreign.hist_gradient_boosting import hist_gradient_boosting
from hiprisk.learning.scikit_learn.tree_bins import fit_with_equal_weights
from hiprisk.sheet.format import TreesModel

Params = Mapping[str, float]


@dataclass(frozen=True)
class BoostingFit:
    """A fitted ensemble.

    Attributes
    ----------
    names : tuple of str
        Inputs in order.
    ensemble : scikit-learn estimator
    """

    link: str
    names: tuple[str, ...]
    ensemble: Any

    def linear_predictor(self, inputs: Floats) -> Floats:
        """Raw prediction of complete rows, shape (n_rows,)."""
        if self.link == "logit":
            return np.asarray(self.ensemble.decision_function(inputs))
        return np.asarray(self.ensemble.predict(inputs))

    def to_model(self, refits: Floats | None = None) -> TreesModel:
        """The same as a part of the sheet; an ensemble carries no refits."""
        del refits
        return hist_gradient_boosting(self.ensemble, self.names)


def fit_boosting(
    stack: Sequence[Floats],
    y: Floats,
    *,
    names: Sequence[str],
    params: Params,
    link: str,
    monotone: Sequence[int] | None = None,
) -> BoostingFit:
    """Fit one ensemble on all imputations at once, each row weighing 1 over their number.

    Parameters
    ----------
    stack : sequence of ndarray, each of shape (n_rows, n_inputs)
    y : ndarray, shape (n_rows,)
    names : sequence of str
    params : mapping
        ``learning_rate``, ``n_trees``, ``max_leaves``, ``min_leaf`` (in people), ``l2`` and
        ``feature_share`` (inputs that a split may choose from).
    link : str
        ``identity`` or ``logit``.
    monotone : sequence of int, optional
        -1, 0 or 1 for each input: the sign of its effect on the outcome.
    """
    if len(np.unique(y)) < 2:
        raise InputError("the outcome does not vary", code="DEGENERATE")
    n_imputations = len(stack)
    kind = HistGradientBoostingClassifier if link == "logit" else HistGradientBoostingRegressor
    ensemble = kind(
        learning_rate=params["learning_rate"],
        max_iter=round(params["n_trees"]),
        max_leaf_nodes=round(params["max_leaves"]),
        # Every person stands in the stack once for each imputation, and the limit counts people.
        min_samples_leaf=round(params["min_leaf"]) * n_imputations,
        l2_regularization=params["l2"],
        max_features=params["feature_share"],
        monotonic_cst=None if monotone is None else list(monotone),
        # It would hold out rows at random, and with them copies of people who are fitted to.
        early_stopping=False,
        random_state=0,
    )
    # The copies of a person weigh one person together.
    fit_with_equal_weights(
        ensemble, np.concatenate(stack), np.tile(y, n_imputations), weight=1.0 / n_imputations
    )
    return BoostingFit(link, tuple(names), ensemble)
