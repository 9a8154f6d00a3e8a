"""The logged model as MLflow's own tools load, serve and judge it; no cell in errors and logs."""

import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.bundle import read_bundle
from hiprisk.serving.dataframe import answer_frame
from hiprisk.sheet.evaluate import SheetEvaluator
from hiprisk.tracking.logged_model import model_name
from hiprisk.tracking.runs import track_bundle
from mlflow_store import empty_store
from small_bundle import small_sheet, write_small_bundle

SECRET = "JaneRoe"
NUMBERS = ("predicted", "lower_80", "upper_80", "lower_95", "upper_95")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The small model, logged and registered, as MLflow loads it."""
    import mlflow

    root = tmp_path_factory.mktemp("logged")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, root))
        patch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        patch.delenv("MLFLOW_DISABLE_SCHEMA_DETAILS", raising=False)
        bundle = read_bundle(write_small_bundle(root, config={"tracking": {"register": True}}))
        run_id = track_bundle(bundle).run_id
        yield mlflow.pyfunc.load_model(f"runs:/{run_id}/small")


def test_every_variable_is_optional_and_of_any_type(model):
    schema = model.metadata.signature.inputs
    assert schema.required_input_names() == []
    assert schema.input_names() == [spec.name for spec in small_sheet().variables]
    assert {str(kind) for kind in schema.input_types()} == {"Any"}
    outputs = {one.name: one.type.name for one in model.metadata.signature.outputs.inputs}
    assert {outputs[name] for name in NUMBERS} == {"double"}
    assert outputs["reason"] == "string"


def test_the_example_is_answered_in_float64(model):
    answered = model.predict(model.input_example)
    assert answered["reason"].tolist() == [""]
    assert {str(answered[name].dtype) for name in NUMBERS} == {"float64"}


def test_the_signature_changes_no_answer(model):
    rows = pd.DataFrame(
        {
            "womac_function_0_100": [50, "60", None, "x", 500],
            "sex": ["male", None, "female", "f", "male"],
            "age_years": pd.array([70, None, 55, 60, 61], dtype="Int64"),
            "lbp_any": [True, False, True, None, True],
            "of_another_kind": range(5),
        },
        index=[3, 1, 4, 1, 5],
    )
    expected = answer_frame(SheetEvaluator(small_sheet()), rows)
    pd.testing.assert_frame_equal(pd.DataFrame(model.predict(rows)), expected)


def test_mlflow_evaluates_the_model_by_the_name_of_its_column(model):
    import mlflow

    rows = pd.DataFrame({"womac_function_0_100": np.linspace(10, 90, 20), "y": 50.0})
    result = mlflow.models.evaluate(
        model=model.predict, data=rows, targets="y", predictions="predicted",
        model_type="regressor", evaluator_config={"log_model_explainability": False},
    )  # fmt: skip
    assert result.metrics["example_count"] == 20
    assert result.metrics["mean_absolute_error"] > 0


def test_a_server_answers_null_where_a_row_is_refused(model):
    fastapi = pytest.importorskip("fastapi.testclient")
    from mlflow.pyfunc.scoring_server import init

    body = {"dataframe_records": [{"womac_function_0_100": 50}, {"womac_function_0_100": SECRET}]}
    answer = fastapi.TestClient(init(model)).post("/invocations", json=body)
    assert answer.status_code == 200
    first, second = json.loads(answer.text)["predictions"]
    assert first["predicted"] == model.predict([{"womac_function_0_100": 50}])["predicted"][0]
    assert second["predicted"] is None
    assert second["reason"] == "NOT_A_NUMBER(womac_function_0_100)"
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "given",
    [
        SECRET,
        [SECRET],
        {"age_years": [SECRET, 1], "sex": [1]},
        pd.DataFrame({"other": [SECRET]}),
        pd.DataFrame([[SECRET, 1]] * 3, columns=["age_years"] * 2),
        pd.DataFrame([[SECRET, 1]] * 2, columns=["age_years"] * 2),
        pd.DataFrame({"age_years": [{"a": SECRET}], "sex": [[SECRET]]}),
    ],
)
def test_no_cell_reaches_an_error_a_log_or_an_answer(model, given, caplog, capfd):
    said = ""
    with caplog.at_level(logging.DEBUG):
        try:
            said = model.predict(given).to_csv()
        except Exception:
            said = traceback.format_exc()
    assert SECRET not in said + caplog.text + "".join(capfd.readouterr())


# What a caller may send: as it should be, with cells that no model can use, and broken.
BODIES = {
    "good": ("application/json", {"dataframe_records": [{"womac_function_0_100": 50}]}),
    "a cell that is no number": (
        "application/json",
        {"dataframe_split": {"columns": ["age_years", "sex"], "data": [[SECRET, "male"]]}},
    ),
    "an unknown column": ("application/json", {"dataframe_records": [{"other": SECRET}]}),
    "rows of unequal length": (
        "application/json",
        {"dataframe_split": {"columns": ["age_years", "sex"], "data": [[SECRET], [1, 2, 3]]}},
    ),
    "columns of unequal length": (
        "application/json", {"inputs": {"age_years": [SECRET, 1], "sex": [1]}},
    ),
    "tensors": ("application/json", {"instances": [SECRET, {"a": SECRET}]}),
    "no known key": ("application/json", {"rows": [SECRET]}),
    "no JSON": ("application/json", f"{{{SECRET}"),
    "csv": ("text/csv", f"age_years,sex\n{SECRET},male\n1,2,3\n"),
    "another kind": ("text/plain", SECRET),
}  # fmt: skip


@pytest.fixture(scope="module")
def served(model, tmp_path_factory):
    """The answers of ``mlflow models serve``, a process of its own, and all that it printed."""
    folder = tmp_path_factory.mktemp("served")
    uri = f"models:/{model.model_id}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", uri, "--env-manager",
               "local", "--port", str(port), "--workers", "1"]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, start_new_session=True,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        )  # fmt: skip
        try:
            _wait_for(port, process)
            answers = {name: _asked(port, *body) for name, body in BODIES.items()}
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
    return answers, (folder / "log").read_text()


def _wait_for(port, process):
    began = time.monotonic()
    while process.poll() is None and time.monotonic() - began < 120:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    pytest.fail("the server did not start")


def _asked(port, kind, body):
    text = body if isinstance(body, str) else json.dumps(body)
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", data=text.encode(), headers={"Content-Type": kind}
    )
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


@pytest.mark.slow
def test_mlflow_serves_the_model_as_a_process(model, served):
    answers, _ = served
    status, text = answers["good"]
    assert status == 200
    (found,) = json.loads(text)["predictions"]
    assert found["predicted"] == model.predict([{"womac_function_0_100": 50}])["predicted"][0]
    status, text = answers["a cell that is no number"]
    assert (status, json.loads(text)["predictions"][0]["predicted"]) == (200, None)
    assert {status for name, (status, _) in answers.items() if name == "no JSON"} == {400}


@pytest.mark.slow
def test_no_cell_reaches_the_log_of_the_server_whatever_was_sent(served):
    _, log = served
    assert "Uvicorn running" in log
    assert SECRET not in log


@pytest.mark.slow
def test_no_cell_comes_back_but_to_who_sent_what_is_no_table(served):
    answers, _ = served
    echoed = {name for name, (_, text) in answers.items() if SECRET in text}
    # MLflow's own parser answers these, before the model is asked, and only to the sender.
    assert echoed <= {"no JSON", "columns of unequal length"}


def test_the_registered_version_has_description_and_tags(model):
    import mlflow

    version = mlflow.MlflowClient().get_model_version_by_alias("small", "champion")
    assert version.description.startswith("**A small model.**")
    assert version.tags["outcome"] == "womac_function_followup_0_100"
    logged = mlflow.get_logged_model(model.model_id)
    assert logged.name == "small"
    assert logged.tags["mlflow.note.content"] == version.description
    (metric,) = logged.metrics
    assert (metric.key, metric.dataset_name) == ("r2_corrected", "small")


def test_what_mlflow_refuses_in_a_name_is_replaced(tmp_path):
    assert model_name(read_bundle(write_small_bundle(tmp_path, name="a.b"))) == "a-b"
