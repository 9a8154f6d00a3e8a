"""What is emitted and read, held against another FHIR library (fhir.resources, R4B)."""

import json
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.riskassessment import RiskAssessment

from service_client import client_of, small_model

R4 = json.loads((Path(__file__).parents[2] / "oracles" / "fhir_r4_elements.json").read_text())
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1963-01-01", "gender": "female"}
BUNDLE = {"resourceType": "Bundle", "type": "collection",
          "entry": [{"fullUrl": "urn:uuid:1", "resource": PATIENT}]}  # fmt: skip


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_a_library_reads_the_assessment_that_is_emitted(tmp_path, kind):
    client = client_of(small_model(tmp_path, kind=kind))
    text = client.post("/fhir/risk-assessment", BUNDLE).text
    found = RiskAssessment.model_validate_json(text)
    assert found.subject.reference == "Patient/p1"
    assert found.prediction[0].outcome.text
    assert [note.text for note in found.note][-1].endswith("no medical advice.")


def test_a_library_reads_what_is_said_of_a_record(tmp_path):
    """Notes of what is missing, of an incomplete record, and the answers of the other ways in."""
    model = small_model(tmp_path)
    client = client_of(model)
    document = {**BUNDLE, "link": [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]}
    found = RiskAssessment.model_validate_json(client.post("/fhir/risk-assessment", document).text)
    notes = [note.text for note in found.note]
    assert "Missing: low back pain: not in the record." in notes
    assert any("further pages that were not sent" in note for note in notes)
    given = {"age_years": 63, "sex": "female"}
    answer = client.post("/predict", given, accept="application/fhir+json")
    assert RiskAssessment.model_validate_json(answer.text).subject.display == "patient not named"


@pytest.mark.parametrize("kind", sorted(R4["types"]))
def test_the_table_of_elements_is_the_librarys(kind):
    """Frozen from an earlier release of the library and compared with R4 by hand."""
    fields = get_fhir_model_class(kind).model_fields
    many = {one.alias: "List[" in str(one.annotation) for one in fields.values()}
    for name, element in R4["types"][kind].items():
        assert many[name] is (element["max"] == "*"), name
