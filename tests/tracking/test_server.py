"""An MLflow server that is not there, and one that goes away."""

import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from commands import QUICK
from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.config import TrackingSettings
from hiprisk.errors import StoreError
from hiprisk.tracking.runs import _ending_with, _Run, check_tracking
from hiprisk.tracking.server import server_of
from mlflow_store import empty_store
from small_bundle import write_small_bundle

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_server_is_named_without_user_and_password():
    assert server_of("http://jane:secret@host.org:5000/mlflow") == "host.org:5000"
    assert server_of("https://host.org") == "host.org"
    assert server_of("http://[::1]:9") == "[::1]:9"
    for other in ("sqlite:///mlflow.db", "nonsense://host", "mlruns"):
        assert server_of(other) is None


def test_a_silent_server_is_refused_at_once_and_before_any_work(monkeypatch):
    import mlflow

    del mlflow  # its import is not part of the time
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://jane:secret@127.0.0.1:9")
    said = []
    began = time.monotonic()
    with pytest.raises(StoreError, match="does not answer") as refused:
        check_tracking(TrackingSettings(), lambda *step: said.append(step))
    assert time.monotonic() - began < 30
    assert said == [("asking the MLflow server at 127.0.0.1:9", 0, 1)]
    assert str(refused.value).startswith(
        "MLFLOW_TRACKING_URI: the MLflow server at 127.0.0.1:9 does not answer (start it"
    )
    assert "secret" not in str(refused.value)
    check_tracking(TrackingSettings(enabled=False), lambda *step: said.append(step))
    assert len(said) == 1


class DyingServer:
    """Takes `n_calls` calls, then refuses all."""

    def __init__(self, n_calls):
        self.left, self.calls = n_calls, []

    def __getattr__(self, name):
        def call(*args, **options):
            self.calls.append(name)
            self.left -= 1
            if self.left < 0:
                raise ConnectionError
            return FakeRun()

        return call


class FakeRun:
    info = SimpleNamespace(run_id="r")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.mark.parametrize(
    ("n_calls", "says"),
    [(0, "the candidates mean, linear and the results"), (8, "all of the results")],
)
def test_a_server_that_dies_costs_the_run_and_not_the_study(tmp_path, n_calls, says):
    bundle = read_bundle(write_small_bundle(tmp_path))
    server = DyingServer(n_calls)
    run = _Run(server, "r", "http://h", TrackingSettings(), "1")
    with _ending_with(run):
        run.log_candidate("mean", {}, 2.0)
        run.log_candidate("linear", {"penalty": 0.1}, 1.0)
        run.log_results(bundle)
    assert run.not_logged == f"MLflow did not take {says} (ConnectionError)"
    assert server.calls[-1] == "end_run"


def test_a_server_that_comes_back_gets_the_candidates_with_the_results(monkeypatch):
    server = DyingServer(0)
    run = _Run(server, "r", "http://h", TrackingSettings(), "1")
    run.log_candidate("mean", {}, 2.0)
    run.log_candidate("linear", {}, 1.0)
    assert server.calls == ["start_run"]
    server.left = 99
    monkeypatch.setattr("hiprisk.tracking.runs.log_bundle", lambda *_: None)
    run.log_results(None)
    assert server.calls[1:] == ["start_run", "log_params", "log_metric"] * 2
    assert run.not_logged is None


def test_the_addresses_of_runs_are_not_printed_among_ours(monkeypatch):
    name = "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="does not answer"):
        check_tracking(TrackingSettings(), lambda *_: None)
    from mlflow.environment_variables import MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT

    assert MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT.name == name
    assert MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT.get() is True


def test_a_bundle_is_tracked_later(tmp_path_factory, tmp_path, monkeypatch, capsys):
    import mlflow

    monkeypatch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, tmp_path))
    write_small_bundle(tmp_path / "models")
    assert main(["track", "small"]) == 0
    assert "small" in capsys.readouterr().out
    run = mlflow.search_runs(experiment_names=["hiprisk"], output_format="list")[0]
    assert run.info.status == "FINISHED"
    assert run.data.metrics["r2_corrected"] == 0.3
    assert run.data.tags["logged_later"] == "true"
    answered = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/small").predict(
        [{"womac_function_0_100": 50.0, "sex": "male"}]
    )
    assert answered["reason"].tolist() == [""]


def test_training_asks_the_server_first_of_all(monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setattr(
        "hiprisk.planning.checking.prepare_study", lambda *_, **__: pytest.fail("work was done")
    )
    assert main(["train", str(CONFIG)]) == 5
    assert "the MLflow server at 127.0.0.1:9 does not answer" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_training_goes_on_when_the_store_does_not_take_the_results(
    tmp_path_factory, tmp_path, monkeypatch, capsys
):
    def refuse(*_):
        raise ConnectionError

    monkeypatch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, tmp_path))
    monkeypatch.setattr("hiprisk.tracking.runs.log_bundle", refuse)
    code = main(
        ["train", str(CONFIG), "--workers", "1", "--json", *QUICK,
         "--set", "families={linear: {spline_knots: 0, l1_share: 0, penalty: 0.1}}"]
    )  # fmt: skip
    captured = capsys.readouterr()
    assert code == 5
    said = json.loads(captured.out)
    assert said["not_logged"] == "MLflow did not take all of the results (ConnectionError)"
    assert read_bundle(tmp_path / "models" / "stupar" / "1").sha256 == said["bundle_sha256"]
    assert "hiprisk track models/stupar/1" in captured.err
