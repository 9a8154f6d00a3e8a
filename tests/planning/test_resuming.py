"""What an interrupted run left is this study's or is refused, before anything heavy is imported."""

import json
from pathlib import Path

import pytest

from hiprisk.errors import ConfigError, StoreError
from hiprisk.planning.resuming import BOOTSTRAP, check_resumable, check_resume, checkpoint_folder
from planned_study import checked
from study_text import small_study


def leave_search(folder, fingerprint):
    from hiprisk.config import Range
    from hiprisk.learning.tuning.search import search
    from hiprisk.learning.tuning.stored import search_store

    folder.mkdir(parents=True, exist_ok=True)
    search(
        lambda params: params["penalty"], space={"penalty": Range(low=0.1, high=1.0)}, fixed={},
        whole=(), n_trials=1, seed=1, name="linear", storage=search_store(folder),
        fingerprint=fingerprint,
    )  # fmt: skip


def test_with_nothing_left_there_is_nothing_to_refuse(tmp_path):
    check_resumable(tmp_path / "none", "this")
    check_resume(small_study(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_search_of_another_study_is_refused(tmp_path):
    leave_search(tmp_path, "another")
    check_resumable(tmp_path, "another")
    with pytest.raises(ConfigError, match="belongs to another config, cohort or version") as caught:
        check_resumable(tmp_path, "this")
    assert caught.value.code == "RESUME_MISMATCH"


def test_the_bootstrap_of_another_study_is_refused(tmp_path):
    folder = tmp_path / BOOTSTRAP
    folder.mkdir()
    (folder / "checkpoint.json").write_text(json.dumps({"fingerprint": "another"}))
    with pytest.raises(ConfigError, match="the checkpoint belongs to another config"):
        check_resumable(tmp_path, "this")


def test_a_search_that_cannot_be_read_is_refused(tmp_path):
    (tmp_path / "search.db").write_text("no database")
    with pytest.raises(StoreError, match="the store of the tuning cannot be read"):
        check_resumable(tmp_path, "this")


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("sites=named", "cohort.simulate.n_sites=3"),
        ("families={forest: {estimator: sklearn.ensemble.RandomForestRegressor}, linear: {}}",),
    ],
)
def test_the_early_check_knows_the_study_as_the_study_knows_itself(tmp_path, overrides):
    prepared = checked(*overrides).prepared
    leave_search(checkpoint_folder(tmp_path, "small"), prepared.identity)
    config = small_study("tracking.enabled=false", *overrides)
    check_resume(config, tmp_path)
    reseeded = small_study("tracking.enabled=false", "seed=2", *overrides)
    with pytest.raises(ConfigError, match="belongs to another config, cohort or version"):
        check_resume(reseeded, tmp_path)


def test_the_folder_does_not_depend_on_where_a_worker_starts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert checkpoint_folder(Path("models"), "small") == tmp_path / "models/.searching/small"
