"""Runs on a real PostgreSQL server: its first use, its death, and its secrets."""

import subprocess
import sys
from pathlib import Path

import pytest

from hiprisk.bundle import read_bundle
from hiprisk.config import TrackingSettings
from hiprisk.errors import ConfigError, StoreError
from hiprisk.tracking.runs import check_tracking, open_run, track_bundle
from small_bundle import write_small_bundle

pytestmark = pytest.mark.slow

SETTINGS = TrackingSettings(experiment="t")
ONE_RUN = (
    "from hiprisk.config import TrackingSettings\n"
    "from hiprisk.tracking.runs import open_run\n"
    "with open_run(TrackingSettings(experiment='t'), name='x', parameters={}, tags={}): pass\n"
)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def address(postgres):
    """A database that two processes used at once, when it was empty."""
    found = postgres.new_database("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", found)
        other = subprocess.Popen([sys.executable, "-c", ONE_RUN], stderr=subprocess.PIPE, cwd="/")
        with open_run(SETTINGS, name="y", parameters={}, tags={}):
            pass
        _, err = other.communicate(timeout=240)
    assert other.returncode == 0, err.decode()[-500:]
    return found


@pytest.fixture
def store(address, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    check_tracking(SETTINGS, lambda *_: None)
    return address


def statuses(postgres):
    return dict(postgres.sql("SELECT name, status FROM runs", "mlflow"))


def test_two_first_uses_at_once_both_have_their_run(postgres, store):
    del store
    assert {statuses(postgres)[name] for name in "xy"} == {"FINISHED"}


def test_a_bundle_is_logged_and_no_password_with_it(postgres, store, tmp_path, capfd):
    bundle = read_bundle(write_small_bundle(tmp_path / "models"))
    run = track_bundle(bundle)
    assert run.store == store.replace("hiprisk:s3cret%2Fof%40nobody@", "")
    assert statuses(postgres)["small"] == "FINISHED"
    dumped = subprocess.run(
        [postgres.programs / "pg_dump", store.replace("+psycopg", "")],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert bundle.sha256.encode() in dumped
    written = [path.read_bytes() for path in Path().rglob("*") if path.is_file()]
    said = capfd.readouterr()
    everything = [dumped, *written, said.out.encode(), said.err.encode()]
    assert not [one for one in everything if b"s3cret" in one]


def test_a_server_that_dies_midway_costs_the_run_which_is_told_so_later(
    postgres, store, tmp_path, capfd
):
    del store
    with open_run(SETTINGS, name="midway", parameters={}, tags={}) as run:
        run.log(lambda mlflow: mlflow.set_tag("bundle_sha256", "b1"))
        postgres.kill()
        run.log(lambda mlflow: mlflow.set_tag("more", "later"))
    assert run.not_logged.startswith("MLflow did not take all of the results (")
    assert "Traceback" not in capfd.readouterr().err
    with pytest.raises(StoreError, match=r"the database server does not answer .*; or go on with"):
        check_tracking(SETTINGS, lambda *_: None)
    postgres.start()
    assert statuses(postgres)["midway"] == "RUNNING"
    # The study's process has ended, as far as the store can know.
    import mlflow

    mlflow.MlflowClient().set_tag(run.run_id, "hiprisk.pid", "999999999")
    with open_run(SETTINGS, name="next", parameters={}, tags={}):
        assert statuses(postgres)["midway"] == "KILLED"


def test_what_is_wrong_is_told_before_any_work(postgres, store, monkeypatch):
    postgres.sql("UPDATE experiments SET lifecycle_stage = 'deleted' WHERE name = 't'", "mlflow")
    with pytest.raises(ConfigError, match="the MLflow experiment t was deleted"):
        check_tracking(SETTINGS, lambda *_: None)
    postgres.sql("UPDATE experiments SET lifecycle_stage = 'active' WHERE name = 't'", "mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.replace("s3cret", "s3cret-not"))
    with pytest.raises(StoreError, match="refuses this user or password") as refused:
        check_tracking(SETTINGS, lambda *_: None)
    assert "s3cret" not in str(refused.value)


def test_tables_of_another_version_are_named_with_their_repair(postgres, store):
    del store
    ((version,),) = postgres.sql("SELECT version_num FROM alembic_version", "mlflow")
    postgres.sql("UPDATE alembic_version SET version_num = '451aebb31d03'", "mlflow")
    try:
        with pytest.raises(StoreError, match=r"made by another version .*mlflow db upgrade"):
            check_tracking(SETTINGS, lambda *_: None)
    finally:
        postgres.sql(f"UPDATE alembic_version SET version_num = '{version}'", "mlflow")


def test_tables_whose_making_was_killed_are_left_to_mlflow_to_finish(postgres, monkeypatch):
    # Killed there for real by hand: MLflow makes the others, in one transaction, at the next use.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", postgres.new_database("half"))
    postgres.sql("CREATE TABLE experiments (name text, lifecycle_stage text)", "half")
    check_tracking(SETTINGS, lambda *_: None)
