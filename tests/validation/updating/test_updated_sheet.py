"""The coefficients of a sheet's next version."""

import dataclasses

import numpy as np
import pytest

from foreign_sheets import foreign_sheet
from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.errors import InputError
from hiprisk.sheet.columns import cohort_columns
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Tree, TreesModel
from hiprisk.sheet.links import expit
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.updating.methods import UpdateFit
from hiprisk.validation.updating.update import UpdateSettings, update_model
from hiprisk.validation.updating.updated_sheet import (
    combined_provenance,
    with_log_odds,
    with_model,
)
from small_bundle import small_sheet
from updated_models import PARENT, a_cohort, updated
from validated_people import WORSE


def test_a_recalibrated_sheet_predicts_the_line_of_the_old_one():
    sheet = small_sheet(provenance="real")
    people, result = updated("recalibrate", sheet=sheet)
    whole = people.frame.dropna()
    columns = {name: whole[name].to_numpy() for name in whole.columns}
    old = SheetEvaluator(sheet).predict(columns).predicted
    new = SheetEvaluator(result.sheet).predict(columns).predicted
    inside = (old > 0) & (old < 100) & (new > 0) & (new < 100)
    line = result.intercept + result.slope * old
    assert new[inside] == pytest.approx(line[inside], abs=1e-9)


def test_trees_are_recalibrated_by_their_baseline_and_leaves():
    tree = Tree(feature=(0, -1, -1), threshold=(40.0, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0),
                value=(0.0, -5.0, 5.0))  # fmt: skip
    sheet = dataclasses.replace(
        small_sheet(provenance="real"),
        model=TreesModel(link="identity", baseline=30.0, inputs=("womac_function_0_100",),
                         trees=(tree,)),
    )  # fmt: skip
    _, result = updated("recalibrate", sheet=sheet)
    new = result.sheet.model
    assert new.baseline == pytest.approx(result.intercept + 30.0 * result.slope)
    assert new.trees[0].value == pytest.approx((0.0, -5.0 * result.slope, 5.0 * result.slope))
    with pytest.raises(InputError, match="no coefficients"):
        updated("reestimate", sheet=sheet)


@pytest.mark.parametrize(
    ("parent", "cohort", "expected", "mixed"),
    [
        ("simulated", "real", "simulated", True),
        ("real", "simulated", "simulated", True),
        ("published", "real", "published", True),
        ("real", "real", "real", False),
        ("real", "unknown", "unknown", True),
        ("simulated", "simulated", "simulated", False),
    ],
)
def test_provenance_is_carried_honestly(parent, cohort, expected, mixed):
    provenance, words = combined_provenance(parent, cohort)
    assert provenance == expected
    assert (words is not None) == mixed


@pytest.mark.parametrize("name", ["forest", "xgboost"])
def test_averages_and_float32_sums_are_recalibrated_as_doubles(name):
    sheet = dataclasses.replace(foreign_sheet(name), provenance="real")
    people, result = updated("recalibrate", sheet=sheet)
    assert result.sheet.model.precision is None
    whole = people.frame.dropna()
    columns = {column: whole[column].to_numpy() for column in whole.columns}
    old = SheetEvaluator(sheet).predict(columns).lp
    new = SheetEvaluator(result.sheet).predict(columns).lp
    # The parent's float32 sums are off by as much as float32 is.
    exact = 1e-9 if name == "forest" else 1e-4
    assert new == pytest.approx(result.intercept + result.slope * old, abs=exact)


def risks_of_people(sheet):
    """People of whom the sheet's log odds are wrong by a known line."""
    people = a_cohort(500)
    before = SheetEvaluator(with_log_odds(sheet)).predict(
        cohort_columns(sheet.variables, people.frame).columns
    )
    rng = np.random.default_rng(6)
    worse = rng.random(500) < expit(0.8 + 0.6 * before.lp)
    frame = people.frame.assign(worsened=np.where(worse, "yes", "no").astype(object))
    return before.lp, dataclasses.replace(people, frame=frame, fingerprint=fingerprint(frame))


def test_a_risk_that_trees_hold_is_recalibrated_by_a_line_over_its_log_odds():
    sheet = dataclasses.replace(foreign_sheet("risk-forest"), provenance="real")
    lp, cohort = risks_of_people(sheet)
    people = predict_cohort(sheet, WORSE, cohort)
    result = update_model(
        sheet, people, UpdateSettings(method="recalibrate", n_resamples=50), parent=PARENT
    )
    new = result.sheet
    assert (new.model.link, new.schema_version) == ("logit", 5)
    assert new.model.recalibration == (result.intercept, result.slope)
    assert result.slope == pytest.approx(0.6, abs=0.25)
    assert [one.term for one in result.coefficients] == [
        "intercept of the log odds", "slope of the log odds",
    ]  # fmt: skip
    found = SheetEvaluator(new).predict(cohort_columns(new.variables, cohort.frame).columns)
    assert found.lp == pytest.approx(result.intercept + result.slope * lp, abs=1e-9)
    assert found.predicted.mean() == pytest.approx(people.observed.mean(), abs=0.02)
    # A second update lays its line over the first.
    again = update_model(
        new, predict_cohort(new, WORSE, cohort), UpdateSettings(method="recalibrate",
        n_resamples=50), parent=PARENT,
    )  # fmt: skip
    assert again.sheet.model.recalibration == pytest.approx(new.model.recalibration, abs=0.05)


def test_what_needs_no_update_keeps_the_parents_trees():
    sheet = dataclasses.replace(foreign_sheet("risk-forest"), provenance="real")
    fit = UpdateFit("none", 0.0, 1.0, None, 0, 0.0)
    assert with_model(sheet, fit) == sheet
