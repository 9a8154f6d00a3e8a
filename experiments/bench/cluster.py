"""What a cluster costs and gives on one machine, and that its hashes are those of one process.

    python experiments/bench/cluster.py            # a small study of trees, five ways
    python experiments/bench/cluster.py --short    # sending and starting alone, some seconds

Each row is one ``hiprisk train``; its hash is `bundle_sha256`. On one machine a cluster gives
nothing over `--workers`: the difference is what Dask costs to start, to send and to collect.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hiprisk.parallel import run_parallel, spread_over

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from dask_cluster import OwnCluster, own_cluster  # noqa: E402

STUDY = [
    "cohort.simulate.n=200",
    "blocks={core: [age_years, sex, womac_function_0_100]}",
    "confounders=[age_years]",
    "association=null",
    "measurement_error={}",
    "families={boosting: {}}",
    "tuning={trials: 2, folds: 3}",
    "imputation={imputations: 2}",
    "validation={resamples: 24, interval_resamples: 100, repeats: 0, internal_external: false}",
    "samplesize.simulations=20",
    "subgroups={by: [sex], resamples: 50}",
    "tracking.enabled=false",
]


def train(*how: str, killed: OwnCluster | None = None) -> tuple[str, float]:
    """Hash and seconds of one training; a worker of `killed` ends while resamples are refitted."""
    words = [word for setting in STUDY for word in ("--set", setting)]
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "hiprisk", "train", str(ROOT / "configs" / "stupar.yaml"),
                   *words, *how, "--out", out, "--json"]  # fmt: skip
        began = time.monotonic()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            if killed is not None:
                threading.Thread(target=kill_at_work, args=(killed, Path(out), process)).start()
            told = json.loads(process.communicate()[0])
        return told.get("bundle_sha256", told.get("reason")), time.monotonic() - began


def kill_at_work(cluster: OwnCluster, out: Path, process: subprocess.Popen[bytes]) -> None:
    """End a worker once a refit is there and others are under way."""
    while process.poll() is None and not list(out.rglob("resample-*.npz")):
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        cluster.workers[0].send_signal(signal.SIGKILL)


def studies() -> None:
    """The table of hashes."""
    ways = {
        "one process": ("--workers", "1"),
        "--workers 2": ("--workers", "2"),
        "--cluster local --workers 2": ("--cluster", "local", "--workers", "2"),
    }
    rows = [(name, *train(*how)) for name, how in ways.items()]
    with tempfile.TemporaryDirectory() as folder, own_cluster(folder, workers=2) as cluster:
        there = ("--cluster", cluster.address)
        rows.append(("--cluster tcp://..., two workers", *train(*there)))
        rows.append(("the same, one worker killed at work", *train(*there, killed=cluster)))
    print("| train | bundle_sha256 | seconds |\n| --- | --- | --- |")
    for name, digest, seconds in rows:
        print(f"| {name} | `{digest[:16]}...` | {seconds:.0f} |")
    if len({digest for _, digest, _ in rows}) != 1:
        sys.exit("the hashes differ")


def looked_up(table: np.ndarray[Any, Any], at: int) -> float:
    """Next to no work: what is measured is the way there and back."""
    return float(table[at])


def sending() -> None:
    """Start, first call with 8 MB of shared data, and another one with the same."""
    call = partial(looked_up, np.arange(1e6))
    here = run_parallel(call, range(200))
    print("| 200 items, 8 MB of shared data | start, s | first call, s | second call, s |\n"
          "| --- | --- | --- | --- |")  # fmt: skip
    for name, cluster in (("--workers 2", None), ("--cluster local --workers 2", "local")):
        moments = [time.monotonic()]
        with spread_over(cluster, workers=2) as workers:
            moments.append(time.monotonic())
            for _ in range(2):
                if run_parallel(call, range(200), workers=workers) != here:
                    sys.exit("the results differ")
                moments.append(time.monotonic())
        print(f"| {name} | " + " | ".join(f"{took:.2f}" for took in np.diff(moments)) + " |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="sending and starting alone")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    short = parser.parse_args().short
    sending()
    if not short:
        studies()
