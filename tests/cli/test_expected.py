"""``hiprisk validate --expected`` and what ``validate`` and ``drift`` expect of a cohort."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import answer, run

FAST = ["--resamples", "50", "--by"]
OUTCOME = "womac_function_followup_0_100"


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


@pytest.fixture
def without(simulated):
    """The cohort before anybody's outcome is known."""
    simulated.drop(columns=OUTCOME).to_csv("new.csv", index=False)
    return "new.csv"


def test_a_cohort_without_the_outcome_is_told_what_to_expect(capsys, invented, without):
    code, out, _ = run(capsys, "validate", invented, without, "--expected")
    assert code == 0
    assert "Expected performance, if the model is right:" in out
    assert "\nworse by at least 10 points" in out
    assert "No intervals, and the error of the fit is not allowed for" in out
    assert "SIMULATED DATA" in out
    code, full, _ = run(capsys, "validate", invented, without, "--expected", "--full")
    assert code == 0
    assert "Event: worse by at least 10 points" in full
    assert "Event:" not in out


def test_json_and_files_say_the_same(capsys, invented, without):
    _, found = answer(capsys, "validate", invented, without, "--expected", "--out", "e")
    assert json.loads(Path("e/expected.json").read_text()) == found
    assert found["n"] + sum(found["reasons"].values()) == found["flow"][0]["n_remaining"]
    metrics = found["expected"]["metrics"]
    assert {"r2", "mae", "rmse", "mean_outcome", "coverage_95", "width_95",
            "event_rate_worsening"} <= set(metrics)  # fmt: skip
    table = pd.read_csv("e/expected.csv").set_index("metric")
    assert table.loc["mae", "expected"] == pytest.approx(metrics["mae"]["value"], rel=1e-12)
    code, _, err = run(capsys, "validate", invented, without, "--expected", "--out", "e")
    assert (code, "the folder holds a validation already" in err) == (2, True)


def test_drift_expects_the_same(capsys, invented, without):
    _, found = answer(capsys, "validate", invented, without, "--expected")
    _, drift = answer(capsys, "drift", invented, without)
    assert drift["expected"]["metrics"] == found["expected"]["metrics"]
    assert drift["expected_note"] == ""
    _, out, _ = run(capsys, "drift", invented, without, "--out", "d", "--full")
    assert "Expected performance, if the model is right:" in out
    assert len(pd.read_csv("d/expected.csv")) == len(drift["expected"]["metrics"])


def test_a_cohort_with_some_outcomes_counts_them_and_looks_at_none(
    capsys, invented, without, simulated
):
    some = simulated.copy()
    some.loc[some.index[30:], OUTCOME] = np.nan
    some.to_csv("some.csv", index=False)
    n = int(some[OUTCOME].notna().sum())
    _, found = answer(capsys, "validate", invented, "some.csv", "--expected")
    assert found["n_with_outcome"] == n
    assert any(f"{n} rows of the cohort have an outcome already" in s for s in found["summary"])
    _, before = answer(capsys, "validate", invented, without, "--expected")
    assert found["expected"] == before["expected"]


@pytest.mark.slow
def test_with_outcomes_expected_stands_beside_observed(capsys, invented):
    _, found = answer(capsys, "validate", invented, "cohort.csv", "--out", "v", *FAST)
    one = found["expected"]["compared"]["mae"]
    assert one["observed"] == found["metrics"]["mae"]
    assert one["observed_minus_expected"]["value"] == pytest.approx(
        one["observed"]["value"] - one["expected"]["value"]
    )
    assert found["expected"]["compared"]["event_rate_worsening"]["observed"]["value"] > 0
    assert "observed_minus_expected" in pd.read_csv("v/expected.csv").columns
    _, out, _ = run(capsys, "validate", invented, "cohort.csv", "--full", *FAST)
    assert "Expected and observed performance, if the model is right:" in out
    assert "Observed minus expected" in out or "No evidence that performance differs" in out


