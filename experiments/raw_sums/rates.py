"""How often a raw WOMAC function sum of 0-68 is told from a score of 0-100, and how often wrongly.

    python experiments/raw_sums/rates.py --files 400 --out rates.csv

Training cohorts are simulated from the presets; files are drawn from another simulated cohort.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.cohort.shift.comparison import compare_with_training
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.learning.sheets.export import number_summary
from hiprisk.seeding import rng_for
from hiprisk.sheet.format import MissingModel, OutcomeSpec, Sheet, TreesModel, VariableSpec

NAME = "womac_function_0_100"
SIZES = (50, 100, 200, 400, 800)
TRAINING = 20_000
# Training cohort, people of the file, what the numbers in it are.
CASES = (
    ("stupar", "stupar", "raw sums"),
    ("primary-care", "primary-care", "raw sums"),
    ("stupar", "primary-care", "raw sums"),
    ("primary-care", "stupar", "raw sums"),
    ("stupar", "stupar", "whole scores"),
    ("primary-care", "primary-care", "whole scores"),
    ("stupar", "primary-care", "whole scores"),
    ("primary-care", "stupar", "whole scores"),
    ("stupar", "primary-care", "rounded item scores"),
)


def sheet_for(values: np.ndarray) -> Sheet:
    """A sheet of one variable; only its training summary is read."""
    spec = VariableSpec(
        name=NAME, label=NAME, unit="points 0-100", kind="number", hard=(0.0, 100.0),
        training=number_summary(values),
    )  # fmt: skip
    outcome = OutcomeSpec(
        variable="y", label="y", estimand="y", kind="continuous", unit="points",
        higher_is="worse", horizon_months=1,
    )  # fmt: skip
    return Sheet(
        name="x", title="x", provenance="simulated", intended_use="x", family="none",
        outcome=outcome,
        variables=(spec,), columns=(), derived=(),
        missing=MissingModel(mean=(), covariance=(), draws=()),
        model=TreesModel(link="identity", baseline=0.0, inputs=(), trees=()),
    )  # fmt: skip


def as_given(scores: np.ndarray, kind: str) -> np.ndarray:
    """Scores of 0-100 as a file might have them."""
    sums = np.round(scores * 0.68)
    return {"raw sums": sums, "whole scores": np.round(scores)}.get(kind, np.round(sums / 0.68))


def main() -> None:
    """Count the files that get the warning."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--out", type=Path, default=Path("rates.csv"))
    options = parser.parse_args()
    people = {
        (preset, seed): simulate_cohort(preset, n=TRAINING, seed=seed).frame[NAME].dropna()
        for preset in ("stupar", "primary-care")
        for seed in (1, 2)
    }
    rows = []
    for training, file, kind in CASES:
        sheet = sheet_for(people[training, 1].to_numpy())
        scores = people[file, 2].to_numpy()
        for n in SIZES:
            rng = rng_for(1, "raw sums", training, file, kind, n)
            told = 0
            for _ in range(options.files):
                values = as_given(rng.choice(scores, n, replace=False), kind)
                found = compare_with_training(sheet, {NAME: values})
                told += any("raw sum" in finding.advice for finding in found)
            rows.append((training, file, kind, n, told / options.files))
            sys.stderr.write(f"{rows[-1]}\n")
    frame = pd.DataFrame(rows, columns=["training", "file", "numbers", "n", "warned"])
    frame.to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
