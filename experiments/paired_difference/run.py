"""How often the paired interval of a difference of two models covers it.

    python experiments/paired_difference/run.py --cohorts 500

Two models are given and evaluated on n new people (100, 300), a score or a risk, with 300 resamples
of persons. `better`: the first model lacks a predictor that the second has. `equal`: each lacks
what the other has, so that every metric has a true difference of 0. The truth is from 1,000,000
people. Writes a line a case and metric: truth, coverage with its Monte-Carlo error, mean width
over that of the first model's own interval, and how often a model is called the better one.
Finished cases are kept in --out and not done again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from hiprisk.metrics.registry import find_metric
from hiprisk.seeding import rng_for
from hiprisk.validation.performance.paired import MAIN_METRICS, paired_differences

HERE = Path(__file__).parent
CASES = [
    (k, t, n) for k in ("continuous", "binary") for t in ("better", "equal") for n in (100, 300)
]
N_RESAMPLES = 300


def people(
    kind: str, truth: str, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome and the predictions of both models."""
    x, z, v = rng.normal(size=(3, n))
    first = 0.8 * x + 0.5 * v if truth == "equal" else 0.8 * x
    second = 0.8 * x + 0.5 * z
    lp = 0.8 * x + 0.5 * z + (0.5 * v if truth == "equal" else 0.0)
    if kind == "continuous":
        return (
            50.0 + 10.0 * lp + rng.normal(0.0, 12.0, n),
            50.0 + 10.0 * first,
            50.0 + 10.0 * second,
        )
    risks = [1.0 / (1.0 + np.exp(1.0 - one)) for one in (lp, first, second)]
    return (rng.random(n) < risks[0]).astype(float), risks[1], risks[2]


def true_differences(kind: str, truth: str) -> dict[str, float]:
    if truth == "equal":
        return dict.fromkeys(MAIN_METRICS[kind], 0.0)
    y, p, q = people(kind, truth, 1_000_000, rng_for(0, "paired-truth", kind))
    metrics = [find_metric(kind, name) for name in MAIN_METRICS[kind]]
    return {one.name: one.function(y, q) - one.function(y, p) for one in metrics}


def one_case(kind: str, truth: str, n: int, n_cohorts: int) -> list[dict[str, object]]:
    true = true_differences(kind, truth)
    found: dict[str, list[tuple[bool, float, str]]] = {name: [] for name in true}
    for cohort in range(n_cohorts):
        rng = rng_for(cohort, "paired-cohort", kind, truth, n)
        differences, _ = paired_differences(
            *people(kind, truth, n, rng),
            kind=kind,
            groups=np.arange(n),
            n_resamples=N_RESAMPLES,
            seed=cohort,
        )
        for one in differences:
            gap, own = one.difference, one.first
            width = (gap.high - gap.low) / (own.high - own.low)
            found[one.metric].append((gap.low <= true[one.metric] <= gap.high, width, one.better))
    return [_row(kind, truth, n, name, true[name], rows) for name, rows in found.items()]


def _row(
    kind: str, truth: str, n: int, name: str, true: float, rows: list[tuple[bool, float, str]]
) -> dict[str, object]:
    share = float(np.mean([covers for covers, _, _ in rows]))
    return {
        "kind": kind,
        "case": truth,
        "n": n,
        "metric": name,
        "truth": round(true, 5),
        "cohorts": len(rows),
        "coverage": round(share, 3),
        "coverage_error": round(float(np.sqrt(share * (1.0 - share) / len(rows))), 3),
        "relative_width": round(float(np.mean([width for _, width, _ in rows])), 2),
        "said_first": round(float(np.mean([said == "first" for *_, said in rows])), 3),
        "said_second": round(float(np.mean([said == "second" for *_, said in rows])), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=500)
    parser.add_argument("--out", type=Path, default=HERE / "results.csv")
    options = parser.parse_args()
    table = pd.read_csv(options.out) if options.out.exists() else pd.DataFrame()
    for case in CASES:
        done = not table.empty and (table[["kind", "case", "n"]] == list(case)).all(axis=1).any()
        if not done:
            rows = pd.DataFrame(one_case(*case, options.cohorts))
            table = pd.concat([table, rows], ignore_index=True)
            table.to_csv(options.out, index=False)
            print(rows.to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
