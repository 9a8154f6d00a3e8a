"""``--track``: where a result went, and that a store that fails loses none."""

import json

import pytest

from commands import answer, run
from hiprisk.errors import StoreError
from hiprisk.tracking.command_runs import TrackedResult
from hiprisk.tracking.model_versions import ModelVersion

VALIDATE = ("validate", "models/invented-womac", "cohort.csv", "--resamples", "50", "--by")


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Every test stands in a folder with cohort.csv."""


@pytest.fixture
def logged(monkeypatch):
    """What was given to the logging, and what it answers next."""
    given = {}

    def track(result, **how):
        given.update(how, result=result)
        return given["answer"]

    monkeypatch.setattr("hiprisk.tracking.result_tracking.track_result", track)
    given["answer"] = TrackedResult(
        run_id="abc", store="sqlite:///mlflow.db", experiment="team", not_logged=None,
        model=ModelVersion(model_id="m-1", run_id="r", registered="invented-womac/3"),
    )  # fmt: skip
    return given


def test_without_the_option_nothing_is_logged(capsys, invented, logged):
    assert run(capsys, *VALIDATE)[0] == 0
    assert "result" not in logged


def test_where_the_result_went_stands_on_stderr_and_in_json(capsys, invented, logged):
    code, out, err = run(capsys, *VALIDATE, "--track", "--json")
    assert code == 0
    assert (
        "logged to sqlite:///mlflow.db, experiment team, run abc; model m-1 (registered as "
        "invented-womac/3)" in err
    )
    found = json.loads(out)
    assert (found["mlflow_run"], found["mlflow_model"]) == ("abc", "m-1")
    assert logged["bundle"].name == "invented-womac"
    assert logged["parameters"]["resamples"] == 50
    assert not {"json", "track", "paths", "out"} & logged["parameters"].keys()


def test_a_model_that_mlflow_does_not_have_is_said_with_what_to_do(capsys, invented, logged):
    logged["answer"] = TrackedResult(
        run_id="abc", store="s", experiment="t", model=None, not_logged=None
    )
    code, _, err = run(capsys, *VALIDATE, "--track", "--experiment", "other")
    assert code == 0
    assert "MLflow does not have the model: hiprisk track models/invented-womac/1 logs it" in err
    assert logged["experiment"] == "other"


def test_a_store_that_fails_costs_the_run_and_not_the_result(capsys, invented, logged):
    logged["answer"] = TrackedResult(
        run_id=None, store=None, experiment="t", model=None,
        not_logged="MLflow did not take all of the results (OSError)",
    )  # fmt: skip
    code, out, err = run(capsys, *VALIDATE, "--track")
    assert code == 5
    assert "calibration slope" in out
    assert "error[IO]: MLflow did not take all of the results (OSError); the result is whole" in err
    code, found = answer(capsys, *VALIDATE, "--track")
    assert (code, found["n"] > 100, found["mlflow_run"]) == (5, True, None)


@pytest.mark.slow
def test_a_server_that_is_silent_is_told_before_any_work(capsys, invented, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setattr("hiprisk.cli.validate.requested", lambda _: pytest.fail("work was done"))
    code, _, err = run(capsys, *VALIDATE, "--track")
    assert code == StoreError("").exit_code
    assert "the MLflow server at 127.0.0.1:9 does not answer" in err
    assert "others without --track" in err


def test_an_experiment_without_a_run_is_refused(capsys, invented):
    code, _, err = run(capsys, *VALIDATE, "--experiment", "team")
    assert (code, "--experiment goes with --track" in err) == (2, True)


def test_without_mlflow_the_package_to_install_is_named_before_any_work(
    capsys, invented, monkeypatch
):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    code, _, err = run(capsys, *VALIDATE, "--track")
    assert (code, "pip install 'hiprisk[train]'" in err) == (2, True)
