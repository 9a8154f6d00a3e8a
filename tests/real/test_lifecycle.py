"""Published figures reproduced: psfmi's external validation, predtools, the NHS model."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.cli import main
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.config.published import declared_outcome, load_published, plain, published_from_text
from hiprisk.learning.sheets.published import published_sheet
from hiprisk.metrics.calibration import logistic_recalibration, logit_in_the_large
from hiprisk.metrics.discrimination import c_statistic
from hiprisk.metrics.scores import brier
from hiprisk.validation.external.cohort import predict_cohort
from hiprisk.validation.external.reading import read_validation_cohort
from hiprisk.validation.updating.methods import UpdateData, closed_test, fit_update

pytestmark = [pytest.mark.real, pytest.mark.slow]

CONFIGS = Path(__file__).parents[2] / "configs"
# Exact C of the same risks: rms::somers2, and by ranks in base R.
SOMERS2 = 0.619934807
R = json.loads((Path(__file__).parents[1] / "oracles" / "updating_r.json").read_text())
NHS = ["--mapping", str(CONFIGS / "cohorts" / "nhs_proms_hip.yaml")]


def psfmi_people(shared_dir, number):
    model = load_published(CONFIGS / "published" / "psfmi_lbp_chronic.yaml")
    sheet = published_sheet(model)
    outcome = declared_outcome({"outcome": plain(model)["outcome"]}, file="x")
    mapping = mapping_from_text(
        f'provenance: real\nimputation_column: Impnr\nimputations: ["{number}"]\n'
        "variables: {person_id: ID, age_years: Age}\n"
    )
    path = shared_dir / "data" / "psfmi_lbpmilr.csv"
    return predict_cohort(
        sheet, outcome, read_validation_cohort(path, mapping, sheet=sheet, outcome=outcome)
    )


def test_psfmis_external_validation_is_reproduced(shared_dir):
    people = [psfmi_people(shared_dir, number) for number in range(1, 6)]
    assert [p.n for p in people] == [159] * 5
    lines = [logistic_recalibration(p.observed, p.predicted) for p in people]
    assert np.mean([line.intercept for line in lines]) == pytest.approx(-0.0788081, abs=1e-7)
    assert np.mean([line.slope for line in lines]) == pytest.approx(0.9818332, abs=1e-7)
    large = [logit_in_the_large(p.observed, p.predicted) for p in people]
    assert np.mean(large) == pytest.approx(-0.0768418, abs=1e-7)
    # C is pooled on the logit scale.
    c = np.array([c_statistic(p.observed, p.predicted) for p in people])
    pooled = 1 / (1 + np.exp(-np.mean(np.log(c / (1 - c)))))
    assert pooled == pytest.approx(0.8551, abs=5e-5)


PREDTOOLS = """name: predtools
title: The development model of predtools
intended_use: Tests only.
source: {citation: predtools 0.0.3}
outcome:
  {variable: y, label: exacerbation, kind: binary, unit: probability, higher_is: worse,
   horizon_months: 6, population: nobody, event_level: "1"}
link: logit
intercept: INTERCEPT
terms:
  - {variable: age, coefficient: AGE}
  - {variable: severity, level: "1", coefficient: SEVERITY}
  - {variable: sex_0_1, level: "1", coefficient: SEX}
  - {variable: comorbidity, level: "1", coefficient: COMORBIDITY}
predictors:
  age: {kind: number, label: age, unit: years}
  severity: {kind: category, label: severity, levels: ["0", "1"]}
  sex_0_1: {kind: category, label: sex, levels: ["0", "1"]}
  comorbidity: {kind: category, label: comorbidity, levels: ["0", "1"]}
