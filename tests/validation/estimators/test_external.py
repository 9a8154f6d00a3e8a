"""A fitted estimator in people whom it has not seen."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression

from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics import evaluate_predictions
from hiprisk.validation import evaluate_external


@pytest.fixture(scope="module")
def people():
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    return X, (y > 140).astype(int)


def test_figures_are_those_of_its_predictions(people):
    X, y = people
    model = LogisticRegression(C=100).fit(X[:200], y[:200])
    found = evaluate_external(model, X[200:], y[200:], thresholds=[0.35], n_resamples=20)
    alone = evaluate_predictions(
        y[200:], model.predict_proba(X[200:])[:, 1], metrics=["c_statistic", "brier"]
    )
    assert found.metrics[0] == alone["c_statistic"]
    assert found.curves[0].smoother == "loess"
    assert 0.35 in found.decision.thresholds


def test_a_regressor_needs_no_events(people):
    X, y = load_diabetes(return_X_y=True)
    model = LinearRegression().fit(X[:200], y[:200])
    found = evaluate_external(model, X[200:], y[200:], n_resamples=20)
    assert found.metrics[0].name == "r2"
    assert found.decision is None


def test_what_cannot_be_evaluated_is_refused(people):
    X, y = people
    with pytest.raises(InputError, match="the LogisticRegression is not fitted"):
        evaluate_external(LogisticRegression(), X, y)
    model = LogisticRegression().fit(X, y)
    with pytest.raises(InputError, match="'X' has 10 rows, 'y' has 20"):
        evaluate_external(model, X[:10], y[:20])
    with pytest.raises(ConfigError, match="a threshold probability lies inside"):
        evaluate_external(model, X, y, thresholds=[20])
    with pytest.raises(InputError, match="'y' has 1 classes"):
        evaluate_external(model, X, np.zeros(len(y)))
