"""An ordinal model gives the same bits down every way in."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from hiprisk.cli import main
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from hiprisk.sheet.answers import TEXT_COLUMNS
from hiprisk.tracking.pyfunc import _load_pyfunc
from ordinal_sheet import write_ordinal_bundle

PATIENTS = (
    {"age_years": 64, "sex": "female", "lbp_any": "yes", "womac_function_0_100": 45},
    {"age_years": 71.5, "lbp_any": "no"},
    {"sex": "male", "womac_function_0_100": 12.25},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_ordinal_bundle(tmp_path_factory.mktemp("models"), link="probit")


@pytest.fixture(scope="module")
def model(folder):
    return load(folder)


@pytest.fixture(scope="module")
def expected(model):
    return [numbers(model.answer(patient)) for patient in PATIENTS]


def numbers(answer):
    return {key: float(value) for key, value in answer.items() if key not in TEXT_COLUMNS}


def many():
    """The patients among enough others that arithmetic runs over many rows at once."""
    rng = np.random.default_rng(2)
    ages, scores = rng.uniform(45, 85, 300), rng.uniform(5, 85, 300)
    others = [
        {"age_years": age, "lbp_any": "yes", "womac_function_0_100": score}
        for age, score in zip(ages, scores, strict=True)
    ]
    return [*PATIENTS, *others]


def test_floor_and_ceiling_are_among_the_numbers(expected):
    assert list(expected[0])[-4:] == [
        "chance_worsening", "chance_acceptable_state", "chance_floor", "chance_ceiling",
    ]  # fmt: skip


def test_a_frame_and_the_mlflow_model(model, folder, expected):
    frame = pd.DataFrame(many())
    for scored in (model.score(frame), _load_pyfunc(str(folder)).predict(frame)):
        assert [numbers(scored.iloc[row].to_dict()) for row in range(3)] == expected


def test_a_file(model, expected, tmp_path):
    pd.DataFrame(many()).to_csv(tmp_path / "in.csv", index=False)
    score_file(model, tmp_path / "in.csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [{name: float(rows[i][name]) for name in expected[i]} for i in range(3)] == expected


def test_predict_of_the_command_line(folder, expected, capsys):
    for patient, own in zip(PATIENTS, expected, strict=True):
        words = [f"--{name.replace('_', '-')}={value}" for name, value in patient.items()]
        assert main(["predict", str(folder), "--json", *words]) == 0
        told = json.loads(capsys.readouterr().out)
        assert {name: told[name] for name in own} == own


def test_rest(model, expected):
    pytest.importorskip("fastapi", reason="the extra serve is absent")
    from service_client import client_of

    client = client_of(model)
    rows = client.post("/score", {"rows": many()}).json()["rows"]
    assert [numbers(row) for row in rows[:3]] == expected
    one = client.post("/predict", PATIENTS[1]).json()
    assert {name: one[name] for name in expected[1]} == expected[1]


def test_fhir_tells_every_probability(model):
    from hiprisk.serving.fhir.risk_assessment import risk_assessment

    told = risk_assessment(model, model.explain(PATIENTS[0]))["prediction"]
    assert [one["outcome"]["text"] for one in told][-2:] == [
        "the floor of the score (0)", "the ceiling of the score (100)",
    ]  # fmt: skip
    assert all(0.0 <= one["probabilityDecimal"] <= 100.0 for one in told[1:])


@pytest.mark.slow
def test_the_conformance_pack_is_met_by_its_own_answers(folder, tmp_path, capsys):
    assert main(["testpack", str(folder), "--out", str(tmp_path / "pack")]) == 0
    assert main(["testpack", str(folder), "--check", str(tmp_path / "pack" / "expected.csv")]) == 0
    assert "chance_ceiling" in (tmp_path / "pack" / "README.md").read_text()
