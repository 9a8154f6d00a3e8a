"""A prediction as a FHIR R4 RiskAssessment: valid by R4's own table of elements, nothing leaked."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from hiprisk.cli import main
from hiprisk.serving.fhir.bundles import read_bundle_resource
from hiprisk.serving.fhir.cds_hooks import _answer_lines
from hiprisk.serving.fhir.code_map import load_code_map
from hiprisk.serving.fhir.record import read_record
from hiprisk.serving.fhir.risk_assessment import (
    check_reference,
    later,
    over_sites,
    risk_assessment,
)
from hiprisk.sheet.format import VariableSpec
from hiprisk.wording.remarks import basis_of
from hiprisk.wording.sites import risk_over_sites
from page_agreement import model_of
from service_client import NOW, client_of, small_model
from site_sheet import site_sheet

R4 = json.loads((Path(__file__).parents[2] / "oracles" / "fhir_r4_elements.json").read_text())
KNOWN = {"age_years": 63, "sex": "female", "womac_function_0_100": 45}
PRIMITIVES = {
    "string": lambda v: isinstance(v, str) and v.strip() == v != "",
    "markdown": lambda v: isinstance(v, str) and v.strip() != "",
    "uri": lambda v: isinstance(v, str) and bool(re.fullmatch(r"\S+", v)),
    "code": lambda v: isinstance(v, str) and bool(re.fullmatch(r"[^\s]+(\s[^\s]+)*", v)),
    "decimal": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "dateTime": lambda v: isinstance(v, str)
    and bool(re.fullmatch(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?", v)),
}  # fmt: skip


def check(kind, value, place="RiskAssessment"):
    """Hold a JSON value against R4's elements: names, cardinality, types."""
    if kind in PRIMITIVES:
        assert PRIMITIVES[kind](value), f"{place} is no {kind}: {value!r}"
        return
    table = R4["types"][kind]
    assert isinstance(value, dict), place
    assert value, place
    for name, part in value.items():
        assert name in table, f"{place}.{name} is no element of {kind}"
        many = table[name]["max"] == "*"
        assert isinstance(part, list) is many, f"{place}.{name}"
        for item in part if many else [part]:
            check(table[name]["type"], item, f"{place}.{name}")
    for name, element in table.items():
        assert element["min"] == 0 or name in value, f"{place} lacks {name}"
    for stem in R4["choices"].get(kind, ()):
        assert sum(name.startswith(stem) for name in value) <= 1, f"{place}.{stem}[x]"


BASIS = ["age: 63 years", "sex: female", "WOMAC function: 45 points (0 to 100)"]


def assessed(model, given=KNOWN, **options):
    return risk_assessment(model, model.explain(given), now=NOW, **options)


@pytest.mark.parametrize("kind", ["continuous", "binary"])
@pytest.mark.parametrize(
    "given", [KNOWN, {"womac_function_0_100": 100}, {"age_years": 20, "sex": "male"}]
)
@pytest.mark.parametrize("subject", [None, "Patient/123"])
def test_every_element_is_one_of_r4(tmp_path, kind, given, subject):
    resource = assessed(small_model(tmp_path, kind=kind), given, subject=subject, basis=["age"])
    resource.pop("resourceType")
    check("RiskAssessment", resource)
    assert resource["status"] in R4["observation-status"]
    for prediction in resource["prediction"]:
        # ras-2; and R4 asks for percentages.
        assert prediction.get("probabilityDecimal", 0) <= 100


def test_the_table_of_elements_refuses_what_r4_refuses(tmp_path):
    good = assessed(small_model(tmp_path))
    good.pop("resourceType")
    without_subject = {name: value for name, value in good.items() if name != "subject"}
    both = {"probabilityDecimal": 1, "probabilityRange": {"low": {"value": 0.1}}}
    for wrong, where in (
        ({**good, "mitigations": "x"}, "mitigations is no element"),
        ({**good, "note": {"text": "x"}}, r"RiskAssessment\.note"),
        ({**good, "prediction": [{"probabilityDecimal": "0.3"}]}, "Decimal is no decimal: '0.3'"),
        ({**good, "occurrenceDateTime": "25/11/2026"}, "DateTime is no dateTime: '25/11/2026'"),
        (without_subject, "lacks subject"),
        ({**good, "prediction": [both]}, r"prediction\.probability\[x\]"),
    ):
        with pytest.raises(AssertionError, match=where):
            check("RiskAssessment", wrong)


def test_the_numbers_are_those_of_the_prediction_in_percent(tmp_path):
    model = small_model(tmp_path)
    told = model.predict(KNOWN).values
    first, worse, acceptable = assessed(model)["prediction"]
    by_url = {item["url"].rpartition(":")[2]: item for item in first["extension"]}
    assert by_url["expected-value"]["valueQuantity"]["value"] == told["predicted"]
    limits = by_url["prediction-interval-95"]["valueRange"]
    assert (limits["low"]["value"], limits["high"]["value"]) == (
        told["lower_95"], told["upper_95"]
    )  # fmt: skip
    assert worse["probabilityDecimal"] == 100.0 * told["chance_worsening"]
    assert worse["outcome"] == {"text": "worse by at least 10 points"}
    assert acceptable["probabilityDecimal"] == 100.0 * told["chance_acceptable_state"]
    assert first["whenPeriod"] == {"start": "2027-11-25", "end": "2027-11-25"}


