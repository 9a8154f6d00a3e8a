"""From a record to an answer: the values that it holds, their prediction, a RiskAssessment."""

import datetime as dt

import pytest

from hiprisk.errors import InputError
from hiprisk.serving.fhir.bundles import read_bundle_resource
from hiprisk.serving.fhir.code_map import code_map_from_text
from hiprisk.serving.fhir.record_assessment import assess_record, record_of
from hiprisk.serving.model import load
from small_bundle import write_small_bundle

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1963-11-25", "gender": "male"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_small_bundle(tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def code_map(model):
    text = """\
max_age_days: 365
patient: {age_years: birthDate, sex: gender}
observations:
  womac_function_0_100: {codes: ["http://hospital.example/codes|womac-f"], units: ["{score}"]}
"""
    return code_map_from_text(text, variables=model.sheet.variables)


def score(value, when="2026-11-01"):
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://hospital.example/codes", "code": "womac-f"}]},
        "effectiveDateTime": when,
        "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": "{score}"},
    }  # fmt: skip


def bundle(*resources, patient=PATIENT):
    return {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"resource": one} for one in (patient, *resources)],
    }  # fmt: skip


def test_a_record_gives_the_values_that_the_model_asks_for(model, code_map):
    found = record_of(model, read_bundle_resource(bundle(score(50))), code_map, NOW)
    assert found.values == {"age_years": 63, "sex": "male", "womac_function_0_100": 50.0}
    assert [note.variable for note in found.unused] == ["lbp_any"]


def test_the_answer_is_the_prediction_of_these_values_with_their_days(model, code_map):
    found = assess_record(model, bundle(score(50)), code_map=code_map, now=NOW)
    assert found["resourceType"] == "RiskAssessment"
    expected = model.predict(age_years=63, sex="male", womac_function_0_100=50).values
    chances = [one["probabilityDecimal"] for one in found["prediction"]
               if "probabilityDecimal" in one]  # fmt: skip
    assert chances == pytest.approx(
        [100.0 * expected["chance_worsening"], 100.0 * expected["chance_acceptable_state"]]
    )
    basis = [one["display"] for one in found["basis"]]
    assert "WOMAC function: 50 points (0 to 100), recorded 2026-11-01" in basis
    assert "age: 63 years, from the patient's data" in basis


def test_what_the_record_lacks_is_noted_beside_the_answer(model, code_map):
    found = assess_record(
        model, bundle(score(50), score(70, when="2024-01-01")), code_map=code_map, now=NOW
    )
    notes = " ".join(note["text"] for note in found["note"])
    assert "Missing: low back pain: not in the record" in notes


def test_too_little_is_refused_with_what_the_record_lacks_and_why(model, code_map):
    old = bundle(score(50, when="2024-01-01"), patient={**PATIENT, "birthDate": "1963"})
    with pytest.raises(InputError, match="too little is known") as refused:
        assess_record(model, old, code_map=code_map, now=NOW)
    assert refused.value.code == "TOO_MANY_MISSING"
    assert "WOMAC function: older than the code map allows" in refused.value.reason
    assert refused.value.reason.endswith("not in the record: low back pain")


def test_a_value_beyond_its_range_is_refused_by_its_own_rule(model, code_map):
    with pytest.raises(InputError, match="must lie in 0 to 100 points") as refused:
        assess_record(model, bundle(score(500)), code_map=code_map, now=NOW)
    assert refused.value.code == "OUT_OF_RANGE"
