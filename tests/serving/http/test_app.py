"""The service: the same answers as everywhere, refusals as problems with documented statuses."""

import json
import logging

import pytest

from hiprisk.cli import main
from hiprisk.serving.calculator.building import build_clinician_page
from hiprisk.serving.http.limits import Limits
from page_agreement import model_of
from service_client import client_of, small_model
from site_sheet import site_sheet

TOKEN = "a-secret-of-some-length"

PATIENT = {"age_years": 63, "sex": "female", "lbp_any": "yes", "womac_function_0_100": 45}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return small_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def client(model):
    return client_of(model)


def refused(answer, status, code):
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["status"] == status
    assert told["reason"]
    assert told["reason"] in told["detail"]
    return told


def test_predict_gives_to_the_bit_what_python_gives(client, model):
    answer = client.post("/predict", PATIENT)
    assert answer.status_code == 200
    body = answer.json()
    own = model.predict(PATIENT).to_dict()
    assert {name: body[name] for name in own} == own


def test_predict_gives_what_the_command_gives(client, model, tmp_path, capsys):
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(PATIENT))
    assert main(["predict", str(model.bundle.path), "--from", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    body = client.post("/predict", file.read_bytes()).json()
    assert {name: body[name] for name in told} == told


def test_every_answer_about_a_patient_says_simulated_and_no_advice(client):
    for body in (
        client.post("/predict", PATIENT).json(),
        client.post("/score", {"rows": [PATIENT]}).json(),
        client.get("/model").json(),
    ):
        assert body["warning"].startswith("SIMULATED DATA")
        assert "no medical advice" in body["disclaimer"]
        assert body["provenance"] == "simulated"


def test_a_model_of_real_people_has_no_such_warning(tmp_path):
    client = client_of(small_model(tmp_path, provenance="real"))
    assert "warning" not in client.post("/predict", PATIENT).json()


def test_score_answers_every_row_in_its_place(client, model):
    rows = [
        PATIENT,
        {"age_years": 200, "womac_function_0_100": 45},
        {},
        {"age_years": "sixty", "womac_function_0_100": 45},
        {**PATIENT, "age_years": "64.5", "sex": None},
        {"womac_function_0_100": 10, "sex": "Female"},
    ]
    body = client.post("/score", {"rows": rows}).json()
    assert [row["reason"] for row in body["rows"]] == [
        [], ["OUT_OF_RANGE(age_years)"], ["TOO_MANY_MISSING"], ["NOT_A_NUMBER(age_years)"], [],
        ["UNKNOWN_CATEGORY(sex)"],
    ]  # fmt: skip
    assert (body["scored"], body["refused"]) == (2, 4)
    assert body["reasons"] == {
        "NOT_A_NUMBER(age_years)": 1, "OUT_OF_RANGE(age_years)": 1, "TOO_MANY_MISSING": 1,
        "UNKNOWN_CATEGORY(sex)": 1,
    }  # fmt: skip
    for row, given in ((0, PATIENT), (4, rows[4])):
        assert body["rows"][row] == dict(model.predict(given).values)
    assert body["rows"][1]["predicted"] is None


def test_score_of_no_rows_gives_no_rows(client):
    body = client.post("/score", {"rows": []}).json()
    assert (body["rows"], body["scored"], body["refused"]) == ([], 0, 0)


def test_score_takes_as_many_rows_as_it_says_and_not_one_more(model):
    client = client_of(model, limits=Limits(requests_per_second=0.0, max_rows=3))
    assert client.post("/score", {"rows": [PATIENT] * 3}).status_code == 200
    told = refused(client.post("/score", {"rows": [PATIENT] * 4}), 413, "TOO_MANY_ROWS")
    assert told["reason"] == "too many rows: 4, the limit of a request is 3"


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "reason"),
    [
        ("/predict", "not json", 400, "NOT_JSON", "the body is not JSON"),
        ("/predict", "", 400, "NOT_JSON", "the body is not JSON"),
        ("/predict", "[]", 400, "NOT_AN_OBJECT", "the body must be one JSON object"),
        ("/predict", '{"age_years": NaN}', 400, "NOT_FINITE", "the body holds NaN"),
        ("/predict", '{"age_years": 1e999}', 400, "NOT_FINITE", "a number is too large"),
        ("/predict", '{"age_years": 1, "age_years": 2}', 400, "DUP_KEY", "the same key twice"),
        ("/predict", "[" * 1_000_00, 400, "TOO_DEEP", "nested deeper than 32 levels"),
        ("/predict", b'{"sex": "\xff"}', 400, "NOT_JSON", "the body is not UTF-8 text"),
        ("/predict", '{"sex": "\\ud800"}', 400, "NOT_JSON", "half a character"),
        ("/predict", '{"age": 3}', 422, "UNKNOWN_VARIABLE",
         "1 of 1 names are not variables of this model (position 1)"),
        ("/predict", '{"age_years": [3]}', 422, "NOT_A_NUMBER", "a list or an object"),
        ("/predict", "{}", 422, "TOO_MANY_MISSING", "too little is known"),
        ("/predict", '{"age_years": 777}', 422, "OUT_OF_RANGE",
         "must lie in 18 to 110 years"),
        ("/predict", '{"sex": "Jane Roe"}', 422, "UNKNOWN_CATEGORY",
         "must be one of female, male; also: too little is known for a prediction"),
        ("/predict", '{"age_years": true}', 422, "NOT_A_NUMBER", "must be a number in 18 to 110"),
        ("/predict", '{"age_years": "sixty"}', 422, "NOT_A_NUMBER", "must be a number"),
        ("/score", "{}", 422, "NOT_ROWS", 'must be {"rows": [...]}'),
        ("/score", '{"rows": {}}', 422, "NOT_ROWS", 'must be {"rows": [...]}'),
        ("/score", '{"rows": [], "id": 1}', 422, "NOT_ROWS", "and nothing else"),
        ("/score", '{"rows": [{}, 3]}', 422, "NOT_ROWS", "each row must be an object"),
        ("/score", '{"rows": [{}, {"name": "Jane Roe"}]}', 422, "UNKNOWN_VARIABLE",
         "1 of 1 names are not variables"),
        ("/fhir/risk-assessment", "{}", 422, "NOT_A_RECORD", "must be a FHIR Bundle"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_refusal_with_its_status(client, path, body, status, code, reason):
    answer = client.post(path, body)
    assert reason in refused(answer, status, code)["reason"]
    # Neither a value nor a name that came is repeated.
    assert "Jane" not in answer.text
    assert "sixty" not in answer.text
    assert "777" not in answer.text


def test_a_misspelt_name_is_answered_with_the_nearest_and_its_place(client):
    told = refused(client.post("/predict", {**PATIENT, "age_yers": 3}), 422, "UNKNOWN_VARIABLE")
    n = len(PATIENT) + 1
    assert f"1 of {n} names are not variables of this model (position {n})" in str(told)
    assert "did you mean age_years? GET /model" in str(told)
    assert "age_yers" not in str(told)


def test_a_refusal_names_the_row(client):
    rows = [PATIENT, {"agee": 1}]
    assert refused(client.post("/score", {"rows": rows}), 422, "UNKNOWN_VARIABLE")["row"] == 2


def test_what_is_not_there_is_a_refusal_too(client):
    refused(client.get("/docs"), 404, "NOT_FOUND")
    refused(client.get("/redoc"), 404, "NOT_FOUND")
    refused(client.get("/predict/"), 404, "NOT_FOUND")
    answer = client.get("/predict")
    refused(answer, 405, "METHOD")
    assert answer.headers["allow"] == "POST"


def test_model_tells_everything_that_the_bundle_knows(client, model):
    body = client.get("/model").json()
    assert body["card"] == "# A small model\n"
    assert body["evidence"] == model.bundle.evidence
    assert body["intended_use"] == "Tests only."
    assert [v["name"] for v in body["variables"]] == [v.name for v in model.sheet.variables]
    assert body["variables"][0]["takes"] == "18 to 110 years"
    assert body["outcome"]["estimand"] == model.sheet.outcome.estimand
    assert body["bundle_sha256"] == model.bundle.sha256


def test_a_card_that_changed_under_the_service_is_refused(tmp_path):
    model = small_model(tmp_path)
    (model.bundle.path / "card.md").write_text("# another model\n")
    with pytest.raises(ValueError, match=r"changed since it was written|size is not"):
        client_of(model)


def test_health_names_the_model(client, model):
    assert client.get("/health").json() == {
        "status": "ok", "model": "small", "version": "1", "provenance": "simulated",
        "bundle_sha256": model.bundle.sha256,
    }  # fmt: skip


def test_the_openapi_document_needs_no_network_and_names_the_variables(client):
    document = client.get("/openapi.json").json()
    predict = document["paths"]["/predict"]["post"]
    schema = predict["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Patient"}
    assert "age_years" in document["components"]["schemas"]["Patient"]["properties"]
    assert set(predict["responses"]) == {
        "200", "400", "401", "408", "413", "415", "422", "429", "503"
    }  # fmt: skip


def test_the_page_names_every_variable_and_may_load_nothing(client):
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "SIMULATED DATA" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy


def test_the_clinicians_page_is_beside_the_calculator(client, model):
    answer = client.get("/about")
    assert answer.text == build_clinician_page(model, calculator="./")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src")


def test_the_report_is_served_where_the_bundle_has_one_and_nothing_links_to_it_elsewhere(
    tmp_path, client
):
    refused(client.get("/report"), 404, "NOT_FOUND")
    assert 'href="report"' not in client.get("/about").text
    client = client_of(small_model(tmp_path, files={"report.html": b"<p>all of it</p>"}))
    answer = client.get("/report")
    assert answer.content == b"<p>all of it</p>"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert "script-src" not in policy
    for path in ("/", "/about"):
        assert 'href="report"' in client.get(path).text


def test_the_report_needs_the_token_and_a_link_would_not_carry_it(tmp_path):
    served = small_model(tmp_path, files={"report.html": b"<p>all of it</p>"})
    client = client_of(served, token=TOKEN)
    refused(client.get("/report"), 401, "UNAUTHORIZED")
    assert client.get("/report", authorization=f"Bearer {TOKEN}").status_code == 200
    assert 'href="report"' not in client.get("/about").text


def test_the_pages_can_be_left_out(model):
    for path in ("/", "/about", "/report"):
        refused(client_of(model, page=False).get(path), 404, "NOT_FOUND")


def test_a_broken_calculator_is_not_taken_for_an_absent_one(model, monkeypatch):
    def broken(name):
        raise ModuleNotFoundError("no module named 'jinja'", name="jinja")

    monkeypatch.setattr("hiprisk.serving.http.app.importlib.import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="no module named 'jinja'"):
        client_of(model)


def test_a_defect_is_one_line_without_the_patient(model, monkeypatch, caplog):
    def broken(model, given):
        raise RuntimeError(f"broke on {given}")

    monkeypatch.setattr("hiprisk.serving.http.app.predict_one", broken)
    with caplog.at_level(logging.DEBUG):
        answer = client_of(model).post("/predict", {"sex": "Jane Roe"})
    assert refused(answer, 500, "INTERNAL")["reason"] == "a defect of hiprisk"
    logged = [line.getMessage() for line in caplog.records if line.name == "hiprisk.serving"]
    assert logged == ["a defect of hiprisk (RuntimeError)"]
    assert "Jane" not in caplog.text
    assert "Jane" not in answer.text


def test_no_value_of_a_patient_reaches_a_log(model, caplog, capsys):
    app = client_of(model)
    with caplog.at_level(logging.DEBUG, logger="hiprisk"):
        app.post("/predict", {**PATIENT, "sex": "Jane Roe"})
        app.post("/predict", "Jane Roe")
        app.get("/Jane%20Roe?name=Jane")
    told = caplog.text + "".join(capsys.readouterr())
    assert "Jane" not in told
    assert "45" not in told


@pytest.mark.slow
def test_two_hundred_callers_at_once_get_their_own_answers(model):
    import asyncio

    import httpx

    client = client_of(model)
    ages = [20 + i % 80 for i in range(200)]

    async def ask():
        transport = httpx.ASGITransport(app=client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as one:
            calls = [one.post("/predict", json={**PATIENT, "age_years": age}) for age in ages]
            return await asyncio.gather(*calls)

    for age, answer in zip(ages, asyncio.run(ask()), strict=True):
        own = model.predict({**PATIENT, "age_years": age}).values["predicted"]
        assert answer.json()["predicted"] == own


def test_a_new_site_is_answered_with_a_flag(tmp_path):
    model = model_of(tmp_path, site_sheet())
    patient = {"age_years": 60, "sex": "male", "lbp_any": "no", "womac_function_0_100": 30}
    client = client_of(model)
    answer = client.post("/predict", {**patient, "site": "East"})
    assert answer.status_code == 200
    assert "NEW_SITE(site)" in answer.json()["flags"]
    rows = [{**patient, "site": "South"}, {**patient, "site": "East"}]
    scored = client.post("/score", {"rows": rows}).json()["rows"]
    assert [row["predicted"] for row in scored] == pytest.approx([40.0, 35.0])
    assert client.get("/model").json()["sites"]["n_sites"] == 3


def test_a_risk_of_the_mean_site_has_its_range_over_sites(tmp_path):
    model = model_of(tmp_path, site_sheet(kind="binary", named=False))
    answer = client_of(model).post("/predict", {"womac_function_0_100": 30}).json()
    low, high = answer["sites"]["plausible_range_95"]
    assert low < answer["risk"] < high
