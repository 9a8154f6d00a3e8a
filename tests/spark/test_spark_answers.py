"""Spark's answers are those of ``hiprisk score`` to the bit, and no cell reaches Spark's logs.

A step of `.ci/run` of its own: elsewhere PySpark (locks/spark.txt) or Java is absent.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.bundle import read_bundle
from hiprisk.serving.model import load
from hiprisk.tracking.runs import track_bundle
from small_bundle import write_small_bundle

pytest.importorskip("pyspark", reason="needs PySpark: pip install -r locks/spark.txt")
if shutil.which("java") is None:
    pytest.skip("needs Java: apt-get install default-jre-headless", allow_module_level=True)

SECRET = "JaneRoe"
JOB = Path(__file__).with_name("spark_job.py")


def cohort(n=1000):
    """Complete rows, missing values, and cells that no model can use."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "row": range(n),
            "person_id": [f"{SECRET}{i}" for i in range(n)],
            "age_years": rng.normal(65, 9, n).round(1).astype(str),
            "sex": rng.choice(["male", "female"], n),
            "lbp_any": rng.choice(["yes", "no"], n),
            "womac_function_0_100": rng.uniform(0, 100, n).astype(str),
        }
    )
    frame.loc[::7, "age_years"] = ""
    frame.loc[::11, "lbp_any"] = ""
    frame.loc[5, "age_years"] = SECRET
    frame.loc[6, "womac_function_0_100"] = "500"
    frame.loc[8, "sex"] = f"{SECRET}!"
    return frame


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """The folder of a finished job, and all that it printed."""
    folder = tmp_path_factory.mktemp("spark")
    cohort().to_csv(folder / "clinic.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / 'mlflow.db'}")
        patch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        run = track_bundle(read_bundle(write_small_bundle(folder / "models")))
        done = subprocess.run(
            [sys.executable, str(JOB), f"runs:/{run.run_id}/small", str(folder)],
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done.stdout + done.stderr


@pytest.mark.parametrize("kinds", ["texts", "typed"])
def test_spark_answers_as_score_does_to_the_bit(job, kinds):
    folder, _ = job
    answers = pd.read_parquet(folder / f"{kinds}.parquet")
    answers = answers.assign(row=answers["row"].astype(int)).sort_values("row")
    given = cohort().replace("", None)
    if kinds == "typed":
        # A cast leaves nothing of a text, so that it counts as missing.
        given["age_years"] = pd.to_numeric(given["age_years"], errors="coerce")
    own = load(folder / "models" / "small" / "1").score(given)
    expected = own["predicted"].to_numpy(dtype=np.float64)
    assert answers["predicted"].dtype == np.float64
    assert np.array_equal(answers["predicted"].to_numpy(), expected, equal_nan=True)
    assert np.isnan(expected).sum() == (3 if kinds == "texts" else 2)


def test_the_file_that_score_writes_has_the_same_numbers(job):
    from hiprisk.cli import main

    folder, _ = job
    model, scored = folder / "models" / "small" / "1", folder / "scored.csv"
    # Exit code 6: scored, some rows refused.
    assert main(["score", str(model), str(folder / "clinic.csv"), "--out", str(scored)]) == 6
    answers = pd.read_parquet(folder / "texts.parquet")
    answers = answers.assign(row=answers["row"].astype(int)).sort_values("row")
    texts = pd.read_csv(scored, dtype=str, keep_default_na=False)["predicted"]
    written = [float(text or "nan") for text in texts]
    assert np.array_equal(answers["predicted"].to_numpy(), written, equal_nan=True)


def test_no_cell_reaches_the_logs_of_driver_and_executors(job):
    _, printed = job
    assert "refused without a known column" in printed
    assert "INFO" in printed
    assert SECRET not in printed
