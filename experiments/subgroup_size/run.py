"""How often the test for differences between groups rejects where there are none.

For each cohort: people with a true mean or risk, an outcome drawn from it, and group labels dealt
at random, so that every metric is the same in all groups. Counts how often Welch's test, as shipped
and Cochran's Q against chi-squared reject at 5 %.

    python experiments/subgroup_size/run.py --cohorts 1000 --workers 2 --out results.csv
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import chi2

from hiprisk.config import SubgroupSettings
from hiprisk.parallel import run_parallel
from hiprisk.seeding import rng_for
from hiprisk.validation.performance.sample import EvaluationSample
from hiprisk.validation.subgroups.performance import subgroup_performance

# Shares of the groups: two alike, four unlike, ten sites of falling size.
SHARES = {
    "sex": np.array([0.65, 0.35]),
    "education": np.array([0.4, 0.35, 0.25]),
    "site": np.linspace(2.0, 1.0, 10) / np.linspace(2.0, 1.0, 10).sum(),
}


def cohort(kind: str, n: int, seed: int) -> pd.DataFrame:
    """Rejections of one cohort, one row a metric and grouping."""
    rng = rng_for(seed, "subgroup-size", kind)
    lp = rng.standard_normal(n)
    if kind == "continuous":
        predicted = 40.0 + 11.0 * lp
        observed = np.clip(predicted + 16.6 * rng.standard_normal(n), 0.0, 100.0)
    else:
        predicted = 1.0 / (1.0 + np.exp(1.0 - lp))
        observed = (rng.random(n) < predicted).astype(float)
    frame = pd.DataFrame(
        {
            name: pd.Series(rng.choice(len(shares), n, p=shares)).map(lambda code: f"group_{code}")
            for name, shares in SHARES.items()
        }
    )
    settings = SubgroupSettings(by=tuple(SHARES), resamples=200, smallest_cell=5)
    sample = EvaluationSample(
        kind=kind, observed=observed, predicted=predicted, groups=np.arange(n)
    )
    result = subgroup_performance(sample, frame, settings=settings, seed=seed)
    return pd.DataFrame(
        {
            "kind": kind,
            "grouping": row.grouping,
            "metric": row.metric,
            "welch": row.p_value < 0.05,
            "cochran": chi2.sf(row.q, row.n_groups - 1) < 0.05,
        }
        for row in result.heterogeneity
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=1000)
    parser.add_argument("--people", type=int, default=983)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found = []
    for kind in ("continuous", "binary"):
        one = partial(cohort, kind, options.people)
        found += run_parallel(
            one,
            list(range(options.cohorts)),
            workers=options.workers,
            progress=lambda done, total: print(
                f"\r{done}/{total}", end="" if done < total else "\n", file=sys.stderr
            ),
        )
    rows = pd.concat(found)
    summary = rows.groupby(["kind", "grouping", "metric"], sort=False)[["welch", "cochran"]].mean()
    summary["cohorts"] = options.cohorts
    print(summary.round(4).to_string())
    error = 100 * np.sqrt(0.05 * 0.95 / options.cohorts)
    print(f"share of rejections; Monte-Carlo error {error:.2f} % at 5 %")
    if options.out is not None:
        summary.reset_index().to_csv(options.out, index=False)


if __name__ == "__main__":
    main()
