"""Another library's model gives the library's own numbers down every way in."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from foreign_sheets import INPUTS, MODELS, fitted_on_people, foreign_sheet
from hiprisk.cli import main
from hiprisk.learning.foreign.agreement import library_prediction
from hiprisk.serving.files.score import score_file
from hiprisk.sheet.answers import TEXT_COLUMNS
from hiprisk.sheet.links import expit
from hiprisk.tracking.pyfunc import _load_pyfunc
from page_agreement import model_of

PATIENT = {"age_years": 71.5, "lbp_any": "no", "womac_function_0_100": 30.0}


@pytest.fixture(scope="module", params=MODELS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name, tmp_path_factory):
    return model_of(tmp_path_factory.mktemp("models"), foreign_sheet(name), name="foreign")


@pytest.fixture(scope="module")
def complete():
    """Complete rows as a file has them, some of them exactly at a number of the fit."""
    rng = np.random.default_rng(5)
    n = 120
    return pd.DataFrame(
        {
            "age_years": rng.integers(40, 90, n).astype(float),
            "womac_function_0_100": rng.integers(0, 1000, n) / 10.0,
            "lbp_any": np.where(rng.integers(2, size=n) == 1, "yes", "no"),
            "sex": np.where(rng.integers(2, size=n) == 1, "female", "male"),
        }
    )


@pytest.fixture(scope="module")
def own(name, complete):
    """What the library itself predicts of them."""
    rows = np.column_stack(
        [
            complete["age_years"],
            complete["womac_function_0_100"],
            complete["lbp_any"] == "yes",
            complete["sex"] == "female",
        ]
    ).astype(float)
    assert rows.shape[1] == len(INPUTS)
    return library_prediction(fitted_on_people(name), rows)


def numbers(answer):
    """The numbers of an answer; a risk of trees has no interval."""
    told = {
        key: value
        for key, value in answer.items()
        if key not in TEXT_COLUMNS and key not in PATIENT
    }
    return {key: float(value) for key, value in told.items() if value not in (None, "")}


def test_complete_rows_get_the_librarys_prediction(name, model, complete, own):
    found = model.score(complete)["risk" if name.startswith("risk") else "predicted"].to_numpy()
    if name == "risk-recalibrated":
        held = np.clip(own, 0.01, 0.99)
        own = expit(0.3 + 0.8 * np.log(held / (1.0 - held)))
    if name == "risk-xgboost":
        np.testing.assert_allclose(found, own, rtol=0.0, atol=1e-6)
    elif name in ("risk-boosting", "risk-recalibrated"):
        np.testing.assert_allclose(found, own, rtol=0.0, atol=4e-16)
    else:
        np.testing.assert_array_equal(found, np.clip(own, 0.0, 100.0))


def test_every_way_in_says_the_same(model, complete, tmp_path, capsys):
    frame = pd.concat([pd.DataFrame([PATIENT]), complete], ignore_index=True)
    expected = numbers(model.answer(PATIENT))
    for scored in (model.score(frame), _load_pyfunc(str(model.bundle.path)).predict(frame)):
        first = scored.iloc[0].dropna().to_dict()
        assert numbers(first) == expected
    frame.to_csv(tmp_path / "in.csv", index=False)
    score_file(model, tmp_path / "in.csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        row = next(csv.DictReader(stream))
    assert numbers(row) == expected
    words = [f"--{key.replace('_', '-')}={value}" for key, value in PATIENT.items()]
    assert main(["predict", str(model.bundle.path), "--json", *words]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {key: answer[key] for key in expected} == expected


def test_rest(model):
    pytest.importorskip("fastapi", reason="the extra serve is absent")
    from service_client import client_of

    expected = numbers(model.answer(PATIENT))
    one = client_of(model).post("/predict", PATIENT).json()
    assert {key: one[key] for key in expected} == expected


def test_contributions_add_up_on_the_scale_of_the_model(name, model):
    explanation = model.explain(PATIENT).to_dict()["explanation"]
    found = explanation["contributions"]
    scale = {"risk-forest": "probability", "forest": "points 0-100", "xgboost": "points 0-100"}
    assert (
        explanation["scale"]
        if "scale" in explanation
        else found["scale"] == scale.get(name, "log odds")
    )
    parts = sum(part["value"] for part in found["parts"])
    # In float32 the parts, which are doubles, add up to its rounding.
    exact = 1e-4 if name.endswith("xgboost") else 1e-10
    assert parts == pytest.approx(found["total"] - found["reference"], abs=exact)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["forest", "risk-xgboost"])
def test_the_conformance_pack_is_met_by_its_own_answers(name, tmp_path):
    folder = str(model_of(tmp_path / "models", foreign_sheet(name)).bundle.path)
    assert main(["testpack", folder, "--out", str(tmp_path / "pack")]) == 0
    assert main(["testpack", folder, "--check", str(tmp_path / "pack" / "expected.csv")]) == 0
