"""Records as servers send them, on every way in: what is read, and why what is not is not."""

import dataclasses
import json
from pathlib import Path

import pytest

from fhir_records import HOSPITAL, bundle, observation, outcome, patient, response
from hiprisk.errors import ConfigError
from hiprisk.serving.fhir.bundles import INCOMPLETE
from hiprisk.serving.fhir.code_map import code_map_from_text, load_code_map
from hiprisk.serving.fhir.record import read_record
from hiprisk.sheet.format import VariableSpec
from service_client import NOW, client_of, small_model

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
    assert "WOMAC function: 45 points (0 to 100), recorded 2026-09-01" in basis
    told = model.predict(age_years=76, sex="female", womac_function_0_100=45).values
    chance = answer.json()["prediction"][1]["probabilityDecimal"]
    assert chance == 100.0 * told["chance_worsening"]
    (card,) = client.post("/cds-services/hiprisk-small", hook_of(record(path))).json()["cards"]
    assert "- WOMAC function: 45 points (0 to 100), recorded 2026-09-01" in card["detail"]


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
    assert told["advice"].startswith("declare the codes of your record system with --fhir-codes")


ITEMS = [f"function_{number}" for number in range(1, 18)]
QUESTIONNAIRES = f"""\
questionnaires:
  womac_function_0_100:
    instrument: womac_function
    questionnaires: ["{HOSPITAL}/Questionnaire/womac"]
    items: {dict(zip(ITEMS, ITEMS, strict=True))}
"""


def answers(value):
    return response([{"linkId": name, "answer": [{"valueInteger": value}]} for name in ITEMS])


@pytest.fixture(scope="module")
def asking(model):
    return client_of(model, code_map=code_map_from_text(QUESTIONNAIRES))


def test_a_questionnaire_is_read_on_each_way_in(asking):
    told = "WOMAC function: 75 points (0 to 100), recorded 2026-11-02, computed from 17 of 17 items"
    document = bundle(patient(), answers(3))
    basis = asking.post("/fhir/risk-assessment", document).json()["basis"]
    assert {"display": told} in basis
    (card,) = asking.post("/cds-services/hiprisk-small", hook_of(document)).json()["cards"]
    assert f"- {told}" in card["detail"]


def test_discovery_asks_for_the_responses(asking, model):
    (service,) = asking.get("/cds-services").json()["services"]
    assert service["prefetch"]["womac_function_0_100_items"] == (
        "QuestionnaireResponse?patient={{context.patientId}}&questionnaire="
        f"{HOSPITAL}/Questionnaire/womac&_sort=-authored&_count=5"
    )
    coded = QUESTIONNAIRES.replace(": 'function_17'", ": 'urn:x|f17'")
    client = client_of(model, code_map=code_map_from_text(coded))
    (service,) = client.get("/cds-services").json()["services"]
    query = service["prefetch"]["womac_function_0_100_items"]
    assert "&_include=QuestionnaireResponse:questionnaire&_sort=-authored" in query


def test_what_is_wrong_with_the_whole_record_is_said_beside_the_answer(client):
    failed = outcome("error", "forbidden", diagnostics="Jane Roe")
    document = bundle(patient(), failed)
    document["link"] = [{"relation": "next", "url": f"{HOSPITAL}/fhir?page=2"}]
    answer = client.post("/fhir/risk-assessment", document)
    notes = [one["text"] for one in answer.json()["note"]]
    told = "the FHIR server answered a query with an OperationOutcome (error, forbidden)"
    assert f"{told[0].upper()}{told[1:]}." in notes
    assert f"{INCOMPLETE[0].upper()}{INCOMPLETE[1:]}." in notes
    hook = {**hook_of(document), "prefetch": {"patient": patient(), "a": failed, "b": document}}
    (card,) = client.post("/cds-services/hiprisk-small", hook).json()["cards"]
    assert f"**The record as a whole**\n\n- {told}\n- {INCOMPLETE}" in card["detail"]
    assert "Jane" not in answer.text + card["detail"]


def test_an_outcome_in_place_of_a_record_is_refused(client):
    answer = client.post("/fhir/risk-assessment", outcome("error", "not-found"))
    assert (answer.status_code, answer.json()["code"]) == (422, "OPERATION_OUTCOME")
    assert "(error, not-found)" in answer.json()["reason"]


def test_a_record_of_more_than_one_mebibyte_is_read(client):
    filler = observation("haemoglobin", valueString="x" * 1_000)
    document = record()
    document["entry"] += [{"resource": filler}] * 2_000
    assert len(json.dumps(document)) > 2 << 20
    basis = client.post("/fhir/risk-assessment", document).json()["basis"]
    assert {"display": "WOMAC function: 45 points (0 to 100), recorded 2026-09-01"} in basis
    (card,) = client.post("/cds-services/hiprisk-small", hook_of(document)).json()["cards"]
    assert "- WOMAC function: 45 points" in card["detail"]


OWN = (
    VariableSpec(name="stair_pain", label="pain on stairs", unit="points 0-10", kind="number",
                 hard=(0.0, 10.0)),
    VariableSpec(name="crp_mg_l", label="CRP", unit="mg/L", kind="number", hard=(0.0, 500.0)),
    VariableSpec(name="job", label="work", unit="", kind="category", levels=("sitting", "heavy")),
)  # fmt: skip
OWN_CODES = f"""\
observations:
  stair_pain: {{codes: ["{HOSPITAL}/codes|stairs"], units: ["{{score}}"]}}
  crp_mg_l: {{codes: ["{HOSPITAL}/codes|crp"], units: ["mg/L"]}}
  job: {{codes: ["{HOSPITAL}/codes|job"], values: {{"{HOSPITAL}/codes|h": heavy}}}}
"""


def test_own_variables_of_a_model_have_codes():
    codes = code_map_from_text(OWN_CODES, variables=OWN)
    heavy = {"coding": [{"system": f"{HOSPITAL}/codes", "code": "h"}]}
    recorded = [
        observation("stairs", valueInteger=4),
        observation("crp", valueQuantity={"value": 3.1, "unit": "mg/L"}),
        observation("job", valueCodeableConcept=heavy),
    ]
    found = read_record(
        recorded, patient_names=frozenset({"Patient/p1"}), code_map=codes, variables=OWN, now=NOW,
    )  # fmt: skip
    assert found.values == {"stair_pain": 4.0, "crp_mg_l": 3.1, "job": "heavy"}


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        (("heavy", "standing"), "'standing' is not a known level"),
        (("job:", "jobs:"), "no clinical variable 'jobs'"),
    ],
)
def test_own_variables_are_held_to_the_models_own_levels_and_names(wrong, match):
    with pytest.raises(ConfigError, match=match):
        code_map_from_text(OWN_CODES.replace(*wrong), variables=OWN)


def test_a_range_that_a_model_states_is_the_one_that_a_scale_is_mapped_to():
    spec = dataclasses.replace(OWN[0], hard=(0.0, 20.0))
    text = OWN_CODES.replace('units: ["{score}"]', 'units: ["{score}"], from_range: [0, 10]', 1)
    found = read_record(
        [observation("stairs", valueInteger=4)], patient_names=frozenset({"Patient/p1"}),
        code_map=code_map_from_text(text, variables=OWN), variables=[spec], now=NOW,
    )  # fmt: skip
    assert found.values == {"stair_pain": 8.0}
