"""The coefficients of a sheet's next version."""

import dataclasses

import pytest

from foreign_sheets import foreign_sheet
from hiprisk.errors import InputError
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.format import Tree, TreesModel
from hiprisk.validation.updating.updated_sheet import combined_provenance
from small_bundle import small_sheet
from updated_models import updated


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
