"""A converted model in place of a fit."""

import numpy as np
import pytest

from foreign_models import NAMES, model_named, people
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.converted_fit import ConvertedFit, log_odds
from hiprisk.sheet.links import expit


@pytest.mark.parametrize("name", ["Ridge", "XGBRegressor", "RandomForestRegressor"])
def test_a_number_is_the_librarys(name):
    model = sheet_model_of(model_named(name), inputs=NAMES)
    fit = ConvertedFit("identity", model)
    found = fit.linear_predictor(people()[0])
    np.testing.assert_allclose(found, model_named(name).predict(people()[0]), rtol=1e-12)
    assert fit.to_model() == model


@pytest.mark.parametrize("name", ["LogisticRegression", "LGBMClassifier", "DecisionTreeClassifier"])
def test_a_risk_comes_as_log_odds_also_where_trees_hold_it_itself(name):
    fit = ConvertedFit("logit", sheet_model_of(model_named(name), inputs=NAMES))
    found = expit(fit.linear_predictor(people()[0]))
    own = model_named(name).predict_proba(people()[0])[:, 1]
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, own, rtol=0.0, atol=2e-15)


def test_risks_of_0_and_1_have_finite_log_odds():
    assert log_odds(np.array([0.0, 0.5, 1.0])) == pytest.approx([-34.5, 0.0, 34.5], abs=0.1)
