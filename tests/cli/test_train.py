"""``hiprisk train``: the bundle it leaves, what it says, and wrong moves."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import hiprisk
from commands import NO_TRACKING, QUICK, answer, run
from hiprisk.bundle import read_bundle
from hiprisk.cli.train import _show_holdout, note_absent
from hiprisk.config import load_config
from hiprisk.evidence.document import HoldoutResult
from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.performance.results import Performance

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


def check_report(html, bundle):
    """It says what it is, has every part, fetches nothing, and its tables say the same."""
    assert html.index("SIMULATED DATA") < html.index("<h2>Summary</h2>")
    anchors = "people characteristics samplesize model performance calibration events added"
    for anchor in (*anchors.split(), "association", "stability", "subgroups", "sites"):
        assert f'<section id="{anchor}">' in html
    assert not re.search(r'(src|href)="(?!data:|#)', html)
    metrics = pd.read_parquet(bundle.path / "tables" / "metrics.parquet").set_index("metric")
    for name, estimate in bundle.evidence["metrics"].items():
        assert metrics.loc[name, "value"] == estimate["value"]
    groups = pd.read_parquet(bundle.path / "tables" / "subgroups.parquet")
    assert not groups["level"].str.startswith("site_").any()


@pytest.mark.slow
@pytest.mark.drawn
def test_train_writes_a_bundle_that_scores_and_predicts(capsys):
    code, found = answer(
        capsys, "train", CONFIGS / "stupar.yaml", *QUICK, "--workers", 1,
        "--set", "tracking.register=true", "--set", "tuning.keep=true",
    )  # fmt: skip
    assert code == 0
    assert found["tuning_trials"] == "models/stupar/tuning-1.db"
    assert set(found["metrics"]["r2_apparent"]) == {"value", "low", "high"}
    assert found["metrics"]["r2_corrected"]["value"] < found["metrics"]["r2_apparent"]["value"]
    assert found["summary"][0].startswith("SIMULATED DATA")
    bundle = read_bundle(found["bundle"])
    assert bundle.sha256 == found["bundle_sha256"]
    wanted = {"figures/calibration_loess.png", "estimator.skops", "tables/subgroups.parquet"}
    assert wanted <= set(bundle.manifest["files"])
    check_report((bundle.path / "report.html").read_text(), bundle)
    run(capsys, "simulate", "--seed", 4, "--n", 60, "--out", "new.csv")
    assert run(capsys, "score", "stupar", "new.csv", "--out", "out.csv")[0] == 0
    predicted = pd.read_csv("out.csv")["predicted"]
    assert predicted.between(0, 100).all()

    import mlflow

    mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
    runs = mlflow.search_runs(experiment_names=["stupar"], output_format="list")
    parent = next(r for r in runs if r.info.run_id == found["mlflow_run"])
    children = [r for r in runs if r.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert {r.data.params["family"] for r in children} == {"mean", "linear", "boosting"}
    assert {r.info.status for r in runs} == {"FINISHED"}
    assert parent.data.metrics["r2_corrected"] == found["metrics"]["r2_corrected"]["value"]
    assert parent.data.tags["cohort_fingerprint"] == bundle.manifest["cohort_fingerprint"]
    model = mlflow.pyfunc.load_model(f"runs:/{parent.info.run_id}/{parent.info.run_name}")
    champion = mlflow.pyfunc.load_model("models:/stupar@champion")
    assert champion.metadata.run_id == parent.info.run_id
    answered = model.predict(pd.read_csv("new.csv"))
    assert (answered["predicted"].to_numpy() == predicted.to_numpy()).all()
    refused = model.predict(pd.read_csv("new.csv").assign(age_years=999.0))
    assert (refused["reason"] == "OUT_OF_RANGE(age_years)").all()
    with pytest.raises(hiprisk.InputError, match="no column is a variable"):
        model.predict(pd.DataFrame({"x": [1.0]}))


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_workers_and_a_kill_change_no_byte_of_the_model(capsys, tmp_path):
    config = CONFIGS / "stupar.yaml"
    settings = [*QUICK, *NO_TRACKING, "--set", "tuning.trials=12"]
    _, one = answer(capsys, "train", config, *settings, "--workers", 1, "--out", "one")
    command = [sys.executable, "-m", "hiprisk", "train", str(config), *settings, "--workers", "1",
               "--out", "killed"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    store = Path("killed/.searching/stupar/search.db")
    deadline = time.monotonic() + 120
    while n_trials(store) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not list(Path("killed").glob("stupar/*"))
    _, resumed = answer(
        capsys, "train", config, *settings, "--workers", 2, "--out", "killed", "--resume"
    )
    assert resumed["bundle_sha256"] == one["bundle_sha256"]
    assert not store.exists()


def test_a_resume_of_another_study_leaves_no_run(capsys, tmp_path):
    config = CONFIGS / "stupar.yaml"
    checkpoint = tmp_path / "models" / ".searching" / "stupar" / "bootstrap" / "checkpoint.json"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text('{"fingerprint": "another"}')
    code, _, err = run(capsys, "train", config, *QUICK, "--workers", 1, "--resume")
    assert code == 2
    assert "error[RESUME_MISMATCH]" in err
    assert not list(tmp_path.glob("mlflow.db*"))


def test_a_resume_of_another_study_is_refused_before_anything_heavy_is_imported(tmp_path):
    from hiprisk.learning.tuning.search import search

    folder = tmp_path / "models" / ".searching" / "stupar"
    folder.mkdir(parents=True)
    search(
        lambda params: params["a"], space={"a": (0.0, 1.0)}, fixed={}, whole=(), n_trials=1, seed=1,
        name="linear", storage=folder / "search.db", fingerprint="another",
    )  # fmt: skip
    argv = ["train", str(CONFIGS / "stupar.yaml"), "--resume"]
    code = f"from hiprisk.cli import main\nprint(main({argv!r}))\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    exit_code, imported = done.stdout.splitlines()
    assert exit_code == "2"
    assert "the interrupted search belongs to another config" in done.stderr
    heavy = {"sklearn", "scipy", "matplotlib", "mlflow", "optuna", "jinja2", "skops"}
    assert not heavy & set(imported.split())
    assert {one.name for one in tmp_path.iterdir()} == {"models"}


def n_trials(store):
    import sqlite3

    if not store.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            return connection.execute("select count(*) from trials").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.slow
@pytest.mark.drawn
def test_a_binary_study_gives_a_risk_with_bounds(capsys):
    code, found = answer(
        capsys, "train", CONFIGS / "stupar_worsening.yaml", *QUICK, *NO_TRACKING,
        "--set", "families={logistic: {spline_knots: 0}}", "--workers", 1,
    )  # fmt: skip
    assert code == 0
    assert set(found["metrics"]) >= {"c_statistic_corrected", "scaled_brier_apparent"}
    _, one = answer(
        capsys, "predict", "stupar-worsening", "--womac-function-0-100", 45, "--age-years", 60,
        "--womac-pain-0-100", 40, "--knee-oa", "yes", "--comorbidity-count", 1, "--sex", "male",
        "--lbp-any", "yes", "--lbp-nrs-0-10", 5, "--bmi-kg-m2", 27, "--kl-grade", 2,
    )  # fmt: skip
    assert 0 <= one["lower_95"] <= one["risk"] <= one["upper_95"] <= 1


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_tuning_inside_the_resamples_is_said(capsys):
    quick = [*QUICK, *NO_TRACKING, "--set", "families={linear: {spline_knots: 0, l1_share: 0}}"]
    inside = ["--set", "validation.tune_inside=true", "--set", "validation.trials_inside=2"]
    config = CONFIGS / "stupar.yaml"
    _, fixed = answer(capsys, "train", config, *quick, "--workers", 1)
    _, tuned = answer(capsys, "train", config, *quick, *inside, "--workers", 1)
    said = [read_bundle(one["bundle"]).evidence["not_repeated"] for one in (fixed, tuned)]
    assert any("tuning" in line for line in said[0])
    assert not any("tuning" in line for line in said[1])
    apparent = [one["metrics"]["r2_apparent"] for one in (fixed, tuned)]
    corrected = [one["metrics"]["r2_corrected"] for one in (fixed, tuned)]
    assert apparent[0] == apparent[1]
    assert corrected[0] != corrected[1]


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_pure_noise_is_said_to_add_nothing(capsys):
    frame = pd.DataFrame(
        {
            "age_years": np.random.default_rng(0).normal(65, 8, 200).clip(50, 85).round(1),
            "womac_function_0_100": np.random.default_rng(1).uniform(0, 100, 200).round(1),
            "womac_function_followup_0_100": np.random.default_rng(2).uniform(0, 100, 200).round(1),
        }
    )
    frame.to_csv("noise.csv", index=False)
    code, found = answer(
        capsys, "train", CONFIGS / "stupar.yaml", "--cohort", "noise.csv", *QUICK[2:], *NO_TRACKING,
        "--set", "blocks={core: [age_years, womac_function_0_100]}",
        "--set", "confounders=[age_years]", "--set", "imputation.auxiliary=[]",
        "--set", "outcome.hip_replacement=null", "--set", "association=null",
        "--set", "measurement_error={}", "--set", "tuning.trials=10",
        "--set", "families={linear: {spline_knots: 0, penalty: {low: 0.5, high: 1}, l1_share: 1}}",
        "--workers", 1,
    )  # fmt: skip
    assert code == 0
    assert any("adds nothing" in line or "add nothing" in line for line in found["summary"])


CONFIG_ERRORS = {
    "titel=x": ("'titel'|titel: this key is not known", "did you mean title"),
    "seed=x": ("seed", "must be a whole number"),
    "tuning.trials=0": ("tuning.trials", "must be at least 1"),
    "outcome.events=[]": ("outcome", "needs at least one event"),
    "confounders=[age_years, height_cm]": ("the whole file", "height_cm is in no block"),
    "families={logistic: {}}": ("the whole file", "logistic does not fit a continuous outcome"),
    "outcome.bounds=[100, 0]": ("outcome.bounds", "must ascend"),
    "blocks.core=[womac_function_followup_0_100]": (
        "the whole file",
        "cannot be a predictor|no block",
    ),
    "nonsense": ("--set", "not of the form"),
    "validation.resamples=10": (r"\]: --set validation\.resamples: ", "must be at least 20"),
    "validation={resamples: 10}": (r"\]: --set validation\.resamples: ", "must be at least 20"),
    "outcome.dichotomise={name: x, label: x, direction: above, reference: fixed, value: 9}": (
        r"outcome \(line \d+\) with --set outcome\.dichotomise: ",
        "belong to a binary outcome",
    ),
    "outcome.events=[{name: x, label: x, direction: above, reference: fixed, value: 412}]": (
        "with --set outcome.events",
        "the value of event x must lie inside outcome.bounds",
    ),
    "outcome.events=[{name: x, label: x, direction: above, reference: baseline, value: 100}]": (
        "with --set outcome.events",
        "event x is a change larger than the range of outcome.bounds",
    ),
}


@pytest.mark.parametrize("override", CONFIG_ERRORS)
def test_a_config_that_breaks_a_rule_names_the_key(capsys, override):
    where, what = CONFIG_ERRORS[override]
    status, _, err = run(capsys, "train", CONFIGS / "stupar.yaml", "--set", override)
    assert status == 2
    assert re.search(where, err)
    assert re.search(what, err)


def test_a_config_error_names_its_line(capsys):
    text = (CONFIGS / "stupar.yaml").read_text().replace("  folds: 5", "  folds: 5")
    text = text.replace("tuning: {trials: 25, folds: 5}", "tuning:\n  trials: 25\n  folds: 1")
    Path("c.yaml").write_text(text)
    line = text.splitlines().index("  folds: 1") + 1
    status, _, err = run(capsys, "train", "c.yaml")
    assert status == 2
    assert f"c.yaml: tuning.folds (line {line}): " in err


def test_config_errors_name_up_to_five_keys(capsys):
    faults = ["tuning.trials=0", "tuning.folds=1", "validation.resamples=10", "seed=-1",
              "imputation.imputations=0", "validation.repeats=-1"]  # fmt: skip
    words = [word for fault in faults for word in ("--set", fault)]
    status, _, err = run(capsys, "train", CONFIGS / "stupar.yaml", *words)
    assert status == 2
    named = [
        fault.partition("=")[0] for fault in faults if f"--set {fault.partition('=')[0]}:" in err
    ]
    assert len(named) == 5
    assert "; 1 more (see" in err


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda f: f.assign(age_years=999.0), "OUT_OF_RANGE"),
        (lambda f: f.drop(columns="lbp_any"), "MISSING_COLUMN"),
        (lambda f: f.assign(womac_function_followup_0_100=50.0), "OUTCOME"),
        (lambda f: f.head(30), "OUTCOME"),
        (lambda f: f.assign(lbp_any="no"), "CONSTANT"),
    ],
)
def test_train_refuses_a_cohort_that_cannot_teach(capsys, edit, code):
    run(capsys, "simulate", "--seed", 4, "--n", 220, "--out", "c.csv")
    edit(pd.read_csv("c.csv")).to_csv("bad.csv", index=False)
    status, _, err = run(
        capsys, "train", CONFIGS / "stupar.yaml", "--cohort", "bad.csv", *QUICK[2:], *NO_TRACKING,
        "--workers", 1,
    )  # fmt: skip
    assert status == 3
    assert f"error[{code}]" in err
    assert not list(Path("models").glob("*/*/manifest.json"))


def test_train_counts_what_on_invalid_did(capsys):
    run(capsys, "simulate", "--seed", 4, "--n", 220, "--out", "c.csv")
    frame = pd.read_csv("c.csv")
    frame.loc[:4, "age_years"] = 999.0
    frame.loc[5, "hip_flexion_right_deg"] = 400.0  # behind the worse side, no predictor itself
    frame.to_csv("bad.csv", index=False)
    from hiprisk.learning.study_cohort import handle_invalid_values, load_study_cohort

    for choice, n_rows, n_missing in (("missing", 220, 5), ("exclude", 214, 0)):
        config = load_config(
            CONFIGS / "stupar.yaml",
            overrides=["cohort={file: x}", f"cohort.on_invalid={choice}"],
        )
        config = dataclasses.replace(
            config, cohort=dataclasses.replace(config.cohort, file="bad.csv")
        )
        rows = handle_invalid_values(load_study_cohort(config), config)
        assert len(rows) == n_rows
        assert rows["age_years"].isna().sum() == n_missing
        assert rows["hip_flexion_right_deg"].max() < 180


def test_a_missing_config_or_cohort_is_an_io_error(capsys):
    assert run(capsys, "train", "absent.yaml")[0] == 5
    assert run(capsys, "train", CONFIGS / "stupar.yaml", "--cohort", "absent.csv")[0] == 5


def test_an_unusable_store_is_an_io_error(capsys, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://host")
    status, _, err = run(
        capsys, "train", CONFIGS / "stupar.yaml", *QUICK, "--workers", 1, "--out", "m"
    )
    assert status == 5
    assert "the MLflow store cannot be used" in err


def test_what_the_mapping_names_and_the_file_lacks_is_said(capsys):
    found = {"code": "MISSING_COLUMN", "severity": "note", "column": "kl_grade", "count": 0,
             "message": "the file has no column KL", "advice": "not needed"}  # fmt: skip
    note_absent([found, {**found, "code": "UNUSUAL"}])
    assert capsys.readouterr().err == (
        "hiprisk: note[MISSING_COLUMN]: kl_grade: the file has no column KL (not needed)\n"
    )
    note_absent([{**found, "code": "REFITS_LEFT_OUT", "column": "womac"}])
    assert "note[REFITS_LEFT_OUT]: womac: " in capsys.readouterr().err


@pytest.mark.parametrize(("n_with", "said"), [(3, "1 of them have none; compared on the other 3"),
                                              (0, "none of them has one")])  # fmt: skip
def test_people_held_out_without_a_reference_are_counted(capsys, n_with, said):
    def performance(n, value):
        return Performance(n=n, metrics=(Estimate(name="mae", value=value),))

    held = HoldoutResult(
        label="wave: second", model=performance(4, 18.75), reference_name="score",
        reference=performance(n_with, 2.0) if n_with else None,
        model_compared=performance(n_with, 1.5) if n_with else None,
    )  # fmt: skip
    evidence = SimpleNamespace(holdout=held, label=lambda name: name)
    _show_holdout(SimpleNamespace(evidence=evidence))
    out = capsys.readouterr().out
    assert "n = 4:" in out
    assert "18.75" in out
    assert said in out
    assert ("model, n = 3" in out) == bool(n_with)
