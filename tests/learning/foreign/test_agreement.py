"""The trial of a model against its library."""

import dataclasses

import numpy as np
import pytest

from foreign_models import NAMES, model_named
from hiprisk.learning.foreign.agreement import (
    check_agreement,
    library_prediction,
    probe_rows,
    sheet_prediction,
)
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.learning.foreign.refusal import NotPortableError


def test_probes_stand_on_thresholds_and_one_double_beside():
    model = sheet_model_of(model_named("DecisionTreeRegressor"), inputs=NAMES)
    tree = model.trees[0]
    own = {t for f, t in zip(tree.feature, tree.threshold, strict=True) if f == 0}
    column = probe_rows(model, NAMES, n_rows=600)[:, 0]
    assert own & set(column)
    assert {np.nextafter(t, np.inf) for t in own} & set(column)
    assert {np.nextafter(t, -np.inf) for t in own} & set(column)


def test_a_threshold_that_is_off_by_one_double_is_found():
    estimator = model_named("RandomForestRegressor")
    model = sheet_model_of(estimator, inputs=NAMES)
    moved = dataclasses.replace(
        model,
        trees=tuple(
            dataclasses.replace(
                tree, threshold=tuple(float(np.nextafter(t, -np.inf)) for t in tree.threshold)
            )
            for tree in model.trees
        ),
    )
    with pytest.raises(NotPortableError, match="RandomForestRegressor and the sheet made of it"):
        check_agreement(estimator, moved, NAMES, tolerance=1e-12)


def test_a_booster_predicts_as_its_estimator():
    estimator = model_named("XGBRegressor")
    rows = probe_rows(sheet_model_of(estimator, inputs=NAMES), NAMES, n_rows=50)
    np.testing.assert_array_equal(
        library_prediction(estimator.get_booster(), rows), library_prediction(estimator, rows)
    )


def test_a_risk_is_that_of_the_second_class():
    model = sheet_model_of(model_named("LogisticRegression"), inputs=NAMES)
    rows = np.zeros((1, 4))
    risk = 1.0 / (1.0 + np.exp(-model.intercept))
    assert sheet_prediction(model, NAMES, rows)[0] == pytest.approx(risk, abs=1e-15)
