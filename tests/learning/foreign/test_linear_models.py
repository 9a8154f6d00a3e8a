"""Linear models of scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from foreign_models import NAMES, model_named, people
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError


def test_coefficients_stand_as_terms():
    estimator = model_named("LinearRegression")
    model = sheet_model_of(estimator, inputs=NAMES)
    assert model.link == "identity"
    assert model.intercept == estimator.intercept_
    assert [term.column for term in model.terms] == list(NAMES)
    assert [term.coefficients[0] for term in model.terms] == list(estimator.coef_)


def test_a_logistic_regression_has_log_odds():
    assert sheet_model_of(model_named("LogisticRegression"), inputs=NAMES).link == "logit"


def test_two_outcomes_at_once_are_refused():
    x, y, _ = people()
    estimator = LinearRegression().fit(x, np.column_stack([y, y]))
    with pytest.raises(NotPortableError, match="predicts 2 outcomes at once"):
        sheet_model_of(estimator, inputs=NAMES)
