"""CDS Hooks: what is offered, what is read from a record, what the card says and never says."""

import json
import re
from types import SimpleNamespace

import pytest

from hiprisk.serving.fhir.code_map import code_map_from_text
from hiprisk.serving.model import Model
from hiprisk.sheet.format import TrainingSummary
from service_client import NOW, client_of, small_model
from small_bundle import small_sheet

HOSPITAL = "https://hospital.example/codes"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
PATH = "/cds-services/hiprisk-small"
CODES = code_map_from_text(
    f"""\
max_age_days: 365
patient: {{age_years: birthDate, sex: gender}}
observations:
  womac_function_0_100:
    codes: ["{HOSPITAL}|womac-f"]
    units: ["{{score}}"]
    from_range: [0, 68]
  lbp_any:
    codes: ["{HOSPITAL}|lbp"]
    values: {{"{HOSPITAL}|y": yes, "{HOSPITAL}|n": no, "true": yes, "false": no}}
"""
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    return client_of(small_model(tmp_path_factory.mktemp("models")), code_map=CODES)


def patient(**changes):
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1963-11-25", "gender": "female",
            "name": [{"family": "Roe", "given": ["Jane"]}], **changes}  # fmt: skip


def womac(value=34, *, when="2026-11-01", unit="{score}", **changes):
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {
        "resourceType": "Observation", "id": "secret-id", "status": "final",
        "code": {"coding": [{"system": HOSPITAL, "code": "womac-f"}], "text": "Jane Roe"},
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": when,
        "valueQuantity": quantity, **changes,
    }  # fmt: skip


def back_pain(**value):
    return {**womac(), "code": {"coding": [{"system": HOSPITAL, "code": "lbp"}]},
            "valueQuantity": None, **value}  # fmt: skip


def searchset(*resources):
    return {"resourceType": "Bundle", "type": "searchset",
            "entry": [{"resource": resource} for resource in resources]}  # fmt: skip


def hook(*observations, who=None, **changes):
    return {
        "hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/x", "patientId": "p1"},
        "prefetch": {"patient": who or patient(), "womac_function_0_100": searchset(*observations)},
        **changes,
    }  # fmt: skip


def card(client, *observations, **changes):
    answer = client.post(PATH, hook(*observations, **changes))
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["cards"]
    return found


def test_discovery_asks_for_what_the_model_and_the_codes_share(client):
    (service,) = client.get("/cds-services").json()["services"]
    assert (service["hook"], service["id"]) == ("patient-view", "hiprisk-small")
    assert "SIMULATED MODEL" in service["description"]
    template = "Observation?patient={{context.patientId}}&code=%s&_sort=-date&_count=5"
    assert service["prefetch"] == {
        "patient": "Patient/{{context.patientId}}",
        "lbp_any": template % f"{HOSPITAL}|lbp",
        "womac_function_0_100": template % f"{HOSPITAL}|womac-f",
    }


def test_a_card_gives_what_the_model_says_of_what_was_read(client, tmp_path):
    model = small_model(tmp_path)
    told = model.predict(
        age_years=63, sex="female", womac_function_0_100=50, lbp_any="yes"
    ).values  # 34 of 68 is 50 of 100
    found = card(client, womac(34), back_pain(valueBoolean=True))
    line = (
        f"WOMAC function in 12 months: {told['predicted']:.0f} (80 % prediction interval "
        f"{told['lower_80']:.0f} to {told['upper_80']:.0f})"
    )
    assert found["summary"] == f"SIMULATED MODEL, not for patients. {line}"
    assert found["indicator"] == "info"
    assert found["source"] == {"label": "hiprisk, model small version 1"}
    chance = f"{100 * told['chance_worsening']:.0f} %"
    assert f"- predicted probability of worse by at least 10 points: {chance}" in (found["detail"])
    assert "- age: 63 years, from the patient's data" in found["detail"]
    assert (
        "- WOMAC function: 50 points (0 to 100), recorded 2026-11-01, converted from {score}"
        in found["detail"]
    )
    assert "Missing" not in found["detail"]
    assert "No medical advice".lower() in found["detail"].lower()
    assert set(found) == {"summary", "indicator", "source", "detail"}


def test_a_card_says_what_is_missing(client):
    detail = card(client, womac())["detail"]
    assert "**Missing**\n\n- low back pain: not in the record" in detail