def test_a_risk_has_its_interval_in_percent(tmp_path):
    model = small_model(tmp_path, kind="binary")
    told = model.predict(KNOWN).values
    (only,) = assessed(model)["prediction"]
    assert only["probabilityDecimal"] == 100.0 * told["risk"]
    limits = only["extension"][0]["valueRange"]
    assert limits["low"]["value"] == 100.0 * told["lower_80"]
    assert limits["high"]["unit"] == "%"


def test_the_notes_say_what_a_reader_must_know(tmp_path):
    notes = [note["text"] for note in assessed(small_model(tmp_path))["note"]]
    assert notes[0].startswith("SIMULATED DATA")
    assert "Not known, imputed: low back pain." in notes
    assert "Intended use: Tests only." in notes
    assert notes[-1].endswith("no medical advice.")


def test_a_risk_of_the_mean_site_is_noted_with_its_range_over_sites(tmp_path):
    model = model_of(tmp_path, site_sheet(kind="binary", named=False))
    said = risk_over_sites(model.sheet, model.predict(KNOWN).values["risk"])
    assert said in [note["text"] for note in assessed(model)["note"]]
    assert f"- {said}" in _answer_lines(model, model.explain(KNOWN))
    assert over_sites(site_sheet(named=False), model.predict(KNOWN)) == []


CODES = re.compile(r"UNUSUAL|EXTRAPOLATION|NOT_IN_TRAINING|TOO_MANY|OUT_OF_RANGE|\w+_\w+")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        # Each value is usual; together they are not.
        ({"age_years": 46, "sex": "female", "womac_function_0_100": 80},
         ["taken together, these values are unlike the"]),
        ({"age_years": 42, "sex": "female", "womac_function_0_100": 40},
         ["taken together, these values are less usual", "age lies outside the range of"]),
        (KNOWN, []),
    ],
)  # fmt: skip
def test_the_notes_say_how_unlike_the_patient_is_in_words(tmp_path, given, said):
    model = small_model(tmp_path)
    notes = [note["text"] for note in assessed(model, given)["note"]]
    found = [note for note in notes if note.startswith("Note: ")]
    for words in said:
        assert any(note.startswith(f"Note: {words}") for note in found), notes
    assert bool(found) is bool(said)
    assert not CODES.search(" ".join(found))
    told = client_of(model).post("/predict", given, accept="application/fhir+json").json()
    assert [note["text"] for note in told["note"]] == notes


def test_a_subject_is_named_only_where_one_was_given(tmp_path):
    model = small_model(tmp_path)
    assert assessed(model)["subject"] == {"display": "patient not named"}
    assert assessed(model, subject="Patient/9")["subject"] == {"reference": "Patient/9"}


def test_the_command_prints_the_same_resource(tmp_path, capsys):
    model = small_model(tmp_path)
    options = ["--age-years", "63", "--sex", "female", "--womac-function-0-100", "45"]
    assert main(["predict", str(model.bundle.path), *options, "--fhir", "Patient/7"]) == 0
    printed = json.loads(capsys.readouterr().out)
    expected = assessed(model, subject="Patient/7", basis=BASIS)
    assert printed.pop("occurrenceDateTime")
    assert expected.pop("occurrenceDateTime")
    # The day of the horizon counts from today.
    for resource in (printed, expected):
        for prediction in resource["prediction"]:
            prediction.pop("whenPeriod")
    assert printed == expected


def test_predict_of_the_service_gives_it_on_request(tmp_path):
    model = small_model(tmp_path)
    answer = client_of(model).post("/predict", KNOWN, accept="application/fhir+json")
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.json() == assessed(model, basis=BASIS)


def test_the_basis_is_the_same_on_each_way_in(tmp_path):
    """A record says also from when; nothing else differs."""
    model = small_model(tmp_path)
    resource = client_of(model).post("/fhir/risk-assessment", record()).json()
    told = [one["display"].partition(", ")[0] for one in resource["basis"]]
    given = {"age_years": 63.0, "sex": "female", "lbp_any": None}
    values = model.explain(given).to_dict()
    assert told == basis_of(model.sheet, given, values) == ["age: 63 years", "sex: female"]
    # In the sheet's order, however it came.
    turned = dict(reversed(given.items()))
    assert basis_of(model.sheet, turned, values) == told


