"""A study with candidates of its own, whole."""

import dataclasses
import json

import pandas as pd
import pytest

from blank_figures import figures_left_blank
from candidate_study import candidate_config, candidate_study
from hiprisk.bundle import read_bundle
from hiprisk.config.reading import resolved
from hiprisk.errors import ConfigError
from hiprisk.learning.study_identity import declared_hash
from hiprisk.rebuilding import rebuild
from hiprisk.tracking.runs import track_bundle
from mlflow_store import empty_store


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return candidate_study(tmp_path_factory)


@pytest.mark.slow
def test_the_same_bundle_is_rebuilt_with_two_workers(study):
    with figures_left_blank():
        again = rebuild(study.bundle, workers=2)
    assert again.equal
    assert again.versions == {}


def test_a_bundle_imports_no_package_without_consent(study, monkeypatch):
    stored = dict(study.bundle.study)
    families = stored["config"]["families"]
    wild = {**families, "wild": {"estimator": "antigravity.Model"}}
    stored["config"] = {**stored["config"], "families": wild}
    texts = {**study.bundle.texts, "study.json": json.dumps(stored).encode()}
    monkeypatch.setattr("webbrowser.open", lambda *_: pytest.fail("the package was imported"))
    with pytest.raises(ConfigError, match="would import the package 'antigravity'"):
        rebuild(dataclasses.replace(study.bundle, texts=texts))


def test_versions_of_its_packages_are_part_of_the_study(study):
    assert list(study.bundle.study["packages"]) == ["scikit-learn"]


def test_a_benchmark_is_not_chosen_whatever_its_loss(study):
    by_name = {one.name: one for one in study.evidence.families}
    assert [name for name, one in by_name.items() if one.chosen] == ["forest"]
    assert [name for name, one in by_name.items() if one.benchmark] == ["neighbours", "ridge"]
    assert by_name["ridge"].loss < by_name["forest"].loss < by_name["linear"].loss
    assert len(by_name["neighbours"].trials) == len(by_name["forest"].trials) == 2


def test_the_bundle_holds_class_settings_and_differences(study):
    evidence = study.bundle.evidence
    families = {one["name"]: one for one in evidence["families"]}
    assert families["forest"]["estimator"] == "sklearn.ensemble.ExtraTreesRegressor"
    assert families["forest"]["params"]["n_estimators"] == 4
    assert "estimator" not in families["linear"]
    assert [one["name"] for one in evidence["comparisons"]] == ["linear", "neighbours", "ridge"]
    assert study.bundle.manifest["created_with"]["scikit-learn"]
    table = pd.read_parquet(study.bundle.path / "tables" / "candidate_comparisons.parquet")
    assert set(table["candidate"]) == {"linear", "neighbours", "ridge"}
    trials = pd.read_parquet(study.bundle.path / "tables" / "candidates.parquet")
    assert set(trials["params_weights"].dropna()) <= {"uniform", "distance"}


def test_a_forest_that_wins_is_a_sheet_and_no_file_of_its_library(study):
    sheet = study.bundle.sheet
    assert (sheet.family, sheet.model.type) == ("forest", "trees")
    # Nothing is missing here, so that one forest of four trees is fitted.
    assert len(sheet.model.trees) % 4 == 0
    assert not study.bundle.has_file("estimator.skops")
    assert sheet.notes[0].startswith("Fitted by sklearn.ensemble.ExtraTreesRegressor (scikit-learn")
    assert "n_estimators 4" in sheet.notes[0]
    assert study.evidence.n_coefficients == sum(
        tree.feature.count(-1) for tree in sheet.model.trees
    )


def test_the_config_of_the_bundle_reads_as_it_was_written(study):
    stored = json.loads((study.bundle.path / "study.json").read_text())["config"]
    assert stored["families"]["neighbours"]["search"]["n_neighbors"]["low"] == 10
    assert "own" not in stored["families"]
    assert declared_hash(stored) == declared_hash(resolved(candidate_config()))
    assert read_bundle(study.bundle.path).sha256 == study.result.bundle_sha256


@pytest.mark.slow
def test_mlflow_has_class_settings_and_comparisons(study, tmp_path_factory, tmp_path, monkeypatch):
    import mlflow

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, tmp_path))
    run_id = track_bundle(study.bundle).run_id
    client = mlflow.MlflowClient()
    parent = client.get_run(run_id)
    note = parent.data.tags["mlflow.note.content"]
    assert "Model type: forest (sklearn.ensemble.ExtraTreesRegressor)" in note
    assert "Benchmark ridge (sklearn.linear_model.Ridge): out-of-fold R²" in note
    found = client.search_runs([parent.info.experiment_id], "params.family = 'neighbours'")
    assert found[0].data.params["estimator"] == "sklearn.neighbors.KNeighborsRegressor"
    assert found[0].data.params["weights"] in ("uniform", "distance")
    assert "cross_validated_loss" in found[0].data.metrics
    tables = {file.path for file in client.list_artifacts(run_id, "tables")}
    assert "tables/candidate_comparisons.csv" in tables
    trials = {file.path for file in client.list_artifacts(run_id, "trials")}
    assert {"trials/forest.json", "trials/neighbours.json"} <= trials
