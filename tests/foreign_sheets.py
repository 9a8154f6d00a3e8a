"""Sheets over the small model's variables whose model is another library's, fitted to nobody."""

import dataclasses
import functools

import numpy as np
import pytest
from sklearn.ensemble import (
    GradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)

from hiprisk.learning.foreign.conversion import sheet_model_of
from small_bundle import small_sheet

INPUTS = ("age_years", "womac_function_0_100", "lbp_any=yes", "woman")


def _xgboost(name):
    module = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    return getattr(module, name)(n_estimators=12, max_depth=3, n_jobs=1)


MODELS = {
    "forest": lambda: RandomForestRegressor(5, max_depth=5, random_state=0),
    "risk-forest": lambda: RandomForestClassifier(5, max_depth=5, random_state=0),
    "risk-recalibrated": lambda: RandomForestClassifier(5, max_depth=2, random_state=1),
    "risk-boosting": lambda: GradientBoostingClassifier(n_estimators=5, random_state=0),
    "xgboost": lambda: _xgboost("XGBRegressor"),
    "risk-xgboost": lambda: _xgboost("XGBClassifier"),
}


@functools.cache
def simulated_people():
    """Inputs, a score and whether it is high."""
    rng = np.random.default_rng(3)
    n = 300
    x = np.column_stack(
        [
            rng.integers(40, 90, n),
            rng.integers(0, 1000, n) / 10.0,
            rng.integers(2, size=n),
            rng.integers(2, size=n),
        ]
    ).astype(float)
    score = np.clip(x @ [0.1, 0.6, 5.0, 2.0] + 10.0 + rng.normal(size=n) * 9.0, 0.0, 100.0)
    return x, score, (score > 45.0).astype(float)


@functools.cache
def fitted_on_people(name):
    """The library's own model."""
    x, score, high = simulated_people()
    return MODELS[name]().fit(x, high if name.startswith("risk") else score)


def foreign_sheet(name):
    """The sheet that holds it."""
    sheet = small_sheet(kind="binary" if name.startswith("risk") else "continuous")
    model = sheet_model_of(fitted_on_people(name), inputs=INPUTS)
    if name == "risk-recalibrated":
        model = dataclasses.replace(model, link="logit", recalibration=(0.3, 0.8))
    return dataclasses.replace(sheet, family=name, model=model)