def test_nothing_of_the_record_is_repeated_but_values_and_dates(client, caplog):
    with caplog.at_level("DEBUG", logger="hiprisk"):
        text = json.dumps(card(client, womac(), back_pain(valueString="Jane Roe")))
    for secret in ("Jane", "Roe", "secret-id", "p1", "1963", "Practitioner", "d1577c69"):
        assert secret not in text
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": {"reference": "Patient/p2"}}, "of another patient, or without a subject"),
        ({"subject": {}}, "of another patient, or without a subject"),
        ({"subject": {"reference": "Patient/p11"}}, "of another patient, or without a subject"),
        ({"status": "entered-in-error"}, "not a final value"),
        ({"status": "preliminary"}, "not a final value"),
        ({"effectiveDateTime": "2026-11-27"}, "dated in the future"),
        ({"effectiveDateTime": "2026-11-25T12:06:00Z"}, "dated in the future"),
        ({"effectiveDateTime": "2025-11-24"}, "older than the code map allows"),
        ({"effectiveDateTime": "yesterday"}, "no readable date"),
        ({"effectiveDateTime": "2026-02-30"}, "no readable date"),
        ({"effectiveDateTime": None}, "no readable date"),
        ({"valueQuantity": {"value": 34, "unit": "furlongs"}}, "no unit that can be converted"),
        ({"valueQuantity": {"value": 34, "system": UCUM, "code": "rad"}},
         "no unit that can be converted"),
        ({"valueQuantity": {"value": 34, "system": UCUM, "code": "{score}", "comparator": "<"}},
         "recorded with a comparator, not as a value"),
        ({"valueQuantity": {"value": "34", "system": UCUM, "code": "{score}"}},
         "no readable value"),
        ({"valueQuantity": {"value": True, "system": UCUM, "code": "{score}"}},
         "no readable value"),
        ({"valueQuantity": None, "dataAbsentReason": {"text": "Jane"}},
         "recorded as absent (dataAbsentReason)"),
    ],
)  # fmt: skip
def test_an_observation_that_cannot_be_used_is_missing_with_its_reason(client, change, reason):
    found = card(client, {**womac(), **change})
    missing = found["detail"].partition("**Missing**")[2]
    assert f"- WOMAC function: {reason}" in missing
    assert found["summary"] == card(client)["summary"]


def test_too_little_in_the_record_gives_no_prediction(client):
    found = card(client, who=patient(birthDate=None, gender=None))
    assert found["summary"].endswith("No prediction: too little is known for a prediction")
    assert "**Used**\n\n- nothing" in found["detail"]


@pytest.mark.parametrize(
    "when",
    ["2026-11-25T12:04:00Z", "2026-11-26", "2025-11-26", "2026", "2026-11",
     "2026-11-25T23:00:00+12:00"],
)  # fmt: skip
def test_dates_are_read_with_their_zone_and_as_exactly_as_they_were_written(client, when):
    assert f"recorded {when[:10]}" in card(client, womac(when=when))["detail"]


SERVER = "https://ehr.example/fhir"


@pytest.mark.parametrize("server", [SERVER, f"{SERVER}/"])
@pytest.mark.parametrize(
    "reference",
    ["Patient/p1", f"{SERVER}/Patient/p1", "Patient/p1/_history/3",
     f"{SERVER}/Patient/p1/_history/3"],
)  # fmt: skip
def test_one_patient_has_several_references(client, reference, server):
    found = card(client, womac(subject={"reference": reference}), fhirServer=server)
    assert "recorded 2026-11-01" in found["detail"]


@pytest.mark.parametrize(
    "reference",
    [
        "https://elsewhere.example/fhir/Patient/p1",
        "https://ehr.example/Patient/p1",
        "https://ehr.example/fhir/other/Patient/p1",
        "http://ehr.example/fhir/Patient/p1",
        "Group/9/Patient/p1",
        "/Patient/p1",
        "patient/p1",
        "Patient/p1/",
        "Patient/p1#x",
        "Patient/p1?x=1",
        "Patient/p1/_history/",
        "Patient/p1/_history/3/Patient/p1",
        "Patient/p2/_history/Patient/p1",
        "Patient/p1|2",
        "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "p1",
        "",
        7,
        None,
    ],
)
def test_the_same_id_on_another_server_or_path_is_somebody_else(client, reference):
    observation = womac(subject={"reference": reference})
    for server in ({"fhirServer": SERVER}, {}):
        detail = card(client, observation, **server)["detail"]
        assert "WOMAC function: of another patient, or without a subject" in detail
        assert "50 points" not in detail


def test_without_a_known_server_no_absolute_reference_counts(client):
    found = card(client, womac(subject={"reference": f"{SERVER}/Patient/p1"}))
    assert "WOMAC function: of another patient, or without a subject" in found["detail"]


@pytest.mark.parametrize(
    "server",
    [
        "",
        "ehr.example",
        "ftp://ehr.example",
        "https://",
        "https://\u00ff/fhir",
        "https://a/b c",
        3,
        [SERVER],
    ],
)
def test_a_server_that_is_no_address_is_refused(client, server):
    answer = client.post(PATH, hook(womac(), fhirServer=server))
    assert (answer.status_code, answer.json()["column"]) == (400, "fhirServer")


