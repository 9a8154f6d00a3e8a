"""Results of commands as runs that point to the model, in one store for all tests."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from blank_figures import figures_left_blank
from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.tracking.runs import track_bundle
from mlflow_store import empty_store
from small_bundle import write_small_bundle

pytestmark = pytest.mark.slow
CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
STUDY = [CONFIG, "--set", "cohort.simulate.n=150", "--set", "imputation.imputations=2",
         "--set", "tracking.experiment=team"]  # fmt: skip
SECRET = "JaneRoe"
OUTCOME = {
    "variable": "womac_function_followup_0_100", "label": "WOMAC function",
    "kind": "continuous", "unit": "points 0-100", "bounds": [0, 100], "higher_is": "worse",
    "baseline": "womac_function_0_100", "horizon_months": 12, "population": "nobody",
    "hip_replacement": {"strategy": "exclude", "variable": "hip_replacement_before_followup"},
}  # fmt: skip


def people(n=90):
    """A cohort of the small model's variables, seen one a day at three sites."""
    rng = np.random.default_rng(1)
    function = rng.uniform(20, 80, n).round(1)
    days = pd.date_range("2020-01-01", periods=n).strftime("%Y-%m-%d")
    return pd.DataFrame(
        {
            "person_id": [f"{SECRET}{i}" for i in range(n)],
            "site": [f"{SECRET} hospital {i % 3}" for i in range(n)],
            "followup_date": days,
            "age_years": rng.normal(65, 8, n).round(),
            "sex": np.where(np.arange(n) % 2, "male", "female"),
            "lbp_any": np.where(np.arange(n) % 3, "yes", "no"),
            "womac_function_0_100": function,
            "womac_function_followup_0_100": np.clip(
                20 + 0.6 * function + rng.normal(0, 9, n), 0, 100
            ).round(1),
            "hip_replacement_before_followup": "no",
        }
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Runs of every command by its name, the model's id, the exit codes, the folder."""
    import mlflow

    root = tmp_path_factory.mktemp("team")
    with pytest.MonkeyPatch.context() as patch, figures_left_blank():
        patch.chdir(root)
        patch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, root))
        settings = {"tracking": {"experiment": "team", "register": True}, "outcome": OUTCOME}
        bundle = read_bundle(write_small_bundle(root / "models", config=settings))
        track_bundle(bundle)
        people().to_csv("clinic.csv", index=False)
        codes = {name: main([str(word) for word in words]) for name, words in COMMANDS.items()}
        runs = mlflow.search_runs(search_all_experiments=True, output_format="list")
        (model,) = mlflow.search_logged_models(
            output_format="list", filter_string=f"tags.bundle_sha256 = '{bundle.sha256}'"
        )
        found = {run.data.tags.get("command", "track"): mlflow.get_run(run.info.run_id)
                 for run in runs}  # fmt: skip
        yield found, model, codes, root


COMMANDS = {
    "validate": ["validate", "small", "clinic.csv", "--resamples", "50", "--track"],
    "drift": ["drift", "small", "clinic.csv", "--track", "--json"],
    "update": ["update", "small", "clinic.csv", "--method", "recalibrate", "--resamples", "50",
               "--track"],
    "associate": ["associate", *STUDY, "--track"],
    "compare": ["compare", *STUDY, "--resamples", "20", "--workers", "1", "--fast", "--track"],
}  # fmt: skip


def test_every_command_logs_one_finished_run_in_the_experiment_of_the_study(store):
    runs, _, codes, _ = store
    assert codes == dict.fromkeys(COMMANDS, 0)
    assert runs.keys() == {"track", *COMMANDS}
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    assert len({run.info.experiment_id for run in runs.values()}) == 1


