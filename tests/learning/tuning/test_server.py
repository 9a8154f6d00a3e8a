"""The tuning on a real PostgreSQL server: the same trials as in a file, whatever happens to it."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import optuna
import pytest

from hiprisk.config import Range
from hiprisk.errors import ConfigError, StoreError
from hiprisk.learning.tuning.search import OWNER, keep_trials, search
from hiprisk.learning.tuning.server import (
    VARIABLE,
    SearchServer,
    check_search_server,
    search_address,
)
from hiprisk.learning.tuning.stored import check_stored_searches, has_searches, search_storage
from hiprisk.processes.locks import HeldError

SPACE = {"a": Range(low=1e-4, high=1.0, log=True), "b": (0.0, 1.0)}
IDENTITY = "a1" * 32
KILLED = """
import os, signal, sys
sys.path[:0] = sys.argv[2:]
import test_server
calls = []
def objective(params):
    calls.append(params)
    if len(calls) == 11:
        os.kill(os.getpid(), signal.SIGKILL)
    return test_server.parabola(params)
test_server.searched(test_server.of_study(sys.argv[1]), objective)
"""


def parabola(params):
    return (np.log10(params["a"]) + 2.0) ** 2 + params["b"]


def searched(storage, objective=parabola, n_trials=13):
    return search(
        objective, space=SPACE, fixed={"c": 7.0}, whole=(), n_trials=n_trials, seed=3, name="t",
        storage=storage, fingerprint=IDENTITY,
    ).trials  # fmt: skip


def of_study(address, study="stupar", identity=IDENTITY):
    return SearchServer(address=address, study=study, identity=identity)


@pytest.fixture(scope="module")
def address(postgres):
    return postgres.new_database("tuning")


@pytest.fixture(scope="module")
def in_a_file(tmp_path_factory):
    return searched(tmp_path_factory.mktemp("search") / "s.db")


def test_a_search_killed_midway_goes_on_to_the_trials_of_a_file(address, in_a_file):
    here = Path(__file__)
    words = [address, str(here.parent), str(here.parents[2])]
    done = subprocess.run([sys.executable, "-c", KILLED, *words], check=False)
    assert done.returncode == -9
    server = of_study(address)
    check_stored_searches(server, IDENTITY)
    assert searched(server) == in_a_file
    assert has_searches(server)
    server.delete()
    assert not has_searches(server)


def test_two_studies_at_once_do_not_meet(postgres, in_a_file):
    # On their first use of the server both make its tables.
    address = postgres.new_database("two")
    found = {}

    def run(study):
        found[study] = searched(of_study(address, study))

    threads = [threading.Thread(target=run, args=[name]) for name in ("first", "second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"first": in_a_file, "second": in_a_file}
    of_study(address, "first").delete()
    assert of_study(address, "second").names() == [f"second/{IDENTITY[:16]}/t"]


def test_a_server_that_goes_away_midway_is_a_letter_and_the_search_goes_on_later(
    postgres, in_a_file
):
    server = of_study(postgres.new_database("dying"))
    calls = []

    def objective(params):
        calls.append(params)
        if len(calls) == 4:
            postgres.kill()
        return parabola(params)

    with pytest.raises(StoreError, match="the store of the tuning at") as refused:
        searched(server, objective)
    assert "s3cret" not in str(refused.value)
    assert "does not answer (start it, or correct the address; or go on later with --resume)" in (
        str(refused.value)
    )
    with pytest.raises(StoreError, match="does not answer"):
        server.names()
    postgres.start()
    assert searched(server) == in_a_file


def test_a_server_started_again_between_two_trials_is_not_noticed(postgres, in_a_file):
    server = of_study(postgres.new_database("again"))
    calls = []

    def objective(params):
        calls.append(params)
        if len(calls) == 4:
            postgres.stop("immediate")
            postgres.start()
        return parabola(params)

    assert searched(server, objective) == in_a_file


def test_a_study_is_run_by_one_process_at_a_time(address):
    server = of_study(address, "once")
    with (
        server.only_one(wait=0, waiting=print),
        of_study(address, "other").only_one(wait=0, waiting=print),
        pytest.raises(HeldError, match=f"process {os.getpid()} on"),
        server.only_one(wait=0, waiting=print),
    ):
        pass


def test_a_search_that_another_process_has_taken_over_stops(address):
    server = of_study(address, "taken")

    def objective(params):
        with server.opened() as storage:
            study = optuna.load_study(study_name=server.names()[0], storage=storage)
            study.set_user_attr(OWNER, "another")
        return parabola(params)

    with pytest.raises(StoreError, match="another process has gone on") as refused:
        searched(server, objective)
    assert refused.value.code == "STUDY_RUNNING"


def test_only_an_interrupted_search_of_this_study_is_gone_on_with(address):
    searched(of_study(address, "mine"), n_trials=1)
    check_stored_searches(of_study(address, "mine"), IDENTITY)
    changed = "b2" * 32
    with pytest.raises(ConfigError, match="belongs to another config, cohort or version"):
        check_stored_searches(of_study(address, "mine", changed), changed)
    # Another study whose name begins with this one's is another study.
    check_stored_searches(of_study(address, "min", changed), changed)


def test_kept_trials_are_a_file_with_the_candidates_names(address, tmp_path):
    server = of_study(address, "kept")
    tried = searched(server, n_trials=2)
    out = keep_trials(server, tmp_path / "kept.db", metric="mse", facts={"outcome": "a score"})
    study = optuna.load_study(study_name="t", storage=f"sqlite:///{out}")
    assert [trial.value for trial in study.trials] == [trial.loss for trial in tried]
    assert study.user_attrs["outcome"] == "a score"
    assert b"s3cret" not in out.read_bytes()


def test_the_environment_says_where_trials_are(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert search_address() is None
    assert search_storage(tmp_path / "stupar", IDENTITY) == tmp_path / "stupar" / "search.db"
    check_search_server()
    monkeypatch.setenv(VARIABLE, "postgresql://h/d")
    assert search_storage(tmp_path / "stupar", IDENTITY) == of_study("postgresql+psycopg://h/d")
    monkeypatch.setenv(VARIABLE, "mysql://jane:s3cret@h/d")
    with pytest.raises(ConfigError, match="a PostgreSQL server, got mysql://h/d"):
        check_search_server()
    monkeypatch.setenv(VARIABLE, "postgres://jane:s3cret@127.0.0.1:1x/d")
    with pytest.raises(ConfigError, match=rf"{VARIABLE}: postgres://127\.0\.0\.1:1x/d is no addr"):
        check_search_server()
