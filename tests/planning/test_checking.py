"""Checks before the work: a resumed run of another study is refused, and nothing is written."""

import json
from pathlib import Path

import pytest

from hiprisk.errors import ConfigError, StoreError
from hiprisk.learning.model_choice import search_store
from hiprisk.learning.tuning import search
from hiprisk.planning.checking import BOOTSTRAP, check_resumable, check_study
from planned_study import checked, silent
from study_text import small_study


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def study(folder):
    from dataclasses import replace

    return replace(checked().prepared, checkpoints=folder)


def leave_search(prepared, fingerprint):
    from hiprisk.config import Range

    search(
        lambda params: params["penalty"], space={"penalty": Range(low=0.1, high=1.0)}, fixed={},
        whole=(), n_trials=1, seed=1, name="linear", storage=search_store(prepared),
        fingerprint=fingerprint,
    )  # fmt: skip


def test_nothing_is_written_by_the_checks(tmp_path):
    check_study(small_study(), out=Path("models"), workers=1, progress=silent)
    assert list(tmp_path.iterdir()) == []


def test_findings_are_those_that_a_study_begins_with():
    codes = {
        finding.code for finding in checked("sites=random", "cohort.simulate.n_sites=3").findings
    }
    assert "FEW_SITES" in codes


def test_with_nothing_left_there_is_nothing_to_refuse(tmp_path):
    check_resumable(study(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_the_search_of_the_same_study_goes_on(tmp_path):
    prepared = study(tmp_path)
    leave_search(prepared, prepared.identity)
    check_resumable(prepared)


def test_the_search_of_another_study_is_refused(tmp_path):
    prepared = study(tmp_path)
    leave_search(prepared, "another")
    with pytest.raises(ConfigError, match="belongs to another config, cohort or version") as caught:
        check_resumable(prepared)
    assert caught.value.code == "RESUME_MISMATCH"


def test_the_bootstrap_of_another_study_is_refused(tmp_path):
    prepared = study(tmp_path)
    folder = tmp_path / BOOTSTRAP
    folder.mkdir()
    (folder / "checkpoint.json").write_text(json.dumps({"fingerprint": "another"}))
    with pytest.raises(ConfigError, match="the checkpoint belongs to another config"):
        check_resumable(prepared)


def test_a_search_that_cannot_be_read_is_refused(tmp_path):
    prepared = study(tmp_path)
    search_store(prepared).write_text("no database")
    with pytest.raises(StoreError, match="the store of the tuning cannot be opened"):
        check_resumable(prepared)
