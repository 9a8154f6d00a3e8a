"""``hiprisk predict``: options, files, refusals that show nothing of a file."""

import json
import re
from pathlib import Path

import pytest

from commands import answer, run
from hiprisk.cli import main
from small_bundle import write_small_bundle


@pytest.fixture(autouse=True)
def beside_the_small_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def test_nothing_given_away_from_a_terminal_is_refused(capsys):
    code, _, err = run(capsys, "predict", "small")
    assert code == 2
    assert "nothing is known of the patient" in err


@pytest.mark.parametrize("form", [[], ["--fhir"], ["--json"]])
def test_a_refusal_shows_nothing_of_a_file_unless_asked(capsys, form):
    patient = Path("patient.json")
    for content, said in (
        ({"age_years": "Jane Roe"}, "error[NOT_A_NUMBER]: age_years: must be a number"),
        ({"age_years": 63, "sex": "Jane Roe"}, "sex: must be one of female, male"),
        ({"age_years": 999}, "age_years: must lie in 18 to 110 years"),
        ({"Jane Roe": 3}, "error[UNKNOWN_VARIABLE]: patient.json: key 1 of 1 is no variable"),
        ({"a": 1, "Jane Roe": [3]}, "patient.json: the value of key 2 is a list or an object"),
    ):
        patient.write_text(json.dumps({**content}))
        code, out, err = run(capsys, "predict", "small", "--from", "patient.json", *form)
        assert code == 3
        assert said in err
        assert not re.search("Jane|Roe|999", out + err)
    patient.write_text('{"sex": "Jane Roe", "womac_function_0_100": 40}')
    _, _, err = run(capsys, "predict", "small", "--from", "patient.json", "--show-values", *form)
    assert "must be one of female, male, got 'Jane Roe'" in err
    # What is typed may be shown: whoever typed it sees it anyway.
    _, _, err = run(capsys, "predict", "small", "--from", "patient.json", "--sex", "x", *form)
    assert "must be one of female, male, got 'x'" in err
    assert "Jane" not in err
    patient.write_text('{"Jane Roe": 40}')
    _, _, err = run(capsys, "predict", "small", "--from", "patient.json", "--show-values", *form)
    assert "'Jane Roe' is no variable of this model" in err


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.fixture
def small():
    return write_small_bundle(Path("models"))


def test_predict_answers_with_the_names_of_a_scored_file(capsys, small):
    code, found = answer(
        capsys, "predict", "small", "--age-years", 63, "--sex", "male", "--lbp-any", "yes",
        "--womac-function-0-100", 50,
    )  # fmt: skip
    assert code == 0
    assert found["predicted"] == pytest.approx(51.3)
    assert found["lower_95"] < found["lower_80"] < found["predicted"] < found["upper_80"]
    assert set(found) >= {"chance_worsening", "chance_acceptable_state", "imputed", "flags"}
    assert found["provenance"] == "simulated"
    assert found["imputed"] == []


def test_predict_for_people_says_simulated_and_no_advice(capsys, small):
    _, out, _ = run(capsys, "predict", "small", "--womac-function-0-100", 50)
    assert out.startswith("SIMULATED DATA")
    assert "Not known, imputed: age; sex; low back pain." in out
    assert "no medical advice" in out


def test_predict_help_lists_the_models_own_variables(capsys, small):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["predict", "small", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert "--age-years NUMBER age: 18 to 110 years" in out
    assert "--sex LEVEL sex: female, male" in out


def test_predict_from_a_file_equals_options(capsys, small):
    Path("p.json").write_text('{"age_years": 63, "sex": "male", "womac_function_0_100": "50"}')
    _, one = answer(capsys, "predict", "small", "--from", "p.json")
    _, other = answer(
        capsys, "predict", "small", "--age-years", 63, "--sex", "male",
        "--womac-function-0-100", 50,
    )  # fmt: skip
    assert one == other


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--age-years", "630"], "OUT_OF_RANGE", "must lie in 18 to 110 years, got '630'"),
        (["--age-years", "sixty"], "NOT_A_NUMBER", "age_years: must be a number in 18 to 110 "
         "years, got 'sixty'"),
        (["--age-years", "63,5"], "NOT_A_NUMBER", "got '63,5'"),
        (["--sex", "F"], "UNKNOWN_CATEGORY", "sex: must be one of female, male, got 'F'"),
        (["--age-years", "nan", "--sex", "male"], "TOO_MANY_MISSING", "too little is known"),
    ],
)  # fmt: skip
def test_predict_refuses_with_a_letter(capsys, small, options, code, message):
    status, out, err = run(capsys, "predict", "small", *options)
    assert status == 3
    assert out == ""
    assert f"hiprisk: error[{code}]" in err
    assert message in err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "NOT_JSON"),
        ("[1]", "NOT_AN_OBJECT"),
        ('{"age": 3}', "UNKNOWN_VARIABLE"),
        ('{"age_years": [3]}', "NOT_A_NUMBER"),
        ('{"age_years": true}', "NOT_A_NUMBER"),
        ('{"age_years": NaN}', "NOT_FINITE"),
        ('{"age_years": 1, "age_years": 2}', "DUP_KEY"),
        ('{"womac_function_0_100": 1e999}', "NOT_FINITE"),
    ],
)
def test_predict_refuses_a_file_with_a_letter(capsys, small, text, code):
    Path("p.json").write_text(text)
    status, _, err = run(capsys, "predict", "small", "--from", "p.json")
    assert status == 3
    assert f"error[{code}]" in err


def test_predict_with_nothing_known_is_a_usage_error(capsys, small):
    assert run(capsys, "predict", "small")[0] == 2
    assert run(capsys, "predict", "small", "--from", "absent.json")[0] == 5
    assert run(capsys, "predict", "small", "--height", "3")[0] == 2


def test_a_changed_bundle_is_refused(capsys, small):
    with (small / "sheet.json").open("ab") as stream:
        stream.write(b" ")
    status, _, err = run(capsys, "predict", "small", "--age-years", "63")
    assert status == 4
    assert "sheet.json" in err


def test_predict_for_a_risk(capsys):
    write_small_bundle(Path("models"), kind="binary", name="risk")
    _, found = answer(capsys, "predict", "risk", "--womac-function-0-100", 50)
    assert 0 < found["lower_95"] < found["risk"] < found["upper_95"] < 1
    _, out, _ = run(capsys, "predict", "risk", "--womac-function-0-100", 50)
    assert " %" in out
