"""Tuning, resumable to the same result."""

import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing

import numpy as np
import optuna
import pytest

from hiprisk.config import Range, SettingRange
from hiprisk.errors import ConfigError, StoreError
from hiprisk.learning.tuning.search import keep_trials, search
from hiprisk.learning.tuning.stored import check_stored_searches

SPACE = {"a": Range(low=1e-4, high=1.0, log=True), "b": (0.0, 1.0)}


def parabola(params):
    return (np.log10(params["a"]) + 2.0) ** 2 + params["b"]


def searched(**settings):
    return search(
        parabola, space=SPACE, fixed={"c": 7.0}, whole=(), n_trials=15, seed=3, name="t", **settings
    )


def test_a_search_finds_the_smallest_loss():
    tuned = searched()
    assert tuned.loss == min(trial.loss for trial in tuned.trials)
    assert tuned.params["c"] == 7.0
    assert tuned.loss < 0.2


def test_a_search_is_the_same_in_memory_and_on_disk(tmp_path):
    assert searched().trials == searched(storage=tmp_path / "s.db", fingerprint="x").trials


def test_a_search_without_a_space_is_one_trial():
    tuned = search(lambda p: p["c"], space={}, fixed={"c": 7.0}, whole=(), n_trials=9, seed=1,
                   name="t")  # fmt: skip
    assert (tuned.loss, len(tuned.trials)) == (7.0, 1)


def test_settings_of_an_own_candidate_keep_their_types(tmp_path):
    space = {
        "a": ("sqrt", None, 2, 0.5),
        "b": SettingRange(low=1, high=9),
        "c": SettingRange(low=1, high=9.0),
    }

    def told(storage):
        tuned = search(
            lambda params: float(params["b"]), space=space, fixed={"d": True}, whole=(),
            n_trials=6, seed=3, name="t", storage=storage, fingerprint="x",
        )  # fmt: skip
        return [(trial.loss, dict(trial.params)) for trial in tuned.trials]

    tried = told(tmp_path / "s.db")
    assert tried == told(None)
    assert all(params["a"] in ("sqrt", None, 2, 0.5) for _, params in tried)
    assert all(type(params["b"]) is int and type(params["c"]) is float for _, params in tried)
    assert all(params["d"] is True for _, params in tried)


def test_a_search_killed_at_any_moment_goes_on_to_the_same_result(tmp_path):
    whole = searched().trials
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal, sys
            sys.path.insert(0, sys.argv[3])
            import numpy as np
            from pathlib import Path
            from hiprisk.config import Range
            from hiprisk.learning.tuning.search import search
            calls = []
            def objective(params):
                calls.append(params)
                if len(calls) == int(sys.argv[2]):
                    os.kill(os.getpid(), signal.SIGKILL)
                return (np.log10(params["a"]) + 2.0) ** 2 + params["b"]
            search(objective, space={"a": Range(low=1e-4, high=1.0, log=True), "b": (0.0, 1.0)},
                   fixed={"c": 7.0}, whole=(), n_trials=15, seed=3, name="t",
                   storage=Path(sys.argv[1]), fingerprint="x")
            """
        )
    )
    storage = tmp_path / "s.db"
    for after in (4, 9):
        done = subprocess.run(
            [sys.executable, str(script), str(storage), str(after), "."], check=False
        )
        assert done.returncode == -9
    assert searched(storage=storage, fingerprint="x").trials == whole


@pytest.mark.slow
def test_a_search_of_another_study_is_not_resumed(tmp_path):
    searched(storage=tmp_path / "s.db", fingerprint="x")
    with pytest.raises(ConfigError, match="another config, cohort or version") as caught:
        searched(storage=tmp_path / "s.db", fingerprint="y")
    assert caught.value.code == "RESUME_MISMATCH"


def resumed(storage):
    check_stored_searches(storage, "x")
    return searched(storage=storage, fingerprint="x")


def test_a_broken_store_is_an_io_error(tmp_path):
    (tmp_path / "s.db").write_bytes(b"SQLite format 3\x00" + b"x" * 500)
    with pytest.raises(StoreError, match="it is damaged, or the disk is full") as caught:
        searched(storage=tmp_path / "s.db", fingerprint="x")
    assert "run without --resume, which deletes it and starts again" in caught.value.advice


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The bytes of a finished search's store."""
    path = tmp_path_factory.mktemp("search") / "s.db"
    searched(storage=path, fingerprint="x")
    return path.read_bytes()


