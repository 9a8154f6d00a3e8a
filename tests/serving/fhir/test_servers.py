"""Records as servers send them, on every way in: what is read, and why what is not is not."""

import json
from pathlib import Path

import pytest

from hiprisk.serving.fhir.code_map import load_code_map
from service_client import client_of, small_model

CASES = Path(__file__).parents[2] / "cases" / "fhir_scores"
SCORES = sorted(CASES.glob("*.json"))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def client(model):
    return client_of(model, code_map=load_code_map(CASES / "codes.yaml"))


def record(path=SCORES[0], **changes):
    document = json.loads(path.read_text())
    document["entry"][1]["resource"].update(changes)
    return document


def hook_of(document):
    patient = document["entry"][0]["resource"]
    return {
        "hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/x", "patientId": "p1"},
        "prefetch": {"patient": patient, "others": {**document, "entry": document["entry"][1:]}},
    }  # fmt: skip


@pytest.mark.parametrize("path", SCORES, ids=lambda path: path.stem)
def test_a_score_is_read_in_each_form(client, model, path):
    answer = client.post("/fhir/risk-assessment", record(path))
    assert answer.status_code == 200, answer.text
    basis = [one["display"] for one in answer.json()["basis"]]
    assert "WOMAC function: 45 points 0-100, recorded 2026-09-01" in basis
    told = model.predict(age_years=76, sex="female", womac_function_0_100=45).values
    chance = answer.json()["prediction"][1]["probabilityDecimal"]
    assert chance == 100.0 * told["chance_worsening"]
    (card,) = client.post("/cds-services/hiprisk-small", hook_of(record(path))).json()["cards"]
    assert "- WOMAC function: 45 points 0-100, recorded 2026-09-01" in card["detail"]


MILES = {"valueQuantity": {"value": 45, "unit": "miles"}}


def test_the_reason_stands_where_an_answer_is_given(client):
    told = "WOMAC function: no unit that can be converted (recorded 2026-09-01)"
    document = record(**MILES)
    notes = [one["text"] for one in client.post("/fhir/risk-assessment", document).json()["note"]]
    assert f"Missing: {told}." in notes
    assert "Missing: low back pain: not in the record." in notes
    (card,) = client.post("/cds-services/hiprisk-small", hook_of(document)).json()["cards"]
    assert f"**Missing**\n\n- low back pain: not in the record\n- {told}" in card["detail"]


def test_the_reason_stands_where_an_answer_is_refused(client):
    document = record(**MILES)
    del document["entry"][0]["resource"]["birthDate"], document["entry"][0]["resource"]["gender"]
    answer = client.post("/fhir/risk-assessment", document)
    assert answer.status_code == 422
    told = answer.json()
    assert told["code"] == "TOO_MANY_MISSING"
    assert told["reason"] == (
        "too little is known for a prediction; age: no complete birth date in the record; WOMAC "
        "function: no unit that can be converted (recorded 2026-09-01); not in the record: sex, "
        "low back pain"
    )
    assert told["reason"] in told["detail"]
