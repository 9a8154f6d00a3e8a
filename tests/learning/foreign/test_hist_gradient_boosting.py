"""Histogram gradient boosting beyond its defaults."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from foreign_models import NAMES, fitted, people
from hiprisk.learning.foreign.agreement import (
    library_prediction,
    probe_rows,
    sheet_prediction,
)
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError


def test_a_fit_to_missing_values_predicts_complete_rows_to_the_bit():
    x, y, _ = people()
    holes = np.where(np.random.default_rng(1).random(x.shape) < 0.2, np.nan, x)
    holes[:, 3] = np.where(y > 60.0, np.nan, 0.01)
    estimator = HistGradientBoostingRegressor(max_iter=15, early_stopping=True).fit(holes, y)
    model = sheet_model_of(estimator, inputs=NAMES)
    rows = probe_rows(model, NAMES, n_rows=300)
    np.testing.assert_array_equal(
        sheet_prediction(model, NAMES, rows), library_prediction(estimator, rows)
    )
    # The last input says only whether it is missing: every number goes one way.
    largest = max(max(tree.threshold) for tree in model.trees)
    assert largest == np.finfo(np.float64).max


@pytest.mark.parametrize("loss", ["absolute_error", "quantile"])
def test_every_loss(loss):
    settings = {"quantile": 0.3} if loss == "quantile" else {}
    estimator = fitted(HistGradientBoostingRegressor(loss=loss, max_iter=9, **settings))
    assert sheet_model_of(estimator, inputs=NAMES).link == "identity"


def test_a_link_that_a_sheet_lacks_is_refused():
    x, y, _ = people()
    estimator = HistGradientBoostingRegressor(loss="poisson", max_iter=3).fit(x, np.abs(y))
    with pytest.raises(NotPortableError, match=r"\(loss='poisson'\) has a link that a sheet lacks"):
        sheet_model_of(estimator, inputs=NAMES)


def test_splits_on_levels_are_refused():
    x, y, _ = people()
    x = x.copy()
    x[:, 0] = np.random.default_rng(0).integers(4, size=len(x))
    y = y + 40.0 * (x[:, 0] == 2)
    estimator = HistGradientBoostingRegressor(max_iter=3, categorical_features=[0]).fit(x, y)
    with pytest.raises(NotPortableError, match="declares categories among its inputs"):
        sheet_model_of(estimator, inputs=NAMES)
