"""``hiprisk drift``: drift in words, in JSON and as an exit code."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import answer, run
from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort

CONFIGS = Path(__file__).parents[2] / "configs"
FAST = ["--resamples", "50"]


@pytest.fixture(scope="module")
def simulated():
    return simulate_cohort("stupar", n=500, seed=6).frame


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, simulated):
    monkeypatch.chdir(tmp_path)
    simulated.to_csv("cohort.csv", index=False)


@pytest.fixture
def invented(capsys):
    assert main(["sheet", "new", str(CONFIGS / "published" / "invented_womac.yaml")]) == 0
    capsys.readouterr()
    return Path("models/invented-womac")


def test_drift_is_said_in_words_and_strict_makes_it_an_exit_code(capsys, invented):
    code, out, _ = run(capsys, "drift", invented, "cohort.csv")
    assert code == 0
    assert "Predictor drift: age" in out
    # The invented model does not say on how many people it was developed.
    assert "the development sample size is not known" in out
    assert run(capsys, "drift", invented, "cohort.csv", "--strict")[0] == 3


def test_drift_in_json_and_files(capsys, invented):
    _, found = answer(capsys, "drift", invented, "cohort.csv", "--out", "d")
    assert json.loads(Path("d/drift.json").read_text()) == found
    assert len(pd.read_csv("d/variables.csv")) == 5
    assert pd.read_csv("d/watch.csv")["n_so_far"].max() == found["watch"]["n_so_far"][-1]
    assert Path("d/watch.png").exists()
    assert all(set(metric) == {"value", "low", "high"} for metric in found["metrics"].values())
    assert found["metrics"]["mean_difference"]["value"] == found["watch"]["mean_difference"]
    assert "standardised_difference_prediction" in found["metrics"]


def test_an_updated_model_knows_on_how_many_people_its_average_was_fitted(capsys, invented):
    _, done = answer(capsys, "update", invented, "cohort.csv", "--method", "intercept", *FAST)
    sheet = read_bundle(done["bundle"]).sheet
    assert sheet.n_people == done["n"]
    _, out, _ = run(capsys, "drift", done["bundle"], "cohort.csv")
    assert f"a development cohort of {sheet.n_people}" in out


def test_radians_are_named_as_a_likely_cause_and_need_no_outcome(capsys, invented, simulated):
    frame = simulated.drop(columns="womac_function_followup_0_100")
    frame["hip_flexion_right_deg"] = np.radians(frame["hip_flexion_right_deg"])
    frame.to_csv("r.csv", index=False)
    code, out, _ = run(capsys, "drift", invented, "r.csv")
    assert code == 0
    assert "radians" in out
    assert "Check units and codes" in out
    assert "No calibration CUSUM: the outcome" in out


def test_a_time_that_is_not_there_is_refused(capsys, invented):
    code, _, err = run(capsys, "drift", invented, "cohort.csv", "--time", "visit_day")
    assert code == 3
    assert "visit_day: the cohort has no such time" in err


def test_stacked_imputations_that_no_mapping_declares_are_not_counted_as_people(
    capsys, invented, simulated
):
    stack = pd.concat([simulated.assign(**{".imp": number}) for number in (1, 2, 3)])
    stack.to_csv("stack.csv", index=False)
    code, out, err = run(capsys, "drift", invented, "stack.csv")
    assert (code, out) == (3, "")
    assert "error[STACKED_IMPUTATIONS]" in err
    assert "name the imputation_column in the mapping" in err
