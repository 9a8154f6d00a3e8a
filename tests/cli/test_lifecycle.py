"""Stacked imputations, and cases and controls, in validate, update and drift."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import answer, run
from hiprisk.bundle import read_bundle
from study_text import TEXT

FAST = ["--resamples", "50"]


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


@pytest.fixture
def cases_and_controls():
    rng = np.random.default_rng(1)
    happened = np.repeat(["yes", "no"], 60)
    risk = np.where(happened == "yes", 0.5, 0.3) + rng.normal(0, 0.1, 120)
    pd.DataFrame({"lbp_any": happened, "risk": risk.clip(0.01, 0.99)}).to_csv("cc.csv", index=False)
    return ["cc.csv", "--predictions", "risk", "--outcome", "lbp_any"]


def test_the_prevalence_of_the_population_can_be_stated(capsys, cases_and_controls):
    code, found = answer(capsys, "validate", *cases_and_controls, "--prevalence", 0.1, *FAST)
    assert code == 0
    assert found["sampling"] == {"case_control": 0.1}
    assert found["decision_curve"]["prevalence"] == 0.1
    assert "a prevalence of 10 %" in found["summary"][0]


def test_an_unknown_prevalence_withholds_what_needs_it(capsys, cases_and_controls):
    code, out, _ = run(capsys, "validate", *cases_and_controls, "--prevalence", "unknown", *FAST,
                       "--out", "v")  # fmt: skip
    assert code == 0
    (withheld,) = [line for line in out.splitlines() if "not available" in line]
    assert withheld.startswith("Brier score, scaled Brier score, calibration in the large")
    assert "not available (cases and controls were sampled apart" in withheld
    assert json.loads(Path("v/validation.json").read_text())["decision_curve"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--prevalence", "12"],
            "must lie inside (0, 1), 0.12 for 12 in 100, or be unknown; got 12",
        ),
        (["--prevalence", "rare"], "or be unknown; got rare"),
        (["--prevalence", "0.1", "--development", "cc.csv"], "the case mix of cases and controls"),
    ],
)
def test_a_prevalence_that_cannot_be_is_refused(capsys, cases_and_controls, options, message):
    code, out, err = run(capsys, "validate", *cases_and_controls, *options)
    assert (code, out) == (2, "")
    assert message in err


def test_a_score_has_no_cases(capsys, invented):
    code, _, err = run(capsys, "validate", "invented-womac", "cohort.csv", "--prevalence", "0.1")
    assert code == 2
    assert "--prevalence: cases and controls are sampled of a binary outcome" in err


def test_a_study_says_how_its_people_were_sampled(capsys, cases_and_controls):
    start, end = TEXT.index("outcome:"), TEXT.index("confounders:")
    outcome = """outcome:
  {variable: lbp_any, label: pain, kind: binary, unit: probability, event_level: "yes",
   higher_is: worse, horizon_months: 12, population: nobody,
   smallest_gain_worth_having: {metric: c_statistic, value: 0.01}}
sampling: {case_control: 0.2}
"""
    rest = TEXT[end:].replace("lbp_any", "bmi_kg_m2").replace("linear", "logistic")
    Path("s.yaml").write_text(TEXT[:start] + outcome + rest)
    named = ["cc.csv", "--predictions", "risk", "--study", "s.yaml"]
    code, found = answer(capsys, "validate", *named, *FAST)
    assert (code, found.get("sampling")) == (0, {"case_control": 0.2}), found
    code, out, err = run(capsys, "update", *named, "--method", "intercept", "--name", "x")
    assert (code, out) == (2, "")
    assert "an update would take over their prevalence" in err


@pytest.fixture
def stack(simulated):
    """The cohort three times, as imputations, and a mapping that says so."""
    few = simulated.head(150)
    pd.concat([few.assign(imp=number) for number in (1, 2, 3)]).to_csv("stack.csv", index=False)
    names = ", ".join(f"{name}: {name}" for name in simulated.columns)
    Path("m.yaml").write_text(f"imputation_column: imp\nvariables: {{{names}}}\n")
    return ["stack.csv", "--mapping", "m.yaml"]


def test_stacked_imputations_are_pooled_over_persons(capsys, invented, stack):
    code, found = answer(capsys, "validate", "invented-womac", *stack, *FAST)
    assert code == 0
    assert found["imputations"] == 3
    assert found["flow"][0]["n_remaining"] == 150
    assert found["n"] < 150
    assert found["groups"] is None
    assert found["case_mix"] is None


@pytest.mark.parametrize("option", [["--by", "sex"], ["--development", "cohort.csv"]])
def test_what_is_not_pooled_is_refused_by_name(capsys, invented, stack, option):
    code, out, err = run(capsys, "validate", "invented-womac", *stack, *option, *FAST)
    assert (code, out) == (2, "")
    assert f"error[STACKED_ROWS]: {option[0]}: the file contains stacked imputations" in err
    assert 'choose one in the mapping, for instance imputations: ["1"]' in err


def test_drift_does_not_pool_and_refuses_a_stack(capsys, invented, stack):
    code, out, err = run(capsys, "drift", "invented-womac", *stack)
    assert (code, out) == (2, "")
    assert "3 were read, and each person would count several times" in err


def test_an_update_is_pooled_over_persons(capsys, invented, stack):
    how = ["--method", "closed-test", *FAST]
    assert "D2 (F)" in run(capsys, "update", *how, "invented-womac", *stack)[1]
    how = ["--method", "recalibrate", *FAST]
    code, out, _ = run(capsys, "update", *how, "invented-womac", *stack)
    assert code == 0
    assert "Fitted in 3 imputations of the same people" in out
    bundle = read_bundle("models/invented-womac/2")
    assert bundle.lineage["imputations"] == 3
    assert bundle.sheet.n_people < 150
