"""Runs of studies: how they end, and what they must never be told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands import QUICK
from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import TrackingSettings
from hiprisk.errors import ConfigError, InputError
from hiprisk.tracking.runs import check_tracking, flattened, open_run
from mlflow_store import empty_store

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
SECRET = "JaneRoe"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path_factory, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, tmp_path))


@pytest.mark.slow
def test_nothing_of_a_patient_reaches_store_bundle_or_output(capsys):
    frame = simulate_cohort("stupar", n=200, seed=2).frame
    frame["person_id"] = [f"{SECRET}{i}" for i in range(len(frame))]
    frame["site"] = f"{SECRET}-hospital"
    frame["rater_id"] = f"{SECRET}-rater"
    folder = Path(f"folder-{SECRET}")
    folder.mkdir()
    frame.to_csv(folder / "cohort.csv", index=False)
    code = main(
        ["train", str(CONFIG), "--cohort", str(folder / "cohort.csv"), "--workers", "1",
         *QUICK[2:], "--set", "families={linear: {spline_knots: 0, l1_share: 0, penalty: 0.1}}"]
    )  # fmt: skip
    assert code == 0
    captured = capsys.readouterr()
    assert SECRET not in captured.out + captured.err
    for path in Path().rglob("*"):
        if path.is_file() and folder not in path.parents:
            assert SECRET.encode() not in path.read_bytes(), path


def test_a_run_that_fails_ends_as_failed_and_one_interrupted_as_killed():
    import mlflow

    settings = TrackingSettings(experiment="t")
    for kind, status in ((InputError, "FAILED"), (KeyboardInterrupt, "KILLED")):
        with (
            pytest.raises(kind, match="stop"),
            open_run(settings, name=status, parameters={"a": {"b": 1}}, tags={}),
        ):
            raise kind("stop")
    runs = mlflow.search_runs(experiment_names=["t"], output_format="list")
    assert {run.info.run_name: run.info.status for run in runs} == {
        "FAILED": "FAILED",
        "KILLED": "KILLED",
    }
    assert runs[0].data.params == {"a.b": "1"}


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ({"hiprisk.pid": "999999999"}, "KILLED"),
        # A container that was started again: each of its main processes is number 1, and is there.
        ({"hiprisk.started": "1"}, "KILLED"),
        ({"hiprisk.boot": "before"}, "KILLED"),
        ({}, "RUNNING"),
        ({"hiprisk.started": ""}, "RUNNING"),
        ({"hiprisk.host": "elsewhere", "hiprisk.started": "1"}, "RUNNING"),
        ({"hiprisk.pid": "none"}, "RUNNING"),
    ],
)
def test_a_run_of_a_dead_process_is_marked_as_killed(tags, status):
    import mlflow

    settings = TrackingSettings(experiment="t")
    with open_run(settings, name="first", parameters={}, tags={}) as run:
        stale = run.run_id
        for key, value in tags.items():
            mlflow.MlflowClient().set_tag(stale, key, value)
        mlflow.end_run()
        mlflow.MlflowClient().update_run(stale, status="RUNNING")
    mlflow.MlflowClient().update_run(stale, status="RUNNING")
    with open_run(settings, name="second", parameters={}, tags={}):
        assert mlflow.MlflowClient().get_run(stale).info.status == status


def test_two_first_uses_of_an_empty_store_both_succeed():
    Path("mlflow.db").unlink()
    code = (
        "from hiprisk.config import TrackingSettings\n"
        "from hiprisk.tracking.runs import open_run\n"
        "with open_run(TrackingSettings(experiment='t'), name='x', parameters={}, tags={}): pass\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)
    ]
    for process in both:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()[-500:]


def test_the_experiment_opens_as_model_training_unless_somebody_chose_another_kind():
    import mlflow

    client = mlflow.MlflowClient()
    settings = TrackingSettings(experiment="t")
    for kind in ("custom_model_development", "genai_development"):
        with open_run(settings, name="x", parameters={}, tags={}):
            experiment = client.get_experiment_by_name("t")
        assert experiment.tags["mlflow.experimentKind"] == kind
        client.set_experiment_tag(
            experiment.experiment_id, "mlflow.experimentKind", "genai_development"
        )


def test_tracking_can_be_switched_off():
    Path("mlflow.db").unlink()
    with open_run(TrackingSettings(enabled=False), name="x", parameters={}, tags={}) as run:
        run.log_candidate("linear", {}, 1.0)
        assert run.run_id is None
    assert not os.path.exists("mlflow.db")


def test_settings_are_flattened_to_short_texts():
    assert dict(flattened({"a": {"b": [1, 2]}, "c": "x" * 600})) == {
        "a.b": "[1, 2]",
        "c": "x" * 500,
    }


def test_a_postgresql_address_is_read_before_anybody_is_asked(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "postgres://jane:s3cret@127.0.0.1:1x/d")
    with pytest.raises(ConfigError, match=r"^MLFLOW_TRACKING_URI: postgres://127\.0\.0\.1:1x/d is"):
        check_tracking(TrackingSettings(), lambda *step: None)
