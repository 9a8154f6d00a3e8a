"""The OpenAPI document: schemas from the sheet, which the service's own answers obey."""

import dataclasses
import json
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from service_client import client_of, small_model

pytest.importorskip("fastapi")

from hiprisk.serving.http import openapi

PATIENT = {"age_years": 63, "sex": "female", "lbp_any": "yes", "womac_function_0_100": 45}
TOKEN = "a-secret-of-some-length"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def components(model):
    return openapi.components(model, 1000)


def test_a_variable_has_its_label_unit_range_and_levels(components):
    patient = components["Patient"]
    age = patient["properties"]["age_years"]
    assert (age["title"], age["description"]) == ("age", "age: 18 to 110 years")
    assert age["anyOf"] == [{"type": "number", "minimum": 18, "maximum": 110}, {"type": "null"}]
    assert patient["properties"]["sex"]["enum"] == ["female", "male", None]
    assert patient["properties"]["lbp_any"]["enum"] == [
        "no", "yes", "0", "1", 0, 1, True, False, None,
    ]  # fmt: skip
    assert patient["additionalProperties"] is False
    assert components["Row"]["properties"]["sex"]["description"] == "sex: female, male"


def test_the_variables_that_are_enough_for_a_prediction_are_stated(components):
    # At most 0.9 of the weight may be imputed; sex has 0.05, each of the others at least 0.1.
    enough = components["Patient"]["anyOf"]
    one_each = [["age_years"], ["lbp_any"], ["womac_function_0_100"]]
    assert [given["required"] for given in enough] == one_each
    assert enough[0]["properties"] == {"age_years": {"not": {"type": "null"}}}


def test_a_whole_number_is_an_integer_and_a_name_of_pydantic_is_a_variable(model):
    spec = dataclasses.replace(model.sheet.variables[0], name="json", integer=True)
    sheet = dataclasses.replace(model.sheet, variables=(spec, *model.sheet.variables[1:]))
    made = openapi.patient_model(SimpleNamespace(sheet=sheet)).model_json_schema()
    assert made["properties"]["json"]["anyOf"][0]["type"] == "integer"


def test_every_reference_of_the_document_leads_somewhere(model):
    text = client_of(model, token=TOKEN).get("/openapi.json", authorization=f"Bearer {TOKEN}").text
    document = json.loads(text)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(document["components"]["schemas"])
    assert {"Patient", "Rows", "Prediction", "Scores", "Problem", "Cards"} <= named
    assert document["paths"]["/predict"]["post"]["security"] == [{"token": []}]
    assert "security" not in document["paths"]["/health"]["get"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"age_years": 200, "womac_function_0_100": 45}, "less than or equal to 110"),
        ({"sex": "other"}, "Input should be 'female', 'male' or None"),
        ({"age": 63}, "Extra inputs are not permitted"),
    ],
)
def test_the_schema_refuses_what_the_service_refuses(model, given, fault):
    assert client_of(model).post("/predict", given).status_code == 422
    with pytest.raises(ValidationError, match=fault):
        openapi.patient_model(model).model_validate(given)
