"""``hiprisk validate``: who was judged, the same figures everywhere, wrong moves."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import answer, run
from hiprisk.cohort.simulation.simulate import simulate_cohort

FAST = ["--resamples", "50"]


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


def test_validation_says_who_was_judged_and_that_people_are_simulated(capsys, invented):
    code, out, _ = run(
        capsys, "validate", "invented-womac", "cohort.csv", "--by", "sex", "--full", *FAST
    )
    assert code == 0
    assert "INVENTED COEFFICIENTS" in out
    assert "SIMULATED DATA" in out
    assert "hip replaced before follow-up (excluded)" in out
    assert "By sex:\nsex     people  R² " in out


@pytest.mark.slow
@pytest.mark.drawn
def test_the_same_figures_in_json_and_in_files(capsys, invented):
    code, found = answer(capsys, "validate", invented, "cohort.csv", "--out", "v", *FAST)
    assert code == 0
    assert json.loads(Path("v/validation.json").read_text()) == found
    table = pd.read_csv("v/metrics.csv")
    rmse = table.loc[(table["metric"] == "rmse") & (table["variable"] == "all"), "value"].item()
    assert rmse == pytest.approx(found["metrics"]["rmse"]["value"], rel=1e-12)
    assert Path("v/calibration.png").stat().st_size > 5000
    assert set(found["case_mix"]) >= {"lp_sd_ratio", "normal_membership_c", "membership_c"}
    assert all(set(metric) == {"value", "low", "high"} for metric in found["metrics"].values())
    assert {"normal_membership_c", "standardised_difference_age_years"} <= set(found["metrics"])


@pytest.mark.slow
def test_groups_are_those_of_train_unless_chosen(capsys, invented):
    _, found = answer(capsys, "validate", invented, "cohort.csv", *FAST)
    assert {"sex", "age_band", "site", "kl_grade", "lbp_any"} <= set(found["groups"]["labels"])
    _, found = answer(capsys, "validate", invented, "cohort.csv", "--by", "sex", *FAST)
    assert set(found["groups"]["labels"]) == {"sex"}
    assert answer(capsys, "validate", invented, "cohort.csv", "--by", *FAST)[1]["groups"] is None


def test_the_development_cohort_gives_the_membership_model(capsys, invented):
    simulate_cohort("stupar", n=400, seed=9).frame.to_csv("old.csv", index=False)
    _, found = answer(capsys, "validate", invented, "cohort.csv", "--development", "old.csv", *FAST)
    assert found["case_mix"]["basis"] == "the development cohort itself"
    assert 0.35 < found["case_mix"]["membership_c"]["value"] < 0.65


def test_a_cohort_without_the_outcome_is_refused(capsys, invented, simulated):
    simulated.drop(columns="womac_function_followup_0_100").to_csv("n.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "n.csv")
    assert code == 3
    assert "error[MISSING_COLUMN]: n.csv: womac_function_followup_0_100" in err


def test_a_changed_bundle_is_refused(capsys, invented):
    with (invented / "1" / "sheet.json").open("a") as stream:
        stream.write(" ")
    for command in (("validate",), ("update", "--method", "intercept"), ("drift",)):
        code, _, err = run(capsys, command[0], invented, "cohort.csv", *command[1:])
        assert code == 4
        assert "error[CHANGED]" in err


def test_codes_that_are_no_levels_are_refused_whole(capsys, invented, simulated):
    # As in psfmi's hipstudy: developed with 0 and 1, met with 1 and 2. Here 1 would pass for male.
    codes = np.where(simulated["sex"] == "female", "2", "1")
    simulated.assign(sex=codes).to_csv("c.csv", index=False)
    columns = [c for c in simulated.columns if c != "sex"]
    lines = ["provenance: simulated", "variables:", *(f"  {c}: {c}" for c in columns),
             '  sex: {column: sex, levels: {"0": female, "1": male}}']  # fmt: skip
    Path("m.yaml").write_text("\n".join(lines) + "\n")
    for command in (("validate",), ("update", "--method", "intercept")):
        code, _, err = run(
            capsys, command[0], invented, "c.csv", "--mapping", "m.yaml", *command[1:]
        )
        assert code == 3
        assert "error[UNKNOWN_CATEGORY]: c.csv: row " in err
        assert "nothing is guessed" in err


@pytest.mark.slow
def test_a_validation_is_not_overwritten_unasked(capsys, invented):
    Path("v").mkdir()
    Path("v/validation.json").write_text("{}")
    code, _, err = run(capsys, "validate", invented, "cohort.csv", "--out", "v", *FAST)
    assert code == 2
    assert "EXISTS" in err
    assert "--force" in err
    assert Path("v/validation.json").read_text() == "{}"
    code, _, _ = run(capsys, "validate", invented, "cohort.csv", "--out", "v", "--force", *FAST)
    assert code == 0
    assert Path("v/validation.json").read_text() != "{}"


@pytest.mark.slow
def test_without_the_hip_replacement_column_the_way_out_is_named(capsys, invented, simulated):
    simulated.drop(columns="hip_replacement_before_followup").to_csv("w.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "w.csv", *FAST)
    assert code == 3
    assert 'hip_replacement_before_followup: {value: "no"}' in err
    names = [c for c in simulated.columns if c != "hip_replacement_before_followup"]
    lines = [f"  {name}: {name}" for name in names]
    lines.append('  hip_replacement_before_followup: {value: "no"}')
    Path("m.yaml").write_text("variables:\n" + "\n".join(lines) + "\n")
    code, _, err = run(capsys, "validate", invented, "w.csv", "--mapping", "m.yaml", *FAST)
    assert (code, err) == (0, "")


@pytest.mark.slow
@pytest.mark.drawn
def test_a_reference_prediction_in_a_column_is_compared_on_the_same_people(
    capsys, invented, simulated
):
    baseline = simulated["womac_function_0_100"]
    simulated.assign(last_year=baseline.where(simulated.index > 20)).to_csv("r.csv", index=False)
    options = ("--reference", "last_year", "--by", *FAST)
    code, found = answer(capsys, "validate", invented, "r.csv", "--out", "v", *options)
    assert code == 0
    compared = found["reference_comparison"]
    assert compared["reference"] == "last_year"
    assert compared["n"] + compared["n_without"] == found["n"]
    assert len(pd.read_csv("v/murphy_diagram.csv")) == 101
    assert Path("v/murphy_diagram.png").stat().st_size > 5000
    out = run(capsys, "validate", invented, "r.csv", "--full", *options)[1]
    assert "Compared with last_year (n = " in out
    assert compared["summary"] in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--reference", "nobodys"), "no such column of predictions"),
        (("--reference", "age_years", "--expected"), "--reference needs outcomes"),
    ],
)
def test_a_reference_that_cannot_be_compared_is_refused(capsys, invented, options, message):
    code, _, err = run(capsys, "validate", invented, "cohort.csv", *options, *FAST)
    assert code in (2, 3)
    assert message in err


def test_cases_and_controls_are_not_compared_with_a_reference(capsys):
    code, _, err = run(
        capsys, "validate", "cohort.csv", "--predictions", "womac_function_0_100", "--outcome",
        "lbp_any", "--prevalence", "0.2", "--reference", "age_years",
    )  # fmt: skip
    assert code == 2
    assert "--reference: scores of cases and controls are not those of the population" in err


@pytest.mark.parametrize("column", ["sex", "lbp_any", "site", "baseline_date", "person_id"])
def test_a_column_that_holds_no_numbers_is_no_prediction(capsys, invented, simulated, column):
    dates = simulated.assign(baseline_date="2020-01-01")
    dates.to_csv("kinds.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "kinds.csv", "--reference", column, *FAST)
    assert code == 3
    assert f"error[NOT_A_NUMBER]: kinds.csv: {column}: the column is of the kind " in err
    stated = ("--predictions", column, "--outcome", "womac_function_followup_0_100")
    code, _, err = run(capsys, "validate", "kinds.csv", *stated, *FAST)
    assert code == 3
    assert f"error[NOT_A_NUMBER]: kinds.csv: {column}: " in err


def test_the_outcome_is_no_reference_prediction_of_itself(capsys, invented):
    itself = ("--reference", "womac_function_followup_0_100", *FAST)
    code, _, err = run(capsys, "validate", invented, "cohort.csv", *itself)
    assert code == 3
    assert "error[OUTCOME]" in err
    assert "this is the outcome, and no prediction of it" in err


def test_a_variable_that_cannot_part_people_is_told_by_the_option(capsys, invented, simulated):
    simulated.assign(site="1").to_csv("one.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "one.csv", "--by", "site", *FAST)
    assert code == 2
    assert "--by: 'site' has one level only" in err
    assert "subgroups" not in err


def test_a_share_is_no_prediction_of_a_score(capsys, invented, simulated):
    share = simulated["womac_function_0_100"] / 100
    simulated.assign(share=share).to_csv("share.csv", index=False)
    argv = ("validate", invented, "share.csv", "--reference", "share", *FAST)
    code, _, err = run(capsys, *argv)
    assert code == 3
    assert "error[UNIT_SUSPECT]: share.csv: share: " in err
    assert "given as a share from 0 to 1?" in err
    assert run(capsys, *argv, "--accept-units")[0] == 0
