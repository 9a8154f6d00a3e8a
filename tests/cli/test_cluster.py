"""``--cluster``: the bytes of a run without it, whoever works and dies; what cannot be is told."""

import contextlib
import io
import json
import os
import signal
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("distributed")

from blank_figures import reports_left_short
from commands import NO_TRACKING, answer, run
from dask_cluster import own_cluster
from hiprisk.cli import main
from hiprisk.parallel.cluster import opening
from hiprisk.serving.files import score

CONFIG = Path(__file__).parents[2] / "configs" / "stupar.yaml"
SMALL = [
    "--set", "cohort.simulate.n=200",
    "--set", "blocks={core: [age_years, sex, womac_function_0_100], back: [lbp_any]}",
    "--set", "confounders=[age_years]",
    "--set", "association=null",
    "--set", "measurement_error={}",
    "--set", "imputation={imputations: 2}",
]  # fmt: skip
# Trees, since a linear model's resamples take less time than the way to a worker.
TREES = [
    *SMALL, *NO_TRACKING,
    "--set", "families={boosting: {}}",
    "--set", "tuning={trials: 2, folds: 3}",
    "--set", "validation={resamples: 20, interval_resamples: 100, repeats: 0, "
    "internal_external: false}",
    "--set", "samplesize.simulations=20",
    "--set", "subgroups={by: [sex], resamples: 50}",
]  # fmt: skip


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with own_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as started:
        yield started


@pytest.fixture(autouse=True)
def here(cohort_folder):
    """Each test stands in a folder with a simulated cohort."""


@pytest.mark.parametrize("name", ["cohort.csv", "quoted.csv", "cohort.parquet"])
def test_scored_files_and_counts_are_the_same(capsys, invented, cluster, monkeypatch, name):
    monkeypatch.setattr(score, "BLOCK_BYTES", 4_000)
    frame = pd.read_csv("cohort.csv", dtype=str, keep_default_na=False).head(120)
    if name == "quoted.csv":
        frame.assign(remark='says "well"').to_csv(name, index=False)
    elif name == "cohort.parquet":
        frame.to_parquet(name)
    else:
        frame.to_csv(name, index=False)
    found = []
    for where in ([], ["--cluster", cluster.address]):
        out = f"{len(where)}{Path(name).suffix}"
        code, counts = answer(capsys, "score", invented, name, "--out", out, *where)
        found.append((code, {**counts, "out": None}, Path(out).read_bytes()))
    assert found[0][0] in (0, 6)
    assert found[0] == found[1]


def test_a_validation_is_the_same(capsys, invented, cluster):
    ask = ["validate", invented, "cohort.csv", "--by", "sex", "--resamples", 50]
    here = answer(capsys, *ask)
    assert here[0] == 0
    assert here == answer(capsys, *ask, "--cluster", cluster.address)


def test_a_comparison_is_the_same(capsys, cluster):
    linear = ["--set", "families={linear: {}}"]
    ask = ["compare", CONFIG, *SMALL, *linear, "--add", "back", "--resamples", 20]
    here = answer(capsys, *ask, "--workers", 1)
    assert here[0] == 0
    assert here == answer(capsys, *ask, "--cluster", cluster.address)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The hash of the study's bundle where nobody dies."""
    out = tmp_path_factory.mktemp("undisturbed")
    told = io.StringIO()
    with reports_left_short(), contextlib.redirect_stdout(told):
        code = main(["train", str(CONFIG), *TREES, "--workers", "1", "--out", str(out), "--json"])
    assert code == 0
    return json.loads(told.getvalue())["bundle_sha256"]


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_a_worker_killed_in_a_study_changes_no_byte_of_its_model(capsys, cluster, undisturbed):
    killed = []

    def kill():
        deadline = time.monotonic() + 120
        while not list(Path("there").rglob("resample-*.npz")) and time.monotonic() < deadline:
            time.sleep(0.02)
        cluster.workers[0].send_signal(signal.SIGKILL)
        killed.append(cluster.workers[0].wait())

    killer = threading.Thread(target=kill)
    killer.start()
    _, there = answer(
        capsys, "train", CONFIG, *TREES, "--cluster", cluster.address, "--out", "there"
    )
    killer.join()
    assert killed == [-signal.SIGKILL]
    assert there["bundle_sha256"] == undisturbed
    cluster.add_worker()


@pytest.mark.slow
@pytest.mark.usefixtures("short_reports")
def test_a_study_whose_scheduler_is_lost_is_resumed_to_the_same_model(
    capsys, tmp_path, undisturbed
):
    (tmp_path / "lost").mkdir()
    with own_cluster(tmp_path / "lost", workers=1) as lost:

        def kill():
            deadline = time.monotonic() + 120
            while not list(Path("there").rglob("resample-*.npz")) and time.monotonic() < deadline:
                time.sleep(0.02)
            # Machine and scheduler go at once: nobody is left to finish a batch.
            lost.close()

        killer = threading.Thread(target=kill)
        killer.start()
        code, _, err = run(
            capsys, "train", CONFIG, *TREES, "--cluster", lost.address, "--out", "there"
        )
        killer.join()
    assert code == 5, err
    assert "error[CLUSTER_LOST]" in err
    assert not list(Path("there").rglob("manifest.json"))
    assert list(Path("there").rglob("resample-*.npz"))
    code, there = answer(
        capsys, "train", CONFIG, *TREES, "--workers", 1, "--out", "there", "--resume"
    )
    assert code == 0
    assert there["bundle_sha256"] == undisturbed


@pytest.mark.parametrize("command", ["train", "compare", "validate", "score"])
def test_an_address_of_another_form_is_refused_before_anything_is_read(capsys, command):
    words = {"score": ["none", "none.csv", "--out", "o.csv"], "validate": ["none", "none.csv"]}
    code, _, err = run(
        capsys, command, *words.get(command, ["none.yaml"]), "--cluster", "10.0.0.5:8786"
    )
    assert code == 2
    assert "error[CLUSTER_ADDRESS]: --cluster: '10.0.0.5:8786' is no address of a Dask" in err


def test_what_a_model_expects_is_no_work_for_a_cluster(capsys):
    code, _, err = run(
        capsys, "validate", "none", "none.csv", "--expected", "--cluster", "tcp://h:1"
    )
    assert code == 2
    assert "--cluster: --expected is computed at once" in err


def test_nobody_there_is_exit_5_and_nothing_is_written(capsys, invented, monkeypatch):
    monkeypatch.setattr(opening, "CONNECT_SECONDS", 1.0)
    code, _, err = run(
        capsys, "score", invented, "cohort.csv", "--out", "o.csv", "--cluster", "tcp://127.0.0.1:9"
    )
    assert code == 5
    assert "error[CLUSTER_UNREACHABLE]: --cluster: no Dask scheduler answers" in err
    assert not os.path.exists("o.csv")
