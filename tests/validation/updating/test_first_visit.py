"""After an update the model's own predictions are what drift is measured from."""

import dataclasses

import numpy as np
import pytest

from hiprisk.learning.sheets.first_visit import with_first_visit
from hiprisk.sheet.format import TrainingSummary
from hiprisk.validation.drift import report_drift
from hiprisk.validation.external.results import ModelIdentity
from hiprisk.validation.updating.first_visit import with_updated_predictions
from small_bundle import small_sheet
from small_cohort import cohort_like_the_sheet

MODEL = ModelIdentity(name="small", title="A small model", provenance="real", estimand="x",
                      version="2", bundle_sha256="ab")  # fmt: skip


def shifted(sheet, by):
    model = dataclasses.replace(sheet.model, intercept=sheet.model.intercept + by, refits=None)
    return dataclasses.replace(sheet, model=model)


def test_a_new_intercept_is_no_drift_of_the_predictions():
    cohort = cohort_like_the_sheet()
    parent = with_first_visit(small_sheet(provenance="real"), cohort.frame)
    moved = shifted(parent, -6.0)
    updated = with_updated_predictions(moved, parent)
    then, now = parent.first_visit, updated.first_visit
    assert now.mean_prediction == pytest.approx(then.mean_prediction - 6.0, abs=0.1)
    assert now.sd_prediction == pytest.approx(then.sd_prediction, rel=0.02)
    assert now.predictions.median == pytest.approx(then.predictions.median - 6.0, abs=0.05)
    assert sum(now.predictions.shares) == pytest.approx(1.0)
    assert report_drift(moved, cohort, model=MODEL).predictions.verdict != "steady"
    assert report_drift(updated, cohort, model=MODEL).predictions.verdict == "steady"


def test_edges_that_a_bound_brings_together_are_one():
    parent = with_first_visit(small_sheet(), cohort_like_the_sheet().frame)
    updated = with_updated_predictions(shifted(parent, -45.0), parent)
    found = updated.first_visit.predictions
    assert isinstance(found, TrainingSummary)
    assert np.all(np.diff(found.edges) > 0)
    assert len(found.shares) == len(found.edges) + 1
    assert sum(found.shares) == pytest.approx(1.0)


def test_without_a_first_visit_nothing_is_described():
    sheet = small_sheet()
    assert with_updated_predictions(shifted(sheet, -6.0), sheet).first_visit is None
