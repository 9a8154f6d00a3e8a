"""What MLflow gets of a bundle: figures, tables, and a model that brings its own code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hiprisk.bundle import read_bundle
from hiprisk.serving.model import load
from hiprisk.tracking.results import _findings
from hiprisk.tracking.runs import track_bundle
from mlflow_store import empty_store
from small_bundle import write_small_bundle

# A process that has every package but hiprisk, or a hiprisk that cannot load the model.
OTHER_PROCESS = """
import sys
sys.path = [path for path in sys.path if path != sys.argv[2]]
if sys.argv[3]:
    sys.path.insert(0, sys.argv[3])
import mlflow
model = mlflow.pyfunc.load_model(sys.argv[1])
print(float(model.predict([{"womac_function_0_100": 50.0, "sex": "male"}])["predicted"][0]))
print(sys.modules["hiprisk"].__file__)
"""

EVIDENCE = {
    "n_analysed": 200,
    "n_people": 180,
    "flow": [{"label": "rows in the cohort", "n_left_out": 0, "n_remaining": 250}],
    "metrics": {
        "r2_corrected": {"value": 0.3, "low": 0.2, "high": None},
        "ici_out_of_fold": {"value": 0.1, "low": None, "high": None},
    },
}


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """A bundle, its run and its logged model in a folder."""
    import mlflow

    root = tmp_path_factory.mktemp("tracked")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("MLFLOW_TRACKING_URI", empty_store(tmp_path_factory, root))
        small = write_small_bundle(
            root / "JaneRoe", evidence=EVIDENCE, config={"cohort": {"mapping": "registry.yaml"}}
        )
        bundle = read_bundle(small.rename(root / "JaneRoe" / "Jane"))
        run_id = track_bundle(bundle).run_id
        model = Path(mlflow.artifacts.download_artifacts(f"runs:/{run_id}/small", dst_path="model"))
        return bundle, mlflow.get_run(run_id), root / model


@pytest.mark.slow
def test_key_metrics_are_metrics_and_all_others_stand_in_a_table(logged):
    import mlflow

    _, run, _ = logged
    assert run.data.metrics == {
        "r2_corrected": 0.3, "r2_corrected_low": 0.2, "n_analysed": 200.0, "n_people": 180.0,
    }  # fmt: skip
    table = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/metrics.json")
    assert table["columns"] == ["metric", "value", "low", "high"]
    assert sorted(row[0] for row in table["data"]) == ["ici_out_of_fold", "r2_corrected"]


def test_a_run_is_found_by_its_tags_and_describes_itself(logged):
    bundle, run, _ = logged
    tags = run.data.tags
    assert tags["bundle_sha256"] == bundle.sha256
    assert (tags["family"], tags["mapping"], tags["provenance"], tags["outcome"]) == (
        "linear", "registry", "simulated", "womac_function_followup_0_100",
    )  # fmt: skip
    assert tags["mlflow.note.content"].startswith("**A small model.** Predicts WOMAC function in")


def test_the_cohort_is_an_input_without_row_or_path(logged):
    _, run, _ = logged
    (given,) = run.inputs.dataset_inputs
    cohort = given.dataset
    assert (cohort.name, cohort.digest) == ("registry", "0" * 12)
    assert json.loads(cohort.profile)["num_rows"] == 250
    assert {tag.key: tag.value for tag in given.tags} == {"mlflow.data.context": "training"}
    assert not [text for text in vars(cohort).values() if "JaneRoe" in text]


def test_findings_are_logged_without_positions_of_rows():
    finding = {"code": "X", "severity": "warning", "column": "c", "count": 7, "message": "m"}
    assert _findings({"findings": [{**finding, "rows": [3, 4]}]}) == {"findings": [finding]}


def test_a_logged_model_is_the_bundle_and_the_code_and_names_no_folder(logged):
    bundle, _, model = logged
    assert (model / "data" / "bundle" / "sheet.json").read_bytes() == bundle.texts["sheet.json"]
    files = [path for path in model.rglob("*") if path.is_file()]
    assert not [path for path in files if "__pycache__" in path.parts]
    assert (model / "code" / "hiprisk" / "tracking" / "pyfunc.py") in files
    # The address of the store is MLflow's own, and nobody's folder.
    assert not [path for path in files if b"JaneRoe" in path.read_bytes()]
    assert sum(path.stat().st_size for path in files) < 5 << 20


@pytest.mark.parametrize("installed", ["none", "another"])
def test_a_logged_model_loads_whatever_hiprisk_is_installed(logged, tmp_path, installed):
    bundle, _, model = logged
    source = Path(__file__).parents[2] / "src"
    other = tmp_path / "hiprisk" / "__init__.py"
    other.parent.mkdir()
    other.write_text("raise ImportError('another hiprisk')\n")
    done = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, str(model), str(source),
         str(tmp_path) if installed == "another" else ""],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    predicted, file = done.stdout.splitlines()
    own = load(bundle.path).predict({"womac_function_0_100": 50.0, "sex": "male"})
    assert float(predicted) == own.values["predicted"]
    assert Path(file).is_relative_to(model)
