"""What MLflow gets of a bundle: figures, tables, and a model that brings its own code."""

import subprocess
import sys
from pathlib import Path

import pytest

from hiprisk.bundle import read_bundle
from hiprisk.serving.model import load
from hiprisk.tracking.results import _findings
from hiprisk.tracking.runs import track_bundle
from small_bundle import write_small_bundle

# A process that has every package but hiprisk, or a hiprisk that cannot load the model.
OTHER_PROCESS = """
import sys
sys.path = [path for path in sys.path if path != sys.argv[2]]
if sys.argv[3]:
    sys.path.insert(0, sys.argv[3])
import mlflow
model = mlflow.pyfunc.load_model(sys.argv[1])
print(repr(model.predict([{"womac_function_0_100": 50.0, "sex": "male"}])["predicted"][0]))
print(sys.modules["hiprisk"].__file__)
"""


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """A bundle, its run and its logged model in a folder."""
    import mlflow

    root = tmp_path_factory.mktemp("tracked")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{root / 'mlflow.db'}")
        bundle = read_bundle(write_small_bundle(root / "JaneRoe").rename(root / "JaneRoe" / "Jane"))
        run_id = track_bundle(bundle).run_id
        model = Path(mlflow.artifacts.download_artifacts(f"runs:/{run_id}/model", dst_path="model"))
        return bundle, mlflow.get_run(run_id), root / model


def test_metrics_and_the_hash_of_the_bundle_are_logged(logged):
    bundle, run, _ = logged
    assert run.data.metrics == {"r2_corrected": 0.3}
    assert run.data.tags["bundle_sha256"] == bundle.sha256


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
    assert sum(path.stat().st_size for path in files) < 3 << 20


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
