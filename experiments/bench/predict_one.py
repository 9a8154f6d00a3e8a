"""One prediction as a whole process: `hiprisk predict` beside the same estimator through joblib.

    python experiments/bench/predict_one.py BUNDLE

The joblib route is what one would write without a sheet: load the fitted scikit-learn estimator of
the same bundle from a joblib file, make a frame of one row, predict. Both run in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import joblib
from recording import Row, ratio_of_pairs, record

from hiprisk.bundle import find_bundle
from hiprisk.learning.sheets.skops_file import load_estimator

ROUTE = """
import sys, joblib, pandas as pd
estimator = joblib.load(sys.argv[1])
row = {name: None for name in estimator.design.variables}
row |= {"age_years": 63.0, "womac_function_0_100": 45.0}
frame = pd.DataFrame([row])
for name in frame:
    if frame[name].isna().all() and not name in ("sex", "knee_oa", "lbp_any"):
        frame[name] = frame[name].astype(float)
print(float(estimator.predict(frame)[0]))
"""


# An installed package has its bytecode beside it; a variable that forbids writing it would make
# an editable checkout compile 40 files in every process, and the rival's packages none.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str]) -> tuple[float, str]:
    began = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=ENVIRONMENT)
    return time.perf_counter() - began, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--short", action="store_true", help="one pair, no figures")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    runs = 1 if options.short else options.runs
    folder = find_bundle(options.bundle)
    with tempfile.TemporaryDirectory() as scratch:
        dumped = Path(scratch) / "estimator.joblib"
        joblib.dump(load_estimator(folder / "estimator.skops"), dumped)
        ours = [str(Path(sys.executable).with_name("hiprisk")), "predict", str(folder),
                "--age-years", "63", "--womac-function-0-100", "45", "--json"]  # fmt: skip
        theirs = [sys.executable, "-c", ROUTE, str(dumped)]
        print(seconds(ours)[1][:60], seconds(theirs)[1].strip())
        pairs = [(seconds(ours)[0], seconds(theirs)[0]) for _ in range(runs)]
    mine = statistics.median(pair[0] for pair in pairs)
    rival = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(f"hiprisk predict {mine:.3f} s, joblib route {rival:.3f} s, ratio {ratio:.1f} (medians)")
    row = Row(
        what="one explained prediction (`predict --json`), whole process",
        aim="10 times",
        ours=f"{mine:.3f} s",
        rival_name="the same estimator through joblib",
        rival=f"{rival:.3f} s",
        **ratio_of_pairs(*zip(*pairs, strict=True)),
    )
    record(
        "predict_one", [row], packages=("scikit-learn", "pandas"), short=options.short, load=load
    )


if __name__ == "__main__":
    main()
