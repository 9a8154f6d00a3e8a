"""The SQLite file of MLflow's runs: whole or not there, whenever its making is interrupted."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hiprisk.config import TrackingSettings
from hiprisk.errors import StoreError
from hiprisk.tracking.runs import open_run
from hiprisk.tracking.store import locked_store, store_file

pytestmark = pytest.mark.slow

STORE = "sqlite:///mlflow.db"
ONE_RUN = (
    "from hiprisk.config import TrackingSettings\n"
    "from hiprisk.tracking.runs import open_run\n"
    "with open_run(TrackingSettings(experiment='t'), name='x', parameters={}, tags={}): pass\n"
)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def leftovers():
    made_by_a_run = {"mlflow.db.lock", "mlruns"}
    return sorted(path.name for path in Path().iterdir() if path.name not in made_by_a_run)


def open_one():
    with open_run(TrackingSettings(experiment="t"), name="x", parameters={}, tags={}):
        pass


def test_artifacts_are_beside_the_file_of_the_store_wherever_the_command_runs(monkeypatch):
    Path("demo").mkdir()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{Path('demo/mlflow.db').resolve()}")
    with open_run(TrackingSettings(experiment="a b/c"), name="x", parameters={}, tags={}) as run:
        run.log(lambda mlflow: mlflow.log_text("a note", "note.txt"))
    assert len(list(Path("demo").glob("mlruns/a-b-c/*/artifacts/note.txt"))) == 1
    assert leftovers() == ["demo"]
    assert not Path("mlruns").exists()


def test_an_interruption_at_any_step_leaves_no_store_and_the_next_run_makes_it(monkeypatch):
    import sqlalchemy

    steps = {"left": 0}

    def interrupt(*_):
        steps["left"] -= 1
        if steps["left"] == 0:
            raise KeyboardInterrupt("interrupted")

    engine = sqlalchemy.engine.Engine
    sqlalchemy.event.listen(engine, "before_cursor_execute", interrupt)
    try:
        for steps["left"] in (1, 40, 500):
            with pytest.raises(KeyboardInterrupt, match="interrupted"), locked_store(STORE):
                pass
            assert leftovers() == []
    finally:
        sqlalchemy.event.remove(engine, "before_cursor_execute", interrupt)
    open_one()
    assert set(leftovers()) == {"mlflow.db"}
    file = sqlite3.connect("mlflow.db")
    assert not [n for (n,) in file.execute("SELECT name FROM sqlite_master") if "_tmp_" in n]


def test_a_killed_making_leaves_no_store_and_its_scratch_file_is_swept(monkeypatch):
    process = subprocess.Popen(
        [sys.executable, "-c", ONE_RUN], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not [path for path in Path().glob(".mlflow.db.*.part") if path.stat().st_size > 99_999]:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not Path("mlflow.db").exists()
    assert leftovers()

    def made(uri, root):
        raise InterruptedError("half way")

    # The sweep comes before the making, whatever becomes of that.
    monkeypatch.setattr("mlflow.store.tracking.sqlalchemy_store.SqlAlchemyStore", made)
    with pytest.raises(InterruptedError, match="half way"), locked_store(STORE):
        pass
    assert leftovers() == []


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (
            "CREATE TABLE experiments (a); CREATE TABLE _alembic_tmp_experiments (a)",
            "was interrupted",
        ),
        ("CREATE TABLE runs (a)", "interrupted"),
        (
            "CREATE TABLE experiments (a); CREATE TABLE alembic_version (version_num);"
            "INSERT INTO alembic_version VALUES ('451aebb31d03')",
            "another version of MLflow.*mlflow db upgrade sqlite:///mlflow.db",
        ),
    ],
)
def test_a_broken_store_is_named_with_its_repair_at_once(script, says):
    with contextlib.closing(sqlite3.connect("mlflow.db")) as file:
        file.executescript(script)
    before = Path("mlflow.db").read_bytes()
    with pytest.raises(StoreError, match=says) as refused:
        open_one()
    text = str(refused.value)
    assert text.startswith("mlflow.db: ")
    assert "move it away" in text
    assert "no model: bundles stay" in text
    assert "MLFLOW_TRACKING_URI" not in text
    assert Path("mlflow.db").read_bytes() == before


def test_a_file_that_is_no_database_is_named():
    Path("mlflow.db").write_bytes(b"no database" * 200)
    with pytest.raises(StoreError, match=r"^mlflow\.db: the file is not an SQLite database"):
        open_one()


def test_which_addresses_are_files(tmp_path):
    assert store_file(STORE) == tmp_path / "mlflow.db"
    assert store_file("sqlite:////a/b.db") == Path("/a/b.db")
    for other in ("http://127.0.0.1:9", "sqlite:///:memory:", "sqlite://", "postgresql://h/d"):
        assert store_file(other) is None
