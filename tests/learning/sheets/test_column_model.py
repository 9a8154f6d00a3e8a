"""Predictions in a column of a file as a model of one variable."""

import numpy as np
import pytest

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.errors import ConfigError
from hiprisk.learning.sheets.column_model import column_sheet
from hiprisk.sheet.document.parsing import parse_sheet
from hiprisk.sheet.evaluate import SheetEvaluator
from study_text import small_study

VARIABLE = load_dictionary()["womac_function_0_100"]
VALUES = np.array([20.0, 40.0, np.nan, 60.0])


def made(outcome):
    return column_sheet(VARIABLE, VALUES, outcome, name="column", title="a column")


def test_the_prediction_is_the_value_itself():
    sheet = made(small_study().outcome)
    found = SheetEvaluator(sheet).predict({VARIABLE.name: np.array([0.0, 33.3, 100.0])})
    np.testing.assert_allclose(found.predicted, [0.0, 33.3, 100.0], rtol=1e-12)


def test_the_sheet_is_whole_and_published_without_events():
    sheet = made(small_study().outcome)
    assert parse_sheet(sheet.to_json()) == sheet
    assert (sheet.provenance, sheet.outcome.events) == ("published", ())
    assert sheet.missing.mean == (40.0,)


def test_a_column_of_risks_is_refused():
    study = small_study(
        "outcome.kind=binary", "outcome.event_level=yes", "outcome.events=[]",
        "families={logistic: {}}",
    )  # fmt: skip
    with pytest.raises(ConfigError, match="their linear predictor is their log odds"):
        made(study.outcome)
