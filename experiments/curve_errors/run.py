"""How often intervals of the errors of a calibration curve (ICI, E50, E90, Emax, ECI) cover them.

    python experiments/curve_errors/run.py --cohorts 200 --workers 1

A model is given and judged on n new people (300, 674): a score with mean 36, and a risk. It is well
calibrated or not (of a slope of 0.7 and 2 points, or 0.4 on the log odds, too low). The true error
is that of the true curve at the people's own predictions; of a model that is right it is 0. From
100 resamples of people four intervals are made: plain percentiles; percentiles moved to have their
mean at the estimate; the basic bootstrap; and the outer one of the last two, which hiprisk gives.
None goes below 0. Writes a line a case, smoother, error and interval: how often the true error and
how often the estimate lies inside, and the mean width.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.errors import InputError
from hiprisk.metrics.smoothing.calibration_curve import calibration_errors
from hiprisk.parallel import run_parallel
from hiprisk.seeding import rng_for
from hiprisk.validation.resampling.intervals import error_interval

HERE = Path(__file__).parent
B, LEVEL = 100, 0.95
TAILS = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)
SUMMARIES = {"continuous": ("ici", "e50", "e90", "emax"),
             "binary": ("ici", "e50", "e90", "emax", "eci")}  # fmt: skip
CASES = [
    (kind, calibrated, n)
    for kind in ("continuous", "binary")
    for calibrated in (True, False)
    for n in (300, 674)
]


def true_curve(kind: str, predicted: np.ndarray, *, calibrated: bool) -> np.ndarray:
    if calibrated:
        return predicted
    if kind == "continuous":
        return 38.0 + 0.7 * (predicted - 36.0)
    return 1.0 / (1.0 + np.exp(-(0.4 + 0.7 * np.log(predicted / (1.0 - predicted)))))


def true_errors(predicted: np.ndarray, expected: np.ndarray) -> dict[str, float]:
    distance = np.abs(predicted - expected)
    return {
        "ici": float(distance.mean()),
        "e50": float(np.median(distance)),
        "e90": float(np.quantile(distance, 0.9)),
        "emax": float(distance.max()),
        "eci": float(100.0 * np.mean(distance**2)),
    }


def intervals_of(value: float, drawn: np.ndarray) -> dict[str, tuple[float, float]]:
    low, high = np.quantile(drawn, TAILS)
    bias = float(drawn.mean()) - value
    outer = error_interval(value, drawn, level=LEVEL)
    return {
        "percentile": (low, high),
        "moved": (max(low - bias, 0.0), high - bias),
        "basic": (max(2.0 * value - high, 0.0), 2.0 * value - low),
        "outer": (outer.low, outer.high),
    }


def one_cohort(case: tuple[str, bool, int], cohort: int) -> list[dict[str, object]]:
    kind, calibrated, n = case
    rng = rng_for(cohort, "curve-errors", kind, calibrated, n)
    if kind == "continuous":
        predicted = rng.normal(36.0, 9.7, n)
        expected = true_curve(kind, predicted, calibrated=calibrated)
        observed = expected + rng.normal(0.0, 16.0, n)
    else:
        predicted = 1.0 / (1.0 + np.exp(-rng.normal(-0.8, 1.0, n)))
        expected = true_curve(kind, predicted, calibrated=calibrated)
        observed = (rng.random(n) < expected).astype(float)
    truth = true_errors(predicted, expected)
    draws = [np.bincount(rng.integers(0, n, n), minlength=n).astype(float) for _ in range(B)]
    rows = []
    for smoother in ("loess", "spline"):
        judge = partial(calibration_errors, observed, predicted, kind=kind, smoother=smoother)
        own, resampled = judge(), [one for one in map(partial(_evaluated, judge), draws) if one]
        for summary in SUMMARIES[kind]:
            if summary == "eci" and smoother == "spline":
                continue
            value = float(getattr(own, summary))
            drawn = np.array([getattr(one, summary) for one in resampled])
            for name, (low, high) in intervals_of(value, drawn).items():
                rows.append(
                    {"kind": kind, "calibrated": calibrated, "n": n, "smoother": smoother,
                     "error": summary, "interval": name, "truth": truth[summary], "value": value,
                     "covers": low <= truth[summary] <= high,
                     "holds_estimate": low <= value <= high, "width": high - low}
                )  # fmt: skip
    return rows


def _evaluated(judge, weights):
    try:
        return judge(weights=weights)
    except InputError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    asked = parser.parse_args()
    rows = []
    for case in CASES:
        print(case, file=sys.stderr)
        found = run_parallel(partial(one_cohort, case), range(asked.cohorts), workers=asked.workers)
        rows += [row for one in found for row in one]
    keys = ["kind", "calibrated", "n", "smoother", "error", "interval"]
    table = (
        pd.DataFrame(rows)
        .groupby(keys, sort=False)
        .agg(cohorts=("covers", "size"), truth=("truth", "mean"), value=("value", "mean"),
             covers=("covers", "mean"), holds_estimate=("holds_estimate", "mean"),
             width=("width", "mean"))
        .reset_index()
    )  # fmt: skip
    table.round(4).to_csv(asked.out, index=False)
    print(
        table.groupby(["kind", "calibrated", "n", "interval"])[["covers", "holds_estimate"]].mean()
    )


if __name__ == "__main__":
    main()
