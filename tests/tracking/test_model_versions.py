"""A bundle's model is found by hash: logged in the experiment, or registered from another one."""

from types import SimpleNamespace

import pytest

from hiprisk.tracking.model_versions import (
    ModelVersion,
    finished_run_of,
    version_of_bundle,
    version_of_study,
)


def mlflow_with(*, logged=(), registered=(), runs=()):
    """A client that finds these, whatever is asked."""
    client = SimpleNamespace(
        search_logged_models=lambda **_: list(logged),
        search_model_versions=lambda _: list(registered),
        search_runs=lambda *_, **__: list(runs),
    )
    return SimpleNamespace(MlflowClient=lambda: client)


LOGGED = SimpleNamespace(model_id="m-1", source_run_id="r-1")
VERSIONS = [
    SimpleNamespace(name="small", version=version, run_id=f"r-{version}", model_id=None)
    for version in ("9", "10")
]


def test_the_logged_model_comes_with_its_newest_registered_version():
    found = version_of_bundle(mlflow_with(logged=[LOGGED], registered=VERSIONS), "1", "abc")
    assert found == ModelVersion(model_id="m-1", run_id="r-1", registered="small/10")
    assert found.tags == {
        "model_id": "m-1", "model_run_id": "r-1", "registered_model_version": "small/10",
    }  # fmt: skip


def test_a_model_that_another_experiment_logged_is_found_in_the_registry():
    found = version_of_bundle(mlflow_with(registered=VERSIONS), "1", "abc")
    assert found == ModelVersion(model_id=None, run_id="r-10", registered="small/10")
    assert version_of_bundle(mlflow_with(), "1", "abc") is None


def test_a_study_is_found_by_what_it_declared():
    run = SimpleNamespace(data=SimpleNamespace(tags={"bundle_sha256": "abc"}))
    assert version_of_study(mlflow_with(runs=[run], logged=[LOGGED]), "1", "d").run_id == "r-1"
    assert version_of_study(mlflow_with(), "1", "d") is None


@pytest.mark.parametrize(("status", "stage", "found"), [
    ("FINISHED", "active", "r1"), ("FINISHED", "deleted", None), ("FAILED", "active", None),
    ("KILLED", "active", None), ("RUNNING", "active", None),
])  # fmt: skip
def test_only_a_finished_run_holds_a_bundle(status, stage, found):
    class Client:
        def search_logged_models(self, *, experiment_ids, filter_string):
            assert (experiment_ids, filter_string) == (["1"], "tags.bundle_sha256 = 'abc'")
            return [SimpleNamespace(source_run_id=None), SimpleNamespace(source_run_id="r1")]

        def get_run(self, run_id):
            return SimpleNamespace(
                info=SimpleNamespace(run_id=run_id, status=status, lifecycle_stage=stage)
            )

    mlflow = SimpleNamespace(MlflowClient=Client)
    assert finished_run_of(mlflow, "1", "abc") == found
