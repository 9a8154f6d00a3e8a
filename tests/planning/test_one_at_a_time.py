"""Two studies of one name: the second says for whom it waits, and never deletes a search."""

import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from commands import run
from hiprisk.errors import StoreError
from hiprisk.learning.tuning.server import SearchServer
from hiprisk.planning.one_at_a_time import only_search_of, only_study_of
from hiprisk.processes import locks
from killed_process import a_process

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
SMALL = [
    "--set", "cohort.simulate.n=150", "--set", "tracking.enabled=false",
    "--set", "association=null", "--set", "families={linear: {}}", "--set", "tuning.trials=1",
    "--set", "imputation={imputations: 2}", "--workers", "1",
]  # fmt: skip
# Another process; it imports what locks and nothing more, since that takes seconds.
HOLDING = """
import sys
from pathlib import Path
from hiprisk.processes.locks import exclusive
held = exclusive(Path(sys.argv[1]), text="process 7 on ward", wait=0, waiting=print, unlocked=print)
held.__enter__()
"""


def begun_search(folder):
    """What a running study of the name has so far: its lock and its trials."""
    checkpoints = folder / ".searching" / "stupar"
    checkpoints.mkdir(parents=True)
    (checkpoints / "search.db").write_text("the first's trials")
    return checkpoints, checkpoints.with_name(".stupar.lock")


def test_the_second_train_waits_and_refuses_and_the_first_keeps_its_search(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    checkpoints, lock = begun_search(tmp_path / "models")
    with a_process(HOLDING, lock):
        code, out, err = run(capsys, "train", CONFIG, *SMALL, "--wait", 1)
    assert (code, out) == (5, "")
    waiting, refused = err.splitlines()[-2:]
    assert "note[STUDY_RUNNING]: stupar: waiting for another study of this name: pro" in waiting
    assert "process 7 on ward (for 1 s at most; --wait sets how long)" in waiting
    assert "error[STUDY_RUNNING]: stupar: another study of this name is running: pro" in refused
    assert "--wait SECONDS" in refused
    assert (checkpoints / "search.db").read_text() == "the first's trials"


def test_a_study_holds_its_name_while_it_searches(capsys, tmp_path, monkeypatch):
    import hiprisk.study

    def search(prepared, *_, **__):
        with only_study_of(prepared.checkpoints, wait=0, tell=print):
            pass

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hiprisk.study, "choose_model_type", search)
    code, _, err = run(capsys, "train", CONFIG, *SMALL)
    assert code == 5
    assert f"another study of this name is running: process {os.getpid()} on" in err
    # What an interrupted study leaves is its search, and no lock.
    assert [path.name for path in (tmp_path / "models/.searching").iterdir()] == ["stupar"]


def test_a_dead_study_keeps_nobody_waiting(tmp_path):
    checkpoints, lock = begun_search(tmp_path)
    with a_process(HOLDING, lock) as (process, _):
        with (
            pytest.raises(StoreError, match="is running: process 7 on ward"),
            only_study_of(checkpoints, wait=0, tell=print),
        ):
            pass
        process.kill()
        process.wait()
        with only_study_of(checkpoints, wait=0, tell=print):
            assert f"process {os.getpid()} on" in lock.read_text()
    assert not lock.exists()


def test_studies_of_two_names_do_not_wait_for_each_other(tmp_path):
    with (
        only_study_of(tmp_path / "first", wait=0, tell=print),
        only_study_of(tmp_path / "second", wait=0, tell=print),
    ):
        pass


def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "fcntl", None)
    told = []
    with only_study_of(tmp_path / "stupar", wait=0, tell=told.append):
        pass
    assert [(one.code, one.severity) for one in told] == [("NO_FILE_LOCKS", "warning")]


def test_a_folder_that_cannot_be_made_is_a_letter(tmp_path):
    (tmp_path / ".searching").write_text("a file")
    with (
        pytest.raises(StoreError, match="cannot be written to"),
        only_study_of(tmp_path / ".searching" / "stupar", wait=0, tell=print),
    ):
        pass


def test_a_study_on_a_database_server_is_run_once_whatever_its_folder(postgres):
    server = SearchServer(address=postgres.new_database("once"), study="stupar", identity="a1" * 32)
    told = []
    with (
        only_search_of(server, resume=False, tell=print),
        pytest.raises(StoreError, match=f"is running: hiprisk, process {os.getpid()} on") as busy,
        only_search_of(server, resume=False, wait=0, tell=told.append),
    ):
        pass
    assert busy.value.code == "STUDY_RUNNING"
    assert [one.code for one in told] == []


def test_a_server_that_is_gone_at_the_end_costs_nothing(monkeypatch):
    def gone(server):
        raise StoreError("the database server does not answer")

    monkeypatch.setattr(SearchServer, "only_one", lambda *_, **__: nullcontext())
    monkeypatch.setattr(SearchServer, "delete", gone)
    told = []
    server = SearchServer(address="postgresql://h/d", study="stupar", identity="a1" * 32)
    with only_search_of(server, resume=True, tell=told.append):
        pass
    assert [(one.code, one.severity) for one in told] == [("TUNING_NOT_REMOVED", "warning")]
    assert "the bundle is whole" in told[0].advice