def test_the_newest_wins_whatever_the_order(client):
    old, new = womac(10, when="2026-10-01"), womac(34, when="2026-11-01T08:00:00+01:00")
    for order in ((old, new), (new, old)):
        assert (
            "WOMAC function: 50 points (0 to 100), recorded 2026-11-01"
            in (card(client, *order)["detail"])
        )


def test_what_was_passed_over_is_said_beside_what_was_used(client):
    detail = card(client, womac(34), womac(10, when="2027-01-01"))["detail"]
    assert "WOMAC function: 50 points" in detail
    assert "**Not used**\n\n- WOMAC function: dated in the future (recorded 2027-01-01)" in detail


def test_an_old_value_behind_a_new_one_is_no_news(client):
    assert (
        "older than the code map allows"
        not in card(client, womac(34), womac(10, when="2020-01-01"))["detail"]
    )


@pytest.mark.parametrize(
    ("first", "second", "tied"),
    [
        (womac(34), womac(34), False),
        (womac(34), womac(20), True),
        # Recorded by the day, it may be the newer of the two.
        (womac(34), womac(20, when="2026-11-01T08:00:00Z"), True),
        (womac(34), womac(20, when="2026-10-31T08:00:00Z"), False),
    ],
)
def test_values_of_the_same_time_that_differ_are_neither_used(client, first, second, tied):
    detail = card(client, first, second)["detail"]
    assert ("WOMAC function: several values at the same time" in detail) is tied
    assert ("WOMAC function: 50 points" in detail) is not tied


def test_an_older_value_never_stands_in_for_a_newer_one_that_cannot_be_read(client):
    detail = card(client, womac(34, when="2026-10-01"), womac(1, unit="rad"))["detail"]
    assert "WOMAC function: no unit that can be converted (recorded 2026-11-01)" in detail
    assert "50 points" not in detail


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueBoolean": True}, "low back pain: yes, recorded"),
        ({"valueCodeableConcept": {"coding": [{"system": HOSPITAL, "code": "n"}]}},
         "low back pain: no, recorded"),
        ({"valueCodeableConcept": {"coding": [{"system": HOSPITAL, "code": "n"},
                                              {"system": HOSPITAL, "code": "y"}]}},
         "low back pain: a code that the code map does not declare"),
        ({"valueCodeableConcept": {"coding": [{"system": LOINC, "code": "LA33-6"}]}},
         "low back pain: a code that the code map does not declare"),
        ({"valueCodeableConcept": {"coding": "Jane"}}, "low back pain: no readable value"),
        ({"valueString": "yes"}, "low back pain: no readable value"),
    ],
)  # fmt: skip
def test_levels_are_read_by_declared_codes_only(client, value, said):
    assert said in card(client, womac(), back_pain(**value))["detail"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"birthDate": "1963-11-26"}, "- age: 62 years"),
        ({"birthDate": "1963"}, "- age: no complete birth date in the record"),
        ({"birthDate": "2027-01-01"}, "- age: no complete birth date in the record"),
        ({"birthDate": "1963-02-30"}, "- age: no complete birth date in the record"),
        ({"gender": "male"}, "- sex: male"),
        ({"gender": "other"}, "- sex: recorded as neither female nor male"),
        ({"gender": None}, "- sex: not in the record"),
    ],
)
def test_age_and_sex_come_from_the_patient(client, change, said):
    assert said in card(client, womac(), who=patient(**change))["detail"]


def test_a_value_outside_its_range_gives_no_prediction(client):
    found = card(client, womac(680))
    assert found["summary"].endswith("No prediction: WOMAC function must lie in 0 to 100 points")


@pytest.mark.parametrize(
    ("born", "score", "said"),
    [
        # Each value is usual; together they are not.
        (
            "1980-01-01",
            54.4,
            "taken together, these values are unlike the development cohort",
        ),
        ("1984-01-01", 27.2, "taken together, these values are less usual than 19 in 20"),
        ("1984-01-01", 27.2, "age lies outside the range of the development cohort"),
        ("2006-01-01", 30, "age lies outside the range of the development cohort"),
        ("1963-01-01", 30, None),
    ],
)
def test_the_card_says_in_words_how_unlike_the_patient_is(client, born, score, said):
    detail = card(client, womac(score), who=patient(birthDate=born))["detail"]
    assert ("- note: " in detail) is (said is not None)
    assert said is None or f"- note: {said}" in detail
    assert not re.search(r"[A-Z]+_[A-Z]+|[A-Z]{3,}\(|\w+_\w+", detail)


