"""``hiprisk track``: where a bundle went, for people and for scripts."""

from pathlib import Path

import pytest

from commands import answer, run
from hiprisk.errors import StoreError
from hiprisk.tracking.runs import TrackedBundle
from small_bundle import write_small_bundle


@pytest.fixture
def logged(tmp_path, monkeypatch):
    """The bundles that were logged; no store is needed to say where they went."""
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))
    found = []

    def log(bundle, tell, *, again):
        before = bundle.sha256 in {one.sha256 for one in found} and not again
        found.append(bundle)
        return TrackedBundle(run_id="abc", store="sqlite:///mlflow.db", already_logged=before)

    monkeypatch.setattr("hiprisk.tracking.runs.track_bundle", log)
    return found


def test_a_script_is_told_run_store_and_hash(capsys, logged):
    code, found = answer(capsys, "track", "small")
    assert code == 0
    assert found == {
        "bundle": str(logged[0].path), "bundle_sha256": logged[0].sha256, "mlflow_run": "abc",
        "mlflow_store": "sqlite:///mlflow.db", "already_logged": False,
    }  # fmt: skip


def test_a_person_is_told_in_a_line(capsys, logged):
    code, out, _ = run(capsys, "track", "models/small/1")
    assert code == 0
    assert out == f"{logged[0].path}  logged to sqlite:///mlflow.db, run abc\n"


def test_a_bundle_that_was_logged_is_told_of_and_logged_again_where_asked_for(capsys, logged):
    run(capsys, "track", "small")
    code, out, err = run(capsys, "track", "small")
    assert code == 0
    assert out == f"{logged[0].path}  was logged before to sqlite:///mlflow.db, run abc\n"
    assert "--again logs it as a second run" in err
    assert answer(capsys, "track", "small")[1]["already_logged"] is True
    assert answer(capsys, "track", "small", "--again")[1]["already_logged"] is False


def test_a_bundle_that_is_not_there_reaches_no_store(capsys, logged):
    code, _, err = run(capsys, "track", "large")
    assert code == 4
    assert "large" in err
    assert logged == []


def test_a_store_that_does_not_answer_is_an_io_error(capsys, logged, monkeypatch):
    def refuse(bundle, tell, *, again):
        raise StoreError("the MLflow server does not answer")

    monkeypatch.setattr("hiprisk.tracking.runs.track_bundle", refuse)
    assert run(capsys, "track", "small")[0] == 5
