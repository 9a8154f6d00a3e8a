"""A large CSV scored to CSV: `hiprisk score` beside pandas, the estimator and to_csv.

    python experiments/bench/score_file.py BUNDLE --rows 1000000

Both write all input columns and the prediction; hiprisk also intervals, chances, flags and
reasons. Whole processes, run in turn; peak memory is the kernel's figure for the child.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import joblib
import pandas as pd
from recording import Row, record

from hiprisk.bundle import find_bundle
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.learning.sheets.skops_file import load_estimator

RIVAL = """
import sys, joblib, pandas as pd
estimator = joblib.load(sys.argv[1])
frame = pd.read_csv(sys.argv[2])
frame["predicted"] = estimator.predict(frame)
frame.to_csv(sys.argv[3], index=False)
"""


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds and peak MiB of a command."""
    began = time.perf_counter()
    process = os.spawnv(os.P_NOWAIT, command[0], command)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"failed: {command}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--skip-rival", action="store_true")
    parser.add_argument("--short", action="store_true", help="20,000 rows, no figures")
    options = parser.parse_args()
    if options.short:
        options.rows = 20_000
    load = os.getloadavg()[0]
    folder = find_bundle(options.bundle)
    estimator = load_estimator(folder / "estimator.skops")
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        joblib.dump(estimator, here / "e.joblib")
        names = ["person_id", *estimator.design.variables]
        part = simulate_cohort("stupar", n=50_000, seed=1).frame[names]
        with (here / "in.csv").open("w") as stream:
            for start in range(0, options.rows, len(part)):
                block = part.head(options.rows - start)
                block.to_csv(stream, index=False, header=start == 0)
        n_columns = len(pd.read_csv(here / "in.csv", nrows=1).columns)
        script = str(Path(sys.executable).with_name("hiprisk"))
        ours = [script, "score", str(folder), str(here / "in.csv"), "--out", str(here / "o.csv"),
                "--force", "--json"]  # fmt: skip
        theirs = [
            sys.executable,
            "-c",
            RIVAL,
            *(str(here / n) for n in ("e.joblib", "in.csv", "r.csv")),
        ]
        mine = measured(ours)
        print(f"{options.rows} rows x {n_columns}: hiprisk {mine[0]:.1f} s, {mine[1]:.0f} MiB")
        row = Row(
            what=f"score {options.rows:,} x {n_columns}, CSV to CSV with every check",
            aim="5 CPU-seconds, 450 MiB",
            ours=f"{mine[0]:.1f} s, {mine[1]:,.0f} MiB",
        )
        if not options.skip_rival:
            rival = measured(theirs)
            row = replace(
                row,
                rival_name="pandas, the estimator, `to_csv`, prediction only",
                rival=f"{rival[0]:.1f} s, {rival[1]:,.0f} MiB",
                ratio=rival[0] / mine[0],
            )
            print(f"pandas route {rival[0]:.1f} s, {rival[1]:.0f} MiB; "
                  f"ratio {rival[0] / mine[0]:.1f}")  # fmt: skip
    record("score_file", [row], packages=("pandas", "pyarrow"), short=options.short, load=load)


if __name__ == "__main__":
    main()
