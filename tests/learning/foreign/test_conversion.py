"""Models of other libraries in the form of a sheet's model, against their own predictions."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from foreign_models import EVERY, FLOAT32, LINEAR, NAMES, TREES, fitted, model_named, people
from hiprisk.errors import ConfigError
from hiprisk.learning.foreign.agreement import (
    library_prediction,
    probe_rows,
    sheet_prediction,
)
from hiprisk.learning.foreign.conversion import convert, portable_class, sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError


def both(estimator):
    """The library's prediction and the sheet's, also at and beside every kind of threshold."""
    model = sheet_model_of(estimator, inputs=NAMES)
    rows = np.concatenate([people()[0], probe_rows(model, NAMES, n_rows=1000)])
    return library_prediction(estimator, rows), sheet_prediction(model, NAMES, rows)


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize("scaled", [False, True])
def test_trees_in_doubles_say_the_same_to_the_last_bit(name, scaled):
    estimator = model_named(name)
    if scaled:
        estimator = fitted(make_pipeline(StandardScaler(), EVERY[name]()))
    own, sheet = both(estimator)
    if name.endswith("BoostingClassifier") or name == "LGBMClassifier":
        # The sum is the same; the library's exponential function may differ in the last bit.
        np.testing.assert_allclose(sheet, own, rtol=0.0, atol=4e-16)
    else:
        np.testing.assert_array_equal(sheet, own)


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("scaled", [False, True])
def test_linear_models_say_the_same_to_rounding(name, scaled):
    estimator = model_named(name)
    if scaled:
        estimator = fitted(make_pipeline(StandardScaler(), EVERY[name]()))
    own, sheet = both(estimator)
    np.testing.assert_allclose(sheet, own, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FLOAT32)
def test_xgboost_says_the_same_to_its_own_precision(name):
    own, sheet = both(model_named(name))
    if name == "XGBRegressor":
        np.testing.assert_array_equal(sheet, own)
    else:
        np.testing.assert_allclose(sheet, own, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("Ridge", r"scikit-learn [0-9.]+ Ridge"),
        ("LGBMRegressor", r"lightgbm [0-9.]+ LGBMRegressor"),
        ("XGBRegressor", r"xgboost [0-9.]+ XGBRegressor"),
    ],
)
def test_where_a_model_came_from_is_said(name, source):
    assert __import__("re").fullmatch(source, convert(model_named(name), inputs=NAMES).source)


def test_a_class_is_known_before_it_is_fitted():
    portable = portable_class(RandomForestRegressor)
    assert portable is not None
    assert portable.exactness.startswith("to the last bit")
    assert portable_class(GaussianNB) is None
    assert portable_class(BaseEstimator) is None


class OwnRidge(Ridge):
    """A subclass: it could predict in a way of its own."""


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (GaussianNB(), r"GaussianNB cannot be written as a sheet \(models of scikit-learn that"),
        (OwnRidge(), "OwnRidge cannot be written as a sheet"),
    ],
)
def test_what_is_not_in_the_registry_is_refused(estimator, message):
    with pytest.raises(NotPortableError, match=message) as refusal:
        sheet_model_of(fitted(estimator), inputs=NAMES)
    assert refusal.value.code == "NOT_PORTABLE"
    assert isinstance(refusal.value, ConfigError)


def test_a_model_that_is_not_fitted_is_refused():
    with pytest.raises(NotPortableError, match="Ridge is not fitted"):
        sheet_model_of(Ridge(), inputs=NAMES)


def test_a_search_gives_the_model_that_it_found():
    x, y, _ = people()
    search = GridSearchCV(make_pipeline(StandardScaler(), Ridge()), {"ridge__alpha": [1.0, 9.0]})
    with pytest.raises(NotPortableError, match="GridSearchCV holds no fitted model"):
        sheet_model_of(search, inputs=NAMES)
    search.fit(x, y)
    expected = sheet_model_of(search.best_estimator_, inputs=NAMES)
    assert sheet_model_of(search, inputs=NAMES) == expected


def test_more_than_two_classes_are_refused():
    x, y, _ = people()
    estimator = LogisticRegression(max_iter=2000).fit(x, np.digitize(y, [40.0, 60.0]))
    with pytest.raises(NotPortableError, match="has 3 classes, and a sheet tells two"):
        sheet_model_of(estimator, inputs=NAMES)


def test_inputs_that_do_not_fit_are_refused():
    with pytest.raises(NotPortableError, match="fitted on 4 inputs, and 2 are named"):
        sheet_model_of(model_named("Ridge"), inputs=NAMES[:2])
