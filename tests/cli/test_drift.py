"""``hiprisk drift``: drift in words, in JSON and as an exit code."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import answer, run
from hiprisk.bundle import read_bundle

FAST = ["--resamples", "50"]


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


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


@pytest.mark.slow
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


RISK = """
name: death
title: Death within a year
intended_use: Tests only.
source: {citation: nobody, invented: true}
outcome:
  variable: died
  label: death
  kind: binary
  unit: probability
  event_level: dead
  levels: [alive, dead]
  higher_is: worse
  horizon_months: 12
  population: everybody
link: logit
intercept: -3.5
terms: [{variable: age_years, coefficient: 0.05}]
predictors: {age_years: {mean: 65, sd: 10}}
n_developed: 400
"""


def people_at_risk(n=200):
    rng = np.random.default_rng(5)
    age = rng.normal(65, 10, n).clip(25, 100)
    dead = rng.random(n) < 1 / (1 + np.exp(3.5 - 0.05 * age))
    return pd.DataFrame({"age_years": age, "cohort_year": 2010 + np.arange(n) % 8,
                         "died": np.where(dead, "dead", "alive")})  # fmt: skip


def test_codes_of_the_outcome_that_are_no_level_are_counted_and_said(capsys):
    Path("paper.yaml").write_text(RISK)
    assert run(capsys, "sheet", "new", "paper.yaml")[0] == 0
    frame = people_at_risk()
    frame.to_csv("clean.csv", index=False)
    code, found = answer(capsys, "drift", "death", "clean.csv", "--strict")
    assert (code, found["warnings"]) == (0, [])
    frame.loc[:9, "died"] = "9"
    frame.loc[10:12, "cohort_year"] = np.nan
    frame.to_csv("odd.csv", index=False)
    code, out, err = run(capsys, "drift", "death", "odd.csv", "--full")
    assert code == 0
    said = "utcome: 10 codes are no declared level, taken as unknown"
    assert f"O{said}." in out
    assert f"o{said} " in out
    assert "no alarm over 187 people" in out
    assert "warning[UNKNOWN_CATEGORY]: died: codes are no level of this category" in err
    code, found = answer(capsys, "drift", "death", "odd.csv", "--strict")
    assert code == 3
    assert [step["n_remaining"] for step in found["flow"]] == [200, 200, 190, 190, 187]
    assert [(one["code"], one["count"]) for one in found["warnings"]] == [("UNKNOWN_CATEGORY", 10)]
    frame.drop(columns="cohort_year").to_csv("odd.csv", index=False)
    assert "UNKNOWN_CATEGORY" in run(capsys, "drift", "death", "odd.csv")[2]


def test_a_file_that_is_given_twice_is_said(capsys, invented):
    code, out, err = run(capsys, "drift", invented, "cohort.csv", "--cohort", "cohort.csv")
    assert code == 0
    assert "rows of the file are exact copies of an earlier row" in out
    assert "warning[COPIED_ROWS]" in err
