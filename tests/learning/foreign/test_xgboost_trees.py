"""XGBoost beyond its defaults."""

import numpy as np
import pandas as pd
import pytest

from foreign_models import NAMES, fitted, model_named, people, xgboost
from hiprisk.learning.foreign.agreement import (
    library_prediction,
    probe_rows,
    sheet_prediction,
)
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.sheet.models import evaluator_for


def check_bits(estimator):
    model = sheet_model_of(estimator, inputs=NAMES)
    rows = probe_rows(model, NAMES, n_rows=400)
    np.testing.assert_array_equal(
        sheet_prediction(model, NAMES, rows), library_prediction(estimator, rows)
    )
    return model


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "reg:absoluteerror"},
        {"objective": "reg:quantileerror", "quantile_alpha": 0.4},
        {"objective": "reg:pseudohubererror"},
        {"base_score": 12.5},
        {"tree_method": "exact", "gamma": 5.0},
        {"grow_policy": "lossguide", "max_leaves": 9},
        {"num_parallel_tree": 3, "subsample": 0.7},
    ],
)
def test_every_way_of_boosting_to_the_last_bit(settings):
    assert check_bits(fitted(xgboost("XGBRegressor", **settings))).precision == "float32"


def test_the_log_odds_are_the_librarys_to_the_last_bit():
    module = pytest.importorskip("xgboost", reason="XGBoost is not installed")
    estimator = model_named("XGBClassifier")
    model = sheet_model_of(estimator, inputs=NAMES)
    rows = probe_rows(model, NAMES, n_rows=400)
    margin = estimator.get_booster().predict(module.DMatrix(rows), output_margin=True)
    columns = dict(zip(NAMES, rows.T, strict=True))
    np.testing.assert_array_equal(evaluator_for(model).linear_predictor(columns, 400), margin)


def test_a_booster_is_its_estimator():
    estimator = model_named("XGBRegressor")
    booster = sheet_model_of(estimator.get_booster(), inputs=NAMES)
    assert booster == sheet_model_of(estimator, inputs=NAMES)


def test_after_early_stopping_the_best_iteration_counts():
    x, y, _ = people()
    estimator = xgboost("XGBRegressor", learning_rate=0.9, early_stopping_rounds=3)
    estimator.fit(x[:200], y[:200], eval_set=[(x[200:], y[200:])], verbose=False)
    assert len(check_bits(estimator).trees) == estimator.best_iteration + 1
    # A Booster by itself predicts with every tree.
    assert len(check_bits(estimator.get_booster()).trees) > estimator.best_iteration + 1


def test_a_frame_of_named_columns_is_read_by_place():
    x, y, _ = people()
    check_bits(xgboost("XGBRegressor").fit(pd.DataFrame(x, columns=list("wxyz")), y))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"booster": "dart"}, "booster 'dart' is no plain sum of trees"),
        ({"booster": "gblinear"}, "booster 'gblinear' is no plain sum of trees"),
        ({"objective": "reg:gamma"}, "objective 'reg:gamma' has a link that a sheet lacks"),
        ({"missing": 0.0}, "told to take 0 as missing"),
        ({"objective": lambda y, p: (p - y, np.ones_like(y))}, "is a function of the user's"),
        (
            {"objective": "reg:quantileerror", "quantile_alpha": [0.2, 0.8]},
            "XGBoost predicts 2 numbers at once",
        ),
    ],
)
def test_what_a_sheet_lacks_is_refused(settings, message):
    x, y, _ = people()
    estimator = xgboost("XGBRegressor", **settings).fit(x, np.abs(y))
    with pytest.raises(NotPortableError, match=message):
        sheet_model_of(estimator, inputs=NAMES)


def test_splits_on_levels_are_refused():
    x, y, _ = people()
    frame = pd.DataFrame(x, columns=list(NAMES))
    frame["age"] = pd.Categorical(np.random.default_rng(0).integers(4, size=len(x)))
    y = y + 40.0 * (frame["age"] == 2).to_numpy()
    estimator = xgboost("XGBRegressor", enable_categorical=True).fit(frame, y)
    with pytest.raises(NotPortableError, match="asks for levels of a category"):
        sheet_model_of(estimator, inputs=NAMES)
