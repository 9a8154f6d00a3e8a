"""``hiprisk predict --record``: a FHIR record in place of options, with what it lacks and why."""

import datetime as dt
import json
from pathlib import Path

import pytest

from fhir_records import bundle, observation, outcome, patient
from hiprisk.cli import main
from hiprisk.serving.model import load
from small_bundle import write_small_bundle

CASES = Path(__file__).parents[1] / "cases" / "fhir_scores"
LAST_WEEK = (dt.date.today() - dt.timedelta(days=7)).isoformat()
CODES = """\
observations:
  womac_function_0_100: {codes: ["https://hospital.example/codes|womac-f"], units: ["{score}"]}
"""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))
    Path("codes.yaml").write_text(CODES)


def predict(capsys, document, *more):
    if document is not None:
        Path("record.json").write_text(json.dumps(document))
    words = ["predict", "models/small", "--record", "record.json", "--fhir-codes", "codes.yaml"]
    code = main([*words, *more])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def score(value=45, **changes):
    return observation(**{"effectiveDateTime": LAST_WEEK, "valueInteger": value, **changes})


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_a_record_gives_the_prediction_of_its_values(capsys, path):
    codes = str(CASES / "codes.yaml")
    words = ["predict", "models/small", "--record", str(path), "--fhir-codes", codes, "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    values = {item["variable"]: item["value"] for item in told["record"]["used"]}
    assert values["womac_function_0_100"] == 45.0
    assert told["predicted"] == load("models/small").predict(values).values["predicted"]
    assert told["record"]["unused"] == [
        {"variable": "lbp_any", "code": "ABSENT", "recorded": None, "count": 1}
    ]


def test_the_answer_for_people_ends_with_what_was_read_and_what_was_not(capsys):
    document = bundle(
        patient(), score(valueInteger=None, valueQuantity={"value": 45, "unit": "cm"})
    )
    code, out, _ = predict(capsys, document)
    assert code == 0
    _, _, told = out.partition("From the record\n")
    assert "  sex: female, from the patient's data\n" in told
    assert (
        f"  Missing: WOMAC function: no unit that can be converted (recorded {LAST_WEEK})" in told
    )


def test_a_refusal_says_what_the_record_lacks(capsys):
    document = bundle(patient(birthDate=None), score(status="preliminary"))
    code, out, err = predict(capsys, document)
    assert (code, out) == (3, "")
    assert err.startswith("hiprisk: error[TOO_MANY_MISSING]: too little is known")
    assert f"WOMAC function: not a final value (recorded {LAST_WEEK})" in err
    assert "not in the record: low back pain" in err


@pytest.mark.parametrize("more", [(), ("--show-values",)])
def test_a_value_of_the_record_is_shown_on_request_only(capsys, more):
    code, _, err = predict(capsys, bundle(patient(), score(680)), *more)
    assert code == 3
    assert "error[OUT_OF_RANGE]: womac_function_0_100" in err
    assert ("680" in err) is bool(more)


def test_an_option_goes_before_the_record(capsys):
    document = bundle(patient(), score(45))
    options = ("--womac-function-0-100", "60", "--lbp-any", "yes", "--json")
    _, out, _ = predict(capsys, document, *options)
    told = json.loads(out)
    given = {"sex": "female", "womac_function_0_100": 60, "lbp_any": "yes"}
    age = next(one["value"] for one in told["record"]["used"] if one["variable"] == "age_years")
    model = load("models/small")
    assert told["predicted"] == model.predict(given, age_years=age).values["predicted"]
    assert {one["variable"] for one in told["record"]["used"]} == {"age_years", "sex"}
    assert told["record"]["unused"] == []


def test_an_assessment_has_the_subject_of_the_record_and_its_dates(capsys):
    _, out, _ = predict(capsys, bundle(patient(), score(45)), "--fhir", "--lbp-any", "no")
    told = json.loads(out)
    assert told["subject"] == {"reference": "Patient/p1"}
    basis = [one["display"] for one in told["basis"]]
    assert f"WOMAC function: 45 points (0 to 100), recorded {LAST_WEEK}" in basis
    assert "low back pain: no" in basis
    _, out, _ = predict(capsys, bundle(patient()), "--fhir", "Patient/9")
    assert json.loads(out)["subject"] == {"reference": "Patient/9"}
    assert "Missing: WOMAC function: not in the record." in out


@pytest.mark.parametrize(
    ("document", "code", "said"),
    [
        (outcome("error", "forbidden", diagnostics="Jane Roe"), "OPERATION_OUTCOME",
         "record.json: this is no record: the FHIR server answered with an OperationOutcome"),
        ({"entry": []}, "NOT_A_RECORD", "record.json: the file must be a FHIR Bundle with entries"),
        ([], "NOT_AN_OBJECT", "record.json: the file must hold one JSON object"),
        (bundle(patient(), patient(id="p2")), "NOT_A_RECORD", "must hold one Patient; it holds 2"),
    ],
    ids=["outcome", "no bundle", "no object", "two people"],
)  # fmt: skip
def test_what_is_no_record_is_refused(capsys, document, code, said):
    status, out, err = predict(capsys, document)
    assert (status, out) == (3, "")
    assert err.startswith(f"hiprisk: error[{code}]: ")
    assert said in err
    assert "Jane" not in err


def test_the_words_of_the_server_are_shown_on_request(capsys):
    document = outcome("error", "forbidden", details={"text": "no right to read"})
    assert "no right to read" in predict(capsys, document, "--show-values")[2]


def test_a_record_has_its_bound_and_must_be_there(capsys):
    Path("record.json").write_bytes(b" " * ((16 << 20) + 1))
    code, _, err = predict(capsys, None)
    assert code == 3
    assert "error[TOO_LARGE]: record.json: the file is larger than 16777216 bytes" in err
    Path("record.json").unlink()
    code, _, err = predict(capsys, None)
    assert code == 5
    assert "record.json: the file cannot be read" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--record", "a.json", "--from", "b.json"], "--record and --from both say"),
     (["--fhir-codes", "codes.yaml", "--age-years", "63"], "--fhir-codes says how a record is")],
)  # fmt: skip
def test_options_that_do_not_go_together(capsys, words, said):
    assert main(["predict", "models/small", *words]) == 2
    assert said in capsys.readouterr().err


def test_of_one_who_has_died_it_is_said(capsys):
    _, out, _ = predict(capsys, bundle(patient(deceasedBoolean=True), score()))
    assert "The record says that the patient has died" in out