@pytest.mark.parametrize("command", ["validate", "drift", "update"])
def test_a_run_points_to_the_model_and_its_registered_version(store, command):
    runs, model, _, _ = store
    run = runs[command]
    assert run.data.tags["model_id"] == model.model_id
    assert run.data.tags["model_run_id"] == runs["track"].info.run_id
    assert run.data.tags["registered_model_version"] == "small/1"
    assert [one.model_id for one in run.inputs.model_inputs] == [model.model_id]
    assert run.data.tags["model"] == "small@1"
    keys = {(one.key, one.dataset_name) for one in model.metrics}
    assert {("rmse", "clinic"), ("psi_sex", "clinic"), ("r2_before", "clinic")} <= keys


def test_an_update_is_a_model_of_its_own_made_on_the_new_cohort(store):
    import mlflow

    run = store[0]["update"]
    (made,) = run.outputs.model_outputs
    new = read_bundle(store[3] / "models" / "small" / "2")
    assert run.data.tags["bundle_sha256"] == new.sha256
    assert mlflow.get_logged_model(made.model_id).tags["bundle_sha256"] == new.sha256
    assert {"r2_before", "r2_cross_validated", "r2_cross_validated_low"} <= run.data.metrics.keys()
    assert not [name for name in run.data.metrics if "corrected" in name]
    client = mlflow.MlflowClient()
    assert len(client.search_model_versions("name = 'small'")) == 2
    # Nobody serves an update because it was tracked.
    assert client.get_model_version_by_alias("small", "champion").version == 1
    (cohort,) = run.inputs.dataset_inputs
    assert cohort.dataset.name == "clinic"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_run_has_description_tags_cohort_metrics_and_artifacts(store, command):
    import mlflow

    run = store[0][command]
    tags = run.data.tags
    assert tags["mlflow.note.content"].startswith(f"**{command}**")
    assert tags["outcome"] == "womac_function_followup_0_100"
    assert 3 <= len(run.data.metrics) <= 45
    (cohort,) = run.inputs.dataset_inputs
    assert cohort.dataset.digest == tags["cohort_fingerprint"][:12]
    assert json.loads(cohort.dataset.profile)["num_rows"] > 0
    paths = {file.path for file in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)}
    assert {"report.html", "tables", "figures", "config.json"} <= paths
    assert run.data.params["command"] == command
    assert "track" not in run.data.params


def test_nothing_of_a_patient_is_in_the_store_and_its_artifacts(store):
    folder = store[3]
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "clinic.csv"]
    assert len(files) > 50
    held = [path for path in files if SECRET.encode() in path.read_bytes()]
    assert not held


def test_days_of_one_person_each_are_no_points_of_a_logged_watch(store):
    import mlflow

    run = store[0]["drift"]
    report = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/drift.json")
    assert report["watch"] is None
    assert report["watch_note"] == "points in time of fewer than 10 people are not logged"
    assert "mean_difference" in run.data.metrics
    assert "2020-01-05" not in json.dumps(report)


# The newest version was updated on the very clinic that the page validates it on.
@pytest.mark.filterwarnings("ignore:these are the people:hiprisk.errors.HipRiskWarning")
def test_the_code_of_the_how_to_runs(store):
    import mlflow

    pages = [
        (CONFIG.parents[1] / "docs" / "how-to" / name).read_text(encoding="utf-8")
        for name in ("mlflow.md", "mlflow-models.md")
    ]
    blocks = re.findall(r"^```python\n(.*?)^```", "".join(pages), flags=re.M | re.S)
    # tests/spark runs that of Spark, which needs a session.
    blocks = [block for block in blocks if "spark" not in block]
    known = {"frame": people().drop(columns=["person_id", "site"])}
    exec("\n".join(blocks).replace("stupar", "small"), known)
    assert len(known["runs"]) == 1  # the model; its update is cross-validated
    # A name alone is the newest version.
    assert known["logged"].model.registered == "small/2"
    assert known["evaluated"].metrics["root_mean_squared_error"] > 0
    assert mlflow.active_run() is None
