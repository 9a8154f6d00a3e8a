"""Small fitted models of scikit-learn, LightGBM and XGBoost, each fitted once in a run."""

import functools

import numpy as np
import pytest
from sklearn import ensemble, linear_model, tree

NAMES = ("age", "function", "motion", "rate")
N = 400


@functools.cache
def people(n=N, seed=0):
    """Inputs of several sizes, one of whole numbers; a score and whether it is high."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)) * [1.0, 12.0, 100.0, 0.01]
    x[:, 1] = x[:, 1].round()
    y = 50.0 + 15.0 * x[:, 0] + 0.8 * x[:, 1] + 0.001 * x[:, 2] ** 2 + rng.normal(size=n) * 6.0
    return x, y, (y > 55.0).astype(float)


def outcome_of(estimator):
    _, y, high = people()
    return high if hasattr(type(estimator), "predict_proba") else y


def fitted(estimator):
    return estimator.fit(people()[0], outcome_of(estimator))


def lightgbm(name, **settings):
    module = pytest.importorskip("lightgbm", reason="LightGBM is not installed")
    return getattr(module, name)(n_estimators=15, verbose=-1, n_jobs=1, **settings)


def xgboost(name, **settings):
    module = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    return getattr(module, name)(n_estimators=40, n_jobs=1, **settings)


LINEAR = {
    "LinearRegression": linear_model.LinearRegression,
    "Ridge": linear_model.Ridge,
    "Lasso": linear_model.Lasso,
    "ElasticNet": linear_model.ElasticNet,
    "LogisticRegression": lambda: linear_model.LogisticRegression(C=0.1, max_iter=2000),
}
TREES = {
    "DecisionTreeRegressor": lambda: tree.DecisionTreeRegressor(random_state=0),
    "DecisionTreeClassifier": lambda: tree.DecisionTreeClassifier(random_state=0),
    "RandomForestRegressor": lambda: ensemble.RandomForestRegressor(13, random_state=0),
    "RandomForestClassifier": lambda: ensemble.RandomForestClassifier(13, random_state=0),
    "ExtraTreesRegressor": lambda: ensemble.ExtraTreesRegressor(13, random_state=0),
    "ExtraTreesClassifier": lambda: ensemble.ExtraTreesClassifier(13, random_state=0),
    "GradientBoostingRegressor": lambda: ensemble.GradientBoostingRegressor(
        n_estimators=20, random_state=0
    ),
    "GradientBoostingClassifier": lambda: ensemble.GradientBoostingClassifier(
        n_estimators=20, random_state=0
    ),
    "HistGradientBoostingRegressor": lambda: ensemble.HistGradientBoostingRegressor(max_iter=20),
    "HistGradientBoostingClassifier": lambda: ensemble.HistGradientBoostingClassifier(max_iter=20),
    "LGBMRegressor": lambda: lightgbm("LGBMRegressor"),
    "LGBMClassifier": lambda: lightgbm("LGBMClassifier"),
}
FLOAT32 = {
    "XGBRegressor": lambda: xgboost("XGBRegressor"),
    "XGBClassifier": lambda: xgboost("XGBClassifier"),
}
EVERY = LINEAR | TREES | FLOAT32


@functools.cache
def model_named(name):
    """The fitted model of that name."""
    return fitted(EVERY[name]())
