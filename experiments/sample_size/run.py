"""Shrinkage of models developed on as many people as criterion 1 asks for.

For a grid of expected strengths and numbers of parameters: the number of people that criterion 1
asks for, and the calibration slope in the population of models developed on so many, by simulation
(no penalty). The target is 0.9.

    python experiments/sample_size/run.py --cohorts 400 --workers 2 --out results.csv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from hiprisk.config import SampleSizeSettings
from hiprisk.inference.samplesize import development_size, expected_instability

GRID = [
    *[("continuous", {"r2": r2, "mean": 40.0, "sd": 20.0}, p) for r2 in (0.1, 0.3, 0.5)
      for p in (10, 25)],
    *[("binary", {"c_statistic": c, "prevalence": phi}, p) for c in (0.65, 0.75, 0.85)
      for phi in (0.1, 0.3) for p in (10, 25)],
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=400)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = []
    for number, (kind, given, p) in enumerate(GRID):
        print(f"{number + 1}/{len(GRID)} {kind} {given}", file=sys.stderr)
        expected = SampleSizeSettings(**given, simulations=options.cohorts)
        n = development_size(kind, p, expected).criteria[0].n
        found = expected_instability(kind, n, p, expected, seed=number, workers=options.workers)
        rows.append(
            {
                "kind": kind,
                **{name: given.get(name) for name in ("r2", "c_statistic", "prevalence")},
                "parameters": p,
                "n": n,
                "slope_median": found.slope.median,
                "slope_low": found.slope.low,
                "slope_high": found.slope.high,
                "error_median": found.mape.median,
                "interval_width_median": found.width.median,
                "refused": found.n_refused,
            }
        )
    table = pd.DataFrame(rows)
    print(table.round(3).to_string())
    if options.out is not None:
        table.to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