def test_each_flag_has_its_words(tmp_path):
    from dataclasses import replace

    from hiprisk.wording.remarks import remarks

    sheet = small_sheet()
    specs = {spec.name: spec for spec in sheet.variables}
    summary = specs["sex"].training or TrainingSummary()
    changed = {
        "age_years": replace(specs["age_years"], soft=(30.0, 50.0)),
        "sex": replace(specs["sex"], training=replace(summary, level_shares=(1.0, 0.0))),
    }
    variables = tuple(changed.get(spec.name, spec) for spec in sheet.variables)
    model = Model(SimpleNamespace(sheet=replace(sheet, variables=variables), sha256="", config={}))
    unusual = specs["sex"].levels[1]
    result = model.explain(age_years=70, sex=unusual, womac_function_0_100=45)
    assert set(remarks(model.sheet, result.explanation.distance, result.flags)) >= {
        "age is an unusual value",
        "sex has a level that nobody in the development cohort had",
    }


def test_a_card_without_an_answer_says_why_in_words(client):
    found = card(client, womac(680), who=patient(birthDate="1900-01-01"))
    whole = (
        "No prediction: age must lie in 18 to 110 years; also: WOMAC function must lie in 0 to 100"
        " points."
    )
    assert whole in found["detail"]
    assert not re.search(r"\w_\w", found["summary"] + found["detail"])


def test_of_who_has_died_nothing_is_said(client):
    for change in ({"deceasedBoolean": True}, {"deceasedDateTime": "2026-01-01"}):
        assert client.post(PATH, hook(womac(), who=patient(**change))).json() == {"cards": []}
    assert card(client, womac(), who=patient(deceasedBoolean=False))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"hook": "order-sign"}, 400, "CDS_REQUEST"),
        ({"hookInstance": None}, 400, "CDS_REQUEST"),
        ({"hookInstance": "Jane"}, 400, "CDS_REQUEST"),
        ({"context": None}, 400, "CDS_REQUEST"),
        ({"context": {"patientId": "p1"}}, 400, "CDS_REQUEST"),
        ({"context": {"userId": "u", "patientId": ""}}, 400, "CDS_REQUEST"),
        ({"context": {"userId": "u", "patientId": "Jane Roe"}}, 400, "CDS_REQUEST"),
        ({"hookInstance": "d1577c69dfbe44adba6d3e05e953b2ea"}, 400, "CDS_REQUEST"),
        ({"prefetch": None}, 412, "NO_PREFETCH"),
        ({"prefetch": {}}, 412, "NO_PREFETCH"),
        ({"prefetch": {"patient": "Jane"}}, 400, "CDS_REQUEST"),
        ({"prefetch": {"patient": [None]}}, 400, "CDS_REQUEST"),
        ({"context": {"userId": "u", "patientId": "p2"}}, 400, "OTHER_PATIENT"),
    ],
)
def test_a_call_that_is_none_is_refused(client, change, status, code):
    answer = client.post(PATH, hook(womac(), **change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "Jane" not in answer.text
    assert "p2" not in answer.text


@pytest.mark.parametrize("value", [None, {}, {"resourceType": "Bundle"}, {"entry": 3},
                                   {"resourceType": "OperationOutcome"}])  # fmt: skip
def test_a_prefetched_value_that_holds_nothing_is_nothing(client, value):
    call = hook(womac())
    call["prefetch"]["womac_function_0_100"] = value
    (found,) = client.post(PATH, call).json()["cards"]
    assert "WOMAC function: not in the record" in found["detail"]


def test_a_summary_stays_short(tmp_path, monkeypatch):
    from hiprisk.serving.fhir import cds_hooks

    monkeypatch.setattr(cds_hooks, "headline", lambda model, values: "x" * 300)
    client = client_of(small_model(tmp_path), code_map=CODES)
    summary = card(client, womac())["summary"]
    assert len(summary) == 139
    assert summary.endswith("...")


def test_a_binary_model_gives_a_risk(tmp_path):
    client = client_of(small_model(tmp_path, kind="binary"), code_map=CODES)
    summary = card(client, womac())["summary"]
    told = r"WOMAC function in 12 months: \d+ % \(80 % of bootstrap models \d+ to \d+ %\)"
    assert re.search(told, summary)


def test_the_answer_holds_nothing_empty_and_nothing_null(client):
    def walk(value):
        assert value not in (None, "", [], {})
        for part in value.values() if isinstance(value, dict) else value:
            if isinstance(part, dict | list):
                walk(part)

    walk(client.post(PATH, hook(womac())).json())
    walk(client.get("/cds-services").json())


def test_now_is_the_clock_of_the_settings():
    assert NOW.isoformat() == "2026-11-25T12:00:00+00:00"
