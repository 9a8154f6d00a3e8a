"""The service's own answers obey the schemas that it publishes."""

import pytest

from service_client import client_of, small_model

pytest.importorskip("fastapi")

from hiprisk.serving.http import openapi, schemas

PATIENT = {"age_years": 63, "sex": "female", "lbp_any": "yes", "womac_function_0_100": 45}


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_answers_of_the_service_obey_their_schemas(tmp_path, kind):
    model = small_model(tmp_path, kind=kind)
    client = client_of(model)
    scored = client.post("/score", {"rows": [PATIENT, {}]}).json()
    for described, answer in (
        (openapi.prediction_model(model), client.post("/predict", PATIENT).json()),
        (openapi.scores_model(model), scored),
        (schemas.Health, client.get("/health").json()),
        (schemas.Metadata, client.get("/model").json()),
        (schemas.Services, client.get("/cds-services").json()),
        (schemas.Problem, client.post("/predict", {}).json()),
    ):
        described.model_validate(answer, strict=True)
