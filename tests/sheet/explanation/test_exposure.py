"""Predictions of one patient at each level of the exposure."""

from dataclasses import replace

import pytest

from hiprisk.sheet.answers import answers_of, evaluate
from hiprisk.sheet.columns import read_rows
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.sheet.explanation.exposure import Exposure, predictions_by_exposure
from ordinal_sheet import ordinal_sheet
from small_bundle import small_sheet
from tree_sheet import tree_sheet

PATIENT = {"age_years": 63, "womac_function_0_100": 50}
EXPOSURE = Exposure(variable="lbp_any", reference="no", companions={})
SHEETS = {
    "linear": small_sheet(),
    "risk": small_sheet(kind="binary"),
    "trees": tree_sheet(),
    "ordinal": ordinal_sheet(),
}


def found_by(sheet, patient, exposure=EXPOSURE):
    evaluator = SheetEvaluator(sheet)
    return predictions_by_exposure(evaluator, read_rows(sheet.variables, [patient]), exposure)


def asked(sheet, patient):
    evaluator = SheetEvaluator(sheet)
    evaluation = evaluate(evaluator, read_rows(sheet.variables, [patient]))
    return {name: float(one[0]) for name, one in answers_of(evaluator, evaluation).numbers.items()}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
@pytest.mark.parametrize("own", [None, "no", "yes"])
def test_each_level_has_the_numbers_of_asking_for_it(sheet, own):
    patient = {**PATIENT, "lbp_any": own}
    found = found_by(sheet, patient)
    assert (found.given, [one.level for one in found.levels]) == (own, ["no", "yes"])
    for one in found.levels:
        expected = asked(sheet, {**patient, "lbp_any": one.level})
        assert one.values == pytest.approx(expected, rel=1e-12, nan_ok=True)
    first = next(iter(found.levels[0].values))
    no, yes = (one.values[first] for one in found.levels)
    assert [one.difference for one in found.levels] == [0.0, yes - no]


def test_in_a_linear_model_the_difference_is_the_coefficient():
    sheet = small_sheet()
    (term,) = (term for term in sheet.model.terms if term.column == "lbp_any=yes")
    difference = found_by(sheet, {**PATIENT, "sex": "female"}).levels[1].difference
    assert difference == pytest.approx(term.coefficients[0])


def test_another_level_of_reference_turns_the_difference_round():
    turned = replace(EXPOSURE, reference="yes")
    one, other = found_by(small_sheet(), PATIENT), found_by(small_sheet(), PATIENT, turned)
    assert [level.level for level in other.levels] == ["yes", "no"]
    assert other.levels[1].difference == pytest.approx(-one.levels[1].difference)


@pytest.mark.parametrize(
    ("own", "strength", "changed"),
    [
        # A patient's own level keeps all values, even such as contradict it.
        ("yes", 40.0, [{"womac_function_0_100": 0.0}, {}]),
        ("no", 0.0, [{}, {"womac_function_0_100": None}]),
        ("no", 40.0, [{}, {}]),
        (None, 40.0, [{"womac_function_0_100": 0.0}, {}]),
        (None, 0.0, [{}, {"womac_function_0_100": None}]),
    ],
)
def test_how_strong_the_exposure_is_does_not_contradict_its_level(own, strength, changed):
    # As if function said how strong back pain is: 0 without it.
    sheet = replace(small_sheet(), max_imputed_weight=1.0)
    exposure = replace(EXPOSURE, companions={"womac_function_0_100": 0.0})
    patient = {"age_years": 63, "womac_function_0_100": strength, "lbp_any": own}
    found = found_by(sheet, patient, exposure)
    assert [dict(one.changed) for one in found.levels] == changed
    for one in found.levels:
        expected = asked(sheet, {**patient, **one.changed, "lbp_any": one.level})
        assert one.values == pytest.approx(expected, rel=1e-12)


def test_what_is_not_known_stays_so():
    sheet = replace(small_sheet(), max_imputed_weight=1.0)
    exposure = replace(EXPOSURE, companions={"womac_function_0_100": 0.0})
    found = found_by(sheet, {"age_years": 63}, exposure)
    assert [dict(one.changed) for one in found.levels] == [{}, {}]


def test_a_level_at_which_a_patient_is_refused_has_no_numbers():
    sheet = replace(small_sheet(), max_imputed_weight=0.3)
    exposure = replace(EXPOSURE, companions={"womac_function_0_100": 0.0})
    patient = {"age_years": 63, "sex": "male", "womac_function_0_100": 0, "lbp_any": "no"}
    no, yes = found_by(sheet, patient, exposure).levels
    assert no.values["predicted"] is not None
    assert (set(yes.values.values()), yes.difference) == ({None}, None)
