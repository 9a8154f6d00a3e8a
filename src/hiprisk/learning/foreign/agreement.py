"""Does a model in the sheet's form say the same as the library: tried where it is hardest."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.sheet.format import LinearModel, Model, TreesModel
from hiprisk.sheet.links import expit
from hiprisk.sheet.models import evaluator_for

N_ROWS = 200


def probe_rows(model: LinearModel | TreesModel, inputs: Sequence[str], *, n_rows: int) -> Floats:
    """Rows at, one double beside and between the thresholds of trees; simulated ones otherwise.

    Returns
    -------
    ndarray, shape (n_rows, n_inputs)
    """
    rng = np.random.default_rng(0)
    rows = rng.normal(scale=10.0, size=(n_rows, len(inputs)))
    if isinstance(model, LinearModel):
        return rows
    features = np.concatenate([tree.feature for tree in model.trees])
    thresholds = np.concatenate([tree.threshold for tree in model.trees])
    for position in range(len(inputs)):
        own = np.unique(thresholds[(features == position) & (np.abs(thresholds) < 1e300)])
        if own.size:
            drawn = rng.choice(own, size=n_rows)
            beside = np.nextafter(drawn, rng.choice([-np.inf, np.inf], size=n_rows))
            between = drawn + rng.normal(size=n_rows) * (np.std(own) + 1e-3)
            which = rng.integers(3, size=n_rows)
            rows[:, position] = np.choose(which, [drawn, beside, between])
    return rows


def library_prediction(estimator: Any, rows: Floats) -> Floats:
    """What the library itself predicts: the number, or the risk of the second class."""
    names = getattr(estimator, "feature_names_in_", None)
    table = rows if names is None else pd.DataFrame(rows, columns=list(names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if hasattr(estimator, "predict_proba"):
            return np.asarray(estimator.predict_proba(table), dtype=np.float64)[:, 1]
        if hasattr(estimator, "inplace_predict"):
            found = estimator.inplace_predict(rows, validate_features=False)
            return np.asarray(found, dtype=np.float64)
        return np.asarray(estimator.predict(table), dtype=np.float64).ravel()


def sheet_prediction(model: Model, inputs: Sequence[str], rows: Floats) -> Floats:
    """The same from the model in the sheet's form."""
    columns = {name: np.ascontiguousarray(rows[:, i]) for i, name in enumerate(inputs)}
    total = evaluator_for(model).linear_predictor(columns, len(rows))
    return expit(total) if model.link == "logit" else total


def check_agreement(
    estimator: Any, model: LinearModel | TreesModel, inputs: Sequence[str], *, tolerance: float
) -> None:
    """Raise NotPortableError where both differ by more than a share of the prediction's size."""
    rows = probe_rows(model, inputs, n_rows=N_ROWS)
    expected = library_prediction(estimator, rows)
    difference = np.abs(sheet_prediction(model, inputs, rows) - expected)
    worst = float(np.max(difference / np.maximum(1.0, np.abs(expected))))
    if not worst <= tolerance:
        raise NotPortableError(
            f"{type(estimator).__name__} and the sheet made of it differ by {worst:.3g} "
            f"(at most {tolerance:g} allowed)",
            advice="report this with the version of the library; the model was not written",
        )
