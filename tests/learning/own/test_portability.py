"""Own candidates in the sheet's form: one model that predicts the mean over the imputations."""

import numpy as np
import pytest

from hiprisk.config import EstimatorSettings
from hiprisk.errors import ConfigError
from hiprisk.learning.foreign import size
from hiprisk.learning.foreign.converted_fit import ConvertedFit
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.linear import LinearFit
from hiprisk.learning.own.estimator import OwnEstimator
from hiprisk.learning.own.fitting import fit_own
from hiprisk.learning.own.portability import is_benchmark

NAMES = ("a", "b", "c")
ENSEMBLES = [
    ("sklearn.ensemble.RandomForest", {"n_estimators": 3, "max_depth": 3}, 1e-12),
    ("sklearn.ensemble.GradientBoosting", {"n_estimators": 3}, 1e-12),
    ("sklearn.ensemble.HistGradientBoosting", {"max_iter": 3}, 1e-12),
    ("sklearn.tree.DecisionTree", {"max_depth": 3}, 1e-12),
    ("lightgbm.LGBM", {"n_estimators": 3, "num_leaves": 4}, 1e-12),
    ("xgboost.XGB", {"n_estimators": 3, "max_depth": 2}, 1e-6),
]


def people(n_imputations):
    rng = np.random.default_rng(8)
    inputs = rng.normal(size=(90, 3))
    y = 50.0 + 10.0 * inputs[:, 0] + 5.0 * rng.normal(size=90)
    stack = [inputs + 0.3 * k * rng.normal(size=inputs.shape) for k in range(n_imputations)]
    return stack, y


def fitted(path, params, *, n_imputations=2, link="identity"):
    pytest.importorskip(path.partition(".")[0])
    stack, y = people(n_imputations)
    y = y if link == "identity" else (y > 50.0).astype(float)
    fit = fit_own(stack, y, own=OwnEstimator(path), params=params, link=link, names=NAMES)
    return fit, stack[0]


@pytest.mark.parametrize("n_imputations", [1, 3])
@pytest.mark.parametrize(("path", "params", "near"), ENSEMBLES)
def test_an_ensemble_in_the_sheet_s_form_predicts_as_the_libraries_on_average(
    path, params, near, n_imputations
):
    suffix = "Regressor"
    fit, inputs = fitted(path + suffix, params, n_imputations=n_imputations)
    written = fit.written().linear_predictor(inputs)
    assert written == pytest.approx(fit.linear_predictor(inputs), rel=near)


@pytest.mark.parametrize(("path", "params", "near"), ENSEMBLES)
def test_a_classifier_s_risks_are_those_of_its_library(path, params, near):
    fit, inputs = fitted(path + "Classifier", params, link="logit")
    written = fit.written()
    found, expected = written.linear_predictor(inputs), fit.linear_predictor(inputs)
    assert 1 / (1 + np.exp(-found)) == pytest.approx(
        1 / (1 + np.exp(-expected)), abs=max(near, 1e-12)
    )


def test_a_linear_model_is_hiprisk_s_own_with_its_coefficients_averaged():
    from sklearn.linear_model import Ridge

    fit, _ = fitted("sklearn.linear_model.Ridge", {"alpha": 5.0})
    stack, y = people(2)
    each = [Ridge(alpha=5.0).fit(one, y) for one in stack]
    assert isinstance(fit, LinearFit)
    assert fit.coefficients[1:] == pytest.approx(np.mean([one.coef_ for one in each], axis=0))
    assert fit.coefficients[0] == pytest.approx(np.mean([one.intercept_ for one in each]))


def test_a_logistic_regression_has_log_odds_averaged():
    fit, inputs = fitted("sklearn.linear_model.LogisticRegression", {}, link="logit")
    assert (fit.link, len(fit.coefficients)) == ("logit", 4)
    assert fit.linear_predictor(inputs).shape == (90,)


def test_leaves_are_counted():
    fit, _ = fitted("sklearn.tree.DecisionTreeRegressor", {"max_leaf_nodes": 5}, n_imputations=2)
    assert isinstance(fit.written(), ConvertedFit)
    assert fit.written().n_leaves == 10


def test_what_is_too_large_for_a_sheet_is_refused(monkeypatch):
    fit, _ = fitted("sklearn.ensemble.RandomForestRegressor", {"n_estimators": 3})
    monkeypatch.setattr(size, "LARGEST_MIB", 0)
    with pytest.raises(NotPortableError, match="MiB"):
        fit.written()


def test_a_class_that_no_sheet_can_hold_is_a_benchmark():
    assert is_benchmark(EstimatorSettings(estimator="sklearn.neighbors.KNeighborsRegressor"))
    forest = "sklearn.ensemble.RandomForestRegressor"
    assert not is_benchmark(EstimatorSettings(estimator=forest))
    assert is_benchmark(EstimatorSettings(estimator=forest, benchmark=True))
    with pytest.raises(ConfigError, match="no class 'Forest'"):
        is_benchmark(EstimatorSettings(estimator="sklearn.ensemble.Forest"))