def test_everybody_refused_is_a_refusal_with_the_reasons(capsys, invented, without):
    frame = pd.read_csv(without)
    frame["age_years"] = 400.0
    frame.to_csv("old.csv", index=False)
    code, out, err = run(capsys, "validate", invented, "old.csv", "--expected", "--accept-units")
    assert (code, out) == (3, "")
    assert "error[TOO_FEW]: old.csv: 0 rows with a prediction are too few" in err
    assert "no prediction (see reasons)" in err
    _, drift = answer(capsys, "drift", invented, "old.csv", "--accept-units")
    assert drift["expected"] is None
    assert "0 rows with a prediction are too few" in drift["expected_note"]


def test_few_rows_are_too_few(capsys, invented, without):
    pd.read_csv(without).head(12).to_csv("few.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "few.csv", "--expected")
    assert code == 3
    assert "error[TOO_FEW]" in err


def test_no_variable_of_the_model_is_refused(capsys, invented):
    pd.DataFrame({"person_id": range(40), "site": "a"}).to_csv("none.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "none.csv", "--expected")
    assert code == 3
    assert "the cohort has none of the model's" in err


@pytest.mark.parametrize("option", [["--by", "sex"], ["--prevalence", "0.2"],
                                    ["--development", "cohort.csv"]])  # fmt: skip
def test_what_needs_outcomes_is_refused(capsys, invented, without, option):
    code, _, err = run(capsys, "validate", invented, without, "--expected", *option)
    assert code == 2
    assert f"{option[0]} needs outcomes, and --expected looks at none" in err


def test_stacked_imputations_are_not_counted_as_people(capsys, invented, without):
    one = pd.read_csv(without)
    pd.concat([one.assign(**{".imp": k}) for k in (1, 2, 3)]).to_csv("stack.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "stack.csv", "--expected")
    assert (code, "STACKED_IMPUTATIONS" in err) == (3, True)


def test_risks_in_a_column_expect_something_of_themselves(capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"person_id": range(80), "risk": np.round(rng.beta(2, 5, 80), 3)})
    frame.to_csv("risks.csv", index=False)
    asked = ["validate", "risks.csv", "--predictions", "risk", "--outcome"]
    _, found = answer(capsys, *asked, "lbp_any", "--expected")
    rate = found["expected"]["metrics"]["event_rate"]
    assert rate == {"value": pytest.approx(frame["risk"].mean()), "low": None, "high": None}
    code, _, err = run(capsys, *asked, OUTCOME, "--expected")
    assert code == 2
    assert "do not say how a continuous outcome scatters" in err


@pytest.mark.slow
def test_an_updated_model_is_held_against_the_cohort_of_its_update(capsys, invented, without):
    _, done = answer(capsys, "update", invented, "cohort.csv", "--method", "intercept",
                     "--resamples", "50")  # fmt: skip
    _, found = answer(capsys, "validate", done["bundle"], without, "--expected")
    one = found["expected"]["compared"]["rmse"]
    assert one["expected_in_development"] is not None
    # The same people, also those left out of the update for a hip replacement: no case mix at all.
    assert {f["difference_by_case_mix"] for f in found["expected"]["compared"].values()} == {0.0}
    _, found = answer(capsys, "validate", done["bundle"], "cohort.csv", *FAST)
    compared = found["expected"]["compared"]
    assert {f["difference_by_case_mix"] for f in compared.values()} == {0.0}
    assert found["expected"]["n_first_visit"] > found["expected"]["n"]
    assert (
        compared["rmse"]["expected_at_first_visit"] == compared["rmse"]["expected_in_development"]
    )
    assert compared["rmse"]["expected"]["value"] != compared["rmse"]["expected_at_first_visit"]
    _, out, _ = run(capsys, "validate", done["bundle"], without, "--expected", "--full")
    assert "expected in development  by case mix" in out