@pytest.mark.parametrize("table", ["studies", "trials", "trial_params", "trial_values"])
@pytest.mark.parametrize("byte", [b"\x00", b"\xff", b"{"])
def test_a_damaged_page_of_the_store_is_an_io_error(tmp_path, stored, table, byte):
    path = tmp_path / "s.db"
    path.write_bytes(stored)
    with closing(sqlite3.connect(path)) as own:
        (size,) = own.execute("pragma page_size").fetchone()
        query = "select rootpage from sqlite_master where name = ?"
        (page,) = own.execute(query, (table,)).fetchone()
    damaged = bytearray(stored)
    damaged[(page - 1) * size : page * size] = byte * size
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match="it is damaged, or the disk is full"):
        resumed(path)


@pytest.mark.parametrize(
    "lost",
    [
        "delete from trials where number = 3",
        "delete from trial_params where trial_id = 4 and param_name = 'b'",
        "update trial_params set distribution_json = 'x' where trial_id = 4",
        "delete from trial_values where trial_id = 4",
    ],
)
def test_a_store_that_has_lost_part_of_a_trial_is_not_resumed(tmp_path, stored, lost):
    path = tmp_path / "s.db"
    path.write_bytes(stored)
    with closing(sqlite3.connect(path)) as own:
        assert own.execute(lost).rowcount
        own.commit()
    with pytest.raises(StoreError, match="cannot be read or written"):
        resumed(path)


def test_a_search_goes_on_though_the_clock_was_set_back(tmp_path):
    path = tmp_path / "s.db"
    search(
        parabola, space=SPACE, fixed={"c": 7.0}, whole=(), n_trials=6, seed=3, name="t",
        storage=path, fingerprint="x",
    )  # fmt: skip
    # Trials that end before they began, and lie in the future.
    with closing(sqlite3.connect(path)) as own:
        own.execute("update trials set datetime_start = '2099-01-01 00:00:00.000000'")
        own.commit()
    assert resumed(path).trials == searched().trials


def test_what_the_objective_raises_is_not_the_store_s(tmp_path):
    def objective(params):
        raise ZeroDivisionError("of the fit")

    with pytest.raises(ZeroDivisionError, match="of the fit"):
        search(
            objective, space={"b": (0.0, 1.0)}, fixed={}, whole=(), n_trials=1, seed=3, name="t",
            storage=tmp_path / "s.db",
        )  # fmt: skip


def test_kept_trials_open_as_an_optuna_study_with_what_they_are_about(tmp_path):
    tuned = searched(storage=tmp_path / "s.db", fingerprint="x")
    out = keep_trials(
        tmp_path / "s.db", tmp_path / "kept.db", metric="mse", facts={"outcome": "a score"}
    )
    study = optuna.load_study(study_name="t", storage=f"sqlite:///{out}")
    assert [trial.value for trial in study.trials] == [trial.loss for trial in tuned.trials]
    assert study.best_trial.value == tuned.loss
    assert study.metric_names == ["mse"]
    assert study.user_attrs == {"fingerprint": "x", "outcome": "a score"}
    # The search's own file says nothing of it, and nothing else is left behind.
    with closing(sqlite3.connect(tmp_path / "s.db")) as own:
        (n_facts,) = own.execute("select count(*) from study_user_attributes").fetchone()
    assert n_facts == 1
    assert {path.name for path in tmp_path.iterdir()} == {"s.db", "kept.db"}


def test_trials_that_cannot_be_kept_leave_nothing(tmp_path):
    (tmp_path / "s.db").write_bytes(b"SQLite format 3\x00" + b"x" * 500)
    with pytest.raises(StoreError, match="cannot be kept"):
        keep_trials(tmp_path / "s.db", tmp_path / "kept.db", metric="mse", facts={})
    assert {path.name for path in tmp_path.iterdir()} == {"s.db"}
