"""`hiprisk models`: bundles in a table, broken ones with the reason."""

import json
from pathlib import Path

import pytest

from commands import answer, run
from hiprisk.cli import main
from hiprisk.cli.models import _main_metric
from small_bundle import write_small_bundle
from two_bundles import two_bundles


def listed(capsys, root, *more):
    assert main(["models", "--root", str(root), *more]) == 0
    return capsys.readouterr()


def test_a_broken_bundle_is_listed_with_its_reason(capsys, tmp_path):
    write_small_bundle(tmp_path)
    (write_small_bundle(tmp_path) / "run.json").unlink()
    rows = json.loads(listed(capsys, tmp_path, "--json").out)["models"]
    assert [row.get("reason") for row in rows] == [None, "run.json: the file is missing"]
    captured = listed(capsys, tmp_path)
    assert "MISSING_FILE" in captured.out
    assert captured.err.endswith("small/2: run.json: the file is missing\n")


@pytest.mark.parametrize("name", ["²", "notes", "01", "0", "-1"])
def test_a_folder_that_is_no_version_is_passed_over(capsys, tmp_path, name):
    write_small_bundle(tmp_path)
    (tmp_path / "small" / name).mkdir()
    rows = json.loads(listed(capsys, tmp_path, "--json").out)["models"]
    assert [row["version"] for row in rows] == ["1"]


def test_a_main_metric_has_its_interval_where_there_is_one():
    figures = {"value": 0.3, "low": 0.2, "high": 0.41}
    assert (
        _main_metric({"r2_corrected": figures}) == "R², optimism-corrected 0.300 (0.200 to 0.410)"
    )
    assert (
        _main_metric({"r2_corrected": {**figures, "low": None}}) == "R², optimism-corrected 0.300"
    )


def test_a_study_without_corrected_figures_shows_how_its_own_was_estimated():
    figures = {"value": 0.3, "low": None, "high": None}
    both = {"r2_out_of_fold": figures, "r2_cross_validated": {**figures, "value": 0.25}}
    assert _main_metric(both) == "R², cross-validated 0.250"
    assert _main_metric({"r2_out_of_fold": figures}) == "R², out-of-fold 0.300"


@pytest.mark.parametrize("metrics", [None, [], {"r2_corrected": 1}, {"r2_corrected": {}}])
def test_evidence_without_a_main_metric_leaves_the_cell_empty(metrics):
    assert _main_metric(metrics) == ""


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.fixture
def small():
    return write_small_bundle(Path("models"))


def test_models_lists_bundles_and_names_broken_ones(capsys, small):
    broken = write_small_bundle(Path("models"))
    (broken / "card.md").write_text("x")
    code, found = answer(capsys, "models")
    assert code == 0
    assert [row["data"] for row in found["models"]] == ["simulated", "CHANGED"]
    _, out, _ = run(capsys, "models")
    assert "R², optimism-corrected 0.300" in out
    assert "no bundles in" in run(capsys, "models", "--root", "nowhere")[1]


def test_two_studies_beside_each_other(capsys, tmp_path):
    two_bundles(tmp_path / "models", config={"seed": 3})
    code, out, _ = run(capsys, "models", "--compare", "small", "other@1")
    assert code == 0
    assert out.startswith("small@1 and other@1\n")
    assert "config      seed  1        3" in out
    code, found = answer(capsys, "models", "--compare", "small", "other")
    assert code == 0
    assert found["differences"]["config"][1]["key"] == "seed"


def test_a_study_beside_itself_and_beside_none_is_refused(capsys, small):
    code, _, err = run(capsys, "models", "--compare", "small", small)
    assert code == 2
    assert "error[SAME_BUNDLE]: --compare: both are the same bundle" in err
    code, _, err = run(capsys, "models", "--compare", "small", "nobodys")
    assert code == 4
    assert "error[NO_BUNDLE]: nobodys: there is no bundle here" in err
    code, _, err = run(capsys, "models", "--compare", "small@7", "small")
    assert code == 4
    assert "error[NO_BUNDLE]" in err
    assert run(capsys, "models", "--compare", "small")[0] == 2
