"""How often intervals of miscalibration and discrimination (MSE, Brier score) cover them.

    python experiments/decomposition/run.py --cohorts 500 --workers 1

A model is given and evaluated on n new people (300, 1000): its linear predictor is right, or twice
as steep as it should be. Miscalibration is in truth the mean squared difference of prediction and
expected outcome (0 where the model is right), discrimination the variance of the expected outcome,
since the predictions have the right order. From 200 resamples of people three intervals are made:
plain percentiles; `error_interval`; and what hiprisk gives, which for miscalibration is the latter
from 0 on unless the estimate is more than chance makes of a calibrated model. Writes a line a case,
part and interval: truth, mean estimate, and how often the interval covers the truth. Finished cases
are kept in --out and not done again.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.bootstrap import percentile_interval, percentiles
from hiprisk.metrics.decomposition.parts import (
    brier_decomposition,
    calibrated_miscalibration,
    mse_decomposition,
)
from hiprisk.metrics.intervals.resampled import error_interval
from hiprisk.parallel import run_parallel
from hiprisk.seeding import rng_for

HERE = Path(__file__).parent
B, LEVEL = 200, 0.95
PARTS = ("miscalibration", "discrimination")
CASES = [
    (kind, calibrated, n)
    for kind in ("binary", "continuous")
    for calibrated in (True, False)
    for n in (300, 1000)
]
DECOMPOSITION = {"binary": brier_decomposition, "continuous": mse_decomposition}


def expected_outcome(kind: str, lp: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-lp)) if kind == "binary" else 8.0 * lp


def true_parts(kind: str, slope: float) -> dict[str, float]:
    lp = rng_for(0, "decomposition-truth").normal(size=2_000_000)
    right, predicted = expected_outcome(kind, lp), expected_outcome(kind, slope * lp)
    return {
        "miscalibration": float(np.mean((predicted - right) ** 2)),
        "discrimination": float(right.var()),
    }


def one_cohort(
    case: tuple[str, bool, int], truth: dict[str, float], cohort: int
) -> list[dict[str, object]]:
    kind, calibrated, n = case
    rng = rng_for(cohort, "decomposition", kind, calibrated, n)
    lp = rng.normal(size=n)
    right, predicted = (
        expected_outcome(kind, slope * lp) for slope in (1.0, 1.0 if calibrated else 2.0)
    )
    y = (rng.random(n) < right).astype(float) if kind == "binary" else rng.normal(right, 10.0)
    own = DECOMPOSITION[kind](y, predicted)
    counts = np.array([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(B)])
    resampled = [DECOMPOSITION[kind](y, predicted, weights=one) for one in counts]
    chance = calibrated_miscalibration(y, predicted, counts)
    rows = []
    for part in PARTS:
        value = getattr(own, part)
        drawn = np.array([getattr(one, part) for one in resampled])
        outer = error_interval(value, drawn, level=LEVEL)
        ends = {
            "percentile": percentile_interval(drawn, level=LEVEL),
            "error_interval": (outer.low, outer.high),
            "hiprisk": (outer.low, outer.high),
        }
        if part == "miscalibration" and value <= percentiles(chance, level=LEVEL)[1]:
            ends["hiprisk"] = (0.0, outer.high)
        for name, (low, high) in ends.items():
            rows.append(
                {"kind": kind, "calibrated": calibrated, "n": n, "part": part, "interval": name,
                 "truth": truth[part], "value": value, "covers": low <= truth[part] <= high}
            )  # fmt: skip
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=500)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    asked = parser.parse_args()
    keys = ["kind", "calibrated", "n"]
    done = pd.read_csv(asked.out) if asked.out.exists() else pd.DataFrame(columns=keys)
    known = set(done[keys].itertuples(index=False, name=None))
    for case in (one for one in CASES if one not in known):
        print(case, file=sys.stderr)
        truth = true_parts(case[0], 1.0 if case[1] else 2.0)
        one = partial(one_cohort, case, truth)
        found = run_parallel(one, range(asked.cohorts), workers=asked.workers)
        rows = pd.DataFrame([row for each in found for row in each])
        done = pd.concat([done, summary(rows)])
        done.to_csv(asked.out, index=False)
    print(done.to_string(index=False))


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    table = (
        rows.groupby(["kind", "calibrated", "n", "part", "interval"], sort=False)
        .agg(cohorts=("covers", "size"), truth=("truth", "mean"), value=("value", "mean"),
             covers=("covers", "mean"))
        .reset_index()
    )  # fmt: skip
    return table.round(4)


if __name__ == "__main__":
    main()