@pytest.mark.parametrize(
    "reference",
    ["foo bar <x>", "Patient", "Patient/", "Patient/a b", "Patient/é", "patient/1",
     "Observation/1", f"Patient/{'x' * 65}", "Patient/1/2", "Patient/1\n", "https://", "https://a",
     "ftp://a/Patient/1", "https://a/Patient/1 2", "https://a/<x>", "javascript:alert(1)",
     "urn:uuid:1", "#p1"],
)  # fmt: skip
def test_what_is_no_reference_is_refused(tmp_path, capsys, reference):
    model = small_model(tmp_path)
    assert main(["predict", str(model.bundle.path), "--age-years", "63", "--fhir", reference]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("hiprisk: error[USAGE]: --fhir takes a FHIR reference")
    assert "<x>" not in printed.err


@pytest.mark.parametrize(
    "reference",
    ["Patient/123", "Patient/a-b.C/_history/2", "Group/7", "https://ehr.example/fhir/Patient/p1",
     "http://127.0.0.1:8080/r4/Patient/1", "urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"],
)  # fmt: skip
def test_a_reference_may_be_relative_or_absolute(reference):
    check_reference(reference)


def record(*more, patient_id="p1", url="urn:uuid:1"):
    patient = {"resourceType": "Patient", "id": patient_id, "birthDate": "1963-01-01",
               "gender": "female", "name": [{"family": "Roe"}]}  # fmt: skip
    entries = [{"fullUrl": url, "resource": patient}, *({"resource": r} for r in more)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_a_record_becomes_an_assessment_of_its_patient(tmp_path):
    model = small_model(tmp_path)
    answer = client_of(model).post("/fhir/risk-assessment", record())
    assert answer.status_code == 200, answer.text
    resource = answer.json()
    assert resource["subject"] == {"reference": "Patient/p1"}
    assert {"display": "age: 63 years, from the patient's data"} in resource["basis"]
    assert "Roe" not in answer.text
    assert "1963" not in answer.text
    told = model.predict(age_years=63, sex="female").values["chance_worsening"]
    assert resource["prediction"][1]["probabilityDecimal"] == 100.0 * told


def height_and_weight(reference):
    codes = (("8302-2", 170, "cm"), ("29463-7", 80, "kg"), ("39156-5", 27.7, "kg/m2"))
    return [
        {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-01",
         "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
         "subject": {"reference": reference},
         "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit}}
        for code, value, unit in codes
    ]  # fmt: skip


HERE = "https://ehr.example/fhir/Patient/p1"


@pytest.mark.parametrize(
    ("reference", "patient_id", "url", "used"),
    [
        ("Patient/p1", "p1", HERE, True),
        (HERE, "p1", HERE, True),
        (f"{HERE}/_history/2", "p1", HERE, True),
        ("urn:uuid:1", "p1", "urn:uuid:1", True),
        ("urn:uuid:1", None, "urn:uuid:1", True),
        ("https://elsewhere.example/fhir/Patient/p1", "p1", HERE, False),
        (HERE, "p1", "urn:uuid:1", False),
        ("Group/9/Patient/p1", "p1", HERE, False),
        ("Patient/p2", "p1", "Patient/p2", False),
        ("Patient/None", None, "urn:uuid:1", False),
    ],
)
def test_only_what_is_recorded_of_the_patient_is_read(reference, patient_id, url, used):
    document = record(*height_and_weight(reference), patient_id=patient_id, url=url)
    bundle = read_bundle_resource(document)
    bmi = VariableSpec(name="bmi_kg_m2", label="BMI", unit="kg/m2", kind="number")
    found = read_record(
        bundle.resources, patient_names=bundle.patient_names, code_map=load_code_map(),
        variables=[bmi], now=NOW,
    )  # fmt: skip
    assert bool(found.used) is used
    assert ("OTHER_PATIENT" in {note.code for note in found.unused}) is not used


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"resourceType": "Bundle"}, "must be a FHIR Bundle with entries"),
        ({"resourceType": "Bundle", "entry": []}, "must hold one Patient; it holds 0"),
        (record({"resourceType": "Patient", "id": "p2"}), "must hold one Patient; it holds 2"),
        (record(patient_id="foo bar <x>"), "the Patient's id is no FHIR id"),
        (record(patient_id=7), "the Patient's id is no FHIR id"),
        ({"resourceType": "Bundle", "entry": [None, 3, {"resource": None}]}, "it holds 0"),
    ],
)
def test_a_record_of_nobody_or_of_two_is_refused(tmp_path, document, reason):
    answer = client_of(small_model(tmp_path)).post("/fhir/risk-assessment", document)
    assert (answer.status_code, answer.json()["code"]) == (422, "NOT_A_RECORD")
    assert reason in answer.json()["reason"]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-11-25", 36, "2029-11-25"), ("2026-01-31", 1, "2026-02-28"),
     ("2027-12-31", 2, "2028-02-29"), ("2026-11-25", 2.6, "2027-02-25")],
)  # fmt: skip
def test_months_are_added_as_people_do(day, months, expected):
    assert later(dt.date.fromisoformat(day), months).isoformat() == expected
