"""Whom a patient is compared with: an average one without the exposure."""

from dataclasses import replace

from hiprisk.serving.reference import exposure_of, reference_patient
from hiprisk.sheet.explanation.exposure import Exposure
from hiprisk.sheet.explanation.reference_patient import typical_patient
from hiprisk.sheet.format import VariableSpec
from small_bundle import small_sheet

STUPAR = {
    "association": {"exposure": "lbp_any", "reference": None, "baseline": "womac_function_0_100"},
    "confounders": ["age_years", "sex"],
    "blocks": {"core": ["age_years", "sex", "womac_function_0_100"], "back": ["lbp_any", "nrs"]},
}
NRS = VariableSpec(
    name="nrs", label="intensity", unit="points 0-10", kind="number", hard=(0.0, 10.0)
)


def with_intensity():
    sheet = small_sheet()
    return replace(sheet, variables=(*sheet.variables, NRS))


def changed(sheet, config):
    typical, found = typical_patient(sheet), reference_patient(sheet, config)
    differing = {name: value for name, value in found.patient.items() if value != typical[name]}
    return differing, found.words


def test_most_people_have_back_pain_and_the_reference_patient_has_none():
    assert typical_patient(small_sheet())["lbp_any"] == "yes"
    differing, words = changed(small_sheet(), {})
    assert differing == {"lbp_any": "no"}
    assert words == "an average patient of the development cohort without low back pain"


def test_how_strong_the_exposure_is_goes_with_it():
    sheet = with_intensity()
    specs = tuple(
        replace(spec, training=replace(sheet.variables[0].training, median=3.0))
        if spec.name == "nrs"
        else spec
        for spec in sheet.variables
    )
    differing, _ = changed(replace(sheet, variables=specs), STUPAR)
    assert differing == {"lbp_any": "no", "nrs": 0.0}


def test_a_block_with_a_confounder_is_more_than_the_exposure():
    one_block = {**STUPAR, "blocks": {"all": ["lbp_any", "nrs", "sex"]}}
    assert changed(with_intensity(), one_block)[0] == {"lbp_any": "no"}


def test_the_studys_own_exposure_and_level_of_reference_count():
    declared = {"association": {"exposure": "sex", "reference": "male"}}
    differing, words = changed(small_sheet(), declared)
    assert differing == {"sex": "male"}
    assert words == "an average patient of the development cohort with sex: male"


def test_an_exposure_that_cannot_be_absent_leaves_the_average_patient():
    for declared in ({"exposure": "age_years"}, {"exposure": "no_predictor"}):
        differing, words = changed(small_sheet(), {"association": declared})
        assert differing == {}
        assert words == "an average patient of the development cohort"


def test_the_exposure_has_its_level_of_reference_and_what_describes_it():
    assert exposure_of(with_intensity(), STUPAR) == Exposure(
        variable="lbp_any", reference="no", companions={"nrs": 0.0}
    )
    declared = {"association": {"exposure": "sex", "reference": "male"}}
    assert exposure_of(small_sheet(), declared) == Exposure(
        variable="sex", reference="male", companions={}
    )
    for exposure in ("age_years", "no_predictor"):
        assert exposure_of(small_sheet(), {"association": {"exposure": exposure}}) is None