"""


@pytest.fixture
def predtools(shared_dir, tmp_path):
    text = PREDTOOLS
    names = ("INTERCEPT", "AGE", "SEVERITY", "SEX", "COMORBIDITY")
    for name, value in zip(names, R["predtools_model"], strict=True):
        text = text.replace(name, repr(value))
    frame = pd.read_csv(shared_dir / "data" / "predtools_val.csv").rename(
        columns={"sex": "sex_0_1"}
    )
    frame.to_csv(tmp_path / "val.csv", index=False)
    model = published_from_text(text)
    sheet, outcome = published_sheet(model), model.outcome
    return predict_cohort(
        sheet,
        outcome,
        read_validation_cohort(tmp_path / "val.csv", None, sheet=sheet, outcome=outcome),
    )


def test_predtools_is_updated_as_r_does(predtools):
    data = UpdateData("binary", predtools.observed, predtools.lp, predtools.functions)
    theirs = R["predtools"]
    assert fit_update(data, "intercept").intercept == pytest.approx(
        theirs["intercept"][0], rel=1e-7
    )
    line = fit_update(data, "recalibrate")
    assert [line.intercept, line.slope] == pytest.approx(theirs["recalibrate"], rel=1e-8)
    # val.prob printed these, and the Brier score; its C (0.620189) is of binned risks, R's somers2
    # of the risks themselves.
    assert [line.intercept, line.slope] == pytest.approx([-0.252283, 0.650297], abs=1e-6)
    assert brier(predtools.observed, predtools.predicted) == pytest.approx(0.203776, abs=1e-6)
    c = c_statistic(predtools.observed, predtools.predicted)
    assert c == pytest.approx(SOMERS2, abs=1e-7)
    again = fit_update(data, "reestimate").coefficients
    assert list(again) == pytest.approx(theirs["reestimate"], rel=1e-7)
    test = closed_test(data)
    assert [t.statistic for t in test.tests] == pytest.approx(theirs["statistic"], rel=1e-7)
    assert [t.p_value for t in test.tests] == pytest.approx(theirs["p_value"], rel=1e-6)
    assert test.chosen == "reestimate"


def found(capsys, *argv):
    assert main([*map(str, argv), "--json", "--resamples", "50"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_published_nhs_model_is_validated_as_the_page_says(shared_dir, capsys):
    result = found(capsys, "validate", shared_dir / "data" / "nhs_proms_hip_sample15k.csv", *NHS,
                   "--predictions", "ohs_post_nhs_predicted", "--outcome", "ohs_followup_0_48",
                   "--where", "cohort_year=2018/19")  # fmt: skip
    metrics = {name: figures["value"] for name, figures in result["metrics"].items()}
    assert result["n"] == 5000
    assert metrics["rmse"] == pytest.approx(7.861, abs=5e-4)
    assert metrics["mae"] == pytest.approx(6.254, abs=5e-4)
    assert metrics["calibration_slope"] == pytest.approx(0.893, abs=5e-4)
    assert metrics["calibration_in_the_large"] == pytest.approx(1.374, abs=5e-4)


def test_it_is_recalibrated_on_one_year_and_judged_on_another(
    shared_dir, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path = shared_dir / "data" / "nhs_proms_hip_sample15k.csv"
    update = found(capsys, "update", path, *NHS, "--predictions", "ohs_post_nhs_predicted",
                   "--study", CONFIGS / "nhs_proms_hip.yaml", "--where", "cohort_year=2016/17",
                   "--method", "recalibrate", "--name", "nhs-recalibrated")  # fmt: skip
    frame = pd.read_csv(path)
    first = frame[frame["year"] == "2016/17"]
    slope, intercept = np.polyfit(first["ohs_post_nhs_predicted"], first["ohs_post_score"], 1)
    assert [update["intercept"], update["slope"]] == pytest.approx([intercept, slope], rel=1e-8)
    later = found(
        capsys, "validate", "nhs-recalibrated", path, *NHS, "--where", "cohort_year=2018/19"
    )
    last = frame[frame["year"] == "2018/19"]
    line = (intercept + slope * last["ohs_post_nhs_predicted"]).clip(0, 48)
    rmse = np.sqrt(np.mean((last["ohs_post_score"] - line) ** 2))
    assert later["metrics"]["rmse"]["value"] == pytest.approx(rmse, rel=1e-9)
    assert later["metrics"]["rmse"]["value"] < 7.861
    assert later["forecast"]["coverage_80"]["value"] == pytest.approx(0.80, abs=0.02)


def test_hipstudys_gender_trap_is_refused(shared_dir, tmp_path, capsys, monkeypatch):
    """Developed with 0 and 1, and the same people coded 1 and 2, as the external file is."""
    monkeypatch.chdir(tmp_path)
    frame = pd.read_csv(shared_dir / "data" / "psfmi_hipstudy.csv")
    frame["Gender"] += 1
    frame.to_csv("external.csv", index=False)
    Path("model.yaml").write_text(
        "name: hip-fracture\ntitle: Mortality after a hip fracture\nintended_use: Tests only.\n"
        "source: {citation: rms fit of hipstudy}\n"
        "outcome: {variable: Mortality, label: death, kind: binary, unit: probability, "
        'higher_is: worse, horizon_months: 12, population: nobody, event_level: "1"}\n'
        "link: logit\nintercept: -5.6\nterms:\n"
        "  - {variable: sex, level: male, coefficient: 0.46}\n"
        "  - {variable: age_years, coefficient: 0.05}\n"
    )
    mapping = str(CONFIGS / "cohorts" / "psfmi_hipstudy.yaml")
    assert main(["sheet", "new", "model.yaml"]) == 0
    for command in (["validate"], ["update", "--method", "intercept"]):
        argv = [command[0], "hip-fracture", "external.csv", "--mapping", mapping, *command[1:]]
        assert main(argv) == 3
        assert "error[UNKNOWN_CATEGORY]: external.csv: row" in capsys.readouterr().err
    frame["Gender"] -= 1
    frame.to_csv("development.csv", index=False)
    argv = [
        "validate",
        "hip-fracture",
        "development.csv",
        "--mapping",
        mapping,
        "--resamples",
        "50",
    ]
    assert main(argv) == 0
