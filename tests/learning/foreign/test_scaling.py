"""Scalers before a model."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from foreign_models import NAMES, fitted, people
from hiprisk.learning.foreign.agreement import (
    library_prediction,
    probe_rows,
    sheet_prediction,
)
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError
from hiprisk.learning.foreign.scaling import UNSCALED, split_pipeline

SCALERS = (
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    MinMaxScaler(),
    MaxAbsScaler(),
    RobustScaler(),
    RobustScaler(with_scaling=False),
    SimpleImputer(),
    "passthrough",
    Pipeline([("one", MinMaxScaler()), ("two", StandardScaler())]),
)


@pytest.mark.parametrize("scaler", SCALERS, ids=lambda one: str(one)[:30])
def test_a_scaler_goes_into_thresholds_and_coefficients(scaler):
    for model, tolerance in ((RandomForestRegressor(4, random_state=0), 0.0), (Ridge(), 1e-11)):
        estimator = fitted(Pipeline([("scaler", scaler), ("model", model)]))
        found = sheet_model_of(estimator, inputs=NAMES)
        rows = probe_rows(found, NAMES, n_rows=300)
        own, sheet = library_prediction(estimator, rows), sheet_prediction(found, NAMES, rows)
        np.testing.assert_allclose(sheet, own, rtol=tolerance, atol=tolerance)


def test_an_estimator_without_a_pipeline_comes_back_as_it_is():
    model = Ridge()
    assert split_pipeline(model) == (model, UNSCALED)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (PolynomialFeatures(2), r"the step 'step' \(PolynomialFeatures\) .* does more than scale"),
        (MinMaxScaler(clip=True), "holds values inside limits"),
        (SimpleImputer(add_indicator=True), "adds columns that say what was missing"),
    ],
)
def test_a_step_that_does_more_is_refused(step, message):
    estimator = fitted(Pipeline([("step", step), ("model", Ridge())]))
    with pytest.raises(NotPortableError, match=message):
        sheet_model_of(estimator, inputs=NAMES)


def test_an_imputer_that_dropped_a_column_is_refused():
    x, y, _ = people()
    x = np.where(np.arange(4) == 2, np.nan, x)
    with pytest.warns(UserWarning, match="Skipping features"):
        estimator = make_pipeline(SimpleImputer(), Ridge()).fit(x, y)
    with pytest.raises(NotPortableError, match="dropped a column without any value"):
        sheet_model_of(estimator, inputs=NAMES)
