"""Predictions as one predictor varies, the others as in the typical patient."""

import dataclasses

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.inspection import partial_dependence

from hiprisk.evidence.predictors.partial_effects import partial_effects
from hiprisk.learning.foreign.conversion import sheet_model_of
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.reference_patient import typical_patient
from rms_sheet import effects, of_model, sheet_of_effects
from small_bundle import small_sheet


def by_variable(sheet):
    return {one.variables[0]: one for one in partial_effects(sheet).effects}


def test_effects_of_a_linear_model_are_its_coefficients():
    found = by_variable(small_sheet())
    age = found["age_years"]
    assert (age.values[0], age.values[-1]) == (45.0, 85.0)
    assert age.reach == pytest.approx(0.1 * (85.0 - 45.0))
    back_pain = dict(zip(found["lbp_any"].values, found["lbp_any"].predicted, strict=True))
    assert back_pain["yes"] - back_pain["no"] == pytest.approx(5.0)


def test_without_bootstrap_models_there_is_no_interval():
    sheet = small_sheet()
    alone = dataclasses.replace(sheet, model=dataclasses.replace(sheet.model, refits=None))
    found = partial_effects(alone)
    assert found.n_refits == 0
    assert all(one.low == one.high == () for one in found.effects)
    assert found.to_frame()["low"].isna().all()


def test_a_risk_is_on_its_own_scale():
    sheet = small_sheet(kind="binary")
    evaluator = SheetEvaluator(sheet)
    effect = by_variable(sheet)["age_years"]
    typical = typical_patient(sheet)
    patient = {name: np.array([value]) for name, value in typical.items()}
    patient["age_years"] = np.array([effect.values[0]])
    completed = evaluator.completed(evaluator.numeric_columns(patient, 1))
    risk = evaluator.to_risk(evaluator.model.linear_predictor(completed, 1))[0]
    assert effect.predicted[0] == pytest.approx(risk, abs=1e-12)


def test_the_largest_effects_come_first():
    reaches = [one.reach for one in partial_effects(small_sheet()).largest(2)]
    assert len(reaches) == 2
    assert reaches == sorted(reaches, reverse=True)


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_effects_and_bands_are_those_of_rms(kind):
    # rms::Predict of a fit with the coefficients of its bootstrap; adjusted to the typical patient.
    found, r = by_variable(sheet_of_effects(kind)), of_model(kind)
    assert found["age"].values == pytest.approx(r["ages"], rel=1e-12)
    assert typical_patient(sheet_of_effects(kind)) == effects()["typical"]
    for name in ("age", "site"):
        for curve in ("predicted", "low", "high"):
            assert getattr(found[name], curve) == pytest.approx(r[name][curve], rel=1e-7), curve


def test_effects_of_trees_are_scikit_learns_curve_of_the_typical_patient():
    # Partial dependence is the mean of such curves over people; here there is one, the typical.
    people = effects()["people"]
    x = np.column_stack([people["age"], people["bmi"]])
    estimator = HistGradientBoostingRegressor(max_iter=20).fit(x, people["score"])
    sheet = sheet_of_effects("continuous")
    trees = sheet_model_of(estimator, inputs=("age", "bmi"))
    sheet = dataclasses.replace(sheet, family="boosting", model=trees)
    typical = typical_patient(sheet)
    for place, name in enumerate(("age", "bmi")):
        found = by_variable(sheet)[name]
        curve = partial_dependence(
            estimator, np.array([[typical["age"], typical["bmi"]]]), [place], kind="individual",
            custom_values={place: np.array(found.values)},
        )  # fmt: skip
        assert found.predicted == pytest.approx(curve["individual"][0, 0], rel=1e-12)
        assert found.low == ()
