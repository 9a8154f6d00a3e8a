"""A store that could not take a run is told before the work; nothing is written or created."""

import contextlib
import os
import sqlite3

import pytest

from hiprisk.errors import ConfigError, StoreError
from hiprisk.tracking.store import check_store

STORE = "sqlite:///mlflow.db"


def silent(stage, done, total):
    del stage, done, total


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def store_with(stage):
    with contextlib.closing(sqlite3.connect("mlflow.db")) as file:
        file.execute("CREATE TABLE experiments (name TEXT, lifecycle_stage TEXT)")
        file.execute("INSERT INTO experiments VALUES ('mine', ?)", (stage,))
        file.commit()


def test_no_store_yet_is_fine_and_stays_so(tmp_path):
    check_store(STORE, "mine", silent)
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_no_file_is_left_to_mlflow():
    check_store("mysql://host/runs", "mine", silent)


@pytest.mark.parametrize("name", ["mine", "another"])
def test_an_experiment_that_is_active_or_new_is_fine(name):
    store_with("active")
    check_store(STORE, name, silent)


def test_a_deleted_experiment_is_refused_by_name():
    store_with("deleted")
    with pytest.raises(ConfigError, match=r"tracking\.experiment: the MLflow experiment mine was"):
        check_store(STORE, "mine", silent)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "mlflow.db").write_text("no database " * 100)
    with pytest.raises(StoreError, match=r"mlflow\.db: the file is not an SQLite database"):
        check_store(STORE, "mine", silent)


def test_a_database_without_experiments_is_left_to_the_run():
    sqlite3.connect("mlflow.db").execute("CREATE TABLE other (name TEXT)").connection.close()
    check_store(STORE, "mine", silent)


def test_a_folder_that_may_not_be_written_to_is_refused(monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(StoreError, match="the MLflow store cannot be written to"):
        check_store(STORE, "mine", silent)


def test_a_store_that_another_program_writes_to_is_waited_for(monkeypatch):
    store_with("active")
    said = []
    with contextlib.closing(sqlite3.connect("mlflow.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        def tell(stage, done, total):
            said.append((stage, done))
            if done == 0:
                other.execute("ROLLBACK")

        check_store(STORE, "mine", tell)
        waited = "waiting for who writes to mlflow.db"
        assert said == [(waited, 0), (waited, 1)]
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("hiprisk.tracking.store.SECONDS_FOR_WRITERS", 0)
        with pytest.raises(StoreError, match="another program has kept the MLflow store locked"):
            check_store(STORE, "mine", silent)
