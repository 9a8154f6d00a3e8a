"""Runs that nobody will end any more, and clocks that are set back."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from hiprisk.bundle import read_bundle
from hiprisk.config import TrackingSettings
from hiprisk.tracking import runs
from hiprisk.tracking.lost_runs import REPLACED_BY, end_time, process_tags
from hiprisk.tracking.runs import TrackedBundle, open_run, track_bundle
from mlflow_store import empty_store
from small_bundle import write_small_bundle

pytestmark = pytest.mark.slow

SETTINGS = TrackingSettings(experiment="hiprisk")
LOCKED = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN IMMEDIATE")
"""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path_factory, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, tmp_path))


def test_an_end_is_told_only_where_the_clock_was_set_back(monkeypatch):
    now = 1_700_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: now * 1_000_000)
    assert end_time(now - 5_000, 5.0) is None
    assert end_time(now - 5_000, 5.5) is None
    assert end_time(now - 5_000, 3_600.0) == now - 5_000 + 3_600_000
    # The clock is behind the start.
    assert end_time(now + 60_000, 0.25) == now + 60_250


def test_a_run_ends_after_it_began_though_the_clock_was_set_back(monkeypatch):
    import mlflow

    with open_run(SETTINGS, name="long", parameters={}, tags={}) as run:
        client = mlflow.MlflowClient()
        stale = client.create_run(
            run._experiment, tags={**process_tags(), "hiprisk.pid": "99999999"}
        )
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() - 86_400)
        monkeypatch.setattr(time, "time_ns", lambda: round((real() - 86_400) * 1e9))
    ended = client.get_run(run.run_id).info
    assert ended.status == "FINISHED"
    assert 0 <= ended.end_time - ended.start_time < 60_000
    with open_run(SETTINGS, name="next", parameters={}, tags={}):
        pass
    swept = client.get_run(stale.info.run_id).info
    assert (swept.status, swept.end_time) == ("KILLED", swept.start_time)


def test_a_bundle_whose_store_was_lost_midway_is_completed_without_doubles(tmp_path, monkeypatch):
    import mlflow

    bundle = read_bundle(write_small_bundle(tmp_path / "models"))
    monkeypatch.setattr(
        type(bundle), "run", property(lambda _: {"mlflow_run": study.run_id}), raising=True
    )
    registering = TrackingSettings(experiment="hiprisk", register=True)
    monkeypatch.setattr("hiprisk.tracking.runs.TrackingSettings", lambda **_: registering)
    refusal = pytest.MonkeyPatch()
    with open_run(registering, name="study", parameters={}, tags={}) as study:
        # Another machine's: it will never come back to end its run.
        mlflow.MlflowClient().set_tag(study.run_id, "hiprisk.host", "a pod")
        refusal.setattr("mlflow.log_metrics", lambda *_, **__: 1 / 0)
        refusal.setattr("mlflow.end_run", lambda *_, **__: 1 / 0)
        study.log_results(bundle)
    assert study.not_logged
    refusal.undo()
    mlflow.tracking.fluent._active_run_stack.get().clear()
    done = track_bundle(bundle)
    runs = {run.info.run_id: run for run in mlflow.search_runs(
        experiment_names=["hiprisk"], output_format="list"
    )}  # fmt: skip
    assert runs[study.run_id].info.status == "FAILED"
    assert runs[study.run_id].data.tags[REPLACED_BY] == done.run_id
    assert [one for one in runs.values() if one.info.status == "FINISHED"] == [runs[done.run_id]]
    versions = mlflow.MlflowClient().search_model_versions("name = 'small'")
    assert [one.run_id for one in versions] == [done.run_id]


def test_a_bundle_is_logged_once_and_a_run_that_was_killed_does_not_count(tmp_path):
    import mlflow

    bundle = read_bundle(write_small_bundle(tmp_path / "models"))
    killed = track_bundle(bundle)
    mlflow.MlflowClient().set_terminated(killed.run_id, status="KILLED")
    whole = track_bundle(bundle)
    assert whole.run_id != killed.run_id
    assert not whole.already_logged
    second = track_bundle(bundle)
    assert (second.run_id, second.store) == (whole.run_id, whole.store)
    assert second.already_logged


def test_who_logs_a_bundle_at_the_same_moment_waits_and_logs_nothing(tmp_path, monkeypatch):
    bundle = read_bundle(write_small_bundle(tmp_path / "models"))
    logged, told, may_end = [], [], threading.Event()

    def log_slowly(bundle, settings):
        assert may_end.wait(30)
        logged.append(TrackedBundle(run_id="first", store="here"))
        return logged[-1]

    def finished(settings, bundle):
        return replace(logged[-1], already_logged=True) if logged else None

    monkeypatch.setattr(runs, "_log_anew", log_slowly)
    monkeypatch.setattr(runs, "_finished_run", finished)
    with ThreadPoolExecutor(2) as both:
        first = both.submit(track_bundle, bundle)
        while not list(bundle.path.parent.glob(".*.track.lock")):
            assert not first.done()
        second = both.submit(track_bundle, bundle, lambda *said: told.append(said))
        while ("waiting for another track of this bundle", 0, 1) not in told:
            assert not second.done()
        may_end.set()
        found = first.result(), second.result()
    assert [one.already_logged for one in found] == [False, True]
    assert len(logged) == 1
    assert [path.name for path in bundle.path.parent.iterdir()] == [bundle.path.name]


def test_a_bundle_in_a_folder_that_takes_no_lock_is_logged_all_the_same(tmp_path, monkeypatch):
    bundle = read_bundle(write_small_bundle(tmp_path / "models"))

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hiprisk.tracking.runs.exclusive", refused)
    assert not track_bundle(bundle).already_logged


def test_a_live_run_of_the_same_bundle_is_left_alone():
    import mlflow

    from hiprisk.tracking.lost_runs import end_replaced_runs

    with open_run(SETTINGS, name="live", parameters={}, tags={"bundle_sha256": "b1"}) as live:
        end_replaced_runs(
            mlflow, live._experiment, study_run=live.run_id, bundle_sha256="b1", by="other"
        )
        assert mlflow.get_run(live.run_id).info.status == "RUNNING"


def test_a_store_locked_at_the_end_costs_the_run_and_says_why(tmp_path, monkeypatch, capfd):
    import sqlalchemy

    # MLflow waits for 20 s, once for each thing that is logged.
    def impatient(connection, cursor, statement, parameters, context, executemany):
        return statement.replace("busy_timeout = 20000", "busy_timeout = 1"), parameters

    engine = sqlalchemy.engine.Engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", impatient, retval=True)
    try:
        with open_run(SETTINGS, name="study", parameters={}, tags={}) as run:
            locking = subprocess.Popen(
                [sys.executable, "-c", LOCKED + "print(flush=True); input()", "mlflow.db"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            locking.stdout.readline()
            run.log_results(read_bundle(write_small_bundle(tmp_path / "models")))
    finally:
        locking.kill()
        locking.communicate()
        sqlalchemy.event.remove(engine, "before_cursor_execute", impatient)
    assert run.not_logged == (
        "MLflow did not take all of the results (another program keeps the store locked)"
    )
    assert "Traceback" not in capfd.readouterr().err


def test_fake_servers_know_no_time():
    from hiprisk.tracking.runs import _Run

    told = []
    server = SimpleNamespace(end_run=lambda status: told.append(status))
    _Run(server, "r", "http://h", SETTINGS, "1").end("FINISHED")
    assert told == ["FINISHED"]
