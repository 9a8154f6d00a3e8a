"""Trees of scikit-learn beyond their defaults."""

import numpy as np
import pytest
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.linear_model import Ridge

from foreign_models import NAMES, fitted, model_named, people
from hiprisk.learning.foreign.agreement import (
    library_prediction,
    probe_rows,
    sheet_prediction,
)
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "quantile"])
def test_every_loss_of_boosting(loss):
    estimator = fitted(GradientBoostingRegressor(loss=loss, n_estimators=9, random_state=0))
    model = sheet_model_of(estimator, inputs=NAMES)
    rows = probe_rows(model, NAMES, n_rows=300)
    np.testing.assert_array_equal(
        sheet_prediction(model, NAMES, rows), library_prediction(estimator, rows)
    )


@pytest.mark.parametrize("settings", [{"loss": "exponential"}, {"init": "zero"}])
def test_other_scales_of_a_risk(settings):
    estimator = fitted(GradientBoostingClassifier(n_estimators=9, random_state=0, **settings))
    model = sheet_model_of(estimator, inputs=NAMES)
    rows = probe_rows(model, NAMES, n_rows=300)
    np.testing.assert_allclose(
        sheet_prediction(model, NAMES, rows), library_prediction(estimator, rows), atol=4e-16
    )


def test_a_forest_is_the_mean_of_its_trees_and_holds_the_risk_itself():
    model = sheet_model_of(model_named("RandomForestClassifier"), inputs=NAMES)
    assert (model.link, model.divisor, model.baseline) == ("identity", 13.0, 0.0)
    assert max(max(tree.value) for tree in model.trees) <= 1.0


def test_a_start_from_another_model_is_refused():
    estimator = fitted(GradientBoostingRegressor(n_estimators=3, init=Ridge()))
    with pytest.raises(NotPortableError, match=r"starts from another model \(Ridge\)"):
        sheet_model_of(estimator, inputs=NAMES)


def test_two_outcomes_at_once_are_refused():
    x, y, _ = people()
    estimator = RandomForestRegressor(2).fit(x, np.column_stack([y, y]))
    with pytest.raises(NotPortableError, match="predicts 2 outcomes at once"):
        sheet_model_of(estimator, inputs=NAMES)
